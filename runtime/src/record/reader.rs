use super::body::Body;
use super::doubt::Doubt;
use super::{LAST, Limits, MAX_FRAGMENT, RecordError};
use crate::xdr::Decoder;
use bytes::{Bytes, BytesMut};

/// When so many bytes of a record have come and as many are missing, it is read straight into its place.
const DIRECT: usize = 64 << 10;

/// A message that came over a stream.
#[derive(Clone, Debug)]
pub enum Record<'a> {
    /// It lay in the input as one fragment and is still there.
    Borrowed(&'a [u8]),
    /// It came in pieces, which were put together.
    Owned(Bytes),
}

impl Record<'_> {
    /// The message.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Owned(bytes) => bytes,
        }
    }

    /// Reads the message. Opaque data and strings of an owned record are not copied.
    #[inline]
    pub fn decoder(&self) -> Decoder<'_> {
        match self {
            Self::Borrowed(bytes) => Decoder::new(bytes),
            Self::Owned(bytes) => Decoder::shared(bytes),
        }
    }
}

/// Puts the records of one stream together.
///
/// A record that lies in the input as a whole and in one fragment is returned in place. Of others, what has come is
/// kept: memory is taken for bytes received, never for bytes announced.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    /// The largest record of one fragment.
    largest: usize,
    mark: PartialMark,
    /// Bytes of the current fragment that are still to come; 0 if a mark is.
    left: usize,
    /// Whether the current fragment is the last one.
    last: bool,
    fragments: u32,
    empty_fragments: u32,
    body: Body,
    doubt: Doubt,
    /// Whether memory that is lent is used as soon as a record announces that it will.
    ahead: bool,
}

