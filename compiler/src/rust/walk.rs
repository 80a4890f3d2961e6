//! What structures and unions are while their arrays and lists are gone through in one pass.

use super::size::resolved;
use super::traits::borrows;
use super::types::pair;
use super::variant::{Selected, Variant, applied, variants};
use super::{Context, EmitError, render, structure, union};
use crate::model::types::{Definition, DefinitionId, Model, Structure, Type, Union};
use askama::Template;

/// What a value of this type is while it is gone through: `rpc::Walk<'a, rpc::List<Entry>>`, `ListingWalk<'a>`.
pub(super) fn type_of(context: Context<'_>, ty: &Type, path: &str) -> Option<String> {
    if context.model.is_sequence(ty) {
        return Some(format!("rpc::Walk<'a, {}>", pair(context, ty, path).codec));
    }
    match resolved(context.model, ty) {
        Type::Named(id) if context.model.is_walkable(ty) => {
            Some(format!("{path}{}<'a>", walk_name(context.names.of(*id))))
        }
        _ => None,
    }
}

/// The names that a structure or union brings with it: of its walk and of what follows in it.
pub(super) fn names(model: &Model, it: &Definition, name: &str) -> Vec<String> {
    let rests = match it {
        Definition::Structure(it) if it.walkable => rests(model, it),
        Definition::Union(it) if it.walkable => 0,
        _ => return Vec::new(),
    };
    std::iter::once(walk_name(name)).chain((0..rests).map(|number| rest_name(name, number))).collect()
}

/// `ListingWalk`
fn walk_name(name: &str) -> String {
    format!("{}Walk", name.strip_suffix('_').unwrap_or(name))
}

/// `ListingRest`, and `ListingRest2` for what follows behind one more sequence.
fn rest_name(name: &str, number: usize) -> String {
    let number = if number == 0 { String::new() } else { number.saturating_add(1).to_string() };
    format!("{}Rest{number}", name.strip_suffix('_').unwrap_or(name))
}

/// The walk of a structure or union that has one.
pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Definition) -> Result<Option<String>, EmitError> {
    Ok(match it {
        Definition::Structure(it) if it.walkable => Some(emit_structure(context, id, it)?),
        Definition::Union(it) if it.walkable => Some(emit_union(context, id, it)?),
        _ => None,
    })
}

#[derive(Template)]
#[template(path = "structure_walk.rs.j2", escape = "none")]
struct StructureWalk<'a> {
    name: &'a str,
    parts: &'a [Part],
    first: &'a Part,
    steps: Vec<Step<'a>>,
    /// How what has not been gone through is checked.
    finish: String,
}

/// The members up to a sequence and with it, or those behind the last one.
struct Part {
    docs: String,
    name: String,
    /// Whether anything in it is borrowed.
    borrows: bool,
    members: Vec<Member>,
}

struct Member {
    docs: String,
    name: String,
    ty: String,
    /// `rpc::view::<bool>`, which takes it off the input.
    take: String,
    /// Its codec, if it is gone through.
    walked: Option<String>,
}

/// From one part to the next.
struct Step<'a> {
    /// `impl<'a> ListingWalk<'a>`
    header: String,
    /// The name of the sequence that is gone through, and as documentation refers to it.
    sequence: &'a str,
    link: &'a str,
    ty: String,
    next: &'a Part,
}

fn emit_structure(context: Context<'_>, id: DefinitionId, it: &Structure) -> Result<String, EmitError> {
    let name = context.names.of(id);
    let first = Part::new(format!("/// [`{name}`], gone through in one pass."), walk_name(name));
    let parts = parts(context, name, first, it);
    let steps = parts.iter().zip(parts.iter().skip(1)).filter_map(step).collect();
    let Some(first) = parts.first() else { return Ok(String::new()) };
    render(&StructureWalk { name, first, steps, finish: finish(&parts), parts: &parts })
}

impl Part {
    fn new(docs: String, name: String) -> Self {
        Self { docs, name, borrows: false, members: Vec::new() }
    }

    fn ty(&self) -> String {
        if self.borrows { format!("{}<'a>", self.name) } else { self.name.clone() }
    }
}

