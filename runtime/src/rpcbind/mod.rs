//! rpcbind (RFC 1833): which port of a host serves which program. Versions 4 and 3, and version 2, the portmapper.

mod find;
mod local;
mod wire;

pub(crate) use find::find;
pub use local::{Registrar, register, unregister};
pub use wire::Registration;

use crate::address::{Address, Transport};
use crate::client::{ClientOptions, Target, connect_any, connect_deadline};
use crate::error::{Error, Result};
use crate::xdr::List;
use wire::Mapping;

/// The program number of rpcbind.
pub const PROGRAM: u32 = 100_000;

/// The port that rpcbind listens on, TCP and UDP.
pub const PORT: u16 = 111;

/// Its versions, best first. The last one is the portmapper, whose procedures differ.
const VERSIONS: [u32; 3] = [4, 3, PORTMAPPER];

/// The version that is the portmapper.
const PORTMAPPER: u32 = 2;

/// Procedures; the portmapper's of the same number do the same with a [`Mapping`].
mod procedure {
    pub(super) const SET: u32 = 1;
    pub(super) const UNSET: u32 = 2;
    pub(super) const GETADDR: u32 = 3;
    pub(super) const DUMP: u32 = 4;
}

/// All that is registered with the rpcbind of `host`, which may name its port, asked over TCP.
///
/// # Errors
/// The host is unknown, or no rpcbind answers there.
pub fn registrations(host: &str, options: &ClientOptions) -> Result<Vec<Registration>> {
    let given: Address = host.parse()?;
    let port = given.port.unwrap_or(options.rpcbind_port);
    let address = Address { port: Some(port), transport: Transport::Tcp, ..given };
    let candidates = address.resolve(port)?;
    let deadline = connect_deadline(options);
    newest(|version| {
        let target = Target { program: PROGRAM, version, options };
        let (client, _) = connect_any(&address, &candidates, target, deadline)?;
        if version == PORTMAPPER {
            let mappings = client.call::<List<Mapping>>(procedure::DUMP, |_| Ok(()))?;
            Ok(mappings.into_iter().map(Registration::from).collect())
        } else {
            client.call::<List<Registration>>(procedure::DUMP, |_| Ok(()))
        }
    })
}

/// What `ask` gets with the newest version that the rpcbind asked knows.
fn newest<T>(mut ask: impl FnMut(u32) -> Result<T>) -> Result<T> {
    let mut outcome = Err(Error::ProgramUnavailable);
    for version in VERSIONS {
        outcome = ask(version);
        let older = matches!(
            outcome,
            Err(Error::ProgramUnavailable
                | Error::ProgramMismatch { .. }
                | Error::ProcedureUnavailable
                | Error::GarbageArguments)
        );
        if !older {
            break;
        }
    }
    outcome
}
