use super::name::{Scope, Spelling};
use crate::model::types::{Definition, DefinitionId, Enumeration, Model, Type};

/// The Rust names of a file's definitions. Types and modules share one scope, constants have another.
#[derive(Debug)]
pub(super) struct Names {
    definitions: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    /// Enumerators of an enumeration, modules of a program's versions.
    inner: Vec<String>,
    /// A typedef that comes to the same Rust name as its type: `typedef struct _foo foo;`.
    redundant: bool,
}

impl Names {
    pub(super) fn new(model: &Model, spelling: Spelling) -> Self {
        let (mut types, mut constants) = (Scope::of_file(), Scope::of_file());
        let mut names = Self { definitions: Vec::new() };
        for definition in &model.definitions {
            let entry = names.entry(model, definition, spelling, &mut types, &mut constants);
            names.definitions.push(entry);
        }
        names
    }

    /// The Rust name of a definition.
    pub(super) fn of(&self, id: DefinitionId) -> &str {
        self.definitions.get(id.0).map_or("", |entry| &entry.name)
    }

    /// The Rust name of an enumeration's enumerator or the module of a program's version.
    pub(super) fn inner(&self, id: DefinitionId, index: usize) -> &str {
        self.definitions.get(id.0).and_then(|entry| entry.inner.get(index)).map_or("", String::as_str)
    }

    /// Whether a typedef has nothing to add.
    pub(super) fn is_redundant(&self, id: DefinitionId) -> bool {
        self.definitions.get(id.0).is_some_and(|entry| entry.redundant)
    }

    fn entry(
        &self,
        model: &Model,
        definition: &Definition,
        spelling: Spelling,
        types: &mut Scope,
        constants: &mut Scope,
    ) -> Entry {
        let plain = |name| Entry { name, inner: Vec::new(), redundant: false };
        match definition {
            Definition::Constant(it) => plain(constants.claim(&spelling.constant_name(&it.name))),
            Definition::Structure(it) => plain(types.claim(&spelling.type_name(&it.name))),
            Definition::Union(it) => plain(types.claim(&spelling.type_name(&it.name))),
            Definition::Enumeration(it) => {
                let name = types.claim(&spelling.type_name(&it.name));
                Entry { inner: enumerators(it, spelling), ..plain(name) }
            }
            Definition::Typedef(it) => {
                let wanted = spelling.type_name(&it.field.name);
                match it.field.ty {
                    Type::Named(target) if self.of_earlier(model, target, spelling) == Some(&wanted) => {
                        Entry { redundant: true, ..plain(wanted) }
                    }
                    _ => plain(types.claim(&wanted)),
                }
            }
            Definition::Program(it) => {
                let versions: Vec<&str> = it.versions.iter().map(|version| version.name.as_str()).collect();
                let inner = versions.iter().map(|name| types.claim(&module(&it.name, name, model, spelling)));
                Entry { inner: inner.collect(), ..plain(spelling.value_name(&it.name)) }
            }
        }
    }

    /// The name a typedef's target has, or will have if it stands further down.
    fn of_earlier<'a>(&'a self, model: &Model, target: DefinitionId, spelling: Spelling) -> Option<&'a String> {
        let entry = self.definitions.get(target.0)?;
        let name = model.definitions.get(target.0).map(Definition::name)?;
        (entry.name == spelling.type_name(name) || entry.redundant).then_some(&entry.name)
    }
}

/// Aliases, whose values an earlier enumerator has, are associated constants and spelled like those.
fn enumerators(it: &Enumeration, spelling: Spelling) -> Vec<String> {
    let names: Vec<&str> = it.enumerators.iter().map(|enumerator| enumerator.name.as_str()).collect();
    let mut scope = Scope::default();
    let short = spelling.without_shared_prefix(&it.name, &names);
    let claim = |(index, name): (usize, &String)| {
        scope.claim(&if it.alias_of(index).is_some() { spelling.constant_name(name) } else { spelling.type_name(name) })
    };
    short.iter().enumerate().map(claim).collect()
}

/// A version's module is named like the version, or like program and version where another program has a version of
/// the same name.
fn module(program: &str, version: &str, model: &Model, spelling: Spelling) -> String {
    let programs = model.definitions.iter().filter_map(|it| match it {
        Definition::Program(program) => Some(program),
        _ => None,
    });
    let same = programs.flat_map(|it| &it.versions).filter(|it| it.name == version).count();
    let name = if same > 1 { format!("{program}_{version}") } else { version.to_owned() };
    spelling.value_name(&name)
}
