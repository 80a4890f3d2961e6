//! A file that cannot be read whole: what else is wrong with it, so that one run tells everything.

use super::{Options, c_constants, c_types};
use crate::diagnostic::{Code, Diagnostic};
use crate::model;
use crate::preprocess::Loader;
use crate::preprocess::for_c::{self, ForC};
use crate::source::SourceMap;
use crate::syntax::{Faulty, ast::Specification};
use std::collections::{BTreeSet, HashSet};

/// The errors of the preprocessor, those of syntax, and those in the definitions without any, as far as they do not
/// follow from the former.
pub(super) fn all_errors(
    options: &Options,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    mut errors: Vec<Diagnostic>,
    parsed: Result<Specification, Faulty>,
    lines: &[ForC],
) -> Vec<Diagnostic> {
    let are_all_there = errors.is_empty();
    let whole = |rest| Faulty { errors: Vec::new(), rest, lost: HashSet::new() };
    let Faulty { errors: of_syntax, mut rest, lost } = parsed.map_or_else(|faulty| faulty, whole);
    c_constants::add(&mut rest, lines);
    let extern_types = || options.extern_types.keys().chain(&lost);
    c_types::add(&mut rest, sources, extern_types());
    let extern_types: BTreeSet<&str> = extern_types().map(String::as_str).collect();
    let mut others = model::resolve(&rest, &extern_types).err().unwrap_or_default();
    // What cannot be read may define the name, in whatever way it is needed.
    others.retain(|error| !lost.contains(sources.text(error.span)));
    others.retain(|error| are_all_there || !matches!(error.code, Code::UndefinedType | Code::UndefinedConstant));
    for_c::explain(&mut others, lines, loader, sources);
    errors.extend(of_syntax);
    errors.extend(others);
    errors.sort_by_key(|error| error.span.start);
    errors
}
