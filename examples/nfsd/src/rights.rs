//! What a caller may do with a file by the file's mode: asked where this process cannot act as the caller.

use crate::attributes::kind;
use crate::identity::Caller;
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use rustix::fs::{Access, FileType, Statx};

/// Whether the mode allows all that is wanted.
pub fn allows(stat: &Statx, caller: &Caller, want: Access) -> bool {
    let mode = u32::from(stat.stx_mode);
    if caller.uid == 0 {
        return !want.contains(Access::EXEC_OK) || kind(stat) == FileType::Directory || mode & 0o111 != 0;
    }
    let shift = match (caller.uid == stat.stx_uid, caller.is_in(stat.stx_gid)) {
        (true, _) => 6,
        (false, true) => 3,
        (false, false) => 0,
    };
    // The bits are those of a mode.
    Access::from_bits_truncate(mode >> shift).contains(want)
}

/// That the mode allows it; `NFS3ERR_ACCES` otherwise.
pub fn check(stat: &Statx, caller: &Caller, want: Access) -> Outcome<()> {
    if allows(stat, caller, want) { Ok(()) } else { Err(Nfsstat3::ErrAcces) }
}

/// Whether a regular file may be read or written although its mode says otherwise (RFC 1813, section 4.4): by its owner,
/// who may have opened it before that was set, and to be run, since a client reads a program to run it.
pub fn excused(stat: &Statx, caller: &Caller, want: Access) -> bool {
    let to_run = want == Access::READ_OK && allows(stat, caller, Access::EXEC_OK);
    kind(stat) == FileType::RegularFile && (is_owner(stat, caller) || to_run)
}

/// Whether the caller may do what only an owner may.
pub fn is_owner(stat: &Statx, caller: &Caller) -> bool {
    caller.uid == 0 || caller.uid == stat.stx_uid
}
