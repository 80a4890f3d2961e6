//! Clients against peers that are written by hand with the standard library alone.

mod connect;
mod datagram;
mod hostile;
mod many;
mod peer;
mod registrar;
mod rpcbind;
mod stream;
mod stress;
mod stuck;
mod unix;
