//! REMOVE, RMDIR, RENAME, LINK, and what names can be.

use super::{Nfs, On};
use crate::attributes::kind;
use crate::export::KNOWN;
use crate::identity::Caller;
use crate::idl::*;
use crate::rights::{self, Want};
use crate::status::{Outcome, status};
use rustix::fs::{AtFlags, FileType, Statx, linkat, renameat, statx, unlinkat};
use rustix::io::Errno;

/// The longest name of any file system.
const MOST_NAME: usize = 255;

/// A name in a directory.
pub enum Name<'a> {
    /// `.`
    Itself,
    /// `..`
    Parent,
    /// Any other.
    Plain(&'a [u8]),
}

/// What these bytes name (RFC 1813, section 3.2).
pub fn name(bytes: &[u8]) -> Outcome<Name<'_>> {
    match bytes {
        b"" => Err(Nfsstat3::ErrAcces),
        _ if bytes.len() > MOST_NAME => Err(Nfsstat3::ErrNametoolong),
        _ if bytes.iter().any(|byte| matches!(byte, b'/' | 0)) => Err(Nfsstat3::ErrInval),
        b"." => Ok(Name::Itself),
        b".." => Ok(Name::Parent),
        _ => Ok(Name::Plain(bytes)),
    }
}

/// The name, if it is neither `.` nor `..`, which are `otherwise`.
pub fn plain(bytes: &[u8], otherwise: Nfsstat3) -> Outcome<&[u8]> {
    match name(bytes)? {
        Name::Plain(name) => Ok(name),
        Name::Itself | Name::Parent => Err(otherwise),
    }
}

impl Nfs {
    /// Removes a name that is not a directory's.
    pub(super) fn remove_file(&self, on: On<'_>, bytes: &[u8]) -> Outcome<()> {
        self.unlink(on, plain(bytes, Nfsstat3::ErrInval)?, AtFlags::empty())
    }

    /// Removes an empty directory.
    pub(super) fn remove_directory(&self, on: On<'_>, bytes: &[u8]) -> Outcome<()> {
        let name = match name(bytes)? {
            Name::Itself => Err(Nfsstat3::ErrInval),
            Name::Parent => Err(Nfsstat3::ErrExist),
            Name::Plain(name) => Ok(name),
        }?;
        self.unlink(on, name, AtFlags::REMOVEDIR)
    }

    fn unlink(&self, on: On<'_>, name: &[u8], flags: AtFlags) -> Outcome<()> {
        self.enter_to_change(on.caller, on.stat)?;
        self.may_take_away(on, name)?;
        unlinkat(&on.node.path, name, flags).map_err(|error| match error {
            Errno::EXIST => Nfsstat3::ErrNotempty,
            other => status(other),
        })
    }

    /// Gives a file another name; the directories before and after.
    pub(super) fn move_file(
        &self,
        caller: &Caller,
        from: &Diropargs3,
        to: &Diropargs3,
    ) -> (WccData, WccData, Outcome<()>) {
        let (old, new) = (from.name.as_bytes(), to.name.as_bytes());
        let (from, to) = match (self.export.node(&from.dir.data), self.export.node(&to.dir.data)) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(status), _) | (_, Err(status)) => return (WccData::default(), WccData::default(), Err(status)),
        };
        if from.handle.file == to.handle.file {
            let (wcc, outcome) = self.changing_node(caller, &from, |on| self.rename_between((on, old), (on, new)));
            return (wcc.clone(), wcc, outcome);
        }
        // Always in the same order, so that two who rename do not wait for each other.
        let is_forward = from.handle.file.inode <= to.handle.file.inode;
        let (first, second) = if is_forward { (&from, &to) } else { (&to, &from) };
        let mut inner = WccData::default();
        let (outer, outcome) = self.changing_node(caller, first, |first| {
            let (wcc, outcome) = self.changing_node(caller, second, |second| {
                let (from, to) = if is_forward { (first, second) } else { (second, first) };
                self.rename_between((from, old), (to, new))
            });
            inner = wcc;
            outcome
        });
        let (from, to) = if is_forward { (outer, inner) } else { (inner, outer) };
        (from, to, outcome)
    }

    fn rename_between(&self, (from, old): (On<'_>, &[u8]), (to, new): (On<'_>, &[u8])) -> Outcome<()> {
        let (old, new) = (plain(old, Nfsstat3::ErrInval)?, plain(new, Nfsstat3::ErrInval)?);
        for (on, name) in [(from, old), (to, new)] {
            self.enter_to_change(on.caller, on.stat)?;
            self.may_take_away(on, name)?;
        }
        let (from, to) = (from.node, to.node);
        renameat(&from.path, old, &to.path, new).map_err(crossing)?;
        if let Ok(stat) = statx(&to.path, new, AtFlags::SYMLINK_NOFOLLOW, KNOWN) {
            self.export.note(to, [(stat.stx_ino, new)]);
        }
        Ok(())
    }

    /// Gives a file a further name.
    pub(super) fn add_name(
        &self,
        On { caller, node: directory, stat }: On<'_>,
        file: &NfsFh3,
        bytes: &[u8],
    ) -> Outcome<()> {
        let file = self.export.node(&file.data)?;
        if kind(&file.stat()?) == FileType::Directory {
            return Err(Nfsstat3::ErrIsdir);
        }
        let name = plain(bytes, Nfsstat3::ErrExist)?;
        self.enter_to_change(caller, stat)?;
        let descriptors = &self.export.descriptors;
        linkat(descriptors, file.number(), &directory.path, name, AtFlags::SYMLINK_FOLLOW).map_err(crossing)
    }

    /// Has this thread be one that may change what is in a directory.
    pub(super) fn enter_to_change(&self, caller: &Caller, directory: &Statx) -> Outcome<()> {
        if kind(directory) != FileType::Directory {
            return Err(Nfsstat3::ErrNotdir);
        }
        self.export.enter(caller, directory, &[Want::Write, Want::Execute])
    }

    /// In a directory with the sticky bit only owners take names away: asked where the mode decides.
    fn may_take_away(&self, On { caller, node: directory, stat }: On<'_>, name: &[u8]) -> Outcome<()> {
        if self.export.system_decides || !rights::is_sticky(stat) || rights::is_owner(stat, caller) {
            return Ok(());
        }
        match statx(&directory.path, name, AtFlags::SYMLINK_NOFOLLOW, KNOWN) {
            Ok(file) if !rights::is_owner(&file, caller) => Err(Nfsstat3::ErrAcces),
            _ => Ok(()),
        }
    }
}

/// Here it is the caller who names two file systems.
fn crossing(error: Errno) -> Nfsstat3 {
    if error == Errno::XDEV { Nfsstat3::ErrXdev } else { status(error) }
}
