//! Who calls, what that user may do, and how a thread acts as that user.
//!
//! As the superuser, a thread takes the caller's user and groups before it does what was asked, so that the system
//! decides. As another user it cannot: there the mode of a file decides.

use crate::attributes::kind;
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use oncrpc::Call;
use rustix::fs::{Access, FileType, Statx};
use rustix::io::Result;
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::cell::RefCell;
use std::sync::LazyLock;

/// The user and group that stand for nobody.
const NOBODY: u32 = 65_534;

/// A user and its groups, as the call says (AUTH_SYS); nobody without.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The user.
    pub uid: u32,
    gid: u32,
    groups: Vec<u32>,
}

/// Whether the system decides what a caller may do: threads of this process can act as others.
pub static SYSTEM_DECIDES: LazyLock<bool> =
    LazyLock::new(|| geteuid().is_root() && switch_to(Some(&Caller::nobody())).and_then(|()| switch_to(None)).is_ok());

thread_local! {
    /// Who this thread acts as; itself if nobody.
    static ACTS_AS: RefCell<Option<Caller>> = const { RefCell::new(None) };
}

impl Caller {
    /// Whoever makes this call. The superuser of a client is nobody here if it is `squashed`.
    pub fn of(call: &Call, squashed: bool) -> Self {
        let Some(claim) = call.auth_sys() else {
            return Self::nobody();
        };
        // The last number means "as before" to the system.
        let believed = |id: u32| if id == u32::MAX || id == 0 && squashed { NOBODY } else { id };
        let groups = claim.gids.iter().map(|gid| believed(*gid)).collect();
        Self { uid: believed(claim.uid), gid: believed(claim.gid), groups }
    }

    /// Somebody without rights.
    fn nobody() -> Self {
        Self { uid: NOBODY, gid: NOBODY, groups: Vec::new() }
    }

    /// Has what this thread does be done as this caller, if this process can.
    pub fn act(&self) -> Outcome<()> {
        if *SYSTEM_DECIDES { switch_to(Some(self)) } else { Ok(()) }
    }

    /// The same, for something that needs `want` of a directory: `NFS3ERR_ACCES` where the mode decides and does not allow it.
    pub fn enter(&self, directory: &Statx, want: Access) -> Outcome<()> {
        if *SYSTEM_DECIDES || self.may(directory, want) { self.act() } else { Err(Nfsstat3::ErrAcces) }
    }

    /// Whether the mode of a file allows all that is wanted.
    pub fn may(&self, stat: &Statx, want: Access) -> bool {
        let mode = u32::from(stat.stx_mode);
        if self.uid == 0 {
            return !want.contains(Access::EXEC_OK) || kind(stat) == FileType::Directory || mode & 0o111 != 0;
        }
        let is_in_group = self.gid == stat.stx_gid || self.groups.contains(&stat.stx_gid);
        let shift = match (self.owns(stat), is_in_group) {
            (true, _) => 6,
            (false, true) => 3,
            (false, false) => 0,
        };
        // The bits are those of a mode.
        Access::from_bits_truncate(mode >> shift).contains(want)
    }

    /// That it does; `NFS3ERR_ACCES` otherwise.
    pub fn must(&self, stat: &Statx, want: Access) -> Outcome<()> {
        if self.may(stat, want) { Ok(()) } else { Err(Nfsstat3::ErrAcces) }
    }

    /// Whether a regular file may be read or written although its mode says otherwise (RFC 1813, section 4.4): by its
    /// owner, who may have opened it before that was set, and to be run, since a client reads a program to run it.
    pub fn is_excused(&self, stat: &Statx, want: Access) -> bool {
        let to_run = want == Access::READ_OK && self.may(stat, Access::EXEC_OK);
        kind(stat) == FileType::RegularFile && (self.owns(stat) || to_run)
    }

    /// Whether it may do what only an owner may.
    pub fn owns(&self, stat: &Statx) -> bool {
        self.uid == 0 || self.uid == stat.stx_uid
    }
}

/// Has what this thread does be done as this process itself.
pub fn act_as_itself() -> Outcome<()> {
    if *SYSTEM_DECIDES { switch_to(None) } else { Ok(()) }
}

/// Costs nothing if the thread acts as `caller` already. If the system refuses, it acts as this process itself.
fn switch_to(caller: Option<&Caller>) -> Outcome<()> {
    ACTS_AS.with_borrow_mut(|acts_as| {
        if acts_as.as_ref() == caller {
            return Ok(());
        }
        if acts_as.take().is_some() {
            come_back();
        }
        if let Some(caller) = caller {
            let groups: Vec<Gid> = caller.groups.iter().map(|gid| Gid::from_raw(*gid)).collect();
            if switch(&groups, Gid::from_raw(caller.gid), Uid::from_raw(caller.uid)).is_err() {
                come_back();
                return Err(Nfsstat3::ErrServerfault);
            }
        }
        *acts_as = caller.cloned();
        Ok(())
    })
}

/// Has this thread act as this process itself.
fn come_back() {
    let root = set_thread_res_uid(None, Uid::ROOT, None);
    if root.and_then(|()| switch(&[], Gid::ROOT, Uid::ROOT)).is_err() {
        // It would go on with rights that nobody knows.
        std::process::abort();
    }
}

/// The user last, who may not be allowed to change the rest.
fn switch(groups: &[Gid], gid: Gid, uid: Uid) -> Result<()> {
    set_thread_groups(groups)?;
    set_thread_res_gid(None, gid, None)?;
    set_thread_res_uid(None, uid, None)
}
