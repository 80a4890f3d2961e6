//! What goes wrong, as NFS says it.

use crate::idl::Nfsstat3;
use rustix::io::Errno;

/// What an operation comes to.
pub type Outcome<T> = Result<T, Nfsstat3>;

/// The number of an error of the system in RFC 1813, section 2.6.
pub fn status(errno: Errno) -> Nfsstat3 {
    match errno {
        Errno::PERM => Nfsstat3::ErrPerm,
        Errno::NOENT => Nfsstat3::ErrNoent,
        Errno::NXIO => Nfsstat3::ErrNxio,
        // A symbolic link where none may be, and a file system mounted within the export.
        Errno::ACCESS | Errno::LOOP | Errno::XDEV => Nfsstat3::ErrAcces,
        Errno::EXIST => Nfsstat3::ErrExist,
        Errno::NODEV => Nfsstat3::ErrNodev,
        Errno::NOTDIR => Nfsstat3::ErrNotdir,
        Errno::ISDIR => Nfsstat3::ErrIsdir,
        Errno::INVAL => Nfsstat3::ErrInval,
        Errno::FBIG => Nfsstat3::ErrFbig,
        Errno::NOSPC => Nfsstat3::ErrNospc,
        Errno::ROFS => Nfsstat3::ErrRofs,
        Errno::MLINK => Nfsstat3::ErrMlink,
        Errno::NAMETOOLONG => Nfsstat3::ErrNametoolong,
        Errno::NOTEMPTY => Nfsstat3::ErrNotempty,
        Errno::DQUOT => Nfsstat3::ErrDquot,
        Errno::STALE => Nfsstat3::ErrStale,
        Errno::OPNOTSUPP => Nfsstat3::ErrNotsupp,
        Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN | Errno::BUSY => Nfsstat3::ErrJukebox,
        _ => Nfsstat3::ErrIo,
    }
}
