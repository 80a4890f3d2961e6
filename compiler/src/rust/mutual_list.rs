//! The nodes of a mutual list as one type: an enumeration with a variant for each of the structures that take turns. It
//! stands with the first of them, which is the one whose name in the `.x` file sorts first, wherever it is defined.

use super::choices::TypeChoices;
use super::name::{Scope, Spelling};
use super::names::view_name;
use super::size::bytes;
use super::types::pair;
use super::{Context, EmitError, docs, render, structure, traits};
use crate::model::types::{Definition, DefinitionId, Model, Structure, Type};
use askama::Template;

/// Up to how many structures all are part of the name.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "mutual_list.rs.j2", escape = "none")]
struct View<'a> {
    docs: String,
    derives: String,
    name: &'a str,
    nodes: Vec<NodeView<'a>>,
    /// `("a", 4), ("b", 8)`: their names in the `.x` file and their least sizes.
    table: String,
}

struct NodeView<'a> {
    docs: String,
    variant: String,
    /// Its type, which is its codec.
    ty: &'a str,
    turn: usize,
    /// The pattern for its turn: the last one takes the rest.
    pattern: String,
}

/// The first structure of the mutual list that `node` is in, and the place of `node` among those that take turns; `None`
/// for a plain list.
pub(super) fn place(model: &Model, node: DefinitionId) -> Option<(DefinitionId, usize)> {
    let turns = model.turns(node);
    let name = |id: &DefinitionId| model.definition(*id).map(Definition::name);
    let (skipped, first) = turns.iter().enumerate().min_by_key(|(_, id)| name(id)).filter(|_| turns.len() > 1)?;
    Some((*first, turns.len().checked_sub(skipped)? % turns.len()))
}

/// The structures that take turns in a mutual list, if `first` is the first of them.
pub(super) fn led_by(model: &Model, first: DefinitionId) -> Option<Vec<DefinitionId>> {
    place(model, first).filter(|(_, turn)| *turn == 0).map(|_| model.turns(first))
}

/// The nodes' type by the names of the structures: `AOrBOrC`, or `AOrBOrOthers` for more than three.
pub(super) fn name(mut turns: Vec<String>, spelling: Spelling) -> String {
    let (or, others) = match spelling {
        Spelling::Idiomatic => ("Or", "Others"),
        Spelling::Verbatim => ("_or_", "others"),
    };
    if turns.len() > NAMED {
        turns.truncate(NAMED.saturating_sub(1));
        turns.push(others.to_owned());
    }
    turns.join(or)
}

/// The names of the variants, in the order of `turns`.
pub(super) fn variants(context: Context<'_>, turns: &[DefinitionId]) -> Vec<String> {
    let mut scope = Scope::default();
    turns.iter().map(|id| scope.claim(plain(context.names.of(*id)))).collect()
}

/// The type of the nodes and its variant for a structure of a mutual list.
#[cfg(feature = "cli")]
pub(super) fn variant(context: Context<'_>, node: DefinitionId) -> Option<(&str, String)> {
    let (first, turn) = place(context.model, node)?;
    let variant = variants(context, &context.model.turns(first)).into_iter().nth(turn)?;
    Some((context.names.nodes(first), variant))
}

/// The nodes' type, if `first` is the first structure of a mutual list; with views, its view as well.
pub(super) fn emit(context: Context<'_>, first: DefinitionId) -> Result<Vec<String>, EmitError> {
    let Some(turns) = led_by(context.model, first) else { return Ok(Vec::new()) };
    let chosen = common(context, &turns);
    let names = variants(context, &turns);
    let entry = |it: &Structure| format!("(\"{}\", {})", it.name, bytes(Some(it.size.min)));
    let table = turns.iter().filter_map(|id| as_structure(context.model, *id)).map(entry);
    let next = names.iter().cycle().skip(1);
    let nodes = turns.iter().zip(&names).zip(next).enumerate();
    let view = View {
        docs: documentation(context, &turns),
        derives: traits::of_any(context, &turns).derives(&chosen),
        name: context.names.nodes(first),
        nodes: nodes
            .filter_map(|(turn, ((id, name), next))| node(context, *id, turn, turns.len(), name, next))
            .collect(),
        table: table.collect::<Vec<_>>().join(", "),
    };
    let mut items = vec![render(&view)?];
    if context.views {
        items.push(emit_view(context, view.name, &turns, &names)?);
    }
    Ok(items)
}

