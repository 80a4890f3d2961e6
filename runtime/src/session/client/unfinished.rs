use crate::xdr::{Encoder, Mark};

/// Takes back what was appended to `out` unless it is kept, even if encoding panics: the next record must not follow
/// half a one.
pub(super) struct Unfinished<'a> {
    pub(super) out: &'a mut Encoder,
    start: Option<Mark>,
}

impl<'a> Unfinished<'a> {
    pub(super) fn new(out: &'a mut Encoder) -> Self {
        let start = Some(out.mark());
        Self { out, start }
    }

    pub(super) fn keep(mut self) {
        self.start = None;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(start) = self.start {
            self.out.truncate(start);
        }
    }
}
