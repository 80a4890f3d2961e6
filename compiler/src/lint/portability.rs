//! `portability`: what C rpcgen (rpcsvc-proto 1.4) refuses, or makes C of that no compiler takes.

mod tokens;

use crate::diagnostic::{Code, Diagnostic};
use crate::preprocess::{OddLine, Oddity};
use crate::source::Span;
use crate::syntax::ast::{
    BasicType, Bound, CaseLabel, CaseSpec, ConstantDef, Declaration, EnumBody, Expression, Procedure, Specification,
    StructBody, TypeKind, UnionBody,
};
use crate::syntax::walk::{self, Site, Visitor};
use crate::text::Text;
use std::collections::{BTreeMap, HashSet};

/// One diagnostic for each kind of construct, at the first place.
pub(super) fn check(text: &Text, specification: &Specification, odd_lines: &[OddLine]) -> Vec<Diagnostic> {
    let mut found = Found::default();
    tokens::check(text, &mut found);
    odd_lines.iter().for_each(|line| found.odd_line(*line));
    walk::walk(specification, &mut found);
    found.places.into_iter().map(|((who, what, cure), spans)| diagnostic(who, what, cure, &spans)).collect()
}

/// The constructs with their cures, and where they stand.
#[derive(Default)]
struct Found {
    /// By who refuses them, what they are, and the cure.
    places: BTreeMap<(&'static str, &'static str, &'static str), Vec<Span>>,
    /// The names of enumerators, which are of the whole file in C.
    enumerators: HashSet<String>,
}

fn diagnostic(who: &str, what: &str, cure: &str, spans: &[Span]) -> Diagnostic {
    let first = spans.iter().min().copied().unwrap_or_default();
    let error = Diagnostic::warning(Code::Portability, first, format!("{who} does not take {what}"));
    let error = match spans.len() {
        0 | 1 => error,
        2 => error.note("there is one more"),
        count => error.note(format!("there are {} more", count - 1)),
    };
    error.help(cure)
}

impl Found {
    fn push(&mut self, span: Span, what: &'static str, cure: &'static str) {
        self.places.entry(("C rpcgen", what, cure)).or_default().push(span);
    }

    /// What C rpcgen takes, and the C compiler does not.
    fn push_c(&mut self, span: Span, what: &'static str, cure: &'static str) {
        self.places.entry(("C", what, cure)).or_default().push(span);
    }

    fn odd_line(&mut self, line: OddLine) {
        let (what, cure) = match line.kind {
            Oddity::Indented => ("lines with blanks before their `%`", "begin the line with it"),
            Oddity::Continued => ("lines that begin with `%` and end with a backslash", "begin each line with `%`"),
            Oddity::PageMark => ("headers and footers of an RFC", "remove them"),
        };
        self.push(line.span, what, cure);
    }

    /// Two arms that declare the same.
    fn repeated_arms(&mut self, it: &UnionBody) {
        let mut seen = HashSet::new();
        let declared = it.cases.iter().filter_map(|case| case.arm.as_ref()?.name.as_ref());
        for name in declared.filter(|name| !seen.insert(&name.text)) {
            self.push_c(name.span, "two arms of one name", "put the cases before one arm, or use another name");
        }
    }
}

const TYPEDEF: &str = "give it a name with `typedef`";

impl Visitor for Found {
    /// A value from a `#define` is C's.
    fn constant(&mut self, it: &ConstantDef) {
        if it.from_define {
            return;
        }
        self.expression(&it.value);
        if it.value.source.starts_with('\'') {
            self.push(it.value.span, "characters as values of constants", "write the number");
        }
    }

    fn expression(&mut self, it: &Expression) {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let literal = it.source.starts_with(['"', '\'']);
        match it.source.strip_prefix('-') {
            Some(number) if plain(number) && !number.starts_with("0x") => {}
            Some(number) if plain(number) => {
                self.push(it.span, "negative hexadecimal numbers", "write the number in decimal");
            }
            None if literal || plain(&it.source) => {}
            _ => self.push(it.span, "expressions", "write the value, or use a `#define` of the C preprocessor"),
        }
    }

    fn structure(&mut self, span: Span, it: &StructBody) {
        if it.members.is_empty() {
            self.push(span, "empty structures", "use `void`, or give it a member");
        }
    }

    fn enumeration(&mut self, it: &EnumBody) {
        for name in it.enumerators.iter().map(|enumerator| &enumerator.name) {
            if !self.enumerators.insert(name.text.clone()) {
                self.push_c(name.span, "an enumerator that is there already", "name it once in a file");
            }
        }
    }

    fn union(&mut self, it: &UnionBody) {
        self.repeated_arms(it);
        let default = |case: &CaseSpec| case.labels.iter().any(|label| matches!(label, CaseLabel::Default(_)));
        let marks = it.cases.iter().enumerate().filter(|(_, case)| default(case));
        for (index, case) in marks {
            let mark = case.labels.iter().find_map(|label| match label {
                CaseLabel::Default(span) => Some(*span),
                CaseLabel::Case(_) => None,
            });
            let mark = mark.unwrap_or_default();
            if case.labels.len() > 1 {
                self.push(mark, "`default` beside other cases", "write `default` alone");
            }
            if index + 1 < it.cases.len() || index == 0 {
                self.push(mark, "a `default` that is not the last of several arms", "put it behind a `case`");
            }
        }
    }

    fn case(&mut self, it: &CaseSpec) {
        if let (None, Some(label)) = (&it.arm, it.labels.last()) {
            let span = match label {
                CaseLabel::Case(value) => value.span,
                CaseLabel::Default(span) => *span,
            };
            self.push(span, "cases without a declaration", "write `void;` behind it");
        }
    }

    fn declaration(&mut self, site: Site, it: &Declaration) {
        let array = !matches!(it.bound, Bound::None);
        if matches!(it.specifier.kind, TypeKind::Basic(BasicType::Quadruple)) {
            self.push_c(it.specifier.span, "the type `quadruple`", "there is no codec for it in libtirpc");
        }
        match &it.specifier.kind {
            TypeKind::Enumeration(..) | TypeKind::Structure(..) | TypeKind::Union(..) => {
                self.push(it.specifier.span, "types written in place", "define the type on its own, with a name");
            }
            TypeKind::String if site != Site::Argument && site != Site::Result && !array => {
                self.push(it.span, "strings without `<>`", "write `<>` behind the name");
            }
            TypeKind::String | TypeKind::Opaque if it.optional => {
                self.push(it.span, "strings and opaque data that are optional", TYPEDEF);
            }
            TypeKind::Opaque if site == Site::Argument || site == Site::Result => {
                self.push(it.span, "opaque data as arguments and results", TYPEDEF);
            }
            TypeKind::Void if site == Site::Member => {
                self.push(it.span, "members of type `void`", "remove it");
            }
            TypeKind::String if site == Site::Argument => {}
            _ if array && it.optional => self.push(it.span, "arrays of optional-data", TYPEDEF),
            _ if array && site == Site::Argument => self.push(it.span, "arrays as arguments", TYPEDEF),
            _ if (array || it.optional) && site == Site::Result => {
                self.push(it.span, "arrays, bounds and `*` in results", TYPEDEF);
            }
            _ => {}
        }
    }

    fn nothing_in(&mut self, span: Span) {
        self.push(span, "programs and versions without procedures", "give it a procedure");
    }

    fn procedure(&mut self, it: &Procedure) {
        if it.arguments.len() > 1 {
            let cure = "use `rpcgen -N`, or put the arguments into a structure";
            self.push(it.name.span, "several arguments, unless it is called with `-N`", cure);
        }
    }
}
