use super::choices::{Choices, Order, TypeChoices, standard_trait};
use super::size::{fixed_bytes, is_on_heap};
use super::{Context, arms};
use crate::model::types::{Basic, Definition, DefinitionId, Field, Model, Type};

/// Up to how many bytes on the wire a fixed-size structure is copied like a number.
const COPIED: u64 = 128;

/// What can be derived for a type beside `Clone`, `Debug` and `PartialEq`, and how it is seen in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) copy: bool,
    /// Nothing is floating.
    pub(super) eq: bool,
    /// Likewise, but where types from elsewhere are held one of the two may be known and the other not.
    pub(super) hash: bool,
    pub(super) default: bool,
    /// Whether its view is something borrowed rather than the value itself.
    pub(super) borrows: bool,
}

impl Traits {
    const ALL: Self = Self { copy: true, eq: true, hash: true, default: true, borrows: false };
    /// Of a type of which nothing is known.
    const UNKNOWN: Self = Self { copy: false, eq: false, hash: false, default: false, borrows: true };
    /// Of what lives on the heap.
    const MOVED: Self = Self { copy: false, borrows: true, ..Self::ALL };

    /// Of a type that is defined elsewhere, for one that holds it: what the user asks for there, the other type has.
    fn elsewhere(chosen: &TypeChoices) -> Self {
        Self {
            copy: chosen.asks_for("Copy"),
            eq: chosen.asks_for("Eq"),
            hash: chosen.asks_for("Hash"),
            default: chosen.asks_for("Default"),
            borrows: true,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            copy: self.copy && other.copy,
            eq: self.eq && other.eq,
            hash: self.hash && other.hash,
            default: self.default && other.default,
            borrows: self.borrows || other.borrows,
        }
    }

    /// The arguments of `#[derive(..)]`.
    pub(super) fn derives(self, chosen: &TypeChoices) -> String {
        let (partial, total) = (chosen.order >= Order::Partial, chosen.order == Order::Total);
        // In the order of the alphabet.
        let names = [
            ("Clone", true),
            ("Copy", self.copy),
            ("Debug", true),
            ("Default", self.default),
            ("Eq", self.eq),
            ("Hash", self.hash),
            ("Ord", total),
            ("PartialEq", true),
            ("PartialOrd", partial),
        ];
        listed(names.into_iter().filter(|(_, has)| *has).map(|(name, _)| name), chosen)
    }
}

/// Traits that are derived for a type in any case, and behind them those that the user asked for. Those of the standard
/// library are derived wherever they can be, so that asking for one where it cannot be does nothing.
pub(super) fn listed<'a>(derived: impl IntoIterator<Item = &'a str>, chosen: &'a TypeChoices) -> String {
    let asked = chosen.derives.iter().map(String::as_str).filter(|path| standard_trait(path).is_none());
    let mut list = String::with_capacity(LISTED);
    for path in derived.into_iter().chain(asked) {
        list.push_str(if list.is_empty() { "" } else { ", " });
        list.push_str(path);
    }
    list
}

/// Enough bytes for all traits of the standard library.
const LISTED: usize = 80;

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
                let found = table.definition(model, DefinitionId(index), choices, definition);
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

    fn definition(&self, model: &Model, id: DefinitionId, choices: &Choices, definition: &Definition) -> Traits {
        let chosen = choices.of(id);
        match definition {
            Definition::Structure(it) => {
                let small = fixed_bytes(it.size).is_some_and(|size| size <= COPIED) && it.link.is_none();
                self.holding(model, chosen, &mut it.fields.iter(), small)
            }
            Definition::Union(it) => {
                let small = it.size.max.is_some_and(|size| size <= COPIED);
                let held = &mut arms::held(model, choices, it);
                Traits { default: arms::has_default(it), ..self.holding(model, chosen, held, small) }
            }
            Definition::Typedef(it) => self.ty(model, chosen, &it.field.ty),
            Definition::Extern(_) => Traits::UNKNOWN,
            Definition::Constant(_) | Definition::Enumeration(_) | Definition::Program(_) => Traits::ALL,
        }
    }

    /// Of a type that holds `fields`. What is copied is seen as itself.
    fn holding(
        &self,
        model: &Model,
        chosen: &TypeChoices,
        fields: &mut dyn Iterator<Item = &Field>,
        small: bool,
    ) -> Traits {
        let held = fields.map(|field| self.ty(model, chosen, &field.ty)).fold(Traits::ALL, Traits::and);
        let copy = held.copy && (small || chosen.asks_for("Copy"));
        Traits { copy, borrows: held.borrows && !copy, ..held }
    }

    /// Of a declaration in a definition for which `chosen` is chosen.
    fn ty(&self, model: &Model, chosen: &TypeChoices, ty: &Type) -> Traits {
        let of = |ty| self.ty(model, chosen, ty);
        match ty {
            Type::Basic(Basic::Float | Basic::Double) => Traits { eq: false, hash: false, ..Traits::ALL },
            Type::Basic(_) => Traits::ALL,
            Type::FixedOpaque(length) => array(model, ty, Traits::ALL, *length),
            Type::FixedArray(element, length) => array(model, ty, of(element), *length),
            Type::VariableOpaque(_) | Type::String(_) => Traits::MOVED,
            Type::VariableArray(element, _) | Type::RecursiveOptional(element) => {
                Traits { default: true, ..of(element).and(Traits::MOVED) }
            }
            Type::Optional(inner) => Traits { default: true, ..of(inner) },
            Type::List(id) | Type::NonEmptyList(id) => {
                Traits { default: true, ..self.all(&model.turns(*id)).and(Traits::MOVED) }
            }
            Type::Named(id) => match model.definition(*id) {
                Some(Definition::Extern(_)) => Traits::elsewhere(chosen),
                Some(Definition::Typedef(it)) => of(&it.field.ty),
                _ => self.of(*id),
            },
        }
    }
}

/// `Default` is there for arrays of up to 32 elements; one on the heap is not copied, and empty is no default.
fn array(model: &Model, ty: &Type, element: Traits, length: u32) -> Traits {
    let on_stack = !is_on_heap(model, ty);
    Traits {
        copy: element.copy && on_stack,
        default: element.default && on_stack && length <= 32,
        borrows: true,
        ..element
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
    context.traits.ty(context.model, context.chosen, ty).borrows
}
