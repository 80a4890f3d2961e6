//! Every item as a definition of the model.

use super::constant::{self, Constants};
use super::errors::Errors;
use super::names::{ItemKind, Names};
use super::types::{Definition, Extern, Model};
use super::{enumeration, program, structure, typedef, union};
use crate::source::Span;
use crate::syntax::ast::CaseLabel;

/// What definitions are looked up in.
pub(super) struct Scope<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) constants: &'a Constants<'a>,
}

/// Where the parts of a definition stand.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) name: Span,
    /// Of the names of its enumerators, members or procedures, or of its cases.
    pub(crate) parts: Vec<Span>,
    /// Of its types, in the order of [`super::walk::types`].
    pub(super) types: Vec<Span>,
}

/// All definitions, a definition's id being the place of its item. Where a part has an error, it is left out.
pub(super) fn lower(scope: &Scope<'_>, errors: &mut Errors) -> (Model, Vec<Places>) {
    let mut model = Model { definitions: Vec::with_capacity(scope.names.items.len()) };
    let mut places = Vec::with_capacity(scope.names.items.len());
    for (index, item) in scope.names.items.iter().enumerate() {
        let mut spans = Vec::new();
        let definition = match item.kind {
            ItemKind::Constant(it) => Definition::Constant(constant::lower(scope.constants, index, it)),
            ItemKind::Enumeration(it) => Definition::Enumeration(enumeration::lower(scope, index, item, it)),
            ItemKind::Structure(it) => Definition::Structure(structure::lower(scope, item, it, &mut spans, errors)),
            ItemKind::Union(it) => Definition::Union(union::lower(scope, item, it, &mut spans, errors)),
            ItemKind::Typedef(it) => Definition::Typedef(typedef::lower(scope, item, it, &mut spans, errors)),
            ItemKind::Extern => Definition::Extern(Extern { name: item.name.clone() }),
            ItemKind::Program(it) => Definition::Program(program::lower(scope, it, &mut spans, errors)),
        };
        model.definitions.push(definition);
        places.push(Places { name: item.span, parts: parts(item.kind), types: spans });
    }
    for name in &scope.names.mentioned {
        if scope.names.find_type(&name.text).is_none() && super::declaration::predefined(&name.text).is_none() {
            errors.undefined_type(name);
        }
    }
    (model, places)
}

fn parts(kind: ItemKind<'_>) -> Vec<Span> {
    match kind {
        ItemKind::Enumeration(it) => it.enumerators.iter().map(|it| it.name.span).collect(),
        ItemKind::Structure(it) => it.members.iter().filter_map(|it| it.name.as_ref()).map(|name| name.span).collect(),
        ItemKind::Program(it) => {
            let procedures = it.body.versions.iter().flat_map(|it| &it.body.procedures);
            procedures.map(|it| it.name.span).collect()
        }
        ItemKind::Union(it) => {
            let labels = it.cases.iter().flat_map(|case| &case.labels);
            labels.filter_map(CaseLabel::value).map(|value| value.span).collect()
        }
        ItemKind::Constant(_) | ItemKind::Typedef(_) | ItemKind::Extern => Vec::new(),
    }
}
