use super::choices::{Choices, TypeChoices};
use super::name::{Scope, Spelling};
use super::{Elsewhere, EmitOptions, ExternTypes, mutual_list, walk};
use crate::model::types::{Definition, DefinitionId, Enumeration, Model, Type};
use std::collections::BTreeMap;

/// The Rust names of a file's definitions. Types and modules share one scope, constants have another.
#[derive(Debug)]
pub(crate) struct Names {
    definitions: Vec<Entry>,
    /// What the modules of other files are called.
    aliases: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    name: String,
    /// Enumerators of an enumeration and what an open one calls the others, modules of a program's versions.
    inner: Vec<String>,
    /// What the nodes of a mutual list are called, of which this is the first structure.
    nodes: String,
    /// A typedef that comes to the same Rust name as its type: `typedef struct _foo foo;`.
    redundant: bool,
}

impl Names {
    /// Names for `model`; with views, a structure or union brings those of its view and walk with it. Names that the user
    /// chose go before those that are made from the file's. What is defined elsewhere takes no name from the file's own
    /// definitions, and has its own behind that of its module.
    pub(super) fn new(model: &Model, options: &EmitOptions<'_>, elsewhere: &Elsewhere<'_>) -> Self {
        let (spelling, choices) = (Spelling::of(options.verbatim_names), options.choices);
        let mut types = Scope::of_file();
        let own = model.definitions.iter().enumerate().filter(|(index, _)| !elsewhere.holds(*index));
        for (index, definition) in own {
            let Some(name) = &choices.of(DefinitionId(index)).name else { continue };
            types.reserve(name);
            if options.views {
                types.reserve(&view_name(name));
                walk::names(model, definition, name).iter().for_each(|name| types.reserve(name));
            }
        }
        let (views, extern_types, constants) = (options.views, options.extern_types, Scope::of_file());
        let versions = versions(model, elsewhere);
        let mut namer = Namer { model, spelling, views, extern_types, choices, types, constants, versions };
        let mut names = Self { definitions: Vec::with_capacity(model.definitions.len()), aliases: Vec::new() };
        for (index, definition) in model.definitions.iter().enumerate() {
            let held = elsewhere.holds(index);
            let entry = if held { Entry::default() } else { namer.entry(DefinitionId(index), definition, &names) };
            names.definitions.push(entry);
        }
        for (index, entry) in names.definitions.iter_mut().enumerate().filter(|(index, _)| !elsewhere.holds(*index)) {
            entry.nodes = namer.nodes(DefinitionId(index)).unwrap_or_default();
        }
        names.aliases = elsewhere.modules.iter().map(|module| namer.types.claim(&module.wanted_alias())).collect();
        names.take_over(elsewhere);
        names
    }

    /// Names what is defined elsewhere.
    fn take_over(&mut self, elsewhere: &Elsewhere<'_>) {
        for (entry, place) in self.definitions.iter_mut().zip(&elsewhere.definitions) {
            let Some((index, id)) = place else { continue };
            let (Some(module), Some(alias)) = (elsewhere.modules.get(*index), self.aliases.get(*index)) else {
                continue;
            };
            let named = module.names.definitions.get(id.0).cloned().unwrap_or_default();
            let path = |name: &str| format!("{alias}::{name}");
            *entry = Entry { name: path(&named.name), nodes: path(&named.nodes), ..named };
        }
    }

    /// What the module of another file is called, by its place in [`Elsewhere::modules`].
    pub(super) fn alias(&self, module: usize) -> &str {
        self.aliases.get(module).map_or("", String::as_str)
    }

    /// The Rust name of a definition.
    pub(super) fn of(&self, id: DefinitionId) -> &str {
        self.definitions.get(id.0).map_or("", |entry| &entry.name)
    }

    /// The Rust name of an enumeration's enumerator or the module of a program's version.
    pub(super) fn inner(&self, id: DefinitionId, index: usize) -> &str {
        self.definitions.get(id.0).and_then(|entry| entry.inner.get(index)).map_or("", String::as_str)
    }

    /// The Rust name of the nodes of the mutual list of which a structure is the first.
    pub(super) fn nodes(&self, first: DefinitionId) -> &str {
        self.definitions.get(first.0).map_or("", |entry| &entry.nodes)
    }

    /// Whether a typedef has nothing to add.
    pub(super) fn is_redundant(&self, id: DefinitionId) -> bool {
        self.definitions.get(id.0).is_some_and(|entry| entry.redundant)
    }
}

struct Namer<'a> {
    model: &'a Model,
    spelling: Spelling,
    views: bool,
    extern_types: &'a ExternTypes,
    choices: &'a Choices,
    types: Scope,
    constants: Scope,
    versions: BTreeMap<&'a str, usize>,
}

