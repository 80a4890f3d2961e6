use super::idl::portmap::{Mapping, portmap_v2};
use super::idl::rpcbind::{Registration, rpcbind_v3, rpcbind_v4};
use super::registration::mapped_address;
use super::universal::UniversalAddress;
use crate::client::ClientOptions;
use crate::error::{Error, Result};
use crate::xdr::Text;

/// A client of one version of rpcbind.
#[derive(Clone, Debug)]
pub(super) enum Stub {
    V4(rpcbind_v4::Client),
    V3(rpcbind_v3::Client),
    /// The portmapper.
    V2(portmap_v2::Client),
}

/// The newest version.
pub(super) const NEWEST: u32 = rpcbind_v4::VERSION;

impl Stub {
    pub(super) fn connect(address: &str, version: u32, options: &ClientOptions) -> Result<Self> {
        match version {
            rpcbind_v4::VERSION => rpcbind_v4::Client::connect_with(address, options).map(Self::V4),
            rpcbind_v3::VERSION => rpcbind_v3::Client::connect_with(address, options).map(Self::V3),
            portmap_v2::VERSION => portmap_v2::Client::connect_with(address, options).map(Self::V2),
            _ => Err(Error::ProgramMismatch { low: portmap_v2::VERSION, high: NEWEST }),
        }
    }

    pub(super) const fn version(&self) -> u32 {
        match self {
            Self::V4(_) => rpcbind_v4::VERSION,
            Self::V3(_) => rpcbind_v3::VERSION,
            Self::V2(_) => portmap_v2::VERSION,
        }
    }

    pub(super) fn set(&self, registration: &Registration) -> Result<bool> {
        match self {
            Self::V4(rpcbind) => rpcbind.set(registration),
            Self::V3(rpcbind) => rpcbind.set(registration),
            Self::V2(portmapper) => portmapper.set(&mapping(registration)?),
        }
    }

    pub(super) fn unset(&self, registration: &Registration) -> Result<bool> {
        match self {
            Self::V4(rpcbind) => rpcbind.unset(registration),
            Self::V3(rpcbind) => rpcbind.unset(registration),
            Self::V2(portmapper) => portmapper.unset(&mapping(registration)?),
        }
    }

    /// The address for program, version and, from a portmapper, transport of `wanted`.
    pub(super) fn address(&self, wanted: &Registration) -> Result<Option<UniversalAddress>> {
        let found = match self {
            Self::V4(rpcbind) => rpcbind.getaddr(wanted)?,
            Self::V3(rpcbind) => rpcbind.getaddr(wanted)?,
            Self::V2(portmapper) => return portmapper.getport(&mapping(wanted)?).map(mapped_address),
        };
        Ok(UniversalAddress::from_text(&found))
    }

    pub(super) fn registrations(&self) -> Result<Vec<Registration>> {
        Ok(match self {
            Self::V4(rpcbind) => rpcbind.dump()?.into_iter().map(|node| node.entry).collect(),
            Self::V3(rpcbind) => rpcbind.dump()?.into_iter().map(|node| node.entry).collect(),
            Self::V2(portmapper) => portmapper.dump()?.into_iter().map(|node| node.entry.into()).collect(),
        })
    }
}

/// Whether a refusal may come from a server that knows older versions only.
pub(super) fn is_older(error: &Error) -> bool {
    matches!(error, Error::ProgramUnavailable | Error::ProgramMismatch { .. } | Error::GarbageArguments)
}

/// # Errors
/// A portmapper does not know the transport.
fn mapping(registration: &Registration) -> Result<Mapping> {
    let unknown = Error::ProgramMismatch { low: portmap_v2::VERSION, high: portmap_v2::VERSION };
    registration.mapping().ok_or(unknown)
}

/// What is asked for where an address is looked up.
pub(super) fn wanted(program: u32, version: u32, netid: &'static str) -> Registration {
    Registration { program, version, netid: Text::from_static(netid), ..Registration::default() }
}
