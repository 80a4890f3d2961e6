use super::Programs;
use crate::call::Call;
use crate::dispatch::Answer;
use crate::error::Result;
use crate::limits::Limits;
use crate::metrics::Outcome;
use crate::record::{self, OpenRecord};
use crate::xdr::{EncodeError, Encoder, Mark, Sink};

/// How a reply stands in the output.
pub(super) trait Form {
    /// A reply that has been begun.
    type Open;

    /// Bytes in front of the message.
    const FRONT: usize;

    /// The most that the message may be.
    fn limit(limits: &Limits) -> usize;

    /// Begins a reply of at most `limit` bytes with `header`; nothing is appended if there is no room for that.
    fn begin<const N: usize>(out: &mut Encoder, limit: usize, header: [u8; N]) -> Result<Self::Open, EncodeError>;

    /// Finishes a reply of at most `limit` bytes, unless it is larger: then something of it may stand there.
    fn finish(out: &mut Encoder, open: Self::Open, limit: usize) -> bool;

    /// Appends the reply to `call` with what `results` appends. What the call came to.
    fn answer(
        programs: &Programs,
        call: &Call,
        out: &mut Encoder,
        results: impl FnOnce(&mut Encoder) -> Result<Answer>,
    ) -> Option<Outcome>;
}

/// As a record.
pub(super) struct AsRecord;

/// As the message of a datagram; there is nothing else in the output.
pub(super) struct AsDatagram;

impl Form for AsRecord {
    type Open = OpenRecord;

    const FRONT: usize = record::MARK;

    #[inline]
    fn limit(limits: &Limits) -> usize {
        limits.reply_bytes
    }

    #[inline(always)]
    fn begin<const N: usize>(out: &mut Encoder, limit: usize, header: [u8; N]) -> Result<OpenRecord, EncodeError> {
        record::begin_with(out, limit, header)
    }

    #[inline(always)]
    fn finish(out: &mut Encoder, open: OpenRecord, _: usize) -> bool {
        record::finish(out, open).is_ok()
    }

    fn answer(
        programs: &Programs,
        call: &Call,
        out: &mut Encoder,
        results: impl FnOnce(&mut Encoder) -> Result<Answer>,
    ) -> Option<Outcome> {
        programs.answer_record(call, out, results)
    }
}

impl Form for AsDatagram {
    type Open = Mark;

    const FRONT: usize = 0;

    #[inline]
    fn limit(limits: &Limits) -> usize {
        limits.datagram_reply_bytes
    }

    #[inline(always)]
    fn begin<const N: usize>(out: &mut Encoder, limit: usize, header: [u8; N]) -> Result<Mark, EncodeError> {
        let start = out.begin(limit);
        out.put(header).map(|()| start)
    }

    #[inline(always)]
    fn finish(out: &mut Encoder, open: Mark, limit: usize) -> bool {
        out.since(open) <= limit
    }

    fn answer(
        programs: &Programs,
        call: &Call,
        out: &mut Encoder,
        results: impl FnOnce(&mut Encoder) -> Result<Answer>,
    ) -> Option<Outcome> {
        programs.answer_datagram(call, out, results)
    }
}
