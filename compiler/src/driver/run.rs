//! Several files at once, stage by stage.

use super::division::{self, Division, Place};
use super::{
    Analysed, Compilation, Failure, Options, Parsed, Stage, Understood, Unit, asked, file_name, following, parse, views,
};
use crate::diagnostic::{Code, Diagnostic, Severity};
#[cfg(feature = "cli")]
use crate::json;
use crate::lint::{self, Subject};
use crate::model::types::{DefinitionId, Model};
use crate::options::Chosen;
use crate::preprocess::Loader;
#[cfg(feature = "cli")]
use crate::rust::sample;
use crate::rust::{self, Elsewhere, EmitError, Module, Names, Spelling};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::Specification;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// The files up to their models; behind those of `paths` the ones that they include and that have a module elsewhere.
pub(super) fn units(options: &Options, loader: &dyn Loader, paths: &[&Path]) -> Vec<Unit> {
    let names: Vec<String> = paths.iter().map(|path| file_name(path)).collect();
    let mut units: Vec<Unit> = paths.iter().map(|path| unit(options, loader, path, &names)).collect();
    while let Some(path) = next_outside(options, loader, &units) {
        units.push(unit(options, loader, &path, &names));
    }
    asked::choose(&mut units);
    units
}

fn unit(options: &Options, loader: &dyn Loader, path: &Path, names: &[String]) -> Unit {
    let mut sources = SourceMap::default();
    let state = analyse(options, loader, path, names, &mut sources);
    Unit { path: path.to_owned(), sources, state, warnings: Vec::new() }
}

fn analyse(
    options: &Options,
    loader: &dyn Loader,
    path: &Path,
    names: &[String],
    sources: &mut SourceMap,
) -> Result<Analysed, Failure> {
    if options.stage == Stage::Ast {
        let parsed = parse(options, loader, path, sources)?;
        return Ok(Analysed::Tree(format!("{:#?}\n", parsed.specification)));
    }
    let (parsed, resolved) = following::read(options, loader, path, sources)?;
    let asked = asked::ask(options, loader, path, names, &parsed, sources)?;
    Ok(Analysed::Model(Box::new(Understood { parsed, resolved, asked, chosen: Chosen::default() })))
}

/// An included file that is compiled somewhere else, as the user says, and not known yet.
fn next_outside(options: &Options, loader: &dyn Loader, units: &[Unit]) -> Option<PathBuf> {
    if options.module_paths.is_empty() {
        return None;
    }
    let division = Division::of(units, loader);
    let all = units.iter().enumerate().flat_map(|(unit, it)| it.sources.files().iter().zip(division.files(unit)));
    let mut outside = all.filter(|(file, identity)| {
        let is_interface = !file.made_up && file.path.extension().is_none_or(|it| it != "toml");
        is_interface && options.module_path(identity).is_some() && !division.is_compiled(identity)
    });
    outside.next().map(|(file, _)| file.path.clone())
}

/// The outcomes. Where one file is wrong, there is no output for any.
pub(super) fn finish(options: &Options, loader: &dyn Loader, mut units: Vec<Unit>) -> Vec<Compilation> {
    let division = Division::of(&units, loader);
    let judged: Vec<Judged> = (0..units.len()).map(|unit| judge(options, &division, &units, unit)).collect();
    let mut places = Vec::new();
    for (unit, judged) in units.iter_mut().zip(judged) {
        match judged {
            Ok((found, warnings)) => {
                unit.warnings = warnings;
                places.push(found);
            }
            Err(errors) => unit.state = Err(Failure::Rejected(errors)),
        }
    }
    // The trees have served; what follows takes their memory.
    units.iter_mut().filter_map(Unit::understood_mut).for_each(|it| it.parsed.specification = Specification::default());
    let right = units.iter().all(|unit| unit.state.is_ok());
    let mut outputs = if right { emit(options, &division, &units, &places) } else { Vec::new() }.into_iter();
    say_once(&division, &mut units);
    let compilation = |Unit { path, sources, state, warnings }| {
        let result = state.and_then(|_| outputs.next().unwrap_or(Err(Failure::Elsewhere)));
        Compilation { path, sources, result, warnings }
    };
    units.into_iter().map(compilation).collect()
}

