//! Every kind of message and exactly what is answered: without sockets, over TCP and over UDP.

use super::support::*;
use oncrpc::session::server::{Programs, ServerDatagrams, ServerStream};
use oncrpc::xdr::Encoder;
use oncrpc::{Limits, Peer, Transport};
use std::io::Write;
use std::time::Instant;

const XID: u32 = 0x0102_0304;

/// A message and the reply, if any.
struct Case {
    name: String,
    message: Vec<u8>,
    reply: Option<Vec<u8>>,
}

fn case(name: impl Into<String>, message: Vec<u8>, reply: Option<&[u32]>) -> Case {
    let reply = reply.map(|body| words(&[&[XID, 1], body].concat()));
    Case { name: name.into(), message, reply }
}

/// A call of procedure 0 with everything to choose.
fn header(rpc_version: u32, program: u32, version: u32, credential: &[u8], verifier: &[u8]) -> Vec<u8> {
    [&words(&[XID, 0, rpc_version, program, version, NULL]), credential, verifier].concat()
}

fn auth(flavor: u32, body: &[u8]) -> Vec<u8> {
    [words(&[flavor]), opaque(body)].concat()
}

fn auth_sys(name: usize, gids: u32) -> Vec<u8> {
    let name = opaque(&vec![b'n'; name]);
    let gids: Vec<u32> = std::iter::once(gids).chain(0..gids).collect();
    auth(1, &[words(&[77]), name, words(&[1000, 100]), words(&gids)].concat())
}

fn cases() -> Vec<Case> {
    [status_cases(), credential_cases(), handler_cases(), silent_cases()].into_iter().flatten().collect()
}

fn status_cases() -> Vec<Case> {
    let none = auth(0, b"");
    let ok: &[u32] = &[0, 0, 0, 0];
    let mut cases = vec![
        case("null", call(XID, NULL, b""), Some(ok)),
        case("null with arguments", call(XID, NULL, b"some"), Some(ok)),
        case("null of another version", header(2, PROGRAM, 3, &none, &none), Some(ok)),
        case("null of another program", header(2, OTHER_PROGRAM, 7, &none, &none), Some(ok)),
        case("unknown program", header(2, 99, 1, &none, &none), Some(&[0, 0, 0, 1])),
        case(
            "unknown version of another program",
            header(2, OTHER_PROGRAM, 1, &none, &none),
            Some(&[0, 0, 0, 2, 7, 7]),
        ),
        case("unknown procedure", call(XID, 99, b""), Some(&[0, 0, 0, 3])),
        case("procedure 2^32-1", call(XID, u32::MAX, b""), Some(&[0, 0, 0, 3])),
        case("only the RPC version, a wrong one", words(&[XID, 0, 1]), Some(&[1, 0, 2, 2])),
        case("wrong RPC version and credential", header(3, 99, 1, &auth(9, &[0; 404]), &none), Some(&[1, 0, 2, 2])),
    ];
    for version in [0, 2, 4, u32::MAX] {
        let message = header(2, PROGRAM, version, &none, &none);
        cases.push(case(format!("version {version}"), message, Some(&[0, 0, 0, 2, 1, 3])));
    }
    for version in [0, 1, 3, u32::MAX] {
        let message = header(version, PROGRAM, 1, &none, &none);
        cases.push(case(format!("RPC version {version}"), message, Some(&[1, 0, 2, 2])));
    }
    cases
}

