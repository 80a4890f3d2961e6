//! Views of types that other files define: they are there only if those files have views as well.

use super::division::Place;
use super::{Understood, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::types::Definition;
use crate::model::walk;
use crate::source::Span;
use std::collections::HashSet;

/// The files without views whose types a file with views uses, each said once.
pub(super) fn check(units: &[Unit], unit: &Unit, places: &[Place]) -> Vec<Diagnostic> {
    let Some(own) = unit.understood() else { return Vec::new() };
    let Some(views) = own.chosen.views else { return Vec::new() };
    let definitions = own.resolved.model.definitions.iter().zip(&own.resolved.places).zip(places);
    let mut said = HashSet::new();
    let mut errors = Vec::new();
    for ((definition, at), _) in definitions.filter(|(_, place)| place.is_none()) {
        let used = used(units, own, places, definition);
        let new = used.into_iter().filter(|(owner, _)| said.insert(*owner));
        errors.extend(new.filter_map(|(owner, name)| {
            let (user, owner) = (unit.path.display(), units.get(owner)?.path.display());
            Some(refused(views, &user.to_string(), &owner.to_string(), name).note_at(at.name, "it is used here"))
        }));
    }
    errors
}

/// The types of files without views that a definition uses, each with its file.
fn used<'a>(units: &[Unit], own: &'a Understood, places: &[Place], definition: &Definition) -> Vec<(usize, &'a str)> {
    let model = &own.resolved.model;
    let needed = walk::needed(model, definition).into_iter().filter_map(|id| {
        let (owner, _) = places.get(id.0).copied().flatten()?;
        let has_none = units.get(owner)?.understood()?.chosen.views.is_none();
        has_none.then_some((owner, model.definition(id)?.name()))
    });
    needed.collect()
}

fn refused(views: Span, user: &str, owner: &str, name: &str) -> Diagnostic {
    let message = format!("`{user}` has views but `{owner}`, whose `{name}` it uses, has none");
    Diagnostic::error(Code::NoViews, views, message)
        .label("asked for here")
        .help(format!("ask for `views` in `{owner}` as well, or not in `{user}`"))
}
