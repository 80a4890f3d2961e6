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
        let is_new = match openat(&on.node.path, name, flags, mode) {
            Ok(_) => true,
            Err(Errno::EXIST) => false,
            Err(error) => return Err(error.into()),
        };
        let (node, stat) = self.export.open_in(on.node, name)?;
        let file = On { node: &node, stat: &stat, ..on };
        match how {
            Createhow3::Unchecked(new) | Createhow3::Guarded(new) if is_new => self.set_up(file, new)?,
            // Its length is what was asked for.
            Createhow3::Unchecked(new) if kind(&stat) == FileType::RegularFile => {
                self.apply(file, &Sattr3 { size: new.size, ..Sattr3::default() })?;
            }
            Createhow3::Exclusive(verifier) if is_new => {
                utimensat(&node.path, c"", &kept(*verifier), AtFlags::EMPTY_PATH)?;
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
        let target = link.symlink_data.as_bytes();
        if target.is_empty() || target.contains(&0) {
            return Err(Nfsstat3::ErrInval);
        }
        symlinkat(target, &on.node.path, name)?;
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

    /// What a client learns of something that was just made.
    fn finish(&self, on: On<'_>, name: &[u8], new: &Sattr3) -> Outcome<Made> {
        let (node, stat) = self.export.open_in(on.node, name)?;
        self.set_up(On { node: &node, stat: &stat, ..on }, new)?;
        self.made(&node)
    }

    /// Sets what was asked for of something that was made with its mode.
    fn set_up(&self, on: On<'_>, new: &Sattr3) -> Outcome<()> {
        let mode = new.mode.into_option().filter(|mode| *mode != u32::from(on.stat.stx_mode) & 0o7777).into();
        let size = new.size.into_option().filter(|_| kind(on.stat) == FileType::RegularFile).into();
        self.apply(on, &Sattr3 { mode, size, ..new.clone() })
    }

    fn made(&self, node: &Node) -> Outcome<Made> {
        Ok((Some(self.handle(&node.handle)).into(), self.post_op(&node.stat()?)))
    }
}

fn mode_of(new: &Sattr3, otherwise: u32) -> Mode {
    Mode::from_raw_mode(new.mode.into_option().unwrap_or(otherwise) & 0o7777)
}

/// The verifier of an exclusive creation, as times of the file; SETATTR sets the right ones.
fn kept(verifier: Createverf3) -> Timestamps {
    let [last_access, last_modification] = seconds(verifier).map(|tv_sec| Timespec { tv_sec, tv_nsec: 0 });
    Timestamps { last_access, last_modification }
}

fn is_kept(stat: &Statx, verifier: Createverf3) -> bool {
    let times = [stat.stx_atime, stat.stx_mtime].map(|time| time.tv_sec);
    kind(stat) == FileType::RegularFile && stat.stx_size == 0 && times == seconds(verifier)
}

/// Both halves without the highest bits, which not all file systems keep.
fn seconds(verifier: Createverf3) -> [i64; 2] {
    let number = u64::from_be_bytes(verifier);
    [number >> 32, number].map(|half| (half & 0x7fff_ffff).cast_signed())
}
