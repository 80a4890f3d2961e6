//! Type definitions: RFC 4506 section 4.18.

use super::declaration;
use super::definition::Scope;
use super::errors::Errors;
use super::names::Item;
use super::types::{Basic, Field, Size, Type, Typedef};
use crate::source::Span;
use crate::syntax::ast::Declaration;

pub(super) fn lower(
    scope: &Scope<'_>,
    item: &Item<'_>,
    declaration: &Declaration,
    spans: &mut Vec<Span>,
    errors: &mut Errors,
) -> Typedef {
    let field = declaration::field(scope, declaration, spans, errors);
    // Only so that the ids of the definitions behind it stay right: there is an error, no model will come of it.
    let field = field.unwrap_or_else(|| Field {
        name: item.name.clone(),
        docs: Vec::new(),
        ty: Type::Basic(Basic::Int),
        source: String::new(),
    });
    Typedef { field, size: Size { min: 0, max: None } }
}
