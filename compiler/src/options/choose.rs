//! Requests become choices for the definitions of a model.

use super::order::{self, Asked};
use super::{Chosen, Reach, Request, Run, Setting, Target, procedures, subject};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Resolved;
use crate::model::types::Definition;
use crate::rust;
use crate::rust::choices::{Choices, Enumerations, Order, TypeChoices, UnknownDiscriminants};
use crate::source::{SourceMap, Span};
use crate::suggest;
use std::collections::HashMap;

/// What `requests` come to for a file of a run, whose text is at `root`, or everything that is wrong with them.
pub(crate) fn choose(
    requests: &[Request],
    run: &Run<'_>,
    resolved: &Resolved,
    sources: &SourceMap,
    root: Span,
) -> Result<Chosen, Vec<Diagnostic>> {
    let count = resolved.model.definitions.len();
    let mut chooser = Chooser {
        run,
        resolved,
        sources,
        types: vec![TypeChoices::default(); count],
        keep: vec![false; count],
        ordered: vec![None; count],
        names: HashMap::new(),
        errors: Vec::new(),
        chosen: Chosen::default(),
    };
    for request in requests.iter().filter(|request| matches!(request.target, Target::All | Target::OwnFile)) {
        chooser.for_all(request, root);
    }
    for request in requests {
        if let Target::Type(name, at) = &request.target {
            chooser.for_one(request, name, *at);
        }
    }
    let wrong = procedures::choose(requests, run, &resolved.model, chooser.chosen.views.is_some(), &mut chooser.types);
    chooser.errors.extend(wrong);
    chooser.finish()
}

struct Chooser<'a> {
    run: &'a Run<'a>,
    resolved: &'a Resolved,
    sources: &'a SourceMap,
    types: Vec<TypeChoices>,
    keep: Vec<bool>,
    /// Whether an order is asked for, and where if for the type by name.
    ordered: Vec<Option<(bool, Option<Span>)>>,
    /// Who has a chosen name: a type, or a member of one.
    names: HashMap<(Option<usize>, String), String>,
    errors: Vec<Diagnostic>,
    chosen: Chosen,
}

