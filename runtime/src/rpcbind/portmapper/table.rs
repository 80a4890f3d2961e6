use crate::address::Transport;
use crate::rpcbind::PROGRAM;
use crate::rpcbind::idl::rpcbind::{LookupCount, Registration, VersionStatistics};
use crate::rpcbind::registration::{netid, transport};
use crate::rpcbind::universal::UniversalAddress;
use crate::xdr::Text;
use std::net::SocketAddr;

/// Who may take back what anybody has registered.
pub(super) const SUPERUSER: &str = "superuser";

/// Who is somebody of this machine, but it is not known who.
pub(super) const UNKNOWN: &str = "unknown";

/// Programs whose lookups are counted, for each version. Stops callers from filling the memory with numbers.
const COUNTED: usize = 64;

/// What is registered, and what was asked.
#[derive(Debug)]
pub(super) struct Table {
    entries: Vec<Registration>,
    capacity: usize,
    /// Of versions 2, 3 and 4.
    pub(super) statistics: [VersionStatistics; 3],
}

impl Table {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: Vec::new(), capacity, statistics: Default::default() }
    }

    pub(super) fn entries(&self) -> &[Registration] {
        &self.entries
    }

    /// Adds a registration of `owner`. False if there is no room, it makes no sense, or the program has another address
    /// for the transport.
    pub(super) fn set(&mut self, registration: Registration, owner: &str) -> bool {
        if registration.program == PROGRAM || !is_sound(&registration) {
            return false;
        }
        match self.exact(registration.program, registration.version, &registration.netid) {
            Some(former) => former.address == registration.address,
            None => self.add(registration, owner),
        }
    }

    /// Adds what is not there, if there is room.
    pub(super) fn add(&mut self, registration: Registration, owner: &str) -> bool {
        let room = self.entries.len() < self.capacity;
        if room {
            self.entries.push(Registration { owner: owner.into(), ..registration });
        }
        room
    }

    /// Takes back a version of a program for a transport, or for all. False if one of them is another user's.
    pub(super) fn unset(&mut self, program: u32, version: u32, netid: Option<&Text>, owner: &str) -> bool {
        let concerned = |it: &Registration| {
            it.program == program && it.version == version && netid.is_none_or(|netid| it.netid == *netid)
        };
        let may = |it: &Registration| owner == SUPERUSER || it.owner == *owner;
        if program == PROGRAM || self.entries.iter().any(|it| concerned(it) && !may(it)) {
            return false;
        }
        self.entries.retain(|it| !concerned(it));
        true
    }

    /// The registration for a transport; if need be, of another version.
    pub(super) fn any_version(&self, program: u32, version: u32, netid: &Text) -> Option<&Registration> {
        let other = || self.entries.iter().rev().find(|it| it.program == program && it.netid == *netid);
        self.exact(program, version, netid).or_else(other)
    }

    /// The registration of this version for a transport.
    pub(super) fn exact(&self, program: u32, version: u32, netid: &Text) -> Option<&Registration> {
        self.of_version(program, version).find(|it| it.netid == *netid)
    }

    /// The registrations of this version.
    pub(super) fn of_version(&self, program: u32, version: u32) -> impl Iterator<Item = &Registration> {
        self.entries.iter().filter(move |it| it.program == program && it.version == version)
    }

    /// Counts a call of version `rpcbind` of this program.
    pub(super) fn count(&mut self, rpcbind: u32, procedure: u32) {
        let calls = self.of_rpcbind(rpcbind).map(|statistics| &mut statistics.calls);
        if let Some(calls) = calls.and_then(|calls| calls.get_mut(usize::try_from(procedure).unwrap_or(usize::MAX))) {
            *calls = calls.saturating_add(1);
        }
    }

    /// Counts a registration that was made or taken back.
    pub(super) fn count_change(&mut self, rpcbind: u32, set: bool) {
        if let Some(statistics) = self.of_rpcbind(rpcbind) {
            let count = if set { &mut statistics.set } else { &mut statistics.unset };
            *count = count.saturating_add(1);
        }
    }

    /// Counts a lookup.
    pub(super) fn count_lookup(&mut self, rpcbind: u32, program: u32, version: u32, netid: &Text, found: bool) {
        let Some(VersionStatistics { lookups, .. }) = self.of_rpcbind(rpcbind) else { return };
        let known = lookups.iter().position(|it| (it.program, it.version) == (program, version) && it.netid == *netid);
        if known.is_none() && lookups.len() < COUNTED {
            lookups.push(LookupCount { program, version, netid: netid.clone(), ..LookupCount::default() });
        }
        let at = known.unwrap_or(lookups.len().saturating_sub(1));
        let same = |it: &&mut LookupCount| (it.program, it.version) == (program, version) && it.netid == *netid;
        if let Some(it) = lookups.get_mut(at).filter(same) {
            let count = if found { &mut it.successes } else { &mut it.failures };
            *count = count.saturating_add(1);
        }
    }

    fn of_rpcbind(&mut self, version: u32) -> Option<&mut VersionStatistics> {
        self.statistics.get_mut(usize::try_from(version.checked_sub(2)?).ok()?)
    }
}

/// Whether transport and address are known and go together.
fn is_sound(registration: &Registration) -> bool {
    match (transport(&registration.netid), registration.universal_address()) {
        (Some((_, ipv6)), Some(UniversalAddress::Internet(address))) => {
            matches!(address, SocketAddr::V6(_)) == ipv6 && address.port() != 0
        }
        (None, Some(UniversalAddress::Local(_))) => registration.netid == netid(Transport::Unix, false),
        _ => false,
    }
}
