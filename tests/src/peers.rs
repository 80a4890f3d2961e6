//! The server of interfaces/peers.x, in a process of its own or in that of a test: the same answers as
//! interop/c/peers_server.c.

use crate::interfaces::peers::{Bounds, Chain, Payload, Refusal, RefusalKind, Shape, Text, peers_v1};
use oncrpc::rpc::AuthStat;
use oncrpc::{Call, Error, Result, Server};
use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Does what the arguments of this process say, as interop/c/peers_server.c: `[--rpcbind] [--journal FILE] TRANSPORT...`;
/// or serves what it was started with: `--inetd` or `--listen-fds`. With `--idle`, it ends as soon as it is.
///
/// # Errors
/// It cannot listen there, or not register.
pub fn serve() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut peers, mut server, mut transports) = (Peers::default(), Server::new().quiet(), Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rpcbind" => server = server.register_with_rpcbind(),
            "--inetd" => return server.inetd()?.serve(peers_v1::server(peers)).run(),
            "--listen-fds" => return server.listen_fds()?.serve(peers_v1::server(peers)).run(),
            "--idle" => server = server.stop_when_idle(Duration::from_millis(500)),
            "--journal" => {
                let file = File::options().append(true).create(true).open(arguments.next().unwrap()).unwrap();
                peers.journal = Some(file);
            }
            transport => {
                server = server.listen(&address(transport))?;
                transports.push(transport.split(':').next().unwrap_or_default().to_owned());
            }
        }
    }
    for (transport, place) in transports.iter().zip(server.addresses()) {
        let place = place.to_string();
        let separator = if transport == "unix" { "://" } else { ":" };
        println!("{transport} {}", place.rsplit_once(separator).unwrap().1);
    }
    println!("ready");
    server.serve(peers_v1::server(peers)).run()
}

/// Where to listen for `tcp6` (any port), `tcp:4045` or `unix:/tmp/socket`.
fn address(transport: &str) -> String {
    match transport.split_once(':') {
        Some(("unix", path)) => format!("unix://{path}"),
        Some((transport, port)) => crate::process::address(transport, port.parse().unwrap()),
        None => crate::process::address(transport, 0),
    }
}

/// PEERS.
#[derive(Debug, Default)]
pub struct Peers {
    journal: Option<File>,
    noted: AtomicU64,
}

impl Peers {
    /// One write a line: what was written down outlives the process, however it ends.
    fn write_down(&self, what: &str, number: u32) -> Result<u32> {
        if let Some(mut journal) = self.journal.as_ref() {
            journal.write_all(format!("{what} {number}\n").as_bytes()).unwrap();
        }
        Ok(number)
    }
}

impl peers_v1::Service for Peers {
    fn echo(&self, _call: &Call, given: Payload) -> Result<Payload> {
        Ok(given)
    }

    fn twice(&self, _call: &Call, given: Text) -> Result<Text> {
        Ok(given.as_bytes().repeat(2).into())
    }

    fn change(&self, _call: &Call, given: Shape) -> Result<Shape> {
        Ok(match given {
            Shape::Circle(radius) => Shape::Circle(radius * 2.0),
            Shape::Polygon(corners) => Shape::Polygon(corners.into_iter().rev().collect()),
            Shape::Named(name) => Shape::Named("x".repeat(name.len()).into()),
            Shape::Default(_) => Shape::Circle(1.0),
        })
    }

    fn reverse(&self, _call: &Call, mut given: Chain) -> Result<Chain> {
        given.reverse();
        Ok(given)
    }

    fn who(&self, call: &Call) -> Result<Text> {
        let who = call
            .auth_sys()
            .map(|who| format!("uid {} gid {} gids {:?} on {}", who.uid, who.gid, who.gids, who.machine_name));
        Ok(who.unwrap_or("nobody".into()).into())
    }

    fn nothing(&self, _call: &Call) -> Result<()> {
        Ok(())
    }

    fn refuse(&self, _call: &Call, how: Refusal) -> Result<()> {
        Err(match how {
            Refusal::VersionMismatch(Bounds { low, high }) => Error::ProgramMismatch { low, high },
            Refusal::RpcVersionMismatch(Bounds { low, high }) => Error::RpcMismatch { low, high },
            Refusal::Authentication(why) => Error::Auth(auth_stat(why)),
            Refusal::Default(RefusalKind::ProgramUnavailable) => Error::ProgramUnavailable,
            Refusal::Default(RefusalKind::ProcedureUnavailable) => Error::ProcedureUnavailable,
            Refusal::Default(RefusalKind::Garbage) => Error::GarbageArguments,
            Refusal::Default(_) => Error::SystemError,
        })
    }

    fn record(&self, _call: &Call, number: u32) -> Result<u32> {
        self.write_down("RECORD", number)
    }

    fn look(&self, _call: &Call, number: u32) -> Result<u32> {
        self.write_down("LOOK", number)
    }

    fn note(&self, _call: &Call, number: u32) -> Result<()> {
        self.noted.fetch_add(number.into(), Relaxed);
        Ok(())
    }

    fn noted(&self, _call: &Call) -> Result<u64> {
        Ok(self.noted.load(Relaxed))
    }
}

/// The `auth_stat` of a number (RFC 5531 §9).
pub fn auth_stat(number: u32) -> AuthStat {
    match number {
        1 => AuthStat::BadCredential,
        2 => AuthStat::RejectedCredential,
        3 => AuthStat::BadVerifier,
        4 => AuthStat::RejectedVerifier,
        5 => AuthStat::TooWeak,
        6 => AuthStat::InvalidResponse,
        7 => AuthStat::Failed,
        13 => AuthStat::GssCredentialProblem,
        14 => AuthStat::GssContextProblem,
        other => AuthStat::Other(other),
    }
}