/// A structure in parts, of which the `first` is empty as yet.
fn parts(context: Context<'_>, name: &str, first: Part, it: &Structure) -> Vec<Part> {
    let (mut parts, mut part) = (Vec::new(), first);
    let fields = structure::fields(context, it).into_iter().zip(&it.fields);
    for (index, (field, declared)) in fields.enumerate() {
        let is_last = index.saturating_add(1) == it.fields.len();
        let is_walked = context.model.is_sequence(&declared.ty) || is_last;
        let walk = type_of(context, &declared.ty, "").filter(|_| is_walked);
        let function = if walk.is_some() { "walk" } else { "view" };
        part.borrows |= walk.is_some() || borrows(context, &declared.ty);
        part.members.push(Member {
            docs: field.docs,
            name: field.name,
            take: format!("rpc::{function}::<{}>", field.codec),
            walked: walk.is_some().then_some(field.codec),
            ty: walk.clone().unwrap_or_else(|| pair(context, &declared.ty, "").view),
        });
        if walk.is_some() && !is_last {
            let docs = format!("/// What stands behind `{}` of a [`{}`].", declared.name, walk_name(name));
            let next = Part::new(docs, rest_name(name, parts.len()));
            parts.push(std::mem::replace(&mut part, next));
        }
    }
    parts.push(part);
    parts
}

/// How many [`parts`] there are behind the first.
pub(super) fn rests(model: &Model, it: &Structure) -> usize {
    let before_last = it.fields.split_last().map_or(&[][..], |(_, before)| before);
    before_last.iter().filter(|field| model.is_sequence(&field.ty)).count()
}

fn step<'a>((part, next): (&'a Part, &'a Part)) -> Option<Step<'a>> {
    let sequence = part.members.last()?.name.as_str();
    // A lifetime that nothing else needs has no name.
    let header = match next.borrows {
        true => format!("impl<'a> {}<'a>", part.name),
        false => format!("impl {}<'_>", part.name),
    };
    Some(Step { header, sequence, link: sequence.trim_start_matches("r#"), ty: next.ty(), next })
}

/// `rpc::finish::<rpc::List<Entry>>(walk.rest()?.entries)`, or `walk.rest().map(|_| ())` where the last member is not
/// gone through.
fn finish(parts: &[Part]) -> String {
    let steps = parts.len().saturating_sub(1);
    let last = parts.last().and_then(|part| part.members.last());
    match last.and_then(|member| Some((member, member.walked.as_ref()?))) {
        Some((member, codec)) => format!("rpc::finish::<{codec}>(walk{}.{})", ".rest()?".repeat(steps), member.name),
        None => format!("walk{}.rest().map(|_| ())", ".rest()?".repeat(steps.saturating_sub(1))),
    }
}

#[derive(Template)]
#[template(path = "union_walk.rs.j2", escape = "none")]
struct UnionWalk<'a> {
    name: &'a str,
    walk: String,
    discriminant: String,
    variants: Vec<WalkedVariant>,
    rest: String,
    attribute: &'static str,
}

struct WalkedVariant {
    docs: String,
    /// `Ok(ListingWalk<'a>)`
    declaration: String,
    /// The arm of the `match` that makes it.
    arm: String,
    /// `Ok(walk)`, and `rpc::finish::<Listing>(walk)`.
    pattern: String,
    finish: String,
}

fn emit_union(context: Context<'_>, id: DefinitionId, it: &Union) -> Result<String, EmitError> {
    let name = context.names.of(id);
    let walk = walk_name(name);
    let variants = variants(context, it);
    let discriminant = pair(context, &it.discriminant_type, "");
    let view = UnionWalk {
        name,
        rest: union::rest(context, it),
        attribute: union::attribute(&variants),
        variants: variants.iter().map(|variant| walked(variant, &walk, &discriminant.value)).collect(),
        discriminant: discriminant.codec,
        walk,
    };
    render(&view)
}

fn walked(it: &Variant, walk: &str, discriminant_type: &str) -> WalkedVariant {
    let (kept, matched) = match &it.selected {
        Selected::ByCase { discriminant, .. } => (None, discriminant.as_str()),
        Selected::ByDefault => (Some(discriminant_type), "value"),
    };
    let parts = |first: Option<&str>, second: Option<&str>| {
        applied(&it.name, &first.into_iter().chain(second).collect::<Vec<_>>())
    };
    let codec = it.held.as_ref().map(|held| &held.codec);
    let (function, bound) = if it.walk.is_some() { ("walk", "walk") } else { ("view", "_") };
    let taken = codec.map(|codec| format!("rpc::{function}::<{codec}>(input)?"));
    let finish = codec.filter(|_| it.walk.is_some()).map(|codec| format!("rpc::finish::<{codec}>(walk)"));
    let ty = it.walk.as_ref().or(it.held.as_ref().map(|held| &held.view));
    WalkedVariant {
        docs: it.docs.clone(),
        declaration: parts(kept, ty.map(String::as_str)),
        arm: format!("{matched} => Ok({walk}::{}),", parts(kept.map(|_| matched), taken.as_deref())),
        pattern: parts(kept.map(|_| "_"), codec.map(|_| bound)),
        finish: finish.unwrap_or_else(|| "Ok(())".to_owned()),
    }
}
