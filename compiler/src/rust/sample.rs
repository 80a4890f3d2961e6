//! Programs to start from: a server that has every procedure, a client that calls each of them.

use super::procedure::{ArgumentView, ProcedureView, procedures};
use super::traits::TraitTable;
use super::types::pair;
use super::{Context, Elsewhere, EmitError, EmitOptions, format, name::Scope, name::Spelling, own_names, value::value};
use crate::model::types::{Definition, DefinitionId, Model, Procedure, Program, Type, Version};
use askama::Template;

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// A server whose procedures answer zeros and empty values.
    Server,
    /// A client that calls every procedure with such.
    Client,
}

#[derive(Template)]
#[template(path = "sample_server.rs.j2", escape = "none")]
struct ServerView<'a> {
    stem: &'a str,
    imports: &'static str,
    versions: Vec<VersionView<'a>>,
}

#[derive(Template)]
#[template(path = "sample_client.rs.j2", escape = "none")]
struct ClientView<'a> {
    stem: &'a str,
    versions: Vec<VersionView<'a>>,
}

struct VersionView<'a> {
    program: &'a str,
    version: &'a str,
    module: &'a str,
    /// The server's type and the client's function.
    ty: String,
    function: String,
    procedures: Vec<SampleView>,
}

/// A procedure as the server's method and the client's call.
struct SampleView {
    docs: String,
    source: String,
    source_name: String,
    method: String,
    /// Whether the server's trait leaves it to the user.
    is_required: bool,
    /// `, operands: idl::Operands`, and `(call, operands)`.
    parameters: String,
    given: String,
    /// ` -> Result<i32>`; nothing where the reply is deferred.
    result: String,
    answer: String,
    /// `let operands: idl::Operands = idl::Operands { left: 0, right: 0 };`
    bindings: Vec<String>,
    /// `let answer = client.add(&operands)?;`, and how it is shown: `{answer:?}`.
    call: String,
    shown: &'static str,
}

/// A program for `model`; `None` where the model has no program, or none with a version.
pub(crate) fn sample(model: &Model, options: &EmitOptions<'_>, which: Sample) -> Result<Option<String>, EmitError> {
    let names = &own_names(model, options, &Elsewhere::default());
    let traits = &TraitTable::new(model, options.choices);
    let context = Context::new(model, names, traits, options);
    let versions = versions(context);
    if versions.is_empty() {
        return Ok(None);
    }
    let stem = options.source_name.rsplit_once('.').map_or(options.source_name.as_str(), |(stem, _)| stem);
    let text = match which {
        Sample::Server => ServerView { stem, imports: imports(&versions), versions }.render()?,
        Sample::Client => ClientView { stem, versions }.render()?,
    };
    format::sample(&text).map(Some)
}

