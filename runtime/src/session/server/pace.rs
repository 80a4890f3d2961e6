use super::Handled;
use crate::xdr::Encoder;

/// Who is told what becomes of the messages of a stream, and says how it goes on.
pub trait Pace {
    /// How far calls may go on, one like the other, before it is told of them.
    fn stretch(&self) -> Stretch;

    /// Whether to go on after a message, or after calls that came to the same: what became of them if they were calls. `out` has
    /// the replies.
    fn goes_on(&mut self, handled: Option<Handled>, out: &Encoder) -> bool;
}

/// How far calls may go on; one is always carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Calls that may be carried out.
    pub calls: u16,
    /// None is carried out any more as soon as so many bytes are to be sent.
    pub bytes: usize,
}

/// A function that is told of each call by itself, and says whether to go on.
pub(super) struct EachCall<F>(pub(super) F);

impl<F: FnMut(Option<Handled>, &Encoder) -> bool> Pace for EachCall<F> {
    fn stretch(&self) -> Stretch {
        Stretch { calls: 1, bytes: 0 }
    }

    fn goes_on(&mut self, handled: Option<Handled>, out: &Encoder) -> bool {
        self.0(handled, out)
    }
}
