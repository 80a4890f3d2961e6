//! UNIX sockets: who calls is known, and the files are looked after.

use super::support::*;
use oncrpc::xdr::Xdr;
use oncrpc::{Client, Error, RunningServer, Server, layers};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A directory of its own, removed in the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("oncrpc-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("server.sock")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn address(path: &Path) -> String {
    format!("unix://{}", path.display())
}

fn server() -> Server {
    Server::new().serve(Probe::new(PROGRAM, 1))
}

fn serve(address: &str) -> Result<RunningServer, Error> {
    server().listen(address)?.start()
}

fn check(address: &str) {
    let client = Client::connect(address, PROGRAM, 1).unwrap();
    let sum = client.call::<i32>(ADD, |out| {
        i32::encode(&20, out)?;
        i32::encode(&22, out)
    });
    assert_eq!(sum.unwrap(), 42);
}

fn who(address: &str) -> String {
    let client = Client::connect(address, PROGRAM, 1).unwrap();
    client.call::<oncrpc::codegen::Str>(WHO, |_| Ok(())).unwrap().to_string()
}

#[test]
fn the_caller_is_known() {
    let place = Place::new("caller");
    let running = serve(&address(&place.socket())).unwrap();
    assert_eq!(running.addresses(), [address(&place.socket())]);
    let me = fs::metadata(&place.0).unwrap();
    let expected = format!("user {}, process {}", me.uid(), std::process::id());
    check(&running.addresses()[0]);
    assert_eq!(who(&running.addresses()[0]), format!("nobody over unix from {expected}"));
}

#[test]
fn an_abstract_name_has_no_file() {
    let name = format!("unix:@oncrpc server {}", std::process::id());
    let running = serve(&name).unwrap();
    assert_eq!(running.addresses(), [name.as_str()]);
    check(&name);
    assert!(matches!(serve(&name), Err(Error::Listen { .. })));
    running.stop().unwrap();
    serve(&name).unwrap().stop().unwrap();
}

#[test]
fn the_file_is_removed_at_the_end() {
    let place = Place::new("removed");
    let path = place.socket();
    let running = serve(&address(&path)).unwrap();
    // Listening says nothing of who may connect: the file's mode does, and can be changed.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    check(&address(&path));
    running.stop().unwrap();
    assert!(!path.exists());
    drop(server().listen(&address(&path)).unwrap());
    assert!(!path.exists(), "one that was never run");
}

#[test]
fn what_is_in_flight_at_the_end_is_answered() {
    let place = Place::new("stopping");
    let server = server().on_pool([procedure(SLEEP)]).listen(&address(&place.socket())).unwrap().start().unwrap();
    let mut stream = UnixStream::connect(place.socket()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&record(&call(1, SLEEP, &words(&[300])))).unwrap();
    let handle = server.handle();
    wait_until(|| handle.connections().iter().any(|it| it.in_flight == 1));
    handle.stop();
    wait_until(|| !place.socket().exists());
    assert_eq!(read_record(&mut stream), success(1, b""));
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "closed");
    server.join().unwrap();
}

#[test]
fn a_file_that_another_server_has_put_there_stays() {
    let place = Place::new("another");
    let path = place.socket();
    let running = serve(&address(&path)).unwrap();
    fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    running.stop().unwrap();
    assert!(path.exists());
}

#[test]
fn only_a_socket_that_nobody_listens_on_is_replaced() {
    let place = Place::new("stale");
    let path = place.socket();
    let listener = UnixListener::bind(&path).unwrap();
    assert!(matches!(serve(&address(&path)), Err(Error::Listen { .. })), "somebody listens");
    let full: Vec<_> = std::iter::from_fn(|| connect_at_once(&path)).take(10_000).collect();
    assert!(matches!(serve(&address(&path)), Err(Error::Listen { .. })), "somebody listens with a full queue");
    drop((listener, full));
    let running = serve(&address(&path)).expect("the socket is left from before");
    check(&address(&path));
    running.stop().unwrap();

    fs::write(&path, "precious").unwrap();
    assert!(matches!(serve(&address(&path)), Err(Error::Listen { .. })), "a file");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fs::remove_file(&path).unwrap();
    let _datagrams = UnixDatagram::bind(&path).unwrap();
    assert!(matches!(serve(&address(&path)), Err(Error::Listen { .. })), "a socket of another kind");
    assert!(matches!(serve("unix:///nowhere/at/all"), Err(Error::Listen { .. })));
}

/// `None` if the queue is full.
fn connect_at_once(path: &Path) -> Option<socket2::Socket> {
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.connect(&socket2::SockAddr::unix(path).unwrap()).ok().map(|()| socket)
}

#[test]
fn layers_tell_them_from_others() {
    let place = Place::new("layers");
    let server = server().layer(layers::peers(["unix"]).unwrap());
    let server = server.listen("tcp://127.0.0.1:0").unwrap().listen(&address(&place.socket())).unwrap();
    let running = server.workers(2).start().unwrap();
    check(&running.addresses()[1]);
    let error = Client::connect(&running.addresses()[0], PROGRAM, 1).unwrap().null().unwrap_err();
    assert!(matches!(error, Error::Auth(oncrpc::rpc::AuthStat::TooWeak)), "{error}");
}

#[test]
fn hostile_peers_are_as_bounded_as_over_tcp() {
    let place = Place::new("hostile");
    let running = serve(&address(&place.socket())).unwrap();
    let mut stream = UnixStream::connect(place.socket()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&mark(0x7fff_ffff, false)).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "closed");
    // Many calls, half of whose replies nobody takes, and then the end.
    for _ in 0..100 {
        let mut stream = UnixStream::connect(place.socket()).unwrap();
        stream.write_all(&record(&call(1, FILL, &words(&[1 << 20]))).repeat(64)).unwrap();
    }
    std::thread::sleep(Duration::from_millis(10));
    check(&address(&place.socket()));
    running.stop().unwrap();
}
