use super::PORT;
use super::idl::portmap::portmap_v2;
use super::idl::rpcbind::{Registration, ServedAddress, TransportAddress, VersionStatistics};
use super::registration::netid;
use super::stub::{NEWEST, Stub, is_older, wanted};
use super::universal::UniversalAddress;
use crate::address::{Address, Transport};
use crate::client::ClientOptions;
use crate::error::{Error, Result};
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where the local rpcbind listens: as an abstract name and as a path, over which it learns which user registers what,
/// and on the loopback interface, where it is often told to take no registrations.
const LOCAL: [&str; 3] = ["unix:@/run/rpcbind.sock", "unix:///run/rpcbind.sock", "tcp://127.0.0.1:111"];

/// The time that the local rpcbind gets for each answer.
const LOCAL_TIMEOUT: Duration = Duration::from_secs(5);

/// A client of the rpcbind of this or another machine, in version 4, 3 or 2, the portmapper: whichever is the newest that
/// the other side speaks.
///
/// ```no_run
/// use oncrpc::rpcbind::Rpcbind;
///
/// # fn main() -> oncrpc::Result<()> {
/// for it in Rpcbind::connect("files.example.org")?.registrations()? {
///     println!("{} version {}: {} {}", it.program, it.version, it.netid, it.address);
/// }
/// # Ok(())
/// # }
/// ```
///
/// What is to be found there while a server of this process runs is best left to
/// [`Server::register_with_rpcbind`](crate::Server::register_with_rpcbind).
#[derive(Debug)]
pub struct Rpcbind {
    address: Address,
    options: ClientOptions,
    state: Mutex<State>,
}

#[derive(Clone, Debug)]
struct State {
    stub: Stub,
    /// Whether the version is known to be the right one.
    settled: bool,
}

impl Rpcbind {
    /// Connects to the rpcbind of this machine, which takes registrations from here only: over its UNIX socket, or else
    /// over the loopback interface. It gets 5 s for each answer.
    ///
    /// # Errors
    /// [`Error::Connect`] if none runs here.
    pub fn local() -> Result<Self> {
        let options = ClientOptions::new().connect_timeout(LOCAL_TIMEOUT).call_timeout(LOCAL_TIMEOUT);
        let mut failure = None;
        for address in LOCAL {
            match Self::connect_with(address, &options) {
                Ok(rpcbind) => return Ok(rpcbind),
                Err(Error::Connect { source, .. }) => failure = Some(source),
                Err(error) => return Err(error),
            }
        }
        let address = format!("{} (the local rpcbind)", LOCAL.join(" or "));
        Err(failure.map_or(Error::ProgramUnavailable, |source| Error::Connect { address, source }))
    }

    /// Connects to the rpcbind at `address`: `host` (TCP), `tcp://host`, `udp://host`, each with `:port` if it is not
    /// 111, or `unix:///path`.
    ///
    /// # Errors
    /// The address is none, or nobody listens there. Over UDP that shows with the first call.
    pub fn connect(address: &str) -> Result<Self> {
        Self::connect_with(address, &ClientOptions::default())
    }

    /// As [`Rpcbind::connect`], with other deadlines and limits.
    ///
    /// # Errors
    /// As [`Rpcbind::connect`].
    pub fn connect_with(address: &str, options: &ClientOptions) -> Result<Self> {
        let mut address: Address = address.parse()?;
        if address.transport != Transport::Unix {
            address.port.get_or_insert(options.rpcbind_port);
        }
        let stub = Stub::connect(&address.to_string(), NEWEST, options)?;
        Ok(Self { address, options: options.clone(), state: Mutex::new(State { stub, settled: false }) })
    }

    /// Speaks this version only: 4, 3 or 2.
    ///
    /// # Errors
    /// As [`Rpcbind::connect`]; [`Error::ProgramMismatch`] if there is no such version.
    pub fn with_version(self, version: u32) -> Result<Self> {
        let stub = Stub::connect(&self.address.to_string(), version, &self.options)?;
        Ok(Self { state: Mutex::new(State { stub, settled: true }), ..self })
    }

    /// All that is registered (DUMP).
    ///
    /// # Errors
    /// See [`Error`].
    pub fn registrations(&self) -> Result<Vec<Registration>> {
        self.ask(Stub::registrations)
    }

