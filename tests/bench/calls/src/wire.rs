//! Calls and replies of `bench.x` as they are on the wire, made by hand (RFC 5531 §9, §11), for those who do not parse.

use oncrpc_bench_interface::bench_v1::{PROGRAM, VERSION};

/// The bit of a record mark that says that no further fragment follows.
const LAST_FRAGMENT: u32 = 0x8000_0000;

/// A call and its reply, each a record of one fragment.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub call: Vec<u8>,
    pub reply: Vec<u8>,
}

impl Exchange {
    /// NULLPROC.
    pub fn null() -> Self {
        Self::new(0, &[], &[])
    }

    /// ECHO of 84 bytes.
    pub fn echo() -> Self {
        let attributes: Vec<u8> = (1..=21_u32).flat_map(u32::to_be_bytes).collect();
        Self::new(1, &attributes, &attributes)
    }

    /// WRITE of `size` bytes, a multiple of 4.
    pub fn write(size: usize) -> Self {
        Self::new(2, &opaque(size), &(size as u32).to_be_bytes())
    }

    /// READ of `size` bytes, a multiple of 4.
    pub fn read(size: usize) -> Self {
        Self::new(3, &(size as u32).to_be_bytes(), &opaque(size))
    }

    fn new(procedure: u32, arguments: &[u8], results: &[u8]) -> Self {
        let call = words(&[0, 0, 2, PROGRAM, VERSION, procedure, 0, 0, 0, 0]);
        let reply = words(&[0, 1, 0, 0, 0, 0]);
        Self {
            call: record(&[call.as_slice(), arguments].concat()),
            reply: record(&[reply.as_slice(), results].concat()),
        }
    }

    /// The same as messages without a record mark, for datagrams.
    pub fn datagrams(self) -> Self {
        Self { call: self.call[4..].to_vec(), reply: self.reply[4..].to_vec() }
    }

    /// `count` calls one after another, with transaction numbers from 0, and the replies to them.
    pub fn repeated(&self, count: usize) -> Self {
        let repeat = |record: &[u8]| {
            let mut records = record.repeat(count);
            for (xid, record) in records.chunks_exact_mut(record.len()).enumerate() {
                record[4..8].copy_from_slice(&(xid as u32).to_be_bytes());
            }
            records
        };
        Self { call: repeat(&self.call), reply: repeat(&self.reply) }
    }
}

/// The byte at `index` of opaque data, for a server to send and a driver to look for.
pub fn byte(index: usize) -> u8 {
    (index % 251) as u8
}

/// `size` bytes of it.
pub fn data(size: usize) -> Vec<u8> {
    (0..size).map(byte).collect()
}

fn opaque(size: usize) -> Vec<u8> {
    [(size as u32).to_be_bytes().as_slice(), &data(size)].concat()
}

fn record(message: &[u8]) -> Vec<u8> {
    [&(LAST_FRAGMENT | message.len() as u32).to_be_bytes(), message].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}
