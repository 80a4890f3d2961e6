use super::ServerStream;
use crate::record::Record;
use crate::session::server::form::AsRecord;
use crate::session::server::{Handled, Pace, Programs};
use crate::xdr::Encoder;

/// Calls that come one at a time, while nothing else is to be looked at.
impl ServerStream {
    /// Whether nothing has come that is not answered, or is to be put together.
    pub fn is_at_rest(&self) -> bool {
        !self.reader.is_mid_record() && !self.has_postponed() && !self.was_full
    }

    /// Whether a call may have to wait for others, or some go the other way.
    #[inline]
    pub fn is_held_up(&self) -> bool {
        self.has_backchannel() || self.is_origin_full()
    }

    /// Whether there have been calls the other way.
    #[inline]
    pub fn has_backchannel(&self) -> bool {
        self.backchannel().is_some()
    }

    /// The message in `input`, if that is one record and nothing else.
    #[inline]
    pub fn lone_record<'a>(&self, input: &'a [u8]) -> Option<&'a [u8]> {
        let (record, rest) = self.reader.whole(input)?;
        (rest.is_empty() && !record.is_empty()).then_some(record)
    }

    /// Answers a [lone](Self::lone_record) message of a stream [at rest](Self::is_at_rest) that is not
    /// [held up](Self::is_held_up): what became of it if it was a call.
    #[inline]
    pub fn handle_lone(&mut self, programs: &Programs, message: &[u8], out: &mut Encoder) -> Option<Handled> {
        match programs.handle_lone::<AsRecord>(&mut self.call, message, out) {
            None => self.handle_record(programs, Record::Borrowed(message), false, out),
            handled => handled,
        }
    }

    /// Answers the records in front of `input` that are calls like the last one, of a stream at rest that is not held up: whether
    /// `input` is used up, if `pace` did not end it; `None` if what comes next is to be looked at more closely.
    #[inline]
    pub fn handle_several(
        &mut self,
        programs: &Programs,
        input: &mut &[u8],
        out: &mut Encoder,
        pace: &mut impl Pace,
    ) -> Option<bool> {
        let version = programs.route(&self.call)?;
        programs.handle_alike(version, &self.reader, &mut self.call, input, out, pace)
    }

    /// The row of the procedure of the last call.
    #[inline]
    pub fn row(&self) -> u32 {
        self.call.row()
    }
}
