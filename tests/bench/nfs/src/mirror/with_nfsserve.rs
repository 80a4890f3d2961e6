//! The crate nfsserve.

use crate::tree::{ROOT, Tree};
use async_trait::async_trait;
use nfsserve::fs_util::metadata_to_fattr3;
use nfsserve::nfs::{fattr3, fileid3, filename3, nfspath3, nfsstat3, sattr3};
use nfsserve::tcp::{NFSTcp, NFSTcpListener};
use nfsserve::vfs::{DirEntry, NFSFileSystem, ReadDirResult, VFSCapabilities};
use std::io;

type Result<T> = std::result::Result<T, nfsstat3>;

pub(crate) async fn serve(address: &str, folder: &str) -> io::Result<()> {
    let mut listener = NFSTcpListener::bind(address, Mirror(Tree::of(folder))).await?;
    listener.with_export_name(folder);
    listener.handle_forever().await
}

struct Mirror(Tree);

fn status(error: io::Error) -> nfsstat3 {
    match error.kind() {
        io::ErrorKind::NotFound => nfsstat3::NFS3ERR_NOENT,
        io::ErrorKind::PermissionDenied => nfsstat3::NFS3ERR_ACCES,
        _ => nfsstat3::NFS3ERR_IO,
    }
}

#[async_trait]
impl NFSFileSystem for Mirror {
    fn capabilities(&self) -> VFSCapabilities {
        VFSCapabilities::ReadWrite
    }

    fn root_dir(&self) -> fileid3 {
        ROOT
    }

    async fn lookup(&self, dirid: fileid3, filename: &filename3) -> Result<fileid3> {
        self.0.look_up(dirid, filename).map_err(status)
    }

    async fn getattr(&self, id: fileid3) -> Result<fattr3> {
        self.0.metadata(id).map(|found| metadata_to_fattr3(id, &found)).map_err(status)
    }

    async fn read(&self, id: fileid3, offset: u64, count: u32) -> Result<(Vec<u8>, bool)> {
        self.0.read(id, offset, count).map_err(status)
    }

    async fn write(&self, id: fileid3, offset: u64, data: &[u8]) -> Result<fattr3> {
        self.0.write(id, offset, data).map(|found| metadata_to_fattr3(id, &found)).map_err(status)
    }

    async fn readdir(&self, dirid: fileid3, start_after: fileid3, max_entries: usize) -> Result<ReadDirResult> {
        let (entries, end) = self.0.list(dirid, start_after, max_entries).map_err(status)?;
        let entry = |it: crate::tree::Entry| DirEntry {
            fileid: it.number,
            name: it.name.into(),
            attr: metadata_to_fattr3(it.number, &it.metadata),
        };
        Ok(ReadDirResult { entries: entries.into_iter().map(entry).collect(), end })
    }

    async fn setattr(&self, _: fileid3, _: sattr3) -> Result<fattr3> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn create(&self, _: fileid3, _: &filename3, _: sattr3) -> Result<(fileid3, fattr3)> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn create_exclusive(&self, _: fileid3, _: &filename3) -> Result<fileid3> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn mkdir(&self, _: fileid3, _: &filename3) -> Result<(fileid3, fattr3)> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn remove(&self, _: fileid3, _: &filename3) -> Result<()> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn rename(&self, _: fileid3, _: &filename3, _: fileid3, _: &filename3) -> Result<()> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn symlink(&self, _: fileid3, _: &filename3, _: &nfspath3, _: &sattr3) -> Result<(fileid3, fattr3)> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn readlink(&self, _: fileid3) -> Result<nfspath3> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }
}
