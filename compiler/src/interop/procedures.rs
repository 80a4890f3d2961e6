//! Types for what procedures take and give, where no type of the interface has it.

use crate::model::types::{
    Argument, Definition, Field, Model, Procedure, Program, Size, Structure, Type, Typedef, Version,
};

/// Appends a structure for the arguments of each procedure that has several, named as rpcgen names it, and a typedef for
/// each string that is all the arguments or the result of a procedure.
pub(super) fn add_types(model: &mut Model) {
    let programs = model.definitions.iter().filter_map(|definition| match definition {
        Definition::Program(it) => Some(it),
        _ => None,
    });
    let added: Vec<Definition> = programs.flat_map(|program| of_program(model, program)).collect();
    for definition in added {
        if model.definitions.iter().all(|it| it.name() != definition.name()) {
            model.definitions.push(definition);
        }
    }
}

fn of_program(model: &Model, program: &Program) -> Vec<Definition> {
    let procedures = program.versions.iter().flat_map(|version| version.procedures.iter().map(move |it| (version, it)));
    procedures.flat_map(|(version, procedure)| of_procedure(model, version, procedure)).flatten().collect()
}

fn of_procedure(model: &Model, version: &Version, it: &Procedure) -> [Option<Definition>; 2] {
    let name = |what| format!("{}_{}_{what}", it.name.to_lowercase(), version.number);
    let argument = match it.arguments.as_slice() {
        [] => None,
        [one] => string(model, name("argument"), &one.ty),
        several => Some(structure(model, name("argument"), several)),
    };
    let result = it.result.as_ref().and_then(|ty| string(model, name("result"), ty));
    [argument, result]
}

fn string(model: &Model, name: String, ty: &Type) -> Option<Definition> {
    let field = Field { name, docs: Vec::new(), ty: ty.clone(), source: String::new() };
    matches!(ty, Type::String(_)).then(|| Definition::Typedef(Typedef { field, size: model.size_of(ty) }))
}

fn structure(model: &Model, name: String, arguments: &[Argument]) -> Definition {
    let field = |(index, argument): (usize, &Argument)| Field {
        name: argument.name.clone().unwrap_or_else(|| format!("arg{}", index.saturating_add(1))),
        docs: Vec::new(),
        ty: argument.ty.clone(),
        source: String::new(),
    };
    let sizes: Vec<Size> = arguments.iter().map(|argument| model.size_of(&argument.ty)).collect();
    Definition::Structure(Structure {
        name,
        docs: Vec::new(),
        fields: arguments.iter().enumerate().map(field).collect(),
        link: None,
        recursive: false,
        walkable: false,
        size: Size {
            min: sizes.iter().fold(0, |sum, size| sum.saturating_add(size.min)),
            max: sizes.iter().try_fold(0_u64, |sum, size| sum.checked_add(size.max?)),
        },
    })
}
