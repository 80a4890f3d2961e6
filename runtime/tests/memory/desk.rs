//! What the server serves: a procedure for each way to make it use memory.

use oncrpc::codegen as rpc;
use oncrpc::{Call, Reply, Text};
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

pub(crate) const PROGRAM: u32 = 0x2000_0099;

/// A reply of so many bytes of opaque data, and one of so many numbers.
pub(crate) const FILL: u32 = 1;
pub(crate) const NUMBERS: u32 = 2;
/// The opaque data that came.
pub(crate) const ECHO: u32 = 3;
/// As [`FILL`], once, and as a reply that comes later from another thread.
pub(crate) const ONCE: u32 = 4;
pub(crate) const LATER: u32 = 5;
/// Takes opaque data and its time, on the pool, and so does the other one, which answers as [`FILL`].
pub(crate) const SLOW: u32 = 6;
pub(crate) const POOLED: u32 = 7;
/// The number of strings that came.
pub(crate) const COUNT: u32 = 8;

const PROCEDURES: &[rpc::Procedure] = &[
    procedure(FILL),
    procedure(NUMBERS),
    procedure(ECHO),
    procedure(ONCE).at_most_once(),
    procedure(LATER),
    procedure(SLOW),
    procedure(POOLED),
    procedure(COUNT),
];

pub(crate) const fn procedure(number: u32) -> rpc::Procedure {
    rpc::Procedure::new(PROGRAM, 1, number, "A_PROCEDURE")
}

/// A hand-written version of a program, and the thread that answers what is answered later.
pub(crate) struct Desk {
    later: Mutex<Sender<(Reply<rpc::Bytes>, u32)>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let (later, asked) = channel::<(Reply<rpc::Bytes>, u32)>();
        std::thread::spawn(move || asked.into_iter().for_each(|(reply, count)| reply.send(Ok(filled(count)))));
        Self { later: Mutex::new(later) }
    }
}

impl rpc::Dispatch for Desk {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        PROCEDURES
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        match call.procedure() {
            FILL | ONCE | POOLED => rpc::results::<rpc::Opaque>(&filled(rpc::argument::<u32>(input)?), out),
            NUMBERS => rpc::results::<rpc::Array<u32>>(&vec![7; rpc::argument::<u32>(input)? as usize], out),
            ECHO => rpc::results::<rpc::Opaque>(&rpc::argument::<rpc::Opaque>(input)?, out),
            LATER => {
                let count = rpc::argument::<u32>(input)?;
                let _ = self.later.lock().unwrap().send((rpc::reply::<rpc::Opaque>(call), count));
                Ok(rpc::Answer::Deferred)
            }
            SLOW => {
                let data = rpc::argument::<rpc::Opaque>(input)?;
                std::thread::sleep(Duration::from_millis(20));
                rpc::results::<u32>(&(data.len() as u32), out)
            }
            COUNT => {
                let strings: Vec<Text> = rpc::argument::<rpc::Array<rpc::Str>>(input)?;
                rpc::results::<u32>(&(strings.len() as u32), out)
            }
            _ => Err(rpc::procedure_unavailable()),
        }
    }
}

fn filled(count: u32) -> rpc::Bytes {
    vec![0xab; count as usize].into()
}
