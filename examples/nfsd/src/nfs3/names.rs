//! REMOVE, RMDIR, RENAME, LINK, and what names can be.

use super::{Changed, Nfs, On};
use crate::attributes::kind;
use crate::export::{KNOWN, lock};
use crate::identity::{Caller, SYSTEM_DECIDES};
use crate::idl::*;
use crate::status::Outcome;
use rustix::fs::{Access, AtFlags, FileType, linkat, renameat, statx, unlinkat};
use rustix::io::Errno;

/// The bytes, if they can be a name, `.` or `..` (RFC 1813, section 3.2). Which are too long, and so on, tells the system.
pub fn name(bytes: &[u8]) -> Outcome<&[u8]> {
    match bytes {
        b"" => Err(Nfsstat3::ErrAcces),
        _ if bytes.contains(&b'/') => Err(Nfsstat3::ErrInval),
        _ => Ok(bytes),
    }
}

impl Nfs {
    /// The name; `.` and `..` are `otherwise`. This thread is then one that may change what is in the directory.
    pub(super) fn to_change<'a>(&self, on: On<'_>, bytes: &'a [u8], otherwise: Nfsstat3) -> Outcome<&'a [u8]> {
        if kind(on.stat) != FileType::Directory {
            return Err(Nfsstat3::ErrNotdir);
        }
        let name = name(bytes)?;
        if matches!(name, b"." | b"..") {
            return Err(otherwise);
        }
        on.caller.enter(on.stat, Access::WRITE_OK | Access::EXEC_OK)?;
        Ok(name)
    }

    /// Removes a name: that of a directory or of anything else, as `flags` say.
    pub(super) fn unlink(&self, on: On<'_>, name: &Filename3, flags: AtFlags) -> Outcome<()> {
        let is_full = *name == ".." && flags == AtFlags::REMOVEDIR;
        let otherwise = if is_full { Nfsstat3::ErrExist } else { Nfsstat3::ErrInval };
        let name = self.to_change(on, name.as_bytes(), otherwise)?;
        self.may_take_away(on, name)?;
        Ok(unlinkat(&on.node.path, name, flags)?)
    }

    /// Gives a file another name; the directories before and after.
    pub(super) fn move_file(&self, caller: &Caller, from: &Diropargs3, to: &Diropargs3) -> (WccData, Changed<()>) {
        let (old, new) = (from.name.as_bytes(), to.name.as_bytes());
        let (from, to) = match (self.export.node(&from.dir.data, true), self.export.node(&to.dir.data, true)) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(status), _) | (_, Err(status)) => return (WccData::default(), (WccData::default(), Err(status))),
        };
        // Always in the same order, so that two who rename do not wait for each other.
        let (first, second) = if from.handle.file <= to.handle.file { (&from, &to) } else { (&to, &from) };
        let _alone = lock(&first.changing);
        let _alone_too = (first.handle.file != second.handle.file).then(|| lock(&second.changing));
        let mut to_wcc = WccData::default();
        let (from_wcc, outcome) = self.watching(caller, &from, |from| {
            let (wcc, outcome) = self.watching(caller, &to, |to| self.rename_between((from, old), (to, new)));
            to_wcc = wcc;
            outcome
        });
        (from_wcc, (to_wcc, outcome))
    }

    fn rename_between(&self, from: (On<'_>, &[u8]), to: (On<'_>, &[u8])) -> Outcome<()> {
        for (on, name) in [from, to] {
            self.to_change(on, name, Nfsstat3::ErrInval)?;
            self.may_take_away(on, name)?;
        }
        let ((from, old), (to, new)) = (from, to);
        renameat(&from.node.path, old, &to.node.path, new).map_err(crossing)?;
        // So that it is found there; somebody may have renamed it again.
        let _ = self.export.open_in(to.node, new);
        Ok(())
    }

    /// Gives a file a further name.
    pub(super) fn add_name(&self, on: On<'_>, bytes: &[u8], file: &NfsFh3) -> Outcome<()> {
        let file = self.export.node(&file.data, true)?;
        if kind(&file.stat()?) == FileType::Directory {
            return Err(Nfsstat3::ErrIsdir);
        }
        let name = self.to_change(on, bytes, Nfsstat3::ErrExist)?;
        let descriptors = &self.export.descriptors;
        linkat(descriptors, file.number(), &on.node.path, name, AtFlags::SYMLINK_FOLLOW).map_err(crossing)
    }

    /// In a directory with the sticky bit only owners take names away: asked where the mode decides.
    fn may_take_away(&self, On { caller, node: directory, stat }: On<'_>, name: &[u8]) -> Outcome<()> {
        if *SYSTEM_DECIDES || stat.stx_mode & 0o1000 == 0 || caller.owns(stat) {
            return Ok(());
        }
        match statx(&directory.path, name, AtFlags::SYMLINK_NOFOLLOW, KNOWN) {
            Ok(file) if !caller.owns(&file) => Err(Nfsstat3::ErrAcces),
            _ => Ok(()),
        }
    }
}

/// Here it is the caller who names two file systems.
fn crossing(error: Errno) -> Nfsstat3 {
    if error == Errno::XDEV { Nfsstat3::ErrXdev } else { error.into() }
}
