//! What is asked of a server, and how well it does.

use crate::client::window;
use crate::export::Export;
use crate::folder::{FILES, LISTED, READ, SIZE, WRITTEN, byte};
use crate::nfs3::{Commit3args, Getattr3args, NfsFh3, Read3args, Read3res, StableHow, Write3args, Write3res};
use crate::server::Server;
use oncrpc::Bytes;
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

/// Listings that are measured one by one, each after more than a second. Ours keeps what it has found for ten if inotify tells of
/// changes, nfs-ganesha for a minute; their very first listings, which are without, are not measured.
const TIMES: u32 = 2;
const BETWEEN: Duration = Duration::from_millis(1_100);

/// With how many calls in flight, and of how many bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    /// Calls a second.
    Attributes { depth: usize },
    /// MB/s.
    Read { size: u32, depth: usize },
    /// MB/s, UNSTABLE, with a COMMIT at the end of the file if the server asks for one.
    Write { size: u32, depth: usize },
    /// Entries a second, of a folder that was not listed for more than a second.
    ListOnce,
    /// Entries a second, of a folder that is listed over and over.
    ListAgain,
    /// MiB that the server has after some of everything else.
    Memory,
}

type Outcome<T = f64> = Result<T, Box<dyn Error>>;

impl Operation {
    /// `getattr:DEPTH`, `read:SIZE:DEPTH`, `write:SIZE:DEPTH`, `list:once`, `list:again` or `memory`.
    pub(crate) fn from_word(word: &str) -> Outcome<Self> {
        Ok(match word.split(':').collect::<Vec<_>>()[..] {
            ["getattr", depth] => Self::Attributes { depth: depth.parse()? },
            ["read", size, depth] => Self::Read { size: size.parse()?, depth: depth.parse()? },
            ["write", size, depth] => Self::Write { size: size.parse()?, depth: depth.parse()? },
            ["list", "once"] => Self::ListOnce,
            ["list", "again"] => Self::ListAgain,
            ["memory"] => Self::Memory,
            _ => return Err(format!("`{word}` is no operation").into()),
        })
    }

    /// For so many seconds, after a fifth of it that is not measured.
    pub(crate) fn measure(self, server: &Server, seconds: f64) -> Outcome {
        let export = Export::mount(server)?;
        self.run(server, &export, Duration::from_secs_f64(seconds / 5.0))?;
        self.run(server, &export, Duration::from_secs_f64(seconds))
    }

    fn run(self, server: &Server, export: &Export, time: Duration) -> Outcome {
        match self {
            Self::Attributes { depth } => attributes(export, depth, time),
            Self::Read { size, depth } => Ok(read(export, size, depth, time)? / 1e6),
            Self::Write { size, depth } => Ok(write(export, size, depth, time)? / 1e6),
            Self::ListOnce => list_once(export),
            Self::ListAgain => list_again(export, time),
            Self::Memory => {
                for some in [
                    Self::Attributes { depth: 64 },
                    Self::Read { size: 1 << 20, depth: 4 },
                    Self::Write { size: 1 << 20, depth: 4 },
                    Self::ListAgain,
                ] {
                    some.run(server, export, time / 4)?;
                }
                server.resident()
            }
        }
    }
}

/// Of one file after the other.
fn attributes(export: &Export, depth: usize, time: Duration) -> Outcome {
    let files: Vec<_> = export.list(&export.look_up(LISTED)?)?;
    let calls: Vec<_> = files.into_iter().map(|object| Getattr3args { object }).collect();
    let call = |number: u64| calls.get((number % FILES) as usize).or(calls.first());
    let start = |number| export.client.start_getattr(call(number).unwrap_or(&Getattr3args::default()));
    window(depth, time, start, |_, found| match found.into_result() {
        Ok(found) if found.obj_attributes.size == 10 => Ok(1),
        other => Err(format!("GETATTR: {other:?}").into()),
    })
}

fn read(export: &Export, size: u32, depth: usize, time: Duration) -> Outcome {
    let file = export.look_up(READ)?;
    let offset = |number: u64| number * u64::from(size) % SIZE;
    let start =
        |number| export.client.start_read(&Read3args { file: file.clone(), offset: offset(number), count: size });
    window(depth, time, start, |number, found| match found {
        Read3res::Ok(found) if is_right(&found.data, offset(number), size) => Ok(u64::from(size)),
        Read3res::Ok(found) => Err(format!("READ: {} bytes, or others", found.data.len()).into()),
        refused => Err(format!("READ: {:?}", refused.discriminant()).into()),
    })
}

/// Looks at the ends: to look at all would take as long as to read it.
fn is_right(data: &[u8], offset: u64, size: u32) -> bool {
    let last = u64::from(size).saturating_sub(1);
    data.len() as u64 == u64::from(size)
        && data.first() == Some(&byte(offset))
        && data.last() == Some(&byte(offset + last))
}

fn write(export: &Export, size: u32, depth: usize, time: Duration) -> Outcome {
    let (file, data) = (export.look_up(WRITTEN)?, Bytes::from(vec![b'w'; size as usize]));
    let (mut total, begun) = (0.0, Instant::now());
    while begun.elapsed() < time || total == 0.0 {
        total += write_once(export, &file, &data, depth)?;
    }
    Ok(total / begun.elapsed().as_secs_f64())
}

/// Writes the whole file; how many bytes.
fn write_once(export: &Export, file: &NfsFh3, data: &Bytes, depth: usize) -> Outcome {
    let (size, mut is_stable) = (data.len() as u64, true);
    let mut calls = std::collections::VecDeque::new();
    let mut finish = |call: oncrpc::Pending<Write3res>| -> Outcome<()> {
        match call.wait()? {
            Write3res::Ok(written) if u64::from(written.count) == size => {
                is_stable &= written.committed == StableHow::FileSync;
                Ok(())
            }
            other => Err(format!("WRITE: {other:?}").into()),
        }
    };
    for number in 0..SIZE / size {
        if calls.len() == depth {
            calls.pop_front().map_or(Ok(()), &mut finish)?;
        }
        let (stable, count) = (StableHow::Unstable, data.len() as u32);
        let piece = Write3args { file: file.clone(), offset: number * size, count, stable, data: data.clone() };
        calls.push_back(export.client.start_write(&piece)?);
    }
    calls.into_iter().try_for_each(finish)?;
    if !is_stable {
        let all = Commit3args { file: file.clone(), offset: 0, count: 0 };
        export.client.commit(&all)?.into_result().map_err(|refused| format!("COMMIT: {refused:?}"))?;
    }
    Ok(SIZE as f64)
}

fn list_once(export: &Export) -> Outcome {
    let folder = export.look_up(LISTED)?;
    let (mut total, mut time) = (0, Duration::ZERO);
    for _ in 0..TIMES {
        thread::sleep(BETWEEN);
        let begun = Instant::now();
        total += export.list(&folder)?.len();
        time += begun.elapsed();
    }
    Ok(total as f64 / time.as_secs_f64())
}

fn list_again(export: &Export, time: Duration) -> Outcome {
    let (folder, begun, mut total) = (export.look_up(LISTED)?, Instant::now(), 0);
    while begun.elapsed() < time || total == 0 {
        total += export.list(&folder)?.len();
    }
    Ok(total as f64 / begun.elapsed().as_secs_f64())
}
