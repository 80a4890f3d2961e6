use std::io::{self, ErrorKind, Read};

/// A procedure of the interfaces that are counted, with arguments and results that are always the same.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    /// Nothing either way.
    Null,
    /// 84 bytes either way.
    Echo,
    /// 64 KiB to the server.
    Write,
    /// 64 KiB from the server.
    Read,
    /// The procedures of an interface of so many, in turn: a number either way.
    Wide(u32),
}

/// What READ and WRITE move.
const DATA: usize = 64 << 10;

impl Call {
    /// As the subject names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Echo => "echo",
            Self::Write => "write",
            Self::Read => "read",
            Self::Wide(_) => "wide",
        }
    }

    /// The interface that has it, as the subject names it.
    pub(crate) fn interface(self) -> String {
        match self {
            Self::Wide(width) => format!("wide_{width}"),
            _ => "bench".to_owned(),
        }
    }

    /// The record of a call.
    pub(crate) fn call(self, xid: u32) -> Vec<u8> {
        let (program, procedure) = match self {
            Self::Null => (0x2000_0b9c, 0),
            Self::Echo => (0x2000_0b9c, 1),
            Self::Write => (0x2000_0b9c, 2),
            Self::Read => (0x2000_0b9c, 3),
            Self::Wide(width) => (0x2000_0c07, Self::step(width, xid)),
        };
        let arguments = match self {
            Self::Null => Vec::new(),
            Self::Echo => attributes(),
            Self::Write => opaque(),
            Self::Read => words(&[DATA as u32]),
            Self::Wide(_) => words(&[xid]),
        };
        record(&[&words(&[xid, 0, 2, program, 1, procedure, 0, 0, 0, 0]), &arguments])
    }

    /// The record of the reply to that call.
    pub(crate) fn reply(self, xid: u32) -> Vec<u8> {
        let results = match self {
            Self::Null => Vec::new(),
            Self::Echo => attributes(),
            Self::Write => words(&[DATA as u32]),
            Self::Read => opaque(),
            Self::Wide(width) => words(&[xid ^ Self::step(width, xid)]),
        };
        record(&[&words(&[xid, 1, 0, 0, 0, 0]), &results])
    }

    /// The procedure of an interface of so many whose turn it is.
    const fn step(width: u32, xid: u32) -> u32 {
        // Not one after another: the first and the last ones are to come as well in 64 calls.
        1 + (xid.wrapping_mul(0x9e37_79b9) >> 8) % width
    }
}

/// Reads the record of a call of `call`, and tells its xid.
pub(crate) fn read_call(from: &mut impl Read, call: Call) -> io::Result<u32> {
    let expected = call.call(0);
    let mut record = vec![0; expected.len()];
    from.read_exact(&mut record)?;
    let (Some(mark), Some(xid)) = (record.first_chunk(), record.get(4..).and_then(<[u8]>::first_chunk::<4>)) else {
        return Err(io::Error::new(ErrorKind::InvalidData, "a call is longer than that"));
    };
    if Some(mark) != expected.first_chunk::<4>() {
        return Err(io::Error::new(ErrorKind::InvalidData, format!("no call of {call:?}")));
    }
    Ok(u32::from_be_bytes(*xid))
}

/// A fixed-size structure of 21 words.
fn attributes() -> Vec<u8> {
    words(&[1, 0o644, 1, 1000, 1000, 0, 4096, 0, 4096, 0, 0, 0, 7, 0, 4711, 1, 2, 3, 4, 5, 6])
}

fn opaque() -> Vec<u8> {
    let data: Vec<u8> = (0..DATA).map(|index| index as u8).collect();
    [words(&[DATA as u32]), data].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// One fragment that is a whole record.
fn record(parts: &[&[u8]]) -> Vec<u8> {
    let message = parts.concat();
    [&words(&[0x8000_0000 | message.len() as u32]), &message[..]].concat()
}
