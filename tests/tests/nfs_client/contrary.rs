//! A server that does what RFC 1813 lets it do and hardly any does, or what none may. Its one directory has one file.

use oncrpc::{Bytes, Call, Error, Result, RunningServer, Server, Text, layers};
use oncrpc_tests::interfaces::protocols::mount3::*;
use oncrpc_tests::interfaces::protocols::nfs3::*;
use std::sync::{Arc, Mutex, MutexGuard};

/// In what way it is contrary, beside what all of them do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Manner {
    /// Restarts at the first two COMMITs, and says NOTSUPP to READDIRPLUS.
    Lossy,
    /// Restarts at every COMMIT.
    #[default]
    Forgetful,
    /// Lists the same names for ever, and gives more than READ asks for.
    Broken,
    /// Needs time at every second call; knows UMNT.
    Busy,
    /// Always needs time.
    Asleep,
    /// Talks to privileged ports only.
    Strict,
}

#[derive(Clone, Debug)]
pub(crate) struct Contrary(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    manner: Manner,
    /// What is safe.
    pub(crate) file: Vec<u8>,
    /// What is not.
    written: Vec<(u64, Bytes)>,
    /// How often it has restarted.
    pub(crate) restarts: u64,
    /// How often it was called.
    calls: u64,
    /// What clients have said goodbye to.
    pub(crate) unmounted: Vec<String>,
}

impl Contrary {
    /// One with a file, and its URL.
    pub(crate) fn start(manner: Manner, file: &[u8]) -> (Self, RunningServer, String) {
        let state = State { manner, file: file.to_vec(), ..State::default() };
        let this = Self(Arc::new(Mutex::new(state)));
        let server = Server::new().serve(nfs_v3::server(this.clone())).serve(mount_v3::server(this.clone()));
        let server = if manner == Manner::Strict { server.layer(layers::privileged_port()) } else { server };
        let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
        let url = format!("nfs://{}/short/longer", server.addresses()[0].strip_prefix("tcp://").unwrap());
        (this, server, url)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Whether this call has to be made again.
    fn is_busy(&self) -> bool {
        let mut state = self.state();
        state.calls += 1;
        state.manner == Manner::Asleep || state.manner == Manner::Busy && !state.calls.is_multiple_of(2)
    }
}

impl State {
    fn verifier(&self) -> [u8; 8] {
        self.restarts.to_be_bytes()
    }

