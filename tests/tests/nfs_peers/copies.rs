//! Large files, there and back, also when the server is killed on the way.

use crate::libnfs;
use crate::server::Server;
use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::folder::Folder;
use oncrpc_tests::namespace;
use oncrpc_tests::process::{DEADLINE, Guard, run};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const GIBIBYTE: u64 = 1 << 30;

/// For several of them, to a disk that others use as well.
const LONG: Duration = Duration::from_secs(600);

/// Bytes of which no two 4 KiB are the same.
fn fill(path: &Path, size: u64) {
    let (mut file, mut block) = (File::create(path).unwrap(), vec![0; 1 << 20]);
    for start in (0..size).step_by(block.len()) {
        for (number, page) in (start >> 12..).zip(block.chunks_mut(4096)) {
            page.chunks_mut(8)
                .for_each(|word| word.copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_ne_bytes()));
        }
        file.write_all(&block).unwrap();
    }
}

/// Both are the same, byte by byte.
fn compare(a: &Path, b: &Path) {
    let output = run("cmp", &[a.to_str().unwrap(), b.to_str().unwrap()], &[]);
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), output.stderr);
}

/// Who copies.
#[derive(Clone, Copy, Debug)]
enum Client {
    /// examples/nfs.
    Ours,
    /// `nfs-cp`.
    Libnfs,
}

impl Client {
    fn copy(self, from: &str, to: &str) -> Command {
        let mut command = match self {
            Self::Ours => Command::new(build(root(), &["-p", "nfs"]).join("nfs")),
            Self::Libnfs => Command::new("nfs-cp"),
        };
        if matches!(self, Self::Ours) {
            command.arg("cp");
        }
        command.args([from, to]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        command
    }
}

fn succeed(client: Client, from: &str, to: &str) {
    let status = client.copy(from, to).status().unwrap();
    assert!(status.success(), "{client:?}, {from} to {to}: {status}");
}

/// A gibibyte there and back.
fn there_and_back(server: &Server, clients: &[Client]) {
    let local = Folder::new("copies");
    let (original, back) = (local.join("original"), local.join("back"));
    fill(&original, GIBIBYTE);
    for client in clients {
        let url = server.remote().url("copy");
        succeed(*client, original.to_str().unwrap(), &url);
        compare(&original, &server.folder.join("copy"));
        succeed(*client, &url, back.to_str().unwrap());
        compare(&original, &back);
        fs::remove_file(server.folder.join("copy")).unwrap();
        fs::remove_file(&back).unwrap();
    }
}

/// Waits until a file has so many bytes.
fn wait_for_size(path: &Path, size: u64) {
    let end = Instant::now() + DEADLINE;
    while fs::metadata(path).map_or(0, |found| found.len()) < size {
        assert!(Instant::now() < end, "{} does not grow", path.display());
        thread::sleep(Duration::from_millis(1));
    }
}

/// Copies there and back with a server that is killed on the way each time.
fn interrupted(server: &mut Server, client: Client) {
    let local = Folder::new("interrupted");
    let (original, back) = (local.join("original"), local.join("back"));
    fill(&original, GIBIBYTE / 2);
    let (url, there) = (server.remote().url("copy"), server.folder.join("copy"));
    let copies = [
        (original.to_str().unwrap(), url.as_str(), there.as_path()),
        (url.as_str(), back.to_str().unwrap(), back.as_path()),
    ];
    for (from, to, grows) in copies {
        let mut copying = Guard(client.copy(from, to).spawn().unwrap());
        wait_for_size(grows, GIBIBYTE / 16);
        assert!(copying.0.try_wait().unwrap().is_none(), "{client:?} is not done before the server is killed");
        server.restart();
        let status = copying.0.wait().unwrap();
        assert!(status.success(), "{client:?}, {from} to {to}: {status}");
        compare(&original, grows);
    }
}

#[test]
fn a_gibibyte_to_and_from_nfsd() {
    let clients: &[Client] = if libnfs::is_there() { &[Client::Ours, Client::Libnfs] } else { &[Client::Ours] };
    there_and_back(&Server::ours("gibibyte"), clients);
}

#[test]
fn a_gibibyte_to_and_from_ganesha() {
    if namespace::inside_for(LONG, "copies::a_gibibyte_to_and_from_ganesha") {
        let Some(server) = Server::ganesha("gibibyte") else { return };
        there_and_back(&server, &[Client::Ours]);
    }
}

#[test]
fn nfsd_is_killed_in_the_middle_of_a_copy() {
    let mut server = Server::ours("killed");
    interrupted(&mut server, Client::Ours);
    fs::remove_file(server.folder.join("copy")).unwrap();
    if libnfs::is_there() {
        interrupted(&mut server, Client::Libnfs);
    }
}

#[test]
fn ganesha_is_killed_in_the_middle_of_a_copy() {
    if namespace::inside_for(LONG, "copies::ganesha_is_killed_in_the_middle_of_a_copy") {
        let Some(mut server) = Server::ganesha("killed") else { return };
        interrupted(&mut server, Client::Ours);
    }
}
