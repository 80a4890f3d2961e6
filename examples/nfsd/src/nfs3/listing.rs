//! READDIR and READDIRPLUS. A cookie is the system's own position behind an entry, which stays right however the
//! directory changes and whether or not this server was restarted: no listing needs anything to be kept, and each part costs
//! what is in it.

use super::pages::Question;
use super::system::most;
use super::{Nfs, On};
use crate::attributes::{kind, time};
use crate::export::{Identity, KNOWN, Node};
use crate::idl::*;
use crate::status::Outcome;
use bytes::BytesMut;
use oncrpc::{Bytes, Call};
use rustix::fs::{Access, AtFlags, FileType, RawDir, RawDirEntry, SeekFrom, Statx, StatxAttributes, seek, statx};
use rustix::io::Errno;
use std::sync::PoisonError;

/// Bytes of a result of READDIR without entries: status, attributes, verifier, the end of the list, `eof`.
const EMPTY: usize = 4 + ATTRIBUTES + 8 + 4 + 4;

/// Bytes of attributes that are there.
const ATTRIBUTES: usize = 4 + 84;

/// Bytes of a directory that are read at a time: what is read and not sent is read again.
const LEAST_CHUNK: usize = 1 << 10;
const MOST_CHUNK: usize = 64 << 10;

/// Bytes of names and handles that are kept in one piece.
pub const BLOCK: usize = 8 << 10;

/// What there is room for.
struct Room {
    /// Bytes of entries as they are sent.
    all: usize,
    /// Bytes of numbers, names and cookies.
    names: usize,
}

/// A name on the way out.
struct Entry<'a> {
    fileid: u64,
    name: &'a [u8],
    cookie: u64,
}

impl Nfs {
    /// A part of a directory.
    pub(super) fn list(&self, call: &Call, on: On<'_>, args: &Readdir3args) -> Outcome<(Cookieverf3, Dirlist3)> {
        let verifier = self.verified(on, args.cookie, args.cookieverf)?;
        let mut room = Room::new(args.count.min(most(call.transport())), u32::MAX)?;
        let mut entries = Vec::new();
        let eof = self.read_entries(on, args.cookie, room.all, |entry| {
            let has_room = room.take(entry.name, 0);
            if has_room {
                let Entry { fileid, name, cookie } = *entry;
                entries.push(Entry3 { fileid, name: name.into(), cookie });
            }
            has_room
        })?;
        if entries.is_empty() && !eof {
            return Err(Nfsstat3::ErrToosmall);
        }
        Ok((verifier, Dirlist3 { entries, eof }))
    }

    /// A part of a directory, with handles and attributes; `NFS3ERR_JUKEBOX` if that takes a wait, which may not be.
    pub(super) fn list_plus(
        &self,
        call: &Call,
        on: On<'_>,
        args: &Readdirplus3args,
    ) -> Outcome<(Cookieverf3, Dirlistplus3)> {
        let verifier = self.verified(on, args.cookie, args.cookieverf)?;
        let question = Question {
            caller: on.caller.clone(),
            directory: on.node.handle.file,
            changed: [on.stat.stx_mtime, on.stat.stx_ctime].map(time),
            cookie: args.cookie,
            room: [args.dircount, args.maxcount.min(most(call.transport()))],
        };
        if let Some(page) = self.pages.get(&question) {
            return Ok((verifier, page));
        }
        if !call.may_wait() {
            return Err(Nfsstat3::ErrJukebox);
        }
        let changes = self.pages.changes();
        let page = self.read_page(on, &question)?;
        self.pages.put(question, &page, changes);
        Ok((verifier, page))
    }

    fn read_page(&self, on: On<'_>, question: &Question) -> Outcome<Dirlistplus3> {
        let [names, all] = question.room;
        let mut room = Room::new(all, names)?;
        // An entry takes some 150 bytes more than one of the system, and what is read beyond the last is read again.
        let chunk = (room.all / 5).min(room.names.saturating_mul(3) / 2);
        let mut entries: Vec<Entryplus3> = Vec::with_capacity(room.all / 160);
        let mut block = BytesMut::new();
        let eof = self.read_entries(on, question.cookie, chunk, |entry| {
            let Some(entry) = self.entry_plus(on.node, on.stat, entry, &mut block) else { return true };
            let handle = if entry.name_handle.discriminant() { 4 + handle_bytes(&entry) } else { 0 };
            let attributes = if entry.name_attributes.discriminant() { 84 } else { 0 };
            let has_room = room.take(entry.name.as_bytes(), 8 + attributes + handle);
            if has_room {
                entries.push(entry);
            }
            has_room
        })?;
        if entries.is_empty() && !eof {
            return Err(Nfsstat3::ErrToosmall);
        }
        Ok(Dirlistplus3 { entries, eof })
    }

