use crate::rpc::{Credential, Flavor};
use bytes::Bytes;
use core::net::IpAddr;

/// What tells one call from another. The port of the caller is not part of it, so that a call is known again after its
/// caller has reconnected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReplayKey {
    pub(super) principal: Principal,
    pub(super) address: Option<IpAddr>,
    pub(super) xid: u32,
    pub(super) program: u32,
    pub(super) version: u32,
    pub(super) procedure: u32,
    /// Of the arguments, and their hash.
    pub(super) length: usize,
    pub(super) hash: u64,
}

/// On whose behalf a call is made: one user is never given the reply of another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// `AUTH_NONE`.
    Nobody,
    /// `AUTH_SYS`. The stamp and the supplementary groups are left out: callers may renew them between two attempts.
    Sys {
        /// User number.
        uid: u32,
        /// Group number.
        gid: u32,
        /// Name of the caller's machine.
        machine: Bytes,
    },
    /// Any other flavor, told apart by the bytes of its credential.
    Other {
        /// The flavor.
        flavor: Flavor,
        /// The body of the credential.
        body: Bytes,
    },
}

impl Principal {
    /// The principal of a credential.
    pub fn of(credential: &Credential) -> Self {
        match credential {
            Credential::None => Self::Nobody,
            Credential::Sys(sys) => {
                let machine = Bytes::copy_from_slice(sys.machine_name.as_bytes());
                Self::Sys { uid: sys.uid, gid: sys.gid, machine }
            }
            Credential::Other { flavor, body } => Self::Other { flavor: *flavor, body: Bytes::copy_from_slice(body) },
        }
    }

    /// Bytes it holds elsewhere.
    fn length(&self) -> usize {
        match self {
            Self::Nobody => 0,
            Self::Sys { machine, .. } => machine.len(),
            Self::Other { body, .. } => body.len(),
        }
    }
}

impl ReplayKey {
    /// What a remembered call costs beside its reply: the key, and its places in the table and the queue.
    pub(super) fn cost(&self) -> usize {
        const OVERHEAD: usize = 128;
        size_of::<Self>().saturating_add(self.principal.length()).saturating_add(OVERHEAD)
    }
}
