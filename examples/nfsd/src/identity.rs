//! Who calls, and how a thread acts as that user.
//!
//! As the superuser, a thread takes the caller's user and groups before it does what was asked, so that the system
//! decides. As another user it cannot: there the mode of a file decides, in [`rights`](crate::rights).

use oncrpc::Call;
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::cell::RefCell;
use std::io;

/// The user and group that stand for nobody.
const NOBODY: u32 = 65_534;

/// Whose credentials are not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Squash {
    /// Everyone's are.
    Nobody,
    /// The superuser's: it becomes nobody.
    Root,
}

/// A user and its groups, as the call says (AUTH_SYS); nobody without.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    groups: Vec<u32>,
}

thread_local! {
    /// Who this thread acts as; itself if nobody.
    static ACTS_AS: RefCell<Option<Caller>> = const { RefCell::new(None) };
}

impl Caller {
    /// Whoever makes this call.
    pub fn of(call: &Call, squash: Squash) -> Self {
        let Some(claim) = call.auth_sys() else {
            return Self::nobody();
        };
        // The last number means "as before" to the system.
        let squashed = |id: u32| if id == u32::MAX || id == 0 && squash == Squash::Root { NOBODY } else { id };
        Self {
            uid: squashed(claim.uid),
            gid: squashed(claim.gid),
            groups: claim.gids.iter().map(|gid| squashed(*gid)).collect(),
        }
    }

    /// Somebody without rights.
    pub fn nobody() -> Self {
        Self { uid: NOBODY, gid: NOBODY, groups: Vec::new() }
    }

    /// Whether it is the superuser.
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// Whether it is in this group.
    pub fn is_in(&self, gid: u32) -> bool {
        self.gid == gid || self.groups.contains(&gid)
    }
}

/// Whether threads of this process can act as others.
pub fn can_act_as_others() -> bool {
    geteuid().is_root() && switch(Some(&Caller::nobody())).and_then(|()| switch(None)).is_ok()
}

/// Has this thread act as `caller` from now on, or as this process itself. Costs nothing if it does already.
///
/// # Errors
/// The system refuses; the thread then acts as this process itself.
pub fn act_as(caller: Option<&Caller>) -> io::Result<()> {
    ACTS_AS.with_borrow_mut(|acts_as| {
        if acts_as.as_ref() == caller {
            return Ok(());
        }
        if acts_as.take().is_some() {
            come_back();
        }
        if let Err(error) = switch(caller) {
            come_back();
            return Err(error);
        }
        *acts_as = caller.cloned();
        Ok(())
    })
}

/// Has this thread act as this process itself.
fn come_back() {
    if switch(None).is_err() {
        // It would go on with rights that nobody knows.
        std::process::abort();
    }
}

fn switch(caller: Option<&Caller>) -> io::Result<()> {
    let Some(caller) = caller else {
        set_thread_res_uid(None, Uid::ROOT, None)?;
        set_thread_res_gid(None, Gid::ROOT, None)?;
        return Ok(set_thread_groups(&[])?);
    };
    let groups: Vec<Gid> = caller.groups.iter().map(|gid| Gid::from_raw(*gid)).collect();
    set_thread_groups(&groups)?;
    set_thread_res_gid(None, Gid::from_raw(caller.gid), None)?;
    Ok(set_thread_res_uid(None, Uid::from_raw(caller.uid), None)?)
}
