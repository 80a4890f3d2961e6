//! Messages that were encoded elsewhere.

use super::{Encoder, Payload};
use crate::xdr::Sink;
use crate::xdr::sink::SPLICE;

/// How many times more memory than it has bytes a message may keep before it is worth a copy.
const WORTH: usize = 4;

impl Encoder {
    /// Appends what `other` holds, whole messages as a rule. Neither what it keeps by reference is copied nor what is large
    /// and all that it holds; but all is if it keeps far more memory than it shows.
    pub(crate) fn append(&mut self, mut other: Self) {
        // The limit of a message is not one of several; without it, only the memory of the machine is.
        self.begin(usize::MAX);
        if !other.payloads.is_empty() && other.memory() / WORTH > other.len() {
            other.slices().for_each(|slice| {
                let _ = self.put_slice(slice);
            });
            return;
        }
        let mut from = other.start;
        for payload in core::mem::take(&mut other.payloads) {
            let _ = self.put_slice(other.buffer.get(from..payload.at).unwrap_or_default());
            from = payload.at;
            self.payload_bytes += payload.data.len();
            self.payloads.push_back(Payload { at: self.end, ..payload });
        }
        if from == 0 && other.end >= SPLICE {
            // What is kept by reference is to be no larger than it shows.
            other.buffer.truncate(other.end);
            other.buffer.shrink_to_fit();
            let _ = self.put_bytes(&other.buffer.into());
        } else {
            let _ = self.put_slice(other.buffer.get(from..other.end).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    /// Words, a payload, words: what a reply to READ is.
    fn reply(payload: &Bytes) -> Encoder {
        let mut reply = Encoder::new();
        reply.put([1; 4]).unwrap();
        reply.put_bytes(payload).unwrap();
        reply.put([2; 4]).unwrap();
        reply
    }

    fn flat(encoder: &Encoder) -> Vec<u8> {
        encoder.slices().flatten().copied().collect()
    }

    #[test]
    fn what_is_kept_by_reference_is_not_copied() {
        let payload = Bytes::from(vec![7; 2 * SPLICE]);
        let mut out = Encoder::new();
        out.put([0; 4]).unwrap();
        let mut second = reply(&payload);
        second.advance(4 + SPLICE);
        let expected = [vec![0; 4], flat(&reply(&payload)), flat(&second)].concat();
        out.append(reply(&payload));
        out.append(second);
        assert_eq!(flat(&out), expected);
        assert_eq!(out.len(), expected.len());
        let ends = [payload.as_ptr_range().end; 2];
        let large = out.slices().filter(|slice| slice.len() >= SPLICE).map(|slice| slice.as_ptr_range().end);
        assert_eq!(large.collect::<Vec<_>>(), ends);
        assert!(out.memory() >= 4 * SPLICE, "both count with all that they keep");
    }

    /// As a part of the call that it answers does.
    #[test]
    fn what_keeps_far_more_than_it_shows_is_copied() {
        let payload = Bytes::from(vec![7; 2 * SPLICE]);
        let mut other = reply(&payload);
        other.burden(100 * SPLICE);
        let (expected, mut out) = (flat(&other), Encoder::new());
        out.append(other);
        assert_eq!(flat(&out), expected);
        assert!(payload.is_unique());
        assert!(out.memory() < 5 * SPLICE, "{} bytes", out.memory());
    }

    #[test]
    fn what_is_large_and_in_one_piece_is_not_copied() {
        let mut other = Encoder::new();
        other.put_slice(&[5; 3 * SPLICE]).unwrap();
        let (expected, mut out) = (flat(&other), Encoder::new());
        out.put([0; 4]).unwrap();
        out.append(other);
        assert_eq!(out.slices().count(), 2);
        assert_eq!(flat(&out)[4..], expected);
        assert!(out.memory() < 4 * SPLICE, "no more is kept than there is");
    }

    #[test]
    fn what_was_sent_in_part_is_appended_in_part() {
        let mut other = Encoder::new();
        other.put_slice(&[5; 2 * SPLICE]).unwrap();
        other.advance(1);
        let mut out = Encoder::new();
        out.append(other);
        out.append(Encoder::new());
        assert_eq!(flat(&out), [5; 2 * SPLICE - 1]);
    }
}
