use super::room::{Room, padded, put, put_opaque, word};
use crate::trial::Coder;
use bytes::Bytes;

/// Mark, header and length of the arguments, up to which all calls of a client are the same but for two words.
const FRONT: usize = 48;

pub(super) struct ByHand;

impl Coder for ByHand {
    type Value = (u32, Bytes);
    type Input<'a> = &'a [u8];
    type Output = Room;

    fn input(sample: &Bytes) -> &[u8] {
        sample
    }

    fn decode(input: &mut &[u8]) -> (u32, Bytes) {
        let call = call(input).unwrap();
        (call.xid, Bytes::copy_from_slice(&call.arguments[4..]))
    }

    fn clear(out: &mut Room) {
        out.clear();
    }

    #[inline]
    fn encode((xid, payload): &(u32, Bytes), out: &mut Room) {
        let length = FRONT + padded(payload.len());
        let rest = &mut out.window(length);
        let mark = 1 << 31 | (length as u32 - 4);
        for word in [mark, *xid, 0, 2, 0x2000_0b9c, 1, 2, 0, 0, 0, 0] {
            put(rest, word.to_be_bytes());
        }
        put_opaque(rest, payload);
    }

    fn bytes(out: &Room) -> Vec<u8> {
        out.filled().to_vec()
    }
}

struct Call<'a> {
    xid: u32,
    program: u32,
    version: u32,
    procedure: u32,
    arguments: &'a [u8],
}

/// Adds up what it sees of records.
pub(super) fn walk(bytes: &[u8]) -> u64 {
    let rest = &mut &bytes[..];
    let mut sum = 0u64;
    while !rest.is_empty() {
        let it = call(rest).unwrap();
        let length = u32::from_be_bytes(*it.arguments.first_chunk().unwrap());
        let words = [it.xid, it.program, it.version, it.procedure, length];
        sum += words.map(u64::from).iter().sum::<u64>() + it.arguments.len() as u64;
    }
    sum
}

/// A record of one fragment with a call that has neither credential nor verifier, or none.
#[inline]
fn call<'a>(rest: &mut &'a [u8]) -> Option<Call<'a>> {
    let mark = word(rest)?;
    let (record, after) = rest.split_at_checked((mark & !(1 << 31)) as usize)?;
    *rest = after;
    let (header, arguments) = record.split_first_chunk::<40>()?;
    let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let known = mark >> 31 == 1 && word(4) == 0 && word(8) == 2 && header[24..] == [0; 16];
    known.then(|| Call { xid: word(0), program: word(12), version: word(16), procedure: word(20), arguments })
}
