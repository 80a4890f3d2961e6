//! Records that arrive in fragments and pieces of all kinds, both ways.

use crate::script::{self, Size};
use crate::{our_server, servers};
use oncrpc_tests::c::PEERS_CLIENT;
use oncrpc_tests::process::{Server, run};
use oncrpc_tests::proxy::{self, Cut};
use std::net::SocketAddr;
use std::thread;

/// Small, since each byte costs a fragment or a write.
const SMALL: Size = Size { nodes: 40, payloads: &[0, 1, 2, 3, 300] };

/// Large enough that libtirpc makes fragments, of which the proxy makes others.
const LARGE: Size = Size { nodes: 10_000, payloads: &[65_532, 65_533, 200_001] };

const CUTS: [(Cut, Size); 8] = [
    (Cut::Fragments(1), SMALL),
    (Cut::Fragments(3), SMALL),
    // Almost as many as a record may have.
    (Cut::Fragments(211), LARGE),
    (Cut::Fragments(65_535), LARGE),
    (Cut::Writes(1), SMALL),
    (Cut::Writes(7), SMALL),
    (Cut::Moving, SMALL),
    (Cut::Moving, LARGE),
];

/// What peers_client says of a server behind a proxy.
fn c_client(program: &std::path::Path, proxy: SocketAddr, size: Size) -> Vec<String> {
    let (port, size) = (proxy.port().to_string(), size.arguments());
    let mut arguments = vec!["127.0.0.1", "tcp", &port];
    arguments.extend(size.iter().map(String::as_str));
    run(program, &arguments, &[]).lines().into_iter().map(str::to_owned).collect()
}

#[test]
fn a_c_client_whose_records_are_cut() {
    let Some(client) = PEERS_CLIENT.build() else { return };
    let server = Server::start(our_server(), &["tcp"]);
    let place = server.address("tcp");
    thread::scope(|scope| {
        for (cut, size) in CUTS {
            let (client, place) = (&client, &place);
            scope.spawn(move || {
                assert_eq!(c_client(client, proxy::start(place, cut), size), size.expected(), "{cut:?}");
            });
        }
    });
}

#[test]
fn our_client_whose_records_are_cut() {
    for (name, program) in servers() {
        for (cut, size) in CUTS {
            // Of its own: libtirpc serves one record at a time, and waits for all of it.
            let server = Server::start(&program, &["tcp"]);
            let proxy = format!("tcp://{}", proxy::start(&server.address("tcp"), cut));
            assert_eq!(script::run(&proxy, size).unwrap(), size.expected(), "{name} {cut:?}");
        }
    }
}

#[test]
fn every_byte_of_a_call_and_of_its_reply_is_a_place_to_cut() {
    let Some(client) = PEERS_CLIENT.build() else { return };
    let server = Server::start(our_server(), &["tcp"]);
    // A call of 400 bytes and its reply of 384: cut at each, 400 times.
    const AGAIN: Size = Size { nodes: 1, payloads: &[356; 400] };
    let proxy = proxy::start(&server.address("tcp"), Cut::Moving);
    assert_eq!(c_client(&client, proxy, AGAIN), AGAIN.expected());
}

#[test]
fn a_c_client_that_speaks_another_version_of_rpc() {
    let Some(client) = PEERS_CLIENT.build() else { return };
    let server = Server::start(our_server(), &["tcp"]);
    // The third word of a call. That of a reply is its reply_stat, which is 1 as it is.
    let proxy = proxy::start(&server.address("tcp"), Cut::Word(2, 1));
    let said = c_client(&client, proxy, SMALL);
    let mismatch = "RPC: Incompatible versions of RPC; low version = 2, high version = 2";
    assert_eq!(said.len(), SMALL.expected().len());
    assert!(said.iter().all(|line| line.ends_with(mismatch)), "{said:?}");
}
