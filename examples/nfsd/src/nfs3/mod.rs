//! NFS, version 3: each procedure asks the export and puts what comes of it into words of RFC 1813.

mod create;
mod data;
mod listing;
mod look;
mod names;
mod pages;
mod set;
mod system;

use crate::attributes::{fattr, wcc};
use crate::export::{Export, Node, lock};
use crate::identity::Caller;
use crate::idl::*;
use crate::options::Options;
use crate::status::Outcome;
use create::Made;
use oncrpc::{Call, Error, Result};
use pages::Pages;
use rustix::fs::{AtFlags, Statx, fstatvfs};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The export, served.
pub struct Nfs {
    export: Arc<Export>,
    options: Options,
    pages: Pages,
    /// Another one in each process, and when bringing data to disk has failed: clients then send again what they had written.
    verifier: AtomicU64,
    failures: Arc<Failures>,
}

/// How many calls came to something else than NFS3_OK, by the names of their procedures.
pub type Failures = Mutex<BTreeMap<&'static str, u64>>;

/// A file, what it is like, and who wants something of it.
#[derive(Clone, Copy)]
struct On<'a> {
    caller: &'a Caller,
    node: &'a Node,
    stat: &'a Statx,
}

/// What came of looking at a file or of changing it, and what it is like, or was before and after.
type Looked<T> = (PostOpAttr, Outcome<T>);
type Changed<T> = (WccData, Outcome<T>);

impl Nfs {
    /// Serves `export`.
    pub fn new(export: Arc<Export>, options: Options, failures: Arc<Failures>) -> Self {
        let verifier = AtomicU64::new(RandomState::new().hash_one(0));
        Self { export, options, pages: Pages::default(), verifier, failures }
    }

