//! A portmapper of our own, for machines where none runs.

mod caller;
mod services;
mod table;

use super::PROGRAM;
use super::idl::portmap::portmap_v2;
use super::idl::rpcbind::{Registration, rpcbind_v3, rpcbind_v4};
use super::universal::UniversalAddress;
use crate::address::Transport;
use crate::error::{Error, Result};
use crate::server::Server;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use table::{SUPERUSER, Table};

/// Registrations that a portmapper holds by default.
const CAPACITY: usize = 1_024;

/// A portmapper to be served: program 100000 in the versions 2, 3 and 4, which share one table. Clones share it, too.
///
/// ```no_run
/// use oncrpc::Server;
/// use oncrpc::rpcbind::Portmapper;
///
/// # fn main() -> oncrpc::Result<()> {
/// let portmapper = Portmapper::new();
/// portmapper.serve_on(Server::new()).listen("tcp://0.0.0.0:111")?.listen("udp://0.0.0.0:111")?.run()
/// # }
/// ```
///
/// [`Server::register_or_serve_rpcbind`] serves one where it is needed.
///
/// What it does not do, so that nobody is harmed through it: it calls nothing on behalf of others (CALLIT, BCAST and
/// INDIRECT are `PROC_UNAVAIL`); it takes SET and UNSET from this machine only, that is from a loopback address or a UNIX
/// socket; to datagrams from elsewhere it answers neither DUMP nor GETSTAT, whose replies are much larger than the calls. Who may not
/// is answered `AUTH_TOOWEAK`. What one user has registered another cannot take back, as far as users can be told apart:
/// over a UNIX socket the system tells who calls; over the loopback interface, who calls from a port below 1024 is the superuser, and all others are one.
///
/// An address that stands for all of the machine is given as the one that the caller can reach.
#[derive(Clone, Debug)]
pub struct Portmapper {
    table: Arc<Mutex<Table>>,
}

impl Default for Portmapper {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl Portmapper {
    /// A portmapper for up to 1,024 registrations.
    pub fn new() -> Self {
        Self::default()
    }

    /// A portmapper for up to `capacity` registrations of at most 1.5 KiB each. Further ones are refused: stops users of this
    /// machine from filling the memory.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { table: Arc::new(Mutex::new(Table::new(capacity))) }
    }

    /// Serves it beside whatever else `server` serves.
    pub fn serve_on(&self, server: Server) -> Server {
        server
            .serve(portmap_v2::server(self.clone()))
            .serve(rpcbind_v3::server(self.clone()))
            .serve(rpcbind_v4::server(self.clone()))
    }

    /// Registers, for the superuser, in place of an earlier registration for the same transport.
    ///
    /// # Errors
    /// [`Error::RegistrationRefused`] if there is no room or the address does not go with the transport.
    pub fn register(&self, registration: &Registration) -> Result<()> {
        let Registration { program, version, .. } = *registration;
        let mut table = self.table();
        table.unset(program, version, Some(&registration.netid), SUPERUSER);
        let done = table.set(registration.clone(), SUPERUSER);
        if done { Ok(()) } else { Err(Error::RegistrationRefused { program, version }) }
    }

    /// Takes back the registration of program, version and transport, whosever it is.
    pub fn unregister(&self, registration: &Registration) {
        let Registration { program, version, ref netid, .. } = *registration;
        self.table().unset(program, version, Some(netid), SUPERUSER);
    }

    /// All that is registered.
    pub fn registrations(&self) -> Vec<Registration> {
        self.table().entries().to_vec()
    }

    /// Lists the portmapper itself as served at `address`.
    pub(crate) fn register_itself(&self, transport: Transport, address: impl Into<UniversalAddress>) {
        let address = address.into();
        for version in [portmap_v2::VERSION, rpcbind_v3::VERSION, rpcbind_v4::VERSION] {
            let registration = Registration::new(PROGRAM, version, transport, address.clone());
            self.table().add(registration, SUPERUSER);
        }
    }

    /// Whatever panicked left the table whole.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
