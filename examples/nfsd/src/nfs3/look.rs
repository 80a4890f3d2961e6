//! LOOKUP, ACCESS, READLINK.

use super::names::name;
use super::{Nfs, On};
use crate::attributes::kind;
use crate::export::KNOWN;
use crate::identity::SYSTEM_DECIDES;
use crate::idl::*;
use crate::status::Outcome;
use oncrpc::Text;
use rustix::fs::{Access, AtFlags, FileType, accessat, readlinkat, statx};

impl Nfs {
    /// The file called `bytes` in the directory `node`.
    pub(super) fn look_up(&self, On { caller, node, stat }: On<'_>, bytes: &[u8]) -> Outcome<(NfsFh3, PostOpAttr)> {
        if kind(stat) != FileType::Directory {
            return Err(Nfsstat3::ErrNotdir);
        }
        let name = name(bytes)?;
        caller.enter(stat, Access::EXEC_OK)?;
        let (handle, stat) = match name {
            b"." => (node.handle.clone(), *stat),
            b".." => self.export.parent(node)?,
            name => {
                let found = statx(&node.path, name, AtFlags::SYMLINK_NOFOLLOW, KNOWN)?;
                (self.export.child(node, name, &found)?, found)
            }
        };
        Ok((handle.seal(self.export.key), self.post_op(&stat)))
    }

    /// Which of the bits `asked` the caller may do.
    pub(super) fn allowed(&self, On { caller, node, stat }: On<'_>, asked: u32) -> Outcome<u32> {
        caller.act()?;
        let may = |want| match *SYSTEM_DECIDES {
            true => accessat(&self.export.descriptors, node.number(), want, AtFlags::EACCESS).is_ok(),
            false => caller.may(stat, want),
        };
        let is_directory = kind(stat) == FileType::Directory;
        let execute = may(Access::EXEC_OK);
        let change = may(Access::WRITE_OK) && !self.options.read_only && (execute || !is_directory);
        let bits = [
            (ACCESS3_READ, may(Access::READ_OK)),
            (ACCESS3_LOOKUP, is_directory && execute),
            (ACCESS3_MODIFY | ACCESS3_EXTEND, change),
            (ACCESS3_DELETE, is_directory && change),
            (ACCESS3_EXECUTE, !is_directory && execute),
        ];
        let allowed = bits.iter().filter(|(_, may)| *may).fold(0, |bits, (bit, _)| bits | bit);
        Ok(allowed & asked)
    }

    /// Where a symbolic link leads.
    pub(super) fn read_link(&self, On { node, stat, .. }: On<'_>) -> Outcome<Text> {
        if kind(stat) != FileType::Symlink {
            return Err(Nfsstat3::ErrInval);
        }
        Ok(readlinkat(&node.path, c"", Vec::new())?.into_bytes().into())
    }
}
