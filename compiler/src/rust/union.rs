use super::types::{Pair, bytes, pair};
use super::{Context, EmitError, docs, name::Scope, traits};
use crate::model::types::{Arm, Case, Definition, DefinitionId, Discriminant, Field, Type, Union};
use askama::Template;

#[derive(Template)]
#[template(path = "union.rs.j2")]
struct View<'a> {
    docs: String,
    derives: String,
    name: &'a str,
    source_name: &'a str,
    discriminant: Pair,
    /// The discriminant of `value` as an `i64`.
    number: String,
    variants: Vec<Variant>,
    /// A pattern for default arms whose discriminant is another arm's.
    mismatch: Option<String>,
    /// The last arm of the `match` that decodes, if one is needed.
    rest: String,
    success: Option<Success>,
    attribute: &'static str,
    min: String,
    max: String,
}

/// A case label, or the default arm.
struct Variant {
    docs: String,
    /// `Ok(i32)`
    declaration: String,
    /// `Ok(_)`, and the discriminant it stands for.
    shape: String,
    discriminant: String,
    /// `Ok(value)`, and the expression that encodes what it binds.
    binding: String,
    encode: String,
    /// The arm of the `match` that decodes, if it is one for a case.
    decode: String,
}

/// The arm that the discriminant 0 selects.
struct Success {
    name: String,
    ty: String,
    binding: String,
    value: &'static str,
}

/// Clippy takes a `match` of one arm for a mistake.
const ONE_ARM: &str = r#"#[allow(clippy::match_single_binding, reason = "a union of one arm is written like the others")]"#;

pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Union) -> Result<String, EmitError> {
    let mut scope = Scope::default();
    let mut variants = Vec::new();
    let mut success = None;
    for (arm, case) in cases(it) {
        let name = scope.claim(&variant_name(context, it, case));
        if case.value == 0 && it.discriminant != Discriminant::Bool {
            success = Some(success_view(context, &name, arm.field.as_ref()));
        }
        variants.push(case_variant(context, it, arm, case, &name));
    }
    let covered = is_covered(context, it);
    let default = it.default.as_ref().filter(|_| !covered);
    let number = number(it, "value.discriminant()");
    let rest = match default {
        Some(arm) => {
            let name = scope.claim("Default");
            let (variant, rest) = default_variant(context, it, &arm.docs, arm.field.as_ref(), &name);
            variants.push(variant);
            rest
        }
        None if covered => String::new(),
        None => format!(
            "value => Err(rpc::DecodeError::Discriminant {{ union: \"{}\", value: {} }}),",
            it.name,
            self::number(it, "value")
        ),
    };
    let view = View {
        docs: docs::comment(&it.docs, &source(context, it)),
        derives: traits::of(context, id).derives(),
        name: context.names.of(id),
        source_name: &it.name,
        discriminant: pair(context, &it.discriminant_type, ""),
        number,
        mismatch: default.and_then(|arm| mismatch(context, it, arm.field.is_some())),
        rest,
        success: success.filter(|_| variants.len() > 1),
        attribute: if variants.len() == 1 { ONE_ARM } else { "" },
        variants,
        min: bytes(Some(it.size.min)),
        max: bytes(if it.recursive { None } else { it.size.max }),
    };
    Ok(view.render()?)
}

/// Every case label is a variant of its own, so that a value keeps its discriminant.
fn cases(it: &Union) -> impl Iterator<Item = (&Arm, &Case)> {
    it.arms.iter().flat_map(|arm| arm.cases.iter().map(move |case| (arm, case)))
}

fn variant_name(context: Context<'_>, it: &Union, case: &Case) -> String {
    let named = case.label.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    match (&it.discriminant, case.enumerator) {
        (Discriminant::Enumeration(id), Some(index)) => context.names.inner(*id, index).to_owned(),
        (Discriminant::Bool, _) => if case.value == 0 { "False" } else { "True" }.to_owned(),
        _ if named => context.spelling.type_name(&case.label),
        _ if case.value < 0 => format!("CaseMinus{}", case.value.unsigned_abs()),
        _ => format!("Case{}", case.value),
    }
}

fn case_variant(context: Context<'_>, it: &Union, arm: &Arm, case: &Case, name: &str) -> Variant {
    let discriminant = discriminant(context, it, case);
    match &arm.field {
        Some(field) => {
            let Pair { value, codec } = pair(context, &field.ty, "");
            Variant {
                docs: docs::comment(&arm_docs(&arm.docs, field), &format!("case {}: {}", case.label, field.source)),
                declaration: format!("{name}({value})"),
                shape: format!("{name}(_)"),
                binding: format!("{name}(value)"),
                encode: format!("rpc::encode::<{codec}>(value, out)"),
                decode: format!("{discriminant} => Ok(Self::{name}(rpc::decode::<{codec}>(input)?)),"),
                discriminant,
            }
        }
        None => Variant {
            docs: docs::comment(&arm.docs, &format!("case {}: void", case.label)),
            declaration: name.to_owned(),
            shape: name.to_owned(),
            binding: name.to_owned(),
            encode: "Ok(())".to_owned(),
            decode: format!("{discriminant} => Ok(Self::{name}),"),
            discriminant,
        },
    }
}

