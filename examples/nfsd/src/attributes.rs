//! Attributes of files between what the system and what RFC 1813 says.

use crate::idl::{Fattr3, Ftype3, Nfstime3, Specdata3, WccAttr, WccData};
use rustix::fs::{FileType, Statx, StatxTimestamp};

/// What is known of a file.
pub fn fattr(stat: &Statx, fsid: u64) -> Fattr3 {
    Fattr3 {
        r#type: ftype(kind(stat)),
        mode: u32::from(stat.stx_mode) & 0o7777,
        nlink: stat.stx_nlink,
        uid: stat.stx_uid,
        gid: stat.stx_gid,
        size: stat.stx_size,
        used: stat.stx_blocks.saturating_mul(512),
        rdev: Specdata3 { specdata1: stat.stx_rdev_major, specdata2: stat.stx_rdev_minor },
        fsid,
        fileid: stat.stx_ino,
        atime: time(stat.stx_atime),
        mtime: time(stat.stx_mtime),
        ctime: time(stat.stx_ctime),
    }
}

/// What a file is.
pub fn kind(stat: &Statx) -> FileType {
    FileType::from_raw_mode(stat.stx_mode.into())
}

/// What a file is, in the words of RFC 1813.
fn ftype(kind: FileType) -> Ftype3 {
    match kind {
        FileType::Directory => Ftype3::Dir,
        FileType::BlockDevice => Ftype3::Blk,
        FileType::CharacterDevice => Ftype3::Chr,
        FileType::Symlink => Ftype3::Lnk,
        FileType::Socket => Ftype3::Sock,
        FileType::Fifo => Ftype3::Fifo,
        _ => Ftype3::Reg,
    }
}

/// A file before and after a call.
pub fn wcc(before: &Statx, after: Option<Fattr3>) -> WccData {
    let before = WccAttr { size: before.stx_size, mtime: time(before.stx_mtime), ctime: time(before.stx_ctime) };
    WccData { before: Some(before).into(), after: after.into() }
}

/// A moment; one that NFS cannot tell becomes a second that it can.
pub fn time(time: StatxTimestamp) -> Nfstime3 {
    let seconds = u32::try_from(time.tv_sec.max(0)).unwrap_or(u32::MAX);
    Nfstime3 { seconds, nseconds: time.tv_nsec }
}
