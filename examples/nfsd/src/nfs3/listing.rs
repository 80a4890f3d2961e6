//! READDIR and READDIRPLUS. A cookie is the system's own position behind an entry: it stays right when the directory changes or
//! this server is restarted, so that no listing needs anything to be kept.

use super::pages::Question;
use super::system::most;
use super::{Nfs, On};
use crate::attributes::{kind, time};
use crate::export::{Identity, KNOWN};
use crate::idl::*;
use crate::status::Outcome;
use oncrpc::xdr::{Encoder, Sink, Xdr, from_bytes};
use oncrpc::{Bytes, Call};
use rustix::fs::{Access, AtFlags, FileType, Mode, OFlags, RawDir, SeekFrom, StatxAttributes, openat, seek, statx};
use rustix::io::Errno;

/// Bytes of a result without entries: status, attributes, verifier, the end of the list, `eof`.
const EMPTY: usize = 4 + (4 + 84) + 8 + 4 + 4;

/// Bytes of a directory that are read at a time: what is read and not sent is read again.
const LEAST_CHUNK: usize = 1 << 10;
const MOST_CHUNK: usize = 64 << 10;

impl Nfs {
    /// A part of a directory.
    pub(super) fn list(&self, call: &Call, on: On<'_>, args: &Readdir3args) -> Outcome<(Cookieverf3, Dirlist3)> {
        let verifier = self.verified(on, args.cookie, args.cookieverf)?;
        let room = [u32::MAX, args.count.min(most(call.transport()))];
        Ok((verifier, value::<Dirlist3>(&self.page::<Entry3>(on, args.cookie, room, Some)?)?))
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
        let page = match self.pages.get(&question) {
            Some(page) => page,
            None if !call.may_wait() && !self.export.is_in_memory => return Err(Nfsstat3::ErrJukebox),
            None => {
                on.caller.act()?;
                let mut watch = self.pages.watch(on.node);
                let page =
                    self.page(on, question.cookie, question.room, |entry| self.plus(on, entry, &mut watch.tells_all))?;
                self.pages.put(question, &page, watch);
                page
            }
        };
        Ok((verifier, value::<Dirlistplus3>(&page)?))
    }

    /// Entries behind a cookie as they are sent, each as `entry` has it, if any. There is room for so many bytes of names, and of all.
    fn page<E: Xdr<Value = E>>(
        &self,
        On { caller, node, stat }: On<'_>,
        cookie: u64,
        [names, all]: [u32; 2],
        mut entry: impl FnMut(Entry3) -> Option<E>,
    ) -> Outcome<Bytes> {
        let bytes = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let room = bytes(all).checked_sub(EMPTY).ok_or(Nfsstat3::ErrToosmall)?;
        let mut left = bytes(names);
        caller.enter(stat, Access::READ_OK)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(&self.export.descriptors, node.number(), flags, Mode::empty())?;
        seek(&directory, SeekFrom::Start(cookie)).map_err(|error| match error {
            Errno::INVAL => Nfsstat3::ErrBadCookie,
            other => other.into(),
        })?;
        // An entry takes more bytes than one of the system, with attributes five times as many.
        let mut chunk = Vec::with_capacity(left.min(room / 5).clamp(LEAST_CHUNK, MOST_CHUNK));
        let mut found = RawDir::new(&directory, chunk.spare_capacity_mut());
        let (mut out, mut eof) = (Encoder::new(), true);
        while let Some(next) = found.next() {
            let next = next?;
            let name = next.file_name().to_bytes();
            // What is above the root of the export is the root.
            let is_top = name == b".." && node.handle.file == self.export.root.handle.file;
            let fileid = if is_top { node.handle.file.inode } else { next.ino() };
            let Some(entry) = entry(Entry3 { fileid, name: name.into(), cookie: next.next_entry_cookie() }) else {
                continue;
            };
            let before = out.mark();
            put(&mut out, &true)?;
            put(&mut out, &entry)?;
            let name_room = 8 + 4 + name.len().next_multiple_of(4) + 8;
            if out.len() > room || left < name_room {
                out.truncate(before);
                eof = false;
                break;
            }
            left -= name_room;
        }
        if out.is_empty() && !eof {
            return Err(Nfsstat3::ErrToosmall);
        }
        put(&mut out, &false)?;
        put(&mut out, &eof)?;
        Ok(out.into_bytes())
    }

    /// An entry with what is known of its file; `None` if it was removed meanwhile. Of the directory above, and of what another file
    /// system is mounted on, only the name. What a watch of the directory does not tell of this file makes `tells_all` false.
    fn plus(&self, on: On<'_>, entry: Entry3, tells_all: &mut bool) -> Option<Entryplus3> {
        let Entry3 { fileid, name, cookie } = entry;
        let found = match name.as_bytes() {
            b"." => Ok((*on.stat, on.node.handle.clone())),
            b".." => Err(Errno::XDEV),
            plain => {
                statx(&on.node.path, plain, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT, KNOWN).and_then(|stat| {
                    // It does not tell what happens in a directory, or by another name.
                    *tells_all &= kind(&stat) != FileType::Directory && stat.stx_nlink == 1;
                    let is_other = stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
                    if is_other { Err(Errno::XDEV) } else { Ok((stat, on.node.handle.child(Identity::of(&stat)))) }
                })
            }
        };
        match found {
            Ok((stat, handle)) => Some(Entryplus3 {
                fileid: stat.stx_ino,
                name,
                cookie,
                name_attributes: self.post_op(&stat),
                name_handle: Some(handle.seal(self.export.key)).into(),
            }),
            Err(Errno::NOENT) => None,
            Err(_) => Some(Entryplus3 { fileid, name, cookie, ..Entryplus3::default() }),
        }
    }

    /// What goes with the cookies of this directory, and of no other; that it went with `cookie`.
    fn verified(&self, On { node, stat, .. }: On<'_>, cookie: u64, verifier: Cookieverf3) -> Outcome<Cookieverf3> {
        if kind(stat) != FileType::Directory {
            return Err(Nfsstat3::ErrNotdir);
        }
        let right = node.handle.seal(self.export.key).data.last_chunk().copied().unwrap_or_default();
        if cookie == 0 || verifier == right { Ok(right) } else { Err(Nfsstat3::ErrBadCookie) }
    }
}

fn put<V: Xdr<Value = V>>(out: &mut Encoder, value: &V) -> Outcome<()> {
    out.put_value::<V>(value).map_err(|_| Nfsstat3::ErrServerfault)
}

fn value<V: Xdr<Value = V>>(page: &Bytes) -> Outcome<V> {
    from_bytes::<V>(page).map_err(|_| Nfsstat3::ErrServerfault)
}
