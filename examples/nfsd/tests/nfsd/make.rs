//! Files of all types are made.

use crate::idl::*;
use crate::server::{Mounted, Nfsd, at};
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

fn with_mode(mode: u32) -> Sattr3 {
    Sattr3 { mode: Some(mode).into(), ..Sattr3::default() }
}

fn mknod(mounted: &Mounted, name: &[u8], what: Mknoddata3) -> Result<Fattr3, Nfsstat3> {
    let args = Mknod3args { r#where: at(&mounted.root, name), what };
    Ok(mounted.nfs.mknod(&args).unwrap().into_ok()?.obj_attributes.into_option().unwrap())
}

#[test]
fn a_file_is_made_once_or_taken_as_asked() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let root = &mounted.root;
    let made = mounted.create_as(root, b"file", Createhow3::Guarded(with_mode(0o640))).unwrap();
    assert_eq!(mounted.stat(&made).unwrap().mode, 0o640);
    mounted.write(&made, 0, b"content", StableHow::Unstable).unwrap();
    assert_eq!(mounted.create(root, b"file"), Err(Nfsstat3::ErrExist));
    assert_eq!(mounted.create_as(root, b"file", Createhow3::Unchecked(with_mode(0o600))), Ok(made.clone()));
    assert_eq!(mounted.stat(&made).map(|stat| (stat.mode, stat.size)), Ok((0o640, 7)));
    let emptied = Sattr3 { size: Some(0).into(), ..Sattr3::default() };
    assert_eq!(mounted.create_as(root, b"file", Createhow3::Unchecked(emptied)), Ok(made.clone()));
    assert_eq!(mounted.stat(&made).unwrap().size, 0);
    fs::create_dir(nfsd.directory.join("folder")).unwrap();
    assert_eq!(mounted.create_as(root, b"folder", Createhow3::Unchecked(with_mode(0o600))), Err(Nfsstat3::ErrExist));
    assert_eq!(mounted.create(&made, b"file"), Err(Nfsstat3::ErrNotdir));
}

#[test]
fn an_exclusive_creation_succeeds_again_for_the_same_caller_only() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let mine = Createhow3::Exclusive([1, 2, 3, 4, 0xff, 6, 7, 8]);
    let made = mounted.create_as(&mounted.root, b"lock", mine.clone()).unwrap();
    assert_eq!(mounted.create_as(&mounted.root, b"lock", mine.clone()), Ok(made.clone()));
    let other = Createhow3::Exclusive([1, 2, 3, 4, 0xff, 6, 7, 9]);
    assert_eq!(mounted.create_as(&mounted.root, b"lock", other), Err(Nfsstat3::ErrExist));
    let new = Sattr3 { mtime: SetMtime::SetToServerTime, atime: SetAtime::SetToServerTime, ..with_mode(0o604) };
    mounted.set(&made, new).unwrap();
    assert_eq!(mounted.stat(&made).unwrap().mode, 0o604);
    assert_eq!(mounted.create_as(&mounted.root, b"lock", mine), Err(Nfsstat3::ErrExist));
}

#[test]
fn directories_links_and_special_files_are_made() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let made = mounted.nfs.mkdir(&Mkdir3args { r#where: at(&mounted.root, b"folder"), attributes: with_mode(0o751) });
    let made = made.unwrap().into_ok().unwrap();
    let folder = made.obj.into_option().unwrap();
    assert_eq!(made.obj_attributes.into_option().map(|it| (it.r#type, it.mode)), Some((Ftype3::Dir, 0o751)));
    assert_eq!(mounted.find("folder"), Ok(folder));

    let link = Symlinkdata3 { symlink_data: "../\u{e9} /x".into(), ..Symlinkdata3::default() };
    let made = mounted.nfs.symlink(&Symlink3args { r#where: at(&mounted.root, b"link"), symlink: link }).unwrap();
    let made = made.into_ok().unwrap().obj.into_option().unwrap();
    let read = mounted.nfs.readlink(&Readlink3args { symlink: made }).unwrap().into_ok().unwrap();
    assert_eq!(read.data, "../\u{e9} /x");
    let empty = Symlink3args { r#where: at(&mounted.root, b"empty"), symlink: Symlinkdata3::default() };
    assert_eq!(mounted.nfs.symlink(&empty).unwrap().into_ok().unwrap_err(), Nfsstat3::ErrInval);

    let fifo = mknod(&mounted, b"fifo", Mknoddata3::Fifo(with_mode(0o620))).unwrap();
    let socket = mknod(&mounted, b"socket", Mknoddata3::Sock(with_mode(0o600))).unwrap();
    assert_eq!((fifo.r#type, fifo.mode, socket.r#type), (Ftype3::Fifo, 0o620, Ftype3::Sock));
    assert!(fs::metadata(nfsd.directory.join("fifo")).unwrap().file_type().is_fifo());
    // Nobody writes into it: opening it would wait.
    assert_eq!(mounted.read(&mounted.find("fifo").unwrap()), Err(Nfsstat3::ErrInval));
    let device = Devicedata3 { dev_attributes: with_mode(0o666), spec: Specdata3 { specdata1: 1, specdata2: 3 } };
    assert_eq!(mknod(&mounted, b"null", Mknoddata3::Chr(device)), Err(Nfsstat3::ErrPerm));
    assert_eq!(mknod(&mounted, b"none", Mknoddata3::Default(Ftype3::Reg)), Err(Nfsstat3::ErrBadtype));
    assert!(!nfsd.directory.join("null").exists());
}

#[test]
fn names_that_are_there_or_cannot_be_are_refused() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let root = &mounted.root;
    mounted.create(root, b"file").unwrap();
    for (name, status) in [
        (b"file".as_slice(), Nfsstat3::ErrExist),
        (b".", Nfsstat3::ErrExist),
        (b"..", Nfsstat3::ErrExist),
        (b"", Nfsstat3::ErrAcces),
        (b"../x", Nfsstat3::ErrInval),
        (&[b'x'; 256], Nfsstat3::ErrNametoolong),
    ] {
        assert_eq!(mounted.create(root, name), Err(status));
        let mkdir = mounted.nfs.mkdir(&Mkdir3args { r#where: at(root, name), attributes: with_mode(0o755) });
        assert_eq!(mkdir.unwrap().into_ok().unwrap_err(), status);
        let symlink = Symlinkdata3 { symlink_data: "x".into(), ..Symlinkdata3::default() };
        let made = mounted.nfs.symlink(&Symlink3args { r#where: at(root, name), symlink });
        assert_eq!(made.unwrap().into_ok().unwrap_err(), status);
        assert_eq!(mknod(&mounted, name, Mknoddata3::Fifo(with_mode(0o600))), Err(status));
    }
    assert_eq!(fs::read_dir(&nfsd.directory).unwrap().count(), 1);
    assert!(mounted.create(root, &[0xff; 255]).is_ok());
    assert_eq!(fs::metadata(nfsd.directory.join("file")).unwrap().nlink(), 1);
}
