//! No way out of the export, by any name, symbolic link or handle.

use crate::idl::*;
use crate::server::{Nfsd, at};
use oncrpc::Bytes;
use std::fs;
use std::os::unix::fs::symlink;

#[test]
fn above_the_root_is_the_root() {
    let nfsd = Nfsd::start(&[]);
    fs::create_dir_all(nfsd.directory.join("a/b")).unwrap();
    let mounted = nfsd.mounted();
    let root = mounted.stat(&mounted.root).unwrap();
    let again = mounted.find("a/b/../../../../..").unwrap();
    assert_eq!(mounted.stat(&again).unwrap().fileid, root.fileid);
    assert_eq!(again, mounted.root);
    assert_eq!(mounted.find("a/b/..").unwrap(), mounted.find("a").unwrap());
    assert_eq!(mounted.find("a/.").unwrap(), mounted.find("a").unwrap());
    let listed = mounted.list(&mounted.root, 4_096).unwrap();
    assert_eq!(listed.iter().find(|entry| entry.name == "..").unwrap().fileid, root.fileid);
}

#[test]
fn names_with_slashes_lead_nowhere() {
    let nfsd = Nfsd::start(&[]);
    fs::create_dir_all(nfsd.directory.join("a/b")).unwrap();
    fs::write(nfsd.directory.with_file_name("secret"), "secret").unwrap();
    let mounted = nfsd.mounted();
    for (name, status) in [
        ("../secret", Nfsstat3::ErrInval),
        ("/etc/passwd", Nfsstat3::ErrInval),
        ("a/b", Nfsstat3::ErrInval),
        ("a\0", Nfsstat3::ErrInval),
        ("", Nfsstat3::ErrAcces),
        ("none", Nfsstat3::ErrNoent),
    ] {
        assert_eq!(mounted.look_up(&mounted.root, name.as_bytes()), Err(status), "{name:?}");
    }
    assert_eq!(mounted.look_up(&mounted.root, &[b'x'; 256]), Err(Nfsstat3::ErrNametoolong));
    assert_eq!(mounted.look_up(&mounted.root, &[b'x'; 255]), Err(Nfsstat3::ErrNoent));
}

#[test]
fn symbolic_links_are_not_followed() {
    let nfsd = Nfsd::start(&[]);
    symlink("/", nfsd.directory.join("link")).unwrap();
    symlink("/etc/passwd", nfsd.directory.join("file")).unwrap();
    let mounted = nfsd.mounted();
    let link = mounted.find("link").unwrap();
    assert_eq!(mounted.stat(&link).unwrap().r#type, Ftype3::Lnk);
    assert_eq!(mounted.look_up(&link, b"etc"), Err(Nfsstat3::ErrNotdir));
    assert_eq!(mounted.list(&link, 4_096), Err(Nfsstat3::ErrNotdir));
    let file = mounted.find("file").unwrap();
    assert_eq!(mounted.read(&file), Err(Nfsstat3::ErrInval));
    let written = mounted.nfs.write(&Write3args {
        file: file.clone(),
        count: 1,
        data: Bytes::from_static(b"x"),
        ..Write3args::default()
    });
    assert_eq!(written.unwrap().into_ok().unwrap_err(), Nfsstat3::ErrInval);
    let mounted_link = nfsd.mount().mnt(nfsd.directory.join("link").to_str().unwrap()).unwrap();
    assert_eq!(mounted_link.into_ok().unwrap_err(), Mountstat3::ErrNotdir);
}

#[test]
fn a_directory_that_becomes_a_symbolic_link_is_not_entered() {
    let mut nfsd = Nfsd::start(&[]);
    fs::create_dir(nfsd.directory.join("folder")).unwrap();
    fs::write(nfsd.directory.join("folder/passwd"), "ours").unwrap();
    let mounted = nfsd.mounted();
    let file = mounted.find("folder/passwd").unwrap();
    nfsd.restart(&[], |directory| {
        fs::rename(directory.join("folder"), directory.with_file_name("outside")).unwrap();
        symlink(directory.with_file_name("outside"), directory.join("folder")).unwrap();
    });
    assert_eq!(nfsd.mounted().read(&file), Err(Nfsstat3::ErrStale));
}

#[test]
fn only_the_export_is_mounted() {
    let nfsd = Nfsd::start(&[]);
    fs::create_dir_all(nfsd.directory.join("a/b")).unwrap();
    let outside = nfsd.directory.with_file_name("export-not");
    fs::create_dir(&outside).unwrap();
    let path = nfsd.directory.to_str().unwrap().to_owned();
    let mount = nfsd.mount();
    let mounted = nfsd.mounted();
    let below = mount.mnt(format!("{path}/a//b/")).unwrap().into_ok().unwrap();
    assert_eq!(below.fhandle, mounted.find("a/b").unwrap().data);
    assert_eq!(below.auth_flavors, [1, 0]);
    for (wrong, status) in [
        ("/".to_owned(), Mountstat3::ErrNoent),
        (outside.to_str().unwrap().to_owned(), Mountstat3::ErrNoent),
        (format!("{path}/../export-not"), Mountstat3::ErrInval),
        (format!("{path}/none"), Mountstat3::ErrNoent),
        (String::new(), Mountstat3::ErrNoent),
    ] {
        assert_eq!(mount.mnt(&wrong).unwrap().into_ok().unwrap_err(), status, "{wrong}");
    }
}

#[test]
fn a_handle_that_was_made_up_is_none() {
    let nfsd = Nfsd::start(&[]);
    fs::write(nfsd.directory.join("file"), "content").unwrap();
    let mounted = nfsd.mounted();
    let file = mounted.find("file").unwrap();
    let bad = |data: Vec<u8>| {
        let handle = NfsFh3 { data: data.into() };
        assert_eq!(mounted.stat(&handle), Err(Nfsstat3::ErrBadhandle));
        let looked = mounted.nfs.lookup(&Lookup3args { what: at(&handle, b"file") }).unwrap();
        assert_eq!(looked.into_ok().unwrap_err(), Nfsstat3::ErrBadhandle);
    };
    (0..file.data.len()).for_each(|place| {
        let mut changed = file.data.to_vec();
        changed[place] ^= 1;
        bad(changed);
    });
    (0..=64).filter(|length| *length != file.data.len()).for_each(|length| {
        let mut other = file.data.to_vec();
        other.resize(length, 0);
        bad(other);
    });
    let another = Nfsd::start(&[]);
    bad(another.mounted().root.data.to_vec());
}

#[test]
fn who_is_not_on_the_list_is_refused() {
    let nfsd = Nfsd::start(&["--allow", "192.0.2.0/24", "--allow", "2001:db8::1"]);
    let error = nfsd.mount().export().unwrap_err();
    assert!(matches!(error, oncrpc::Error::Auth(oncrpc::rpc::AuthStat::TooWeak)), "{error}");
    let nfsd = Nfsd::start(&["--allow", "127.0.0.0/8", "--allow", "192.0.2.0/24"]);
    let exports = nfsd.mount().export().unwrap();
    assert_eq!(exports[0].ex_dir, nfsd.directory.to_str().unwrap());
    let groups: Vec<_> = exports[0].ex_groups.iter().map(|group| group.gr_name.to_string()).collect();
    assert_eq!(groups, ["127.0.0.0/8", "192.0.2.0/24"]);
    let told = nfsd.stop();
    assert!(told.contains("MOUNTPROC3_EXPORT"), "{told}");
}
