//! Calls both ways on one connection.
#![cfg(feature = "net")]

mod both_ways;
mod desk;
#[path = "../client/executor.rs"]
mod executor;
mod from_server;
mod hostile;
mod office;
mod peer;
mod to_client;
