use super::arms::is_covered;
use super::names::view_name;
use super::size::bytes;
use super::types::{Pair, pair};
use super::variant::{Selected, Variant, applied, case_numbers, cases_pattern, variants};
use super::{Context, EmitError, derive, docs, most, render, traits};
use crate::model::types::{Definition, DefinitionId, Discriminant, Type, Union};
use askama::Template;

#[derive(Template)]
#[template(path = "union.rs.j2", escape = "none")]
struct View<'a> {
    docs: String,
    derives: String,
    name: &'a str,
    source_name: &'a str,
    discriminant: Pair,
    /// The discriminant of `value` as an `i64`.
    number: String,
    variants: Vec<VariantView<'a>>,
    /// A pattern for a default arm whose discriminant is another arm's.
    mismatch: Option<String>,
    /// The last arm of the `match` that decodes, if one is needed.
    rest: String,
    success: Option<Success>,
    outcome: Option<Outcome>,
    optional: Option<Optional>,
    attribute: &'static str,
    min: String,
    max: String,
    /// The size of the discriminant, if there is something to be told of the most bytes that a value takes.
    discriminant_bytes: Option<u64>,
}

struct VariantView<'a> {
    docs: &'a str,
    /// `#[default]` for one of them, if it can be.
    attribute: &'static str,
    /// `Ok(i32)`
    declaration: String,
    /// `Ok(_)`, and the discriminant it stands for.
    shape: String,
    discriminant: &'a str,
    /// `Ok(value)`, and the expression that encodes what it binds.
    binding: String,
    encode: String,
    /// The most bytes that it takes.
    most: String,
    /// The arm of the `match` that decodes.
    decode: String,
}

/// The arm that the discriminant 0 selects.
struct Success {
    name: String,
    ty: String,
    binding: String,
    value: &'static str,
}

/// What makes a union of a `Result`: the arm that the discriminant 0 selects, and one for all others.
struct Outcome {
    ok: String,
    error: String,
    /// Patterns of what both hold, and the variants made of it.
    success: (&'static str, String),
    failure: (&'static str, String),
}

/// What makes a union of a `bool` an `Option`: one variant that holds something, and one that does not.
struct Optional {
    some: String,
    none: String,
    ty: String,
}

/// Clippy takes a `match` of one arm for a mistake.
const ONE_ARM: &str =
    "#[allow(\nclippy::match_single_binding,\nreason = \"a union of one arm is written like the others\"\n)]";

pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Union) -> Result<String, EmitError> {
    let variants = variants(context, it);
    let discriminant = pair(context, &it.discriminant_type, "");
    let other = derive::other_attribute(context, it, &discriminant.codec) + &discriminant.value;
    let success = variants.iter().find_map(success).filter(|_| variants.len() > 1);
    let view = View {
        docs: docs::comment(&it.docs, &source(context, it)),
        derives: traits::of(context, id).derives(context.choices.of(id)),
        name: context.names.of(id),
        source_name: &it.name,
        number: number(it, "value.discriminant()"),
        mismatch: mismatch(context, it, &variants),
        rest: rest(context, it),
        outcome: outcome(it, &variants, &discriminant),
        success,
        optional: optional(it, &variants, |held| &held.value),
        attribute: attribute(&variants),
        variants: variants.iter().map(|variant| variant_view(variant, &other)).collect(),
        discriminant,
        discriminant_bytes: most::of_discriminant(context, it),
        min: bytes(Some(it.size.min)),
        max: bytes(if it.recursive { None } else { it.size.max }),
    };
    render(&view)
}

/// `kept` is the declaration of a discriminant that a variant holds.
fn variant_view<'a>(it: &'a Variant, kept: &str) -> VariantView<'a> {
    let Variant { name, docs, selected, held, attributes, is_default, walk: _ } = it;
    let (value, decode) = match held {
        Some(Pair { value, codec, .. }) => (Some(value.as_str()), Some(format!("rpc::decode::<{codec}>(input)?"))),
        None => (None, None),
    };
    let (holds, discriminant, pattern) = match selected {
        Selected::ByCase { discriminant, .. } => (None, discriminant.as_str(), discriminant.as_str()),
        Selected::ByDefault => (Some(kept), "*discriminant", "value"),
    };
    let declared = value.map(|value| [attributes, value].concat());
    let parts = |first: &'static str, second: Option<&'static str>| -> Vec<&str> {
        holds.map(|_| first).into_iter().chain(value.and(second)).collect()
    };
    let decoded: Vec<&str> = holds.map(|_| pattern).into_iter().chain(decode.as_deref()).collect();
    VariantView {
        docs,
        attribute: if *is_default { "#[default]" } else { "" },
        declaration: applied(name, &holds.into_iter().chain(declared.as_deref()).collect::<Vec<_>>()),
        shape: applied(name, &parts("discriminant", Some("_"))),
        discriminant,
        binding: applied(name, &parts("_", Some("value"))),
        most: most::of_variant(it),
        encode: held.as_ref().map_or("Ok(())".into(), |held| format!("rpc::encode::<{}>(value, out)", held.codec)),
        decode: [pattern, " => Ok(Self::", &applied(name, &decoded), "),"].concat(),
    }
}

