//! The modules of files that are compiled together: what one of them defines, the others refer to.

use super::names::Names;
use super::size::resolved;
use super::types::pair;
use super::{Context, EmitOptions, Spelling, arms, mutual_list, name::Scope};
use crate::model::types::{Definition, DefinitionId, Discriminant, Model, Type};
use std::collections::BTreeSet;

/// The definitions of a model that another file's output holds. By default there are none.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere<'a> {
    /// For each definition of the model the module that holds it, by its place in `modules`, and its id in that model.
    pub(crate) definitions: Vec<Option<(usize, DefinitionId)>>,
    pub(crate) modules: Vec<Module<'a>>,
}

/// The output of another file.
#[derive(Debug)]
pub(crate) struct Module<'a> {
    /// The name of the `.x` file, without directories.
    pub(crate) source_name: String,
    /// Where the user says that the output is; next to the output that refers to it otherwise.
    pub(crate) path: Option<String>,
    pub(crate) names: &'a Names,
}

impl Elsewhere<'_> {
    /// Whether a definition is another file's.
    pub(super) fn holds(&self, id: usize) -> bool {
        self.definitions.get(id).is_some_and(Option::is_some)
    }

    fn module(&self, id: DefinitionId) -> Option<usize> {
        self.definitions.get(id.0).copied().flatten().map(|(module, _)| module)
    }
}

/// The names that a file's own definitions get, as others are to know them.
pub(crate) fn own_names(model: &Model, options: &EmitOptions<'_>, elsewhere: &Elsewhere<'_>) -> Names {
    Names::new(model, options, elsewhere)
}

/// Whether a text is the path of a module: `crate::wire::common`, `super::super::common`, `nfs_types::common`, `self`.
pub(crate) fn is_module_path(path: &str) -> bool {
    syn::parse_str::<syn::Path>(path).is_ok_and(|path| {
        path.leading_colon.is_none() && path.segments.iter().all(|segment| segment.arguments.is_none())
    })
}

/// `calc` for `calc.x`: the module that holds its output, as the file names it by default.
pub(super) fn module_name(source_name: &str) -> String {
    Scope::default().claim(&Spelling::Idiomatic.value_name(&stem(source_name)))
}

/// `idl_calc` for `calc.x`: the module within its output.
pub(super) fn inner_module_name(source_name: &str) -> String {
    Scope::default().claim(&Spelling::Idiomatic.value_name(&format!("idl_{}", stem(source_name))))
}

fn stem(source_name: &str) -> String {
    let stem = source_name.rsplit_once('.').map_or(source_name, |(stem, _)| stem);
    stem.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

impl Module<'_> {
    /// The path from the module within an output.
    pub(super) fn path(&self) -> String {
        let path = self.path.clone().unwrap_or_else(|| format!("super::{}", module_name(&self.source_name)));
        let inner = || inner_module_name(&self.source_name);
        match path.split_once("::") {
            // These cannot be imported by a name of their own.
            None if path == "self" => format!("super::{}", inner()),
            None if path == "super" => format!("super::super::{}", inner()),
            None if path == "crate" => format!("crate::{}", inner()),
            Some(("self", rest)) => format!("super::{rest}"),
            Some(("super", _)) => format!("super::{path}"),
            _ => path,
        }
    }

    /// What the module is called where it has been imported, if nothing else has that name.
    pub(super) fn wanted_alias(&self) -> String {
        let path = self.path();
        let last = path.rsplit("::").next().unwrap_or(&path);
        last.strip_prefix("r#").unwrap_or(last).to_owned()
    }

    /// `use super::super::common;`
    fn import(&self, alias: &str) -> String {
        let path = self.path();
        if path.rsplit("::").next() == Some(alias) { format!("use {path};") } else { format!("use {path} as {alias};") }
    }
}

