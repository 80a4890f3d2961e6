use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A value of any type.
type AnyValue = Arc<dyn Any + Send + Sync>;

/// What handlers keep of a connection while it is open: at most one value of each type.
pub(super) struct Kept(Mutex<State>);

enum State {
    /// Few, as a rule none.
    Open(Vec<AnyValue>),
    Closed,
}

impl Default for Kept {
    fn default() -> Self {
        Self(Mutex::new(State::Open(Vec::new())))
    }
}

impl Kept {
    /// The value of type `T`, if it is there.
    pub(super) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        match &*self.lock() {
            State::Open(values) => find(values),
            State::Closed => None,
        }
    }

    /// Keeps `value` unless there is one of its type, or nothing is kept any more. Returns the one that counts.
    pub(super) fn insert<T: Send + Sync + 'static>(&self, value: Arc<T>) -> Arc<T> {
        let mut state = self.lock();
        let State::Open(values) = &mut *state else { return value };
        if let Some(former) = find(values) {
            // The other one may do anything as it is dropped, also come back here.
            drop(state);
            return former;
        }
        values.push(Arc::clone(&value) as AnyValue);
        value
    }

    /// Lets go of all, for good. A panic of one that is dropped ends here.
    pub(super) fn close(&self) {
        let state = mem::replace(&mut *self.lock(), State::Closed);
        if let State::Open(values) = state {
            for value in values {
                let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<T: Send + Sync + 'static>(values: &[AnyValue]) -> Option<Arc<T>> {
    let value = values.iter().find(|value| (***value).is::<T>())?;
    Arc::clone(value).downcast().ok()
}
