use crate::peer::{Call, PROGRAM, Peer, VERSION, answer_all, read_call, receive_call, record, success};
use oncrpc::rpcbind::{Registration, Rpcbind};
use oncrpc::{Client, ClientOptions, Error};
use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

/// An rpcbind that takes connections until it was asked with version `last`.
fn rpcbind(last: u32, answer: impl Fn(&Call) -> Vec<u32> + Send + 'static) -> (Peer, ClientOptions) {
    let peer = Peer::listen(move |listener: TcpListener| {
        loop {
            let (mut stream, _) = listener.accept().unwrap();
            let call = read_call(&mut stream).unwrap();
            assert_eq!(program(&call), 100_000);
            stream.write_all(&record(&answer(&call))).unwrap();
            if version(&call) == last {
                break;
            }
        }
    });
    let port = port_of(&peer);
    (peer, ClientOptions::new().rpcbind_port(port))
}

fn port_of(peer: &Peer) -> u16 {
    peer.address.rsplit_once(':').unwrap().1.parse().unwrap()
}

fn word(call: &Call, index: usize) -> u32 {
    u32::from_be_bytes(call.message[index * 4..][..4].try_into().unwrap())
}

fn program(call: &Call) -> u32 {
    word(call, 3)
}

fn version(call: &Call) -> u32 {
    word(call, 4)
}

/// A string as words: its length, then its bytes.
fn string(text: &str) -> Vec<u32> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let words = bytes.chunks(4).map(|word| u32::from_be_bytes(word.try_into().unwrap()));
    [text.len() as u32].into_iter().chain(words).collect()
}

#[test]
fn the_port_comes_from_rpcbind() {
    let server = Peer::tcp(|stream| answer_all(stream, |_| vec![]));
    let port = port_of(&server);
    let (rpcbind, options) = rpcbind(4, move |call| {
        assert_eq!(call.procedure(), 3, "GETADDR");
        let asked: Vec<_> = (10..15).map(|index| word(call, index)).collect();
        assert_eq!(asked, [PROGRAM, VERSION, 3, u32::from_be_bytes(*b"tcp\0"), 0]);
        success(call.xid, &string(&format!("0.0.0.0.{}.{}", port >> 8, port & 0xff)))
    });
    let client = Client::connect_with("127.0.0.1", PROGRAM, VERSION, &options).unwrap();
    client.null().unwrap();
    assert_eq!(client.peer(), server.address);
    drop(client);
    rpcbind.join();
    server.join();
}

#[test]
fn an_old_portmapper_is_asked_its_way() {
    let server = Peer::tcp(|stream| answer_all(stream, |_| vec![]));
    let port = port_of(&server);
    let (rpcbind, options) = rpcbind(2, move |call| match version(call) {
        4 => vec![call.xid, 1, 0, 0, 0, 2, 2, 3],
        3 => vec![call.xid, 1, 0, 0, 0, 1],
        _ => {
            let asked: Vec<_> = (0..4).map(|index| call.argument(index)).collect();
            assert_eq!((call.procedure(), &asked[..]), (3, &[PROGRAM, VERSION, 6, 0][..]));
            success(call.xid, &[port.into()])
        }
    });
    let client = Client::connect_with("tcp://127.0.0.1", PROGRAM, VERSION, &options).unwrap();
    client.null().unwrap();
    drop(client);
    rpcbind.join();
    server.join();
}

#[test]
fn a_program_that_is_not_registered() {
    for portmapper in [false, true] {
        let (rpcbind, options) =
            rpcbind(if portmapper { 2 } else { 4 }, move |call| match (portmapper, version(call)) {
                (false, _) => success(call.xid, &string("")),
                (true, 2) => success(call.xid, &[0]),
                (true, _) => vec![call.xid, 1, 0, 0, 0, 2, 2, 2],
            });
        let error = Client::connect_with("127.0.0.1", PROGRAM, VERSION, &options).unwrap_err();
        assert!(
            matches!(&error, Error::NotRegistered { program: PROGRAM, version: VERSION, host } if host == "127.0.0.1"),
            "{error:?}"
        );
        rpcbind.join();
    }
}

