use super::choices::{Choices, Order, TypeChoices};
use super::size::{fixed_bytes, is_on_heap};
use super::{Context, arms};
use crate::model::types::{Basic, Definition, DefinitionId, Field, Model, Type};

/// Up to how many bytes on the wire a fixed-size structure is copied like a number.
const COPIED: u64 = 128;

/// What can be derived for a type beside `Clone`, `Debug` and `PartialEq`, and how it is seen in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) copy: bool,
    /// `Eq` and `Hash`: nothing floating.
    pub(super) eq: bool,
    pub(super) default: bool,
    /// Whether its view is something borrowed rather than the value itself.
    pub(super) borrows: bool,
}

impl Traits {
    const ALL: Self = Self { copy: true, eq: true, default: true, borrows: false };
    /// Of a type that is defined elsewhere.
    const UNKNOWN: Self = Self { copy: false, eq: false, default: false, borrows: true };
    /// Of what lives on the heap.
    const MOVED: Self = Self { copy: false, borrows: true, ..Self::ALL };

    fn and(self, other: Self) -> Self {
        Self {
            copy: self.copy && other.copy,
            eq: self.eq && other.eq,
            default: self.default && other.default,
            borrows: self.borrows || other.borrows,
        }
    }

    /// The arguments of `#[derive(..)]`.
    pub(super) fn derives(self, chosen: &TypeChoices) -> String {
        let (partial, total) = (chosen.order >= Order::Partial, chosen.order == Order::Total);
        let extras = [
            (self.copy, "Copy"),
            (self.default, "Default"),
            (self.eq, "Eq"),
            (self.eq, "Hash"),
            (partial, "PartialOrd"),
            (total, "Ord"),
        ];
        let mut names = vec!["Clone", "Debug", "PartialEq"];
        names.extend(extras.iter().filter(|(has, _)| *has).map(|(_, name)| *name));
        names.sort_unstable();
        // Where they can be had they are there; asked for by the whole file, they are no error elsewhere.
        listed(&names, &["Eq", "Hash"], chosen)
    }
}

/// Traits that are derived for a type in any case, and behind them those that the user asked for and that it would not
/// have: it `has` some by hand.
pub(super) fn listed(derived: &[&str], has: &[&str], chosen: &TypeChoices) -> String {
    let mut names = derived.to_vec();
    let asked = chosen.derives.iter().map(String::as_str);
    names.extend(asked.filter(|name| !derived.contains(&standard(name)) && !has.contains(&standard(name))));
    names.join(", ")
}

/// `Hash` for `std::hash::Hash`; other paths as they are.
fn standard(path: &str) -> &str {
    let own = path.trim_start_matches("::");
    let is_standard = own.starts_with("std::") || own.starts_with("core::");
    own.rsplit("::").next().filter(|_| is_standard).unwrap_or(path)
}

/// The traits of every definition of a model.
#[derive(Debug)]
pub(super) struct TraitTable(Vec<Traits>);

impl TraitTable {
    /// All are taken to have everything until what they hold says otherwise, so that types that hold each other do not
    /// stand in each other's way.
    pub(super) fn new(model: &Model, choices: &Choices) -> Self {
        let mut table = Self(vec![Traits::ALL; model.definitions.len()]);
        let mut changed = true;
        while changed {
            changed = false;
            for (index, definition) in model.definitions.iter().enumerate() {
                let found = table.definition(model, choices, definition);
                if let Some(entry) = table.0.get_mut(index).filter(|entry| **entry != found) {
                    *entry = found;
                    changed = true;
                }
            }
        }
        table
    }

    fn of(&self, id: DefinitionId) -> Traits {
        self.0.get(id.0).copied().unwrap_or(Traits::UNKNOWN)
    }

    /// What all of several definitions have.
    fn all(&self, ids: &[DefinitionId]) -> Traits {
        ids.iter().map(|id| self.of(*id)).fold(Traits::ALL, Traits::and)
    }

    fn definition(&self, model: &Model, choices: &Choices, definition: &Definition) -> Traits {
        match definition {
            Definition::Structure(it) => {
                let small = fixed_bytes(it.size).is_some_and(|size| size <= COPIED) && it.link.is_none();
                self.holding(model, &mut it.fields.iter(), small)
            }
            Definition::Union(it) => {
                let small = it.size.max.is_some_and(|size| size <= COPIED);
                Traits { default: false, ..self.holding(model, &mut arms::held(model, choices, it), small) }
            }
            Definition::Typedef(it) => self.ty(model, &it.field.ty),
            Definition::Extern(_) => Traits::UNKNOWN,
            Definition::Constant(_) | Definition::Enumeration(_) | Definition::Program(_) => Traits::ALL,
        }
    }

    /// Of a type that holds `fields`. What is copied is seen as itself.
    fn holding(&self, model: &Model, fields: &mut dyn Iterator<Item = &Field>, small: bool) -> Traits {
        let held = fields.map(|field| self.ty(model, &field.ty)).fold(Traits::ALL, Traits::and);
        let copy = held.copy && small;
        Traits { copy, borrows: held.borrows && !copy, ..held }
    }

    fn ty(&self, model: &Model, ty: &Type) -> Traits {
        match ty {
            Type::Basic(Basic::Float | Basic::Double) => Traits { eq: false, ..Traits::ALL },
            Type::Basic(_) => Traits::ALL,
            Type::FixedOpaque(length) => array(model, ty, Traits::ALL, *length),
            Type::FixedArray(element, length) => array(model, ty, self.ty(model, element), *length),
            Type::VariableOpaque(_) | Type::String(_) => Traits::MOVED,
            Type::VariableArray(element, _) | Type::RecursiveOptional(element) => {
                Traits { default: true, ..self.ty(model, element).and(Traits::MOVED) }
            }
            Type::Optional(inner) => Traits { default: true, ..self.ty(model, inner) },
            Type::List(id) | Type::NonEmptyList(id) => {
                Traits { default: true, ..self.all(&model.turns(*id)).and(Traits::MOVED) }
            }
            Type::Named(id) => self.of(*id),
        }
    }
}

/// `Default` is there for arrays of up to 32 elements; one on the heap is not copied, and empty is no default.
fn array(model: &Model, ty: &Type, element: Traits, length: u32) -> Traits {
    let on_stack = !is_on_heap(model, ty);
    Traits {
        copy: element.copy && on_stack,
        eq: element.eq,
        default: element.default && on_stack && length <= 32,
        borrows: true,
    }
}

/// The traits of a definition.
pub(super) fn of(context: Context<'_>, id: DefinitionId) -> Traits {
    context.traits.of(id)
}

/// The traits of an enumeration that holds one of several definitions.
pub(super) fn of_any(context: Context<'_>, ids: &[DefinitionId]) -> Traits {
    Traits { copy: false, default: false, ..context.traits.all(ids) }
}

/// Whether a value is seen as itself: it is copied, or nothing in it could be borrowed.
pub(super) fn is_by_value(context: Context<'_>, id: DefinitionId) -> bool {
    !of(context, id).borrows
}

/// Whether a declaration is seen as something borrowed.
pub(super) fn borrows(context: Context<'_>, ty: &Type) -> bool {
    context.traits.ty(context.model, ty).borrows
}
