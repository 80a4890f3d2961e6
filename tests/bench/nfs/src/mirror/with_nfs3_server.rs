//! The crate nfs3_server.

use crate::tree::{Entry, ROOT, Tree};
use nfs3_server::fs_util::metadata_to_fattr3;
use nfs3_server::nfs3_types::nfs3::{createverf3, fattr3, filename3, nfspath3, nfsstat3, sattr3, stable_how};
use nfs3_server::tcp::{NFSTcp, NFSTcpListener};
use nfs3_server::vfs::{
    DirEntryPlus, FileHandleU64, NextResult, NfsFileSystem, NfsReadFileSystem, ReadDirPlusIterator,
};
use std::io;
use std::vec::IntoIter;

type Result<T> = std::result::Result<T, nfsstat3>;

/// Files that are looked at together: fewer than one reply has, of which the last are looked at in vain.
const TOGETHER: usize = 64;

pub(crate) async fn serve(address: &str, folder: &str) -> io::Result<()> {
    let mut listener = NFSTcpListener::bind(address, Mirror(Tree::of(folder))).await?;
    listener.with_export_name(folder);
    listener.handle_forever().await
}

struct Mirror(Tree);

/// What is left of a folder.
struct Rest<'a> {
    tree: &'a Tree,
    folder: u64,
    after: u64,
    some: IntoIter<Entry>,
    is_over: bool,
}

fn status(error: io::Error) -> nfsstat3 {
    match error.kind() {
        io::ErrorKind::NotFound => nfsstat3::NFS3ERR_NOENT,
        io::ErrorKind::PermissionDenied => nfsstat3::NFS3ERR_ACCES,
        _ => nfsstat3::NFS3ERR_IO,
    }
}

impl NfsReadFileSystem for Mirror {
    type Handle = FileHandleU64;

    fn root_dir(&self) -> FileHandleU64 {
        ROOT.into()
    }

    async fn lookup(&self, dirid: &FileHandleU64, filename: &filename3<'_>) -> Result<FileHandleU64> {
        self.0.look_up(dirid.as_u64(), filename.as_ref()).map(Into::into).map_err(status)
    }

    async fn getattr(&self, id: &FileHandleU64) -> Result<fattr3> {
        self.0.metadata(id.as_u64()).map(|found| metadata_to_fattr3(id.as_u64(), &found)).map_err(status)
    }

    async fn read(&self, id: &FileHandleU64, offset: u64, count: u32) -> Result<(Vec<u8>, bool)> {
        self.0.read(id.as_u64(), offset, count).map_err(status)
    }

    async fn readdirplus(&self, dirid: &FileHandleU64, cookie: u64) -> Result<impl ReadDirPlusIterator<FileHandleU64>> {
        let some = Vec::new().into_iter();
        Ok(Rest { tree: &self.0, folder: dirid.as_u64(), after: cookie, some, is_over: false })
    }

    async fn readlink(&self, _: &FileHandleU64) -> Result<nfspath3<'_>> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }
}

impl ReadDirPlusIterator<FileHandleU64> for Rest<'_> {
    async fn next(&mut self) -> NextResult<DirEntryPlus<FileHandleU64>> {
        if self.some.len() == 0 && !self.is_over {
            match self.tree.list(self.folder, self.after, TOGETHER) {
                Ok((some, is_over)) => (self.some, self.is_over) = (some.into_iter(), is_over),
                Err(error) => return NextResult::Err(status(error)),
            }
        }
        let Some(Entry { number, name, metadata }) = self.some.next() else { return NextResult::Eof };
        self.after = number;
        NextResult::Ok(DirEntryPlus {
            fileid: number,
            name: name.into(),
            cookie: number,
            name_attributes: Some(metadata_to_fattr3(number, &metadata)),
            name_handle: Some(number.into()),
        })
    }
}

impl NfsFileSystem for Mirror {
    async fn write(
        &self,
        id: &FileHandleU64,
        offset: u64,
        data: &[u8],
        stable: stable_how,
    ) -> Result<(fattr3, stable_how)> {
        let found = self.0.write(id.as_u64(), offset, data).map_err(status)?;
        if stable != stable_how::UNSTABLE {
            self.0.commit(id.as_u64()).map_err(status)?;
        }
        Ok((metadata_to_fattr3(id.as_u64(), &found), stable))
    }

    async fn commit(&self, id: &FileHandleU64, _: u64, _: u32) -> Result<()> {
        self.0.commit(id.as_u64()).map_err(status)
    }

    async fn setattr(&self, _: &FileHandleU64, _: sattr3) -> Result<fattr3> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn create(&self, _: &FileHandleU64, _: &filename3<'_>, _: sattr3) -> Result<(FileHandleU64, fattr3)> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn create_exclusive(&self, _: &FileHandleU64, _: &filename3<'_>, _: createverf3) -> Result<FileHandleU64> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn mkdir(&self, _: &FileHandleU64, _: &filename3<'_>) -> Result<(FileHandleU64, fattr3)> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn remove(&self, _: &FileHandleU64, _: &filename3<'_>) -> Result<()> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn rename<'a>(
        &self,
        _: &FileHandleU64,
        _: &filename3<'a>,
        _: &FileHandleU64,
        _: &filename3<'a>,
    ) -> Result<()> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }

    async fn symlink<'a>(
        &self,
        _: &FileHandleU64,
        _: &filename3<'a>,
        _: &nfspath3<'a>,
        _: &sattr3,
    ) -> Result<(FileHandleU64, fattr3)> {
        Err(nfsstat3::NFS3ERR_NOTSUPP)
    }
}
