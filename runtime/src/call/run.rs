use super::{Call, SHORTEST_HEADER};
use crate::procedure::Procedure;

/// Calls one after another of which each is like the one before.
impl Call {
    /// The next call, if its header is like the one before and calls of its procedure are simply carried out: its xid and
    /// arguments. Else this is the former call still. `plain` is told the number of another procedure than the former one, and
    /// returns it and its row if that is so of it. The first one of a run [begins](Call::begin_run) it then.
    #[inline(always)]
    pub(crate) fn follow<'a>(
        &mut self,
        message: &'a [u8],
        plain: impl FnOnce(u32) -> Option<(&'static Procedure, u32)>,
    ) -> Option<(u32, &'a [u8])> {
        let alike = self.recent.recognise(message)?;
        if !self.is_plain || !self.is_of(alike.procedure) {
            let (procedure, row) = plain(alike.procedure)?;
            self.set_procedure(Some(procedure), row);
            self.header.procedure = alike.procedure;
            self.is_plain = true;
        }
        self.header.xid = alike.xid;
        self.length = message.len();
        Some((alike.xid, alike.arguments))
    }

    /// The next call, which is as long as this one and like it but for `xid` and arguments.
    #[inline]
    pub(crate) fn repeat(&mut self, xid: u32) {
        self.header.xid = xid;
    }

    /// Whether nothing goes with credential and verifier, so that its header is the shortest there is.
    #[inline]
    pub(crate) fn has_shortest_header(&self) -> bool {
        self.recent.length() == SHORTEST_HEADER
    }

    /// Forgets what the calls before the run have left. Those of a run leave nothing, unless they are answered later, which ends it.
    #[inline]
    pub(crate) fn begin_run(&mut self) {
        self.is_admitted = false;
        self.extensions.clear();
        *self.is_taken.get_mut() = false;
    }

    /// Bytes of the message that it came in.
    #[inline]
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// What is behind the header in `message`, which it came in.
    pub(crate) fn arguments<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        message.get(self.recent.length()..).unwrap_or_default()
    }
}
