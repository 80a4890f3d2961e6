//! A file with syntax errors: what else is wrong with it, so that one run tells everything.

use super::{Options, c_constants};
use crate::diagnostic::Diagnostic;
use crate::model;
use crate::preprocess::Loader;
use crate::preprocess::for_c::{self, ForC};
use crate::source::SourceMap;
use crate::syntax::Faulty;
use std::collections::BTreeSet;

/// The syntax errors, and those in the definitions without any, as far as they do not follow from the former.
pub(super) fn all_errors(
    options: &Options,
    loader: &dyn Loader,
    sources: &SourceMap,
    faulty: Faulty,
    lines: &[ForC],
) -> Vec<Diagnostic> {
    let Faulty { mut errors, mut rest, lost } = faulty;
    c_constants::add(&mut rest, lines);
    let extern_types = options.extern_types.keys().chain(&lost).map(String::as_str);
    let extern_types: BTreeSet<&str> = extern_types.collect();
    let mut others = model::resolve(&rest, &extern_types).err().unwrap_or_default();
    // What cannot be read may define the name, in whatever way it is needed.
    others.retain(|error| !lost.contains(sources.text(error.span)));
    for_c::explain(&mut others, lines, loader, sources);
    errors.extend(others);
    errors.sort_by_key(|error| error.span.start);
    errors
}