/// The arm for discriminants that no arm of the union is for.
pub(super) fn rest(context: Context<'_>, it: &Union) -> String {
    if it.default.is_some() || is_covered(context.model, context.choices, it) {
        return String::new();
    }
    let member = match it.discriminant {
        Discriminant::Hyper => "value".to_owned(),
        _ => format!("value: {}", number(it, "value")),
    };
    let name = &it.name;
    format!("value => {{\nErr(rpc::DecodeError::Discriminant {{\nunion: \"{name}\",\n{member},\n}})\n}}")
}

/// As a number where the same one has two values: an open enumeration may hold one that it names.
fn mismatch(context: Context<'_>, it: &Union, variants: &[Variant]) -> Option<String> {
    let default = variants.iter().find(|variant| matches!(variant.selected, Selected::ByDefault))?;
    let with = |discriminant| {
        let held = default.held.as_ref().map(|_| "_");
        applied(&default.name, &std::iter::once(discriminant).chain(held).collect::<Vec<_>>())
    };
    match it.discriminant {
        Discriminant::Enumeration(id) if context.choices.of(id).open => {
            let numbers = case_numbers(it)?;
            Some(format!("{} if matches!(i32::from(value.discriminant()), {numbers})", with("_")))
        }
        _ => Some(with(&cases_pattern(context, it)?)),
    }
}

fn number(it: &Union, value: &str) -> String {
    match it.discriminant {
        Discriminant::Hyper => value.to_owned(),
        Discriminant::UnsignedHyper => format!("i64::try_from({value}).unwrap_or(i64::MAX)"),
        Discriminant::Enumeration(_) => format!("i64::from(i32::from({value}))"),
        _ => format!("i64::from({value})"),
    }
}

fn success(it: &Variant) -> Option<Success> {
    let Selected::ByCase { success: true, .. } = it.selected else { return None };
    Some(match &it.held {
        Some(held) => Success {
            name: it.name.clone(),
            ty: held.value.clone(),
            binding: applied(&it.name, &["value"]),
            value: "value",
        },
        None => Success { name: it.name.clone(), ty: "()".to_owned(), binding: it.name.clone(), value: "()" },
    })
}

/// The error is the discriminant, with what the default arm holds.
fn outcome(it: &Union, variants: &[Variant], discriminant: &Pair) -> Option<Outcome> {
    let [first, Variant { name, held, selected: Selected::ByDefault, .. }] = variants else { return None };
    let Success { ty: ok, binding, value, .. } = success(first).filter(|_| it.default.is_some())?;
    let kept = &discriminant.value;
    let (error, failure) = match held {
        Some(held) => {
            let variant = applied(name, &["discriminant", "value"]);
            (format!("({kept}, {})", held.value), ("(discriminant, value)", variant))
        }
        None => (kept.clone(), ("discriminant", applied(name, &["discriminant"]))),
    };
    Some(Outcome { ok, error, success: (value, binding), failure })
}

