//! Which file's output holds which definition, when several files are compiled together: that of the file it stands in,
//! if it is one of them, so that everything is emitted once.

use super::Unit;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Resolved;
use crate::model::shape::{self, TypeIds};
use crate::model::types::{Definition, DefinitionId};
use crate::preprocess::Loader;
use crate::source::Span;
use std::collections::HashSet;
use std::path::PathBuf;

/// The files of a run, each with those it includes.
pub(super) struct Division {
    units: Vec<Files>,
}

/// The files that one compilation has read, by what tells them from others.
struct Files {
    /// In the order of [`crate::source::SourceMap::files`], the file itself first.
    read: Vec<PathBuf>,
    set: HashSet<PathBuf>,
}

impl Division {
    pub(super) fn of(units: &[Unit], loader: &dyn Loader) -> Self {
        let files = |unit: &Unit| {
            let identity = |path: &PathBuf| loader.real_path(path).unwrap_or_else(|_| path.clone());
            // A file that cannot be read is not among the sources.
            let mut read: Vec<PathBuf> = unit.sources.files().iter().map(|file| identity(&file.path)).collect();
            if read.is_empty() {
                read.push(identity(&unit.path));
            }
            Files { set: read.iter().cloned().collect(), read }
        };
        Self { units: units.iter().map(files).collect() }
    }

    /// Whether a file is one of those that are compiled.
    pub(super) fn is_compiled(&self, file: &PathBuf) -> bool {
        self.units.iter().any(|unit| unit.read.first() == Some(file))
    }

    /// All files that a unit has read.
    pub(super) fn files(&self, unit: usize) -> &[PathBuf] {
        self.units.get(unit).map(|unit| &unit.read[..]).unwrap_or_default()
    }

    /// The unit whose output holds what stands at a place in the sources of `unit`.
    pub(super) fn owner(&self, units: &[Unit], unit: usize, place: Span) -> usize {
        let index = units.get(unit).and_then(|it| it.sources.index_at(place.start));
        match index.and_then(|index| self.files(unit).get(index)) {
            Some(file) if self.files(unit).first() != Some(file) => self.owner_of(unit, file),
            _ => unit,
        }
    }

    /// A file that is not compiled itself belongs to the unit that includes it and includes the fewest others. All units
    /// that see both come to the same one.
    fn owner_of(&self, unit: usize, file: &PathBuf) -> usize {
        if let Some(own) = self.units.iter().position(|it| it.read.first() == Some(file)) {
            return own;
        }
        let is_root_in = |it: &Files, other: &Files| it.read.first().is_some_and(|root| other.set.contains(root));
        let compiled = |other: &Files| self.units.iter().filter(|it| is_root_in(it, other)).count();
        let is_seen = |other: &Files| self.units.get(unit).is_some_and(|unit| is_root_in(other, unit));
        let having = self.units.iter().enumerate().filter(|(_, other)| is_seen(other) && other.set.contains(file));
        having.min_by_key(|(index, other)| (compiled(other), *index)).map_or(unit, |(index, _)| index)
    }
}

/// A type of another unit: that unit, and the type's id there.
pub(super) type Place = Option<(usize, DefinitionId)>;

/// For each definition of a unit where else it is, or why that cannot be.
pub(super) fn places(division: &Division, units: &[Unit], unit: usize) -> Result<Vec<Place>, Vec<Diagnostic>> {
    let Some(resolved) = units.get(unit).and_then(Unit::resolved) else { return Ok(Vec::new()) };
    let types: Vec<_> = units.iter().map(|unit| unit.resolved().map(|it| TypeIds::of(&it.model))).collect();
    let mut places = Vec::new();
    let mut wrong = Wrong::default();
    for (id, (definition, at)) in resolved.model.definitions.iter().zip(&resolved.places).enumerate() {
        let owner = division.owner(units, unit, at.name);
        let is_extern = matches!(definition, Definition::Extern(_));
        if owner == unit || is_extern {
            places.push(None);
            continue;
        }
        let other = units.get(owner).and_then(Unit::resolved).zip(types.get(owner).and_then(Option::as_ref));
        let found = other.and_then(|(other, types)| find(resolved, DefinitionId(id), other, types));
        if found.is_none() && shape::is_type(definition) {
            wrong.add(units, owner, definition.name(), at.name);
        }
        // Nothing refers to constants and programs, so that it is enough to know that they are not here.
        places.push(Some((owner, found.unwrap_or(DefinitionId(usize::MAX)))));
    }
    if wrong.errors.is_empty() { Ok(places) } else { Err(wrong.errors) }
}

fn find(resolved: &Resolved, id: DefinitionId, other: &Resolved, types: &TypeIds<'_>) -> Option<DefinitionId> {
    let found = types.find(resolved.model.definition(id)?.name())?;
    shape::is_same((&resolved.model, id), (&other.model, found), types).then_some(found)
}

/// Files that read differently where they are included: said once for each.
#[derive(Default)]
struct Wrong {
    owners: HashSet<usize>,
    errors: Vec<Diagnostic>,
}

impl Wrong {
    fn add(&mut self, units: &[Unit], owner: usize, name: &str, span: Span) {
        if !self.owners.insert(owner) {
            return;
        }
        let file = units.get(owner).map(|unit| unit.path.display().to_string()).unwrap_or_default();
        self.errors.push(
            Diagnostic::error(Code::DifferentWhereIncluded, span, format!("`{name}` is not what `{file}` defines"))
                .label("this file reads differently where it is included")
                .note("files that are compiled together share what they define, which is emitted once")
                .help("define what its `#if` lines look at with `-D`, or `Compiler::define`, or compile it apart"),
        );
    }
}
