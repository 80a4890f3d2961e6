//! Attributes are set, and file systems described.

use crate::idl::*;
use crate::server::Nfsd;
use std::fs;
use std::os::unix::fs::symlink;

#[test]
fn attributes_are_set_one_by_one() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let file = mounted.create(&mounted.root, b"file").unwrap();
    mounted.write(&file, 0, b"0123456789", StableHow::Unstable).unwrap();
    mounted.set(&file, Sattr3 { size: Some(4).into(), ..Sattr3::default() }).unwrap();
    mounted.set(&file, Sattr3 { size: Some(6).into(), ..Sattr3::default() }).unwrap();
    assert_eq!(mounted.read(&file).unwrap(), b"0123\0\0");
    mounted.set(&file, Sattr3 { mode: Some(0o461).into(), ..Sattr3::default() }).unwrap();
    let (one, two) =
        (Nfstime3 { seconds: 1_000_000_000, nseconds: 5 }, Nfstime3 { seconds: u32::MAX / 2, nseconds: 0 });
    mounted.set(&file, Sattr3 { atime: SetAtime::SetToClientTime(one), ..Sattr3::default() }).unwrap();
    mounted.set(&file, Sattr3 { mtime: SetMtime::SetToClientTime(two), ..Sattr3::default() }).unwrap();
    let stat = mounted.stat(&file).unwrap();
    assert_eq!((stat.mode, stat.atime, stat.mtime, stat.size), (0o461, one, two, 6));
    mounted.set(&file, Sattr3 { mtime: SetMtime::SetToServerTime, ..Sattr3::default() }).unwrap();
    let stat = mounted.stat(&file).unwrap();
    assert!(stat.mtime.seconds > 1_700_000_000 && stat.mtime != two && stat.atime == one);
    // The owner may write whatever the mode.
    mounted.set(&file, Sattr3 { mode: Some(0o444).into(), ..Sattr3::default() }).unwrap();
    assert!(mounted.write(&file, 0, b"x", StableHow::Unstable).is_ok());
}

#[test]
fn what_cannot_be_set_is_refused() {
    let nfsd = Nfsd::start(&[]);
    symlink("nowhere", nfsd.directory.join("link")).unwrap();
    let mounted = nfsd.mounted();
    let file = mounted.create(&mounted.root, b"file").unwrap();
    let size = |size| Sattr3 { size: Some(size).into(), ..Sattr3::default() };
    assert_eq!(mounted.set(&mounted.root, size(0)).unwrap_err(), Nfsstat3::ErrIsdir);
    assert_eq!(mounted.set(&mounted.find("link").unwrap(), size(0)).unwrap_err(), Nfsstat3::ErrInval);
    assert_eq!(mounted.set(&file, size(u64::MAX)).unwrap_err(), Nfsstat3::ErrFbig);
    for nseconds in [1_000_000_000, (1 << 30) - 1, (1 << 30) - 2, u32::MAX] {
        let mtime = SetMtime::SetToClientTime(Nfstime3 { seconds: 1, nseconds });
        assert_eq!(mounted.set(&file, Sattr3 { mtime, ..Sattr3::default() }).unwrap_err(), Nfsstat3::ErrInval);
    }
    let everybody = Sattr3 { uid: Some(u32::MAX).into(), ..Sattr3::default() };
    assert_eq!(mounted.set(&file, everybody).unwrap_err(), Nfsstat3::ErrInval);
}

#[test]
fn a_guard_holds_only_while_nobody_else_changes_the_file() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let object = mounted.create(&mounted.root, b"file").unwrap();
    let ctime = mounted.stat(&object).unwrap().ctime;
    let mut args = Setattr3args {
        object: object.clone(),
        new_attributes: Sattr3 { mode: Some(0o600).into(), ..Sattr3::default() },
        guard: Some(Nfstime3 { nseconds: ctime.nseconds ^ 1, ..ctime }).into(),
    };
    assert_eq!(mounted.nfs.setattr(&args).unwrap().into_ok().unwrap_err(), Nfsstat3::ErrNotSync);
    args.guard = Some(ctime).into();
    assert!(mounted.nfs.setattr(&args).unwrap().into_ok().is_ok());
    assert_eq!(mounted.stat(&object).unwrap().mode, 0o600);
}

#[test]
fn the_file_system_is_described() {
    let nfsd = Nfsd::start(&[]);
    let mounted = nfsd.mounted();
    let fsroot = mounted.root.clone();
    let info = mounted.nfs.fsinfo(&Fsinfo3args { fsroot: fsroot.clone() }).unwrap().into_ok().unwrap();
    assert_eq!((info.rtmax, info.wtmax, info.maxfilesize), (1 << 20, 1 << 20, i64::MAX as u64));
    let space = mounted.nfs.fsstat(&Fsstat3args { fsroot: fsroot.clone() }).unwrap().into_ok().unwrap();
    assert!(space.tbytes >= space.fbytes && space.fbytes >= space.abytes && space.tbytes > 0);
    let names = mounted.nfs.pathconf(&Pathconf3args { object: fsroot.clone() }).unwrap().into_ok().unwrap();
    assert_eq!((names.name_max, names.no_trunc, names.case_preserving), (255, true, true));
    let udp = nfs_v3::Client::connect(&nfsd.address().replace("tcp", "udp")).unwrap();
    let info = udp.fsinfo(&Fsinfo3args { fsroot }).unwrap().into_ok().unwrap();
    let content = vec![7; 20_000];
    fs::write(nfsd.directory.join("file"), &content).unwrap();
    let file = mounted.find("file").unwrap();
    let read = udp.read(&Read3args { file, offset: 0, count: 20_000 }).unwrap().into_ok().unwrap();
    assert_eq!((read.data.len(), read.eof), (info.rtmax as usize, false));
}
