//! The model as Rust: each definition becomes a view of finished strings, each view a template's text, the texts one
//! file with the layout of Rust.

mod arms;
pub(crate) mod choices;
#[cfg(feature = "cli")]
pub(crate) mod codec;
mod constant;
mod derive;
mod docs;
mod enumeration;
#[cfg(feature = "cli")]
mod format;
mod layout;
mod modules;
mod most;
mod mutual_list;
mod name;
mod names;
#[cfg(feature = "cli")]
pub(crate) mod package;
mod procedure;
mod program;
#[cfg(feature = "cli")]
pub(crate) mod sample;
#[cfg(feature = "cli")]
pub(crate) mod show;
mod size;
mod structure;
mod traits;
mod typedef;
mod types;
mod union;
#[cfg(feature = "cli")]
mod value;
mod variant;
mod view;
mod walk;

use crate::model::types::{Definition, DefinitionId, Model};
use askama::Template;
use choices::{Choices, TypeChoices};
pub(crate) use modules::{Elsewhere, Module, is_module_path, own_names};
pub(crate) use name::Spelling;
pub(crate) use names::{Names, view_name};
use std::collections::BTreeMap;
use std::fmt;
use traits::TraitTable;

/// How the Rust is to look.
#[derive(Clone, Debug)]
pub(crate) struct EmitOptions<'a> {
    /// The name of the `.x` file, without directories.
    pub source_name: String,
    /// Names as in the `.x` file instead of idiomatic ones.
    pub verbatim_names: bool,
    /// A view for every type, and handlers that take views.
    pub views: bool,
    /// What stands for types that are defined elsewhere.
    pub extern_types: &'a ExternTypes,
    /// For each definition.
    pub choices: &'a Choices,
}

/// Names of the `.x` file with the paths of Rust types.
pub(crate) type ExternTypes = BTreeMap<String, String>;

/// The emitter produced something that is not Rust: a fault of the compiler.
#[derive(Debug)]
pub struct EmitError(Fault);

#[derive(Debug)]
enum Fault {
    Template(askama::Error),
    #[cfg(feature = "cli")]
    Format(syn::Error),
}

impl fmt::Display for EmitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the compiler emitted a malformed file, which is a fault of its own: ")?;
        match &self.0 {
            Fault::Template(error) => error.fmt(out),
            #[cfg(feature = "cli")]
            Fault::Format(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for EmitError {}

impl From<askama::Error> for EmitError {
    fn from(error: askama::Error) -> Self {
        Self(Fault::Template(error))
    }
}

#[cfg(feature = "cli")]
impl From<syn::Error> for EmitError {
    fn from(error: syn::Error) -> Self {
        Self(Fault::Format(error))
    }
}

/// The Rust file for `model`, without what is defined elsewhere.
///
/// # Errors
/// Only by a fault of this module.
pub(crate) fn emit(model: &Model, options: &EmitOptions<'_>, elsewhere: &Elsewhere<'_>) -> Result<String, EmitError> {
    let (names, traits) = (&own_names(model, options, elsewhere), &TraitTable::new(model, options.choices));
    let context = Context::new(model, names, traits, options);
    layout::file(|| items(context, elsewhere), modules::imports(context, elsewhere), options)
}

/// The items of each definition. They are made when they are asked for, so that none waits in memory for the others.
fn items<'a>(
    context: Context<'a>,
    elsewhere: &'a Elsewhere<'_>,
) -> impl Iterator<Item = Result<Vec<String>, EmitError>> + use<'a> {
    let own = context.model.definitions.iter().enumerate().filter(|(index, _)| !elsewhere.holds(*index));
    own.map(move |(index, definition)| items_of(context, DefinitionId(index), definition))
}

fn items_of(context: Context<'_>, id: DefinitionId, it: &Definition) -> Result<Vec<String>, EmitError> {
    let context = context.within(id);
    let mut items = Vec::from_iter(emit_definition(context, id, it)?);
    if context.views {
        items.extend(emit_view(context, id, it)?);
        items.extend(walk::emit(context, id, it)?);
    }
    items.extend(mutual_list::emit(context, id)?);
    Ok(items)
}

/// Whether a text is the path of a type, as seen from anywhere in the user's crate: `crate::wire::NetObj`, `u32`.
pub(crate) fn is_absolute_type(path: &str) -> bool {
    let relative = |path: &syn::TypePath| {
        path.path.segments.first().is_none_or(|first| ["self", "super", "Self"].iter().any(|word| first.ident == word))
    };
    syn::parse_str::<syn::TypePath>(path).is_ok_and(|path| !relative(&path))
}

/// What every view is made from.
#[derive(Clone, Copy)]
struct Context<'a> {
    model: &'a Model,
    names: &'a Names,
    traits: &'a TraitTable,
    spelling: Spelling,
    views: bool,
    choices: &'a Choices,
    /// What is chosen for the definition whose declarations are looked at.
    chosen: &'a TypeChoices,
}

impl<'a> Context<'a> {
    fn new(model: &'a Model, names: &'a Names, traits: &'a TraitTable, options: &EmitOptions<'a>) -> Self {
        let (spelling, choices) = (Spelling::of(options.verbatim_names), options.choices);
        let chosen = choices.of(DefinitionId(usize::MAX));
        Self { model, names, traits, spelling, views: options.views, choices, chosen }
    }

    /// For the declarations in a definition.
    fn within(self, id: DefinitionId) -> Self {
        Self { chosen: self.choices.of(id), ..self }
    }
}

/// Whether a text is a name that a type can have in emitted code.
pub(crate) fn is_type_name(name: &str) -> bool {
    is_member_name(name) && name::Scope::of_file().claim(name) == name
}

/// Whether a text is a name that a member or variant can have: nothing else is called by it alone.
pub(crate) fn is_member_name(name: &str) -> bool {
    let is_word = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_word && name::Scope::default().claim(name) == name
}

/// Whether a text is the path of a trait, as `derive` takes it.
pub(crate) fn is_path(path: &str) -> bool {
    syn::parse_str::<syn::Path>(path).is_ok_and(|path| path.segments.iter().all(|part| part.arguments.is_none()))
}

/// The text of a template.
fn render(view: &impl Template) -> Result<String, EmitError> {
    let mut text = String::with_capacity(ITEM);
    view.render_into(&mut text)?;
    Ok(text)
}

/// Enough bytes for most items.
const ITEM: usize = 4096;

fn emit_definition(context: Context<'_>, id: DefinitionId, it: &Definition) -> Result<Option<String>, EmitError> {
    Ok(match it {
        Definition::Constant(constant) => Some(constant::emit(context, id, constant)?),
        Definition::Enumeration(enumeration) => Some(enumeration::emit(context, id, enumeration)?),
        Definition::Structure(structure) => Some(structure::emit(context, id, structure)?),
        Definition::Union(union) => Some(union::emit(context, id, union)?),
        Definition::Typedef(typedef) => typedef::emit(context, id, typedef)?,
        Definition::Program(program) => Some(program::emit(context, id, program)?),
        Definition::Extern(_) => None,
    })
}

fn emit_view(context: Context<'_>, id: DefinitionId, it: &Definition) -> Result<Option<String>, EmitError> {
    Ok(match it {
        Definition::Enumeration(_) => Some(view::emit_value(context, id)?),
        Definition::Structure(structure) => Some(view::emit_structure(context, id, structure)?),
        Definition::Union(union) => Some(union::emit_view(context, id, union)?),
        _ => None,
    })
}
