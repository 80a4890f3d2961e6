//! SETATTR, and the attributes of what is made.

use super::data::must_be_regular;
use super::{Nfs, On};
use crate::attributes::{kind, time};
use crate::identity::{Caller, SYSTEM_DECIDES};
use crate::idl::*;
use crate::status::Outcome;
use rustix::fs::{
    Access, AtFlags, FileType, Mode, Statx, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, chmodat, chownat, ftruncate,
    utimensat,
};
use rustix::process::{Gid, Uid};

impl Nfs {
    /// Changes what is known of a file, if nobody has changed it in between.
    pub(super) fn set(&self, on: On<'_>, args: &Setattr3args) -> Outcome<()> {
        if args.guard.into_option().is_some_and(|ctime| ctime != time(on.stat.stx_ctime)) {
            return Err(Nfsstat3::ErrNotSync);
        }
        if !*SYSTEM_DECIDES {
            may_set(on.caller, on.stat, &args.new_attributes)?;
        }
        self.apply(on, &args.new_attributes)
    }

    /// Sets those attributes of a file that are there.
    pub(super) fn apply(&self, on: On<'_>, new: &Sattr3) -> Outcome<()> {
        let On { caller, node, stat } = on;
        let times = times(new)?;
        if let Some(size) = new.size.into_option() {
            self.cut(on, size)?;
        }
        caller.act()?;
        let uid = new.uid.into_option().filter(|uid| *uid != stat.stx_uid);
        let gid = new.gid.into_option().filter(|gid| *gid != stat.stx_gid);
        if uid == Some(u32::MAX) || gid == Some(u32::MAX) {
            return Err(Nfsstat3::ErrInval);
        }
        if uid.is_some() || gid.is_some() {
            chownat(&node.path, c"", uid.map(Uid::from_raw), gid.map(Gid::from_raw), AtFlags::EMPTY_PATH)?;
        }
        if let Some(mode) = new.mode.into_option().filter(|_| kind(stat) != FileType::Symlink) {
            let mode = Mode::from_raw_mode(mode & 0o7777);
            chmodat(&self.export.descriptors, node.number(), mode, AtFlags::empty())?;
        }
        Ok(utimensat(&node.path, c"", &times, AtFlags::EMPTY_PATH)?)
    }

    fn cut(&self, On { caller, node, stat }: On<'_>, size: u64) -> Outcome<()> {
        must_be_regular(stat)?;
        if i64::try_from(size).is_err() {
            return Err(Nfsstat3::ErrFbig);
        }
        let file = node.open(&self.export, caller, stat, Access::WRITE_OK)?;
        caller.act()?;
        Ok(ftruncate(&*file, size)?)
    }
}

/// What the system would ask of the caller: asked where the mode decides.
fn may_set(caller: &Caller, stat: &Statx, new: &Sattr3) -> Outcome<()> {
    let is_owner = caller.owns(stat);
    let by_owner = new.mode.discriminant()
        || new.uid.discriminant()
        || new.gid.discriminant()
        || matches!(new.atime, SetAtime::SetToClientTime(_))
        || matches!(new.mtime, SetMtime::SetToClientTime(_));
    match (is_owner, by_owner) {
        (true, _) => Ok(()),
        (false, true) => Err(Nfsstat3::ErrPerm),
        (false, false) => caller.must(stat, Access::WRITE_OK),
    }
}

fn times(new: &Sattr3) -> Outcome<Timestamps> {
    let nsec = |how| if how == TimeHow::SetToServerTime { UTIME_NOW } else { UTIME_OMIT };
    let special = |how| Timespec { tv_sec: 0, tv_nsec: nsec(how) };
    let last_access = match new.atime {
        SetAtime::SetToClientTime(time) => moment(time)?,
        other => special(other.discriminant()),
    };
    let last_modification = match new.mtime {
        SetMtime::SetToClientTime(time) => moment(time)?,
        other => special(other.discriminant()),
    };
    Ok(Timestamps { last_access, last_modification })
}

fn moment(Nfstime3 { seconds, nseconds }: Nfstime3) -> Outcome<Timespec> {
    let is_one = nseconds < 1_000_000_000;
    is_one.then(|| Timespec { tv_sec: seconds.into(), tv_nsec: nseconds.into() }).ok_or(Nfsstat3::ErrInval)
}
