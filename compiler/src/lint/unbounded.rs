//! `unbounded`: data of any length.

use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Bound, Declaration, Specification, TypeKind};
use crate::syntax::walk::{self, Site, Visitor};

pub(super) fn check(specification: &Specification) -> Vec<Diagnostic> {
    let mut found = Unbounded(Vec::new());
    walk::walk(specification, &mut found);
    found.0
}

struct Unbounded(Vec<Diagnostic>);

impl Visitor for Unbounded {
    fn declaration(&mut self, _: Site, it: &Declaration) {
        let what = match (&it.specifier.kind, &it.bound) {
            (TypeKind::String, Bound::None | Bound::Variable(None)) => "string",
            (TypeKind::Opaque, Bound::Variable(None)) => "opaque data",
            (_, Bound::Variable(None)) => "array",
            _ => return,
        };
        let name = it.name.as_ref().map(|name| format!(" `{}`", name.text)).unwrap_or_default();
        let message = format!("the {what}{name} has no bound");
        self.0.push(
            Diagnostic::warning(Code::Unbounded, it.span, message)
                .label("up to 2^32-1, as far as the limits of the decoder allow")
                .help("write the largest length between `<` and `>`; peers must agree on it"),
        );
    }
}
