//! nfs-ganesha answers what our client asks, and means by it what libnfs takes it for.

use crate::libnfs::{self, Remote, libnfs, listed};
use oncrpc_tests::folder::Folder;
use oncrpc_tests::ganesha::{Ganesha, MOUNT_PORT, NFS_PORT};
use oncrpc_tests::namespace;
use oncrpc_tests::nfs::Export;
use oncrpc_tests::process::address;
use std::fs;

/// More than one reply lists.
const FILES: usize = 3_000;

#[test]
fn our_client_and_libnfs_see_the_same() {
    if !namespace::inside("ganesha::our_client_and_libnfs_see_the_same") {
        return;
    }
    if !libnfs::is_there() {
        return;
    }
    let folder = Folder::new("ganesha");
    let mut expected: Vec<_> = (0..FILES).map(|number| (format!("file-{number}"), (number % 100) as u64)).collect();
    for (name, size) in &expected {
        fs::write(folder.join(name), vec![b'x'; *size as usize]).unwrap();
    }
    expected.sort();
    let Some(ganesha) = Ganesha::start(folder.path()) else { return };
    let (nfs, mount) = (address("tcp", NFS_PORT), address("tcp", MOUNT_PORT));
    let by_port = Export::mount(&nfs, &mount, ganesha.export()).unwrap();
    let by_name = Export::mount("127.0.0.1", "127.0.0.1", ganesha.export()).unwrap();
    assert_eq!(by_port.root, by_name.root, "a handle is a handle");
    assert_eq!(by_port.attributes(&by_port.root).nlink, 2);
    let mut found = Vec::new();
    for entry in by_port.list(&by_port.root) {
        let handle = entry.name_handle.into_option().expect("READDIRPLUS tells handles");
        found.push((entry.name.to_string(), by_port.attributes(&handle).size));
    }
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(by_port.read(&by_port.look_up("file-42")), [b'x'; 42]);
    for ports in [None, Some((NFS_PORT, MOUNT_PORT))] {
        let remote = Remote { export: ganesha.export(), ports };
        assert_eq!(listed(remote), expected, "{ports:?}");
        assert_eq!(libnfs("nfs-cat", &[&remote.url("file-42")]).stdout, [b'x'; 42]);
    }
}

/// Handles outlive the server that gave them, and our client connects again.
#[test]
fn a_handle_holds_after_a_restart() {
    if !namespace::inside("ganesha::a_handle_holds_after_a_restart") {
        return;
    }
    let folder = Folder::new("ganesha-restart");
    fs::write(folder.join("kept"), "what was there").unwrap();
    let Some(mut ganesha) = Ganesha::start(folder.path()) else { return };
    let (nfs, mount) = (address("tcp", NFS_PORT), address("tcp", MOUNT_PORT));
    let export = Export::mount(&nfs, &mount, ganesha.export()).unwrap();
    let file = export.look_up("kept");
    ganesha.kill();
    ganesha.start_again();
    assert_eq!(export.read(&file), b"what was there");
}
