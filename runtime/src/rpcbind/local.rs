use super::wire::{Registration, netid, universal_address};
use super::{PORT, PROGRAM, procedure};
use crate::address::Transport;
use crate::client::{Client, ClientOptions, Target, over_socket};
use crate::error::{Error, Result};
use crate::xdr::Xdr;
use socket2::Socket;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as LocalAddr, UnixStream};
use std::sync::Arc;
use std::time::Duration;

/// Where the local rpcbind listens: as an abstract name and as a path. It takes registrations there only: over the
/// loopback interface it cannot tell who asks.
const SOCKET: &str = "/run/rpcbind.sock";

/// The version that is spoken on it.
const VERSION: u32 = 4;

/// The time that the local rpcbind gets.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Registers with the local rpcbind that version `version` of `program` is served at `address`. An earlier registration
/// for the same transport is replaced.
///
/// # Errors
/// [`Error::Connect`] if no rpcbind runs here, [`Error::RegistrationRefused`] if it does not want to: another user has
/// registered the program.
pub fn register(program: u32, version: u32, address: SocketAddr, transport: Transport) -> Result<()> {
    let rpcbind = connect()?;
    let registration = Registration {
        program,
        version,
        netid: netid(transport, address).into(),
        address: universal_address(address).into(),
        ..Registration::default()
    };
    // False if there was none, or if it is another user's: then setting fails, too.
    change(&rpcbind, procedure::UNSET, &registration)?;
    confirm(change(&rpcbind, procedure::SET, &registration)?, program, version)
}

/// Takes back the registration of version `version` of `program` for `transport` at `address`.
///
/// # Errors
/// As [`register`]. That there was no such registration is none.
pub fn unregister(program: u32, version: u32, address: SocketAddr, transport: Transport) -> Result<()> {
    let registration =
        Registration { program, version, netid: netid(transport, address).into(), ..Registration::default() };
    confirm(change(&connect()?, procedure::UNSET, &registration)?, program, version)
}

fn change(rpcbind: &Client, procedure: u32, registration: &Registration) -> Result<bool> {
    rpcbind.call::<bool>(procedure, |out| Registration::encode(registration, out))
}

fn confirm(done: bool, program: u32, version: u32) -> Result<()> {
    if done { Ok(()) } else { Err(Error::RegistrationRefused { program, version }) }
}

fn connect() -> Result<Client> {
    let failed = |source| Error::Connect {
        address: format!("{SOCKET} (the local rpcbind, port {PORT})"),
        source: Arc::new(source),
    };
    let options = ClientOptions::new().call_timeout(TIMEOUT);
    let target = Target { program: PROGRAM, version: VERSION, options: &options };
    over_socket(Socket::from(OwnedFd::from(open().map_err(failed)?)), Transport::Tcp, SOCKET, target)
}

fn open() -> io::Result<UnixStream> {
    let name = LocalAddr::from_abstract_name(SOCKET)?;
    UnixStream::connect_addr(&name).or_else(|_| UnixStream::connect(SOCKET))
}
