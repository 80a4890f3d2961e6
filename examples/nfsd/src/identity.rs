//! Who calls, and how a thread acts as that user.
//!
//! As the superuser, a thread takes the caller's user and groups before it does what was asked, so that the system
//! decides. As another user it cannot: there the mode of a file decides, in [`rights`](crate::rights).

use oncrpc::Call;
use rustix::io::Result;
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::cell::RefCell;

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
    pub fn nobody() -> Self {
        Self { uid: NOBODY, gid: NOBODY, groups: Vec::new() }
    }

    /// Whether it is in this group.
    pub fn is_in(&self, gid: u32) -> bool {
        self.gid == gid || self.groups.contains(&gid)
    }
}

/// Whether threads of this process can act as others.
pub fn can_act_as_others() -> bool {
    geteuid().is_root() && act_as(Some(&Caller::nobody())).and_then(|()| act_as(None)).is_ok()
}

/// Has this thread act as `caller` from now on, or as this process itself, as it does also if the system refuses.
/// Costs nothing if it does already.
pub fn act_as(caller: Option<&Caller>) -> Result<()> {
    ACTS_AS.with_borrow_mut(|acts_as| {
        if acts_as.as_ref() == caller {
            return Ok(());
        }
        if acts_as.take().is_some() {
            come_back();
        }
        if let Some(caller) = caller {
            let groups: Vec<Gid> = caller.groups.iter().map(|gid| Gid::from_raw(*gid)).collect();
            switch(&groups, Gid::from_raw(caller.gid), Uid::from_raw(caller.uid)).inspect_err(|_| come_back())?;
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
