//! Clients against peers that are written by hand with the standard library alone.

mod awaited;
mod awaited_mixed;
mod bounded;
mod broadcast;
mod connect;
mod datagram;
mod executor;
mod hostile;
mod large;
mod lone;
mod many;
mod peer;
mod reconnect;
mod registrar;
mod rpcbind;
mod settings;
mod source;
mod steady;
mod stream;
mod stress;
mod stuck;
mod unix;
