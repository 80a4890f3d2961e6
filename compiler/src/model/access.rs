//! What is asked of a model.

use super::types::{Basic, Definition, DefinitionId, Enumeration, Enumerator, Model, Size, Type};
use std::collections::HashMap;

impl Model {
    /// The definition that `id` stands for.
    pub fn definition(&self, id: DefinitionId) -> Option<&Definition> {
        self.definitions.get(id.0)
    }

    /// The structures of the nodes in a list that begins with `node`, in the order of their turns: `node` alone for most
    /// lists, several for a mutual one. None if it is no node.
    pub fn turns(&self, node: DefinitionId) -> Vec<DefinitionId> {
        let next = |id: DefinitionId| match self.definition(id) {
            Some(Definition::Structure(it)) => it.link.as_ref().map(|link| link.next),
            _ => None,
        };
        let mut turns = Vec::new();
        let mut at = node;
        while let Some(after) = next(at) {
            turns.push(at);
            at = after;
            if at == node || turns.len() == self.definitions.len() {
                break;
            }
        }
        turns
    }

    /// How many bytes a value of `ty` takes on the wire.
    pub fn size_of(&self, ty: &Type) -> Size {
        let counted = |size: Size, count: u32| Size {
            min: size.min.saturating_mul(u64::from(count)),
            max: size.max.and_then(|max| max.checked_mul(u64::from(count))),
        };
        let prefixed = |max: Option<u64>| Size { min: 4, max: max.and_then(|max| max.checked_add(4)) };
        match ty {
            Type::Basic(basic) => Size::exactly(basic.size()),
            Type::FixedOpaque(length) => Size::exactly(padded(*length)),
            Type::VariableOpaque(max) | Type::String(max) => prefixed(max.map(padded)),
            Type::FixedArray(element, length) => counted(self.size_of(element), *length),
            Type::VariableArray(element, max) => prefixed(max.and_then(|max| counted(self.size_of(element), max).max)),
            Type::Optional(inner) => prefixed(self.size_of(inner).max),
            Type::RecursiveOptional(_) | Type::List(_) => prefixed(None),
            Type::NonEmptyList(node) => Size { min: self.size_of_definition(*node).min.saturating_add(4), max: None },
            Type::Named(id) => self.size_of_definition(*id),
        }
    }

    fn size_of_definition(&self, id: DefinitionId) -> Size {
        match self.definition(id) {
            Some(Definition::Structure(it)) => it.size,
            Some(Definition::Union(it)) => it.size,
            Some(Definition::Typedef(it)) => it.size,
            Some(Definition::Enumeration(_)) => Size::exactly(4),
            Some(Definition::Extern(_)) => Size::UNKNOWN,
            Some(Definition::Constant(_) | Definition::Program(_)) | None => Size::exactly(0),
        }
    }
}

impl Definition {
    /// The name in the `.x` file.
    pub fn name(&self) -> &str {
        match self {
            Self::Constant(it) => &it.name,
            Self::Enumeration(it) => &it.name,
            Self::Structure(it) => &it.name,
            Self::Union(it) => &it.name,
            Self::Typedef(it) => &it.field.name,
            Self::Program(it) => &it.name,
            Self::Extern(it) => &it.name,
        }
    }
}

impl Enumeration {
    /// The first enumerator with the value of the one at `index`, if that is another.
    pub fn alias_of(&self, index: usize) -> Option<usize> {
        let value = self.enumerators.get(index)?.value;
        self.enumerators.iter().position(|it| it.value == value).filter(|first| *first < index)
    }

    /// [`Enumeration::alias_of`] for every enumerator.
    pub fn aliases(&self) -> Vec<Option<usize>> {
        let mut first: HashMap<i32, usize> = HashMap::with_capacity(self.enumerators.len());
        let alias =
            |(index, it): (usize, &Enumerator)| Some(*first.entry(it.value).or_insert(index)).filter(|at| *at < index);
        self.enumerators.iter().enumerate().map(alias).collect()
    }
}

impl Basic {
    /// The name in RFC 4506, or in C where that has none.
    pub fn name(self) -> &'static str {
        match self {
            Self::Char => "char",
            Self::UnsignedChar => "unsigned char",
            Self::Short => "short",
            Self::UnsignedShort => "unsigned short",
            Self::Int => "int",
            Self::UnsignedInt => "unsigned int",
            Self::Hyper => "hyper",
            Self::UnsignedHyper => "unsigned hyper",
            Self::Float => "float",
            Self::Double => "double",
            Self::Quadruple => "quadruple",
            Self::Bool => "bool",
        }
    }

    /// Bytes on the wire.
    pub fn size(self) -> u64 {
        match self {
            Self::Hyper | Self::UnsignedHyper | Self::Double => 8,
            Self::Quadruple => 16,
            _ => 4,
        }
    }
}

impl Size {
    /// The size of a type that is defined elsewhere.
    pub const UNKNOWN: Self = Self { min: 0, max: None };

    /// The size of a fixed-size type.
    pub const fn exactly(bytes: u64) -> Self {
        Self { min: bytes, max: Some(bytes) }
    }
}

/// Opaque data fills up a multiple of 4 bytes.
fn padded(length: u32) -> u64 {
    u64::from(length).next_multiple_of(4)
}
