//! The values of constants and enumerators, which share one name space as in C.

use super::errors::{Errors, ONLY_IN_C};
use super::evaluate::{self, Failure};
use super::names::{ItemKind, Names, duplicate};
use super::types::{Constant, ConstantValue};
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest::Suggester;
use crate::syntax::ast::{ConstantDef, Expression, Identifier, Named, Operation, ProgramBody};
use std::collections::{BTreeMap, BTreeSet};

/// All values; a constant whose value could not be found out has none.
#[derive(Debug, Default)]
pub(super) struct Constants<'a> {
    entries: Vec<Entry<'a>>,
    by_name: BTreeMap<&'a str, usize>,
    /// For each item its first entry, if it has any.
    of_item: Vec<usize>,
    /// Entries whose name an earlier entry, the second one, has: refused unless their values are the same.
    repeated: Vec<(usize, usize)>,
    /// Names of several procedures with numbers of their own.
    ambiguous: BTreeSet<&'a str>,
    pub(super) suggester: Suggester,
}

#[derive(Debug)]
struct Entry<'a> {
    name: &'a Identifier,
    rule: Rule<'a>,
    kind: EntryKind,
    /// The item it belongs to.
    item: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntryKind {
    Constant,
    Enumerator,
    /// The number of a program, version or procedure, whose name stands for it as in C. Its errors are reported where
    /// the program is checked.
    Number,
}

/// How a value comes about.
#[derive(Clone, Copy, Debug)]
enum Rule<'a> {
    Expression(&'a Expression),
    /// The first enumerator without a value.
    Zero,
    /// One more than another entry.
    After(usize),
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    New,
    Open,
    Known(ConstantValue),
    Failed,
}

/// Evaluates every constant, in the order of need: a constant may use one that is defined further down.
pub(super) fn evaluate<'a>(names: &Names<'a>, errors: &mut Errors) -> Constants<'a> {
    let mut constants = Constants::default();
    for (item, definition) in names.items.iter().enumerate() {
        constants.of_item.push(constants.entries.len());
        match definition.kind {
            ItemKind::Constant(it) => {
                constants.add(item, &it.name, Rule::Expression(&it.value), EntryKind::Constant);
            }
            ItemKind::Enumeration(it) => {
                for (index, enumerator) in it.enumerators.iter().enumerate() {
                    let before = constants.entries.len().checked_sub(1).filter(|_| index > 0);
                    let implicit = before.map_or(Rule::Zero, Rule::After);
                    let rule = enumerator.value.as_ref().map_or(implicit, Rule::Expression);
                    constants.add(item, &enumerator.name, rule, EntryKind::Enumerator);
                }
            }
            _ => {}
        }
    }
    for (item, definition) in names.items.iter().enumerate() {
        if let ItemKind::Program(program) = definition.kind {
            constants.add_numbers(item, program);
        }
    }
    for entry in 0..constants.entries.len() {
        constants.settle(entry, errors);
    }
    constants.refuse_repeated(errors);
    constants
}

/// The constant of an item.
pub(super) fn lower(constants: &Constants<'_>, item: usize, it: &ConstantDef) -> Constant {
    let value = constants.value(item, 0).cloned().unwrap_or(ConstantValue::Integer(0));
    Constant { name: it.name.text.clone(), docs: it.docs.clone(), value, source: it.value.source.clone() }
}

