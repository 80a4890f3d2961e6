//! CREATE, MKDIR, SYMLINK, MKNOD.

use super::{Nfs, On};
use crate::attributes::kind;
use crate::export::Node;
use crate::idl::*;
use crate::status::Outcome;
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Statx, Timespec, Timestamps, makedev, mkdirat, mknodat, openat, symlinkat,
    utimensat,
};
use rustix::io::Errno;

/// What a client learns of what was made.
pub type Made = (PostOpFh3, PostOpAttr);

impl Nfs {
    /// Makes a regular file, or takes the one that is there, as `how` says.
    pub(super) fn make_file(&self, on: On<'_>, name: &[u8], how: &Createhow3) -> Outcome<Made> {
        let mode = match how {
            Createhow3::Unchecked(new) | Createhow3::Guarded(new) => mode_of(new, 0o644),
            Createhow3::Exclusive(_) => Mode::RUSR | Mode::WUSR,
        };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match (openat(&on.node.path, name, flags, mode), how) {
            (Ok(_), Createhow3::Unchecked(new) | Createhow3::Guarded(new)) => self.finish(on, name, new),
            (Ok(_), Createhow3::Exclusive(verifier)) => {
                utimensat(&on.node.path, name, &kept(*verifier), AtFlags::SYMLINK_NOFOLLOW)?;
                self.finish(on, name, &Sattr3::default())
            }
            (Err(Errno::EXIST), how) => self.take(on, name, how),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// Takes the file that is there, if it is what was to be made; its length is what was asked for.
    fn take(&self, on: On<'_>, name: &[u8], how: &Createhow3) -> Outcome<Made> {
        let (node, stat) = self.export.open_in(on.node, name)?;
        match how {
            Createhow3::Unchecked(new) if kind(&stat) == FileType::RegularFile => {
                let cut = Sattr3 { size: new.size, ..Sattr3::default() };
                self.apply(On { node: &node, stat: &stat, ..on }, &cut)?;
            }
            Createhow3::Exclusive(verifier) if is_kept(&stat, *verifier) => {}
            _ => return Err(Nfsstat3::ErrExist),
        }
        self.made(&node)
    }

    /// Makes a directory.
    pub(super) fn make_directory(&self, on: On<'_>, name: &[u8], new: &Sattr3) -> Outcome<Made> {
        mkdirat(&on.node.path, name, mode_of(new, 0o755))?;
        self.finish(on, name, new)
    }

    /// Makes a symbolic link, which is kept as it is and not followed here.
    pub(super) fn make_link(&self, on: On<'_>, name: &[u8], link: &Symlinkdata3) -> Outcome<Made> {
        if link.symlink_data.is_empty() {
            return Err(Nfsstat3::ErrInval);
        }
        symlinkat(link.symlink_data.as_bytes(), &on.node.path, name)?;
        self.finish(on, name, &link.symlink_attributes)
    }

    /// Makes a device, socket or named pipe.
    pub(super) fn make_special(&self, on: On<'_>, name: &[u8], what: &Mknoddata3) -> Outcome<Made> {
        let none = Specdata3::default();
        let (kind, new, device) = match what {
            Mknoddata3::Chr(it) => (FileType::CharacterDevice, &it.dev_attributes, it.spec),
            Mknoddata3::Blk(it) => (FileType::BlockDevice, &it.dev_attributes, it.spec),
            Mknoddata3::Sock(new) => (FileType::Socket, new, none),
            Mknoddata3::Fifo(new) => (FileType::Fifo, new, none),
            Mknoddata3::Default(_) => return Err(Nfsstat3::ErrBadtype),
        };
        mknodat(&on.node.path, name, kind, mode_of(new, 0o644), makedev(device.specdata1, device.specdata2))?;
        self.finish(on, name, new)
    }

    /// Sets what was asked for of something that was just made, with its mode.
    fn finish(&self, on: On<'_>, name: &[u8], new: &Sattr3) -> Outcome<Made> {
        let (node, stat) = self.export.open_in(on.node, name)?;
        let mode = new.mode.into_option().filter(|mode| *mode != u32::from(stat.stx_mode) & 0o7777).into();
        let size = new.size.into_option().filter(|_| kind(&stat) == FileType::RegularFile).into();
        self.apply(On { node: &node, stat: &stat, ..on }, &Sattr3 { mode, size, ..new.clone() })?;
        self.made(&node)
    }

    fn made(&self, node: &Node) -> Outcome<Made> {
        Ok((Some(node.handle.seal(self.export.key)).into(), self.post_op(&node.stat()?)))
    }
}

fn mode_of(new: &Sattr3, otherwise: u32) -> Mode {
    Mode::from_raw_mode(new.mode.into_option().unwrap_or(otherwise) & 0o7777)
}

/// The verifier of an exclusive creation, as times of the file, without the bits that some file systems do not keep.
fn kept(verifier: Createverf3) -> Timestamps {
    let number = u64::from_be_bytes(verifier);
    let half = |half: u64| Timespec { tv_sec: (half & 0x7fff_ffff).cast_signed(), tv_nsec: 0 };
    Timestamps { last_access: half(number >> 32), last_modification: half(number) }
}

fn is_kept(stat: &Statx, verifier: Createverf3) -> bool {
    let Timestamps { last_access, last_modification } = kept(verifier);
    let is_same = stat.stx_atime.tv_sec == last_access.tv_sec && stat.stx_mtime.tv_sec == last_modification.tv_sec;
    kind(stat) == FileType::RegularFile && stat.stx_size == 0 && is_same
}
