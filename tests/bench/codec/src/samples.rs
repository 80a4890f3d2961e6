//! The values that all contestants move, as bytes. Each takes them apart by its own means before it is measured.

use oncrpc::xdr::{Encoder, Xdr};
use oncrpc_bench_interface::{Attributes, Device, FileType, Moment};
use std::io;
use std::path::Path;

/// How many structures stand one after another where one alone is over too soon to be timed.
pub(crate) const MANY: usize = 64;

/// Writes a file for each sample.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("attributes"), attributes())
}

/// [`MANY`] times `attributes`, without a count.
pub(crate) fn attributes() -> Vec<u8> {
    let mut numbers = Numbers::default();
    bytes::<Attributes>((0..MANY).map(|_| numbers.attributes()))
}

fn bytes<C: Xdr>(values: impl Iterator<Item = C::Value>) -> Vec<u8> {
    let mut out = Encoder::new();
    for value in values {
        C::encode(&value, &mut out).expect("a sample is within its bounds");
    }
    out.into_bytes().to_vec()
}

/// The same numbers in each run.
#[derive(Default)]
struct Numbers(u64);

impl Numbers {
    /// Knuth's MMIX generator; the upper half is random enough.
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn wide(&mut self) -> u64 {
        u64::from(self.next()) << 32 | u64::from(self.next())
    }

    fn below(&mut self, end: u32) -> u32 {
        self.next() % end
    }

    fn moment(&mut self) -> Moment {
        Moment { seconds: self.next(), nanoseconds: self.below(1_000_000_000) }
    }

    fn attributes(&mut self) -> Attributes {
        let types = [FileType::Regular, FileType::Directory, FileType::Link];
        Attributes {
            r#type: types[self.below(3) as usize],
            mode: self.below(0o10000),
            links: self.below(9),
            user: self.next(),
            group: self.next(),
            size: self.wide(),
            used: self.wide(),
            special: Device { major_number: self.next(), minor_number: self.next() },
            file_system: self.wide(),
            file: self.wide(),
            accessed: self.moment(),
            modified: self.moment(),
            changed: self.moment(),
        }
    }
}
