//! The codecs of an emitted file, for programs that are written around it.

use super::traits::TraitTable;
use super::{Context, Elsewhere, EmitOptions, own_names, types};
use crate::model::types::{Model, Type};

/// The codecs of `types` in the file emitted for `model`, whose items are found under `path` (`interface::`), and what
/// emitted code is written against under `rpc::`.
pub(crate) fn codecs(model: &Model, options: &EmitOptions<'_>, types: &[&Type], path: &str) -> Vec<String> {
    let names = &own_names(model, options, &Elsewhere::default());
    let traits = &TraitTable::new(model, options.choices);
    let context = Context::new(model, names, traits, options);
    types.iter().map(|ty| types::pair(context, ty, path).codec).collect()
}
