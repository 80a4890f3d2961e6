//! Options of procedures: what is asked for each, and whether it goes together.

use super::setting::ProcedureOption;
use super::{Reach, Request, Run, Setting, Target};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::types::{Definition, Model, Procedure, Program, Version};
use crate::rust::choices::{ProcedureChoices, TypeChoices};
use crate::source::Span;
use crate::suggest;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Puts what is asked for the procedures of a model into the choices for its programs, and says what is wrong.
pub(super) fn choose(
    requests: &[Request],
    run: &Run<'_>,
    model: &Model,
    views: bool,
    types: &mut [TypeChoices],
) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut asked = Asked::default();
    let index = index(model);
    for (request, name, at) in by_precision(requests) {
        let Setting::Procedure(option, truth) = &request.setting else {
            errors.push(not_for_procedures(&request.setting, name, at));
            continue;
        };
        let named = named(&index, name);
        if named.is_empty() {
            errors.extend(unknown(request.reach, run, model, name, at));
        }
        for entry in named {
            asked.entry(entry.key()).or_insert((entry, BTreeMap::new())).1.insert(*option, (*truth, request.span));
        }
    }
    let mut said = HashSet::new();
    for (entry, options) in asked.into_values() {
        let wrong = contradictions(entry, &options).into_iter().chain(no_walk(entry, &options, model, views));
        errors.extend(wrong.filter(|error| said.insert((error.code, error.span))));
        if let Some(it) = types.get_mut(entry.id) {
            it.procedures.insert((entry.version.number, entry.procedure.number), choices(&options));
        }
    }
    errors
}

/// The requests for procedures: those that name them more precisely count more.
fn by_precision(requests: &[Request]) -> Vec<(&Request, &str, Span)> {
    let named = requests.iter().filter_map(|request| match &request.target {
        Target::Procedures(name, at) => Some((request, name.as_str(), *at)),
        _ => None,
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(_, name, _)| name.matches('.').count());
    named
}

/// A procedure and where it stands.
#[derive(Clone, Copy)]
struct Entry<'a> {
    /// The place of the program in the model.
    id: usize,
    program: &'a Program,
    version: &'a Version,
    procedure: &'a Procedure,
}

/// What is asked for procedures by their keys, with the places where it is.
type Asked<'a> = BTreeMap<(usize, u32, u32), (Entry<'a>, Options)>;
type Options = BTreeMap<ProcedureOption, (bool, Span)>;

impl Entry<'_> {
    fn key(self) -> (usize, u32, u32) {
        (self.id, self.version.number, self.procedure.number)
    }

    /// As options name it, with as many words as `like` has.
    fn name(self, like: &str) -> String {
        let (program, version, own) = (&self.program.name, &self.version.name, &self.procedure.name);
        match like.matches('.').count() {
            0 => own.clone(),
            1 => format!("{version}.{own}"),
            _ => format!("{program}.{version}.{own}"),
        }
    }
}

fn entries(model: &Model) -> impl Iterator<Item = Entry<'_>> {
    let programs = model.definitions.iter().enumerate().filter_map(|(id, definition)| match definition {
        Definition::Program(program) => Some((id, program)),
        _ => None,
    });
    programs.flat_map(|(id, program)| {
        program.versions.iter().flat_map(move |version| {
            version.procedures.iter().map(move |procedure| Entry { id, program, version, procedure })
        })
    })
}

/// The procedures by their names alone.
fn index(model: &Model) -> HashMap<&str, Vec<Entry<'_>>> {
    let mut index: HashMap<&str, Vec<Entry<'_>>> = HashMap::new();
    for entry in entries(model) {
        index.entry(&entry.procedure.name).or_default().push(entry);
    }
    index
}

/// The procedures that `NAME`, `VERSION.NAME` or `PROGRAM.VERSION.NAME` means.
fn named<'a>(index: &HashMap<&str, Vec<Entry<'a>>>, name: &str) -> Vec<Entry<'a>> {
    let own = name.rsplit('.').next().unwrap_or(name);
    let same = index.get(own).map(Vec::as_slice).unwrap_or_default();
    same.iter().copied().filter(|entry| entry.name(name) == name).collect()
}

