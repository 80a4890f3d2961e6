use crate::peer::{PROGRAM, VERSION, answer_all};
use oncrpc::xdr::Xdr;
use oncrpc::{Client, Error};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::thread;

/// Takes one connection and answers its calls with their argument, while a client makes two.
fn check(listener: UnixListener, address: &str) {
    let peer = thread::spawn(move || answer_all(listener.accept().unwrap().0, |call| vec![call.argument(0)]));
    let client = Client::connect(address, PROGRAM, VERSION).unwrap();
    assert_eq!(client.peer(), address);
    for argument in [7, 8] {
        assert_eq!(client.call::<u32>(1, |out| u32::encode(&argument, out)).unwrap(), argument);
    }
    drop(client);
    peer.join().unwrap();
}

#[test]
fn a_path() {
    let path = std::env::temp_dir().join(format!("oncrpc-client-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    check(UnixListener::bind(&path).unwrap(), &format!("unix://{}", path.display()));
    let error = Client::connect(&format!("unix://{}", path.display()), PROGRAM, VERSION).unwrap_err();
    assert!(error.to_string().contains("is the server running"), "{error}");
    std::fs::remove_file(&path).unwrap();
    let error = Client::connect(&format!("unix://{}", path.display()), PROGRAM, VERSION).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
}

#[test]
fn an_abstract_name() {
    let name = format!("oncrpc client {}", std::process::id());
    let place = SocketAddr::from_abstract_name(&name).unwrap();
    check(UnixListener::bind_addr(&place).unwrap(), &format!("unix:@{name}"));
}
