//! CREATE, MKDIR, SYMLINK, MKNOD.

use super::names::plain;
use super::{Nfs, On};
use crate::attributes::{kind, time};
use crate::export::{KNOWN, Node};
use crate::identity::Caller;
use crate::idl::*;
use crate::status::{Outcome, status};
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Statx, Timespec, Timestamps, makedev, mkdirat, mknodat, openat, statx, symlinkat,
    utimensat,
};
use rustix::io::Errno;

/// What a client learns of what was made.
type Made = (PostOpFh3, PostOpAttr);

impl Nfs {
    /// Makes a regular file, or takes the one that is there, as `how` says.
    pub(super) fn make_file(
        &self,
        On { caller, node: directory, stat }: On<'_>,
        bytes: &[u8],
        how: &Createhow3,
    ) -> Outcome<Made> {
        let name = plain(bytes, Nfsstat3::ErrExist)?;
        self.enter_to_change(caller, stat)?;
        let mode = match how {
            Createhow3::Unchecked(new) | Createhow3::Guarded(new) => mode_of(new, 0o644),
            Createhow3::Exclusive(_) => Mode::RUSR | Mode::WUSR,
        };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = openat(&directory.path, name, flags, mode);
        match (made, how) {
            (Ok(_), Createhow3::Exclusive(verifier)) => {
                let (node, _) = self.found(directory, name)?;
                utimensat(&node.path, c"", &kept(*verifier), AtFlags::EMPTY_PATH).map_err(status)?;
                self.made(&node)
            }
            (Ok(_), Createhow3::Unchecked(new) | Createhow3::Guarded(new)) => self.finish(caller, directory, name, new),
            (Err(Errno::EXIST), Createhow3::Unchecked(new)) => self.take(caller, directory, name, new),
            (Err(Errno::EXIST), Createhow3::Exclusive(verifier)) => {
                let (node, stat) = self.found(directory, name)?;
                if is_kept(&stat, *verifier) { self.made(&node) } else { Err(Nfsstat3::ErrExist) }
            }
            (Err(error), _) => Err(status(error)),
        }
    }

    /// Takes the file that is there; its length is what was asked for.
    fn take(&self, caller: &Caller, directory: &Node, name: &[u8], new: &Sattr3) -> Outcome<Made> {
        let (node, stat) = self.found(directory, name)?;
        if kind(&stat) != FileType::RegularFile {
            return Err(Nfsstat3::ErrExist);
        }
        self.apply(On { caller, node: &node, stat: &stat }, &Sattr3 { size: new.size, ..Sattr3::default() })?;
        self.made(&node)
    }

    /// Makes a directory.
    pub(super) fn make_directory(
        &self,
        On { caller, node: directory, stat }: On<'_>,
        bytes: &[u8],
        new: &Sattr3,
    ) -> Outcome<Made> {
        let name = plain(bytes, Nfsstat3::ErrExist)?;
        self.enter_to_change(caller, stat)?;
        mkdirat(&directory.path, name, mode_of(new, 0o755)).map_err(status)?;
        self.finish(caller, directory, name, &Sattr3 { size: None.into(), ..new.clone() })
    }

    /// Makes a symbolic link, which is kept as it is and not followed here.
    pub(super) fn make_link(
        &self,
        On { caller, node: directory, stat }: On<'_>,
        bytes: &[u8],
        link: &Symlinkdata3,
    ) -> Outcome<Made> {
        let name = plain(bytes, Nfsstat3::ErrExist)?;
        let target = link.symlink_data.as_bytes();
        if target.is_empty() || target.contains(&0) {
            return Err(Nfsstat3::ErrInval);
        }
        self.enter_to_change(caller, stat)?;
        symlinkat(target, &directory.path, name).map_err(status)?;
        self.finish(caller, directory, name, &Sattr3 { size: None.into(), ..link.symlink_attributes.clone() })
    }

    /// Makes a device, socket or named pipe.
    pub(super) fn make_special(
        &self,
        On { caller, node: directory, stat }: On<'_>,
        bytes: &[u8],
        what: &Mknoddata3,
    ) -> Outcome<Made> {
        let name = plain(bytes, Nfsstat3::ErrExist)?;
        let device = |device: &Devicedata3| makedev(device.spec.specdata1, device.spec.specdata2);
        let (kind, new, device) = match what {
            Mknoddata3::Chr(it) => (FileType::CharacterDevice, &it.dev_attributes, device(it)),
            Mknoddata3::Blk(it) => (FileType::BlockDevice, &it.dev_attributes, device(it)),
            Mknoddata3::Sock(new) => (FileType::Socket, new, 0),
            Mknoddata3::Fifo(new) => (FileType::Fifo, new, 0),
            Mknoddata3::Default(_) => return Err(Nfsstat3::ErrBadtype),
        };
        self.enter_to_change(caller, stat)?;
        mknodat(&directory.path, name, kind, mode_of(new, 0o644), device).map_err(status)?;
        self.finish(caller, directory, name, &Sattr3 { size: None.into(), ..new.clone() })
    }

    /// Sets what was asked for of a file that was just made.
    fn finish(&self, caller: &Caller, directory: &Node, name: &[u8], new: &Sattr3) -> Outcome<Made> {
        let (node, stat) = self.found(directory, name)?;
        // It was made with its mode.
        let mode = new.mode.into_option().filter(|mode| *mode != u32::from(stat.stx_mode) & 0o7777).into();
        self.apply(On { caller, node: &node, stat: &stat }, &Sattr3 { mode, ..new.clone() })?;
        self.made(&node)
    }

    /// The file called `name`.
    fn found(&self, directory: &Node, name: &[u8]) -> Outcome<(Node, Statx)> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = openat(&directory.path, name, flags, Mode::empty()).map_err(status)?;
        let stat = statx(&path, c"", AtFlags::EMPTY_PATH, KNOWN).map_err(status)?;
        Ok((Node::new(self.export.child(directory, name, &stat)?, path), stat))
    }

    fn made(&self, node: &Node) -> Outcome<Made> {
        Ok((Some(self.handle(&node.handle)).into(), self.post_op(&node.stat()?)))
    }
}

fn mode_of(new: &Sattr3, otherwise: u32) -> Mode {
    let mode = new.mode.into_option().unwrap_or(otherwise);
    Mode::from_raw_mode(mode & 0o7777)
}

/// The verifier of an exclusive creation, as times of the file; SETATTR sets the right ones. Without the highest bits, which
/// not all file systems keep.
fn kept(verifier: Createverf3) -> Timestamps {
    let [last_access, last_modification] =
        seconds(verifier).map(|seconds| Timespec { tv_sec: seconds.into(), tv_nsec: 0 });
    Timestamps { last_access, last_modification }
}

fn is_kept(stat: &Statx, verifier: Createverf3) -> bool {
    let times = [stat.stx_atime, stat.stx_mtime].map(time);
    let expected = seconds(verifier).map(|seconds| Nfstime3 { seconds, nseconds: 0 });
    kind(stat) == FileType::RegularFile && stat.stx_size == 0 && times == expected
}

fn seconds(verifier: Createverf3) -> [u32; 2] {
    let number = u64::from_be_bytes(verifier);
    [(number >> 32) as u32 & 0x7fff_ffff, number as u32 & 0x7fff_ffff]
}
