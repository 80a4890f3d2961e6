//! tshark reads what nfsd, our client and libnfs say to each other as valid NFS and MOUNT.

use crate::libnfs::{self, libnfs, listed};
use crate::server::Server;
use oncrpc_tests::c;
use oncrpc_tests::process::run;
use oncrpc_tests::traffic::{Dissection, Traffic};
use std::collections::HashSet;
use std::fs;

const NFS: &str = "100003 3";
const MOUNT: &str = "100005 3";

/// So many files that listing them takes several replies.
const FILES: usize = 3_000;

fn record(server: &Server, name: &str) -> Option<Traffic> {
    Traffic::record(name, &[("tcp", &server.ports().0.to_string())])
}

/// Nothing malformed, every call answered once, and only of these programs.
fn check(found: &Dissection) {
    assert_eq!(found.malformed, [""; 0]);
    assert_eq!(found.programs, [NFS, MOUNT]);
    let of = |is_call| {
        let those = found.messages.iter().filter(move |message| message.is_call == is_call);
        those.map(|it| (it.conversation.as_str(), it.xid.as_str())).collect::<HashSet<_>>()
    };
    assert!(of(true).len() > 10, "{} calls", of(true).len());
    assert_eq!(of(true), of(false));
}

#[test]
fn our_client_and_nfsd() {
    let server = Server::ours("dissected");
    for number in 0..FILES {
        fs::write(server.folder.join(&format!("file-{number}")), "some").unwrap();
    }
    fs::write(server.folder.join("large"), [7; 300_000]).unwrap();
    let Some(traffic) = record(&server, "nfs-ours") else { return };
    let export = server.export();
    assert_eq!(export.list(&export.root).len(), FILES + 1);
    assert_eq!(export.read(&export.look_up("large")).len(), 300_000);
    check(&traffic.dissect());
}

#[test]
fn libnfs_and_nfsd() {
    let Some(writers) = c::program("nfs_writers", "libnfs") else { return };
    if !libnfs::is_there() {
        return;
    }
    let server = Server::ours("dissected-libnfs");
    for name in ["shared", "contended"] {
        fs::write(server.folder.join(name), "").unwrap();
    }
    let Some(traffic) = record(&server, "nfs-libnfs") else { return };
    let output = run(writers, &[&server.remote().url(""), "2", "3"], &[]);
    assert_eq!(output.lines(), ["2 clients, 0 failed"], "{}", output.stderr);
    assert_eq!(libnfs("nfs-cat", &[&server.remote().url("own-1")]).stdout.len(), 3 + 2 * 65_536 + 2);
    assert_eq!(listed(server.remote()).len(), 4);
    assert!(!libnfs("nfs-cat", &[&server.remote().url("none")]).status.success());
    check(&traffic.dissect());
}
