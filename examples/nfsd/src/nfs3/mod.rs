//! NFS, version 3: each procedure asks the export and puts what comes of it into words of RFC 1813.

mod buffers;
mod create;
mod data;
mod listing;
mod look;
mod names;
mod pages;
mod set;
mod system;
mod verifier;

use crate::attributes::{fattr, wcc};
use crate::export::{Export, Handle, Node};
use crate::identity::Caller;
use crate::idl::*;
use crate::options::Rules;
use crate::report::Tally;
use crate::status::Outcome;
use buffers::Buffers;
use oncrpc::{Bytes, Call, Error, Result};
use pages::Pages;
use rustix::fs::Statx;
use std::sync::{Arc, PoisonError};
use verifier::Verifier;

/// The reply to a call, of type `$reply`: of what it came to, or of its status and what else is known then.
macro_rules! answer {
    ($nfs:ident, $call:ident, $reply:ident, $outcome:ident, $found:pat => $ok:expr, $fail:expr) => {
        Ok(match $outcome {
            Ok($found) => $reply::Ok($ok),
            Err(status) => $reply::Default($nfs.tally.failed($call, status), $fail),
        })
    };
}

/// The export, served.
pub struct Nfs {
    export: Arc<Export>,
    rules: Rules,
    buffers: Arc<Buffers>,
    pages: Pages,
    verifier: Verifier,
    tally: Arc<Tally>,
}

/// A file, what it is like, and who wants something of it.
#[derive(Clone, Copy)]
struct On<'a> {
    caller: &'a Caller,
    node: &'a Node,
    stat: &'a Statx,
}

impl Nfs {
    /// Serves `export`.
    pub fn new(export: Arc<Export>, rules: Rules, tally: Arc<Tally>) -> Self {
        Self { export, rules, buffers: Arc::default(), pages: Pages::new(), verifier: Verifier::new(), tally }
    }

    fn caller(&self, call: &Call) -> Caller {
        Caller::of(call, self.rules.squash)
    }

    /// The file of a handle. A call that is tried where it must not wait has to come again if the file is not at hand.
    fn node(&self, call: &Call, handle: &NfsFh3) -> Result<Outcome<Arc<Node>>> {
        match self.export.at_hand(&handle.data) {
            Ok(None) if !call.may_wait() => Err(Error::WouldWait),
            Ok(None) => Ok(self.export.node(&handle.data)),
            Ok(Some(node)) => Ok(Ok(node)),
            Err(status) => Ok(Err(status)),
        }
    }

