use super::choices::ProcedureChoices;
use super::size::{is_on_heap, resolved};
use super::traits::borrows;
use super::types::pair;
use super::{Context, docs, name::Scope, walk};
use crate::model::types::{Argument, Definition, Procedure, Type, Version};

/// A procedure as a method of the server's trait, an arm of its dispatch and two methods of the client.
pub(super) struct ProcedureView {
    pub(super) docs: String,
    pub(super) number: u32,
    pub(super) source_name: String,
    /// Its name in the module of the version's procedures, and what it is there.
    pub(super) constant: String,
    pub(super) definition: String,
    pub(super) method: String,
    /// The method without `r#`, as documentation refers to it.
    pub(super) link: String,
    pub(super) start_method: String,
    /// `, a: i32, name: Name`
    pub(super) server_parameters: String,
    /// ` -> rpc::Result<i32>`; nothing where the reply is deferred.
    pub(super) server_result: String,
    /// ` { Ok(()) }` for a null procedure, `;` for any other.
    pub(super) server_body: &'static str,
    /// How the skeleton comes to its answer: `rpc::results::<i32>(&self.0.add(call, a)?, out)`.
    pub(super) answer: String,
    /// Whether that is one expression without arguments or results, and all there is to do.
    pub(super) is_answer_alone: bool,
    /// `, input, out`, as far as they are used to answer, and the same with their types.
    pub(super) skeleton_arguments: String,
    pub(super) skeleton_parameters: String,
    /// Whether the handler gets something to reply with, and whether there is a reply.
    pub(super) deferred: bool,
    pub(super) oneway: bool,
    /// `_call` for a null procedure, whose body does not use it.
    pub(super) call: &'static str,
    pub(super) arguments: Vec<ArgumentView>,
    /// `a, b`
    pub(super) forward_arguments: String,
    /// `, a: i32, name: impl Into<super::Name>`
    pub(super) client_parameters: String,
    /// `rpc::call::<i32>(&self.0, procedure::ADD, |out| ..)`
    pub(super) carry_out: String,
    /// `rpc::start::<i32>(&self.0, procedure::ADD, |out| ..)`
    pub(super) begin: String,
    pub(super) result: String,
    pub(super) result_codec: String,
    pub(super) look: Option<LookView>,
    /// A method of the client that lets results be gone through.
    pub(super) walk: Option<LookView>,
}

/// A method of the client that shows results in place.
pub(super) struct LookView {
    pub(super) method: String,
    /// `super::GreetingView<'_>`
    pub(super) seen: String,
}

/// What a stub has beside its procedures.
const STUB_METHODS: &[&str] =
    &["connect", "connect_with", "over", "back", "new", "inner", "with_deadline", "with_credential"];

/// What the module of a version's procedures uses.
const PROCEDURE_MODULE: &[&str] = &["of"];

/// What an argument's name must not hide, or would be taken for where names are as in the `.x` file.
const IN_SCOPE: &[&str] =
    &["Client", "Err", "None", "Ok", "PROGRAM", "Server", "Service", "Some", "VERSION", "call", "input", "out"];

/// From inside a version's module the file's types are one module up.
const UP: &str = "super::";

pub(super) fn procedures(context: Context<'_>, version: &Version) -> Vec<ProcedureView> {
    let names: Vec<&str> = version.procedures.iter().map(|procedure| procedure.name.as_str()).collect();
    let short = match names.len() {
        1 => names.iter().map(ToString::to_string).collect(),
        _ => context.spelling.without_shared_prefix("", &names),
    };
    let mut scope = Scope::with(STUB_METHODS);
    let method = |(name, it): (&String, &Procedure)| {
        let walks = it.result.as_ref().is_some_and(|ty| context.model.is_walkable(ty));
        let name = context.spelling.value_name(name);
        scope.claim_all(&name, |name| {
            let look = context.views.then(|| format!("look_{name}"));
            let walk = (context.views && walks).then(|| format!("walk_{name}"));
            [format!("start_{name}")].into_iter().chain(look).chain(walk).collect()
        })
    };
    let methods: Vec<String> = short.iter().zip(&version.procedures).map(method).collect();
    let mut scope = Scope::with(PROCEDURE_MODULE);
    let constants = short.iter().map(|name| scope.claim(&context.spelling.constant_name(name)));
    let names = methods.into_iter().zip(constants);
    version
        .procedures
        .iter()
        .zip(names)
        .map(|(it, (method, constant))| {
            let chosen = context.chosen.procedure(version.number, it.number);
            view(context, it, chosen, method, constant)
        })
        .collect()
}