type Judged = Result<(Vec<Place>, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Where a unit's definitions are, and its warnings, unless one of them is an error.
fn judge(options: &Options, division: &Division, units: &[Unit], unit: usize) -> Judged {
    let Some((file, it)) = units.get(unit).and_then(|file| Some((file, file.understood()?))) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let Understood { parsed: Parsed { text, specification, odd_lines, .. }, resolved, chosen, .. } = it;
    let (spelling, choices) = (Spelling::of(chosen.verbatim_names), &chosen.choices);
    let is_own = &|place: Span| division.owner(units, unit, place) == unit;
    let views = chosen.views.is_some();
    let subject = Subject { text, specification, odd_lines, resolved, spelling, views, choices, is_own };
    let found = lint::check(&subject, &options.lints);
    // A file with errors of its own is nothing to compare with.
    let whole = units.iter().all(|unit| unit.state.is_ok());
    let places = if whole { division::places(division, units, unit) } else { Ok(Vec::new()) };
    let places = places.and_then(|places| {
        let errors = [views::check(units, file, &places), asked::unheard(units, it, &places)].concat();
        if errors.is_empty() { Ok(places) } else { Err(errors) }
    });
    let denied = found.iter().any(|finding| finding.severity == Severity::Error);
    match places {
        Ok(places) if !denied => Ok((places, found)),
        Ok(_) => Err(found),
        Err(errors) => Err([errors, found].concat()),
    }
}

/// The output of every unit.
fn emit(options: &Options, division: &Division, units: &[Unit], places: &[Vec<Place>]) -> Vec<Result<String, Failure>> {
    let chosen: Vec<Cow<'_, Chosen>> =
        units.iter().zip(places).map(|(unit, places)| choices(units, unit, places)).collect();
    let all = || units.iter().zip(places).zip(chosen.iter().map(Cow::as_ref));
    // Names are made twice only where other units refer to them.
    let owners: BTreeSet<usize> = places.iter().flatten().flatten().map(|(owner, _)| *owner).collect();
    let names = |(index, ((unit, places), chosen)): (usize, ((&Unit, &Vec<Place>), &Chosen))| {
        owners.contains(&index).then(|| own_names(options, unit, places, chosen))
    };
    let names: Vec<Option<Names>> = all().enumerate().map(names).collect();
    let output = |((unit, places), chosen): ((&Unit, &Vec<Place>), &Chosen)| match &unit.state {
        Ok(Analysed::Tree(tree)) => Ok(tree.clone()),
        Ok(Analysed::Model(it)) => {
            let elsewhere = elsewhere(options, division, units, places, &names);
            let output = output(options, &unit.path, &it.resolved.model, chosen, &elsewhere);
            output.map_err(Failure::Internal)
        }
        Err(_) => Err(Failure::Elsewhere),
    };
    all().map(output).collect()
}

/// What the options come to for a unit: for what is defined elsewhere, what they come to there.
fn choices<'a>(units: &[Unit], unit: &'a Unit, places: &[Place]) -> Cow<'a, Chosen> {
    let Some(own) = unit.understood() else { return Cow::default() };
    if places.iter().all(Option::is_none) {
        return Cow::Borrowed(&own.chosen);
    }
    let there = |(owner, id): (usize, DefinitionId)| Some((&units.get(owner)?.understood()?.chosen, id));
    let there: Vec<_> = places.iter().map(|place| place.and_then(there)).collect();
    Cow::Owned(own.chosen.sharing(&own.resolved.model, &there))
}