impl Reader {
    /// At the start of a stream.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            largest: limits.bytes.min(MAX_FRAGMENT as usize),
            mark: PartialMark::default(),
            left: 0,
            last: false,
            fragments: 0,
            empty_fragments: 0,
            body: Body::default(),
            doubt: Doubt::default(),
            ahead: false,
        }
    }

    /// Leaves it to the caller whether to keep a record that does not lie in the input as a whole and announces more
    /// than `beyond` bytes: it is in [doubt](Reader::in_doubt), and no more than its first `front` bytes are kept, until
    /// it is [allowed](Reader::allow) or [discarded](Reader::discard).
    #[must_use]
    pub fn doubting(self, beyond: usize, front: usize) -> Self {
        Self { doubt: Doubt::new(beyond, front), ..self }
    }

    /// Gives [room](Reader::room) for all that is to come of a record, as far as memory that was [lent](Reader::lend) reaches.
    /// For those who lend only what they can spare to a peer that announces much and sends little.
    #[must_use]
    pub fn reading_ahead(self) -> Self {
        Self { ahead: true, ..self }
    }

    /// The next record, with bytes taken from the front of `input`; `None` if all of `input` was taken and the record
    /// is not complete. To be called until it returns `None`: the bytes of an incomplete record are kept only then.
    /// Where the caller [doubts](Reader::doubting), `None` and some input that is left tell that a record is in doubt,
    /// or that one that was discarded has ended.
    ///
    /// # Errors
    /// The peer broke record marking or a limit. The stream is of no use any more.
    #[inline]
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Record<'a>>, RecordError> {
        if !self.is_mid_record()
            && let Some((record, rest)) = self.whole(input)
            && !record.is_empty()
        {
            *input = rest;
            return Ok(Some(Record::Borrowed(record)));
        }
        Ok(self.gather(input)?.map(Record::Owned))
    }

    /// The record of one fragment that lies in `input` as a whole, and what is behind it; `None` if it does not, or is too large.
    /// It may be empty, which is against the limits. Not to be asked while another one [has begun](Reader::is_mid_record).
    #[inline]
    pub(crate) fn whole<'a>(&self, input: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let (mark, rest) = input.split_first_chunk()?;
        // Without the bit of the last fragment, it is larger than any.
        let length = (u32::from_be_bytes(*mark) ^ LAST) as usize;
        if length <= self.largest { rest.split_at_checked(length) } else { None }
    }

    /// What has come of a record that is in doubt: the front that was asked for, or less if the input was used up.
    pub fn in_doubt(&self) -> Option<&[u8]> {
        self.is_in_doubt().then(|| self.body.as_slice())
    }

    /// Keeps the record that has begun, up to `bytes`: if it ever announces more, it is in doubt again. Whether what it
    /// has announced so far is allowed.
    pub fn allow(&mut self, bytes: usize) -> bool {
        self.doubt.allow(bytes);
        !self.is_in_doubt()
    }

    /// Keeps nothing of the record that has begun and does not return it. What comes of it is still held against the
    /// limits.
    pub fn discard(&mut self) {
        if self.is_mid_record() {
            self.body.discard();
        }
    }

    /// Room to read the next bytes of a large record straight into; empty if there is none. Never larger than what has
    /// come of the record, unless [reading ahead](Reader::reading_ahead). What is put there is told by [`Reader::fill`].
    pub fn room(&mut self) -> &mut [u8] {
        let (come, at_hand) = (self.body.len(), if self.ahead { self.body.at_hand(self.left) } else { 0 });
        let length = self.left.min(come.max(at_hand));
        if (length < DIRECT && length > at_hand) || self.body.is_discarded() || self.is_in_doubt() {
            return &mut [];
        }
        self.body.room(length, self.left)
    }

    /// Takes a record of one fragment, whose mark has come, off the front of `memory`, if its `count` bytes there are all of it
    /// and it is not far smaller than `memory`, which it takes along.
    ///
    /// # Errors
    /// As [`Reader::next`].
    #[cfg(feature = "net")]
    pub(crate) fn take_placed(
        &self,
        mark: &[u8],
        memory: &mut BytesMut,
        count: usize,
    ) -> Result<Option<Record<'static>>, RecordError> {
        let Some(mark) = mark.first_chunk() else { return Ok(None) };
        let Fragment { length, last } = Fragment::from(*mark);
        let is_all = last && length > 0 && length == count && count <= memory.len();
        if !is_all || self.is_mid_record() || !Body::suits(memory, count) {
            return Ok(None);
        }
        self.limits.check(length)?;
        Ok(Some(Record::Owned(memory.split_to(count).freeze())))
    }

    /// Takes `memory` as the place of the record whose mark has just come, if its front are `count` bytes of that record and it is
    /// not far larger than what is announced; whether that is so. They are then to be told by [`Reader::fill`], as if they
    /// had been put into the room.
    pub fn adopt(&mut self, memory: &mut BytesMut, count: usize) -> bool {
        let is_its_own = self.fragments == 1 && self.body.len() == 0 && (1..=self.left).contains(&count);
        is_its_own && self.body.adopt(memory, self.left)
    }

    /// Bytes of the record that has begun, as far as they are announced.
    pub fn announced(&self) -> Option<usize> {
        self.is_mid_record().then(|| self.body.len().saturating_add(self.left))
    }

    /// Whether a record of `length` bytes takes no further memory.
    pub fn has_memory_for(&self, length: usize) -> bool {
        self.body.has_memory_for(length)
    }

    /// Takes `count` bytes that were put into the front of the [room](Reader::room); returns the record if they complete
    /// it.
    pub fn fill(&mut self, count: usize) -> Option<Record<'static>> {
        let count = count.min(self.left);
        self.body.fill(count);
        self.left -= count;
        let complete = count > 0 && self.left == 0 && self.last;
        if complete { self.complete().map(Record::Owned) } else { None }
    }

    /// Takes a record that is done with back to use its memory for a later one of its size, if nobody has kept a part of
    /// it. Whether that is so.
    pub fn recycle(&mut self, record: Record<'_>) -> bool {
        let Record::Owned(bytes) = record else { return false };
        let buffer = bytes.try_into_mut().ok();
        let is_ours = buffer.is_some();
        buffer.into_iter().for_each(|buffer| self.lend(buffer));
        is_ours
    }

    /// Gives memory to put records together in, whatever is in it. It is used for a record that takes at least half of it:
    /// no small one keeps a large buffer.
    pub fn lend(&mut self, buffer: BytesMut) {
        self.body.reuse(buffer);
    }

    /// Takes the memory back that no record is in, so that a stream that is silent holds none.
    pub fn take_back(&mut self) -> BytesMut {
        self.body.take_spare(self.keeps_nothing())
    }

    /// Bytes of memory that the record takes that has begun: those that have come, twice as many at most, or those
    /// at hand if it is [read ahead](Reader::reading_ahead).
    pub fn memory(&self) -> usize {
        self.body.memory()
    }

    /// Gives up memory that is larger than what has come.
    pub fn fit(&mut self) {
        self.body.fit();
    }

    /// Whether a record has begun and is not complete.
    #[inline]
    pub fn is_mid_record(&self) -> bool {
        self.fragments > 0 || self.mark.length > 0
    }

    fn keeps_nothing(&self) -> bool {
        !self.is_mid_record() || self.body.is_discarded()
    }

    fn is_in_doubt(&self) -> bool {
        !self.body.is_discarded() && self.doubt.is_about(self.body.len().saturating_add(self.left))
    }

    /// Keeps what `input` has of the record, fragment by fragment, until it is complete or in doubt or `input` is empty.
    fn gather(&mut self, input: &mut &[u8]) -> Result<Option<Bytes>, RecordError> {
        loop {
            if self.left == 0 {
                let Some(mark) = self.mark.fill(input) else {
                    return Ok(None);
                };
                self.open(Fragment::from(mark))?;
            }
            let wanted = self.wanted();
            let (piece, rest) = input.split_at_checked(wanted).unwrap_or((input, &[]));
            self.body.append(piece, self.left);
            self.left -= piece.len();
            *input = rest;
            if self.left > 0 {
                return Ok(None);
            }
            if self.last {
                return Ok(self.complete());
            }
        }
    }

    /// Bytes of the current fragment to take.
    fn wanted(&self) -> usize {
        if self.is_in_doubt() { self.left.min(self.doubt.front_left(self.body.len())) } else { self.left }
    }

    fn open(&mut self, fragment: Fragment) -> Result<(), RecordError> {
        self.fragments += 1;
        if self.fragments > self.limits.fragments {
            return Err(RecordError::TooManyFragments { limit: self.limits.fragments });
        }
        if fragment.length == 0 {
            self.check_empty(fragment.last)?;
        }
        self.limits.check(self.body.len().saturating_add(fragment.length))?;
        self.left = fragment.length;
        self.last = fragment.last;
        Ok(())
    }

    fn check_empty(&mut self, last: bool) -> Result<(), RecordError> {
        self.empty_fragments += 1;
        if self.empty_fragments > self.limits.empty_fragments {
            Err(RecordError::TooManyEmptyFragments { limit: self.limits.empty_fragments })
        } else if last && self.body.len() == 0 {
            Err(RecordError::Empty)
        } else {
            Ok(())
        }
    }

    /// The record that has ended, unless it was discarded.
    fn complete(&mut self) -> Option<Bytes> {
        self.doubt.reset();
        self.last = false;
        self.fragments = 0;
        self.empty_fragments = 0;
        self.body.take()
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

/// What a mark says.
#[derive(Clone, Copy, Debug)]
struct Fragment {
    length: usize,
    last: bool,
}

impl From<[u8; 4]> for Fragment {
    #[inline]
    fn from(mark: [u8; 4]) -> Self {
        let mark = u32::from_be_bytes(mark);
        Self { length: (mark & !LAST) as usize, last: mark & LAST != 0 }
    }
}

/// The bytes of a mark that have come.
#[derive(Debug, Default)]
struct PartialMark {
    bytes: [u8; 4],
    length: usize,
}

impl PartialMark {
    /// Takes what is missing from the front of `input`; returns the mark when it is whole.
    fn fill(&mut self, input: &mut &[u8]) -> Option<[u8; 4]> {
        for slot in self.bytes.iter_mut().skip(self.length) {
            let (byte, rest) = input.split_first()?;
            *slot = *byte;
            *input = rest;
            self.length += 1;
        }
        self.length = 0;
        Some(self.bytes)
    }
}
