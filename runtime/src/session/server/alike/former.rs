use crate::call::SHORTEST_HEADER;
use crate::record;

/// What the record of a call begins with, if nothing goes with credential and verifier.
const FRONT: usize = record::MARK + SHORTEST_HEADER;

/// The record of a call with such a front, where it lies in the input. As a rule the next one is as long and begins with the same but
/// for the xid; then there is nothing else to be looked at.
#[derive(Clone, Copy)]
pub(super) struct Former<'a> {
    front: &'a [u8; FRONT],
    length: usize,
}

/// A call in front of an input, and what is behind it.
pub(super) struct Next<'a> {
    pub(super) xid: u32,
    pub(super) arguments: &'a [u8],
    pub(super) rest: &'a [u8],
}

impl<'a> Former<'a> {
    /// That of `record`, the header of which is the shortest there is.
    #[inline]
    pub(super) fn new(record: &'a [u8]) -> Option<Self> {
        Some(Self { front: record.first_chunk()?, length: record.len() })
    }

    /// The call that `input` begins with, if it is as long and like this one.
    #[inline]
    pub(super) fn next(self, input: &'a [u8]) -> Option<Next<'a>> {
        let (record, rest) = input.split_at_checked(self.length)?;
        let (front, arguments) = record.split_first_chunk()?;
        let (known, came) = (Parts::of(self.front)?, Parts::of(front)?);
        if came.mark != known.mark || came.words != known.words || came.last != known.last {
            return None;
        }
        Some(Next { xid: u32::from_be_bytes(*came.xid), arguments, rest })
    }
}

/// Those of a front. What is behind the xid is compared without a call in two.
struct Parts<'a> {
    mark: &'a [u8; 4],
    xid: &'a [u8; 4],
    words: &'a [u8; 32],
    last: &'a [u8; 4],
}

impl<'a> Parts<'a> {
    #[inline]
    fn of(front: &'a [u8; FRONT]) -> Option<Self> {
        let (mark, front) = front.split_first_chunk()?;
        let (xid, front) = front.split_first_chunk()?;
        let (words, front) = front.split_first_chunk()?;
        Some(Self { mark, xid, words, last: front.first_chunk()? })
    }
}

#[cfg(test)]
mod tests {
    use super::Former;

    /// The record of a call of procedure 9 with 8 bytes of arguments, and 4 bytes of the next one.
    fn input() -> Vec<u8> {
        let words = [0x8000_0030, 7, 0, 2, 0x2000_0099, 1, 9, 0, 0, 0, 0, 0xaaaa_aaaa, 0xbbbb_bbbb, 0x8000_0028_u32];
        words.into_iter().flat_map(u32::to_be_bytes).collect()
    }

    #[test]
    fn xid_and_arguments_are_all_that_may_differ() {
        let input = input();
        let former = Former::new(&input[..52]).unwrap();
        for changed in 0..input.len() {
            let mut other = input.clone();
            other[changed] ^= 0x10;
            let may_differ = (4..8).contains(&changed) || changed >= 44;
            assert_eq!(former.next(&other).is_some(), may_differ, "byte {changed}");
        }
        let next = former.next(&input).unwrap();
        assert_eq!((next.xid, next.arguments, next.rest), (7, &input[44..52], &input[52..]));
    }

    #[test]
    fn what_is_not_there_as_a_whole_is_none() {
        let input = input();
        let former = Former::new(&input[..52]).unwrap();
        assert!((0..52).all(|length| former.next(&input[..length]).is_none()));
        assert!(former.next(&input[..52]).is_some());
        assert!(Former::new(&input[..43]).is_none());
    }
}
