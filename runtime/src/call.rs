use crate::address::Transport;
use crate::rpc::{AuthSys, CallHeader, Credential, Verifier};
use core::net::{IpAddr, SocketAddr};

/// The call that a handler carries out: who calls what, and from where.
#[derive(Clone, Debug)]
pub struct Call {
    header: CallHeader,
    peer: Peer,
}

/// Who is at the other end of a stream, or sent a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// What carries its messages.
    pub transport: Transport,
}

impl Peer {
    /// The peer at `address`; one that an IPv6 socket has for an IPv4 peer becomes its IPv4 address.
    pub fn new(address: SocketAddr, transport: Transport) -> Self {
        let mapped = match address.ip() {
            IpAddr::V6(ip) => ip.to_ipv4_mapped(),
            IpAddr::V4(_) => None,
        };
        let address = mapped.map_or(address, |ip| SocketAddr::new(ip.into(), address.port()));
        Self { address, transport }
    }
}

impl Call {
    pub(crate) fn new(header: CallHeader, peer: Peer) -> Self {
        Self { header, peer }
    }

    /// The number that tells the calls of one peer apart; a retransmission has the same.
    pub fn xid(&self) -> u32 {
        self.header.xid
    }

    /// The program called.
    pub fn program(&self) -> u32 {
        self.header.program
    }

    /// The version called.
    pub fn version(&self) -> u32 {
        self.header.version
    }

    /// The procedure called.
    pub fn procedure(&self) -> u32 {
        self.header.procedure
    }

    /// The address that the call came from. That of a datagram may be false.
    pub fn peer(&self) -> SocketAddr {
        self.peer.address
    }

    /// What carried the call.
    pub fn transport(&self) -> Transport {
        self.peer.transport
    }

    /// Who the caller claims to be.
    pub fn credential(&self) -> &Credential {
        &self.header.credential
    }

    /// What proves the credential; nothing with `AUTH_NONE` and `AUTH_SYS`.
    pub fn verifier(&self) -> &Verifier {
        &self.header.verifier
    }

    /// The user, groups and machine that the caller claims, if it called with `AUTH_SYS`. Nothing proves them.
    pub fn auth_sys(&self) -> Option<&AuthSys> {
        match &self.header.credential {
            Credential::Sys(claim) => Some(claim),
            _ => None,
        }
    }
}
