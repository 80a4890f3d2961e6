//! Constants that a file uses and defines only for C: `%#define NAME VALUE`.

use crate::preprocess::for_c::{Define, ForC};
use crate::syntax;
use crate::syntax::ast::{
    CaseLabel, CaseSpec, ConstantDef, Definition, EnumBody, Expression, Identifier, Named, Operation, ProgramBody,
    Specification,
};
use crate::syntax::walk::{self, Visitor};
use crate::text::Text;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Adds those constants to the specification, each with those that its value needs.
///
/// A name that is defined for C in two ways is left undefined: which one holds is up to the C compiler.
pub(super) fn add(specification: &mut Specification, lines: &[ForC]) {
    let lines = unambiguous(lines);
    if lines.is_empty() {
        return;
    }
    let mut found = Found::default();
    walk::walk(specification, &mut found);
    found.programs(specification);
    let mut missing: Vec<String> = found.used.difference(&found.defined).cloned().collect();
    while let Some(name) = missing.pop() {
        let line = lines.get(name.as_str()).filter(|_| found.defined.insert(name.clone()));
        let Some(constant) = line.and_then(|line| constant(line)) else { continue };
        missing.extend(names(&constant.value).map(|name| name.text.clone()));
        specification.definitions.push(Definition::Constant(constant));
    }
}

/// The lines by their names.
fn unambiguous(lines: &[ForC]) -> HashMap<&str, &Define> {
    let mut values = HashMap::new();
    let mut ambiguous = HashSet::new();
    for line in lines {
        let ForC::Define(define) = line else { continue };
        let first: &Define = values.entry(define.name.as_str()).or_insert(define);
        if first.value != define.value {
            ambiguous.insert(define.name.as_str());
        }
    }
    values.retain(|name, _| !ambiguous.contains(name));
    values
}

/// The line as a constant; `None` if its value is none that the language could express.
fn constant(define: &Define) -> Option<ConstantDef> {
    let mut text = Text::default();
    for part in ["#define ", &define.name, " "] {
        text.replace(part, part, define.span);
    }
    text.copy(&define.value, define.value_span.start);
    text.replace(";", ";", define.value_span);
    let mut definitions = syntax::parse(&text).ok()?.definitions.into_iter();
    match (definitions.next(), definitions.next()) {
        (Some(Definition::Constant(constant)), None) => Some(constant),
        _ => None,
    }
}

fn names(expression: &Expression) -> impl Iterator<Item = &Identifier> {
    expression.operations.iter().filter_map(|operation| match operation {
        Operation::Name(name) => Some(name),
        _ => None,
    })
}

/// The names of constants in a specification.
#[derive(Default)]
struct Found {
    used: BTreeSet<String>,
    defined: BTreeSet<String>,
}

impl Found {
    /// Programs, versions and procedures, whose names stand for their numbers.
    fn programs(&mut self, specification: &Specification) {
        for definition in &specification.definitions {
            let Definition::Program(Named { name, body: ProgramBody { versions, .. }, .. }) = definition else {
                continue;
            };
            let procedures = versions.iter().flat_map(|it| &it.body.procedures).map(|it| &it.name);
            let all = procedures.chain(versions.iter().map(|it| &it.name)).chain([name]);
            self.defined.extend(all.map(|name| name.text.clone()));
        }
    }
}

impl Visitor for Found {
    fn constant(&mut self, constant: &ConstantDef) {
        self.defined.insert(constant.name.text.clone());
        self.expression(&constant.value);
    }

    fn expression(&mut self, expression: &Expression) {
        self.used.extend(names(expression).map(|name| name.text.clone()));
    }

    fn enumeration(&mut self, body: &EnumBody) {
        self.defined.extend(body.enumerators.iter().map(|it| it.name.text.clone()));
    }

    fn case(&mut self, case: &CaseSpec) {
        for label in &case.labels {
            if let CaseLabel::Case(value) = label {
                self.expression(value);
            }
        }
    }
}
