use super::room::Room;
use crate::trial::Coder;
use bytes::Bytes;
use oncrpc_bench_interface::{Attributes, Device, FileType, Moment};

const SIZE: usize = 84;

pub(super) struct ByHand;

impl Coder for ByHand {
    type Value = Attributes;
    type Input<'a> = &'a [u8];
    type Output = Room;

    fn input(sample: &Bytes) -> &[u8] {
        sample
    }

    #[inline]
    fn decode(input: &mut &[u8]) -> Attributes {
        let (window, rest) = input.split_first_chunk().unwrap();
        *input = rest;
        decode(window).unwrap()
    }

    fn clear(out: &mut Room) {
        out.clear();
    }

    #[inline]
    fn encode(value: &Attributes, out: &mut Room) {
        encode(value, out.window(SIZE).as_mut_array().unwrap());
    }

    fn bytes(out: &Room) -> Vec<u8> {
        out.filled().to_vec()
    }
}

#[inline]
fn encode(value: &Attributes, out: &mut [u8; SIZE]) {
    let mut word = |at: usize, value: u32| out[at..at + 4].copy_from_slice(&value.to_be_bytes());
    word(0, value.r#type as u32);
    word(4, value.mode);
    word(8, value.links);
    word(12, value.user);
    word(16, value.group);
    word(36, value.special.major_number);
    word(40, value.special.minor_number);
    for (at, moment) in [(60, &value.accessed), (68, &value.modified), (76, &value.changed)] {
        word(at, moment.seconds);
        word(at + 4, moment.nanoseconds);
    }
    let mut hyper = |at: usize, value: u64| out[at..at + 8].copy_from_slice(&value.to_be_bytes());
    hyper(20, value.size);
    hyper(28, value.used);
    hyper(44, value.file_system);
    hyper(52, value.file);
}

/// `None` if the type is none.
#[inline]
fn decode(input: &[u8; SIZE]) -> Option<Attributes> {
    let word = |at: usize| u32::from_be_bytes([input[at], input[at + 1], input[at + 2], input[at + 3]]);
    let hyper = |at: usize| u64::from(word(at)) << 32 | u64::from(word(at + 4));
    let moment = |at: usize| Moment { seconds: word(at), nanoseconds: word(at + 4) };
    Some(Attributes {
        r#type: file_type(word(0))?,
        mode: word(4),
        links: word(8),
        user: word(12),
        group: word(16),
        size: hyper(20),
        used: hyper(28),
        special: Device { major_number: word(36), minor_number: word(40) },
        file_system: hyper(44),
        file: hyper(52),
        accessed: moment(60),
        modified: moment(68),
        changed: moment(76),
    })
}

#[inline]
fn file_type(word: u32) -> Option<FileType> {
    Some(match word {
        1 => FileType::Regular,
        2 => FileType::Directory,
        3 => FileType::Block,
        4 => FileType::Character,
        5 => FileType::Link,
        _ => return None,
    })
}