impl Namer<'_> {
    /// The names of a definition; `earlier` are those of the definitions before it.
    fn entry(&mut self, id: DefinitionId, definition: &Definition, earlier: &Names) -> Entry {
        let spelling = self.spelling;
        let chosen = self.choices.of(id);
        let plain = |name| Entry { name, ..Entry::default() };
        match definition {
            Definition::Constant(it) => plain(self.constants.claim(&spelling.constant_name(&it.name))),
            Definition::Structure(it) => plain(self.viewed(chosen, &it.name, definition)),
            Definition::Union(it) => plain(self.viewed(chosen, &it.name, definition)),
            Definition::Enumeration(it) => {
                let name = self.plain(chosen, &it.name);
                Entry { inner: enumerators(it, chosen, spelling), ..plain(name) }
            }
            Definition::Extern(it) => plain(self.extern_types.get(&it.name).cloned().unwrap_or_default()),
            Definition::Typedef(it) => {
                let wanted = chosen.name.clone().unwrap_or_else(|| spelling.type_name(&it.field.name));
                match it.field.ty {
                    Type::Named(target) if self.is_named(target, &wanted, earlier) => {
                        Entry { redundant: true, ..plain(wanted) }
                    }
                    _ => plain(self.plain(chosen, &it.field.name)),
                }
            }
            Definition::Program(it) => {
                let modules: Vec<String> =
                    it.versions.iter().map(|version| self.module(&it.name, &version.name)).collect();
                let inner = modules.iter().map(|module| self.types.claim(module)).collect();
                Entry { inner, ..plain(spelling.value_name(&it.name)) }
            }
        }
    }

    fn plain(&mut self, chosen: &TypeChoices, name: &str) -> String {
        match &chosen.name {
            Some(chosen) => chosen.clone(),
            None => self.types.claim(&self.spelling.type_name(name)),
        }
    }

    fn viewed(&mut self, chosen: &TypeChoices, name: &str, definition: &Definition) -> String {
        match &chosen.name {
            Some(chosen) => chosen.clone(),
            None => self.claim_viewed(&self.spelling.type_name(name), Some(definition)),
        }
    }

    fn claim_viewed(&mut self, name: &str, definition: Option<&Definition>) -> String {
        let (model, views) = (self.model, self.views);
        let others = |name: &str| {
            let view = views.then(|| view_name(name));
            let walk = definition.filter(|_| views).map(|it| walk::names(model, it, name)).unwrap_or_default();
            view.into_iter().chain(walk).collect()
        };
        self.types.claim_all(name, others)
    }

    /// `AOrB` for the nodes of a list of `A` and `B`, if `first` is its first structure. Those that are defined elsewhere
    /// have no names yet.
    fn nodes(&mut self, first: DefinitionId) -> Option<String> {
        let turns = mutual_list::led_by(self.model, first)?;
        let wanted = |id: DefinitionId| match &self.choices.of(id).name {
            Some(chosen) => chosen.clone(),
            None => self.spelling.type_name(self.model.definition(id).map_or("", Definition::name)),
        };
        let name = mutual_list::name(turns.into_iter().map(wanted).collect(), self.spelling);
        Some(self.claim_viewed(&name, None))
    }

    /// Whether a typedef's target, which stands before it, has the name that the typedef would get.
    fn is_named(&self, target: DefinitionId, wanted: &str, earlier: &Names) -> bool {
        let Some(entry) = earlier.definitions.get(target.0) else { return false };
        let unchanged =
            self.model.definition(target).is_some_and(|it| self.spelling.type_name(it.name()) == entry.name);
        let unchanged = unchanged || self.choices.of(target).name.is_some();
        entry.name == wanted && (unchanged || entry.redundant)
    }

    /// A version's module is named like the version, or like program and version where another program has a version
    /// of the same name.
    fn module(&self, program: &str, version: &str) -> String {
        let is_shared = self.versions.get(version).is_some_and(|count| *count > 1);
        let name = if is_shared { format!("{program}_{version}") } else { version.to_owned() };
        self.spelling.value_name(&name)
    }
}

/// How many versions of a file's own programs have each name.
fn versions<'a>(model: &'a Model, elsewhere: &Elsewhere<'_>) -> BTreeMap<&'a str, usize> {
    let mut versions = BTreeMap::new();
    let own = model.definitions.iter().enumerate().filter(|(id, _)| !elsewhere.holds(*id));
    for (_, definition) in own {
        let Definition::Program(program) = definition else { continue };
        for version in &program.versions {
            *versions.entry(version.name.as_str()).or_insert(0_usize) += 1;
        }
    }
    versions
}

/// The name of the view of a structure or union: `GreetingView`, and `VecView` for a `Vec_`.
pub(crate) fn view_name(name: &str) -> String {
    format!("{}View", name.strip_suffix('_').unwrap_or(name))
}

/// Aliases, whose values an earlier enumerator has, are associated constants and spelled like those. The last name is for
/// the numbers that are not named.
fn enumerators(it: &Enumeration, chosen: &TypeChoices, spelling: Spelling) -> Vec<String> {
    let names: Vec<&str> = it.enumerators.iter().map(|enumerator| enumerator.name.as_str()).collect();
    let mut scope = Scope::default();
    chosen.members.values().for_each(|name| scope.reserve(name));
    let short = spelling.without_shared_prefix(&it.name, &names);
    let claim = |((name, short), alias): ((&&str, &String), Option<usize>)| match chosen.member(name) {
        Some(chosen) => chosen.to_owned(),
        None if alias.is_some() => scope.claim(&spelling.constant_name(short)),
        None => scope.claim(&spelling.type_name(short)),
    };
    let mut claimed: Vec<String> = names.iter().zip(&short).zip(it.aliases()).map(claim).collect();
    claimed.push(scope.claim("Other"));
    claimed
}
