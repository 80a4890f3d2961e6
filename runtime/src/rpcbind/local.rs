use super::wire::{Registration, netid, universal_address};
use super::{PORT, PROGRAM, procedure};
use crate::address::Transport;
use crate::client::{Client, ClientOptions, Target, over_socket};
use crate::error::{Error, Result};
use crate::xdr::Xdr;
use socket2::{Domain, SockAddr, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Where the local rpcbind listens, as an abstract name and as a path. There it learns which user registers what.
const SOCKET: &str = "/run/rpcbind.sock";

/// The version that is spoken.
const VERSION: u32 = 4;

/// The time that the local rpcbind gets.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Registers with the local rpcbind that version `version` of `program` is served at `address`. See
/// [`Registrar::register`].
///
/// # Errors
/// As [`Registrar::connect`] and [`Registrar::register`].
pub fn register(program: u32, version: u32, address: SocketAddr, transport: Transport) -> Result<()> {
    Registrar::connect()?.register(program, version, address, transport)
}

/// Takes back a registration with the local rpcbind. See [`Registrar::unregister`].
///
/// # Errors
/// As [`Registrar::connect`] and [`Registrar::unregister`].
pub fn unregister(program: u32, version: u32, address: SocketAddr, transport: Transport) -> Result<()> {
    Registrar::connect()?.unregister(program, version, address, transport)
}

/// A connection to the rpcbind of this machine, which takes registrations from here only.
#[derive(Clone, Debug)]
pub struct Registrar(Client);

impl Registrar {
    /// Connects over the local socket, or else over the loopback interface, where rpcbind is often told to take no
    /// registrations.
    ///
    /// # Errors
    /// [`Error::Connect`] if no rpcbind runs here.
    pub fn connect() -> Result<Self> {
        let socket = open_abstract().or_else(|_| open_path(SOCKET.as_ref())).or_else(|_| open_loopback());
        Self::over(socket, &format!("{SOCKET} or 127.0.0.1:{PORT} (the local rpcbind)"))
    }

    /// Connects over the local socket at `path`.
    ///
    /// # Errors
    /// [`Error::Connect`] if no rpcbind listens there.
    pub fn connect_to(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::over(open_path(path), &path.display().to_string())
    }

    /// Registers that version `version` of `program` is served at `address`. An earlier registration of it for the same
    /// transport is replaced.
    ///
    /// # Errors
    /// [`Error::RegistrationRefused`] if rpcbind does not want to: another user has registered the program.
    pub fn register(&self, program: u32, version: u32, address: SocketAddr, transport: Transport) -> Result<()> {
        let registration = Registration {
            program,
            version,
            netid: netid(transport, address).into(),
            address: universal_address(address).into(),
            ..Registration::default()
        };
        // False if there was none, or if it is another user's: then setting fails, too.
        self.change(procedure::UNSET, &registration)?;
        self.change_or_fail(procedure::SET, &registration)
    }

    /// Takes back the registration of version `version` of `program` for `transport` and the family of `address`. That
    /// there was none is not an error.
    ///
    /// # Errors
    /// [`Error::RegistrationRefused`] if rpcbind does not want to: another user has registered the program.
    pub fn unregister(&self, program: u32, version: u32, address: SocketAddr, transport: Transport) -> Result<()> {
        let netid = netid(transport, address).into();
        let registration = Registration { program, version, netid, ..Registration::default() };
        self.change_or_fail(procedure::UNSET, &registration)
    }

    fn over(socket: io::Result<Socket>, place: &str) -> Result<Self> {
        let failed = |source| Error::Connect { address: place.to_owned(), source: Arc::new(source) };
        let options = ClientOptions::new().call_timeout(TIMEOUT);
        let target = Target { program: PROGRAM, version: VERSION, options: &options };
        over_socket(socket.map_err(failed)?, Transport::Tcp, place, target).map(Self)
    }

    fn change_or_fail(&self, procedure: u32, registration: &Registration) -> Result<()> {
        let Registration { program, version, .. } = *registration;
        if self.change(procedure, registration)? {
            Ok(())
        } else {
            Err(Error::RegistrationRefused { program, version })
        }
    }

    fn change(&self, procedure: u32, registration: &Registration) -> Result<bool> {
        self.0.call::<bool>(procedure, |out| Registration::encode(registration, out))
    }
}

/// Systems without abstract names refuse this one, and the next way is tried.
fn open_abstract() -> io::Result<Socket> {
    open_path(format!("\0{SOCKET}").as_ref())
}

fn open_path(path: &Path) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.connect_timeout(&SockAddr::unix(path)?, TIMEOUT)?;
    Ok(socket)
}

fn open_loopback() -> io::Result<Socket> {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    TcpStream::connect_timeout(&loopback, TIMEOUT).map(Socket::from)
}
