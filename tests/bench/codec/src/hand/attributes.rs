use crate::clock::{Clock, Outcome, sum};
use crate::samples;
use oncrpc_bench_interface::{Attributes, Device, FileType, Moment};
use std::hint::black_box;

const SIZE: usize = 84;

pub(super) fn encode_many(clock: &Clock) -> Outcome {
    let sample = samples::attributes();
    let values: Vec<Attributes> = sample.as_chunks().0.iter().map(|it| decode(it).unwrap()).collect();
    let mut out = vec![0; sample.len()];
    let mut work = || {
        let mut rest = &mut out[..];
        for value in &values {
            let Some((window, after)) = rest.split_first_chunk_mut() else { return };
            encode(black_box(value), window);
            rest = after;
        }
        black_box(&out);
    };
    let figure = clock.time(&mut work) / values.len() as f64;
    Outcome { figure, check: sum(&out) }
}

pub(super) fn decode_many(clock: &Clock) -> Outcome {
    let sample = samples::attributes();
    let mut out = vec![0; sample.len()];
    let work = || {
        let mut rest = &sample[..];
        while let Some((window, after)) = rest.split_first_chunk() {
            black_box(decode(window));
            rest = after;
        }
    };
    let figure = clock.time(work) / samples::MANY as f64;
    for (window, out) in sample.as_chunks().0.iter().zip(out.as_chunks_mut().0) {
        encode(&decode(window).unwrap(), out);
    }
    Outcome { figure, check: sum(&out) }
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
