//! The server, called by hand-written bytes: over loopback sockets, and without any.
#![cfg(feature = "net")]

mod alike;
mod asker;
mod connection_state;
mod connections;
mod datagrams;
mod decoding;
mod deferred;
mod descriptors;
mod desk;
mod fairness;
mod handed_in;
mod held;
mod hostile;
#[cfg(unix)]
mod inetd;
mod large;
mod layers;
mod limits;
#[cfg(target_os = "linux")]
mod local;
mod matrix;
mod metrics;
mod overdue;
mod oversized;
mod pool;
mod portions;
mod programs;
mod records;
mod registrations;
mod repeated;
mod roster;
mod several;
#[cfg(unix)]
mod signals;
mod spinning;
mod stop;
mod streams;
mod support;
mod timeouts;
mod under_way;
mod workers;