impl<'a> Constants<'a> {
    /// The value of the `index`th constant of an item; `None` if it has an error.
    pub(super) fn value(&self, item: usize, index: usize) -> Option<&ConstantValue> {
        match &self.entries.get(self.of_item.get(item)?.checked_add(index)?)?.state {
            State::Known(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn is_known(&self, name: &str) -> bool {
        self.by_name.contains_key(name) || predefined(name).is_some()
    }

    /// The value of an expression in the scope of all constants.
    pub(super) fn evaluate(&self, expression: &Expression) -> Result<ConstantValue, Failure> {
        evaluate::evaluate(expression, |name| self.lookup(name))
    }

    /// The number an expression stands for; errors are recorded.
    pub(super) fn number(&self, expression: &Expression, errors: &mut Errors) -> Option<i128> {
        match self.evaluate(expression) {
            Ok(ConstantValue::Integer(value)) => return Some(value),
            Ok(ConstantValue::Text(_)) => errors.push(evaluate::not_a_number(expression)),
            Err(Failure::New(error)) => errors.push(*error),
            Err(Failure::Reported) => {}
        }
        None
    }

    fn add(&mut self, item: usize, name: &'a Identifier, rule: Rule<'a>, kind: EntryKind) {
        let entry = self.entries.len();
        let first = *self.by_name.entry(&name.text).or_insert(entry);
        if first != entry {
            self.repeated.push((entry, first));
        }
        self.entries.push(Entry { name, rule, kind, item, state: State::New });
    }

    /// The names of a program, its versions and its procedures, unless they are constants: C headers define them. One
    /// that stands for several numbers stands for none.
    fn add_numbers(&mut self, item: usize, program: &'a Named<ProgramBody>) {
        let versions = program.body.versions.iter();
        let procedures = versions.clone().flat_map(|it| &it.body.procedures).map(|it| (&it.name, &it.number));
        let versions = versions.map(|it| (&it.name, &it.body.number));
        for (name, number) in procedures.chain(versions).chain([(&program.name, &program.body.number)]) {
            let earlier = self.by_name.get(name.text.as_str()).and_then(|entry| self.entries.get(*entry));
            match earlier.map(|earlier| (earlier.kind, earlier.rule)) {
                None if !self.ambiguous.contains(name.text.as_str()) => {
                    self.add(item, name, Rule::Expression(number), EntryKind::Number);
                }
                Some((EntryKind::Number, Rule::Expression(other))) if other.source != number.source => {
                    self.ambiguous.insert(&name.text);
                    self.by_name.remove(name.text.as_str());
                }
                _ => {}
            }
        }
    }

    /// A name may be defined again with the same value, but not within one enumeration.
    fn refuse_repeated(&self, errors: &mut Errors) {
        for (again, earlier) in &self.repeated {
            let (Some(again), Some(earlier)) = (self.entries.get(*again), self.entries.get(*earlier)) else { continue };
            if again.item == earlier.item || again.state != earlier.state {
                errors.push(
                    duplicate(Code::DuplicateConstant, "constant", again.name, earlier.name.span)
                        .help("constants and the enumerators of all enumerations share one name space, as in C"),
                );
            }
        }
    }

    fn lookup(&self, name: &Identifier) -> Result<ConstantValue, Failure> {
        let entry = self.by_name.get(name.text.as_str()).and_then(|entry| self.entries.get(*entry));
        match entry.map(|entry| &entry.state) {
            Some(State::Known(value)) => Ok(value.clone()),
            Some(_) => Err(Failure::Reported),
            None => predefined(&name.text).map(ConstantValue::Integer).ok_or_else(|| self.undefined(name).into()),
        }
    }

    fn undefined(&self, name: &Identifier) -> Diagnostic {
        let error = Diagnostic::error(Code::UndefinedConstant, name.span, format!("`{}` is not a constant", name.text))
            .label("not found in this file or its includes");
        let similar = self.suggester.similar(&name.text, self.by_name.keys().copied());
        match similar.and_then(|similar| self.entries.get(*self.by_name.get(similar)?)) {
            Some(similar) => {
                let name = &similar.name;
                error.help_at(name.span, format!("a constant of a similar name, `{}`, is defined here", name.text))
            }
            None => error
                .help("define it with `const`, or `#include` the `.x` file that does")
                .help(format!("{ONLY_IN_C}, give its value with `-D {}=VALUE`", name.text)),
        }
    }

    /// Evaluates an entry and, before it, what it needs; without recursion, since chains may be long.
    fn settle(&mut self, entry: usize, errors: &mut Errors) {
        let mut stack = vec![(entry, 0)];
        while let Some((top, next)) = stack.last_mut() {
            let (top, dependency) = (*top, *next);
            *next += 1;
            if dependency == 0 && !self.open(top) {
                stack.pop();
                continue;
            }
            match self.dependency(top, dependency) {
                None => {
                    stack.pop();
                    self.finish(top, errors);
                }
                Some(None) => {}
                Some(Some(needed)) if self.state(needed) == Some(&State::Open) => {
                    self.refuse_cycle(&stack, needed, errors);
                }
                Some(Some(needed)) => stack.push((needed, 0)),
            }
        }
    }

    fn state(&self, entry: usize) -> Option<&State> {
        self.entries.get(entry).map(|entry| &entry.state)
    }

    /// Marks a new entry as being evaluated; false if it was evaluated before.
    fn open(&mut self, entry: usize) -> bool {
        match self.entries.get_mut(entry) {
            Some(entry) if entry.state == State::New => {
                entry.state = State::Open;
                true
            }
            _ => false,
        }
    }

    /// The `index`th part of an entry's rule: the entry it needs, if it needs one; `None` behind the last part.
    fn dependency(&self, entry: usize, index: usize) -> Option<Option<usize>> {
        match self.entries.get(entry)?.rule {
            Rule::After(before) => (index == 0).then_some(Some(before)),
            Rule::Zero => None,
            Rule::Expression(expression) => Some(match expression.operations.get(index)? {
                Operation::Name(name) => self.by_name.get(name.text.as_str()).copied(),
                _ => None,
            }),
        }
    }

    fn refuse_cycle(&mut self, stack: &[(usize, usize)], needed: usize, errors: &mut Errors) {
        let start = stack.iter().position(|(entry, _)| *entry == needed).unwrap_or(0);
        let cycle: Vec<usize> = stack.iter().skip(start).map(|(entry, _)| *entry).collect();
        let path: Vec<&Identifier> = cycle.iter().filter_map(|at| self.entries.get(*at)).map(|it| it.name).collect();
        if let Some((first, rest)) = path.split_first() {
            let message = format!("the value of `{}` depends on itself", first.text);
            let error = Diagnostic::error(Code::RecursiveConstant, first.span, message);
            errors.push(
                rest.iter().fold(error, |error, name| error.note_at(name.span, format!("through `{}`", name.text))),
            );
        }
        for entry in cycle {
            self.set(entry, State::Failed);
        }
    }

    fn set(&mut self, entry: usize, state: State) {
        if let Some(entry) = self.entries.get_mut(entry) {
            entry.state = state;
        }
    }

    /// Computes an entry whose needs are met.
    fn finish(&mut self, index: usize, errors: &mut Errors) {
        let Some(entry) = self.entries.get(index).filter(|entry| entry.state == State::Open) else {
            return;
        };
        let value = match entry.rule {
            Rule::Zero => Ok(ConstantValue::Integer(0)),
            Rule::Expression(expression) => self.evaluate(expression),
            Rule::After(before) => match self.state(before) {
                Some(State::Known(ConstantValue::Integer(value))) => {
                    Ok(ConstantValue::Integer(value.saturating_add(1)))
                }
                _ => Err(Failure::Reported),
            },
        };
        let state = match value.and_then(|value| in_range(entry, value)) {
            Ok(value) => State::Known(value),
            Err(Failure::New(error)) => {
                if entry.kind != EntryKind::Number {
                    errors.push(*error);
                }
                State::Failed
            }
            Err(Failure::Reported) => State::Failed,
        };
        self.set(index, state);
    }
}

/// Refuses what the wire or a 64-bit number cannot hold.
fn in_range(entry: &Entry<'_>, value: ConstantValue) -> Result<ConstantValue, Failure> {
    let name = entry.name;
    let span = if let Rule::Expression(expression) = entry.rule { expression.span } else { name.span };
    match value {
        ConstantValue::Text(_) if entry.kind == EntryKind::Enumerator => {
            Err(Diagnostic::error(Code::BadExpression, span, format!("`{}` must be a number", name.text)).into())
        }
        ConstantValue::Integer(number)
            if entry.kind == EntryKind::Enumerator && !(-(1 << 31)..1 << 32).contains(&number) =>
        {
            let message = format!("the value of `{}` is {number}, which 32 bits cannot hold", name.text);
            Err(Diagnostic::error(Code::EnumeratorOutOfRange, span, message)
                .help("enumerators lie between -2^31 and 2^32-1")
                .into())
        }
        ConstantValue::Integer(number) if !(-(1 << 63)..1 << 64).contains(&number) => {
            let message = format!("the value of `{}` is {number}, which 64 bits cannot hold", name.text);
            Err(Diagnostic::error(Code::ConstantOverflow, span, message)
                .help("constants lie between -2^63 and 2^64-1")
                .into())
        }
        value => Ok(value),
    }
}

/// Those of `<rpc/rpc.h>` that are the same everywhere, since protocols are made of them.
fn predefined(name: &str) -> Option<i128> {
    Some(match name {
        "FALSE" | "false" | "AUTH_NONE" | "AUTH_NULL" => 0,
        "TRUE" | "true" | "AUTH_SYS" | "AUTH_UNIX" => 1,
        "AUTH_SHORT" => 2,
        "AUTH_DES" | "AUTH_DH" => 3,
        "AUTH_KERB" => 4,
        "RPCSEC_GSS" => 6,
        "HEXKEYBYTES" => 48,
        "MAXNETNAMELEN" => 255,
        "MAX_AUTH_BYTES" => 400,
        "MAX_NETOBJ_SZ" => 1024,
        _ => return None,
    })
}
