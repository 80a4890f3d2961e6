//! `name-clash`: names that differ in the `.x` file and not in Rust.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Places;
use crate::model::types::{Case, Definition, DefinitionId, Discriminant, Enumeration, Model, Type, Union};
use crate::rust::choices::TypeChoices;
use crate::rust::{Spelling, view_name};
use crate::source::Span;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let Subject { resolved, spelling, choices, is_own, .. } = *subject;
    let mut found = Vec::new();
    let (mut types, mut constants) = (Scope::new("type"), Scope::new("constant"));
    let mut short = ShortNames { model: &resolved.model, spelling, found: BTreeMap::new() };
    let definitions = resolved.model.definitions.iter().zip(&resolved.places).enumerate();
    for (index, (definition, places)) in definitions.filter(|(_, (_, places))| is_own(places.name)) {
        let (name, chosen) = (definition.name(), choices.of(DefinitionId(index)));
        let parts = || places.parts.iter().copied();
        let in_rust = || chosen.name.clone().unwrap_or_else(|| spelling.type_name(name));
        match definition {
            Definition::Constant(_) => constants.add(name, spelling.constant_name(name), places.name, &mut found),
            Definition::Program(it) => {
                let mut spans = parts();
                for version in &it.versions {
                    let names = version.procedures.iter().map(|it| it.name.as_str());
                    Scope::new("procedure").add_all(names, |name| spelling.value_name(name), &mut spans, &mut found);
                }
            }
            Definition::Structure(it) => {
                types.add_viewed(subject.views, name, in_rust(), places.name, &mut found);
                let names = it.fields.iter().map(|field| field.name.as_str());
                let spell = |name: &str| chosen.member(name).map_or_else(|| spelling.value_name(name), str::to_owned);
                Scope::new("member").add_all(names, spell, &mut parts(), &mut found);
            }
            Definition::Enumeration(it) => {
                types.add(name, in_rust(), places.name, &mut found);
                enumerators(it, chosen, short.of(DefinitionId(index)), spelling, &mut parts(), &mut found);
            }
            Definition::Typedef(it) if is_redundant(&resolved.model, &it.field.ty, name, spelling) => {}
            Definition::Union(it) => {
                types.add_viewed(subject.views, name, in_rust(), places.name, &mut found);
                arms(it, chosen, short.of_discriminant(it), spelling, places, &mut found);
            }
            Definition::Typedef(_) => types.add(name, in_rust(), places.name, &mut found),
            Definition::Extern(_) => {}
        }
    }
    found
}

/// Whether a typedef has the Rust name of its type and therefore adds nothing: `typedef struct _foo foo;`.
fn is_redundant(model: &Model, ty: &Type, name: &str, spelling: Spelling) -> bool {
    let Type::Named(id) = ty else { return false };
    model.definition(*id).is_some_and(|target| spelling.type_name(target.name()) == spelling.type_name(name))
}

/// Aliases are spelled like constants and clash with no other enumerator.
fn enumerators(
    it: &Enumeration,
    chosen: &TypeChoices,
    short: &[String],
    spelling: Spelling,
    spans: &mut impl Iterator<Item = Span>,
    found: &mut Vec<Diagnostic>,
) {
    let names = it.enumerators.iter().map(|enumerator| enumerator.name.as_str());
    let mut scope = Scope::new("enumerator");
    for (((name, short), span), alias) in names.zip(short).zip(spans).zip(it.aliases()) {
        if alias.is_none() {
            let rust = chosen.member(name).map_or_else(|| spelling.type_name(short), str::to_owned);
            scope.add(name, rust, span, found);
        }
    }
}

