//! Which options a definition can have, and which members.

use super::Setting;
use crate::model::types::Definition;

/// What a definition is, for people.
pub(super) fn kind(definition: &Definition) -> &'static str {
    match definition {
        Definition::Constant(_) => "a constant",
        Definition::Enumeration(_) => "an enumeration",
        Definition::Structure(_) => "a structure",
        Definition::Union(_) => "a union",
        Definition::Typedef(_) => "a typedef",
        Definition::Program(_) => "a program",
        Definition::Extern(_) => "a type that is defined elsewhere",
    }
}

/// Whether a definition can have an option; otherwise which can.
pub(super) fn takes(definition: &Definition, setting: &Setting) -> Result<(), &'static str> {
    use Definition::{Enumeration, Program, Structure, Typedef, Union};
    let (taken, who) = match setting {
        Setting::Enumerations(_) => (matches!(definition, Enumeration(_)), "enumerations"),
        Setting::UnknownDiscriminants(_) => (matches!(definition, Union(_)), "unions"),
        Setting::Derive(_) | Setting::Ord(_) | Setting::Member(..) => {
            (matches!(definition, Enumeration(_) | Structure(_) | Union(_)), "structures, unions and enumerations")
        }
        Setting::Opaque(_) | Setting::String(_) => (
            matches!(definition, Structure(_) | Union(_) | Typedef(_) | Program(_)),
            "structures, unions, typedefs and programs",
        ),
        Setting::Rename(_) => {
            let is_type = matches!(definition, Enumeration(_) | Structure(_) | Union(_) | Typedef(_));
            (is_type, "structures, unions, enumerations and typedefs")
        }
        Setting::VerbatimNames(_) | Setting::Views(_) => (false, "whole files"),
        Setting::Procedure(..) => (false, "procedures"),
    };
    if taken { Ok(()) } else { Err(who) }
}

/// The names that [`Setting::Member`] can change.
pub(super) fn members(definition: &Definition) -> Vec<&str> {
    match definition {
        Definition::Enumeration(it) => it.enumerators.iter().map(|it| it.name.as_str()).collect(),
        Definition::Structure(it) => it.fields.iter().map(|field| field.name.as_str()).collect(),
        Definition::Union(it) => {
            let labels = it.arms.iter().flat_map(|arm| &arm.cases).map(|case| case.label.as_str());
            labels.chain(["default"]).collect()
        }
        _ => Vec::new(),
    }
}
