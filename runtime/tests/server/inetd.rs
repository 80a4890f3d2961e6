//! Sockets that are handed over open: connections, and the standard input of a process that inetd has started, which is
//! this binary again.

use super::support::*;
use oncrpc::xdr::Xdr;
use oncrpc::{Client, Error, Server};
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that inetd has started.
const INSIDE: &str = "ONCRPC_TEST_INETD";

/// How long a server does nothing before it ends, here.
const IDLE: Duration = Duration::from_millis(300);

fn server() -> Server {
    Server::new().serve(Probe::new(PROGRAM, 1))
}

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    (client, listener.accept().unwrap().0)
}

fn unix_pair() -> (UnixStream, UnixStream) {
    let (client, server) = UnixStream::pair().unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    (client, server)
}

/// A call of `ADD` over a stream.
fn add(stream: &mut (impl std::io::Read + Write), xid: u32) {
    stream.write_all(&record(&call(xid, ADD, &words(&[20, 22])))).unwrap();
    assert_eq!(read_record(stream), success(xid, &words(&[42])));
}

fn call_at(address: &str) -> Result<i32, Error> {
    Client::connect(address, PROGRAM, 1)?.call::<i32>(ADD, |out| {
        i32::encode(&20, out)?;
        i32::encode(&22, out)
    })
}

#[test]
fn a_server_ends_with_the_last_of_the_connections_that_it_was_given() {
    for workers in [1, 2] {
        let ((mut one, first), (mut other, second), (mut third, last)) = (pair(), unix_pair(), unix_pair());
        let server = server().from_connection(first).unwrap().from_connection(second).unwrap();
        let server = server.from_connection(last).unwrap().workers(workers);
        assert_eq!(server.addresses(), [""; 0]);
        let running = server.start().unwrap();
        let handle = running.handle();
        for xid in 1..3 {
            add(&mut one, xid);
            add(&mut other, xid);
            add(&mut third, xid);
        }
        drop((one, third));
        wait_until(|| handle.connections().len() == 1);
        add(&mut other, 9);
        drop(other);
        running.join().unwrap();
        assert_eq!(handle.metrics().procedure(PROGRAM, 1, ADD).unwrap().calls(), 7);
    }
}

#[test]
fn what_is_no_connection_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let (client, closed) = pair();
    drop(client);
    closed.shutdown(std::net::Shutdown::Both).unwrap();
    let (unix, _other) = std::os::unix::net::UnixDatagram::pair().unwrap();
    let sockets: [OwnedFd; 5] = [
        listener.into(),
        UdpSocket::bind(place).unwrap().into(),
        unix.into(),
        std::fs::File::open("/dev/null").unwrap().into(),
        closed.into(),
    ];
    for socket in sockets {
        let error = Server::new().from_connection(socket).unwrap_err();
        assert!(matches!(error, Error::Listen { .. }), "{error}");
    }
    assert!(matches!(Server::new().start(), Err(Error::Listen { .. })));
}

#[test]
fn a_server_ends_when_it_is_idle_and_not_before() {
    for workers in [1, 2] {
        let server = server().workers(workers).stop_when_idle(IDLE);
        let server = server.listen("tcp://127.0.0.1:0").unwrap().listen("udp://127.0.0.1:0").unwrap();
        let running = server.start().unwrap();
        let mut streams = [connect(&running), connect(&running)];
        std::thread::sleep(IDLE * 3);
        streams.iter_mut().for_each(|stream| add(stream, 1));
        drop(streams);
        let (begin, mut last) = (Instant::now(), Instant::now());
        while begin.elapsed() < IDLE * 3 {
            let outcome = call_at(&running.addresses()[1]);
            // Unless this machine was idle for long.
            assert!(outcome.is_ok() || last.elapsed() > IDLE / 2, "{outcome:?}");
            last = Instant::now();
            std::thread::sleep(IDLE / 10);
        }
        running.join().unwrap();
    }
}

/// What inetd starts, when there is something to do at `socket`. All that it writes to stderr goes to the socket.
fn start(socket: impl Into<OwnedFd>) -> Child {
    let socket = socket.into();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "inetd::what_inetd_starts", "--nocapture"]).env(INSIDE, "1");
    command.stdout(Stdio::null()).stderr(socket.try_clone().unwrap()).stdin(socket).spawn().unwrap()
}

#[test]
fn what_inetd_starts() {
    if std::env::var_os(INSIDE).is_some() {
        server().stop_when_idle(IDLE).inetd().unwrap().run().unwrap();
    }
}

fn wait(mut child: Child) {
    wait_until(|| child.try_wait().unwrap().is_some());
    assert!(child.wait().unwrap().success());
}

/// A connection with what inetd has started: a panic in a handler writes nothing into it.
fn talk(mut stream: impl std::io::Read + Write) {
    add(&mut stream, 1);
    stream.write_all(&record(&call(2, PANIC, &[]))).unwrap();
    assert_eq!(read_record(&mut stream), words(&[2, 1, 0, 0, 0, 5]));
    add(&mut stream, 3);
}

#[test]
fn the_standard_input_is_a_connection() {
    let (client, server) = pair();
    let child = start(server);
    talk(client);
    wait(child);
    let (client, server) = unix_pair();
    let child = start(server);
    talk(client);
    wait(child);
}

#[test]
fn the_standard_input_is_a_listener_or_takes_datagrams() {
    let path = std::env::temp_dir().join(format!("oncrpc-inetd-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let (tcp, udp) = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let addresses = [
        format!("tcp://{}", tcp.local_addr().unwrap()),
        format!("udp://{}", udp.local_addr().unwrap()),
        format!("unix://{}", path.display()),
    ];
    let sockets: [OwnedFd; 3] = [tcp.into(), udp.into(), UnixListener::bind(&path).unwrap().into()];
    for (address, socket) in addresses.iter().zip(sockets) {
        // As inetd does, again and again while there is work.
        for _ in 0..2 {
            let client = std::thread::spawn({
                let address = address.clone();
                move || call_at(&address)
            });
            while !client.is_finished() {
                wait(start(socket.try_clone().unwrap()));
            }
            assert_eq!(client.join().unwrap().unwrap(), 42, "{address}");
        }
    }
    std::fs::remove_file(&path).expect("it is inetd's");
}

#[test]
fn the_standard_input_is_something_else() {
    if std::env::var_os(INSIDE).is_some() {
        let error = server().inetd().unwrap_err().to_string();
        assert!(error.starts_with("cannot listen on the standard input: "), "{error}");
        return;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "inetd::the_standard_input_is_something_else"]).env(INSIDE, "1");
    for stdin in [Stdio::null(), Stdio::piped()] {
        let output = command.stdin(stdin).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}
