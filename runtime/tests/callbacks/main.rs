//! Calls both ways on one connection.
#![cfg(feature = "net")]

#[path = "../client/executor.rs"]
mod executor;
mod from_server;
mod hostile;
mod office;
mod peer;
