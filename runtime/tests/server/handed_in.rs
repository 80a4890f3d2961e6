//! Sockets that somebody else has opened.

use super::support::*;
use oncrpc::{Client, Server};
use std::net::{TcpListener, UdpSocket};

fn check(address: &str) {
    Client::connect(address, PROGRAM, 1).unwrap().null().unwrap();
}

#[test]
fn sockets_of_the_standard_library() {
    let (tcp, udp) = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let expected = [format!("tcp://{}", tcp.local_addr().unwrap()), format!("udp://{}", udp.local_addr().unwrap())];
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).from_listener(tcp).unwrap().from_listener(udp).unwrap();
    assert_eq!(server.addresses(), expected);
    let running = server.start().unwrap();
    expected.iter().for_each(|address| check(address));
    running.stop().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn unix_sockets_keep_their_file() {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener};
    let path = std::env::temp_dir().join(format!("oncrpc-handed-in-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let name = format!("oncrpc handed in {}", std::process::id());
    let nameless = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).from_listener(UnixListener::bind(&path).unwrap());
    let server = server.unwrap().from_listener(nameless).unwrap();
    let addresses = server.addresses();
    assert_eq!(addresses, [format!("unix://{}", path.display()), format!("unix:@{name}")]);
    let running = server.start().unwrap();
    addresses.iter().for_each(|address| check(address));
    running.stop().unwrap();
    std::fs::remove_file(&path).expect("it is whoever's opened it");
}

/// What runs with descriptors 3 and 4: this test again, in a process that systemd would have started.
#[cfg(all(target_os = "linux", feature = "systemd"))]
#[test]
fn sockets_of_systemd() {
    use std::process::{Command, Stdio};
    const INSIDE: &str = "ONCRPC_TEST_LISTEN_FDS";
    if std::env::var_os(INSIDE).is_some() {
        let server = Server::new().serve(Probe::new(PROGRAM, 1)).listen_fds().unwrap();
        assert_eq!(server.addresses().len(), 2);
        return server.quiet().run().unwrap();
    }
    let (tcp, udp) = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let (tcp_place, udp_place) = (tcp.local_addr().unwrap(), udp.local_addr().unwrap());
    // The shell moves them to where systemd puts them, and stays the same process.
    let script = "exec 3<&0 4<&1 0</dev/null 1>&2; export LISTEN_FDS=2 LISTEN_PID=$$; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", "handed_in::sockets_of_systemd", "--nocapture"]).env(INSIDE, "1");
    let (stdin, stdout) = (std::os::fd::OwnedFd::from(tcp), std::os::fd::OwnedFd::from(udp));
    let mut child = command.stdin(Stdio::from(stdin)).stdout(Stdio::from(stdout)).spawn().unwrap();
    check(&format!("tcp://{tcp_place}"));
    check(&format!("udp://{udp_place}"));
    let ended = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(ended.success());
    assert!(child.wait().unwrap().success());
}
