use super::idl::portmap::portmap_v2;
use super::registration::netid;
use super::stub::{NEWEST, Stub, is_older, wanted};
use crate::address::{Address, Transport};
use crate::client::{Target, resolve};
use crate::error::{Error, Result};
use crate::rpc::Credential;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time that an attempt gets at least.
const MIN_ATTEMPT: Duration = Duration::from_millis(50);

/// Asks the rpcbind at `address`, which has no port, where `target` is served. Of the host's addresses, one may be where
/// the program is and another not: all are asked.
pub(crate) fn find(address: &Address, target: Target<'_>, deadline: Instant) -> Result<SocketAddr> {
    let candidates = resolve(address, target.options.rpcbind_port, deadline)?;
    let mut failure = None;
    for (tried, candidate) in candidates.iter().enumerate() {
        let share = u32::try_from(candidates.len() - tried).unwrap_or(u32::MAX);
        let until = Instant::now() + (left(deadline) / share).max(MIN_ATTEMPT);
        match find_at(address.transport, *candidate, target, until).map_err(name_rpcbind) {
            Ok(Some(port)) => {
                let mut place = *candidate;
                place.set_port(port);
                return Ok(place);
            }
            Ok(None) => failure = Some(not_registered(address, target)),
            // It tells more than that another address of the host does not answer.
            Err(error) if matches!(failure, Some(Error::NotRegistered { .. })) => drop(error),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| not_registered(address, target)))
}

/// The port, as the newest version that is spoken there has it.
fn find_at(transport: Transport, rpcbind: SocketAddr, target: Target<'_>, until: Instant) -> Result<Option<u16>> {
    let address = format!("{transport}://{rpcbind}");
    let wanted = wanted(target.program, target.version, netid(transport, rpcbind.is_ipv6()));
    let ask = |version| {
        let options = target.options.clone().credential(Credential::None).connect_timeout(left(until));
        Stub::connect(&address, version, &options.call_timeout(left(until)))?.address(&wanted)
    };
    let mut version = NEWEST;
    loop {
        match ask(version) {
            Err(error) if is_older(&error) && version > portmap_v2::VERSION => version = version.saturating_sub(1),
            outcome => return Ok(outcome?.and_then(|address| address.port()).filter(|port| *port != 0)),
        }
    }
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
