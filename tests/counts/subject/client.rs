use crate::bench::{Attributes, Device, FileType, Moment, bench_v1::Client};
use crate::sample;
use oncrpc::{Bytes, Pending, Result};
use std::hint::black_box;

/// What READ and WRITE move.
const DATA: usize = 64 << 10;

/// Makes `count` calls, `depth` at a time; `None` if there is none of that name.
pub(crate) fn run(call: &str, depth: u64, address: &str, count: u64) -> Option<()> {
    let client = Client::connect(address).expect("a server listens");
    match call {
        "null" if depth == 1 => one_by_one(count, || client.nullproc()),
        "null" => batches(count, depth, || client.start_nullproc()),
        "echo" => {
            let attributes = attributes();
            if depth == 1 {
                one_by_one(count, || client.echo(&attributes));
            } else {
                batches(count, depth, || client.start_echo(&attributes));
            }
        }
        "write" => {
            let data = Bytes::from(sample::payload(DATA));
            one_by_one(count, || client.write(data.clone()));
        }
        "read" => one_by_one(count, || client.read(DATA as u32)),
        _ => return None,
    }
    Some(())
}

fn one_by_one<T>(count: u64, call: impl Fn() -> Result<T>) {
    for _ in 0..count {
        black_box(call().expect("the server answers"));
    }
}

/// Begins `depth` calls, then waits for all of them.
fn batches<T>(count: u64, depth: u64, start: impl Fn() -> Result<Pending<T>>) {
    let mut pending = Vec::with_capacity(depth as usize);
    for _ in 0..count / depth {
        pending.extend((0..depth).map(|_| start().expect("there is room")));
        for call in pending.drain(..) {
            black_box(call.wait().expect("the server answers"));
        }
    }
}

fn attributes() -> Attributes {
    let moment = || Moment { seconds: 1, nanoseconds: 2 };
    Attributes {
        r#type: FileType::Directory,
        mode: 0o755,
        links: 2,
        user: 1000,
        group: 1000,
        size: 4096,
        used: 4096,
        special: Device { major_number: 0, minor_number: 0 },
        file_system: 1,
        file: 2,
        accessed: moment(),
        modified: moment(),
        changed: moment(),
    }
}
