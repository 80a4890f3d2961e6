use super::acceptor::Acceptor;
use crate::address::Address;
use std::io;

/// There are none here.
pub(crate) fn bind_unix(_: &Address) -> io::Result<Acceptor> {
    Err(io::ErrorKind::Unsupported.into())
}
