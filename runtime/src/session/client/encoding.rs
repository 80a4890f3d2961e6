use super::unfinished::Unfinished;
use super::{ClientSession, NewCall};
use crate::record;
use crate::xdr::{EncodeError, Encoder, Sink};
use bytes::Bytes;

/// Memory that calls as datagrams are cut from.
const DATAGRAMS: usize = 16 << 10;

/// Calls become messages.
impl ClientSession {
    /// Appends a call to a stream and returns its xid. It is not pending: unless it is [entered](ClientSession::enter), a reply
    /// that comes is skipped.
    ///
    /// # Errors
    /// As [`ClientSession::start`].
    #[inline]
    pub fn append(
        &mut self,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
        out: &mut Encoder,
    ) -> Result<u32, EncodeError> {
        let xid = self.free_xid();
        let unfinished = Unfinished::new(out);
        let record = call.template.begin_record(xid, call.procedure, unfinished.out, self.max_call)?;
        arguments(unfinished.out)?;
        record::finish(unfinished.out, record)?;
        unfinished.keep();
        Ok(xid)
    }

    /// As [`Self::append`]; returns the record as well.
    #[inline(never)]
    pub(super) fn append_kept(
        &mut self,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
        out: &mut Encoder,
    ) -> Result<(u32, Bytes), EncodeError> {
        let mut record = Encoder::new();
        let xid = self.append(call, arguments, &mut record)?;
        let record = record.into_bytes();
        out.begin(record.len());
        out.put_bytes(&record)?;
        Ok((xid, record))
    }

    /// Encodes a call as a datagram and returns its xid. It is not pending before it is [entered](ClientSession::enter).
    ///
    /// # Errors
    /// As [`ClientSession::start_datagram`].
    #[inline]
    pub(crate) fn encode_datagram(
        &mut self,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<u32, EncodeError> {
        let xid = self.free_xid();
        let out = &mut self.datagram;
        out.clear();
        out.begin(self.max_call);
        call.template.encode(xid, call.procedure, out)?;
        arguments(out)?;
        if out.len() > self.max_call {
            return Err(EncodeError::TooLarge { limit: self.max_call });
        }
        Ok(xid)
    }

    /// The datagram that was encoded last, if nothing of it is kept by reference.
    #[inline]
    pub(crate) fn datagram(&self) -> Option<&[u8]> {
        self.datagram.as_slice()
    }

    /// The same in a piece of memory that several calls share: it is used again when none of them is left.
    pub(crate) fn cut_datagram(&mut self) -> Bytes {
        if self.datagrams.capacity() == 0 {
            self.datagrams.reserve(DATAGRAMS);
        }
        match self.datagram.as_slice() {
            Some(message) => self.datagrams.extend_from_slice(message),
            None => self.datagram.slices().for_each(|slice| self.datagrams.extend_from_slice(slice)),
        }
        self.datagrams.split().freeze()
    }
}
