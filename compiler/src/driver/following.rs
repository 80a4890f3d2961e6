//! Files that name each other by the headers made from them.

use super::{Failure, Options, Parsed, parse};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Resolved;
use crate::preprocess::Loader;
use crate::preprocess::for_c::ForC;
use crate::source::SourceMap;
use std::path::Path;

/// Reads a file up to its model. Where names are missing and lines for C include headers that are made from other
/// interfaces, those are read as well.
pub(super) fn read(
    options: &Options,
    loader: &dyn Loader,
    path: &Path,
    sources: &mut SourceMap,
) -> Result<(Parsed, Resolved), Failure> {
    let parsed = parse(options, loader, path, sources)?;
    let errors = match options.resolve(&parsed, loader, sources) {
        Ok(resolved) => return Ok((parsed, resolved)),
        Err(Failure::Rejected(errors)) if leads_on(&parsed, &errors) => errors,
        Err(other) => return Err(other),
    };
    let mut all_sources = SourceMap::default();
    let more = read_all(options, loader, path, &mut all_sources);
    if count(&more) > errors.len() {
        return Err(Failure::Rejected(errors));
    }
    *sources = all_sources;
    more
}

fn read_all(
    options: &Options,
    loader: &dyn Loader,
    path: &Path,
    sources: &mut SourceMap,
) -> Result<(Parsed, Resolved), Failure> {
    let mut options = options.clone();
    options.preprocess.follow_c_includes = true;
    let parsed = parse(&options, loader, path, sources)?;
    options.resolve(&parsed, loader, sources).map(|resolved| (parsed, resolved))
}

/// Whether there is something to follow, and a reason to. What is followed already leaves no such lines.
fn leads_on(parsed: &Parsed, errors: &[Diagnostic]) -> bool {
    let undefined = |error: &Diagnostic| matches!(error.code, Code::UndefinedType | Code::UndefinedConstant);
    parsed.for_c.iter().any(|line| matches!(line, ForC::Include { .. })) && errors.iter().any(undefined)
}

fn count<T>(result: &Result<T, Failure>) -> usize {
    match result {
        Err(Failure::Rejected(errors)) => errors.len(),
        _ => 0,
    }
}
