use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// What layers tell handlers of a call: at most one value of each type.
///
/// ```
/// #[derive(Debug, PartialEq)]
/// struct Tenant(u32);
///
/// let mut extensions = oncrpc::Extensions::default();
/// extensions.insert(Tenant(7));
/// assert_eq!(extensions.get(), Some(&Tenant(7)));
/// ```
#[derive(Clone, Default)]
pub struct Extensions {
    /// `None` as long as nothing was attached, which costs nothing then.
    values: Option<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Extensions {
    /// Attaches `value`, in place of the former one of its type.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.values.get_or_insert_default().insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The value of a type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.values.as_ref()?.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// Detaches everything.
    #[inline]
    pub fn clear(&mut self) {
        if let Some(values) = &mut self.values {
            values.clear();
        }
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.values.as_ref().map_or(0, HashMap::len);
        out.debug_struct("Extensions").field("count", &count).finish_non_exhaustive()
    }
}
