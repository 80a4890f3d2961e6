//! What interop/c/peers_client.c does, with our client: the same calls, told in the same words.

use oncrpc::rpc::{AuthStat, AuthSys, Credential};
use oncrpc::{Client, Error, Result};
use oncrpc_tests::interfaces::peers::{Bounds, ChainNode, Form, Refusal, RefusalKind, Shape, peers_v1};
use oncrpc_tests::peers::auth_stat;

/// How much is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// The length of the list.
    pub(crate) nodes: usize,
    /// Those of the payloads.
    pub(crate) payloads: &'static [usize],
}

impl Size {
    /// Lists over which a recursive peer would fall, and payloads that libtirpc cuts into fragments.
    pub(crate) const STREAM: Self = Self { nodes: 10_000, payloads: &[0, 1, 65_532, 65_533, 3_000_001] };
    /// As much as libtirpc's datagrams hold.
    pub(crate) const DATAGRAM: Self = Self { nodes: 1_000, payloads: &[0, 1, 8_192, 8_700] };

    /// What fits that transport.
    pub(crate) fn of(transport: &str) -> Self {
        if transport.starts_with("udp") { Self::DATAGRAM } else { Self::STREAM }
    }

    /// The arguments of peers_client for it.
    pub(crate) fn arguments(self) -> Vec<String> {
        std::iter::once(&self.nodes).chain(self.payloads).map(usize::to_string).collect()
    }

    /// The lines that are to come out.
    pub(crate) fn expected(self) -> Vec<String> {
        let fill = |line: &str| match line {
            "ECHO" => self.payloads.iter().map(|size| format!("echo {size}: same")).collect(),
            "REVERSE" => vec![format!("reverse: {0} of {0}", self.nodes)],
            line => vec![line.replace("MACHINE", &"m".repeat(255))],
        };
        include_str!("../../interop/peers_client.expected").lines().flat_map(fill).collect()
    }
}

/// Tries the server at `address`.
pub(crate) fn run(address: &str, size: Size) -> Result<Vec<String>> {
    let client = peers_v1::Client::connect(address)?;
    let mut said = Vec::new();
    said.push(outcome("null", client.inner().null(), |()| "RPC: Success".into()));
    said.push(outcome("nothing", client.nothing(), |()| "RPC: Success".into()));
    said.extend(size.payloads.iter().map(|size| echo(&client, *size)));
    said.extend(texts().map(|text| outcome("twice", client.twice(text), |twice| hex(twice.as_bytes()))));
    said.extend(shapes().iter().map(|shape| outcome("change", client.change(shape), |shape| show(&shape))));
    said.push(reverse(&client, size.nodes));
    said.push(outcome("who", client.who(), |who| who.to_string()));
    said.push(outcome("who", client.with_credential(&credential())?.who(), |who| who.to_string()));
    said.extend(refusals().iter().map(|refusal| outcome("refuse", client.refuse(refusal), |()| "not".into())));
    said.push(outcome("nothing", client.nothing(), |()| "RPC: Success".into()));
    said.extend(strangers(client.inner())?);
    Ok(said)
}

fn outcome<T>(what: &str, outcome: Result<T>, show: impl FnOnce(T) -> String) -> String {
    let shown = outcome.map_or_else(|error| libtirpc_says(&error), show);
    // C prints what follows piece by piece.
    format!("{what}: {shown}").trim_end().to_owned()
}

fn echo(client: &peers_v1::Client, size: usize) -> String {
    let payload: Vec<u8> = (0..size).map(|i| (i * 7 + i / 256) as u8).collect();
    let echo = client.echo(payload.clone());
    outcome(&format!("echo {size}"), echo, |echo| if echo == payload { "same" } else { "different" }.into())
}