    fn keep(&mut self) {
        for (offset, data) in std::mem::take(&mut self.written) {
            let (start, end) = (offset as usize, offset as usize + data.len());
            self.file.resize(self.file.len().max(end), 0);
            self.file[start..end].copy_from_slice(&data);
        }
    }
}

fn handle(name: &'static [u8]) -> NfsFh3 {
    NfsFh3 { data: Bytes::from_static(name) }
}

/// It never tells attributes unasked.
const UNTOLD: WccData = WccData { before: PreOpAttr::False, after: PostOpAttr::False };

macro_rules! unavailable {
    ($($name:ident($arguments:ty) -> $result:ty;)*) => {
        $(fn $name(&self, _: &Call, _: $arguments) -> Result<$result> { Err(Error::ProcedureUnavailable) })*
    };
}

impl nfs_v3::Service for Contrary {
    fn getattr(&self, _: &Call, arguments: Getattr3args) -> Result<Getattr3res> {
        if self.is_busy() {
            return Ok(Getattr3res::Default(Nfsstat3::ErrJukebox));
        }
        let r#type = if arguments.object == handle(b"file") { Ftype3::Reg } else { Ftype3::Dir };
        let size = self.state().file.len() as u64;
        Ok(Getattr3res::Ok(Getattr3resok { obj_attributes: Fattr3 { r#type, size, ..Fattr3::default() } }))
    }

    fn setattr(&self, _: &Call, arguments: Setattr3args) -> Result<Setattr3res> {
        if self.is_busy() {
            return Ok(Setattr3res::Default(Nfsstat3::ErrJukebox, Setattr3resfail::default()));
        }
        let size = arguments.new_attributes.size.into_option();
        self.state().file.truncate(size.unwrap_or(u64::MAX) as usize);
        Ok(Setattr3res::Ok(Setattr3resok { obj_wcc: UNTOLD }))
    }

    fn lookup(&self, _: &Call, arguments: Lookup3args) -> Result<Lookup3res> {
        if self.is_busy() {
            return Ok(Lookup3res::Default(Nfsstat3::ErrJukebox, Lookup3resfail::default()));
        }
        let (obj_attributes, dir_attributes) = (PostOpAttr::False, PostOpAttr::False);
        let is_known = |name: &str| arguments.what.name == name;
        if !["file", "name-1", "name-2", "name-5"].into_iter().any(is_known) {
            return Ok(Lookup3res::Default(Nfsstat3::ErrNoent, Lookup3resfail { dir_attributes }));
        }
        Ok(Lookup3res::Ok(Lookup3resok { object: handle(b"file"), obj_attributes, dir_attributes }))
    }

    /// Two thirds of what is asked for; that there is no more, only where nothing is left.
    fn read(&self, _: &Call, arguments: Read3args) -> Result<Read3res> {
        if self.is_busy() {
            return Ok(Read3res::Default(Nfsstat3::ErrJukebox, Read3resfail::default()));
        }
        let state = self.state();
        let start = state.file.len().min(arguments.offset as usize);
        let most = if state.manner == Manner::Broken { arguments.count + 1 } else { arguments.count.div_ceil(3) * 2 };
        let data = Bytes::copy_from_slice(&state.file[start..state.file.len().min(start + most as usize)]);
        let (count, eof) = (data.len() as u32, data.is_empty());
        Ok(Read3res::Ok(Read3resok { file_attributes: PostOpAttr::False, count, eof, data }))
    }

    /// Half of what it is given.
    fn write(&self, _: &Call, arguments: Write3args) -> Result<Write3res> {
        if self.is_busy() {
            return Ok(Write3res::Default(Nfsstat3::ErrJukebox, Write3resfail::default()));
        }
        let mut state = self.state();
        let data = arguments.data.slice(..arguments.data.len().div_ceil(2));
        let count = data.len() as u32;
        state.written.push((arguments.offset, data));
        let (committed, verf) = (StableHow::Unstable, state.verifier());
        Ok(Write3res::Ok(Write3resok { file_wcc: UNTOLD, count, committed, verf }))
    }

    fn create(&self, _: &Call, _: Create3args) -> Result<Create3res> {
        if self.is_busy() {
            return Ok(Create3res::Default(Nfsstat3::ErrJukebox, Create3resfail::default()));
        }
        let (obj, obj_attributes) = (PostOpFh3::False, PostOpAttr::False);
        Ok(Create3res::Ok(Create3resok { obj, obj_attributes, dir_wcc: UNTOLD }))
    }

    fn readdir(&self, _: &Call, arguments: Readdir3args) -> Result<Readdir3res> {
        if self.is_busy() {
            return Ok(Readdir3res::Default(Nfsstat3::ErrJukebox, Readdir3resfail::default()));
        }
        let number = arguments.cookie + 1;
        let cookie = if self.state().manner == Manner::Broken { 1 } else { number };
        let entry = Entry3 { fileid: number, name: format!("name-{number}").into(), cookie };
        let reply = Dirlist3 { entries: vec![entry], eof: cookie == 5 };
        Ok(Readdir3res::Ok(Readdir3resok { dir_attributes: PostOpAttr::False, cookieverf: [7; 8], reply }))
    }

    fn readdirplus(&self, _: &Call, _: Readdirplus3args) -> Result<Readdirplus3res> {
        let fail = Readdirplus3resfail { dir_attributes: PostOpAttr::False };
        match self.state().manner {
            Manner::Lossy => Ok(Readdirplus3res::Default(Nfsstat3::ErrNotsupp, fail)),
            _ => Err(Error::ProcedureUnavailable),
        }
    }

    fn fsinfo(&self, _: &Call, _: Fsinfo3args) -> Result<Fsinfo3res> {
        if self.is_busy() {
            return Ok(Fsinfo3res::Default(Nfsstat3::ErrJukebox, Fsinfo3resfail::default()));
        }
        Ok(Fsinfo3res::Ok(Fsinfo3resok { rtmax: 5000, rtpref: 7000, wtmax: 3000, ..Fsinfo3resok::default() }))
    }

    fn commit(&self, _: &Call, _: Commit3args) -> Result<Commit3res> {
        if self.is_busy() {
            return Ok(Commit3res::Default(Nfsstat3::ErrJukebox, Commit3resfail::default()));
        }
        let mut state = self.state();
        if state.manner == Manner::Forgetful || state.restarts < 2 {
            state.restarts += 1;
            state.written.clear();
        }
        state.keep();
        Ok(Commit3res::Ok(Commit3resok { file_wcc: UNTOLD, verf: state.verifier() }))
    }

    unavailable! {
        access(Access3args) -> Access3res;
        readlink(Readlink3args) -> Readlink3res;
        mkdir(Mkdir3args) -> Mkdir3res;
        symlink(Symlink3args) -> Symlink3res;
        mknod(Mknod3args) -> Mknod3res;
        remove(Remove3args) -> Remove3res;
        rmdir(Rmdir3args) -> Rmdir3res;
        rename(Rename3args) -> Rename3res;
        link(Link3args) -> Link3res;
        fsstat(Fsstat3args) -> Fsstat3res;
        pathconf(Pathconf3args) -> Pathconf3res;
    }
}

impl mount_v3::Service for Contrary {
    /// The export with the longer path is the right one.
    fn mnt(&self, _: &Call, path: Text) -> Result<Mountres3> {
        let mounted = Mountres3Ok { fhandle: Bytes::from_static(b"root"), auth_flavors: vec![1] };
        Ok(if path == "/short//longer/" { Mountres3::Ok(mounted) } else { Mountres3::Default(Mountstat3::ErrAcces) })
    }

    fn export(&self, _: &Call) -> Result<Exports> {
        let export = |path: &str| Exportnode { ex_dir: path.into(), ex_groups: Vec::new() };
        Ok(["/short", "/short//longer/", "/short/long", "/"].map(export).into())
    }

    fn dump(&self, _: &Call) -> Result<Mountlist> {
        Err(Error::ProcedureUnavailable)
    }

    fn umnt(&self, _: &Call, path: Text) -> Result<()> {
        self.state().unmounted.push(path.to_str_lossy().into_owned());
        if self.state().manner == Manner::Busy { Ok(()) } else { Err(Error::ProcedureUnavailable) }
    }

    fn umntall(&self, _: &Call) -> Result<()> {
        Err(Error::ProcedureUnavailable)
    }
}
