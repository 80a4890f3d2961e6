//! What the user says of options, and what that comes to once all files of the run are known.

use super::division::Place;
use super::{Analysed, Failure, Options, Parsed, Understood, Unit, file_name};
use crate::diagnostic::Diagnostic;
use crate::model::types::DefinitionId;
use crate::options::{self, Chosen, Files, Request, Run};
use crate::preprocess::Loader;
use crate::source::SourceMap;
use std::io;
use std::path::{Path, PathBuf};

/// What is asked for a file, and what is wrong with how it is said.
pub(super) struct Asked {
    requests: Vec<Request>,
    errors: Vec<Diagnostic>,
}

/// What is asked for the file at `path` of a run of files of the names `run`.
pub(super) fn ask(
    options: &Options,
    loader: &dyn Loader,
    path: &Path,
    run: &[String],
    parsed: &Parsed,
    sources: &mut SourceMap,
) -> Result<Asked, Failure> {
    let (mut requests, mut errors) = (Vec::new(), Vec::new());
    options::read_pragmas(&parsed.pragmas, &mut requests, &mut errors);
    if let Some((config, bytes)) = load_config(options, path, loader)? {
        let span = sources.add(&config, &bytes, None);
        let is_beside =
            |name: &str| [path, &config].iter().any(|it| loader.real_path(&it.with_file_name(name)).is_ok());
        let files = Files { own: &file_name(path), run, is_beside: &is_beside };
        options::read_config(sources.text(span), span, &files, &mut requests, &mut errors);
    }
    options::read_given(&options.given, sources, &mut requests, &mut errors);
    Ok(Asked { requests, errors })
}

/// The file that was named, or the one beside the interface if there is any.
fn load_config(options: &Options, path: &Path, loader: &dyn Loader) -> Result<Option<(PathBuf, Vec<u8>)>, Failure> {
    let beside = path.with_file_name("oncrpc.toml");
    let config = options.config.as_ref().unwrap_or(&beside);
    match loader.load(config) {
        Ok(bytes) => Ok(Some((config.clone(), bytes))),
        Err(error) if options.config.is_none() && error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::ReadConfig(config.clone(), error)),
    }
}

/// Chooses for every file of a run.
pub(super) fn choose(units: &mut [Unit]) {
    let chosen: Vec<_> = units.iter().map(|unit| choose_for(unit, units)).collect();
    for (unit, chosen) in units.iter_mut().zip(chosen) {
        match (&mut unit.state, chosen) {
            (Ok(Analysed::Model(it)), Some(Ok(chosen))) => it.chosen = chosen,
            (state, Some(Err(errors))) => *state = Err(Failure::Rejected(errors)),
            _ => {}
        }
    }
}

/// What is asked for types that the outputs of other units hold, and not there.
pub(super) fn unheard(units: &[Unit], unit: &Understood, places: &[Place]) -> Vec<Diagnostic> {
    let held = |id: DefinitionId| {
        let (owner, id) = places.get(id.0).copied().flatten()?;
        let owner = units.get(owner)?;
        Some((owner.path.display().to_string(), owner.understood()?.chosen.choices.of(id)))
    };
    options::unheard(&unit.asked.requests, &unit.resolved.model, held)
}

fn choose_for(unit: &Unit, units: &[Unit]) -> Option<Result<Chosen, Vec<Diagnostic>>> {
    let Understood { parsed, resolved, asked, .. } = unit.understood()?;
    let run = Run::new(units.iter().map(|unit| unit.resolved().map(|it| &it.model)).collect());
    let chosen = options::choose(&asked.requests, &run, resolved, &unit.sources, parsed.root);
    Some(match (chosen, asked.errors.is_empty()) {
        (Ok(chosen), true) => Ok(chosen),
        (chosen, _) => Err([asked.errors.clone(), chosen.err().unwrap_or_default()].concat()),
    })
}
