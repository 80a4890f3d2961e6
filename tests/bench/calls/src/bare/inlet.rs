use super::Records;
use socket2::Socket;
use std::io::{ErrorKind, Read, Result};

/// Bytes of one read, but for the rest of a record that is received as a whole.
const READ: usize = 256 << 10;

/// What comes on a connection: records, of which only their number is of interest.
#[derive(Debug, Default)]
pub struct Inlet {
    records: Records,
    /// Each record is received into one place, as it must be by anybody who looks at it; else a small buffer is reused.
    whole: bool,
    /// Bytes of the record that has begun.
    begun: usize,
}

/// What a read came to.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    /// Records that it completed.
    pub records: usize,
    /// There may be more to read.
    pub more: bool,
}

impl Inlet {
    pub fn new(whole: bool) -> Self {
        Self { whole, ..Self::default() }
    }

    /// A buffer for one thread's connections.
    pub fn scratch() -> Vec<u8> {
        vec![0; READ]
    }

    /// Reads once. `None` at the end of the stream.
    pub fn read(&mut self, mut socket: &Socket, scratch: &mut Vec<u8>) -> Result<Option<Came>> {
        let room = self.room(scratch);
        let most = room.len();
        match socket.read(room) {
            Ok(0) => Ok(None),
            Ok(length) => {
                let records = self.records.count(&room[..length]);
                self.begun += length;
                Ok(Some(Came { records, more: length == most }))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Some(Came { records: 0, more: false })),
            Err(error) => Err(error),
        }
    }

    fn room<'a>(&mut self, scratch: &'a mut Vec<u8>) -> &'a mut [u8] {
        let left = self.records.left();
        if !self.whole || left == 0 {
            self.begun = 0;
            return &mut scratch[..READ];
        }
        let end = self.begun + left;
        if scratch.len() < end {
            scratch.resize(end, 0);
        }
        &mut scratch[self.begun..end]
    }
}
