//! What goes wrong, as NFS says it.

use crate::idl::Nfsstat3;
use rustix::io::Errno;

/// What an operation comes to.
pub type Outcome<T> = Result<T, Nfsstat3>;

/// The number of an error of the system in RFC 1813, section 2.6.
impl From<Errno> for Nfsstat3 {
    fn from(errno: Errno) -> Self {
        match errno {
            // A symbolic link where none may be, and a file system mounted within the export.
            Errno::LOOP | Errno::XDEV => Self::ErrAcces,
            Errno::NAMETOOLONG => Self::ErrNametoolong,
            Errno::NOTEMPTY => Self::ErrNotempty,
            Errno::DQUOT => Self::ErrDquot,
            Errno::STALE => Self::ErrStale,
            Errno::OPNOTSUPP => Self::ErrNotsupp,
            Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN | Errno::BUSY => Self::ErrJukebox,
            // RFC 1813 has the numbers of UNIX for those that there were then.
            old if old.raw_os_error() <= 31 => Self::try_from(old.raw_os_error()).unwrap_or(Self::ErrIo),
            _ => Self::ErrIo,
        }
    }
}