/// Addresses that are none do not lead anywhere.
#[test]
fn addresses_that_are_none() {
    for address in ["x", "1.2", "0.0.0.0.256.1", "0.0.0.0.-1.1", "0.0.0.0.0.0", "....", "\u{fffd}.1.1x"] {
        let (rpcbind, options) = rpcbind(4, move |call| success(call.xid, &string(address)));
        let outcome = Client::connect_with("127.0.0.1", PROGRAM, VERSION, &options);
        assert!(matches!(outcome, Err(Error::NotRegistered { .. })), "{address}: {outcome:?}");
        rpcbind.join();
    }
}

#[test]
fn no_rpcbind() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = ClientOptions::new().rpcbind_port(port);
    let error = Client::connect_with("127.0.0.1", PROGRAM, VERSION, &options).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("rpcbind"), "{error}");
}

/// Several versions are tried in the time that connecting has, not each in that time.
#[test]
fn a_slow_rpcbind_has_the_time_to_connect() {
    let peer = Peer::listen(|listener| {
        for _ in 0..3 {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let Some(call) = read_call(&mut stream) else { return };
            thread::sleep(Duration::from_millis(500));
            let _ = stream.write_all(&record(&[call.xid, 1, 0, 0, 0, 1]));
            if version(&call) == 3 {
                return;
            }
        }
    });
    let options = ClientOptions::new().rpcbind_port(port_of(&peer)).connect_timeout(Duration::from_millis(600));
    let start = Instant::now();
    let error = Client::connect_with("127.0.0.1", PROGRAM, VERSION, &options).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
    peer.join();
}

/// All that asking rpcbind over UDP comes to is that the program was not connected to.
#[test]
fn no_rpcbind_over_udp() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = ClientOptions::new().rpcbind_port(port);
    let error = Client::connect_with("udp://127.0.0.1", PROGRAM, VERSION, &options).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("rpcbind"), "{error}");
}

#[test]
fn a_silent_rpcbind() {
    let peer = Peer::udp(|socket| {
        receive_call(&socket);
        thread::sleep(Duration::from_millis(600));
    });
    let port = port_of(&peer);
    let options = ClientOptions::new().rpcbind_port(port).connect_timeout(Duration::from_millis(300));
    let error = Client::connect_with("udp://127.0.0.1", PROGRAM, VERSION, &options).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("rpcbind"), "{error}");
    peer.join();
}

#[test]
fn all_registrations() {
    let entry = |netid: &str, address: &str| [&[1, PROGRAM, VERSION][..], &string(netid), &string(address)].concat();
    let (rpcbind4, options) = rpcbind(4, move |call| {
        assert_eq!(call.procedure(), 4, "DUMP");
        let first = [entry("tcp6", "::.15.205"), string("root")].concat();
        let second = [entry("local", "/run/x.1.2"), string("")].concat();
        success(call.xid, &[first, second, vec![0]].concat())
    });
    let all = Rpcbind::connect_with("127.0.0.1", &options).unwrap().registrations().unwrap();
    let [first, second] = &all[..] else { panic!("{all:?}") };
    let expected = Registration {
        program: PROGRAM,
        version: VERSION,
        netid: "tcp6".into(),
        address: "::.15.205".into(),
        owner: "root".into(),
    };
    assert_eq!((first, first.port()), (&expected, Some(4045)));
    assert_eq!((second.netid.to_str(), second.port()), (Ok("local"), None));
    rpcbind4.join();

    let (portmapper, options) = rpcbind(2, |call| match version(call) {
        2 => success(call.xid, &[1, PROGRAM, VERSION, 17, 4045, 0]),
        _ => vec![call.xid, 1, 0, 0, 0, 2, 2, 2],
    });
    let all = Rpcbind::connect_with("127.0.0.1", &options).unwrap().registrations().unwrap();
    assert_eq!((all.len(), all[0].netid.to_str(), all[0].port()), (1, Ok("udp"), Some(4045)));
    portmapper.join();
}

#[test]
fn a_port_that_is_given_is_where_rpcbind_listens() {
    let (rpcbind, options) = rpcbind(4, |call| success(call.xid, &[0]));
    let host = format!("127.0.0.1:{}", port_of(&rpcbind));
    assert_eq!(Rpcbind::connect_with(&host, &options.rpcbind_port(1)).unwrap().registrations().unwrap(), []);
    rpcbind.join();
}
