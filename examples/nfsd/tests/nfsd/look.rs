//! What is there and what is in it.

use crate::idl::*;
use crate::server::Nfsd;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::time::{Duration, Instant};

#[test]
fn a_file_is_found_and_read() {
    let nfsd = Nfsd::start(&[]);
    fs::create_dir(nfsd.directory.join("folder")).unwrap();
    fs::write(nfsd.directory.join("folder/file"), "twelve bytes").unwrap();
    let mounted = nfsd.mounted();
    let file = mounted.find("folder/file").unwrap();
    let stat = mounted.stat(&file).unwrap();
    let expected = fs::metadata(nfsd.directory.join("folder/file")).unwrap();
    assert_eq!((stat.r#type, stat.size, stat.fileid), (Ftype3::Reg, 12, expected.ino()));
    assert_eq!((stat.mode, stat.nlink, stat.uid), (expected.mode() & 0o7777, 1, expected.uid()));
    assert_eq!(
        (i64::from(stat.mtime.seconds), i64::from(stat.mtime.nseconds)),
        (expected.mtime(), expected.mtime_nsec())
    );
    assert_eq!(mounted.read(&file).unwrap(), b"twelve bytes");
}

#[test]
fn a_read_ends_where_the_file_does() {
    let nfsd = Nfsd::start(&[]);
    let content: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    fs::write(nfsd.directory.join("file"), &content).unwrap();
    let mounted = nfsd.mounted();
    let file = mounted.find("file").unwrap();
    for (offset, count, expected) in [
        (0, 10, 10),
        (2_999_990, 10, 10),
        (2_999_990, 11, 10),
        (3_000_000, 5, 0),
        (u64::MAX, 5, 0),
        (7, 2 << 20, 1 << 20),
    ] {
        let read = mounted.nfs.read(&Read3args { file: file.clone(), offset, count }).unwrap().into_ok().unwrap();
        let from = usize::try_from(offset).unwrap().min(content.len());
        assert_eq!(read.data, content[from..from + expected]);
        assert_eq!((read.count as usize, read.eof), (expected, from + expected == content.len()), "{offset} {count}");
    }
}

#[test]
fn only_what_is_a_file_is_read() {
    let nfsd = Nfsd::start(&[]);
    fs::create_dir(nfsd.directory.join("folder")).unwrap();
    symlink("folder", nfsd.directory.join("link")).unwrap();
    let mounted = nfsd.mounted();
    assert_eq!(mounted.read(&mounted.find("folder").unwrap()), Err(Nfsstat3::ErrIsdir));
    let link = mounted.find("link").unwrap();
    assert_eq!(mounted.read(&link), Err(Nfsstat3::ErrInval));
    let target = mounted.nfs.readlink(&Readlink3args { symlink: link }).unwrap().into_ok().unwrap();
    assert_eq!(target.data, "folder");
    let no_link = mounted.nfs.readlink(&Readlink3args { symlink: mounted.root.clone() }).unwrap();
    assert_eq!(no_link.into_ok().unwrap_err(), Nfsstat3::ErrInval);
}

#[test]
fn access_tells_what_the_mode_allows() {
    let nfsd = Nfsd::start(&[]);
    File::create(nfsd.directory.join("file")).unwrap();
    fs::set_permissions(nfsd.directory.join("file"), std::os::unix::fs::PermissionsExt::from_mode(0o654)).unwrap();
    let (uid, gid) = fs::metadata(nfsd.directory.join("file")).map(|stat| (stat.uid(), stat.gid())).unwrap();
    let all = ACCESS3_READ | ACCESS3_LOOKUP | ACCESS3_MODIFY | ACCESS3_EXTEND | ACCESS3_DELETE | ACCESS3_EXECUTE;
    let allowed = |nfsd: &Nfsd, uid, gid, name: Option<&str>| {
        let mounted = nfsd.mounted_by(uid, gid);
        let object = name.map_or(mounted.root.clone(), |name| mounted.find(name).unwrap());
        mounted.nfs.access(&Access3args { object, access: all }).unwrap().into_ok().unwrap().access
    };
    if uid != 0 {
        assert_eq!(allowed(&nfsd, uid, 5_000, Some("file")), ACCESS3_READ | ACCESS3_MODIFY | ACCESS3_EXTEND);
    }
    if gid != 0 {
        assert_eq!(allowed(&nfsd, 5_000, gid, Some("file")), ACCESS3_READ | ACCESS3_EXECUTE);
    }
    assert_eq!(allowed(&nfsd, 5_000, 5_000, Some("file")), ACCESS3_READ);
    assert_eq!(allowed(&nfsd, 5_000, 5_000, None), all & !ACCESS3_EXECUTE);
}

#[test]
fn names_are_bytes() {
    let nfsd = Nfsd::start(&[]);
    let name = b"caf\xe9 \xff\n";
    fs::write(nfsd.directory.join(OsStr::from_bytes(name)), "content").unwrap();
    let mounted = nfsd.mounted();
    let listed = mounted.list(&mounted.root, 4_096).unwrap();
    assert!(listed.iter().any(|entry| entry.name.as_bytes() == name));
    let file = mounted.look_up(&mounted.root, name).unwrap();
    assert_eq!(mounted.read(&file).unwrap(), b"content");
}

#[test]
fn a_listing_has_each_entry_once_with_handle_and_attributes_whatever_the_size_of_its_parts() {
    let nfsd = Nfsd::start(&[]);
    let names: BTreeSet<String> = (0..500).map(|number| format!("file-{number}")).collect();
    for (size, name) in names.iter().enumerate() {
        fs::write(nfsd.directory.join(name), vec![0; size]).unwrap();
    }
    let mounted = nfsd.mounted();
    for size in [600, 1_024, 8_192, 1 << 20] {
        let listed = mounted.list(&mounted.root, size).unwrap();
        assert_eq!(listed.len(), 502, "{size}");
        for entry in listed.iter().filter(|entry| !matches!(entry.name.as_bytes(), b"." | b"..")) {
            assert!(names.contains(entry.name.to_str().unwrap()));
            let attributes = entry.name_attributes.into_option().unwrap();
            let handle = entry.name_handle.clone().into_option().unwrap();
            assert_eq!(mounted.stat(&handle), Ok(attributes));
            assert_eq!(names.iter().position(|name| entry.name == *name).unwrap() as u64, attributes.size);
        }
    }
}

#[test]
fn a_listing_tells_at_once_what_was_changed_over_nfs_and_here() {
    let nfsd = Nfsd::start(&[]);
    let (mounted, other) = (nfsd.mounted(), nfsd.mounted());
    let file = mounted.create(&mounted.root, b"file").unwrap();
    let listed = |name: &str| {
        let all = mounted.list(&mounted.root, 4_096).unwrap();
        let entry = all.into_iter().find(|entry| entry.name == name)?;
        Some(entry.name_attributes.into_option().unwrap())
    };
    for round in 1..=5_u32 {
        other.write(&file, u64::from(round), b"x", StableHow::Unstable).unwrap();
        assert_eq!(listed("file").unwrap().size, u64::from(round) + 1);
        other.set(&file, Sattr3 { mode: Some(0o600 + round).into(), ..Sattr3::default() }).unwrap();
        assert_eq!(listed("file").unwrap().mode, 0o600 + round);
        let name = format!("more{round}");
        assert!(listed(&name).is_none());
        other.create(&other.root, name.as_bytes()).unwrap();
        assert!(listed(&name).is_some());
    }
    for round in 1..=5 {
        fs::write(nfsd.directory.join("file"), vec![b'x'; 100 + round]).unwrap();
        assert_eq!(listed("file").unwrap().size, 100 + round as u64);
        let (name, other) = (format!("local{round}"), format!("renamed{round}"));
        File::create(nfsd.directory.join(&name)).unwrap();
        assert!(listed(&name).is_some());
        fs::rename(nfsd.directory.join(&name), nfsd.directory.join(&other)).unwrap();
        assert!(listed(&name).is_none() && listed(&other).is_some());
        fs::remove_file(nfsd.directory.join(&other)).unwrap();
        assert!(listed(&other).is_none());
    }
}

/// What inotify does not tell who watches the directory.
#[test]
fn a_listing_tells_soon_what_changes_in_a_directory_in_it_and_by_another_name() {
    let nfsd = Nfsd::start(&[]);
    let (folder, inner) = (nfsd.directory.join("folder"), nfsd.directory.join("folder/inner"));
    fs::create_dir_all(&inner).unwrap();
    fs::write(folder.join("file"), "short").unwrap();
    fs::hard_link(folder.join("file"), inner.join("further")).unwrap();
    let mounted = nfsd.mounted();
    let folder = mounted.find("folder").unwrap();
    let listed = |name: &str| {
        let all = mounted.list(&folder, 4_096).unwrap();
        all.into_iter().find(|entry| entry.name == name).unwrap().name_attributes.into_option().unwrap()
    };
    assert_eq!((listed("inner").nlink, listed("file").size), (2, 5));
    fs::create_dir(inner.join("directory")).unwrap();
    fs::write(inner.join("further"), "longer than before").unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while (listed("inner").nlink, listed("file").size) != (3, 18) {
        assert!(Instant::now() < end, "what is kept does not grow old");
        std::thread::sleep(Duration::from_millis(50));
    }
}
