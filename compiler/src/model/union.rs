//! Discriminated unions: RFC 4506 section 4.15.

use super::definition::Scope;
use super::errors::Errors;
use super::names::{Item, ItemKind};
use super::types::{Arm, Basic, Case, DefaultArm, DefinitionId, Discriminant, Field, Size, Type, Union};
use super::{declaration, enumeration, structure};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest::Suggester;
use crate::syntax::ast::{
    Bound, CaseLabel, CaseSpec, Declaration, EnumBody, Expression, Operation, TypeKind, UnionBody,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn lower(
    scope: &Scope<'_>,
    item: &Item<'_>,
    body: &UnionBody,
    spans: &mut Vec<Span>,
    errors: &mut Errors,
) -> Union {
    // The same arm may be written out for each of its cases.
    let mut seen = BTreeSet::new();
    let declared = body.cases.iter().filter_map(|case| case.arm.as_ref());
    structure::refuse_duplicates("arm", declared.filter(|arm| seen.insert(&arm.source)), errors);
    if body.cases.is_empty() {
        errors.push(
            Diagnostic::error(Code::NoArms, item.span, format!("the union `{}` has no arms", item.name))
                .help("add `case VALUE: declaration;` or `default: void;`"),
        );
    }
    let found = discriminant(scope, &body.discriminant, errors);
    let (arms, default) = arms(scope, found.as_ref(), &body.cases, spans, errors);
    let name = body.discriminant.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
    let (discriminant_type, discriminant) = match found {
        Some(found) => (found.declared, found.kind),
        None => (Type::Basic(Basic::Int), Discriminant::Signed),
    };
    Union {
        name: item.name.clone(),
        docs: item.docs.to_vec(),
        discriminant_name: name,
        discriminant_type,
        discriminant,
        arms,
        default,
        recursive: false,
        walkable: false,
        size: Size { min: 0, max: None },
    }
}

/// What a discriminant comes down to.
struct Found<'a> {
    declared: Type,
    kind: Discriminant,
    values: Values<'a>,
}

/// The values a discriminant may have.
enum Values<'a> {
    Bool,
    /// A number of so many bits.
    Number {
        bits: u32,
        signed: bool,
    },
    Enumeration {
        name: &'a str,
        body: &'a EnumBody,
        /// The values in order, each with its first enumerator; the first one may be unknown.
        values: Vec<(Option<i32>, usize)>,
    },
}

fn discriminant<'a>(scope: &Scope<'a>, declared: &Declaration, errors: &mut Errors) -> Option<Found<'a>> {
    let refuse = |errors: &mut Errors| {
        let span = declared.specifier.span;
        let message = "a union cannot be switched by this type";
        errors.push(
            Diagnostic::error(Code::BadDiscriminant, span, message)
                .label("not an integer, `bool` or an enumeration")
                .help("RFC 4506 allows `int`, `unsigned int`, `bool` and enumerations here"),
        );
    };
    if declared.optional || !matches!(declared.bound, Bound::None) {
        refuse(errors);
        return None;
    }
    let ty = match &declared.specifier.kind {
        TypeKind::String | TypeKind::Opaque | TypeKind::Void => {
            refuse(errors);
            return None;
        }
        _ => declaration::lower(scope, declared, errors)?,
    };
    let Some((kind, values)) = resolve(scope, &ty)? else {
        match is_extern(scope, &ty) {
            true => errors.push(unknown_numbers(declared)),
            false => refuse(errors),
        }
        return None;
    };
    Some(Found { declared: ty, kind, values })
}

fn is_extern(scope: &Scope<'_>, ty: &Type) -> bool {
    let Type::Named(DefinitionId(index)) = ty else { return false };
    scope.names.items.get(*index).is_some_and(|item| matches!(item.kind, ItemKind::Extern))
}

fn unknown_numbers(declared: &Declaration) -> Diagnostic {
    Diagnostic::error(Code::BadDiscriminant, declared.specifier.span, "a union cannot be switched by an extern type")
        .label("of a type in Rust the numbers are not known")
        .help("`#include` the `.x` file that defines it, or write `int`, which is the same on the wire")
}

/// What can be a discriminant.
type Resolved<'a> = (Discriminant, Values<'a>);

