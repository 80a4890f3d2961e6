//! What the user chose for each type.

use crate::model::types::DefinitionId;
use std::collections::BTreeMap;

/// What becomes of numbers that an enumeration does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Enumerations {
    /// A decode error.
    #[default]
    Closed,
    /// A value that keeps the number.
    Open,
}

/// What becomes of discriminants that a union without a default arm has no arm for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnknownDiscriminants {
    /// A decode error.
    #[default]
    Refuse,
    /// A value that keeps the discriminant; nothing follows it on the wire.
    Keep,
}

/// The Rust type of opaque data of variable or large length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OpaqueType {
    /// `bytes::Bytes`: a slice of the record.
    #[default]
    Bytes,
    /// `Vec<u8>`: a copy.
    Vec,
}

/// The Rust type of strings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StringType {
    /// `oncrpc::Text`: any bytes, a slice of the record.
    #[default]
    Text,
    /// `String`: a copy; what is not UTF-8 is a decode error.
    String,
}

/// What is chosen for one definition.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TypeChoices {
    /// An enumeration that keeps unknown numbers.
    pub(crate) open: bool,
    /// The default arm of this union is not in the file: it stands for what no arm is for.
    pub(crate) keeps_unknown: bool,
    /// Paths of further traits to derive.
    pub(crate) derives: Vec<String>,
    pub(crate) order: Order,
    pub(crate) opaque: OpaqueType,
    pub(crate) string: StringType,
    /// The Rust name, where it is not made from the one in the file.
    pub(crate) name: Option<String>,
    /// Likewise of members, enumerators and case labels.
    pub(crate) members: BTreeMap<String, String>,
    /// Of a program: what is chosen for its procedures, by the numbers of version and procedure.
    pub(crate) procedures: BTreeMap<(u32, u32), ProcedureChoices>,
}

/// What is chosen for a procedure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProcedureChoices {
    /// Carrying it out twice does what carrying it out once does.
    pub(crate) idempotent: bool,
    /// A call that comes twice must be carried out once.
    pub(crate) at_most_once: bool,
    /// The handler may reply after it has returned.
    pub(crate) deferred: bool,
    /// There is no reply.
    pub(crate) oneway: bool,
    /// The handler goes through the last argument in one pass.
    pub(crate) walk: bool,
}

/// Which traits of order to derive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    #[default]
    None,
    /// `PartialOrd`.
    Partial,
    /// `Ord` as well.
    Total,
}

/// The choices for the definitions of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Choices {
    /// In the order of the model.
    types: Vec<TypeChoices>,
    others: TypeChoices,
}

impl Choices {
    pub(crate) fn new(types: Vec<TypeChoices>) -> Self {
        Self { types, others: TypeChoices::default() }
    }

    pub(crate) fn of(&self, id: DefinitionId) -> &TypeChoices {
        self.types.get(id.0).unwrap_or(&self.others)
    }
}

impl TypeChoices {
    /// What is chosen for a procedure of this program, by the numbers of its version and its own.
    pub(crate) fn procedure(&self, version: u32, number: u32) -> ProcedureChoices {
        self.procedures.get(&(version, number)).copied().unwrap_or_default()
    }

    /// Whether a trait of the standard library is asked for, by its name alone.
    pub(crate) fn asks_for(&self, name: &str) -> bool {
        self.derives.iter().any(|path| standard_trait(path) == Some(name))
    }

    /// Whether some trait of this name is asked for, whosever it is.
    pub(crate) fn derives_some(&self, name: &str) -> bool {
        self.derives.iter().any(|path| path.rsplit("::").next() == Some(name))
    }

    /// The Rust name of a member, enumerator or case label, if it was chosen.
    pub(crate) fn member(&self, name: &str) -> Option<&str> {
        self.members.get(name).map(String::as_str)
    }
}

/// The traits of the standard library that can be derived.
const STANDARD: &[&str] = &["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];

/// `Hash` for `std::hash::Hash`, `core::hash::Hash` or `Hash`; `None` for paths of other traits.
pub(super) fn standard_trait(path: &str) -> Option<&str> {
    let path = path.trim_start_matches("::");
    let name = path.rsplit("::").next()?;
    let is_standard = path == name || ["std::", "core::"].iter().any(|root| path.starts_with(root));
    Some(name).filter(|name| is_standard && STANDARD.contains(name))
}