fn view(
    context: Context<'_>,
    it: &Procedure,
    chosen: ProcedureChoices,
    method: String,
    constant: String,
) -> ProcedureView {
    let arguments = arguments(context, &it.arguments, chosen);
    let result = it.result.as_ref().map(|ty| pair(context, ty, UP));
    let is_null = it.number == 0 && it.arguments.is_empty() && it.result.is_none() && !chosen.deferred;
    let walk = it.result.as_ref().filter(|_| context.views).and_then(|ty| walk::type_of(context, ty, UP));
    let result_type = result.as_ref().map_or("()".into(), |pair| pair.value.clone());
    let result_codec = result.as_ref().map_or("rpc::Void".into(), |pair| pair.codec.clone());
    let reply = if chosen.deferred { format!(", reply: rpc::Reply<{result_type}>") } else { String::new() };
    let (has_arguments, has_reply) = (!arguments.is_empty(), !chosen.deferred && !chosen.oneway);
    let where_used = |input, out| [if has_arguments { input } else { "" }, if has_reply { out } else { "" }].concat();
    let passed: String = arguments.iter().map(|it| format!(", {}", it.name)).collect();
    let server_parameters: String = arguments.iter().map(|it| format!(", {}: {}", it.name, it.value)).collect();
    ProcedureView {
        docs: docs::comment(&it.docs, &it.source),
        number: it.number,
        source_name: it.name.clone(),
        carry_out: call(&format!("rpc::call::<{result_codec}>"), &constant, &arguments),
        begin: call(&beginning(&result_codec, chosen), &constant, &arguments),
        constant,
        definition: definition(context, it, chosen),
        start_method: format!("start_{}", plain(&method)),
        link: plain(&method).to_owned(),
        method: method.clone(),
        server_parameters: server_parameters + &reply,
        server_result: if chosen.deferred { String::new() } else { format!(" -> rpc::Result<{result_type}>") },
        server_body: if is_null { " {\nOk(())\n}" } else { ";" },
        call: if is_null { "_call" } else { "call" },
        answer: answer(&format!("self.0.{method}(call{passed}"), &result_codec, chosen),
        is_answer_alone: arguments.is_empty() && it.result.is_none() && has_reply,
        skeleton_arguments: where_used(", input", ", out"),
        skeleton_parameters: where_used(", input: &mut rpc::Decoder<'_>", ", out: &mut rpc::Encoder"),
        deferred: chosen.deferred,
        oneway: chosen.oneway,
        forward_arguments: arguments.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "),
        client_parameters: arguments.iter().map(|it| format!(", {}: {}", it.name, it.parameter)).collect(),
        arguments,
        look: it.result.as_ref().filter(|ty| context.views && borrows(context, ty)).zip(result.as_ref()).map(
            |(_, pair)| LookView { method: format!("look_{}", plain(&method)), seen: pair.view.replace("'a", "'_") },
        ),
        walk: walk.map(|ty| LookView { method: format!("walk_{}", plain(&method)), seen: ty.replace("'a", "'_") }),
        result: result_type,
        result_codec,
    }
}

/// What follows the decoding of arguments; `call` is the call of the method up to its last argument.
fn answer(call: &str, codec: &str, chosen: ProcedureChoices) -> String {
    let refused = if chosen.walk { ".map_err(rpc::refused)" } else { "" };
    match chosen {
        ProcedureChoices { deferred: true, .. } => {
            format!("{call}, rpc::reply::<{codec}>(call));\nOk(rpc::Answer::Deferred)")
        }
        ProcedureChoices { oneway: true, .. } => format!("{call}){refused}?;\nOk(rpc::Answer::Silent)"),
        ProcedureChoices { .. } => format!("rpc::results::<{codec}>(&{call}){refused}?, out)"),
    }
}

fn definition(context: Context<'_>, it: &Procedure, chosen: ProcedureChoices) -> String {
    let new = format!("of({}, \"{}\")", it.number, it.name);
    let largest = largest_arguments(context, it).map(|bytes| format!(".largest_arguments({bytes})"));
    let repeated = match chosen {
        ProcedureChoices { idempotent: true, .. } => ".idempotent()",
        ProcedureChoices { at_most_once: true, .. } => ".at_most_once()",
        ProcedureChoices { .. } => "",
    };
    new + &largest.unwrap_or_default() + repeated
}

