use crate::peer::{PROGRAM, VERSION};
use oncrpc::rpcbind::{Registration, Rpcbind};
use oncrpc::{Error, Transport};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

/// The procedure and arguments of a call.
type Change = (u32, Vec<u8>);

/// An rpcbind on a local socket that answers with `answers`, and the calls it got.
fn rpcbind(name: &str, answers: &'static [u32]) -> (PathBuf, JoinHandle<Vec<Change>>) {
    let path = std::env::temp_dir().join(format!("oncrpc-{name}-{}", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let answer = |answer: &u32| {
            let mut mark = [0; 4];
            stream.read_exact(&mut mark).unwrap();
            let mut call = vec![0; (u32::from_be_bytes(mark) & 0x7fff_ffff) as usize];
            stream.read_exact(&mut call).unwrap();
            assert_eq!(call[12..20], [100_000_u32.to_be_bytes(), 4_u32.to_be_bytes()].concat());
            let reply = [&[0x80, 0, 0, 28], &call[..4], &[0, 0, 0, 1], &[0; 16], &answer.to_be_bytes()].concat();
            stream.write_all(&reply).unwrap();
            (u32::from_be_bytes(call[20..24].try_into().unwrap()), call[40..].to_vec())
        };
        answers.iter().map(answer).collect()
    };
    (path, thread::spawn(serve))
}

/// The arguments of SET and UNSET: program, version, netid and address of these lengths, and no owner.
fn registration(netid: &str, address: &str) -> Vec<u8> {
    let string = |text: &str| {
        let mut bytes = (text.len() as u32).to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    [PROGRAM.to_be_bytes().to_vec(), VERSION.to_be_bytes().to_vec(), string(netid), string(address), vec![0; 4]]
        .concat()
}

fn connect(path: &Path) -> Rpcbind {
    Rpcbind::connect(&format!("unix:{}", path.display())).unwrap()
}

fn of(transport: Transport, place: &str) -> Registration {
    Registration::new(PROGRAM, VERSION, transport, place.parse::<SocketAddr>().unwrap())
}

#[test]
fn a_registration_replaces_what_was_there_and_is_taken_back() {
    let (path, peer) = rpcbind("replace", &[0, 1, 1, 1, 1]);
    let rpcbind = connect(&path);
    rpcbind.register(&of(Transport::Tcp, "127.0.0.1:4045")).unwrap();
    rpcbind.register(&of(Transport::Udp, "[::]:65535")).unwrap();
    rpcbind.unregister(&of(Transport::Tcp, "127.0.0.1:4045")).unwrap();

    let (tcp, udp) = (registration("tcp", "127.0.0.1.15.205"), registration("udp6", "::.255.255"));
    let expected = [(1, tcp.clone()), (2, tcp.clone()), (1, tcp.clone()), (1, udp), (2, tcp)];
    assert_eq!(peer.join().unwrap(), expected);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_registration_that_is_refused() {
    let (path, peer) = rpcbind("refuse", &[0, 0, 0, 0]);
    let rpcbind = connect(&path);
    let place = of(Transport::Tcp, "127.0.0.1:4045");
    for outcome in [rpcbind.register(&place), rpcbind.unregister(&place)] {
        let refused = matches!(outcome, Err(Error::RegistrationRefused { program: PROGRAM, version: VERSION }));
        assert!(refused, "{outcome:?}");
    }
    peer.join().unwrap();
    std::fs::remove_file(path).unwrap();
}

#[test]
fn no_rpcbind_at_the_path() {
    let error = Rpcbind::connect("unix:///nowhere/rpcbind.sock").unwrap_err();
    assert!(matches!(&error, Error::Connect { address, .. } if address == "unix:///nowhere/rpcbind.sock"), "{error:?}");
}
