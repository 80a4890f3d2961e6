//! Programs: RFC 5531 section 12.

use super::declaration;
use super::definition::Scope;
use super::errors::Errors;
use super::names::ItemKind;
use super::types::{Argument, Definition, Model, Procedure, Program, Type, Version};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{self, Declaration, Expression, Identifier, Named, ProgramBody, VersionBody};
use std::collections::BTreeMap;

pub(super) fn lower(
    scope: &Scope<'_>,
    program: &Named<ProgramBody>,
    spans: &mut Vec<Span>,
    errors: &mut Errors,
) -> Program {
    let mut seen = Seen::new(Code::DuplicateVersion, "version");
    let versions = program.body.versions.iter().map(|written| {
        let version = version(scope, written, spans, errors);
        seen.check(&written.name, version.number, errors);
        version
    });
    Program {
        name: program.name.text.clone(),
        docs: program.docs.clone(),
        versions: versions.collect(),
        number: number(scope, &program.body.number, "program", errors),
    }
}

/// Refuses two programs of one name or number.
pub(super) fn check_numbers(scope: &Scope<'_>, model: &Model, errors: &mut Errors) {
    let mut seen = Seen::new(Code::DuplicateProgram, "program");
    for (item, definition) in scope.names.items.iter().zip(&model.definitions) {
        if let (ItemKind::Program(written), Definition::Program(program)) = (item.kind, definition) {
            seen.check(&written.name, program.number, errors);
        }
    }
}

fn version(scope: &Scope<'_>, written: &Named<VersionBody>, spans: &mut Vec<Span>, errors: &mut Errors) -> Version {
    let mut seen = Seen::new(Code::DuplicateProcedure, "procedure");
    let procedures = written.body.procedures.iter().map(|written| {
        let procedure = procedure(scope, written, spans, errors);
        seen.check(&written.name, procedure.number, errors);
        procedure
    });
    Version {
        name: written.name.text.clone(),
        docs: written.docs.clone(),
        procedures: procedures.collect(),
        number: number(scope, &written.body.number, "version", errors),
    }
}

fn procedure(scope: &Scope<'_>, written: &ast::Procedure, spans: &mut Vec<Span>, errors: &mut Errors) -> Procedure {
    let arguments = match written.arguments.as_slice() {
        [only] if declaration::is_void(only) => &[],
        arguments => arguments,
    };
    structure_names(arguments, errors);
    let arguments = arguments.iter().filter_map(|written| {
        let ty = holds(scope, written, spans, errors)?;
        Some(Argument { name: written.name.as_ref().map(|name| name.text.clone()), ty })
    });
    let arguments = arguments.collect();
    let result = &written.result;
    let result = if declaration::is_void(result) { None } else { holds(scope, result, spans, errors) };
    Procedure {
        name: written.name.text.clone(),
        docs: written.docs.clone(),
        number: number(scope, &written.number, "procedure", errors),
        arguments,
        result,
        source: written.source.clone(),
    }
}

fn structure_names(arguments: &[Declaration], errors: &mut Errors) {
    super::structure::refuse_duplicates("argument", arguments, errors);
}

fn holds(scope: &Scope<'_>, written: &Declaration, spans: &mut Vec<Span>, errors: &mut Errors) -> Option<Type> {
    let ty = declaration::lower(scope, written, errors)?;
    spans.push(written.span);
    Some(ty)
}

/// A program, version or procedure number: 32 bits without sign.
fn number(scope: &Scope<'_>, written: &Expression, what: &str, errors: &mut Errors) -> u32 {
    let Some(value) = scope.constants.number(written, errors) else {
        return 0;
    };
    u32::try_from(value).unwrap_or_else(|_| {
        errors.push(
            Diagnostic::error(Code::NumberOutOfRange, written.span, format!("a {what} number cannot be {value}"))
                .help("these numbers lie between 0 and 2^32-1"),
        );
        0
    })
}

/// The names and numbers used so far.
struct Seen {
    code: Code,
    what: &'static str,
    names: BTreeMap<String, Span>,
    numbers: BTreeMap<u32, Span>,
}

impl Seen {
    fn new(code: Code, what: &'static str) -> Self {
        Seen { code, what, names: BTreeMap::new(), numbers: BTreeMap::new() }
    }

    fn check(&mut self, name: &Identifier, number: u32, errors: &mut Errors) {
        let what = self.what;
        if let Some(earlier) = self.names.insert(name.text.clone(), name.span) {
            errors.push(super::names::duplicate(self.code, what, name, earlier));
        } else if let Some(earlier) = self.numbers.insert(number, name.span) {
            errors.push(
                Diagnostic::error(self.code, name.span, format!("the {what} number {number} is used twice"))
                    .label("used again here")
                    .note_at(earlier, "first used here")
                    .help(format!("give each {what} a number of its own")),
            );
        }
    }
}
