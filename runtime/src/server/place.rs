use crate::address::{Address, Transport};
use crate::rpcbind::UniversalAddress;
use std::fmt;
use std::net::SocketAddr;

/// Where a server listens, and for what.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) transport: Transport,
    pub(super) address: UniversalAddress,
}

impl Place {
    pub(super) fn new(transport: Transport, address: impl Into<UniversalAddress>) -> Self {
        Self { transport, address: address.into() }
    }

    /// The address, if it is of the internet.
    pub(super) fn internet(&self) -> Option<SocketAddr> {
        match self.address {
            UniversalAddress::Internet(address) => Some(address),
            UniversalAddress::Local(_) => None,
        }
    }
}

/// As a client connects to it.
impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            UniversalAddress::Internet(address) => write!(out, "{}://{address}", self.transport),
            UniversalAddress::Local(name) => {
                Address { transport: self.transport, host: name.clone(), port: None }.fmt(out)
            }
        }
    }
}
