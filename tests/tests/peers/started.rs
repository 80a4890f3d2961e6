//! Our server, started by inetd and systemd when a client comes: both hold the sockets, also between one server and the
//! next.

use crate::script::{self, Size};
use crate::{listen, our_server};
use oncrpc::Error;
use oncrpc::rpcbind::Rpcbind;
use oncrpc_tests::c::PEERS_CLIENT;
use oncrpc_tests::interfaces::peers::peers_v1::{self, PROGRAM};
use oncrpc_tests::process::{DEADLINE, Guard, Server, free_port, run};
use oncrpc_tests::{missing, namespace, rpcbind};
use std::fs;
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A place where a server is started: how C names it, and our address.
type Place<'a> = (&'a str, &'a str, &'a str);

/// All calls of ours and C's, one client after another; and again when the server that they had has ended.
fn check(places: &[Place<'_>]) {
    let client = PEERS_CLIENT.build();
    for round in 0..2 {
        for (transport, place, address) in places {
            let size = Size::of(transport);
            assert_eq!(script::run(address, size).unwrap(), size.expected(), "{address} {round}");
            let Some(client) = &client else { continue };
            let size_arguments = size.arguments();
            let mut arguments = vec!["127.0.0.1", transport, place];
            arguments.extend(size_arguments.iter().map(String::as_str));
            assert_eq!(run(client, &arguments, &[]).lines(), size.expected(), "C {transport} {place} {round}");
        }
        // Servers that end when they are idle do so now; it is no matter if one is still there.
        thread::sleep(Duration::from_millis(800));
    }
}

/// Starts something that is to be stopped in the end; `None` if it is missing.
fn start(program: &str, arguments: &[&str]) -> Option<Guard> {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-c", "command -v \"$0\" >/dev/null || exit 127; exec \"$0\" \"$@\"", program]).args(arguments);
    let mut child = command.env("PATH", path).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_millis(100));
    if child.try_wait().unwrap().is_some_and(|status| status.code() == Some(127)) {
        missing(program);
        return None;
    }
    Some(Guard(child))
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + DEADLINE / 2;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A file in the namespace's own directory.
fn write(path: &str, text: &str) -> PathBuf {
    fs::write(path, text).unwrap();
    path.into()
}

#[test]
fn by_inetd() {
    if !namespace::inside("started::by_inetd") {
        return;
    }
    let Some(_rpcbind) = rpcbind::start_own() else { return };
    // inetd knows RPC services by their names only.
    let names = write("/run/rpc", &format!("peers {PROGRAM}\n"));
    assert!(
        Command::new("mount")
            .args(["--bind".as_ref(), names.as_path(), Path::new("/etc/rpc")])
            .status()
            .unwrap()
            .success()
    );
    let program = our_server().display();
    let lines = [
        // One only: with each, it takes back what it has registered of the program before.
        "peers/1 dgram rpc/udp wait",
        "127.0.0.1:4711 stream tcp nowait",
        "127.0.0.1:4712 stream tcp wait",
        "/run/nowait.sock stream unix nowait",
        "/run/wait.sock stream unix wait",
    ];
    let lines = lines.map(|line| format!("{line} root {program} peers_server --idle --inetd\n"));
    let file = write("/run/inetd.conf", &lines.concat());
    let Some(_inetd) = start("inetd", &["-i", "-R", "0", file.to_str().unwrap()]) else { return };
    let registered = || Rpcbind::local().unwrap().registrations().unwrap().iter().any(|it| it.program == PROGRAM);
    wait_until("inetd listens", || registered() && Path::new("/run/wait.sock").exists());
    check(&[
        ("udp", "rpcbind", "udp://127.0.0.1"),
        ("tcp", "4711", "tcp://127.0.0.1:4711"),
        ("tcp", "4712", "tcp://127.0.0.1:4712"),
        ("unix", "/run/nowait.sock", "unix:///run/nowait.sock"),
        ("unix", "/run/wait.sock", "unix:///run/wait.sock"),
    ]);
}

/// As systemd ends a service, and init scripts do: with SIGTERM.
#[test]
fn one_that_is_told_to_end_removes_its_socket() {
    let server = Server::start(our_server(), &[&listen("unix", "told-to-end")]);
    let (address, path) = (server.address("unix"), server.place("unix").to_owned());
    let client = peers_v1::Client::connect(&address).unwrap();
    assert_eq!(client.look(7).unwrap(), 7);
    assert!(server.end().success());
    assert!(!Path::new(&path).exists());
    assert!(matches!(peers_v1::Client::connect(&address), Err(Error::Connect { .. })));
}

#[test]
fn by_systemd() {
    let program = our_server().to_str().unwrap();
    let ports = [free_port(), free_port()].map(|port| port.to_string());
    let places = ports.each_ref().map(|port| format!("127.0.0.1:{port}"));
    let path = format!("/tmp/oncrpc-systemd-{}", std::process::id());
    let Some(_streams) = start("systemd-socket-activate", &["-l", &places[0], "-l", &path, program, "--listen-fds"])
    else {
        return;
    };
    let _each = start("systemd-socket-activate", &["--inetd", "-a", "-l", &places[1], program, "--inetd"]);
    let _datagrams = start("systemd-socket-activate", &["-d", "-l", &places[1], program, "--listen-fds"]);
    wait_until("they listen", || {
        UdpSocket::bind(&places[1]).is_err() && places.iter().all(|place| TcpStream::connect(place).is_ok())
    });
    check(&[
        ("tcp", &ports[0], &format!("tcp://{}", places[0])),
        ("unix", &path, &format!("unix://{path}")),
        ("tcp", &ports[1], &format!("tcp://{}", places[1])),
        ("udp", &ports[1], &format!("udp://{}", places[1])),
    ]);
    fs::remove_file(path).unwrap();
}