    /// Has `visit` see the entries behind a cookie until it wants no more; whether it has seen the last one.
    fn read_entries(
        &self,
        On { caller, node, stat }: On<'_>,
        cookie: u64,
        chunk: usize,
        mut visit: impl FnMut(&Entry<'_>) -> bool,
    ) -> Outcome<bool> {
        let directory = node.open(&self.export, caller, stat, Access::READ_OK)?;
        self.export.act_as(caller)?;
        let _alone = node.listing.lock().unwrap_or_else(PoisonError::into_inner);
        seek(&*directory, SeekFrom::Start(cookie)).map_err(|error| match error {
            Errno::INVAL => Nfsstat3::ErrBadCookie,
            other => other.into(),
        })?;
        let mut chunk = Vec::with_capacity(chunk.clamp(LEAST_CHUNK, MOST_CHUNK));
        let mut entries = RawDir::new(&*directory, chunk.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            if !visit(&self.entry(node, &entry?)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What is above the root of the export is the root.
    fn entry<'a>(&self, node: &Node, entry: &'a RawDirEntry<'_>) -> Entry<'a> {
        let name = entry.file_name().to_bytes();
        let inode = node.handle.file.inode;
        let is_top = name == b".." && inode == self.export.root().handle.file.inode;
        Entry { fileid: if is_top { inode } else { entry.ino() }, name, cookie: entry.next_entry_cookie() }
    }

    /// An entry with what is known of its file; `None` if it was removed meanwhile. Of the directory above, and of what another file
    /// system is mounted on, only the name.
    fn entry_plus(
        &self,
        node: &Node,
        directory: &Statx,
        entry: &Entry<'_>,
        block: &mut BytesMut,
    ) -> Option<Entryplus3> {
        let Entry { fileid, name, cookie } = *entry;
        let mut keep = |bytes: &[u8]| {
            if block.capacity() < bytes.len() {
                *block = BytesMut::with_capacity(BLOCK);
            }
            block.extend_from_slice(bytes);
            block.split().freeze()
        };
        let bare = |name: Bytes| Entryplus3 { fileid, name: name.into(), cookie, ..Entryplus3::default() };
        let found = match name {
            b".." => return Some(bare(keep(name))),
            b"." => Ok(*directory),
            _ => statx(&node.path, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT, KNOWN),
        };
        let stat = match found {
            Ok(stat) if name != b"." && stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT) => {
                return Some(bare(keep(name)));
            }
            Ok(stat) => stat,
            Err(Errno::NOENT) => return None,
            Err(_) => return Some(bare(keep(name))),
        };
        let is_itself = Identity::of(&stat) == node.handle.file;
        let handle = if is_itself { node.handle } else { self.export.handle_in(node, &stat) };
        Some(Entryplus3 {
            fileid: stat.stx_ino,
            name: keep(name).into(),
            cookie,
            name_attributes: self.post_op(&stat),
            name_handle: Some(NfsFh3 { data: keep(self.export.seal(&handle).as_bytes()) }).into(),
        })
    }

    /// What goes with the cookies of this directory, and of no other; that it went with `cookie`.
    fn verified(&self, On { node, stat, .. }: On<'_>, cookie: u64, verifier: Cookieverf3) -> Outcome<Cookieverf3> {
        if kind(stat) != FileType::Directory {
            return Err(Nfsstat3::ErrNotdir);
        }
        let sealed = self.export.seal(&node.handle);
        let right = sealed.as_bytes().first_chunk().copied().unwrap_or_default();
        if cookie == 0 || verifier == right { Ok(right) } else { Err(Nfsstat3::ErrBadCookie) }
    }
}

/// Bytes of the handle of a file.
pub fn handle_bytes(entry: &Entryplus3) -> usize {
    if let PostOpFh3::True(handle) = &entry.name_handle { handle.data.len() } else { 0 }
}

impl Room {
    fn new(all: u32, names: u32) -> Outcome<Self> {
        let bytes = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let all = bytes(all).checked_sub(EMPTY).ok_or(Nfsstat3::ErrToosmall)?;
        Ok(Self { all, names: bytes(names) })
    }

    /// Takes the room of an entry with so many bytes behind its cookie, if it is there.
    fn take(&mut self, name: &[u8], more: usize) -> bool {
        let names = 8 + 4 + name.len().next_multiple_of(4) + 8;
        match (self.all.checked_sub(4 + names + more), self.names.checked_sub(names)) {
            (Some(all), Some(names)) => {
                (self.all, self.names) = (all, names);
                true
            }
            _ => false,
        }
    }
}
