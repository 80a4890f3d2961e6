use super::Call;
use crate::xdr::{Encoder, Mark};

impl Call {
    /// What was appended to `out` since `start` is in the reply to it: that may hold a part of what it came in, or of a copy of
    /// that, and so all of it, in a buffer of twice the size at most.
    #[inline(always)]
    pub(crate) fn burden(&self, out: &mut Encoder, start: Mark) {
        if out.keeps_since(start) {
            self.note_burden(out);
        }
    }

    #[inline(never)]
    fn note_burden(&self, out: &mut Encoder) {
        out.burden(self.length.saturating_mul(2));
    }
}