/// A name without the module that it is in.
fn plain(name: &str) -> &str {
    let name = name.rsplit("::").next().unwrap_or(name);
    name.strip_prefix("r#").unwrap_or(name)
}

fn node<'a>(
    context: Context<'a>,
    id: DefinitionId,
    turn: usize,
    count: usize,
    variant: &str,
    next: &str,
) -> Option<NodeView<'a>> {
    let it = as_structure(context.model, id)?;
    let sentence =
        format!("`{}`: behind it comes [`Self::{}`], if anything.", structure::source(context, it), plain(next));
    let is_last = turn.saturating_add(1) == count;
    Some(NodeView {
        docs: docs::comment_and(&[], &sentence),
        variant: variant.to_owned(),
        ty: context.names.of(id),
        turn,
        pattern: if is_last { "_".to_owned() } else { turn.to_string() },
    })
}

fn as_structure(model: &Model, id: DefinitionId) -> Option<&Structure> {
    match model.definition(id)? {
        Definition::Structure(it) => Some(it),
        _ => None,
    }
}

fn documentation(context: Context<'_>, turns: &[DefinitionId]) -> String {
    let name = |id: &DefinitionId| format!("`{}`", context.model.definition(*id).map_or("", Definition::name));
    let names: Vec<String> = turns.iter().map(name).collect();
    let listed = match names.split_last() {
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    let sentence =
        format!("A node of a list in which {listed} take turns, in this order and then from the start again.");
    docs::comment_and(
        &[sentence],
        "A list begins with the structure that its declaration names; encoding any other order is an error.",
    )
}

/// What is chosen for all structures.
fn common(context: Context<'_>, turns: &[DefinitionId]) -> TypeChoices {
    let chosen = || turns.iter().map(|id| context.choices.of(*id));
    let has_all = |derive: &&String| chosen().all(|it| it.derives.contains(*derive));
    TypeChoices {
        derives: chosen().take(1).flat_map(|it| &it.derives).filter(has_all).cloned().collect(),
        order: chosen().map(|it| it.order).min().unwrap_or_default(),
        ..TypeChoices::default()
    }
}

#[derive(Template)]
#[template(path = "mutual_list_view.rs.j2", escape = "none")]
struct InPlace<'a> {
    name: &'a str,
    view: String,
    nodes: Vec<InPlaceNode>,
}

struct InPlaceNode {
    variant: String,
    codec: String,
    ty: String,
    pattern: String,
}

#[derive(Template)]
#[template(path = "mutual_list_value_view.rs.j2", escape = "none")]
struct ByValue<'a> {
    name: &'a str,
}

/// Nodes none of which borrows are seen as themselves.
fn emit_view(context: Context<'_>, name: &str, turns: &[DefinitionId], names: &[String]) -> Result<String, EmitError> {
    if turns.iter().all(|id| traits::is_by_value(context, *id)) {
        return render(&ByValue { name });
    }
    let node = |(turn, (id, variant)): (usize, (&DefinitionId, &String))| {
        let pair = pair(context, &Type::Named(*id), "");
        let is_last = turn.saturating_add(1) == turns.len();
        let pattern = if is_last { "_".to_owned() } else { turn.to_string() };
        InPlaceNode { variant: variant.clone(), codec: pair.codec, ty: pair.view, pattern }
    };
    let nodes = turns.iter().zip(names).enumerate().map(node).collect();
    render(&InPlace { name, view: view_name(name), nodes })
}
