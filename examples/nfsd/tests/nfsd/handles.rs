//! Handles stay those of their files, and of nothing else.

use crate::idl::*;
use crate::server::{Mounted, Nfsd, at};
use std::fs;
use std::path::Path;

/// A file twelve directories below the root: further than a handle can tell.
const DEEP: &str = "1/2/3/4/5/6/7/8/9/10/11/12/deep";

fn tree(directory: &Path) {
    fs::create_dir_all(directory.join(DEEP).parent().unwrap()).unwrap();
    for path in ["top", "1/one", "1/2/two", DEEP] {
        fs::write(directory.join(path), path).unwrap();
    }
}

fn handles(mounted: &Mounted) -> Vec<(&'static str, NfsFh3)> {
    ["top", "1/one", "1/2/two", DEEP].into_iter().map(|path| (path, mounted.find(path).unwrap())).collect()
}

#[test]
fn handles_survive_a_restart() {
    let mut nfsd = Nfsd::start(&[]);
    tree(&nfsd.directory);
    let before = handles(&nfsd.mounted());
    nfsd.restart(&[], |_| ());
    let mounted = nfsd.mounted();
    for (path, handle) in &before {
        assert_eq!(mounted.read(handle).unwrap(), path.as_bytes());
    }
    assert_eq!(handles(&mounted), before);
}

#[test]
fn handles_survive_renames_and_further_names_also_over_a_restart() {
    let mut nfsd = Nfsd::start(&[]);
    tree(&nfsd.directory);
    let before = handles(&nfsd.mounted());
    let move_all = |directory: &Path| {
        fs::rename(directory.join("1/2"), directory.join("moved")).unwrap();
        fs::rename(directory.join("top"), directory.join("moved/3/renamed")).unwrap();
        fs::hard_link(directory.join("1/one"), directory.join("further")).unwrap();
        fs::remove_file(directory.join("1/one")).unwrap();
    };
    move_all(&nfsd.directory);
    for (path, handle) in &before {
        assert_eq!(nfsd.mounted().read(handle).unwrap(), path.as_bytes(), "{path}");
    }
    nfsd.restart(&[], |directory| fs::rename(directory.join("moved"), directory.join("1/again")).unwrap());
    for (path, handle) in &before {
        assert_eq!(nfsd.mounted().read(handle).unwrap(), path.as_bytes(), "{path}");
    }
}

#[test]
fn a_handle_of_a_removed_file_is_stale_also_when_another_one_has_its_name_or_inode() {
    let mut nfsd = Nfsd::start(&[]);
    let replace = |directory: &Path| {
        fs::remove_file(directory.join("file")).unwrap();
        for number in 0..20 {
            fs::write(directory.join(format!("other-{number}")), "other").unwrap();
        }
        fs::write(directory.join("file"), "another").unwrap();
    };
    fs::write(nfsd.directory.join("file"), "first").unwrap();
    let mounted = nfsd.mounted();
    let first = mounted.find("file").unwrap();
    assert_eq!(mounted.read(&first).unwrap(), b"first");
    replace(&nfsd.directory);
    assert_eq!(mounted.read(&first), Err(Nfsstat3::ErrStale));
    let second = mounted.find("file").unwrap();
    nfsd.restart(&[], replace);
    let mounted = nfsd.mounted();
    for handle in [first, second] {
        assert_eq!(mounted.stat(&handle), Err(Nfsstat3::ErrStale));
        let looked = mounted.nfs.lookup(&Lookup3args { what: at(&handle, b"file") }).unwrap();
        assert_eq!(looked.into_ok().unwrap_err(), Nfsstat3::ErrStale);
    }
}

#[test]
fn what_has_left_the_export_is_stale() {
    let nfsd = Nfsd::start(&[]);
    fs::create_dir(nfsd.directory.join("folder")).unwrap();
    fs::write(nfsd.directory.join("folder/file"), "content").unwrap();
    let mounted = nfsd.mounted();
    let (folder, file) = (mounted.find("folder").unwrap(), mounted.find("folder/file").unwrap());
    assert_eq!(mounted.read(&file).unwrap(), b"content");
    fs::rename(nfsd.directory.join("folder"), nfsd.directory.with_file_name("outside")).unwrap();
    assert_eq!(mounted.look_up(&folder, b".."), Err(Nfsstat3::ErrStale));
    // What was found a moment ago is still taken for one of the export.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(mounted.read(&file), Err(Nfsstat3::ErrStale));
    assert_eq!(mounted.stat(&folder), Err(Nfsstat3::ErrStale));
}
