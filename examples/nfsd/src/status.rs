//! What goes wrong, as NFS says it.

use crate::idl::Nfsstat3;
use rustix::io::Errno;

/// What an operation comes to.
pub type Outcome<T> = Result<T, Nfsstat3>;

/// The number of an error of the system in RFC 1813, section 2.6.
impl From<Errno> for Nfsstat3 {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::PERM => Self::ErrPerm,
            Errno::NOENT => Self::ErrNoent,
            Errno::NXIO => Self::ErrNxio,
            // A symbolic link where none may be, and a file system mounted within the export.
            Errno::ACCESS | Errno::LOOP | Errno::XDEV => Self::ErrAcces,
            Errno::EXIST => Self::ErrExist,
            Errno::NODEV => Self::ErrNodev,
            Errno::NOTDIR => Self::ErrNotdir,
            Errno::ISDIR => Self::ErrIsdir,
            Errno::INVAL => Self::ErrInval,
            Errno::FBIG => Self::ErrFbig,
            Errno::NOSPC => Self::ErrNospc,
            Errno::ROFS => Self::ErrRofs,
            Errno::MLINK => Self::ErrMlink,
            Errno::NAMETOOLONG => Self::ErrNametoolong,
            Errno::NOTEMPTY => Self::ErrNotempty,
            Errno::DQUOT => Self::ErrDquot,
            Errno::STALE => Self::ErrStale,
            Errno::OPNOTSUPP => Self::ErrNotsupp,
            Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN | Errno::BUSY => Self::ErrJukebox,
            _ => Self::ErrIo,
        }
    }
}