/// The imports that a file needs.
pub(super) fn imports(context: Context<'_>, elsewhere: &Elsewhere<'_>) -> Vec<String> {
    let own = || context.model.definitions.iter().enumerate().filter(|(id, _)| !elsewhere.holds(*id));
    let runtime = own().any(|(id, definition)| needs_runtime(context, DefinitionId(id), definition));
    let mentioned: BTreeSet<DefinitionId> =
        own().flat_map(|(id, definition)| mentions(context, DefinitionId(id), definition)).collect();
    let used: BTreeSet<usize> = mentioned.into_iter().filter_map(|id| elsewhere.module(id)).collect();
    let modules = elsewhere.modules.iter().enumerate().filter(|(index, _)| used.contains(index));
    let modules = modules.map(|(index, module)| module.import(context.names.alias(index)));
    runtime.then(|| "use oncrpc::codegen as rpc;".to_owned()).into_iter().chain(modules).collect()
}

/// Whether the Rust of a definition names anything of the runtime.
fn needs_runtime(context: Context<'_>, id: DefinitionId, definition: &Definition) -> bool {
    match definition {
        Definition::Constant(_) | Definition::Extern(_) => false,
        Definition::Typedef(it) => {
            let ty = || pair(context.within(id), &it.field.ty, "").value;
            !context.names.is_redundant(id) && names_runtime(&ty())
        }
        Definition::Enumeration(_) | Definition::Structure(_) | Definition::Union(_) => true,
        Definition::Program(it) => !it.versions.is_empty(),
    }
}

/// Whether a path of a type begins with `rpc::`; others may end so.
fn names_runtime(ty: &str) -> bool {
    let begins =
        |(at, _)| !ty.get(..at).unwrap_or_default().ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c));
    ty.match_indices("rpc::").any(begins)
}

/// The definitions that the Rust of a definition names: those of its types, and those of their codecs.
fn mentions(context: Context<'_>, id: DefinitionId, definition: &Definition) -> Vec<DefinitionId> {
    let named = |ty| named(context.model, ty);
    let both = |ty| named(ty).into_iter().chain(codec(context, ty));
    match definition {
        Definition::Constant(_) | Definition::Enumeration(_) | Definition::Extern(_) => Vec::new(),
        Definition::Structure(it) => {
            let nodes = mutual_list::led_by(context.model, id).unwrap_or_default();
            it.fields.iter().flat_map(|field| both(&field.ty)).chain(nodes).collect()
        }
        Definition::Union(it) => {
            let enumeration = match it.discriminant {
                Discriminant::Enumeration(id) => Some(id),
                _ => None,
            };
            let held = arms::held(context.model, context.choices, it).flat_map(|field| both(&field.ty));
            held.chain(both(&it.discriminant_type)).chain(enumeration).collect()
        }
        Definition::Typedef(it) => named(&it.field.ty).into_iter().collect(),
        Definition::Program(it) => {
            let procedures = it.versions.iter().flat_map(|version| &version.procedures);
            procedures.flat_map(|it| it.arguments.iter().map(|it| &it.ty).chain(&it.result)).flat_map(both).collect()
        }
    }
}

/// The definition that a type names; the nodes of a mutual list stand with its first structure.
fn named(model: &Model, ty: &Type) -> Option<DefinitionId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::List(id) | Type::NonEmptyList(id) => Some(mutual_list::place(model, *id).map_or(*id, |(first, _)| first)),
        Type::FixedArray(inner, _)
        | Type::VariableArray(inner, _)
        | Type::Optional(inner)
        | Type::RecursiveOptional(inner) => named(model, inner),
        Type::Basic(_) | Type::FixedOpaque(_) | Type::VariableOpaque(_) | Type::String(_) => None,
    }
}

/// The definition that the codec of a type names, which sees through typedefs. They do not go in circles.
fn codec(context: Context<'_>, ty: &Type) -> Option<DefinitionId> {
    let id = named(context.model, resolved(context.model, ty))?;
    match context.model.definition(id) {
        Some(Definition::Typedef(it)) => codec(context, &it.field.ty),
        _ => Some(id),
    }
}