/// `TRUE` with something, `FALSE` with nothing: how files are written that do without `*`.
fn optional(it: &Union, variants: &[Variant], ty: impl Fn(&Pair) -> &str) -> Option<Optional> {
    let (Discriminant::Bool, [first, second]) = (&it.discriminant, variants) else { return None };
    let (some, none) = if first.held.is_some() { (first, second) } else { (second, first) };
    let by_true = matches!(&some.selected, Selected::ByCase { discriminant, .. } if discriminant == "true");
    let held = some.held.as_ref().filter(|_| by_true && none.held.is_none())?;
    Some(Optional { some: some.name.clone(), none: none.name.clone(), ty: ty(held).to_owned() })
}

pub(super) fn attribute(variants: &[Variant]) -> &'static str {
    if variants.len() == 1 { ONE_ARM } else { "" }
}

fn source(context: Context<'_>, it: &Union) -> String {
    let ty = match it.discriminant_type {
        Type::Basic(basic) => basic.name(),
        Type::Named(id) => context.model.definition(id).map_or("", Definition::name),
        _ => "",
    };
    format!("union {} switch ({ty} {})", it.name, it.discriminant_name)
}

#[derive(Template)]
#[template(path = "union_view.rs.j2", escape = "none")]
struct InPlace<'a> {
    name: &'a str,
    view: String,
    discriminant: String,
    variants: Vec<InPlaceVariant>,
    optional: Option<Optional>,
    rest: String,
    attribute: &'static str,
}

struct InPlaceVariant {
    docs: String,
    /// `Ok(QuotientView<'a>)`
    declaration: String,
    /// The arm of the `match` that makes it.
    arm: String,
    /// `Ok(value)`, and `Ok(rpc::to_value::<Quotient>(value)?)`.
    pattern: String,
    value: String,
}

/// The union's view.
pub(super) fn emit_view(context: Context<'_>, id: DefinitionId, it: &Union) -> Result<String, EmitError> {
    if traits::is_by_value(context, id) {
        return super::view::emit_value(context, id);
    }
    let variants = variants(context, it);
    let discriminant = pair(context, &it.discriminant_type, "");
    let name = context.names.of(id);
    let view = view_name(name);
    let in_place = InPlace {
        name,
        rest: rest(context, it),
        attribute: attribute(&variants),
        optional: optional(it, &variants, |held| &held.view),
        variants: variants.iter().map(|variant| in_place(variant, &view, &discriminant.value)).collect(),
        discriminant: discriminant.codec,
        view,
    };
    render(&in_place)
}

fn in_place(it: &Variant, view: &str, discriminant_type: &str) -> InPlaceVariant {
    let (holds, matched) = match &it.selected {
        Selected::ByCase { discriminant, .. } => (None, discriminant.as_str()),
        Selected::ByDefault => (Some(discriminant_type), "value"),
    };
    let codec = it.held.as_ref().map(|held| held.codec.as_str());
    let seen = codec.map(|codec| format!("rpc::view::<{codec}>(input)?"));
    let value = codec.map(|codec| format!("rpc::to_value::<{codec}>(value)?"));
    let parts = |first: Option<&str>, second: Option<&str>| {
        applied(&it.name, &first.into_iter().chain(second).collect::<Vec<_>>())
    };
    let kept = holds.map(|_| "discriminant");
    InPlaceVariant {
        docs: it.docs.clone(),
        declaration: parts(holds, it.held.as_ref().map(|held| held.view.as_str())),
        arm: format!("{matched} => Ok({view}::{}),", parts(holds.map(|_| matched), seen.as_deref())),
        pattern: parts(kept, codec.map(|_| "value")),
        value: parts(kept, value.as_deref()),
    }
}