fn credential_cases() -> Vec<Case> {
    let none = auth(0, b"");
    let ok: &[u32] = &[0, 0, 0, 0];
    let bad_credential: &[u32] = &[1, 1, 1];
    let rejected_credential: &[u32] = &[1, 1, 2];
    let bad_verifier: &[u32] = &[1, 1, 3];
    let with = |credential: &[u8], verifier: &[u8]| header(2, PROGRAM, 1, credential, verifier);
    let endless = words(&[0, u32::MAX]);
    let mut cases = vec![
        case("AUTH_NONE with a body", with(&auth(0, b"hello"), &none), Some(ok)),
        case("AUTH_SYS", with(&auth_sys(9, 3), &none), Some(ok)),
        case("AUTH_SYS at its limits", with(&auth_sys(255, 16), &none), Some(ok)),
        case("AUTH_SYS, 17 groups", with(&auth_sys(9, 17), &none), Some(bad_credential)),
        case("AUTH_SYS, name of 256", with(&auth_sys(256, 0), &none), Some(bad_credential)),
        case("AUTH_SYS, cut", with(&auth(1, &words(&[77, 0])), &none), Some(bad_credential)),
        case("AUTH_SYS, empty", with(&auth(1, b""), &none), Some(bad_credential)),
        case("AUTH_SYS, endless name", with(&auth(1, &words(&[7, u32::MAX, 1, 1, 0])), &none), Some(bad_credential)),
        case("credential of 400", with(&auth(0, &[5; 400]), &none), Some(ok)),
        case("credential of 401", with(&auth(0, &[5; 401]), &none), Some(bad_credential)),
        case("credential of 2^32-1", with(&endless, &none), Some(bad_credential)),
        case("verifier of 400", with(&none, &auth(3, &[5; 400])), Some(ok)),
        case("verifier of 401", with(&none, &auth(0, &[5; 401])), Some(bad_verifier)),
        case("verifier of 2^32-1", with(&none, &endless), Some(bad_verifier)),
        case("unknown program, unknown flavor", header(2, 99, 1, &auth(99, b""), &none), Some(rejected_credential)),
    ];
    for flavor in [2, 3, 6, 7, 99, u32::MAX] {
        let message = with(&auth(flavor, b"body"), &none);
        cases.push(case(format!("flavor {flavor}"), message, Some(rejected_credential)));
    }
    cases
}

fn handler_cases() -> Vec<Case> {
    let fail = |which| call(XID, FAIL, &words(&[which]));
    let garbage: &[u32] = &[0, 0, 0, 4];
    let mut cases = vec![
        case("add", call(XID, ADD, &words(&[40, 2])), Some(&[0, 0, 0, 0, 42])),
        case("add with more behind", call(XID, ADD, &words(&[40, 2, 99, 99])), Some(&[0, 0, 0, 0, 42])),
        case("add of one", call(XID, ADD, &words(&[40])), Some(garbage)),
        case("add of one and a half", call(XID, ADD, &[0, 0, 0, 40, 0, 0]), Some(garbage)),
        case("add of nothing", call(XID, ADD, b""), Some(garbage)),
        case(
            "a message that is no multiple of 4",
            call(XID, ADD, &[0, 0, 0, 40, 0, 0, 0, 2, 9]),
            Some(&[0, 0, 0, 0, 42]),
        ),
        case("echo", call(XID, ECHO, &opaque(b"abcd")), Some(&[0, 0, 0, 0, 4, 0x6162_6364])),
        case(
            "echo with dirty padding",
            call(XID, ECHO, b"\0\0\0\x01a\x99\x99\x99"),
            Some(&[0, 0, 0, 0, 1, 0x6100_0000]),
        ),
        case("panic", call(XID, PANIC, b""), Some(&[0, 0, 0, 5])),
        case("results that break their bound", call(XID, HALF, b""), Some(&[0, 0, 0, 5])),
        case("handler: PROG_UNAVAIL", fail(1), Some(&[0, 0, 0, 1])),
        case("handler: PROG_MISMATCH", fail(2), Some(&[0, 0, 0, 2, 5, 9])),
        case("handler: PROC_UNAVAIL", fail(3), Some(&[0, 0, 0, 3])),
        case("handler: GARBAGE_ARGS", fail(4), Some(garbage)),
        case("handler: SYSTEM_ERR", fail(5), Some(&[0, 0, 0, 5])),
        case("handler: RPC_MISMATCH", fail(6), Some(&[1, 0, 2, 4])),
        case("handler: AUTH_TOOWEAK", fail(7), Some(&[1, 1, 5])),
        case("handler: any other error", fail(8), Some(&[0, 0, 0, 5])),
    ];
    for length in [1, 5, 1 << 30, u32::MAX - 3, u32::MAX - 1, u32::MAX] {
        cases.push(case(format!("echo announces {length}"), call(XID, ECHO, &words(&[length])), Some(garbage)));
    }
    cases
}

