//! Names come, go and change.

use crate::idl::*;
use crate::server::{Mounted, Nfsd, at};
use std::fs;

fn remove(mounted: &Mounted, name: &[u8]) -> Result<(), Nfsstat3> {
    mounted.nfs.remove(&Remove3args { object: at(&mounted.root, name) }).unwrap().into_ok().map(drop)
}

fn rmdir(mounted: &Mounted, name: &[u8]) -> Result<(), Nfsstat3> {
    mounted.nfs.rmdir(&Rmdir3args { object: at(&mounted.root, name) }).unwrap().into_ok().map(drop)
}

fn rename(mounted: &Mounted, from: (&NfsFh3, &[u8]), to: (&NfsFh3, &[u8])) -> Result<(), Nfsstat3> {
    let args = Rename3args { from: at(from.0, from.1), to: at(to.0, to.1) };
    mounted.nfs.rename(&args).unwrap().into_ok().map(drop)
}

fn folder(nfsd: &Nfsd, name: &str) {
    fs::create_dir(nfsd.directory.join(name)).unwrap();
    crate::server::set_mode(&nfsd.directory.join(name), 0o777);
}

#[test]
fn what_is_removed_is_gone() {
    let nfsd = Nfsd::start(&[]);
    folder(&nfsd, "folder");
    let mounted = nfsd.mounted();
    let file = mounted.create(&mounted.root, b"file").unwrap();
    assert_eq!(remove(&mounted, b"file"), Ok(()));
    assert_eq!(remove(&mounted, b"file"), Err(Nfsstat3::ErrNoent));
    assert_eq!(mounted.stat(&file), Err(Nfsstat3::ErrStale));
    assert_eq!(mounted.find("file"), Err(Nfsstat3::ErrNoent));
    assert_eq!(remove(&mounted, b"folder"), Err(Nfsstat3::ErrIsdir));
    let below = mounted.find("folder").unwrap();
    mounted.create(&below, b"file").unwrap();
    mounted.create(&mounted.root, b"file").unwrap();
    assert_eq!(rmdir(&mounted, b"folder"), Err(Nfsstat3::ErrNotempty));
    assert_eq!(rmdir(&mounted, b"file"), Err(Nfsstat3::ErrNotdir));
    assert_eq!(rmdir(&mounted, b"."), Err(Nfsstat3::ErrInval));
    assert_eq!(rmdir(&mounted, b".."), Err(Nfsstat3::ErrExist));
    mounted.nfs.remove(&Remove3args { object: at(&below, b"file") }).unwrap().into_ok().unwrap();
    assert_eq!(rmdir(&mounted, b"folder"), Ok(()));
    assert_eq!(mounted.stat(&below), Err(Nfsstat3::ErrStale));
}

#[test]
fn a_file_is_renamed_within_a_directory_and_to_another_one() {
    let nfsd = Nfsd::start(&[]);
    folder(&nfsd, "folder");
    let mounted = nfsd.mounted();
    let (root, other) = (&mounted.root, &mounted.find("folder").unwrap());
    let file = mounted.create(root, b"one").unwrap();
    mounted.write(&file, 0, b"one", StableHow::Unstable).unwrap();
    assert_eq!(rename(&mounted, (root, b"one"), (root, b"two")), Ok(()));
    assert_eq!(mounted.find("one"), Err(Nfsstat3::ErrNoent));
    assert_eq!(mounted.find("two"), Ok(file.clone()));
    for (from, to) in [((root, b"two"), (other, b"six")), ((other, b"six"), (root, b"two"))] {
        assert_eq!(rename(&mounted, (from.0, from.1), (to.0, to.1)), Ok(()));
        assert_eq!(mounted.read(&mounted.look_up(to.0, to.1).unwrap()).unwrap(), b"one");
        assert_eq!(mounted.read(&file).unwrap(), b"one");
    }
    mounted.create(root, b"old").unwrap();
    assert_eq!(rename(&mounted, (root, b"two"), (root, b"old")), Ok(()));
    assert_eq!(mounted.find("old"), Ok(file));
}

#[test]
fn what_cannot_be_renamed_stays() {
    let nfsd = Nfsd::start(&[]);
    ["folder", "full"].iter().for_each(|name| folder(&nfsd, name));
    fs::write(nfsd.directory.join("full/file"), "").unwrap();
    let mounted = nfsd.mounted();
    let (root, below) = (&mounted.root, &mounted.find("folder").unwrap());
    mounted.create(root, b"file").unwrap();
    for (from, to, status) in [
        ((root, b"none".as_slice()), (root, b"x".as_slice()), Nfsstat3::ErrNoent),
        ((root, b"folder"), (below, b"x"), Nfsstat3::ErrInval),
        ((root, b"folder"), (root, b"full"), Nfsstat3::ErrNotempty),
        ((root, b"file"), (root, b"folder"), Nfsstat3::ErrIsdir),
        ((root, b"folder"), (root, b"file"), Nfsstat3::ErrNotdir),
        ((root, b"."), (root, b"x"), Nfsstat3::ErrInval),
        ((root, b"file"), (root, b".."), Nfsstat3::ErrInval),
        ((root, b"file"), (root, b"a/b"), Nfsstat3::ErrInval),
    ] {
        assert_eq!(rename(&mounted, from, to), Err(status), "{:?} {:?}", from.1, to.1);
    }
    assert_eq!(fs::read_dir(&nfsd.directory).unwrap().count(), 3);
}

#[test]
fn a_directory_has_two_who_rename_between_it_and_another_one_at_once() {
    let nfsd = Nfsd::start(&[]);
    ["a", "b"].iter().for_each(|name| folder(&nfsd, name));
    std::thread::scope(|scope| {
        for (from, to) in [("a", "b"), ("b", "a")] {
            let mounted = nfsd.mounted();
            scope.spawn(move || {
                let (from, to) = (mounted.find(from).unwrap(), mounted.find(to).unwrap());
                for _ in 0..100 {
                    mounted.create(&from, b"file").unwrap();
                    assert_eq!(rename(&mounted, (&from, b"file"), (&to, b"moved")), Ok(()));
                }
            });
        }
    });
    assert!(nfsd.directory.join("a/moved").exists() && nfsd.directory.join("b/moved").exists());
}

#[test]
fn a_file_has_further_names() {
    let nfsd = Nfsd::start(&[]);
    folder(&nfsd, "folder");
    let mounted = nfsd.mounted();
    let (root, below) = (&mounted.root, &mounted.find("folder").unwrap());
    let file = mounted.create(root, b"file").unwrap();
    let link = |file: &NfsFh3, dir: &NfsFh3, name: &[u8]| {
        let linked = mounted.nfs.link(&Link3args { file: file.clone(), link: at(dir, name) }).unwrap().into_ok()?;
        Ok(linked.file_attributes.into_option().unwrap().nlink)
    };
    assert_eq!(link(&file, root, b"second"), Ok(2));
    assert_eq!(link(&file, below, b"third"), Ok(3));
    assert_eq!(link(&file, root, b"second"), Err(Nfsstat3::ErrExist));
    assert_eq!(link(&file, root, b"."), Err(Nfsstat3::ErrExist));
    assert_eq!(link(below, root, b"directory"), Err(Nfsstat3::ErrIsdir));
    assert_eq!(remove(&mounted, b"file"), Ok(()));
    assert_eq!(mounted.stat(&file).unwrap().nlink, 2);
    assert_eq!(mounted.find("second"), Ok(file));
}
