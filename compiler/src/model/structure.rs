//! Structures: RFC 4506 section 4.14.

use super::declaration;
use super::definition::Scope;
use super::errors::Errors;
use super::names::{Item, duplicate};
use super::types::{Size, Structure};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Declaration, StructBody};
use std::collections::BTreeMap;

pub(super) fn lower(
    scope: &Scope<'_>,
    item: &Item<'_>,
    body: &StructBody,
    spans: &mut Vec<Span>,
    errors: &mut Errors,
) -> Structure {
    refuse_duplicates("member", &body.members, errors);
    let members = body.members.iter().filter(|member| !declaration::is_void(member));
    Structure {
        name: item.name.clone(),
        docs: item.docs.to_vec(),
        fields: members.filter_map(|member| declaration::field(scope, member, spans, errors)).collect(),
        link: None,
        recursive: false,
        walkable: false,
        size: Size { min: 0, max: None },
    }
}

/// Refuses two members, arms or arguments of one name.
pub(super) fn refuse_duplicates<'a>(
    what: &str,
    declarations: impl IntoIterator<Item = &'a Declaration>,
    errors: &mut Errors,
) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for name in declarations.into_iter().filter_map(|declaration| declaration.name.as_ref()) {
        match seen.get(name.text.as_str()) {
            Some(earlier) => errors.push(duplicate(Code::DuplicateMember, what, name, *earlier)),
            None => {
                seen.insert(&name.text, name.span);
            }
        }
    }
}