fn own_names(options: &Options, unit: &Unit, places: &[Place], chosen: &Chosen) -> Names {
    let elsewhere = Elsewhere { definitions: places.to_vec(), modules: Vec::new() };
    let nothing = Model::default();
    let model = unit.resolved().map_or(&nothing, |resolved| &resolved.model);
    rust::own_names(model, &options.emit(&unit.path, chosen), &elsewhere)
}

/// The modules that a unit refers to, in the order of the units.
fn elsewhere<'a>(
    options: &Options,
    division: &Division,
    units: &[Unit],
    places: &[Place],
    names: &'a [Option<Names>],
) -> Elsewhere<'a> {
    let owners: BTreeSet<usize> = places.iter().flatten().map(|(owner, _)| *owner).collect();
    let owners: Vec<usize> = owners.into_iter().collect();
    let definitions = places.iter().map(|place| {
        let (owner, id) = (*place)?;
        owners.binary_search(&owner).ok().map(|module| (module, id))
    });
    let modules = owners.iter().filter_map(|owner| {
        let path = &units.get(*owner)?.path;
        let given = options.module_path(division.files(*owner).first()?).cloned();
        Some(Module { source_name: file_name(path), path: given, names: names.get(*owner)?.as_ref()? })
    });
    Elsewhere { definitions: definitions.collect(), modules: modules.collect() }
}

fn output(
    options: &Options,
    path: &Path,
    model: &Model,
    chosen: &Chosen,
    elsewhere: &Elsewhere<'_>,
) -> Result<String, EmitError> {
    let applied = || (chosen.applied(model), options.emit(path, chosen));
    match options.stage {
        #[cfg(any(feature = "cli", test))]
        Stage::Model => Ok(format!("{model:#?}\n")),
        #[cfg(feature = "cli")]
        Stage::Check => Ok(String::new()),
        #[cfg(feature = "cli")]
        Stage::Json => Ok(json::model(model, &file_name(path))),
        #[cfg(feature = "cli")]
        Stage::Sample(which) => {
            let (model, emit) = applied();
            sample::sample(&model, &emit, which).map(Option::unwrap_or_default)
        }
        Stage::Ast | Stage::Rust => {
            let (model, emit) = applied();
            rust::emit(&model, &emit, elsewhere)
        }
    }
}

/// Leaves out what is said twice: about a file where it is included, and where it is compiled itself.
fn say_once(division: &Division, units: &mut [Unit]) {
    let mut said = HashSet::new();
    for (index, unit) in units.iter().enumerate() {
        for error in unit.errors() {
            said.extend(unit.key(division, index, error).filter(|_| unit.is_in_root(error)));
        }
    }
    for (index, unit) in units.iter_mut().enumerate() {
        let Err(Failure::Rejected(errors)) = &mut unit.state else { continue };
        let mut left = std::mem::take(errors);
        left.retain(|error| {
            unit.is_in_root(error) || unit.key(division, index, error).is_none_or(|key| said.insert(key))
        });
        unit.state = Err(if left.is_empty() { Failure::Elsewhere } else { Failure::Rejected(left) });
    }
}

/// What makes two errors the same: the file, line and column, the code and the message.
type Key = (PathBuf, usize, usize, Code, String);

impl Unit {
    fn errors(&self) -> &[Diagnostic] {
        match &self.state {
            Err(Failure::Rejected(errors)) => errors,
            _ => &[],
        }
    }

    /// Whether an error is in the file itself and not in one that it includes.
    fn is_in_root(&self, error: &Diagnostic) -> bool {
        self.sources.index_at(error.span.start) == Some(0)
    }

    fn key(&self, division: &Division, index: usize, error: &Diagnostic) -> Option<Key> {
        let file = division.files(index).get(self.sources.index_at(error.span.start)?)?;
        let place = self.sources.place(error.span.start)?;
        Some((file.clone(), place.line, place.column, error.code, error.message.clone()))
    }
}
