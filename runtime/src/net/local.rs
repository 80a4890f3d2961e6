use super::acceptor::Acceptor;
use super::bind::BACKLOG;
use crate::address::Address;
use mio::net::UnixListener;
use socket2::{Domain, SockAddr, SockRef, Socket, Type};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// A socket that listens at the path or the abstract name of `address`. A socket that a former server has left at the
/// path is replaced, if nobody listens there.
pub(crate) fn bind_unix(address: &Address) -> io::Result<Acceptor> {
    let place = address.unix_address()?;
    let path = if address.host.starts_with('@') { None } else { Some(std::path::absolute(&address.host)?) };
    let socket = match (open(&place), &path) {
        (Err(error), Some(path)) if error.kind() == ErrorKind::AddrInUse && is_left(path, &place) => {
            std::fs::remove_file(path)?;
            open(&place)?
        }
        (outcome, _) => outcome?,
    };
    let _file = path.map(SocketFile::new).transpose()?;
    Ok(Acceptor::Unix { listener: UnixListener::from_std(OwnedFd::from(socket).into()), _file })
}

/// A socket that listens already, and its path, or `@` and its abstract name. Its file is not removed at the end.
pub(crate) fn adopt_unix(listener: std::os::unix::net::UnixListener) -> io::Result<(Acceptor, String)> {
    listener.set_nonblocking(true)?;
    let place = SockRef::from(&listener).local_addr()?;
    let name = match (place.as_pathname(), place.as_abstract_namespace()) {
        (Some(path), _) => path.to_string_lossy().into_owned(),
        (None, name) => format!("@{}", String::from_utf8_lossy(name.unwrap_or_default())),
    };
    Ok((Acceptor::Unix { listener: UnixListener::from_std(listener), _file: None }, name))
}

fn open(place: &SockAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(place)?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Whether there is a socket at `path` that nobody listens on any more. A server whose queue is full does listen.
fn is_left(path: &Path, place: &SockAddr) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let connect = || {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(place)
    };
    is_socket && connect().is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

/// The file of a socket, which is removed with this; but not if another one has taken its place.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    /// Device and number.
    identity: (u64, u64),
}

impl SocketFile {
    fn new(path: PathBuf) -> io::Result<Self> {
        Ok(Self { identity: identity(&path)?, path })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|found| found == self.identity) {
            // Whoever may not remove it leaves it to the next server, as one that is killed does.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = std::fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}
