//! examples/nfsd is found, listed, read and written by programs that are not ours.

use crate::libnfs::{self, Remote, libnfs, listed};
use oncrpc_tests::folder::Folder;
use oncrpc_tests::nfsd::Nfsd;
use oncrpc_tests::process::run_command;
use oncrpc_tests::{missing, namespace, rpcbind};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Sizes around those of a page, of a record's first read and of a WRITE.
const SIZES: [usize; 8] = [0, 1, 3, 4096, 65_535, 65_536, 1_048_577, 5_000_000];

/// No two of these bytes at places that are confused easily are the same.
fn content(size: usize) -> Vec<u8> {
    (0..size).map(|place| (place % 251 + place / 65_536) as u8).collect()
}

/// A command of the system's that knows ONC RPC.
fn asks(program: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap()));
    run_command(command, &[]).lines().into_iter().map(str::to_owned).collect()
}

/// With rpcbind, and without: then nfsd serves its program itself.
#[test]
fn it_is_found_by_name() {
    if !namespace::inside("nfsd::it_is_found_by_name") || !libnfs::is_there() {
        return;
    }
    if !["/sbin/showmount", "/usr/sbin/showmount"].iter().any(|place| Path::new(place).exists()) {
        return missing("showmount");
    }
    let folder = Folder::new("nfsd-by-name");
    fs::write(folder.join("a file"), "what is in it").unwrap();
    for with_rpcbind in [false, true] {
        let rpcbind = if with_rpcbind { rpcbind::start_own() } else { None };
        if rpcbind.is_some() != with_rpcbind {
            return;
        }
        let nfsd = Nfsd::start(folder.path(), &["--portmapper", "--no-root-squash"]);
        let exports = asks("showmount", &["-e", "127.0.0.1"]);
        let path = folder.path().to_str().unwrap();
        assert!(exports.iter().any(|line| line.split_whitespace().next() == Some(path)), "{exports:?}");
        let registered = asks("rpcinfo", &["-p", "127.0.0.1"]);
        for (program, version) in [("100003", "3"), ("100005", "3")] {
            for transport in ["tcp", "udp"] {
                let row = [program, version, transport, &nfsd.port().to_string()].join(" ");
                let is_it = |line: &String| line.split_whitespace().take(4).collect::<Vec<_>>().join(" ") == row;
                assert!(registered.iter().any(is_it), "{row}: {registered:?}");
                let answer = asks("rpcinfo", &["-T", transport, "127.0.0.1", program, version]);
                assert_eq!(answer, [format!("program {program} version {version} ready and waiting")]);
            }
        }
        let remote = Remote { export: folder.path(), ports: None };
        assert_eq!(listed(remote), [("a file".to_owned(), 13)]);
        assert_eq!(libnfs("nfs-cat", &[&remote.url("a file")]).stdout, b"what is in it");
    }
}

#[test]
fn libnfs_reads_and_writes() {
    if !libnfs::is_there() {
        return;
    }
    let (folder, local) = (Folder::new("nfsd-libnfs"), Folder::new("nfsd-libnfs-local"));
    let nfsd = Nfsd::start(folder.path(), &["--no-root-squash"]);
    let remote = Remote { export: folder.path(), ports: Some((nfsd.port(), nfsd.port())) };
    let mut expected = Vec::new();
    for size in SIZES {
        let (there, back) = (format!("there-{size}"), format!("back-{size}"));
        fs::write(local.join(&there), content(size)).unwrap();
        let (from, to) = (local.join(&there), local.join(&back));
        assert!(libnfs("nfs-cp", &[from.to_str().unwrap(), &remote.url(&there)]).status.success());
        assert!(fs::read(folder.join(&there)).unwrap() == content(size), "{size}: what nfs-cp wrote");
        assert!(libnfs("nfs-cat", &[&remote.url(&there)]).stdout == content(size), "{size}: what nfs-cat read");
        assert!(libnfs("nfs-cp", &[&remote.url(&there), to.to_str().unwrap()]).status.success());
        assert!(fs::read(to).unwrap() == content(size), "{size}: what nfs-cp read");
        expected.push((there, size as u64));
    }
    expected.sort();
    assert_eq!(listed(remote), expected);
    assert!(!libnfs("nfs-cat", &[&remote.url("none")]).status.success(), "there is no such file");
}

/// Beside our client, which gets the same.
#[test]
fn a_hundred_thousand_files_are_listed() {
    if !libnfs::is_there() {
        return;
    }
    let folder = Folder::new("nfsd-many");
    let mut expected: Vec<_> = (0..100_000).map(|number| (format!("file-{number}"), 0)).collect();
    for (name, _) in &expected {
        fs::File::create(folder.join(name)).unwrap();
    }
    expected.sort();
    let nfsd = Nfsd::start(folder.path(), &[]);
    let remote = Remote { export: folder.path(), ports: Some((nfsd.port(), nfsd.port())) };
    assert!(listed(remote) == expected, "libnfs");
    let export = oncrpc_tests::nfs::Export::mount(&nfsd.address(), &nfsd.address(), folder.path()).unwrap();
    let mut found: Vec<_> = export.list(&export.root).into_iter().map(|entry| (entry.name.to_string(), 0)).collect();
    found.sort();
    assert!(found == expected, "ours");
}
