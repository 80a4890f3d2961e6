//! From the syntax tree to the model: names resolved, constants evaluated, rules checked, recursion and sizes known.

pub mod types;

mod access;
mod constant;
mod declaration;
mod definition;
mod depth;
mod enumeration;
mod errors;
mod evaluate;
mod graph;
mod lists;
mod names;
mod program;
mod recursion;
mod sequences;
pub(crate) mod shape;
mod sizes;
mod structure;
mod typedef;
mod union;
pub(crate) mod walk;

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::syntax::ast::Specification;
use errors::Errors;
use std::collections::BTreeSet;
use types::Model;

pub(crate) use definition::Places;
pub(crate) use errors::ONLY_IN_C;
pub(crate) use sizes::compute as compute_sizes;

/// A model, and where its definitions stand.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) model: Model,
    /// For each definition.
    pub(crate) places: Vec<Places>,
}

/// Builds the model of a specification, or says everything that is wrong with it. Types of the names `extern_types` are
/// defined elsewhere, unless they are defined here.
pub(crate) fn resolve(
    specification: &Specification,
    extern_types: &BTreeSet<&str>,
) -> Result<Resolved, Vec<Diagnostic>> {
    let mut errors = Errors::default();
    let names = names::collect(specification, extern_types, &mut errors);
    let constants = constant::evaluate(&names, &mut errors);
    let scope = definition::Scope { names: &names, constants: &constants };
    let (mut model, places) = definition::lower(&scope, &mut errors);
    program::check_numbers(&scope, &model, &mut errors);
    errors.stop(&scope)?;
    recursion::refuse_infinite(&model, &places, &mut errors);
    errors.stop(&scope)?;
    lists::fold(&mut model);
    recursion::mark(&mut model);
    sequences::mark(&mut model);
    sizes::compute(&mut model);
    sizes::check(&model, &places, &mut errors);
    depth::check(&model, &places, &mut errors);
    errors.stop(&scope)?;
    Ok(Resolved { model, places })
}
