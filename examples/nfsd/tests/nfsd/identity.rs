//! Who may do what: where the server is the superuser's, as the system decides; elsewhere, as modes say.

use crate::idl::*;
use crate::server::{Mounted, Nfsd, at, is_root, set_mode};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};

fn owner(nfsd: &Nfsd, name: &str) -> (u32, u32) {
    fs::metadata(nfsd.directory.join(name)).map(|stat| (stat.uid(), stat.gid())).unwrap()
}

fn chmod(mode: u32) -> Sattr3 {
    Sattr3 { mode: Some(mode).into(), ..Sattr3::default() }
}

fn remove(mounted: &Mounted, name: &[u8]) -> Result<(), Nfsstat3> {
    mounted.nfs.remove(&Remove3args { object: at(&mounted.root, name) }).unwrap().into_ok().map(drop)
}

#[test]
fn files_belong_to_the_caller_and_root_is_nobody() {
    if !is_root() {
        return;
    }
    let nfsd = Nfsd::start(&[]);
    for (uid, gid, expected) in [(1_000, 1_001, (1_000, 1_001)), (0, 0, (65_534, 65_534)), (u32::MAX, 7, (65_534, 7))] {
        let mounted = nfsd.mounted_by(uid, gid);
        let name = format!("of-{uid}");
        mounted.create(&mounted.root, name.as_bytes()).unwrap();
        assert_eq!(owner(&nfsd, &name), expected);
    }
    let nobody = nfs_v3::Client::connect(&nfsd.address()).unwrap();
    let root = nfsd.mounted().root;
    let how = Createhow3::Guarded(chmod(0o600));
    nobody.create(&Create3args { r#where: at(&root, b"anonymous"), how }).unwrap().into_ok().unwrap();
    assert_eq!(owner(&nfsd, "anonymous"), (65_534, 65_534));
}

#[test]
fn root_stays_root_if_it_is_to() {
    if !is_root() {
        return;
    }
    let nfsd = Nfsd::start(&["--no-root-squash"]);
    set_mode(&nfsd.directory, 0o700);
    let mounted = nfsd.mounted_by(0, 0);
    let file = mounted.create(&mounted.root, b"file").unwrap();
    assert_eq!(owner(&nfsd, "file"), (0, 0));
    mounted.set(&file, Sattr3 { uid: Some(5).into(), gid: Some(6).into(), ..Sattr3::default() }).unwrap();
    assert_eq!(owner(&nfsd, "file"), (5, 6));
    let other = nfsd.mounted_by(1_000, 1_000);
    assert_eq!(other.find("file"), Err(Nfsstat3::ErrAcces));
    assert_eq!(other.list(&other.root, 4_096), Err(Nfsstat3::ErrAcces));
    assert_eq!(mounted.read(&file), Ok(Vec::new()));
}

#[test]
fn others_are_kept_out_whatever_was_allowed_to_somebody_a_moment_ago() {
    let nfsd = Nfsd::start(&[]);
    let (me, group) = if is_root() { (1_000, 1_000) } else { owner(&nfsd, ".") };
    let (mine, other) = (nfsd.mounted_by(me, group), nfsd.mounted_by(2_000, 2_000));
    let file = mine.create(&mine.root, b"file").unwrap();
    mine.write(&file, 0, b"mine", StableHow::Unstable).unwrap();
    for (mode, may_read, may_write) in
        [(0o600, false, false), (0o604, true, false), (0o666, true, true), (0o600, false, false)]
    {
        mine.set(&file, chmod(mode)).unwrap();
        for _ in 0..2 {
            assert_eq!(mine.read(&file).unwrap(), b"mine");
            assert_eq!(other.read(&file).is_ok(), may_read, "{mode:o}");
            assert_eq!(other.write(&file, 0, b"mine", StableHow::Unstable).is_ok(), may_write, "{mode:o}");
        }
    }
    assert_eq!(other.set(&file, chmod(0o777)).unwrap_err(), Nfsstat3::ErrPerm);
    let size = Sattr3 { size: Some(0).into(), ..Sattr3::default() };
    assert_eq!(other.set(&file, size).unwrap_err(), Nfsstat3::ErrAcces);
    set_mode(&nfsd.directory, 0o755);
    assert_eq!(other.create(&other.root, b"theirs"), Err(Nfsstat3::ErrAcces));
    assert_eq!(remove(&other, b"file"), Err(Nfsstat3::ErrAcces));
    set_mode(&nfsd.directory, 0o1777);
    assert!(matches!(remove(&other, b"file"), Err(Nfsstat3::ErrAcces | Nfsstat3::ErrPerm)));
    assert_eq!(remove(&mine, b"file"), Ok(()));
}

#[test]
fn groups_count_and_a_program_can_be_read_to_be_run() {
    if !is_root() {
        return;
    }
    let nfsd = Nfsd::start(&[]);
    for (name, mode, gid) in [("group", 0o640, 3_000), ("program", 0o711, 0)] {
        let path = nfsd.directory.join(name);
        fs::write(&path, name).unwrap();
        set_mode(&path, mode);
        chown(&path, Some(5), Some(gid)).unwrap();
    }
    let credential = |gids: Vec<u32>| {
        oncrpc::Credential::Sys(oncrpc::AuthSys { uid: 1_000, gid: 1_000, gids, ..oncrpc::AuthSys::default() })
    };
    let mounted = nfsd.mounted();
    let file = mounted.find("group").unwrap();
    assert_eq!(mounted.read(&file), Err(Nfsstat3::ErrAcces));
    let options = oncrpc::ClientOptions::new().credential(credential(vec![7, 3_000]));
    let member = nfs_v3::Client::connect_with(&nfsd.address(), &options).unwrap();
    let read = member.read(&Read3args { file: file.clone(), offset: 0, count: 10 }).unwrap().into_ok().unwrap();
    assert_eq!(read.data, "group");
    assert_eq!(mounted.read(&file), Err(Nfsstat3::ErrAcces));
    let program = mounted.find("program").unwrap();
    assert_eq!(mounted.read(&program).unwrap(), b"program");
    assert_eq!(mounted.write(&program, 0, b"x", StableHow::Unstable).unwrap_err(), Nfsstat3::ErrAcces);
}
