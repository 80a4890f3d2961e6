//! The codecs of an emitted file, for programs that are written around it.

use super::name::Spelling;
use super::names::Names;
use super::traits::TraitTable;
use super::{Context, EmitOptions, types};
use crate::model::types::{Model, Type};

/// The codecs of `types` in the file emitted for `model`, whose items are found under `path` (`interface::`), and what
/// emitted code is written against under `rpc::`.
pub(crate) fn codecs(model: &Model, options: &EmitOptions, types: &[&Type], path: &str) -> Vec<String> {
    let spelling = if options.verbatim_names { Spelling::Verbatim } else { Spelling::Idiomatic };
    let names = &Names::new(model, spelling, options.views, &options.extern_types);
    let context = Context { model, names, traits: &TraitTable::new(model), spelling, views: options.views };
    types.iter().map(|ty| types::pair(context, ty, path).codec).collect()
}
