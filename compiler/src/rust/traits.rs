use super::size::{fixed_bytes, is_on_heap};
use super::{Context, arms};
use crate::model::types::{Basic, Definition, DefinitionId, Field, Type};

/// Up to how many bytes on the wire a fixed-size structure is copied like a number.
const COPIED: u64 = 128;

/// What can be derived for a type beside `Clone`, `Debug` and `PartialEq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) copy: bool,
    /// `Eq` and `Hash`: nothing floating.
    pub(super) eq: bool,
    pub(super) default: bool,
}

impl Traits {
    const ALL: Self = Self { copy: true, eq: true, default: true };
    /// Of a type that is defined elsewhere.
    const UNKNOWN: Self = Self { copy: false, eq: false, default: false };
    const MOVED: Self = Self { copy: false, ..Self::ALL };

    fn and(self, other: Self) -> Self {
        Self { copy: self.copy && other.copy, eq: self.eq && other.eq, default: self.default && other.default }
    }

    /// The arguments of `#[derive(..)]`.
    pub(super) fn derives(self) -> String {
        let extras = [(self.copy, "Copy"), (self.default, "Default"), (self.eq, "Eq"), (self.eq, "Hash")];
        let mut names = vec!["Clone", "Debug", "PartialEq"];
        names.extend(extras.iter().filter(|(has, _)| *has).map(|(_, name)| *name));
        names.sort_unstable();
        names.join(", ")
    }
}

/// What can be derived for a definition.
pub(super) fn of(context: Context<'_>, id: DefinitionId) -> Traits {
    Walk { context, open: Vec::new() }.definition(id)
}

/// Goes through the types a type holds; one that leads back to an open one adds nothing new.
struct Walk<'a> {
    context: Context<'a>,
    open: Vec<DefinitionId>,
}

impl Walk<'_> {
    fn definition(&mut self, id: DefinitionId) -> Traits {
        if self.open.contains(&id) {
            return Traits::MOVED;
        }
        self.open.push(id);
        let traits = match self.context.model.definition(id) {
            Some(Definition::Structure(it)) => {
                let small = fixed_bytes(it.size).is_some_and(|size| size <= COPIED) && it.link.is_none();
                let fields = it.fields.iter().map(|field| self.ty(&field.ty)).fold(Traits::ALL, Traits::and);
                Traits { copy: fields.copy && small, ..fields }
            }
            Some(Definition::Union(it)) => {
                let small = it.size.max.is_some_and(|size| size <= COPIED);
                let held = arms::held(self.context, it);
                let fields = held.map(|field| self.ty(&field.ty)).fold(Traits::ALL, Traits::and);
                Traits { copy: fields.copy && small, eq: fields.eq, default: false }
            }
            Some(Definition::Typedef(it)) => self.ty(&it.field.ty),
            Some(Definition::Extern(_)) => Traits::UNKNOWN,
            _ => Traits::ALL,
        };
        self.open.pop();
        traits
    }

    fn ty(&mut self, ty: &Type) -> Traits {
        match ty {
            Type::Basic(Basic::Float | Basic::Double) => Traits { eq: false, ..Traits::ALL },
            Type::Basic(_) => Traits::ALL,
            Type::FixedOpaque(length) => self.array(ty, Traits::ALL, *length),
            Type::FixedArray(element, length) => {
                let element = self.ty(element);
                self.array(ty, element, *length)
            }
            Type::VariableOpaque(_) | Type::String(_) => Traits::MOVED,
            Type::VariableArray(element, _) | Type::RecursiveOptional(element) => {
                Traits { default: true, ..self.ty(element).and(Traits::MOVED) }
            }
            Type::Optional(inner) => Traits { default: true, ..self.ty(inner) },
            Type::List(id) | Type::NonEmptyList(id) => {
                Traits { default: true, ..self.definition(*id).and(Traits::MOVED) }
            }
            Type::Named(id) => self.definition(*id),
        }
    }

    /// `Default` is there for arrays of up to 32 elements; one on the heap is not copied, and empty is no default.
    fn array(&self, ty: &Type, element: Traits, length: u32) -> Traits {
        let on_stack = !is_on_heap(self.context, ty);
        Traits { copy: element.copy && on_stack, eq: element.eq, default: element.default && on_stack && length <= 32 }
    }
}

/// Whether a value is seen as itself: it is copied, or nothing in it could be borrowed.
pub(super) fn is_by_value(context: Context<'_>, id: DefinitionId) -> bool {
    of(context, id).copy || !borrows_definition(context, id)
}

/// Whether a declaration is seen as something borrowed.
pub(super) fn borrows(context: Context<'_>, ty: &Type) -> bool {
    match ty {
        Type::Basic(_) => false,
        Type::Optional(inner) => borrows(context, inner),
        Type::Named(id) => match context.model.definition(*id) {
            Some(Definition::Typedef(typedef)) => borrows(context, &typedef.field.ty),
            _ => !is_by_value(context, *id),
        },
        _ => true,
    }
}

/// What leads back to itself does so through something borrowed, so that this ends.
fn borrows_definition(context: Context<'_>, id: DefinitionId) -> bool {
    let borrowed = |field: &Field| borrows(context, &field.ty);
    match context.model.definition(id) {
        Some(Definition::Extern(_)) => true,
        Some(Definition::Structure(it)) => it.fields.iter().any(borrowed),
        Some(Definition::Union(it)) => arms::held(context, it).any(borrowed),
        _ => false,
    }
}