/// Variants are named by their cases: where those are enumerators, two are never the same.
fn arms(
    it: &Union,
    chosen: &TypeChoices,
    short: &[String],
    spelling: Spelling,
    places: &Places,
    found: &mut Vec<Diagnostic>,
) {
    let mut scope = Scope::new("case");
    let cases: Vec<&Case> = it.arms.iter().flat_map(|arm| &arm.cases).collect();
    // Arms that are the same may have become one, so that there are fewer.
    let place = |index: usize| {
        let part = places.parts.get(index).copied().filter(|_| places.parts.len() == cases.len());
        part.unwrap_or(places.name)
    };
    for (index, case) in cases.iter().enumerate() {
        let is_name = case.label.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        if is_name && it.discriminant != Discriminant::Bool {
            let label = case.enumerator.and_then(|index| short.get(index)).unwrap_or(&case.label);
            let rust = chosen.member(&case.label).map_or_else(|| spelling.type_name(label), str::to_owned);
            scope.add(&case.label, rust, place(index), found);
        }
    }
    if it.default.is_some() {
        let rust = chosen.member("default").unwrap_or("Default");
        scope.add("default", rust.to_owned(), places.name, found);
    } else if chosen.keeps_unknown {
        scope.add_named(Named::Unknown, "Unknown".to_owned(), places.name, found);
    }
}

/// The names of enumerators without what they share, found once for all unions that have the same discriminant.
struct ShortNames<'a> {
    model: &'a Model,
    spelling: Spelling,
    found: BTreeMap<DefinitionId, Vec<String>>,
}

impl ShortNames<'_> {
    /// Those of an enumeration.
    fn of(&mut self, id: DefinitionId) -> &[String] {
        let Some(Definition::Enumeration(it)) = self.model.definition(id) else { return &[] };
        let names = || it.enumerators.iter().map(|enumerator| enumerator.name.as_str()).collect::<Vec<_>>();
        self.found.entry(id).or_insert_with(|| self.spelling.without_shared_prefix(&it.name, &names()))
    }

    /// Those of a union's discriminant; none where that is a number.
    fn of_discriminant(&mut self, it: &Union) -> &[String] {
        match it.discriminant {
            Discriminant::Enumeration(id) => self.of(id),
            _ => &[],
        }
    }
}

/// What has a name in Rust.
#[derive(Clone, Copy)]
enum Named<'a> {
    Source(&'a str),
    ViewOf(&'a str),
    /// The variant for discriminants that no arm is for.
    Unknown,
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(name) => write!(out, "`{name}`"),
            Self::ViewOf(name) => write!(out, "the view of `{name}`"),
            Self::Unknown => out.write_str("the one for the others"),
        }
    }
}

/// Names that must be different in Rust.
struct Scope<'a> {
    what: &'static str,
    used: BTreeMap<String, (Named<'a>, Span)>,
}

impl<'a> Scope<'a> {
    fn new(what: &'static str) -> Self {
        Scope { what, used: BTreeMap::new() }
    }

    fn add_all(
        mut self,
        names: impl Iterator<Item = &'a str>,
        spell: impl Fn(&str) -> String,
        spans: &mut impl Iterator<Item = Span>,
        found: &mut Vec<Diagnostic>,
    ) {
        for name in names {
            if let Some(span) = spans.next() {
                self.add(name, spell(name), span, found);
            }
        }
    }

    /// A type and, where there are views, its view.
    fn add_viewed(&mut self, views: bool, name: &'a str, rust: String, span: Span, found: &mut Vec<Diagnostic>) {
        let view = views.then(|| view_name(&rust)).filter(|_| !self.used.contains_key(&rust));
        self.add(name, rust, span, found);
        if let Some(view) = view {
            self.add_named(Named::ViewOf(name), view, span, found);
        }
    }

    fn add(&mut self, name: &'a str, rust: String, span: Span, found: &mut Vec<Diagnostic>) {
        self.add_named(Named::Source(name), rust, span, found);
    }

    fn add_named(&mut self, name: Named<'a>, rust: String, span: Span, found: &mut Vec<Diagnostic>) {
        let what = self.what;
        let used = match self.used.entry(rust) {
            Entry::Occupied(used) => used,
            Entry::Vacant(new) => {
                new.insert((name, span));
                return;
            }
        };
        let (rust, (earlier, place)) = (used.key(), used.get());
        let message = format!("the {what}s {earlier} and {name} are both `{rust}` in Rust");
        found.push(
            Diagnostic::warning(Code::NameClash, span, message)
                .label("gets a number behind its Rust name")
                .note_at(*place, "the first one is here")
                .help("give them names that differ in more than case and underscores, or keep names verbatim"),
        );
    }
}