/// Follows typedefs to what a type is, `Some(None)` if that cannot be a discriminant, `None` if it is not known: then
/// there is an error elsewhere.
fn resolve<'a>(scope: &Scope<'a>, ty: &Type) -> Option<Option<Resolved<'a>>> {
    let mut ty = ty.clone();
    // No chain is longer than there are definitions; a longer one goes in a circle.
    for _ in 0..=scope.names.items.len() {
        let DefinitionId(index) = match ty {
            Type::Basic(basic) => return Some(basic_values(basic)),
            Type::Named(id) => id,
            _ => return Some(None),
        };
        let item = scope.names.items.get(index)?;
        ty = match item.kind {
            ItemKind::Enumeration(body) => {
                let values = enumeration::values(scope, index, body).into_iter();
                let mut values: Vec<_> = values.enumerate().map(|(index, value)| (value, index)).collect();
                values.sort_unstable();
                values.dedup_by_key(|(value, _)| *value);
                let name = &item.name;
                let kind = Discriminant::Enumeration(DefinitionId(index));
                return Some(Some((kind, Values::Enumeration { name, body, values })));
            }
            // Its errors are reported where it stands.
            ItemKind::Typedef(it) => declaration::lower(scope, it, &mut Errors::default())?,
            _ => return Some(None),
        };
    }
    None
}

fn basic_values<'a>(basic: Basic) -> Option<Resolved<'a>> {
    let (bits, signed) = match basic {
        Basic::Bool => return Some((Discriminant::Bool, Values::Bool)),
        Basic::Char => (8, true),
        Basic::UnsignedChar => (8, false),
        Basic::Short => (16, true),
        Basic::UnsignedShort => (16, false),
        Basic::Int => (32, true),
        Basic::UnsignedInt => (32, false),
        Basic::Hyper => (64, true),
        Basic::UnsignedHyper => (64, false),
        _ => return None,
    };
    let kind = match (bits, signed) {
        (64, true) => Discriminant::Hyper,
        (64, false) => Discriminant::UnsignedHyper,
        (_, true) => Discriminant::Signed,
        (_, false) => Discriminant::Unsigned,
    };
    Some((kind, Values::Number { bits, signed }))
}

fn arms(
    scope: &Scope<'_>,
    found: Option<&Found<'_>>,
    cases: &[CaseSpec],
    spans: &mut Vec<Span>,
    errors: &mut Errors,
) -> (Vec<Arm>, Option<DefaultArm>) {
    let mut seen: BTreeMap<i64, Span> = BTreeMap::new();
    let mut arms = Vec::with_capacity(cases.len());
    let mut default: Option<(DefaultArm, Span)> = None;
    let mut default_spans = Vec::new();
    for spec in cases {
        let labels = spec.labels.iter().filter_map(|label| match label {
            CaseLabel::Case(value) => Some(case(scope, &found?.values, value, &mut seen, errors)?),
            CaseLabel::Default(_) => None,
        });
        let labels: Vec<Case> = labels.collect();
        let mark = spec.labels.iter().find_map(|label| match label {
            CaseLabel::Default(span) => Some(*span),
            CaseLabel::Case(_) => None,
        });
        let Some(mark) = mark else {
            let (docs, field) = arm(scope, spec, spans, errors);
            arms.push(Arm { cases: labels, docs, field });
            continue;
        };
        // Labels beside `default` mean what `default` means.
        let (docs, field) = arm(scope, spec, &mut default_spans, errors);
        if let Some((_, earlier)) = &default {
            errors.push(
                Diagnostic::error(Code::DuplicateDefault, mark, "a second default arm")
                    .note_at(*earlier, "the first one is here"),
            );
        }
        default = Some((DefaultArm { docs, field }, mark));
    }
    spans.extend(default_spans);
    (arms, default.map(|(arm, _)| arm))
}

/// The comments and the declaration of an arm.
fn arm(scope: &Scope<'_>, spec: &CaseSpec, spans: &mut Vec<Span>, errors: &mut Errors) -> (Vec<String>, Option<Field>) {
    let mut docs = spec.docs.clone();
    let Some(declared) = spec.arm.as_ref().filter(|declared| !declaration::is_void(declared)) else {
        return (docs, None);
    };
    docs.extend(declared.docs.iter().filter(|line| !spec.docs.contains(line)).cloned());
    let field = declaration::field(scope, declared, spans, errors);
    (docs.clone(), field.map(|field| Field { docs, ..field }))
}