impl Chooser<'_> {
    fn for_all(&mut self, request: &Request, root: Span) {
        let file = |span: Span| self.sources.file_at(span.start).map(|file| &file.path);
        let own = request.target == Target::OwnFile;
        match &request.setting {
            Setting::VerbatimNames(_) | Setting::Views(_) if own && file(request.span) != file(root) => {}
            Setting::VerbatimNames(verbatim) => self.chosen.verbatim_names = *verbatim,
            Setting::Views(views) => self.chosen.views = views.then_some(request.span),
            Setting::Rename(_) | Setting::Member(..) => self.errors.push(
                Diagnostic::error(Code::OptionTarget, request.span, "a name can be given to one type only")
                    .help("say for which type"),
            ),
            Setting::Procedure(..) => self.errors.push(
                Diagnostic::error(Code::OptionTarget, request.span, "this is an option of single procedures")
                    .help("say of which, as in `[procedures.NAME]` or `--set NAME.OPTION=true`"),
            ),
            _ => {
                self.check_paths(request);
                for (index, definition) in self.resolved.model.definitions.iter().enumerate() {
                    let at = self.resolved.places.get(index).map(|places| places.name).unwrap_or_default();
                    let concerned = !own || file(at) == file(request.span);
                    if concerned && subject::takes(definition, &request.setting).is_ok() {
                        self.set(index, &request.setting, None);
                    }
                }
            }
        }
    }

    fn for_one(&mut self, request: &Request, name: &str, at: Span) {
        let definitions = &self.resolved.model.definitions;
        let found = definitions.iter().position(|it| is_called(it, name));
        let Some((index, definition)) = found.and_then(|index| Some((index, definitions.get(index)?))) else {
            return self.unknown_type(request.reach, name, at);
        };
        if let Err(who) = subject::takes(definition, &request.setting) {
            let (option, kind) = (request.setting.name(), subject::kind(definition));
            self.errors.push(
                Diagnostic::error(Code::OptionTarget, at, format!("`{name}` is {kind}"))
                    .label(format!("`{option}` is for {who}")),
            );
            return;
        }
        self.check_paths(request);
        if self.is_sound(index, definition, request) {
            self.set(index, &request.setting, Some(request.span));
        }
    }

    /// The file has no such type, which is an error unless another one of the run has it or could have it.
    fn unknown_type(&mut self, reach: Reach, name: &str, at: Span) {
        let run = self.run;
        let own = &self.resolved.model;
        let models = if reach == Reach::Run { &run.models[..] } else { std::slice::from_ref(&own) };
        let definitions = || models.iter().flat_map(|model| &model.definitions);
        if reach == Reach::Run && (!run.whole || definitions().any(|it| is_called(it, name))) {
            return;
        }
        let message = match models.len() {
            1 => format!("the interface has no type `{name}`"),
            _ => format!("none of the interfaces has a type `{name}`"),
        };
        let known = definitions().filter(|it| !matches!(it, Definition::Constant(_)));
        let similar = suggest::similar(name, known.map(Definition::name));
        self.errors.push(Diagnostic::error(Code::OptionTarget, at, message).help(match similar {
            Some(similar) => format!("a type of a similar name is `{similar}`"),
            None => "options name types as the interface file does".to_owned(),
        }));
    }

    /// Whether the definition can be called so, has the member or can keep discriminants.
    fn is_sound(&mut self, index: usize, definition: &Definition, request: &Request) -> bool {
        let owner = definition.name();
        match &request.setting {
            Setting::Rename(name) => self.is_free(None, name, owner, request.span),
            Setting::Member(member, name) => {
                let members = subject::members(definition);
                if members.contains(&member.as_str()) {
                    return self.is_free(Some(index), name, member, request.span);
                }
                let message = format!("`{owner}` has no member `{member}`");
                let error = Diagnostic::error(Code::OptionTarget, request.span, message);
                self.errors.push(match suggest::similar(member, members.into_iter()) {
                    Some(similar) => error.help(format!("one of a similar name is `{similar}`")),
                    None => error.help("structures have members, enumerations enumerators, unions case labels"),
                });
                false
            }
            Setting::UnknownDiscriminants(UnknownDiscriminants::Keep) => match definition {
                Definition::Union(union) if union.default.is_some() => {
                    let message = format!("the union `{owner}` has a default arm, which keeps all discriminants");
                    self.errors.push(Diagnostic::error(Code::OptionTarget, request.span, message));
                    false
                }
                _ => true,
            },
            _ => true,
        }
    }

    /// Whether a name can be given and was not given to another.
    fn is_free(&mut self, within: Option<usize>, name: &str, who: &str, span: Span) -> bool {
        let (usable, label) = match within {
            None => (rust::is_type_name(name), "not a plain name, a keyword, or one that emitted code needs"),
            Some(_) => (rust::is_member_name(name), "not a plain name, or a keyword"),
        };
        if !usable {
            let message = format!("`{name}` cannot be a name in emitted code");
            self.errors.push(
                Diagnostic::error(Code::BadName, span, message)
                    .label(label)
                    .help("names are of letters, digits and `_`"),
            );
            return false;
        }
        let earlier = self.names.insert((within, name.to_owned()), who.to_owned());
        match earlier.filter(|earlier| earlier != who) {
            Some(earlier) => {
                let message = format!("`{earlier}` and `{who}` cannot both be called `{name}`");
                self.errors.push(Diagnostic::error(Code::BadName, span, message));
                false
            }
            None => true,
        }
    }

    fn check_paths(&mut self, request: &Request) {
        let Setting::Derive(traits) = &request.setting else { return };
        for path in traits.iter().filter(|path| !rust::is_path(path)) {
            let message = format!("`{path}` is not the path of a trait");
            self.errors.push(
                Diagnostic::error(Code::BadOption, request.span, message)
                    .label("expected paths such as `serde::Serialize`"),
            );
        }
    }

    fn set(&mut self, index: usize, setting: &Setting, by_name: Option<Span>) {
        let Some(it) = self.types.get_mut(index) else { return };
        match setting {
            Setting::Enumerations(how) => it.open = *how == Enumerations::Open,
            Setting::UnknownDiscriminants(how) => {
                self.keep.splice(index..=index, [*how == UnknownDiscriminants::Keep]);
            }
            Setting::Derive(traits) => it.derives.clone_from(traits),
            Setting::Ord(ord) => {
                self.ordered.splice(index..=index, [Some((*ord, by_name))]);
            }
            Setting::Opaque(ty) => it.opaque = *ty,
            Setting::String(ty) => it.string = *ty,
            Setting::Rename(name) => it.name = Some(name.clone()),
            Setting::Member(member, name) => {
                it.members.insert(member.clone(), name.clone());
            }
            Setting::VerbatimNames(_) | Setting::Views(_) | Setting::Procedure(..) => {}
        }
    }

    fn finish(mut self) -> Result<Chosen, Vec<Diagnostic>> {
        self.order();
        let definitions = self.resolved.model.definitions.iter();
        for (index, ((definition, keep), it)) in definitions.zip(&self.keep).zip(&mut self.types).enumerate() {
            let Definition::Union(union) = definition else { continue };
            if *keep && union.default.is_none() {
                it.keeps_unknown = true;
                self.chosen.keep.push(index);
            }
        }
        if self.errors.is_empty() {
            Ok(Chosen { choices: Choices::new(self.types), ..self.chosen })
        } else {
            Err(self.errors)
        }
    }

    fn order(&mut self) {
        let model = &self.resolved.model;
        let asked = |(ordered, chosen): (&Option<_>, &_)| Asked::new(ordered.is_some_and(|(asked, _)| asked), chosen);
        let asked: Vec<Asked> = self.ordered.iter().zip(&self.types).map(asked).collect();
        let orders = order::orders(model, &asked);
        for (index, definition) in model.definitions.iter().enumerate() {
            let own = orders.get(index).copied().unwrap_or_default();
            if let Some(it) = self.types.get_mut(index) {
                it.order = own;
            }
            let by_name = self.ordered.get(index).copied().flatten();
            let (Order::None, Some((true, Some(span)))) = (own, by_name) else { continue };
            let message = format!("`{}` cannot be ordered", definition.name());
            let error = Diagnostic::error(Code::OptionTarget, span, message)
                .help("ask for `ord` of the types it holds, too; `quadruple` has no order, types from elsewhere if `derive` names `Ord`");
            self.errors.push(match order::obstacle(model, definition, &orders) {
                Some(field) => error.label(format!("`{}` has no order", field.source)),
                None => error,
            });
        }
    }
}

/// Constants have a scope of their own.
pub(super) fn is_called(definition: &Definition, name: &str) -> bool {
    !matches!(definition, Definition::Constant(_)) && definition.name() == name
}
