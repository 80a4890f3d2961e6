//! Values of the benchmark's types, the same in every run.

use crate::bench_views::{Attributes, Batch, Detail, Device, Directory, Entry, FileType, Mixed, Moment, Numbers};

pub(crate) fn attributes() -> Attributes {
    let moment = |seconds| Moment { seconds, nanoseconds: 999_999_999 };
    Attributes {
        r#type: FileType::Regular,
        mode: 0o644,
        links: 1,
        user: 1000,
        group: 1000,
        size: 0x0123_4567_89ab_cdef,
        used: 0x0123_4567_89ab_d000,
        special: Device { major_number: 8, minor_number: 1 },
        file_system: 0xfedc_ba98_7654_3210,
        file: 4711,
        accessed: moment(1),
        modified: moment(2),
        changed: moment(3),
    }
}

pub(crate) fn numbers(count: i32) -> Numbers {
    Numbers { all: (0..count).collect() }
}

pub(crate) fn batch(count: usize) -> Batch {
    Batch { all: (0..count).map(mixed).collect() }
}

fn mixed(index: usize) -> Mixed {
    Mixed {
        id: index as u64,
        name: format!("name-{index:04}").into(),
        data: vec![index as u8; 32].into(),
        values: (0..8).collect(),
        flag: index.is_multiple_of(2),
        more: match index % 3 {
            0 => Detail::Nothing,
            1 => Detail::Count(index as u32),
            _ => Detail::Instant(Moment { seconds: 1, nanoseconds: 2 }),
        },
    }
}

pub(crate) fn directory(count: usize) -> Directory {
    let entry = |index: usize| Entry {
        file: index as u64,
        name: format!("file-{index:06}.dat").into(),
        cookie: index as u64 + 1,
    };
    Directory { entries: (0..count).map(entry).collect() }
}

pub(crate) fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|index| index as u8).collect()
}