fn case(
    scope: &Scope<'_>,
    values: &Values<'_>,
    written: &Expression,
    seen: &mut BTreeMap<i64, Span>,
    errors: &mut Errors,
) -> Option<Case> {
    if let (Values::Enumeration { name, body, .. }, [Operation::Name(label)]) = (values, written.operations.as_slice())
        && !scope.constants.is_known(&label.text)
    {
        errors.push(unknown_enumerator(&scope.constants.suggester, name, body, &label.text, written.span));
        return None;
    }
    let number = scope.constants.number(written, errors)?;
    let found = match values {
        Values::Bool => i64::try_from(number).ok().filter(|value| matches!(value, 0 | 1)).map(|value| (value, None)),
        Values::Number { bits, signed } => wrap(number, *bits, *signed).map(|value| (value, None)),
        Values::Enumeration { values, .. } => enumeration::wrap(number).and_then(|value| {
            // With an enumerator of unknown value nothing can be said against the label.
            let found =
                values.binary_search_by_key(&Some(value), |(value, _)| *value).ok().and_then(|at| values.get(at));
            let (_, index) = found.or_else(|| values.first().filter(|(value, _)| value.is_none()))?;
            Some((i64::from(value), Some(*index)))
        }),
    };
    let Some((value, enumerator)) = found else {
        errors.push(outside(values, number, written));
        return None;
    };
    if let Some(earlier) = seen.insert(value, written.span) {
        errors.push(
            Diagnostic::error(Code::DuplicateCase, written.span, format!("the case {} appears twice", written.source))
                .label(format!("its value is {value}"))
                .note_at(earlier, "it appears first here")
                .help("remove one of them"),
        );
    }
    Some(Case { label: written.source.clone(), value, enumerator })
}

/// A number as a discriminant of so many bits holds it; as in C, a large unsigned number may stand for a negative one.
fn wrap(number: i128, bits: u32, signed: bool) -> Option<i64> {
    if bits == 64 {
        return i64::try_from(number).ok().filter(|number| signed || *number >= 0);
    }
    let limit = 1_i128 << bits;
    let half = limit / 2;
    if !(-half..limit).contains(&number) {
        return None;
    }
    let wrapped = match signed {
        true if number >= half => number - limit,
        false if number < 0 => number + limit,
        _ => number,
    };
    i64::try_from(wrapped).ok()
}

fn unknown_enumerator(suggester: &Suggester, name: &str, body: &EnumBody, label: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(Code::CaseOutsideType, span, format!("`{label}` is not an enumerator of `{name}`"))
        .label("not found in the discriminant's enumeration");
    let similar = suggester.similar(label, body.enumerators.iter().map(|it| it.name.text.as_str()));
    match body.enumerators.iter().find(|it| Some(it.name.text.as_str()) == similar) {
        Some(it) => {
            error.help_at(it.name.span, format!("an enumerator of a similar name, `{}`, is here", it.name.text))
        }
        None => error.help(format!("use one of the enumerators of `{name}`, or `default`")),
    }
}

fn outside(values: &Values<'_>, number: i128, written: &Expression) -> Diagnostic {
    let (what, help) = match values {
        Values::Bool => ("a value of `bool`".to_owned(), "use `TRUE` or `FALSE`".to_owned()),
        Values::Number { bits: 64, signed: false } => {
            ("a number from 0 to 2^63-1".to_owned(), "larger discriminants belong to a default arm".to_owned())
        }
        Values::Number { bits, signed } => {
            let sign = if *signed { "a signed" } else { "an unsigned" };
            (format!("{sign} number of {bits} bits"), "use a value the discriminant can have".to_owned())
        }
        Values::Enumeration { name, .. } => {
            (format!("an enumerator of `{name}`"), format!("use one of the enumerators of `{name}`, or `default`"))
        }
    };
    Diagnostic::error(Code::CaseOutsideType, written.span, format!("`{}` is not {what}", written.source))
        .label(format!("its value is {number}"))
        .help(help)
}
