use super::room::{Room, Shared, padded, put_opaque};
use crate::trial::Coder;
use bytes::Bytes;

pub(super) struct ByHand;

impl Coder for ByHand {
    type Value = Bytes;
    type Input<'a> = Shared<'a>;
    type Output = Room;

    fn input(sample: &Bytes) -> Shared<'_> {
        Shared::new(sample)
    }

    #[inline]
    fn decode(input: &mut Shared<'_>) -> Bytes {
        let length = input.word().unwrap();
        input.take(length as usize).unwrap()
    }

    fn clear(out: &mut Room) {
        out.clear();
    }

    fn encode(value: &Bytes, out: &mut Room) {
        put_opaque(&mut out.window(4 + padded(value.len())), value);
    }

    fn bytes(out: &Room) -> Vec<u8> {
        out.filled().to_vec()
    }
}
