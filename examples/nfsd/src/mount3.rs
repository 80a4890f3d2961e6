//! MOUNT, version 3: the handle that everything else is found from (RFC 1813, appendix I).

use crate::attributes::kind;
use crate::export::{Export, Handle};
use crate::idl::{
    Dirpath, Exportnode, Exports, Groupnode, Mountbody, Mountlist, Mountres3, Mountres3Ok, Mountstat3, Nfsstat3,
    mount_v3,
};
use crate::status::Outcome;
use oncrpc::rpc::Flavor;
use oncrpc::{Bytes, Call, Result};
use rustix::fs::FileType;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Mounts that are remembered. Stops clients from filling the memory.
const MOST_MOUNTS: usize = 1_024;

/// The export, to be mounted.
pub struct Mounts {
    export: Arc<Export>,
    /// Who may; everybody if it is empty.
    allowed: Vec<String>,
    /// Who has, as far as they say.
    mounted: Mutex<Vec<Mountbody>>,
}

impl Mounts {
    /// Lets `export` be mounted by those who are `allowed`: for the list that clients can ask for.
    pub fn new(export: Arc<Export>, allowed: Vec<String>) -> Self {
        Self { export, allowed, mounted: Mutex::default() }
    }

    /// The handle of a directory of the export, by its path on this machine.
    fn find(&self, path: &[u8]) -> Outcome<Handle> {
        let path = Path::new(OsStr::from_bytes(path));
        let below = path.strip_prefix(&self.export.path).map_err(|_| Nfsstat3::ErrNoent)?;
        self.export.act_as_itself()?;
        let mut node = Arc::clone(self.export.root());
        for part in below.components() {
            let Component::Normal(name) = part else { return Err(Nfsstat3::ErrInval) };
            let (child, stat) = self.export.open_in(&node, name.as_bytes())?;
            if kind(&stat) != FileType::Directory {
                return Err(Nfsstat3::ErrNotdir);
            }
            node = Arc::new(child);
        }
        Ok(node.handle)
    }

    fn mounted(&self) -> MutexGuard<'_, Vec<Mountbody>> {
        self.mounted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl mount_v3::Service for Mounts {
    fn mnt(&self, call: &Call, path: Dirpath) -> Result<Mountres3> {
        let found = self.find(path.as_bytes());
        let mount = Mountbody { ml_hostname: host(call).into(), ml_directory: path.detached() };
        let mut mounted = self.mounted();
        if found.is_ok() && !mounted.contains(&mount) && mounted.len() < MOST_MOUNTS {
            mounted.push(mount);
        }
        let found = found.map(|handle| Mountres3Ok {
            fhandle: Bytes::copy_from_slice(self.export.seal(&handle).as_bytes()),
            auth_flavors: vec![Flavor::SYS.0.cast_signed(), Flavor::NONE.0.cast_signed()],
        });
        // The numbers are the same, but MOUNT has fewer.
        let status = |status| Mountstat3::try_from(i32::from(status)).unwrap_or(Mountstat3::ErrServerfault);
        Ok(found.map_err(status).into())
    }

    fn dump(&self, _call: &Call) -> Result<Mountlist> {
        Ok(self.mounted().clone())
    }

    fn umnt(&self, call: &Call, path: Dirpath) -> Result<()> {
        let host = host(call);
        self.mounted().retain(|it| it.ml_hostname != host || it.ml_directory != path);
        Ok(())
    }

    fn umntall(&self, call: &Call) -> Result<()> {
        let host = host(call);
        self.mounted().retain(|it| it.ml_hostname != host);
        Ok(())
    }

    fn export(&self, _call: &Call) -> Result<Exports> {
        let groups = self.allowed.iter().map(|name| Groupnode { gr_name: name.into() }).collect();
        Ok(vec![Exportnode { ex_dir: self.export.path.as_os_str().as_bytes().into(), ex_groups: groups }])
    }
}

fn host(call: &Call) -> String {
    call.peer().ip().map_or_else(|| "localhost".to_owned(), |ip| ip.to_string())
}