    /// Where `program` is served over the transport that rpcbind is asked over (GETADDR, GETPORT); in version `version` or,
    /// if that is not served, maybe in another. `None` if it is not served. A portmapper knows the port alone: the host is then
    /// `0.0.0.0`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn address(&self, program: u32, version: u32) -> Result<Option<UniversalAddress>> {
        let wanted = wanted(program, version, self.netid());
        self.ask(|stub| stub.address(&wanted))
    }

    /// As [`Rpcbind::address`], in exactly this version (GETVERSADDR of version 4).
    ///
    /// # Errors
    /// [`Error::ProcedureUnavailable`] if the other side does not speak version 4. See [`Error`].
    pub fn address_of_version(&self, program: u32, version: u32) -> Result<Option<UniversalAddress>> {
        let wanted = wanted(program, version, self.netid());
        let found = self.ask_some(|stub| match stub {
            Stub::V4(rpcbind) => Some(rpcbind.getversaddr(&wanted)),
            _ => None,
        })?;
        Ok(UniversalAddress::from_text(&found))
    }

    /// Where version `version` of `program` is served, over each transport (GETADDRLIST of version 4).
    ///
    /// # Errors
    /// As [`Rpcbind::address_of_version`].
    pub fn addresses(&self, program: u32, version: u32) -> Result<Vec<ServedAddress>> {
        let wanted = wanted(program, version, self.netid());
        self.ask_some(|stub| match stub {
            Stub::V4(rpcbind) => Some(rpcbind.getaddrlist(&wanted)),
            _ => None,
        })
    }

    /// The port where version `version` of `program` is served over `transport` and IPv4, whatever rpcbind is asked over
    /// (GETPORT of version 2).
    ///
    /// # Errors
    /// See [`Error`].
    pub fn port(&self, program: u32, version: u32, transport: Transport) -> Result<Option<u16>> {
        let portmapper = match &self.lock().stub {
            stub @ Stub::V2(_) => stub.clone(),
            _ => Stub::connect(&self.address.to_string(), portmap_v2::VERSION, &self.options)?,
        };
        let found = portmapper.address(&wanted(program, version, netid(transport, false)))?;
        Ok(found.and_then(|address| address.port()))
    }

    /// Registers (SET); its owner is who calls. False if the program has another address for the transport.
    ///
    /// # Errors
    /// [`Error::Auth`] if rpcbind takes no registrations from here. See [`Error`].
    pub fn set(&self, registration: &Registration) -> Result<bool> {
        self.ask(|stub| stub.set(registration))
    }

    /// Takes back the registration of program, version and transport, whatever its address (UNSET); an empty name of a
    /// transport stands for all. A portmapper takes it back for all. False if it is another user's; if there is
    /// none, that depends on the other side.
    ///
    /// # Errors
    /// As [`Rpcbind::set`].
    pub fn unset(&self, registration: &Registration) -> Result<bool> {
        self.ask(|stub| stub.unset(registration))
    }

    /// Registers, in place of an earlier registration for the same transport.
    ///
    /// # Errors
    /// [`Error::RegistrationRefused`] if another user has registered the program. As [`Rpcbind::set`].
    pub fn register(&self, registration: &Registration) -> Result<()> {
        if self.set(registration)? {
            return Ok(());
        }
        // False if it is another user's: then setting fails again.
        self.unset(registration)?;
        accepted(self.set(registration)?, registration)
    }

    /// Takes back a registration. That there was none is an error with some other sides only.
    ///
    /// # Errors
    /// [`Error::RegistrationRefused`] if it is another user's. As [`Rpcbind::set`].
    pub fn unregister(&self, registration: &Registration) -> Result<()> {
        accepted(self.unset(registration)?, registration)
    }

    /// The other side's clock: seconds since 1970 (GETTIME of versions 4 and 3).
    ///
    /// # Errors
    /// [`Error::ProcedureUnavailable`] of a portmapper. See [`Error`].
    pub fn time(&self) -> Result<u32> {
        self.ask_some(|stub| match stub {
            Stub::V4(rpcbind) => Some(rpcbind.gettime()),
            Stub::V3(rpcbind) => Some(rpcbind.gettime()),
            Stub::V2(_) => None,
        })
    }

    /// `address` as the other side has it in memory (UADDR2TADDR of versions 4 and 3); of no bytes if it is of no use to it.
    ///
    /// # Errors
    /// As [`Rpcbind::time`].
    pub fn transport_address(&self, address: &UniversalAddress) -> Result<TransportAddress> {
        self.ask_some(|stub| match stub {
            Stub::V4(rpcbind) => Some(rpcbind.uaddr2taddr(address.to_text())),
            Stub::V3(rpcbind) => Some(rpcbind.uaddr2taddr(address.to_text())),
            Stub::V2(_) => None,
        })
    }

    /// The reverse (TADDR2UADDR of versions 4 and 3); `None` if it is of no use to the other side.
    ///
    /// # Errors
    /// As [`Rpcbind::time`].
    pub fn universal_address(&self, address: &TransportAddress) -> Result<Option<UniversalAddress>> {
        let found = self.ask_some(|stub| match stub {
            Stub::V4(rpcbind) => Some(rpcbind.taddr2uaddr(address)),
            Stub::V3(rpcbind) => Some(rpcbind.taddr2uaddr(address)),
            Stub::V2(_) => None,
        })?;
        Ok(UniversalAddress::from_text(&found))
    }

    /// What was asked of the other side so far, in versions 2, 3 and 4 (GETSTAT of version 4).
    ///
    /// # Errors
    /// As [`Rpcbind::address_of_version`].
    pub fn statistics(&self) -> Result<[VersionStatistics; 3]> {
        self.ask_some(|stub| match stub {
            Stub::V4(rpcbind) => Some(rpcbind.getstat()),
            _ => None,
        })
    }

    /// The version that is spoken: 4, 3 or 2.
    ///
    /// # Errors
    /// Nobody answers.
    pub fn version(&self) -> Result<u32> {
        self.ask(|stub| match stub {
            Stub::V4(rpcbind) => rpcbind.inner().null(),
            Stub::V3(rpcbind) => rpcbind.inner().null(),
            Stub::V2(portmapper) => portmapper.inner().null(),
        })?;
        Ok(self.lock().stub.version())
    }

    /// A connection to it that carries nothing.
    pub(crate) fn open(&self) -> io::Result<Socket> {
        if self.address.transport == Transport::Unix {
            let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
            socket.connect_timeout(&self.address.unix_address()?, LOCAL_TIMEOUT)?;
            return Ok(socket);
        }
        let place = (self.address.host.as_str(), self.address.port.unwrap_or(PORT));
        let place = place.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
        TcpStream::connect_timeout(&place, LOCAL_TIMEOUT).map(Socket::from)
    }

    /// What `call` gets of the newest version that the other side speaks.
    fn ask<T>(&self, call: impl Fn(&Stub) -> Result<T>) -> Result<T> {
        self.ask_some(|stub| Some(call(stub)))
    }

    /// As [`Rpcbind::ask`], where `call` is `None` in versions that do not have the procedure.
    fn ask_some<T>(&self, call: impl Fn(&Stub) -> Option<Result<T>>) -> Result<T> {
        loop {
            let State { stub, settled } = self.lock().clone();
            let outcome = call(&stub).unwrap_or(Err(Error::ProcedureUnavailable));
            let version = stub.version();
            match &outcome {
                Err(error) if is_older(error) && !settled && version > portmap_v2::VERSION => {}
                _ => {
                    self.lock().settled |= outcome.is_ok();
                    return outcome;
                }
            }
            let older = Stub::connect(&self.address.to_string(), version.saturating_sub(1), &self.options)?;
            let mut state = self.lock();
            if state.stub.version() == version {
                state.stub = older;
            }
        }
    }

    /// The transport that rpcbind is asked over.
    fn netid(&self) -> &'static str {
        let ipv6 =
            self.address.host.contains(':') || self.address.host.parse::<IpAddr>().is_ok_and(|host| host.is_ipv6());
        netid(self.address.transport, ipv6)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accepted(done: bool, registration: &Registration) -> Result<()> {
    let Registration { program, version, .. } = *registration;
    if done { Ok(()) } else { Err(Error::RegistrationRefused { program, version }) }
}
