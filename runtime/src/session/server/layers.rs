use super::Programs;
use super::answer::guarded;
use crate::call::Call;
use crate::error::Result;

/// What lets a call pass, or returns the error that it is answered with.
pub(super) type Layer = Box<dyn Fn(&mut Call) -> Result<()> + Send + Sync>;

impl Programs {
    /// Has all calls pass through one more layer.
    pub fn add_layer(&mut self, layer: impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static) {
        self.layers.push(Box::new(layer));
    }

    /// Has `call` pass through the layers in order, up to the one that refuses it; not again if it has.
    #[inline]
    pub(super) fn pass_layers(&self, call: &mut Call) -> Result<()> {
        if self.layers.is_empty() || call.is_admitted() { Ok(()) } else { self.pass_each(call) }
    }

    #[inline(never)]
    fn pass_each(&self, call: &mut Call) -> Result<()> {
        // A layer cannot take the right to answer, as the call is answered if it refuses it.
        call.reserve(true);
        let outcome = self.layers.iter().try_for_each(|layer| guarded(|| layer(call)));
        call.reserve(false);
        outcome
    }
}