fn imports(versions: &[VersionView<'_>]) -> &'static str {
    let has_methods = versions.iter().flat_map(|version| &version.procedures).any(|procedure| procedure.is_required);
    if has_methods { "{Call, Result, Server}" } else { "{Result, Server}" }
}

fn versions(context: Context<'_>) -> Vec<VersionView<'_>> {
    let (mut types, mut functions) = (Scope::with(&["Call", "Result", "Server"]), Scope::with(&["main"]));
    let mut views = Vec::new();
    for (index, definition) in context.model.definitions.iter().enumerate() {
        let Definition::Program(program) = definition else { continue };
        for (number, version) in program.versions.iter().enumerate() {
            let module = context.names.inner(DefinitionId(index), number);
            views.push(version_view(
                context.within(DefinitionId(index)),
                program,
                version,
                module,
                &mut types,
                &mut functions,
            ));
        }
    }
    views
}

fn version_view<'a>(
    context: Context<'_>,
    program: &'a Program,
    it: &'a Version,
    module: &'a str,
    types: &mut Scope,
    functions: &mut Scope,
) -> VersionView<'a> {
    let plain = module.strip_prefix("r#").unwrap_or(module);
    let procedures = procedures(context, it).into_iter().zip(&it.procedures);
    VersionView {
        program: &program.name,
        version: &it.name,
        module,
        ty: types.claim(&Spelling::Idiomatic.type_name(plain)),
        function: functions.claim(&Spelling::Idiomatic.value_name(plain)),
        procedures: procedures.map(|(view, procedure)| procedure_view(context, view, procedure)).collect(),
    }
}

fn procedure_view(context: Context<'_>, view: ProcedureView, it: &Procedure) -> SampleView {
    let given: Vec<&str> = std::iter::once("call").chain(view.arguments.iter().map(|it| it.name.as_str())).collect();
    let mut scope = Scope::with(&["address", "client"]);
    let (mut bindings, mut arguments) = (Vec::new(), Vec::new());
    for (argument, declared) in view.arguments.iter().zip(&it.arguments) {
        let name = scope.claim(&argument.name);
        bindings.push(binding(context, &name, &declared.ty));
        arguments.push(if argument.parameter.starts_with('&') { format!("&{name}") } else { name });
    }
    let call = format!("client.{}({})?;", view.method, arguments.join(", "));
    let is_void = it.result.is_none();
    let reply = format!(", reply: oncrpc::Reply<{}>", seen_from_outside(&view.result));
    let answer = answer(context, it.result.as_ref());
    SampleView {
        call: match view.oneway {
            true => format!("{call}\nclient.inner().flush()?;"),
            false if is_void => call,
            false => format!("let answer = {call}"),
        },
        shown: if is_void { "done" } else { "{answer:?}" },
        source: it.source.clone(),
        is_required: view.server_body == ";",
        parameters: view.arguments.iter().map(parameter).chain(view.deferred.then_some(reply)).collect(),
        given: if given.len() == 1 { "call".to_owned() } else { format!("({})", given.join(", ")) },
        result: if view.deferred { String::new() } else { format!(" -> Result<{}>", seen_from_outside(&view.result)) },
        answer: if view.deferred { format!("reply.send({answer});") } else { answer },
        bindings,
        docs: view.docs,
        source_name: view.source_name,
        method: view.method,
    }
}

fn parameter(it: &ArgumentView) -> String {
    format!(", {}: {}", it.name, seen_from_outside(&it.value))
}

fn binding(context: Context<'_>, name: &str, ty: &Type) -> String {
    let value = value(context, ty).unwrap_or_else(|| r#"todo!("a value")"#.to_owned());
    format!("let {name}: {} = {value};", seen_from_outside(&pair(context, ty, "super::").value))
}

fn answer(context: Context<'_>, result: Option<&Type>) -> String {
    match result.map(|ty| value(context, ty)) {
        None => "Ok(())".to_owned(),
        Some(Some(value)) => format!("Ok({value})"),
        Some(None) => "Err(oncrpc::Error::ProcedureUnavailable)".to_owned(),
    }
}

/// A type as a version's module names it (`super::Greeting`, `rpc::Text`), as a user does.
fn seen_from_outside(ty: &str) -> String {
    let ty = moved(&moved(ty, "super::", "idl::"), "rpc::", "oncrpc::xdr::");
    let ty = moved(&ty, "oncrpc::xdr::Bytes", "oncrpc::Bytes");
    moved(&ty, "oncrpc::xdr::Text", "oncrpc::Text").replace("oncrpc::TextView", "oncrpc::xdr::TextView")
}

/// `text` with `to` for `from` where a path begins with that.
fn moved(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let mut moved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let within = moved.ends_with(|last: char| last == ':' || last == '_' || last.is_alphanumeric());
        moved.push_str(if within { from } else { to });
        moved.push_str(part);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::seen_from_outside;

    #[test]
    fn paths_are_those_of_a_user() {
        let cases = [
            ("super::Greeting", "idl::Greeting"),
            ("Option<Vec<super::A>>", "Option<Vec<idl::A>>"),
            ("rpc::Text", "oncrpc::Text"),
            ("Option<rpc::Bytes>", "Option<oncrpc::Bytes>"),
            ("rpc::ArrayView<'_, rpc::TextView<'_>>", "oncrpc::xdr::ArrayView<'_, oncrpc::xdr::TextView<'_>>"),
            ("crate::rpc::Text", "crate::rpc::Text"),
            ("super::myrpc", "idl::myrpc"),
        ];
        for (inside, outside) in cases {
            assert_eq!(seen_from_outside(inside), outside);
        }
    }
}
