use super::procedure::{ProcedureView, procedures};
use super::{Context, EmitError, ITEM, docs};
use crate::model::types::{DefinitionId, Program, Version};
use askama::Template;

/// A version is a module: its numbers, the server's trait and skeleton, the client's stub.
#[derive(Template)]
#[template(path = "program.rs.j2", escape = "none")]
struct View<'a> {
    docs: String,
    module: &'a str,
    program: &'a str,
    program_number: String,
    version: &'a str,
    version_number: u32,
    procedures: &'a [ProcedureView],
    server: ServerView<'a>,
    client: ClientView<'a>,
}

#[derive(Template)]
#[template(path = "server.rs.j2", escape = "none")]
struct ServerView<'a> {
    program: &'a str,
    version: &'a str,
    procedures: &'a [ProcedureView],
    /// Their constants in order of their numbers.
    table: String,
    attribute: &'static str,
    /// `_input` and `_out` where no procedure uses them.
    input: &'static str,
    out: &'static str,
    /// Whether there is a method for any.
    has_answers: bool,
}

#[derive(Template)]
#[template(path = "client.rs.j2", escape = "none")]
struct ClientView<'a> {
    program: &'a str,
    version: &'a str,
    procedures: &'a [ProcedureView],
}

pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Program) -> Result<String, EmitError> {
    let mut text = String::with_capacity(ITEM);
    for (index, version) in it.versions.iter().enumerate() {
        emit_version(context, it, version, context.names.inner(id, index), &mut text)?;
        text.push('\n');
    }
    Ok(text)
}

fn emit_version(
    context: Context<'_>,
    program: &Program,
    it: &Version,
    module: &str,
    text: &mut String,
) -> Result<(), EmitError> {
    let procedures = &procedures(context, it)[..];
    let (name, version) = (program.name.as_str(), it.name.as_str());
    let comment = [&program.docs[..], &it.docs].concat();
    let sentence = format!("Program `{name}`, version `{version}`.");
    let view = View {
        docs: docs::comment_and(&comment, &sentence),
        module,
        program: name,
        program_number: format!("{:#x}", program.number),
        version,
        version_number: it.number,
        procedures,
        server: server(name, version, procedures),
        client: ClientView { program: name, version, procedures },
    };
    Ok(view.render_into(text)?)
}

/// Clippy takes a `match` of one arm for a mistake.
const NO_PROCEDURES: &str =
    "#[allow(\nclippy::match_single_binding,\nreason = \"a version without procedures is written like the others\"\n)]";

fn server<'a>(program: &'a str, version: &'a str, procedures: &'a [ProcedureView]) -> ServerView<'a> {
    let no_arguments = procedures.iter().all(|procedure| procedure.arguments.is_empty());
    ServerView {
        program,
        version,
        procedures,
        table: table(procedures),
        attribute: if procedures.is_empty() { NO_PROCEDURES } else { "" },
        input: if no_arguments { "_input" } else { "input" },
        out: if procedures.iter().all(|it| it.deferred || it.oneway) { "_out" } else { "out" },
        has_answers: procedures.iter().any(|it| !it.is_answer_alone),
    }
}

fn table(procedures: &[ProcedureView]) -> String {
    let mut sorted: Vec<&ProcedureView> = procedures.iter().collect();
    sorted.sort_by_key(|procedure| procedure.number);
    sorted.iter().map(|it| format!("procedure::{}", it.constant)).collect::<Vec<_>>().join(", ")
}
