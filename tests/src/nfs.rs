//! What is on an NFS server, as the client sees it that our compiler makes of idl/nfs3.x and idl/mount3.x.

use crate::interfaces::protocols::mount3::mount_v3;
use crate::interfaces::protocols::nfs3::{
    Diropargs3, Entryplus3, Fattr3, Getattr3args, Lookup3args, NfsFh3, Read3args, Readdirplus3args, nfs_v3,
};
use oncrpc::Bytes;
use oncrpc::rpc::{AuthSys, Credential};
use oncrpc::{ClientOptions, Result};
use std::path::Path;

/// The bytes that a READ asks for.
const READ: u32 = 64 << 10;

/// A folder that a server exports. What it does not do is told by a panic: it is there for tests.
#[derive(Clone, Debug)]
pub struct Export {
    /// For what is not below.
    pub client: nfs_v3::Client,
    /// Where all begins.
    pub root: NfsFh3,
}

impl Export {
    /// The export of this path, for the superuser.
    ///
    /// # Errors
    /// Nobody answers there, or MOUNT refuses.
    pub fn mount(nfs: &str, mount: &str, path: &Path) -> Result<Self> {
        let root = Credential::Sys(AuthSys { stamp: 0, machine_name: "test".into(), uid: 0, gid: 0, gids: Vec::new() });
        let options = ClientOptions::new().credential(root).idempotent(true);
        let mounted = mount_v3::Client::connect_with(mount, &options)?.mnt(path.to_str().unwrap())?;
        let mounted = mounted.into_result().unwrap_or_else(|refused| panic!("{}: {refused:?}", path.display()));
        Ok(Self { client: nfs_v3::Client::connect_with(nfs, &options)?, root: NfsFh3 { data: mounted.fhandle } })
    }

    /// What is known of a file.
    pub fn attributes(&self, file: &NfsFh3) -> Fattr3 {
        let found = self.client.getattr(&Getattr3args { object: file.clone() }).unwrap();
        found.into_result().unwrap().obj_attributes
    }

    /// The file of a name in the root.
    pub fn look_up(&self, name: &str) -> NfsFh3 {
        let what = Diropargs3 { dir: self.root.clone(), name: name.into() };
        self.client.lookup(&Lookup3args { what }).unwrap().into_result().unwrap().object
    }

    /// All of a folder but `.` and `..`, in the order of the server.
    pub fn list(&self, folder: &NfsFh3) -> Vec<Entryplus3> {
        let (mut all, mut cookie, mut cookieverf) = (Vec::new(), 0, [0; 8]);
        loop {
            let dir = folder.clone();
            let from = Readdirplus3args { dir, cookie, cookieverf, dircount: 32 << 10, maxcount: 128 << 10 };
            let found = self.client.readdirplus(&from).unwrap().into_result().unwrap();
            let last = found.reply.entries.last().map(|entry| entry.cookie);
            let eof = found.reply.eof;
            all.extend(found.reply.entries.into_iter().filter(|it| ![".", ".."].iter().any(|dots| it.name == *dots)));
            if eof {
                return all;
            }
            cookie = last.expect("entries, or the end");
            cookieverf = found.cookieverf;
        }
    }

    /// The whole of a file.
    pub fn read(&self, file: &NfsFh3) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let (data, eof) = self.read_at(file, all.len() as u64, READ);
            all.extend_from_slice(&data);
            if eof {
                return all;
            }
        }
    }

    /// A piece of a file, and whether it is the last.
    pub fn read_at(&self, file: &NfsFh3, offset: u64, count: u32) -> (Bytes, bool) {
        let found = self.client.read(&Read3args { file: file.clone(), offset, count }).unwrap().into_result().unwrap();
        (found.data, found.eof)
    }
}
