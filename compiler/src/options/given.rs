//! Options that builder methods and flags give.

use super::setting::{self, ProcedureOption, Setting, Value};
use super::{Reach, Request, Target, refuse};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};
use std::path::Path;

/// An option that does not come from a file.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// By a method: for a type or a procedure, or for all.
    Method(Option<String>, Setting),
    /// By a flag: `OPTION`, `TYPE.OPTION`, `TYPE.members.MEMBER` or `PROCEDURE.OPTION`, and the value.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the command has flags"))]
    Flag(String, String),
}

/// As requests, whose places are in a text that is made up for them: one line each.
pub(crate) fn requests(
    given: &[Given],
    sources: &mut SourceMap,
    requests: &mut Vec<Request>,
    errors: &mut Vec<Diagnostic>,
) {
    for given in given {
        let (text, name) = written(given);
        let line = sources.add_made_up(Path::new("(given)"), &text);
        let start = line.start;
        let key = Span::new(start, start + name);
        let (target, read) = match given {
            Given::Method(ty, setting) => (ty.as_deref(), Ok(setting.clone())),
            Given::Flag(name, value) => flag(name, value),
        };
        match read {
            Ok(setting) => {
                let target = target.map_or(Target::All, |name| named(name, start, &setting));
                requests.push(Request { span: line, reach: Reach::Run, target, setting });
            }
            Err((fault, name, value)) => {
                let value_at = Span::new(line.end - value.len(), line.end);
                let value = Value::Word(value.to_owned());
                errors.push(refuse::setting(&fault, name, &value, (key, value_at)));
            }
        }
    }
}

/// What an option whose line begins at `start` is for: what it is tells a type from a procedure of the same name.
fn named(name: &str, start: usize, setting: &Setting) -> Target {
    let at = Span::new(start, start + name.len());
    match setting {
        Setting::Procedure(..) => Target::Procedures(name.to_owned(), at),
        _ => Target::Type(name.to_owned(), at),
    }
}

type Read<'a> = Result<Setting, (setting::Fault, &'a str, &'a str)>;

fn flag<'a>(key: &'a str, value: &'a str) -> (Option<&'a str>, Read<'a>) {
    let word = Value::Word(value.to_owned());
    if let Some((procedure, name)) = key.rsplit_once('.').filter(|(_, name)| ProcedureOption::of_name(name).is_some()) {
        return (Some(procedure), setting::read(name, &word).map_err(|fault| (fault, name, value)));
    }
    let (ty, name) = key.split_once('.').map_or((None, key), |(ty, name)| (Some(ty), name));
    let read = match name.strip_prefix("members.") {
        Some(member) => setting::read_member(member, &word),
        None => setting::read(name, &word),
    };
    (ty, read.map_err(|fault| (fault, name, value)))
}

/// The line for a request, and how much of it is what stands before the value.
fn written(given: &Given) -> (String, usize) {
    match given {
        Given::Flag(key, value) => (format!("{key}={value}"), key.len()),
        Given::Method(ty, setting) => {
            let of = ty.as_ref().map(|ty| format!("{ty}.")).unwrap_or_default();
            let key = match setting {
                Setting::Member(member, _) => format!("{of}members.{member}"),
                _ => format!("{of}{}", setting.name()),
            };
            let value = match setting {
                Setting::Derive(traits) => traits.join(","),
                Setting::Rename(name) | Setting::Member(_, name) => name.clone(),
                Setting::Procedure(_, truth)
                | Setting::Ord(truth)
                | Setting::VerbatimNames(truth)
                | Setting::Views(truth) => truth.to_string(),
                Setting::Enumerations(it) => format!("{it:?}").to_lowercase(),
                Setting::UnknownDiscriminants(it) => format!("{it:?}").to_lowercase(),
                Setting::Opaque(it) => format!("{it:?}").to_lowercase(),
                Setting::String(it) => format!("{it:?}").to_lowercase(),
            };
            (format!("{key}={value}"), key.len())
        }
    }
}