/// `None` for more than a record can hold.
fn largest_arguments(context: Context<'_>, it: &Procedure) -> Option<u32> {
    let mut sizes = it.arguments.iter().map(|argument| context.model.size_of(&argument.ty).max);
    let largest = sizes.try_fold(0_u64, |sum, size| sum.checked_add(size?))?;
    u32::try_from(largest).ok()
}

fn plain(method: &str) -> &str {
    method.strip_prefix("r#").unwrap_or(method)
}

/// An argument of a procedure.
pub(super) struct ArgumentView {
    pub(super) name: String,
    pub(super) value: String,
    /// `rpc::argument::<i32>`, which decodes it from the input.
    pub(super) decode: String,
    codec: String,
    /// The type a client's method takes, and how it comes to a reference to the value.
    pub(super) parameter: String,
    reference: String,
}

/// Where a reply is passed as well, it has that name for itself.
fn arguments(context: Context<'_>, arguments: &[Argument], chosen: ProcedureChoices) -> Vec<ArgumentView> {
    let mut scope = Scope::with(IN_SCOPE);
    if chosen.deferred {
        scope.reserve("reply");
    }
    let view = |(index, it): (usize, &Argument)| {
        let wanted = match &it.name {
            Some(name) => context.spelling.value_name(name),
            None => unnamed(context, &it.ty, arguments.len(), index),
        };
        let name = scope.claim(&wanted);
        let pair = pair(context, &it.ty, UP);
        let (parameter, reference) = match passing(context, &it.ty) {
            Passing::Value => (pair.value.clone(), format!("&{name}")),
            Passing::Into => (format!("impl Into<{}>", pair.value), format!("&{name}.into()")),
            Passing::Reference => (format!("&{}", pair.value), name.clone()),
        };
        let seen = context.views && borrows(context, &it.ty);
        let is_last = index.saturating_add(1) == arguments.len();
        let walk = chosen.walk.then(|| walk::type_of(context, &it.ty, UP)).flatten().filter(|_| seen && is_last);
        let (value, decode) = if let Some(walk) = walk {
            (walk.replace("'a", "'_"), format!("rpc::argument_walk::<{}>", pair.codec))
        } else if seen {
            (pair.view.replace("'a", "'_"), format!("rpc::argument_view::<{}>", pair.codec))
        } else {
            (pair.value, format!("rpc::argument::<{}>", pair.codec))
        };
        ArgumentView { name, value, decode, codec: pair.codec, parameter, reference }
    };
    arguments.iter().enumerate().map(view).collect()
}

/// An argument without a name is called like its type, if that is one of the file's and it is the only one.
fn unnamed(context: Context<'_>, ty: &Type, count: usize, index: usize) -> String {
    match ty {
        Type::Named(id) | Type::List(id) | Type::NonEmptyList(id) if count == 1 => {
            context.model.definition(*id).map_or("argument".into(), |it| context.spelling.value_name(it.name()))
        }
        _ if count == 1 => "argument".into(),
        _ => format!("argument{}", index + 1),
    }
}

enum Passing {
    Value,
    Into,
    Reference,
}

/// Numbers go by value; strings, opaque data and arrays from whatever becomes one; the rest by reference.
fn passing(context: Context<'_>, ty: &Type) -> Passing {
    match resolved(context.model, ty) {
        Type::Basic(_) => Passing::Value,
        Type::String(_) | Type::VariableOpaque(_) | Type::VariableArray(..) => Passing::Into,
        Type::List(_) | Type::NonEmptyList(_) => Passing::Into,
        resolved if is_on_heap(context.model, resolved) => Passing::Into,
        Type::Named(id) if matches!(context.model.definition(*id), Some(Definition::Enumeration(_))) => Passing::Value,
        _ => Passing::Reference,
    }
}

/// What begins a call.
fn beginning(codec: &str, chosen: ProcedureChoices) -> String {
    if chosen.oneway { "rpc::send".to_owned() } else { format!("rpc::start::<{codec}>") }
}

/// `function`, which is told what to call, and with which arguments.
fn call(function: &str, constant: &str, arguments: &[ArgumentView]) -> String {
    let values = arguments.iter().map(|it| format!("rpc::put::<{}>({}, out)", it.codec, it.reference));
    match &values.collect::<Vec<_>>()[..] {
        [] => format!("{function}(&self.0, procedure::{constant}, |_| Ok(()))"),
        [value] => format!("{function}(&self.0, procedure::{constant}, |out| {value})"),
        [first @ .., last] => {
            let first = first.join("?;\n");
            format!("{function}(\n&self.0,\nprocedure::{constant},\n|out| {{\n{first}?;\n{last}\n}},\n)")
        }
    }
}
