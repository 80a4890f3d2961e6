//! What tells clients whether data that were not on disk may be lost.

use crate::idl::Writeverf3;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Another one in each process, and another one again when bringing data to disk has failed: clients then send
/// again what they had written.
#[derive(Debug)]
pub struct Verifier(AtomicU64);

impl Verifier {
    /// One that no process before had.
    pub fn new() -> Self {
        Self(AtomicU64::new(RandomState::new().hash_one(std::process::id())))
    }

    /// As clients get it.
    pub fn bytes(&self) -> Writeverf3 {
        self.0.load(Ordering::Acquire).to_be_bytes()
    }

    /// Data may be lost.
    pub fn change(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}
