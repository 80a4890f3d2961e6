/// The header of a call that was decoded last, as it came. Most calls of a peer have the same one but for xid and
/// procedure, and need not be decoded again.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// Bytes of it; 0 as long as nothing was decoded.
    length: usize,
    /// Behind the xid, and behind the procedure.
    known: ([u8; 16], [u8; 16]),
    /// What credential and verifier have beyond the least there is of them.
    rest: Vec<u8>,
}

/// What a message has whose header is otherwise known.
pub(super) struct Alike<'a> {
    pub(super) xid: u32,
    pub(super) procedure: u32,
    pub(super) arguments: &'a [u8],
}

/// The least that the header of a call takes (RFC 5531 §9).
pub(crate) const SHORTEST_HEADER: usize = 40;

impl Recent {
    /// `header` was decoded.
    pub(super) fn set(&mut self, header: &[u8]) {
        self.length = 0;
        self.rest.clear();
        if let Some(Header { known, rest, .. }) = Header::of(header) {
            self.length = header.len();
            self.known = (*known.0, *known.1);
            self.rest.extend_from_slice(rest);
        }
    }

    /// Bytes of it; 0 as long as nothing was decoded.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// What the header in front of `message` has, if the rest of it is known.
    #[inline]
    pub(super) fn recognise<'a>(&self, message: &'a [u8]) -> Option<Alike<'a>> {
        let Header { xid, known, procedure, rest } = Header::of(message)?;
        if *known.0 != self.known.0 || *known.1 != self.known.1 {
            return None;
        }
        let arguments = if self.length == SHORTEST_HEADER { rest } else { self.behind_rest(rest)? };
        Some(Alike { xid: u32::from_be_bytes(*xid), procedure: u32::from_be_bytes(*procedure), arguments })
    }

    fn behind_rest<'a>(&self, rest: &'a [u8]) -> Option<&'a [u8]> {
        if self.length == 0 { None } else { rest.strip_prefix(&*self.rest) }
    }
}

/// The parts of a message that begins with the header of a call (RFC 5531 §9). What is of a known length is compared without a
/// call.
struct Header<'a> {
    xid: &'a [u8; 4],
    known: (&'a [u8; 16], &'a [u8; 16]),
    procedure: &'a [u8; 4],
    /// What credential and verifier have beyond flavors and lengths, and what is behind them.
    rest: &'a [u8],
}

impl<'a> Header<'a> {
    #[inline]
    fn of(message: &'a [u8]) -> Option<Self> {
        let (front, rest) = message.split_first_chunk::<SHORTEST_HEADER>()?;
        let (xid, front) = front.split_first_chunk()?;
        let (words, front) = front.split_first_chunk()?;
        let (procedure, front) = front.split_first_chunk()?;
        Some(Self { xid, known: (words, front.first_chunk()?), procedure, rest })
    }
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