    /// What `act` makes of a file, and what that was like.
    fn looking<T>(&self, call: &Call, of: &NfsFh3, act: impl FnOnce(On<'_>) -> Outcome<T>) -> Looked<T> {
        match self.export.node(&of.data, call.may_wait()).and_then(|node| Ok((node.stat()?, node))) {
            Ok((stat, node)) => {
                let caller = &Caller::of(call, !self.options.no_root_squash);
                (self.post_op(&stat), act(On { caller, node: &node, stat: &stat }))
            }
            Err(status) => (PostOpAttr::default(), Err(status)),
        }
    }

    /// What `act` makes of a file that it may change, and what that was like before and after. Others who change it wait.
    fn changing<T>(&self, call: &Call, of: &NfsFh3, act: impl FnOnce(On<'_>) -> Outcome<T>) -> Changed<T> {
        let may_wait = call.may_wait();
        if !may_wait && !self.export.is_in_memory {
            return (WccData::default(), Err(Nfsstat3::ErrJukebox));
        }
        let found = self.export.node(&of.data, may_wait);
        match found.as_ref().map_err(|status| *status).and_then(|node| Ok((node, node.alone(may_wait)?))) {
            Ok((node, _alone)) => self.watching(&Caller::of(call, !self.options.no_root_squash), node, act),
            Err(status) => (WccData::default(), Err(status)),
        }
    }

    /// The same, of making something in a directory.
    fn making(&self, call: &Call, at: &Diropargs3, make: impl FnOnce(On<'_>, &[u8]) -> Outcome<Made>) -> Changed<Made> {
        self.changing(call, &at.dir, |on| make(on, self.to_change(on, at.name.as_bytes(), Nfsstat3::ErrExist)?))
    }

    /// The same, of a file that nobody else changes.
    fn watching<T>(&self, caller: &Caller, node: &Node, act: impl FnOnce(On<'_>) -> Outcome<T>) -> Changed<T> {
        let before = match node.stat() {
            Ok(before) => before,
            Err(status) => return (WccData::default(), Err(status)),
        };
        let outcome =
            if self.options.read_only { Err(Nfsstat3::ErrRofs) } else { act(On { caller, node, stat: &before }) };
        self.pages.outdate();
        let after = node.stat().ok();
        (wcc(&before, after.map(|after| self.fattr(&after))), outcome)
    }

    fn fattr(&self, stat: &Statx) -> Fattr3 {
        fattr(stat, self.export.fsid)
    }

    fn post_op(&self, stat: &Statx) -> PostOpAttr {
        Some(self.fattr(stat)).into()
    }

    fn verifier(&self) -> Writeverf3 {
        self.verifier.load(Ordering::Acquire).to_be_bytes()
    }

    /// The reply to a call: what it came to, or its status and what else is known then.
    fn reply<T, F, R: From<Result<T, (Nfsstat3, F)>>>(&self, call: &Call, outcome: Outcome<T>, fail: F) -> Result<R> {
        Ok(self.settled(call, outcome)?.map_err(|status| (status, fail)).into())
    }

    /// What a call came to, counted. One that was tried where it must not wait comes again where it may if it has to.
    fn settled<T>(&self, call: &Call, outcome: Outcome<T>) -> Result<Outcome<T>> {
        match outcome {
            Err(Nfsstat3::ErrJukebox) if !call.may_wait() => return Err(Error::WouldWait),
            Err(_) => *lock(&self.failures).entry(call.procedure_name()).or_default() += 1,
            Ok(_) => {}
        }
        Ok(outcome)
    }
}

impl nfs_v3::Service for Nfs {
    fn getattr(&self, call: &Call, Getattr3args { object }: Getattr3args) -> Result<Getattr3res> {
        let stat = self.export.node(&object.data, call.may_wait()).and_then(|node| node.stat());
        let found = stat.map(|stat| Getattr3resok { obj_attributes: self.fattr(&stat) });
        Ok(self.settled(call, found)?.into())
    }

    fn setattr(&self, call: &Call, args: Setattr3args) -> Result<Setattr3res> {
        let (obj_wcc, set) = self.changing(call, &args.object, |on| self.set(on, &args));
        self.reply(call, set.map(|()| Setattr3resok { obj_wcc }), Setattr3resfail { obj_wcc })
    }

    fn lookup(&self, call: &Call, Lookup3args { what }: Lookup3args) -> Result<Lookup3res> {
        let (dir_attributes, found) = self.looking(call, &what.dir, |on| self.look_up(on, what.name.as_bytes()));
        let found = found.map(|(object, obj_attributes)| Lookup3resok { object, obj_attributes, dir_attributes });
        self.reply(call, found, Lookup3resfail { dir_attributes })
    }

    fn access(&self, call: &Call, Access3args { object, access }: Access3args) -> Result<Access3res> {
        let (obj_attributes, allowed) = self.looking(call, &object, |on| self.allowed(on, access));
        let allowed = allowed.map(|access| Access3resok { obj_attributes, access });
        self.reply(call, allowed, Access3resfail { obj_attributes })
    }

    fn readlink(&self, call: &Call, Readlink3args { symlink }: Readlink3args) -> Result<Readlink3res> {
        let (symlink_attributes, target) = self.looking(call, &symlink, |on| self.read_link(on));
        let target = target.map(|data| Readlink3resok { symlink_attributes, data });
        self.reply(call, target, Readlink3resfail { symlink_attributes })
    }

    fn read(&self, call: &Call, Read3args { file, offset, count }: Read3args) -> Result<Read3res> {
        let (file_attributes, read) = self.looking(call, &file, |on| self.read_file(call, on, offset, count));
        let read = read.map(|(data, eof)| Read3resok { file_attributes, count: data.len() as u32, eof, data });
        self.reply(call, read, Read3resfail { file_attributes })
    }

    fn write(&self, call: &Call, args: Write3args) -> Result<Write3res> {
        let (file_wcc, written) = self.changing(call, &args.file, |on| self.write_file(on, &args));
        let written = written.map(|(count, committed, verf)| Write3resok { file_wcc, count, committed, verf });
        self.reply(call, written, Write3resfail { file_wcc })
    }

    fn create(&self, call: &Call, Create3args { r#where, how }: Create3args) -> Result<Create3res> {
        let (dir_wcc, made) = self.making(call, &r#where, |on, name| self.make_file(on, name, &how));
        let made = made.map(|(obj, obj_attributes)| Create3resok { obj, obj_attributes, dir_wcc });
        self.reply(call, made, Create3resfail { dir_wcc })
    }

    fn mkdir(&self, call: &Call, Mkdir3args { r#where, attributes }: Mkdir3args) -> Result<Mkdir3res> {
        let (dir_wcc, made) = self.making(call, &r#where, |on, name| self.make_directory(on, name, &attributes));
        let made = made.map(|(obj, obj_attributes)| Mkdir3resok { obj, obj_attributes, dir_wcc });
        self.reply(call, made, Mkdir3resfail { dir_wcc })
    }

    fn symlink(&self, call: &Call, Symlink3args { r#where, symlink }: Symlink3args) -> Result<Symlink3res> {
        let (dir_wcc, made) = self.making(call, &r#where, |on, name| self.make_link(on, name, &symlink));
        let made = made.map(|(obj, obj_attributes)| Symlink3resok { obj, obj_attributes, dir_wcc });
        self.reply(call, made, Symlink3resfail { dir_wcc })
    }

    fn mknod(&self, call: &Call, Mknod3args { r#where, what }: Mknod3args) -> Result<Mknod3res> {
        let (dir_wcc, made) = self.making(call, &r#where, |on, name| self.make_special(on, name, &what));
        let made = made.map(|(obj, obj_attributes)| Mknod3resok { obj, obj_attributes, dir_wcc });
        self.reply(call, made, Mknod3resfail { dir_wcc })
    }

    fn remove(&self, call: &Call, Remove3args { object }: Remove3args) -> Result<Remove3res> {
        let (dir_wcc, removed) = self.changing(call, &object.dir, |on| self.unlink(on, &object.name, AtFlags::empty()));
        self.reply(call, removed.map(|()| Remove3resok { dir_wcc }), Remove3resfail { dir_wcc })
    }

    fn rmdir(&self, call: &Call, Rmdir3args { object }: Rmdir3args) -> Result<Rmdir3res> {
        let (dir_wcc, removed) =
            self.changing(call, &object.dir, |on| self.unlink(on, &object.name, AtFlags::REMOVEDIR));
        self.reply(call, removed.map(|()| Rmdir3resok { dir_wcc }), Rmdir3resfail { dir_wcc })
    }

    fn rename(&self, call: &Call, Rename3args { from, to }: Rename3args) -> Result<Rename3res> {
        let (fromdir_wcc, (todir_wcc, renamed)) =
            self.move_file(&Caller::of(call, !self.options.no_root_squash), &from, &to);
        let renamed = renamed.map(|()| Rename3resok { fromdir_wcc, todir_wcc });
        self.reply(call, renamed, Rename3resfail { fromdir_wcc, todir_wcc })
    }

    fn link(&self, call: &Call, Link3args { file, link }: Link3args) -> Result<Link3res> {
        let (linkdir_wcc, linked) = self.changing(call, &link.dir, |on| self.add_name(on, link.name.as_bytes(), &file));
        let (file_attributes, _) = self.looking(call, &file, |_| Ok(()));
        let linked = linked.map(|()| Link3resok { file_attributes, linkdir_wcc });
        self.reply(call, linked, Link3resfail { file_attributes, linkdir_wcc })
    }

    fn readdir(&self, call: &Call, args: Readdir3args) -> Result<Readdir3res> {
        let (dir_attributes, listed) = self.looking(call, &args.dir, |on| self.list(call, on, &args));
        let listed = listed.map(|(cookieverf, reply)| Readdir3resok { dir_attributes, cookieverf, reply });
        self.reply(call, listed, Readdir3resfail { dir_attributes })
    }

    fn readdirplus(&self, call: &Call, args: Readdirplus3args) -> Result<Readdirplus3res> {
        let (dir_attributes, listed) = self.looking(call, &args.dir, |on| self.list_plus(call, on, &args));
        let listed = listed.map(|(cookieverf, reply)| Readdirplus3resok { dir_attributes, cookieverf, reply });
        self.reply(call, listed, Readdirplus3resfail { dir_attributes })
    }

    fn fsstat(&self, call: &Call, Fsstat3args { fsroot }: Fsstat3args) -> Result<Fsstat3res> {
        let (obj_attributes, system) = self.looking(call, &fsroot, |on| Ok(fstatvfs(&on.node.path)?));
        let space = system.map(|system| system::space(obj_attributes, &system));
        self.reply(call, space, Fsstat3resfail { obj_attributes })
    }

    fn fsinfo(&self, call: &Call, Fsinfo3args { fsroot }: Fsinfo3args) -> Result<Fsinfo3res> {
        let (obj_attributes, found) = self.looking(call, &fsroot, |_| Ok(()));
        let limits = found.map(|()| system::limits(obj_attributes, call.transport()));
        self.reply(call, limits, Fsinfo3resfail { obj_attributes })
    }

    fn pathconf(&self, call: &Call, Pathconf3args { object }: Pathconf3args) -> Result<Pathconf3res> {
        let (obj_attributes, system) = self.looking(call, &object, |on| Ok(fstatvfs(&on.node.path)?));
        let names = system.map(|system| system::names(obj_attributes, &system));
        self.reply(call, names, Pathconf3resfail { obj_attributes })
    }

    fn commit(&self, call: &Call, Commit3args { file, .. }: Commit3args) -> Result<Commit3res> {
        let (file_wcc, committed) = self.changing(call, &file, |on| self.bring_to_disk(on));
        let committed = committed.map(|()| Commit3resok { file_wcc, verf: self.verifier() });
        self.reply(call, committed, Commit3resfail { file_wcc })
    }
}