fn texts() -> [&'static [u8]; 3] {
    [b"", "Zoë".as_bytes(), b"\xff\xfe \x80 not UTF-8"]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn shapes() -> [Shape; 5] {
    [
        Shape::Circle(-0.125),
        Shape::Polygon(vec![1, -2, i32::MAX]),
        Shape::Polygon(Vec::new()),
        Shape::Named("blob".into()),
        Shape::Default(Form::Empty),
    ]
}

fn show(shape: &Shape) -> String {
    let form = i32::from(shape.discriminant());
    match shape {
        Shape::Circle(radius) => format!("{form} {radius}"),
        Shape::Polygon(corners) => corners.iter().fold(form.to_string(), |shown, corner| format!("{shown} {corner}")),
        Shape::Named(name) => format!("{form} {name}"),
        Shape::Default(_) => form.to_string(),
    }
}

fn reverse(client: &peers_v1::Client, length: usize) -> String {
    let list: Vec<_> = (0..length as i32).map(|value| ChainNode { value }).collect();
    let reversed: Vec<_> = list.iter().rev().cloned().collect();
    outcome("reverse", client.reverse(list), |got| {
        if got == reversed { format!("{length} of {length}") } else { format!("{} nodes, others", got.len()) }
    })
}

fn credential() -> Credential {
    Credential::Sys(AuthSys {
        stamp: 0,
        machine_name: "m".repeat(255).into(),
        uid: 4_294_967_294,
        gid: 0,
        gids: (1..=16).collect(),
    })
}

fn refusals() -> Vec<Refusal> {
    let mut refusals = vec![
        Refusal::Default(RefusalKind::ProgramUnavailable),
        Refusal::VersionMismatch(Bounds { low: 3, high: 7 }),
        Refusal::Default(RefusalKind::ProcedureUnavailable),
        Refusal::Default(RefusalKind::Garbage),
        Refusal::Default(RefusalKind::System),
        Refusal::RpcVersionMismatch(Bounds { low: 3, high: 4 }),
    ];
    refusals.extend([1, 2, 3, 4, 5, 6, 7, 13, 14].map(Refusal::Authentication));
    refusals
}

/// What a server refuses before it calls a handler.
fn strangers(client: &Client) -> Result<[String; 4]> {
    let null = |program, version| Client::connect(client.peer(), program, version).and_then(|client| client.null());
    let unknown = client.call::<oncrpc::xdr::Void>(99, |_| Ok(()));
    let too_long = client.call::<i32>(2, |out| oncrpc::codegen::encode::<u32>(&1001, out));
    Ok([
        outcome("procedure 99", unknown, |()| "known".into()),
        outcome("text too long", too_long, |_| "taken".into()),
        outcome("version 9", null(peers_v1::PROGRAM, 9), |()| "served".into()),
        outcome("program 0x20000cff", null(0x2000_0cff, 9), |()| "served".into()),
    ])
}

/// The words of libtirpc's `clnt_sperror`, since those are what is compared; others' in ours.
fn libtirpc_says(error: &Error) -> String {
    match error {
        Error::ProgramUnavailable => "RPC: Program unavailable".into(),
        Error::ProgramMismatch { low, high } => {
            format!("RPC: Program/version mismatch; low version = {low}, high version = {high}")
        }
        Error::ProcedureUnavailable => "RPC: Procedure unavailable".into(),
        Error::GarbageArguments => "RPC: Server can't decode arguments".into(),
        Error::SystemError => "RPC: Remote system error".into(),
        Error::RpcMismatch { low, high } => {
            format!("RPC: Incompatible versions of RPC; low version = {low}, high version = {high}")
        }
        Error::Auth(why) => format!("RPC: Authentication error; why = {}", reason(*why)),
        error => format!("{error}"),
    }
}

fn reason(why: AuthStat) -> String {
    let names = [
        "Invalid client credential",
        "Server rejected credential",
        "Invalid client verifier",
        "Server rejected verifier",
        "Client credential too weak",
        "Invalid server verifier",
        "Failed (unspecified error)",
    ];
    let known = (1..).zip(names).find(|(number, _)| auth_stat(*number) == why);
    match known {
        Some((_, name)) => name.to_owned(),
        None if why == AuthStat::GssCredentialProblem => "(unknown authentication error - 13)".into(),
        None => "(unknown authentication error - 14)".into(),
    }
}