fn silent_cases() -> Vec<Case> {
    let whole = call(XID, NULL, b"");
    let mut cases = vec![
        case("a reply", success(XID, b""), None),
        case("a reply as long as a call", success(XID, &[0; 40]), None),
        case("unknown msg_type", words(&[XID, 2, 2, PROGRAM, 1, 0, 0, 0, 0, 0]), None),
        case("cut within the credential", [&whole[..28], &words(&[8, 1])].concat(), None),
        case("text", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), None),
    ];
    for length in 1..whole.len() {
        cases.push(case(format!("first {length} bytes of a call"), whole[..length].to_vec(), None));
    }
    cases
}

fn programs() -> Programs {
    let mut programs = Programs::new(Limits::default());
    programs.add(Probe::new(OTHER_PROGRAM, 7));
    programs.add(Probe::new(PROGRAM, 3));
    programs.add(Probe::new(PROGRAM, 1));
    programs
}

#[test]
fn answers_without_sockets() {
    let programs = programs();
    let mut out = Encoder::new();
    for Case { name, message, reply } in cases() {
        let peer = |transport| Peer::new("127.0.0.1:700".parse().unwrap(), transport);
        let framed = reply.as_deref().map(record).unwrap_or_default();
        let (front, back) = message.split_at(message.len() / 2);
        for input in [record(&message), [fragment(front, false), fragment(back, true)].concat()] {
            let mut out = Encoder::new();
            let mut stream = ServerStream::new(peer(Transport::Tcp), &programs, None);
            let mut input = &input[..];
            while stream.handle_input(&programs, Instant::now, &mut input, &mut out).unwrap() {}
            assert_eq!(out.into_bytes(), framed, "{name}");
        }
        ServerDatagrams::new(None).handle_datagram(&programs, peer(Transport::Udp), &message, &mut out);
        assert_eq!(out.slices().collect::<Vec<_>>().concat(), reply.unwrap_or_default(), "{name}");
    }
}

/// What is known of a call from the one before is true of it.
#[test]
fn each_is_answered_alike_after_any_other() {
    let programs = programs();
    let cases = cases();
    let framed = |case: &Case| case.reply.as_deref().map(record).unwrap_or_default();
    for (first, second) in cases.iter().flat_map(|first| cases.iter().map(move |second| (first, second))) {
        let peer = Peer::new("127.0.0.1:700".parse().unwrap(), Transport::Tcp);
        let mut stream = ServerStream::new(peer, &programs, None);
        let mut out = Encoder::new();
        let (front, back) = second.message.split_at(second.message.len() / 2);
        let in_pieces = [fragment(front, false), fragment(back, true)].concat();
        let input = [record(&first.message), record(&second.message), in_pieces].concat();
        let more = stream.handle_calls(&programs, Instant::now, &mut &*input, &mut out, |_, _| true).unwrap();
        let expected = [framed(first), framed(second), framed(second)].concat();
        assert!(!more);
        assert_eq!(out.into_bytes(), expected, "{} after {}", second.name, first.name);

        let (mut socket, mut out) = (ServerDatagrams::new(None), Encoder::new());
        let peer = Peer::new("127.0.0.1:700".parse().unwrap(), Transport::Udp);
        for case in [first, second, second] {
            socket.handle_datagram(&programs, peer, &case.message, &mut out);
            let reply = out.slices().collect::<Vec<_>>().concat();
            assert_eq!(reply, case.reply.clone().unwrap_or_default(), "{} after {}", second.name, first.name);
        }
    }
}

/// All in one write: what is not answered does not disturb what follows it.
#[test]
fn answers_over_tcp() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let cases = cases();
    stream.write_all(&cases.iter().flat_map(|case| record(&case.message)).collect::<Vec<_>>()).unwrap();
    for Case { name, reply, .. } in cases {
        if let Some(reply) = reply {
            assert_eq!(read_record(&mut stream), reply, "{name}");
        }
    }
    check_served(&mut stream);
}

#[test]
fn answers_over_udp() {
    let server = start(Limits::default());
    let socket = connect_udp(&server);
    let mut buffer = [0; 9_000];
    for (index, Case { name, message, reply }) in cases().into_iter().enumerate() {
        socket.send(&message).unwrap();
        // The reply of this one comes next if the case gets none.
        let ping = call(index as u32, NULL, b"");
        socket.send(&ping).unwrap();
        for expected in [reply, Some(success(index as u32, b""))].into_iter().flatten() {
            let count = socket.recv(&mut buffer).unwrap();
            assert_eq!(buffer[..count], expected, "{name}");
        }
    }
}
