//! The export as the client sees it.

use crate::folder::{EXPORT, FILES};
use crate::mount3::mount_v3;
use crate::nfs3::{Diropargs3, Lookup3args, NfsFh3, PostOpFh3, Readdirplus3args, nfs_v3};
use crate::server::Server;
use oncrpc::ClientOptions;
use oncrpc::rpc::{AuthSys, Credential};
use std::error::Error;

/// What one READDIRPLUS may bring: of names, and in all.
const NAMES: u32 = 32 << 10;
const ALL: u32 = 128 << 10;

pub(crate) struct Export {
    pub(crate) client: nfs_v3::Client,
    root: NfsFh3,
}

impl Export {
    /// As the superuser.
    pub(crate) fn mount(server: &Server) -> Result<Self, Box<dyn Error>> {
        let superuser = AuthSys { stamp: 0, machine_name: "bench".into(), uid: 0, gid: 0, gids: Vec::new() };
        let options = ClientOptions::new().credential(Credential::Sys(superuser));
        let mounted = mount_v3::Client::connect_with(&server.mount(), &options)?.mnt(EXPORT)?;
        let mounted = mounted.into_result().map_err(|refused| format!("MNT: {refused:?}"))?;
        let client = nfs_v3::Client::connect_with(&server.nfs(), &options)?;
        Ok(Self { client, root: NfsFh3 { data: mounted.fhandle } })
    }

    /// A file or folder of the export.
    pub(crate) fn look_up(&self, name: &str) -> Result<NfsFh3, Box<dyn Error>> {
        let what = Diropargs3 { dir: self.root.clone(), name: name.into() };
        let found = self.client.lookup(&Lookup3args { what })?;
        Ok(found.into_result().map_err(|refused| format!("LOOKUP {name}: {refused:?}"))?.object)
    }

    /// The handles of all files of a folder, which are to be [`FILES`].
    pub(crate) fn list(&self, folder: &NfsFh3) -> Result<Vec<NfsFh3>, Box<dyn Error>> {
        let (mut all, mut cookie, mut cookieverf, mut eof) = (Vec::new(), 0, [0; 8], false);
        while !eof {
            let from = Readdirplus3args { dir: folder.clone(), cookie, cookieverf, dircount: NAMES, maxcount: ALL };
            let found = self.client.readdirplus(&from)?;
            let found = found.into_result().map_err(|refused| format!("READDIRPLUS: {refused:?}"))?;
            eof = found.reply.eof;
            cookieverf = found.cookieverf;
            cookie = match found.reply.entries.last() {
                Some(last) => last.cookie,
                None if eof => cookie,
                None => return Err("READDIRPLUS: neither entries nor the end".into()),
            };
            for entry in found.reply.entries {
                match entry.name_handle {
                    _ if entry.name == "." || entry.name == ".." => {}
                    PostOpFh3::True(handle) => all.push(handle),
                    PostOpFh3::False => return Err(format!("{}: no handle", entry.name).into()),
                }
            }
        }
        if all.len() as u64 == FILES { Ok(all) } else { Err(format!("{} files instead of {FILES}", all.len()).into()) }
    }
}
