//! Code that shows emitted values member by member, by the names that the `.x` file has for them.

use super::structure::{FieldView, fields};
use super::traits::TraitTable;
use super::variant::{Selected, Variant, applied, variants};
use super::{Context, Elsewhere, EmitError, EmitOptions, mutual_list, own_names, render};
use crate::model::types::{Definition, DefinitionId, Field, Model, Structure, Union};
use askama::Template;

/// `impl Show` for each definition, under the module `interface`; the trait is the caller's.
#[derive(Template)]
#[template(path = "interop/show.rs.j2", escape = "none")]
struct View<'a> {
    enumerations: Vec<&'a str>,
    structures: Vec<StructureView<'a>>,
    unions: Vec<UnionView<'a>>,
    nodes: Vec<NodesView<'a>>,
}

/// The nodes of a mutual list.
struct NodesView<'a> {
    name: &'a str,
    variants: Vec<String>,
}

struct StructureView<'a> {
    name: &'a str,
    members: Vec<MemberView<'a>>,
}

struct MemberView<'a> {
    source_name: &'a str,
    name: String,
}

struct UnionView<'a> {
    name: &'a str,
    arms: Vec<ArmView>,
}

struct ArmView {
    /// `Ok(value)`
    pattern: String,
    show: &'static str,
}

/// Shows the values of `ids`, as emitted with the same options.
///
/// # Errors
/// Only by a fault of this module.
pub(crate) fn emit(model: &Model, options: &EmitOptions<'_>, ids: &[DefinitionId]) -> Result<String, EmitError> {
    let names = &own_names(model, options, &Elsewhere::default());
    let traits = &TraitTable::new(model, options.choices);
    let context = Context::new(model, names, traits, options);
    let mut view = View { enumerations: Vec::new(), structures: Vec::new(), unions: Vec::new(), nodes: Vec::new() };
    for id in ids {
        let (name, context) = (names.of(*id), context.within(*id));
        match model.definition(*id) {
            Some(Definition::Enumeration(_)) => view.enumerations.push(name),
            Some(Definition::Structure(it)) => {
                view.structures.push(structure(context, name, it));
                view.nodes.extend(nodes(context, *id));
            }
            Some(Definition::Union(it)) => view.unions.push(union(context, name, it)),
            _ => {}
        }
    }
    render(&view)
}

fn structure<'a>(context: Context<'_>, name: &'a str, it: &'a Structure) -> StructureView<'a> {
    let member = |(field, view): (&'a Field, FieldView)| MemberView { source_name: &field.name, name: view.name };
    StructureView { name, members: it.fields.iter().zip(fields(context, it)).map(member).collect() }
}

fn nodes(context: Context<'_>, first: DefinitionId) -> Option<NodesView<'_>> {
    let turns = mutual_list::led_by(context.model, first)?;
    Some(NodesView { name: context.names.nodes(first), variants: mutual_list::variants(context, &turns) })
}

fn union<'a>(context: Context<'_>, name: &'a str, it: &Union) -> UnionView<'a> {
    UnionView { name, arms: variants(context, it).iter().map(arm).collect() }
}

fn arm(it: &Variant) -> ArmView {
    let first = match it.selected {
        Selected::ByCase { .. } => None,
        Selected::ByDefault => Some("_"),
    };
    let second = it.held.as_ref().map(|_| "value");
    let pattern = applied(&it.name, &first.into_iter().chain(second).collect::<Vec<_>>());
    ArmView { pattern, show: if it.held.is_some() { "value.show(out)" } else { "{}" } }
}
