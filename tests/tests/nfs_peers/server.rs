//! Any of the servers, each with a folder of its own.

use crate::libnfs::Remote;
use oncrpc_tests::folder::Folder;
use oncrpc_tests::ganesha::{Ganesha, MOUNT_PORT, NFS_PORT};
use oncrpc_tests::nfs::Export;
use oncrpc_tests::nfsd::Nfsd;
use oncrpc_tests::process::address;

/// A server of an empty folder in which the superuser of clients may do everything.
pub(crate) struct Server {
    pub(crate) folder: Folder,
    process: Process,
}

enum Process {
    Ours(Nfsd),
    Ganesha(Ganesha),
}

impl Server {
    pub(crate) fn ours(name: &str) -> Self {
        let folder = Folder::new(&format!("nfsd-{name}"));
        let process = Process::Ours(Nfsd::start(folder.path(), &["--no-root-squash"]));
        Self { folder, process }
    }

    /// In a network of its own; `None` where it is missing.
    pub(crate) fn ganesha(name: &str) -> Option<Self> {
        let folder = Folder::new(&format!("ganesha-{name}"));
        let process = Process::Ganesha(Ganesha::start(folder.path())?);
        Some(Self { folder, process })
    }

    pub(crate) fn remote(&self) -> Remote<'_> {
        Remote { export: self.folder.path(), ports: Some(self.ports()) }
    }

    /// As our client sees it.
    pub(crate) fn export(&self) -> Export {
        let (nfs, mount) = self.ports();
        Export::mount(&address("tcp", nfs), &address("tcp", mount), self.folder.path()).unwrap()
    }

    /// Of NFS and of MOUNT.
    pub(crate) fn ports(&self) -> (u16, u16) {
        match &self.process {
            Process::Ours(nfsd) => (nfsd.port(), nfsd.port()),
            Process::Ganesha(_) => (NFS_PORT, MOUNT_PORT),
        }
    }

    /// Kills it with SIGKILL, and starts it again.
    pub(crate) fn restart(&mut self) {
        match &mut self.process {
            Process::Ours(nfsd) => {
                nfsd.kill();
                nfsd.start_again();
            }
            Process::Ganesha(ganesha) => {
                ganesha.kill();
                ganesha.start_again();
            }
        }
    }
}
