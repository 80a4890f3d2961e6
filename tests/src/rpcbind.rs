//! The machine's rpcbind, started for the tests where none runs.

use crate::missing;
use crate::process::{DEADLINE, Guard};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// Whether there is an rpcbind; if not, and nothing forbids it, there is one from here on until the tests end.
pub fn available() -> bool {
    static OURS: OnceLock<Option<(Guard, ChildStdin)>> = OnceLock::new();
    if answers_for_long() {
        return true;
    }
    OURS.get_or_init(start);
    if answers() {
        return true;
    }
    missing("rpcbind (its binary, or root to start it)");
    false
}

/// An rpcbind until it is dropped, in a network of the caller's own; `None` if its binary is missing.
pub fn start_own() -> Option<Guard> {
    let mut command = Command::new("sh");
    command.args(["-c", "PATH=$PATH:/usr/sbin:/sbin; exec rpcbind -f"]).stdin(Stdio::null()).stderr(Stdio::null());
    let rpcbind = Guard(command.spawn().ok()?);
    let end = Instant::now() + DEADLINE / 10;
    while !answers() && Instant::now() < end {
        thread::sleep(Duration::from_millis(10));
    }
    if !answers() {
        missing("rpcbind");
        return None;
    }
    Some(rpcbind)
}

/// The shell stops rpcbind when its input ends, which it does when this process does, however it ends.
fn start() -> Option<(Guard, ChildStdin)> {
    let script = "PATH=$PATH:/usr/sbin:/sbin; rpcbind -f & cat >/dev/null; kill $!";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut shell = Guard(shell.spawn().ok()?);
    let stdin = shell.0.stdin.take()?;
    let end = Instant::now() + DEADLINE / 10;
    while !answers() && Instant::now() < end {
        thread::sleep(Duration::from_millis(10));
    }
    Some((shell, stdin))
}

/// One that other tests started ends when they do, which may be now.
fn answers_for_long() -> bool {
    answers() && {
        thread::sleep(Duration::from_millis(200));
        answers()
    }
}

fn answers() -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, 111)).is_ok()
}
