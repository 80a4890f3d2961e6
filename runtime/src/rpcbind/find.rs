use super::wire::{Mapping, Registration, netid, port_of};
use super::{PORTMAPPER, PROGRAM, newest, procedure};
use crate::address::Address;
use crate::client::{ClientOptions, Target, connect_any};
use crate::error::{Error, Result};
use crate::rpc::Credential;
use crate::xdr::{Str, Xdr};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time that an attempt gets at least.
const MIN_ATTEMPT: Duration = Duration::from_millis(50);

/// Asks the rpcbind at `address`, which has no port, where `target` is served. Of the host's addresses, one may be where
/// the program is and another not: all are asked.
pub(crate) fn find(address: &Address, target: Target<'_>, deadline: Instant) -> Result<SocketAddr> {
    let candidates = address.resolve(target.options.rpcbind_port)?;
    let mut failure = None;
    for (tried, candidate) in candidates.iter().enumerate() {
        let share = u32::try_from(candidates.len() - tried).unwrap_or(u32::MAX);
        let until = Instant::now() + (left(deadline) / share).max(MIN_ATTEMPT);
        match find_at(address, *candidate, target, until) {
            Ok(place) => return Ok(place),
            // It tells more than that another address of the host does not answer.
            Err(error) if matches!(failure, Some(Error::NotRegistered { .. })) => drop(error),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| not_registered(address, target)))
}

fn find_at(address: &Address, rpcbind: SocketAddr, target: Target<'_>, until: Instant) -> Result<SocketAddr> {
    let asked = Address { port: Some(rpcbind.port()), ..address.clone() };
    let mut options = ClientOptions { credential: Credential::None, ..target.options.clone() };
    let port = newest(|version| {
        options.call_timeout = left(until);
        let rpcbind_target = Target { program: PROGRAM, version, options: &options };
        let (client, _) = connect_any(&asked, &[rpcbind], rpcbind_target, until)?;
        ask(&client, version, address, rpcbind, target)
    });
    match port.map_err(name_rpcbind)? {
        0 => Err(not_registered(address, target)),
        port => {
            let mut place = rpcbind;
            place.set_port(port);
            Ok(place)
        }
    }
}

/// The port; 0 if the program is not registered.
fn ask(rpcbind: &crate::Client, version: u32, address: &Address, place: SocketAddr, target: Target<'_>) -> Result<u16> {
    if version == PORTMAPPER {
        let wanted = Mapping::new(target.program, target.version, address.transport, 0);
        let port = rpcbind.call::<u32>(procedure::GETADDR, |out| Mapping::encode(&wanted, out))?;
        return Ok(u16::try_from(port).unwrap_or(0));
    }
    let wanted = Registration {
        program: target.program,
        version: target.version,
        netid: netid(address.transport, place).into(),
        ..Registration::default()
    };
    let found = rpcbind.call::<Str>(procedure::GETADDR, |out| Registration::encode(&wanted, out))?;
    Ok(port_of(found.as_bytes()).unwrap_or(0))
}

fn not_registered(address: &Address, target: Target<'_>) -> Error {
    Error::NotRegistered { program: target.program, version: target.version, host: address.host.clone() }
}

/// Says what was to be connected to: the caller gave no port, and none of their calls is concerned.
fn name_rpcbind(error: Error) -> Error {
    let (asked, source) = match error {
        Error::Connect { address, source } => (address, source),
        Error::Io { peer, source } => (peer.to_string(), source),
        Error::TimedOut { peer, .. } => (peer.to_string(), Arc::new(ErrorKind::TimedOut.into())),
        Error::Closed { peer, .. } => (peer.to_string(), Arc::new(ErrorKind::ConnectionAborted.into())),
        error => return error,
    };
    Error::Connect { address: format!("{asked} (rpcbind, which knows the port)"), source }
}

/// The time until `deadline`, or the least that an attempt gets.
fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).max(MIN_ATTEMPT)
}