/// The default arm, which holds its discriminant, and how it is decoded.
fn default_variant(
    context: Context<'_>,
    it: &Union,
    comment: &[String],
    field: Option<&Field>,
    name: &str,
) -> (Variant, String) {
    let discriminant = pair(context, &it.discriminant_type, "").value;
    let keeps = format!("with its `{}`", it.discriminant_name);
    match field {
        Some(field) => {
            let Pair { value, codec } = pair(context, &field.ty, "");
            let variant = Variant {
                docs: docs::comment_and(&arm_docs(comment, field), &format!("`default: {}`, {keeps}", field.source)),
                declaration: format!("{name}({discriminant}, {value})"),
                shape: format!("{name}(discriminant, _)"),
                discriminant: "*discriminant".to_owned(),
                binding: format!("{name}(_, value)"),
                encode: format!("rpc::encode::<{codec}>(value, out)"),
                decode: String::new(),
            };
            (variant, format!("value => Ok(Self::{name}(value, rpc::decode::<{codec}>(input)?)),"))
        }
        None => {
            let variant = Variant {
                docs: docs::comment_and(comment, &format!("`default: void`, {keeps}")),
                declaration: format!("{name}({discriminant})"),
                shape: format!("{name}(discriminant)"),
                discriminant: "*discriminant".to_owned(),
                binding: format!("{name}(_)"),
                encode: "Ok(())".to_owned(),
                decode: String::new(),
            };
            (variant, format!("value => Ok(Self::{name}(value)),"))
        }
    }
}

fn arm_docs(arm: &[String], field: &Field) -> Vec<String> {
    if arm == field.docs { arm.to_vec() } else { [arm, &field.docs].concat() }
}

/// The discriminant of a case as an expression and a pattern.
fn discriminant(context: Context<'_>, it: &Union, case: &Case) -> String {
    match (&it.discriminant, case.enumerator) {
        (Discriminant::Enumeration(id), Some(index)) => {
            format!("{}::{}", context.names.of(*id), context.names.inner(*id, index))
        }
        (Discriminant::Bool, _) => (case.value != 0).to_string(),
        _ => case.value.to_string(),
    }
}

/// Whether every value of the discriminant has a case, so that nothing is left for a default arm.
fn is_covered(context: Context<'_>, it: &Union) -> bool {
    let has = |value: i64| cases(it).any(|(_, case)| case.value == value);
    match it.discriminant {
        Discriminant::Bool => has(0) && has(1),
        Discriminant::Enumeration(id) => match context.model.definition(id) {
            Some(Definition::Enumeration(enumeration)) => {
                enumeration.enumerators.iter().all(|enumerator| has(i64::from(enumerator.value)))
            }
            _ => false,
        },
        Discriminant::Signed | Discriminant::Unsigned => false,
    }
}

fn mismatch(context: Context<'_>, it: &Union, has_field: bool) -> Option<String> {
    let labels = match it.discriminant {
        Discriminant::Signed | Discriminant::Unsigned => ranges(cases(it).map(|(_, case)| case.value).collect()),
        _ => cases(it).map(|(_, case)| discriminant(context, it, case)).collect(),
    };
    let rest = if has_field { ", _" } else { "" };
    (!labels.is_empty()).then(|| format!("Default({}{rest})", labels.join(" | ")))
}

/// Numbers as patterns: a run of three or more is a range.
fn ranges(mut numbers: Vec<i64>) -> Vec<String> {
    numbers.sort_unstable();
    let runs = numbers.chunk_by(|before, number| before.checked_add(1) == Some(*number));
    let pattern = |run: &[i64]| match run {
        [first, _, .., last] if run.len() > 2 => vec![format!("{first}..={last}")],
        _ => run.iter().map(ToString::to_string).collect(),
    };
    runs.flat_map(pattern).collect()
}

fn number(it: &Union, value: &str) -> String {
    match it.discriminant {
        Discriminant::Enumeration(_) => format!("i64::from(i32::from({value}))"),
        _ => format!("i64::from({value})"),
    }
}

fn success_view(context: Context<'_>, name: &str, field: Option<&Field>) -> Success {
    match field {
        Some(field) => Success {
            name: name.to_owned(),
            ty: pair(context, &field.ty, "").value,
            binding: format!("{name}(value)"),
            value: "value",
        },
        None => Success { name: name.to_owned(), ty: "()".to_owned(), binding: name.to_owned(), value: "()" },
    }
}

fn source(context: Context<'_>, it: &Union) -> String {
    let ty = match it.discriminant_type {
        Type::Basic(basic) => basic.name(),
        Type::Named(id) => context.model.definition(id).map_or("", Definition::name),
        _ => "",
    };
    format!("union {} switch ({ty} {})", it.name, it.discriminant_name)
}
