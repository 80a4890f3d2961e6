//! The server, called by hand-written bytes: over loopback sockets, and without any.
#![cfg(feature = "net")]

mod connections;
mod datagrams;
mod descriptors;
mod fairness;
mod hostile;
mod matrix;
mod oversized;
mod programs;
mod records;
mod registrations;
#[cfg(unix)]
mod signals;
mod stop;
mod streams;
mod support;
mod timeouts;
