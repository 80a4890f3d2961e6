use super::table::{SUPERUSER, UNKNOWN};
use crate::address::Transport;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::rpc::AuthStat;
use crate::rpcbind::registration::netid;
use crate::rpcbind::universal::UniversalAddress;
use crate::xdr::Text;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Ports below can be bound by the superuser only.
const UNPRIVILEGED: u16 = 1_024;

/// The port that is named to find out which way a packet would go; none is sent.
const DISCARD: u16 = 9;

/// What one of this machine registers is theirs under this name: that of the superuser, or the number of the user behind a
/// UNIX socket.
///
/// # Errors
/// The call comes from elsewhere: it may register nothing.
pub(super) fn owner(call: &Call) -> Result<Cow<'static, str>> {
    let peer = call.peer();
    if !peer.is_local() {
        return Err(refused());
    }
    let user = peer.unix_credentials().map(|credentials| credentials.uid);
    let privileged = peer.address().is_some_and(|address| address.port() < UNPRIVILEGED);
    Ok(match user {
        Some(0) => SUPERUSER.into(),
        Some(user) => user.to_string().into(),
        None if privileged => SUPERUSER.into(),
        None => UNKNOWN.into(),
    })
}

/// # Errors
/// The call is a datagram from elsewhere, whose sender may be false: what it asks for is much larger than the call.
pub(super) fn check_amplification(call: &Call) -> Result<()> {
    if call.transport() == Transport::Udp && !call.peer().is_local() { Err(refused()) } else { Ok(()) }
}

/// The transport that the call came over.
pub(super) fn netid_of(call: &Call) -> Text {
    let ipv6 = call.peer().ip().is_some_and(|caller| caller.is_ipv6());
    Text::from_static(netid(call.transport(), ipv6))
}

/// `address` as the caller can reach it: one that stands for all of this machine becomes the one the caller is answered
/// from. `None` if there is none, as the caller speaks the other version of IP or `address` is for this machine only.
pub(super) fn reachable(address: UniversalAddress, call: &Call) -> Option<UniversalAddress> {
    match address {
        UniversalAddress::Internet(place) if place.ip().is_unspecified() => {
            let host = host_towards(call, place.is_ipv6())?;
            Some(SocketAddr::new(host, place.port()).into())
        }
        UniversalAddress::Local(_) if !call.peer().is_local() => None,
        address => Some(address),
    }
}

fn host_towards(call: &Call, ipv6: bool) -> Option<IpAddr> {
    let called = call.local_address().map(|address| address.ip());
    if let Some(called) = called.filter(|called| !called.is_unspecified() && called.is_ipv6() == ipv6) {
        return Some(called);
    }
    if call.peer().is_local() {
        return Some(if ipv6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() });
    }
    let caller = call.peer().ip()?;
    let any: IpAddr = if ipv6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    if caller.is_ipv6() != ipv6 {
        return None;
    }
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((caller, DISCARD)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

fn refused() -> Error {
    Error::Auth(AuthStat::TooWeak)
}
