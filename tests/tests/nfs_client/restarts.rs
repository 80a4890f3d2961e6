//! The server is killed and started again in the middle of a copy, which then completes.

use crate::servers::{FileServer, Nfsd};
use crate::{content, program};
use oncrpc_tests::folder::Folder;
use oncrpc_tests::ganesha::Ganesha;
use oncrpc_tests::namespace;
use oncrpc_tests::process::{DEADLINE, Guard};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn of_ganesha() {
    // Before the time within begins.
    program();
    if !namespace::inside("restarts::of_ganesha") {
        return;
    }
    let folder = Folder::new("restart-ganesha");
    let Some(mut ganesha) = Ganesha::start(folder.path()) else { return };
    down(&mut ganesha, &folder);
    up(&mut ganesha, &folder);
}

#[test]
fn of_nfsd() {
    let folder = Folder::new("restart-nfsd");
    let mut nfsd = Nfsd::start(folder.path());
    down(&mut nfsd, &folder);
    up(&mut nfsd, &folder);
}

/// More than a pipe and the window hold: the rest is read from the server that was started again.
fn down(server: &mut dyn FileServer, folder: &Folder) {
    let bytes = content(64 << 20);
    fs::write(folder.join("file"), &bytes).unwrap();
    let mut command = Command::new(program());
    command.args(["cat", &format!("{}/file", server.url())]).stdout(Stdio::piped());
    let mut client = Guard(command.spawn().unwrap());
    let mut out = client.0.stdout.take().unwrap();
    let mut got = vec![0; 1 << 20];
    out.read_exact(&mut got).unwrap();
    server.kill();
    let later = std::thread::spawn(move || out.read_to_end(&mut got).map(|_| got));
    server.start_again();
    assert!(later.join().unwrap().unwrap() == bytes, "what was read is the file");
    assert!(client.0.wait().unwrap().success());
}

/// What was written before is thrown away meanwhile, as by a machine that loses its power: it is sent again.
fn up(server: &mut dyn FileServer, folder: &Folder) {
    let here = Folder::new("restart-here");
    // The first one is as a rule large enough for the copy to be under way when the server is killed.
    for length in [100 << 20, 200 << 20, 250 << 20] {
        let bytes = content(length);
        fs::write(here.join("file"), &bytes).unwrap();
        let target = folder.join("target");
        let _ = fs::remove_file(&target);
        let mut command = Command::new(program());
        command.args(["cp", here.join("file").to_str().unwrap(), &format!("{}/target", server.url())]);
        let mut client = Guard(command.spawn().unwrap());
        wait_for_size(&target, 4 << 20);
        server.kill();
        let was_under_way = client.0.try_wait().unwrap().is_none();
        if was_under_way {
            File::options().write(true).open(&target).unwrap().set_len(0).unwrap();
        }
        server.start_again();
        assert!(client.0.wait().unwrap().success());
        assert!(fs::read(&target).unwrap() == bytes, "what was written is the file");
        if was_under_way {
            return;
        }
    }
    panic!("no copy was under way when the server was killed");
}

fn wait_for_size(file: &Path, size: u64) {
    let end = Instant::now() + DEADLINE;
    while fs::metadata(file).map_or(0, |metadata| metadata.len()) < size {
        assert!(Instant::now() < end, "nothing is written to {}", file.display());
        std::thread::sleep(Duration::from_millis(1));
    }
}
