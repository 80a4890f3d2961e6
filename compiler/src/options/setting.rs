//! The table of options: what they are called, and what values they take.

use crate::rust::choices::{Enumerations, OpaqueType, StringType, UnknownDiscriminants};

/// An option with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    Enumerations(Enumerations),
    UnknownDiscriminants(UnknownDiscriminants),
    Derive(Vec<String>),
    Ord(bool),
    Opaque(OpaqueType),
    String(StringType),
    Rename(String),
    /// A member, enumerator or case label, and its name in Rust.
    Member(String, String),
    VerbatimNames(bool),
    Views(bool),
    Procedure(ProcedureOption, bool),
}

/// An option that procedures have or have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ProcedureOption {
    Idempotent,
    AtMostOnce,
    Deferred,
    Oneway,
    Walk,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Without type: `open`, `true`, `a,b`.
    Word(String),
    Text(String),
    Truth(bool),
    List(Vec<String>),
    /// Of a type that no option has, by name.
    Other(&'static str),
}

/// An option without its value.
pub(super) struct Named {
    pub(super) name: &'static str,
    /// The values, for people.
    pub(super) expected: &'static str,
    read: fn(&Value) -> Option<Setting>,
}

/// All options but those of members.
pub(super) const TABLE: &[Named] = &[
    Named {
        name: "enumerations",
        expected: "`closed` or `open`",
        read: |value| {
            one_of(value, &[("closed", Enumerations::Closed), ("open", Enumerations::Open)]).map(Setting::Enumerations)
        },
    },
    Named {
        name: "unknown_discriminants",
        expected: "`refuse` or `keep`",
        read: |value| {
            let words = [("refuse", UnknownDiscriminants::Refuse), ("keep", UnknownDiscriminants::Keep)];
            one_of(value, &words).map(Setting::UnknownDiscriminants)
        },
    },
    Named { name: "derive", expected: "a list of traits", read: |value| value.list().map(Setting::Derive) },
    Named { name: "ord", expected: TRUTH, read: |value| value.truth().map(Setting::Ord) },
    Named {
        name: "opaque",
        expected: "`bytes` or `vec`",
        read: |value| one_of(value, &[("bytes", OpaqueType::Bytes), ("vec", OpaqueType::Vec)]).map(Setting::Opaque),
    },
    Named {
        name: "string",
        expected: "`text` or `string`",
        read: |value| one_of(value, &[("text", StringType::Text), ("string", StringType::String)]).map(Setting::String),
    },
    Named {
        name: "rename",
        expected: "a name",
        read: |value| value.word().map(|name| Setting::Rename(name.to_owned())),
    },
    Named { name: "verbatim_names", expected: TRUTH, read: |value| value.truth().map(Setting::VerbatimNames) },
    Named { name: "views", expected: TRUTH, read: |value| value.truth().map(Setting::Views) },
    Named { name: "idempotent", expected: TRUTH, read: |value| of_procedure(value, ProcedureOption::Idempotent) },
    Named { name: "at_most_once", expected: TRUTH, read: |value| of_procedure(value, ProcedureOption::AtMostOnce) },
    Named { name: "deferred", expected: TRUTH, read: |value| of_procedure(value, ProcedureOption::Deferred) },
    Named { name: "oneway", expected: TRUTH, read: |value| of_procedure(value, ProcedureOption::Oneway) },
    Named { name: "walk", expected: TRUTH, read: |value| of_procedure(value, ProcedureOption::Walk) },
];

const TRUTH: &str = "`true` or `false`";

fn of_procedure(value: &Value, option: ProcedureOption) -> Option<Setting> {
    value.truth().map(|truth| Setting::Procedure(option, truth))
}

/// Why an option cannot be taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// There is none of that name.
    Unknown,
    /// It has other values.
    Value { expected: &'static str },
}

/// The option of a name with a value.
pub(super) fn read(name: &str, value: &Value) -> Result<Setting, Fault> {
    let named = TABLE.iter().find(|named| named.name == name).ok_or(Fault::Unknown)?;
    (named.read)(value).ok_or(Fault::Value { expected: named.expected })
}

/// The new name of a member.
pub(super) fn read_member(member: &str, value: &Value) -> Result<Setting, Fault> {
    let name = value.word().ok_or(Fault::Value { expected: "a name" })?;
    Ok(Setting::Member(member.to_owned(), name.to_owned()))
}

impl ProcedureOption {
    pub(super) const ALL: [Self; 5] = [Self::Idempotent, Self::AtMostOnce, Self::Deferred, Self::Oneway, Self::Walk];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Idempotent => "idempotent",
            Self::AtMostOnce => "at_most_once",
            Self::Deferred => "deferred",
            Self::Oneway => "oneway",
            Self::Walk => "walk",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.name() == name)
    }
}

impl Setting {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Setting::Enumerations(_) => "enumerations",
            Setting::UnknownDiscriminants(_) => "unknown_discriminants",
            Setting::Derive(_) => "derive",
            Setting::Ord(_) => "ord",
            Setting::Opaque(_) => "opaque",
            Setting::String(_) => "string",
            Setting::Rename(_) => "rename",
            Setting::Member(..) => "members",
            Setting::VerbatimNames(_) => "verbatim_names",
            Setting::Views(_) => "views",
            Setting::Procedure(option, _) => option.name(),
        }
    }
}

impl Value {
    fn word(&self) -> Option<&str> {
        match self {
            Value::Word(word) | Value::Text(word) => Some(word),
            _ => None,
        }
    }

    fn truth(&self) -> Option<bool> {
        match self {
            Value::Truth(truth) => Some(*truth),
            Value::Word(word) => one_of(&Value::Text(word.clone()), &[("true", true), ("false", false)]),
            _ => None,
        }
    }

    fn list(&self) -> Option<Vec<String>> {
        match self {
            Value::List(list) => Some(list.clone()),
            Value::Word(word) => Some(word.split(',').map(|part| part.trim().to_owned()).collect()),
            _ => None,
        }
    }

    /// What it is, for people.
    pub(super) fn shown(&self) -> String {
        match self {
            Value::Word(word) => format!("`{word}`"),
            Value::Text(text) => format!("the string `{text}`"),
            Value::Truth(truth) => format!("`{truth}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Other(what) => (*what).to_owned(),
        }
    }
}

fn one_of<T: Copy>(value: &Value, words: &[(&str, T)]) -> Option<T> {
    let word = value.word()?;
    words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}
