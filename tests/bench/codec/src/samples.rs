//! The values that all contestants move, as bytes. Each takes them apart by its own means before it is measured.

use bytes::Bytes;
use oncrpc::xdr::{Encoder, Opaque, Xdr};
use oncrpc_bench_interface::{Attributes, Batch, Detail, Device, Directory, Entry, FileType, Mixed, Moment, Numbers};
use std::io;
use std::path::Path;

/// Values as they stand on the wire.
pub(crate) struct Sample {
    pub(crate) bytes: Bytes,
    /// How many values stand one after another, without a count.
    pub(crate) count: usize,
}

const NAMES: [&str; 6] = ["attributes", "numbers", "mixed", "payload", "directory", "call"];

/// Where one structure is over too soon to be timed.
const MANY: usize = 64;

/// Writes a file for each sample.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for name in NAMES {
        let sample = Sample::of(name).ok_or(io::ErrorKind::NotFound)?;
        std::fs::write(folder.join(name), sample.bytes)?;
    }
    Ok(())
}

impl Sample {
    /// By its name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let mut any = Any(0);
        Some(match name {
            "attributes" => Self::new::<Attributes>((0..MANY).map(|_| any.attributes()).collect()),
            "numbers" => {
                Self::new::<Numbers>(vec![Numbers { all: (0..1_000_000).map(|_| any.word() as i32).collect() }])
            }
            "mixed" => Self::new::<Batch>(vec![Batch { all: (0..1_000).map(|at| any.mixed(at)).collect() }]),
            "payload" => Self::new::<Opaque>(vec![Bytes::from(any.bytes(1 << 20))]),
            "directory" => {
                Self::new::<Directory>(vec![Directory { entries: (0..10_000).map(|at| any.entry(at)).collect() }])
            }
            "call" => Self::calls(&any.bytes(1 << 10)),
            _ => return None,
        })
    }

    fn new<C: Xdr>(values: Vec<C::Value>) -> Self {
        let mut out = Encoder::new();
        for value in &values {
            C::encode(value, &mut out).expect("a sample is within its bounds");
        }
        Self { bytes: out.into_bytes(), count: values.len() }
    }

    /// Records (RFC 5531 §11), each a call without credential whose arguments are `payload` behind its length.
    fn calls(payload: &[u8]) -> Self {
        let mut bytes = Vec::new();
        for xid in 0..MANY as u32 {
            let length = payload.len() as u32;
            let mark = 1 << 31 | (44 + length);
            for word in [mark, xid, 0, 2, 0x2000_0b9c, 1, 2, 0, 0, 0, 0, length] {
                bytes.extend(word.to_be_bytes());
            }
            bytes.extend(payload);
        }
        Self { bytes: bytes.into(), count: MANY }
    }
}

/// Values without a pattern, the same in each run: Knuth's MMIX generator.
struct Any(u64);

impl Any {
    fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn hyper(&mut self) -> u64 {
        u64::from(self.word()) << 32 | u64::from(self.word())
    }

    fn below(&mut self, end: usize) -> usize {
        self.word() as usize % end
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.word() as u8).collect()
    }

    /// Of 4 to 20 letters.
    fn name(&mut self) -> String {
        (0..4 + self.below(17)).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }

    fn moment(&mut self) -> Moment {
        Moment { seconds: self.word(), nanoseconds: self.word() % 1_000_000_000 }
    }

    fn attributes(&mut self) -> Attributes {
        let types = [FileType::Regular, FileType::Directory, FileType::Link];
        Attributes {
            r#type: types[self.below(3)],
            mode: self.word() & 0o7777,
            links: 1,
            user: self.word(),
            group: self.word(),
            size: self.hyper(),
            used: self.hyper(),
            special: Device { major_number: self.word(), minor_number: self.word() },
            file_system: self.hyper(),
            file: self.hyper(),
            accessed: self.moment(),
            modified: self.moment(),
            changed: self.moment(),
        }
    }

    fn mixed(&mut self, at: u64) -> Mixed {
        let more = match self.below(3) {
            0 => Detail::Nothing,
            1 => Detail::Count(self.word()),
            _ => Detail::Instant(self.moment()),
        };
        let (name, data) = (self.name().into(), self.below(64));
        let values = (0..self.below(8)).map(|_| self.word() as i32).collect();
        Mixed { id: at, name, data: self.bytes(data).into(), values, flag: self.below(2) == 1, more }
    }

    fn entry(&mut self, at: u64) -> Entry {
        Entry { file: self.hyper(), name: self.name().into(), cookie: at }
    }
}
