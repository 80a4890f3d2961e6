//! Writing, and what is on disk.

use crate::idl::*;
use crate::server::Nfsd;
use oncrpc::Bytes;
use std::fs;

#[test]
fn what_is_written_is_there_before_and_after_it_is_on_disk() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let file = mounted.create(&mounted.root, b"file").unwrap();
    let mut verifiers = Vec::new();
    for (offset, data, stable) in [
        (0, b"first".as_slice(), StableHow::Unstable),
        (5, b" second".as_slice(), StableHow::DataSync),
        (20, b"third".as_slice(), StableHow::FileSync),
    ] {
        let written = mounted.write(&file, offset, data, stable).unwrap();
        assert_eq!((written.count as usize, written.committed), (data.len(), stable));
        let after = written.file_wcc.after.into_option().unwrap();
        assert_eq!(after.size, offset + data.len() as u64);
        verifiers.push(written.verf);
    }
    let committed = mounted.nfs.commit(&Commit3args { file, offset: 0, count: 0 }).unwrap().into_ok().unwrap();
    verifiers.push(committed.verf);
    assert!(verifiers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(fs::read(nfsd.directory.join("file")).unwrap(), b"first second\0\0\0\0\0\0\0\0third");
}

#[test]
fn the_verifier_changes_when_the_server_is_restarted() {
    let mut nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let file = mounted.create(&mounted.root, b"file").unwrap();
    let before = mounted.write(&file, 0, b"data", StableHow::Unstable).unwrap();
    nfsd.restart(&[], |_| ());
    let committed = nfsd.mounted().nfs.commit(&Commit3args { file, offset: 0, count: 0 }).unwrap().into_ok().unwrap();
    assert_ne!(before.verf, committed.verf);
}

#[test]
fn a_change_tells_what_the_file_was_like_before_and_is_like_after() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let file = mounted.create(&mounted.root, b"file").unwrap();
    let before = mounted.stat(&file).unwrap();
    let wcc = mounted.write(&file, 0, b"data", StableHow::Unstable).unwrap().file_wcc;
    let told = wcc.before.into_option().unwrap();
    assert_eq!((told.size, told.mtime, told.ctime), (before.size, before.mtime, before.ctime));
    assert_eq!(wcc.after.into_option(), Some(mounted.stat(&file).unwrap()));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let file = mounted.create(&mounted.root, b"file").unwrap();
    let write = |file: &NfsFh3, offset, count| {
        let args = Write3args {
            file: file.clone(),
            offset,
            count,
            stable: StableHow::Unstable,
            data: Bytes::from_static(b"four"),
        };
        mounted.nfs.write(&args).unwrap().into_ok().map(|written| written.count)
    };
    assert_eq!(write(&mounted.root, 0, 4), Err(Nfsstat3::ErrIsdir));
    assert_eq!(write(&file, u64::MAX - 1, 4), Err(Nfsstat3::ErrFbig));
    assert_eq!(write(&file, i64::MAX as u64 - 2, 4), Err(Nfsstat3::ErrFbig));
    assert_eq!(write(&file, 0, 5), Err(Nfsstat3::ErrInval));
    assert_eq!(write(&file, 0, 2), Ok(2));
    assert_eq!(write(&file, 0, 0), Ok(0));
    assert_eq!(fs::read(nfsd.directory.join("file")).unwrap(), b"fo");
    let args = Commit3args { file: mounted.root.clone(), offset: 0, count: 0 };
    assert_eq!(mounted.nfs.commit(&args).unwrap().into_ok().unwrap_err(), Nfsstat3::ErrIsdir);
}

#[test]
fn nothing_is_changed_in_what_is_read_only() {
    let mut nfsd = Nfsd::start(&[]);
    fs::write(nfsd.directory.join("file"), "content").unwrap();
    nfsd.restart(&["--read-only"], |_| ());
    let mounted = nfsd.mounted();
    let file = mounted.find("file").unwrap();
    assert_eq!(mounted.read(&file).unwrap(), b"content");
    assert_eq!(mounted.write(&file, 0, b"x", StableHow::Unstable).unwrap_err(), Nfsstat3::ErrRofs);
    assert_eq!(mounted.create(&mounted.root, b"new").unwrap_err(), Nfsstat3::ErrRofs);
    assert_eq!(mounted.set(&file, Sattr3::default()).unwrap_err(), Nfsstat3::ErrRofs);
    let all = ACCESS3_READ | ACCESS3_LOOKUP | ACCESS3_MODIFY | ACCESS3_EXTEND | ACCESS3_DELETE;
    let args = Access3args { object: mounted.root.clone(), access: all };
    let access = mounted.nfs.access(&args).unwrap().into_ok().unwrap().access;
    assert_eq!(access, ACCESS3_READ | ACCESS3_LOOKUP);
}
