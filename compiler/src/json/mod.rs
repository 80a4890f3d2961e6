//! The model as JSON, for programs in any language. docs/model.md describes it; a change that a reader could notice
//! changes [`VERSION`].

mod types;
mod write;

use crate::model::types::{
    Argument, Arm, Case, Constant, ConstantValue, DefaultArm, Definition, Discriminant, Enumeration, Enumerator, Field,
    Link, Model, Procedure, Program, Size, Structure, Typedef, Union, Version,
};
use types::{named, of_type};
use write::Json;

/// The version of the format.
const VERSION: u32 = 2;

/// The model of the file `source` as JSON text that ends with a newline.
pub(crate) fn model(model: &Model, source: &str) -> String {
    let definitions: Vec<Json> = model.definitions.iter().map(|it| definition(model, it)).collect();
    let file = Json::Object(vec![
        ("format", "oncrpc-model".into()),
        ("version", VERSION.into()),
        ("source", source.into()),
        ("definitions", definitions.into()),
    ]);
    format!("{file}\n")
}

/// Several documents as the elements of one array.
pub(crate) fn array(documents: &[String]) -> String {
    let indented = |text: &String| text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n");
    format!("[\n{}\n]\n", documents.iter().map(indented).collect::<Vec<_>>().join(",\n"))
}

fn definition(model: &Model, it: &Definition) -> Json {
    match it {
        Definition::Constant(it) => constant(it),
        Definition::Enumeration(it) => enumeration(it),
        Definition::Structure(it) => structure(model, it),
        Definition::Union(it) => union(model, it),
        Definition::Typedef(it) => typedef(model, it),
        Definition::Program(it) => program(model, it),
        Definition::Extern(it) => Json::Object(vec![("kind", "extern".into()), ("name", (&it.name).into())]),
    }
}

fn constant(it: &Constant) -> Json {
    let value = match &it.value {
        ConstantValue::Integer(number) => Json::Integer(*number),
        ConstantValue::Text(text) => text.into(),
    };
    described("constant", &it.name, &it.docs, vec![("value", value), ("source", (&it.source).into())])
}

fn enumeration(it: &Enumeration) -> Json {
    let enumerator = |it: &Enumerator| {
        let value = Json::Integer(it.value.into());
        Json::Object(vec![("name", (&it.name).into()), ("docs", docs(&it.docs)), ("value", value)])
    };
    let enumerators: Vec<Json> = it.enumerators.iter().map(enumerator).collect();
    described("enumeration", &it.name, &it.docs, vec![("enumerators", enumerators.into())])
}

fn structure(model: &Model, it: &Structure) -> Json {
    let fields: Vec<Json> = it.fields.iter().map(|it| field(model, it)).collect();
    let members = vec![
        ("fields", fields.into()),
        ("link", it.link.as_ref().map(|it| link(model, it)).into()),
        ("recursive", it.recursive.into()),
        ("size", size(it.size)),
    ];
    described("structure", &it.name, &it.docs, members)
}

fn link(model: &Model, it: &Link) -> Json {
    Json::Object(vec![("name", (&it.name).into()), ("next", named(model, it.next))])
}

fn union(model: &Model, it: &Union) -> Json {
    let arms: Vec<Json> = it.arms.iter().map(|it| arm(model, it)).collect();
    let members = vec![
        ("discriminant", discriminant(model, it)),
        ("arms", arms.into()),
        ("default", it.default.as_ref().map(|it| default_arm(model, it)).into()),
        ("recursive", it.recursive.into()),
        ("size", size(it.size)),
    ];
    described("union", &it.name, &it.docs, members)
}

fn discriminant(model: &Model, it: &Union) -> Json {
    let (kind, enumeration) = match it.discriminant {
        Discriminant::Signed => ("signed", None),
        Discriminant::Unsigned => ("unsigned", None),
        Discriminant::Hyper => ("hyper", None),
        Discriminant::UnsignedHyper => ("unsigned_hyper", None),
        Discriminant::Bool => ("bool", None),
        Discriminant::Enumeration(id) => ("enumeration", Some(named(model, id))),
    };
    Json::Object(vec![
        ("name", (&it.discriminant_name).into()),
        ("type", of_type(model, &it.discriminant_type)),
        ("kind", kind.into()),
        ("enumeration", enumeration.into()),
    ])
}

fn arm(model: &Model, it: &Arm) -> Json {
    let case = |it: &Case| {
        let value = Json::Integer(it.value.into());
        Json::Object(vec![("label", (&it.label).into()), ("value", value), ("enumerator", it.enumerator.into())])
    };
    let cases: Vec<Json> = it.cases.iter().map(case).collect();
    let held = it.field.as_ref().map(|it| field(model, it));
    Json::Object(vec![("cases", cases.into()), ("docs", docs(&it.docs)), ("field", held.into())])
}

fn default_arm(model: &Model, it: &DefaultArm) -> Json {
    let held = it.field.as_ref().map(|it| field(model, it));
    Json::Object(vec![("docs", docs(&it.docs)), ("field", held.into())])
}

fn typedef(model: &Model, it: &Typedef) -> Json {
    let Field { name, docs, ty, source } = &it.field;
    let members = vec![("source", source.into()), ("type", of_type(model, ty)), ("size", size(it.size))];
    described("typedef", name, docs, members)
}

fn field(model: &Model, it: &Field) -> Json {
    Json::Object(vec![
        ("name", (&it.name).into()),
        ("docs", docs(&it.docs)),
        ("source", (&it.source).into()),
        ("type", of_type(model, &it.ty)),
    ])
}

fn program(model: &Model, it: &Program) -> Json {
    let versions: Vec<Json> = it.versions.iter().map(|it| version(model, it)).collect();
    described("program", &it.name, &it.docs, vec![("number", it.number.into()), ("versions", versions.into())])
}

fn version(model: &Model, it: &Version) -> Json {
    let procedures: Vec<Json> = it.procedures.iter().map(|it| procedure(model, it)).collect();
    Json::Object(vec![
        ("name", (&it.name).into()),
        ("docs", docs(&it.docs)),
        ("number", it.number.into()),
        ("procedures", procedures.into()),
    ])
}

fn procedure(model: &Model, it: &Procedure) -> Json {
    let argument =
        |it: &Argument| Json::Object(vec![("name", it.name.as_ref().into()), ("type", of_type(model, &it.ty))]);
    let arguments: Vec<Json> = it.arguments.iter().map(argument).collect();
    Json::Object(vec![
        ("name", (&it.name).into()),
        ("docs", docs(&it.docs)),
        ("number", it.number.into()),
        ("source", (&it.source).into()),
        ("arguments", arguments.into()),
        ("result", it.result.as_ref().map(|ty| of_type(model, ty)).into()),
    ])
}

/// What all definitions have, and then what is their own.
fn described(kind: &str, name: &str, lines: &[String], members: Vec<(&'static str, Json)>) -> Json {
    let common = [("kind", kind.into()), ("name", name.into()), ("docs", docs(lines))];
    Json::Object(common.into_iter().chain(members).collect())
}

fn docs(lines: &[String]) -> Json {
    lines.iter().collect::<Vec<&String>>().into()
}

fn size(it: Size) -> Json {
    Json::Object(vec![("min", it.min.into()), ("max", it.max.into())])
}