/// No procedure of the file is called so, which is an error unless one of another file is or could be.
fn unknown(reach: Reach, run: &Run<'_>, own: &Model, name: &str, at: Span) -> Option<Diagnostic> {
    let models = if reach == Reach::Run { &run.models[..] } else { std::slice::from_ref(&own) };
    let known: Vec<String> = models.iter().flat_map(|model| entries(model)).map(|entry| entry.name(name)).collect();
    if reach == Reach::Run && (!run.whole || known.iter().any(|known| known == name)) {
        return None;
    }
    let message = format!("there is no procedure `{name}`");
    let similar = suggest::similar(name, known.iter().map(String::as_str));
    Some(Diagnostic::error(Code::OptionTarget, at, message).help(match similar {
        Some(similar) => format!("a procedure of a similar name is `{similar}`"),
        None => "procedures are named as in the interface file: `NAME`, or `VERSION.NAME`".to_owned(),
    }))
}

fn not_for_procedures(setting: &Setting, name: &str, at: Span) -> Diagnostic {
    let names = ProcedureOption::ALL.map(|option| format!("`{}`", option.name())).join(", ");
    let message = format!("`{name}` stands for a procedure, which has no option `{}`", setting.name());
    Diagnostic::error(Code::OptionTarget, at, message).help(format!("the options of procedures are {names}"))
}

fn choices(options: &Options) -> ProcedureChoices {
    let has = |option| options.get(&option).is_some_and(|(truth, _)| *truth);
    ProcedureChoices {
        idempotent: has(ProcedureOption::Idempotent),
        at_most_once: has(ProcedureOption::AtMostOnce),
        deferred: has(ProcedureOption::Deferred),
        oneway: has(ProcedureOption::Oneway),
        walk: has(ProcedureOption::Walk),
    }
}

fn contradictions(entry: Entry<'_>, options: &Options) -> Vec<Diagnostic> {
    let asked = |option| options.get(&option).filter(|(truth, _)| *truth).map(|(_, span)| *span);
    let (idempotent, once) = (asked(ProcedureOption::Idempotent), asked(ProcedureOption::AtMostOnce));
    let (deferred, oneway) = (asked(ProcedureOption::Deferred), asked(ProcedureOption::Oneway));
    let name = &entry.procedure.name;
    let mut errors = Vec::new();
    if let Some((idempotent, once)) = idempotent.zip(once) {
        let message = format!("`{name}` cannot be both `idempotent` and `at_most_once`");
        let error = Diagnostic::error(Code::IdempotentOnce, once, message);
        errors.push(error.label("it must not be carried out twice").note_at(idempotent, "it may be carried out twice"));
    }
    if let Some(span) = oneway.filter(|_| entry.procedure.result.is_some()) {
        let message = format!("`{name}` cannot be `oneway`, since it has a result");
        errors.push(
            Diagnostic::error(Code::OnewayResult, span, message)
                .note(format!("it is `{}`", entry.procedure.source))
                .help("only procedures whose result is `void` can go without a reply"),
        );
    }
    if let Some((deferred, oneway)) = deferred.zip(oneway) {
        let message = format!("`{name}` cannot be both `deferred` and `oneway`");
        let error = Diagnostic::error(Code::DeferredOneway, oneway, message);
        errors.push(error.label("there is no reply").note_at(deferred, "there is one, later"));
    }
    errors
}

/// The handler is to go through its last argument, but there is nothing to go through.
fn no_walk(entry: Entry<'_>, options: &Options, model: &Model, views: bool) -> Option<Diagnostic> {
    let (_, span) = options.get(&ProcedureOption::Walk).filter(|(truth, _)| *truth)?;
    let name = &entry.procedure.name;
    let last = entry.procedure.arguments.last();
    if !last.is_some_and(|argument| model.is_walkable(&argument.ty)) {
        let message = format!("there is nothing in the arguments of `{name}` to `walk` through");
        let error = Diagnostic::error(Code::NothingToWalk, *span, message);
        return Some(error.note(format!("it is `{}`", entry.procedure.source)).help(
            "the last argument, its last member or an arm of it must be a list or an array of variable length, and not of \
             plain numbers",
        ));
    }
    (!views).then(|| {
        let message = format!("`{name}` can be a `walk` only with `views`");
        Diagnostic::error(Code::NothingToWalk, *span, message).help("ask for `views` as well")
    })
}
