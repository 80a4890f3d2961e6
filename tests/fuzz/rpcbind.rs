use crate::messages::encoded;
use crate::run;
use oncrpc::rpcbind::{Portmapper, Registration};
use oncrpc::xdr::Xdr;
use oncrpc::{Error, Server};
use oncrpc_tests::raw::{Connection, call, record, success, words};
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const PROGRAM: u32 = 100_000;

/// More than our portmapper holds by default.
const MOST: usize = 1_024;

/// Calls of every procedure of the three versions, with arguments that one of them takes.
fn calls() -> Vec<Vec<u8>> {
    let registration = Registration {
        program: 7,
        version: 1,
        netid: "tcp".into(),
        address: "127.0.0.1.3.9".into(),
        ..Registration::default()
    };
    let registration = encoded(|out| Registration::encode(&registration, out).unwrap());
    let mapping = words(&[7, 1, 6, 777]);
    let versions = [(2, 6), (3, 9), (4, 13)];
    let calls = versions.iter().flat_map(|(version, procedures)| (0..*procedures).map(|number| (*version, number)));
    let call = |(version, number): (u32, u32)| {
        let arguments = if version == 2 { &mapping } else { &registration };
        call(1, PROGRAM, version, number, arguments)
    };
    calls.map(call).collect()
}

/// Over sockets: by datagrams, and by streams, which are closed at the first record that is none.
#[test]
fn rpcbind() {
    let (portmapper, panicked) = (Portmapper::new(), Arc::new(AtomicBool::new(false)));
    let seen = Arc::clone(&panicked);
    let server = portmapper.serve_on(Server::new()).on_error(move |_, error| {
        seen.fetch_or(matches!(error, Error::Panicked { .. }), Ordering::Relaxed);
    });
    let server = server.listen("udp://127.0.0.1:0").unwrap().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let address = |scheme: &str| server.addresses().iter().find(|address| address.starts_with(scheme)).unwrap().clone();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(address("udp://").trim_start_matches("udp://")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut marker = 0_u32;
    run("rpcbind", &calls(), 0, |message, random| {
        marker = marker.wrapping_add(1);
        let good = call(marker, PROGRAM, 2, 0, &[]);
        if random.once_in(10) {
            let mut stream = Connection::open(&address("tcp://"));
            stream.send(&record(message));
            stream.send(&record(&good));
            while stream.receive().is_some_and(|reply| reply != success(marker, &[])) {}
        } else {
            // One that is too large is not sent.
            let _ = socket.send(message);
            socket.send(&good).unwrap();
            let mut reply = [0; 9_000];
            while socket.recv(&mut reply).expect("still answered") != 24 || reply[..24] != success(marker, &[]) {}
        }
        assert!(!panicked.load(Ordering::Relaxed), "a panic");
    });
    assert!(portmapper.registrations().len() <= MOST);
}