    /// What `act` makes of a file, and what that was like.
    fn looking<T>(
        &self,
        call: &Call,
        handle: &NfsFh3,
        act: impl FnOnce(On<'_>) -> Outcome<T>,
    ) -> Result<(PostOpAttr, Outcome<T>)> {
        let found = self.node(call, handle)?.and_then(|node| Ok((node.stat()?, node)));
        Ok(match found {
            Ok((stat, node)) => {
                let caller = &self.caller(call);
                (self.post_op(&stat), act(On { caller, node: &node, stat: &stat }))
            }
            Err(status) => (PostOpAttr::default(), Err(status)),
        })
    }

    /// What `act` makes of a file that it may change, and what that was like before and after. Others who change it
    /// over NFS wait for it.
    fn changing<T>(
        &self,
        call: &Call,
        handle: &NfsFh3,
        act: impl FnOnce(On<'_>) -> Outcome<T>,
    ) -> (WccData, Outcome<T>) {
        match self.export.node(&handle.data) {
            Ok(node) => self.changing_node(&self.caller(call), &node, act),
            Err(status) => (WccData::default(), Err(status)),
        }
    }

    fn changing_node<T>(
        &self,
        caller: &Caller,
        node: &Node,
        act: impl FnOnce(On<'_>) -> Outcome<T>,
    ) -> (WccData, Outcome<T>) {
        let _alone = node.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match node.stat() {
            Ok(before) => before,
            Err(status) => return (WccData::default(), Err(status)),
        };
        let outcome =
            if self.rules.read_only { Err(Nfsstat3::ErrRofs) } else { act(On { caller, node, stat: &before }) };
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

    fn handle(&self, handle: &Handle) -> NfsFh3 {
        NfsFh3 { data: Bytes::copy_from_slice(self.export.seal(handle).as_bytes()) }
    }
}

/// What came of a call that was tried where it must not wait; `None` makes it come again where it may.
fn at_once_or_later<T>(outcome: Outcome<Option<T>>) -> Result<Outcome<T>> {
    outcome.transpose().ok_or(Error::WouldWait)
}

impl nfs_v3::Service for Nfs {
    fn getattr(&self, call: &Call, args: Getattr3args) -> Result<Getattr3res> {
        let stat = self.node(call, &args.object)?.and_then(|node| node.stat());
        Ok(match stat {
            Ok(stat) => Getattr3res::Ok(Getattr3resok { obj_attributes: self.fattr(&stat) }),
            Err(status) => Getattr3res::Default(self.tally.failed(call, status)),
        })
    }

    fn setattr(&self, call: &Call, args: Setattr3args) -> Result<Setattr3res> {
        let (obj_wcc, outcome) = self.changing(call, &args.object, |on| self.set(on, &args));
        answer!(self, call, Setattr3res, outcome, () => Setattr3resok { obj_wcc }, Setattr3resfail { obj_wcc })
    }

    fn lookup(&self, call: &Call, Lookup3args { what }: Lookup3args) -> Result<Lookup3res> {
        let (dir_attributes, outcome) = self.looking(call, &what.dir, |on| self.look_up(on, what.name.as_bytes()))?;
        answer!(self, call, Lookup3res, outcome,
            (object, obj_attributes) => Lookup3resok { object, obj_attributes, dir_attributes },
            Lookup3resfail { dir_attributes })
    }

    fn access(&self, call: &Call, args: Access3args) -> Result<Access3res> {
        let (obj_attributes, outcome) = self.looking(call, &args.object, |on| self.allowed(on, args.access))?;
        answer!(self, call, Access3res, outcome,
            access => Access3resok { obj_attributes, access },
            Access3resfail { obj_attributes })
    }

    fn readlink(&self, call: &Call, args: Readlink3args) -> Result<Readlink3res> {
        let (symlink_attributes, outcome) = self.looking(call, &args.symlink, |on| self.read_link(on))?;
        answer!(self, call, Readlink3res, outcome,
            data => Readlink3resok { symlink_attributes, data },
            Readlink3resfail { symlink_attributes })
    }

    fn read(&self, call: &Call, args: Read3args) -> Result<Read3res> {
        let most = system::most(call.transport());
        let (file_attributes, outcome) = self
            .looking(call, &args.file, |on| self.read_file(on, args.offset, args.count.min(most), call.may_wait()))?;
        let outcome = at_once_or_later(outcome)?;
        answer!(self, call, Read3res, outcome,
            (data, eof) => Read3resok { file_attributes, count: data.len() as u32, eof, data },
            Read3resfail { file_attributes })
    }

    fn write(&self, call: &Call, args: Write3args) -> Result<Write3res> {
        let (file_wcc, outcome) = self.changing(call, &args.file, |on| self.write_file(on, &args));
        answer!(self, call, Write3res, outcome,
            (count, committed) => Write3resok { file_wcc, count, committed, verf: self.verifier.bytes() },
            Write3resfail { file_wcc })
    }

    fn create(&self, call: &Call, Create3args { r#where, how }: Create3args) -> Result<Create3res> {
        let (dir_wcc, outcome) =
            self.changing(call, &r#where.dir, |on| self.make_file(on, r#where.name.as_bytes(), &how));
        answer!(self, call, Create3res, outcome,
            (obj, obj_attributes) => Create3resok { obj, obj_attributes, dir_wcc },
            Create3resfail { dir_wcc })
    }

    fn mkdir(&self, call: &Call, Mkdir3args { r#where, attributes }: Mkdir3args) -> Result<Mkdir3res> {
        let (dir_wcc, outcome) =
            self.changing(call, &r#where.dir, |on| self.make_directory(on, r#where.name.as_bytes(), &attributes));
        answer!(self, call, Mkdir3res, outcome,
            (obj, obj_attributes) => Mkdir3resok { obj, obj_attributes, dir_wcc },
            Mkdir3resfail { dir_wcc })
    }

    fn symlink(&self, call: &Call, Symlink3args { r#where, symlink }: Symlink3args) -> Result<Symlink3res> {
        let (dir_wcc, outcome) =
            self.changing(call, &r#where.dir, |on| self.make_link(on, r#where.name.as_bytes(), &symlink));
        answer!(self, call, Symlink3res, outcome,
            (obj, obj_attributes) => Symlink3resok { obj, obj_attributes, dir_wcc },
            Symlink3resfail { dir_wcc })
    }

    fn mknod(&self, call: &Call, Mknod3args { r#where, what }: Mknod3args) -> Result<Mknod3res> {
        let (dir_wcc, outcome) =
            self.changing(call, &r#where.dir, |on| self.make_special(on, r#where.name.as_bytes(), &what));
        answer!(self, call, Mknod3res, outcome,
            (obj, obj_attributes) => Mknod3resok { obj, obj_attributes, dir_wcc },
            Mknod3resfail { dir_wcc })
    }

    fn remove(&self, call: &Call, Remove3args { object }: Remove3args) -> Result<Remove3res> {
        let (dir_wcc, outcome) = self.changing(call, &object.dir, |on| self.remove_file(on, object.name.as_bytes()));
        answer!(self, call, Remove3res, outcome, () => Remove3resok { dir_wcc }, Remove3resfail { dir_wcc })
    }

    fn rmdir(&self, call: &Call, Rmdir3args { object }: Rmdir3args) -> Result<Rmdir3res> {
        let (dir_wcc, outcome) =
            self.changing(call, &object.dir, |on| self.remove_directory(on, object.name.as_bytes()));
        answer!(self, call, Rmdir3res, outcome, () => Rmdir3resok { dir_wcc }, Rmdir3resfail { dir_wcc })
    }

    fn rename(&self, call: &Call, Rename3args { from, to }: Rename3args) -> Result<Rename3res> {
        let (fromdir_wcc, todir_wcc, outcome) = self.move_file(&self.caller(call), &from, &to);
        answer!(self, call, Rename3res, outcome,
            () => Rename3resok { fromdir_wcc, todir_wcc },
            Rename3resfail { fromdir_wcc, todir_wcc })
    }

    fn link(&self, call: &Call, Link3args { file, link }: Link3args) -> Result<Link3res> {
        let (linkdir_wcc, outcome) =
            self.changing(call, &link.dir, |on| self.add_name(on, &file, link.name.as_bytes()));
        let (file_attributes, _) = self.looking(call, &file, |_| Ok(()))?;
        answer!(self, call, Link3res, outcome,
            () => Link3resok { file_attributes, linkdir_wcc },
            Link3resfail { file_attributes, linkdir_wcc })
    }

    fn readdir(&self, call: &Call, args: Readdir3args) -> Result<Readdir3res> {
        let (dir_attributes, outcome) = self.looking(call, &args.dir, |on| self.list(call, on, &args))?;
        answer!(self, call, Readdir3res, outcome,
            (cookieverf, reply) => Readdir3resok { dir_attributes, cookieverf, reply },
            Readdir3resfail { dir_attributes })
    }

    fn readdirplus(&self, call: &Call, args: Readdirplus3args) -> Result<Readdirplus3res> {
        let (dir_attributes, outcome) = self.looking(call, &args.dir, |on| self.list_plus(call, on, &args))?;
        let outcome = at_once_or_later(outcome)?;
        answer!(self, call, Readdirplus3res, outcome,
            (cookieverf, reply) => Readdirplus3resok { dir_attributes, cookieverf, reply },
            Readdirplus3resfail { dir_attributes })
    }

    fn fsstat(&self, call: &Call, args: Fsstat3args) -> Result<Fsstat3res> {
        let (obj_attributes, outcome) = self.looking(call, &args.fsroot, |on| system::space(on.node))?;
        answer!(self, call, Fsstat3res, outcome,
            space => Fsstat3resok { obj_attributes, ..space },
            Fsstat3resfail { obj_attributes })
    }

    fn fsinfo(&self, call: &Call, args: Fsinfo3args) -> Result<Fsinfo3res> {
        let (obj_attributes, outcome) = self.looking(call, &args.fsroot, |_| Ok(system::limits(call.transport())))?;
        answer!(self, call, Fsinfo3res, outcome,
            limits => Fsinfo3resok { obj_attributes, ..limits },
            Fsinfo3resfail { obj_attributes })
    }

    fn pathconf(&self, call: &Call, args: Pathconf3args) -> Result<Pathconf3res> {
        let (obj_attributes, outcome) = self.looking(call, &args.object, |on| system::names(on.node))?;
        answer!(self, call, Pathconf3res, outcome,
            names => Pathconf3resok { obj_attributes, ..names },
            Pathconf3resfail { obj_attributes })
    }

    fn commit(&self, call: &Call, args: Commit3args) -> Result<Commit3res> {
        let (file_wcc, outcome) = self.changing(call, &args.file, |on| self.bring_to_disk(on));
        answer!(self, call, Commit3res, outcome,
            () => Commit3resok { file_wcc, verf: self.verifier.bytes() },
            Commit3resfail { file_wcc })
    }
}
