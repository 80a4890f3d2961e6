//! What a caller may do with a file by the file's mode: asked where this process cannot act as the caller.

use crate::attributes::kind;
use crate::identity::Caller;
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use rustix::fs::{FileType, Statx};

/// What somebody wants to do with a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Read it, or list it.
    Read,
    /// Change what is in it.
    Write,
    /// Run it, or look a name up in it.
    Execute,
}

/// Whether the mode allows it.
pub fn allows(stat: &Statx, caller: &Caller, want: Want) -> bool {
    let bit = match want {
        Want::Read => 4,
        Want::Write => 2,
        Want::Execute => 1,
    };
    let mode = u32::from(stat.stx_mode);
    if caller.is_root() {
        return want != Want::Execute || kind(stat) == FileType::Directory || mode & 0o111 != 0;
    }
    let shift = if caller.uid == stat.stx_uid {
        6
    } else if caller.is_in(stat.stx_gid) {
        3
    } else {
        0
    };
    mode >> shift & bit != 0
}

/// That the mode allows it.
///
/// # Errors
/// `NFS3ERR_ACCES`.
pub fn check(stat: &Statx, caller: &Caller, want: Want) -> Outcome<()> {
    if allows(stat, caller, want) { Ok(()) } else { Err(Nfsstat3::ErrAcces) }
}

/// As [`check`] for a file that is opened, unless it is [`excused`].
///
/// # Errors
/// `NFS3ERR_ACCES`.
pub fn check_file(stat: &Statx, caller: &Caller, want: Want) -> Outcome<()> {
    if excused(stat, caller, want) { Ok(()) } else { check(stat, caller, want) }
}

/// Whether a regular file may be read or written although its mode says otherwise (RFC 1813, section 4.4): by its owner,
/// who may have opened it before that was set, and to be run, since a client reads a program to run it.
pub fn excused(stat: &Statx, caller: &Caller, want: Want) -> bool {
    let is_own = is_owner(stat, caller);
    let to_run = want == Want::Read && allows(stat, caller, Want::Execute);
    kind(stat) == FileType::RegularFile && (is_own || to_run)
}

/// Whether the caller may do what only an owner may.
pub fn is_owner(stat: &Statx, caller: &Caller) -> bool {
    caller.is_root() || caller.uid == stat.stx_uid
}

/// Whether names in a directory are taken away by owners only.
pub fn is_sticky(stat: &Statx) -> bool {
    stat.stx_mode & 0o1000 != 0
}
