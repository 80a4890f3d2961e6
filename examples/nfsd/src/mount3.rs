//! MOUNT, version 3: the handle that everything else is found from (RFC 1813, appendix I).

use crate::export::{Export, lock};
use crate::idl::*;
use oncrpc::rpc::Flavor;
use oncrpc::{Call, Result};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Mounts that are remembered. Stops clients from filling the memory.
const MOST_MOUNTS: usize = 1_024;

/// The export, to be mounted.
pub struct Mounts {
    pub export: Arc<Export>,
    /// Who may, for the list that clients can ask for; everybody if it is empty.
    pub allowed: Vec<String>,
    /// Who has, as far as they say.
    pub mounted: Mutex<Vec<Mountbody>>,
}

impl mount_v3::Service for Mounts {
    fn mnt(&self, call: &Call, path: Dirpath) -> Result<Mountres3> {
        let found = self.export.directory(Path::new(OsStr::from_bytes(path.as_bytes())));
        let mount = Mountbody { ml_hostname: host(call).into(), ml_directory: path.detached() };
        let mut mounted = lock(&self.mounted);
        if found.is_ok() && !mounted.contains(&mount) && mounted.len() < MOST_MOUNTS {
            mounted.push(mount);
        }
        let found = found.map(|(handle, _)| Mountres3Ok {
            fhandle: handle.seal(self.export.key).data,
            auth_flavors: vec![Flavor::SYS.0.cast_signed(), Flavor::NONE.0.cast_signed()],
        });
        // The numbers are the same, but MOUNT has fewer.
        let status = |status| Mountstat3::try_from(i32::from(status)).unwrap_or(Mountstat3::ErrServerfault);
        Ok(found.map_err(status).into())
    }

    fn dump(&self, _call: &Call) -> Result<Mountlist> {
        Ok(lock(&self.mounted).clone())
    }

    fn umnt(&self, call: &Call, path: Dirpath) -> Result<()> {
        let host = host(call);
        lock(&self.mounted).retain(|it| it.ml_hostname != host || it.ml_directory != path);
        Ok(())
    }

    fn umntall(&self, call: &Call) -> Result<()> {
        let host = host(call);
        lock(&self.mounted).retain(|it| it.ml_hostname != host);
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
