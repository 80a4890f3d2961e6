/// The header of a call that was decoded last, as it came. Most calls of a peer have the same one but for xid and
/// procedure, and need not be decoded again.
#[derive(Debug, Default)]
pub(super) struct Recent {
    header: Vec<u8>,
}

/// What a message has whose header is otherwise known.
pub(super) struct Alike<'a> {
    pub(super) xid: u32,
    pub(super) procedure: u32,
    pub(super) arguments: &'a [u8],
}

/// The words of a header before its credential, and the least there is of credential and verifier (RFC 5531 §9).
const WORDS: usize = 24;
const PROOF: usize = 16;

impl Recent {
    /// `header` was decoded.
    pub(super) fn set(&mut self, header: &[u8]) {
        self.header.clear();
        self.header.extend_from_slice(header);
    }

    /// What the header in front of `message` has, if the rest of it is known.
    #[inline]
    pub(super) fn recognise<'a>(&self, message: &'a [u8]) -> Option<Alike<'a>> {
        let (header, arguments) = message.split_at_checked(self.header.len())?;
        let (known, known_proof, known_rest) = parts(&self.header)?;
        let (words, proof, rest) = parts(header)?;
        let ([_, known @ .., _], []) = known.as_chunks::<4>() else { return None };
        let ([xid, words @ .., procedure], []) = words.as_chunks::<4>() else { return None };
        let is_alike = words == known && proof == known_proof && (rest.is_empty() || rest == known_rest);
        is_alike.then_some(Alike {
            xid: u32::from_be_bytes(*xid),
            procedure: u32::from_be_bytes(*procedure),
            arguments,
        })
    }
}

/// What is of a known length is compared without a call.
#[inline]
fn parts(header: &[u8]) -> Option<(&[u8; WORDS], &[u8; PROOF], &[u8])> {
    let (words, proof) = header.split_first_chunk()?;
    let (proof, rest) = proof.split_first_chunk()?;
    Some((words, proof, rest))
}

#[cfg(test)]
mod tests {
    use super::Recent;

    /// A call of procedure 9, with a credential of 4 bytes.
    fn message() -> Vec<u8> {
        let words = [7_u32, 0, 2, 0x2000_0099, 1, 9, 5, 4, 0xabcd, 0, 0, 0xffff_ffff];
        words.into_iter().flat_map(u32::to_be_bytes).collect()
    }

    #[test]
    fn xid_procedure_and_arguments_are_all_that_may_differ() {
        let mut recent = Recent::default();
        assert!(recent.recognise(&message()).is_none());
        recent.set(&message()[..44]);
        for changed in 0..message().len() {
            let mut other = message();
            other[changed] ^= 0x10;
            let may_differ = changed < 4 || (20..24).contains(&changed) || changed >= 44;
            assert_eq!(recent.recognise(&other).is_some(), may_differ, "byte {changed}");
        }
        let message = message();
        let found = recent.recognise(&message).unwrap();
        assert_eq!((found.xid, found.procedure, found.arguments), (7, 9, &message[44..]));
    }

    #[test]
    fn what_is_shorter_is_not_known() {
        let mut recent = Recent::default();
        recent.set(&message()[..44]);
        assert!((0..44).all(|length| recent.recognise(&message()[..length]).is_none()));
        assert!(recent.recognise(&message()[..44]).is_some());
    }
}
