//! Structures in place: checked and looked at in one pass.

use super::room::{hyper, padded, word};

enum Detail {
    Nothing,
    Count(u32),
    Instant(u32, u32),
}

struct Mixed<'a> {
    id: u64,
    name: &'a [u8],
    data: &'a [u8],
    values: &'a [[u8; 4]],
    flag: bool,
    more: Detail,
}

struct Entry<'a> {
    file: u64,
    name: &'a [u8],
    cookie: u64,
}

/// Adds up what it sees of a batch.
pub(super) fn batch(bytes: &[u8]) -> u64 {
    let rest = &mut &bytes[..];
    let count = word(rest).unwrap();
    let mut sum = 0u64;
    for _ in 0..count {
        let it = mixed(rest).unwrap();
        let more = match it.more {
            Detail::Nothing => 0,
            Detail::Count(count) => u64::from(count),
            Detail::Instant(seconds, nanoseconds) => u64::from(seconds) + u64::from(nanoseconds),
        };
        let values = it.values.iter().fold(0, |sum: u64, it| sum.wrapping_add(i32::from_be_bytes(*it) as u64));
        let lengths = it.name.len() + it.data.len();
        sum = sum.wrapping_add(it.id.wrapping_add(lengths as u64).wrapping_add(values));
        sum = sum.wrapping_add(more + u64::from(it.flag));
    }
    assert!(rest.is_empty());
    sum
}

/// Adds up what it sees of a directory.
pub(super) fn directory(bytes: &[u8]) -> u64 {
    let rest = &mut &bytes[..];
    let mut sum = 0u64;
    while word(rest).unwrap() != 0 {
        let it = entry(rest).unwrap();
        sum = sum.wrapping_add(it.file.wrapping_add(it.name.len() as u64).wrapping_add(it.cookie));
    }
    assert!(rest.is_empty());
    sum
}

#[inline]
fn mixed<'a>(rest: &mut &'a [u8]) -> Option<Mixed<'a>> {
    let (id, name, data) = (hyper(rest)?, opaque(rest, 255)?, opaque(rest, u32::MAX)?);
    let count = word(rest)? as usize;
    let (values, after) = rest.split_at_checked(count.checked_mul(4)?)?;
    *rest = after;
    let flag = word(rest)? != 0;
    let more = match word(rest)? {
        0 => Detail::Nothing,
        1 => Detail::Count(word(rest)?),
        2 => Detail::Instant(word(rest)?, word(rest)?),
        _ => return None,
    };
    Some(Mixed { id, name, data, values: values.as_chunks().0, flag, more })
}

#[inline]
fn entry<'a>(rest: &mut &'a [u8]) -> Option<Entry<'a>> {
    Some(Entry { file: hyper(rest)?, name: opaque(rest, 255)?, cookie: hyper(rest)? })
}

#[inline]
fn opaque<'a>(rest: &mut &'a [u8], most: u32) -> Option<&'a [u8]> {
    let length = word(rest).filter(|length| *length <= most)? as usize;
    let (front, back) = rest.split_at_checked(padded(length))?;
    *rest = back;
    front.get(..length)
}
