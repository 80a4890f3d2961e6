//! Our programs in rpcbind: C clients and rpcinfo find our server there, our client finds C servers, and all is gone when
//! the server is.

use oncrpc::rpcbind::Rpcbind;
use oncrpc::{Error, RunningServer};
use oncrpc_tests::c::{CALCULATOR_CLIENT, CALCULATOR_SERVER};
use oncrpc_tests::interfaces::calculator::{Operands, calculator_v1, calculator_v2, users_v1};
use oncrpc_tests::process::{Server, run, run_command};
use oncrpc_tests::{rpcbind, services};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All tests register the same programs with the machine's only rpcbind: one after another.
fn alone() -> Option<MutexGuard<'static, ()>> {
    static RPCBIND: Mutex<()> = Mutex::new(());
    let guard = RPCBIND.lock().unwrap_or_else(PoisonError::into_inner);
    rpcbind::available().then_some(guard)
}

/// Our server, registered, on both transports of IPv4 and IPv6.
fn registered() -> RunningServer {
    let places = ["tcp://127.0.0.1:0", "udp://127.0.0.1:0", "tcp://[::1]:0", "udp://[::1]:0"];
    let server = places.iter().try_fold(services::server(), |server, place| server.listen(place)).unwrap();
    server.register_with_rpcbind().start().unwrap()
}

fn port(running: &RunningServer, scheme: &str) -> u16 {
    let place = running.addresses().iter().find(|place| place.starts_with(scheme)).unwrap();
    place.rsplit(':').next().unwrap().parse().unwrap()
}

fn rpcinfo(arguments: &[&str]) -> oncrpc_tests::process::Output {
    let mut command = Command::new("rpcinfo");
    command.args(arguments).env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap()));
    run_command(command, &[])
}

/// Rows of `rpcinfo -p` for a program: version, protocol, port.
fn rows(program: u32) -> Vec<(u32, String, u16)> {
    let output = rpcinfo(&["-p", "127.0.0.1"]);
    let row = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [number, version, protocol, port, ..] = words[..] else {
            return None;
        };
        (number == program.to_string()).then(|| (version.parse().unwrap(), protocol.to_owned(), port.parse().unwrap()))
    };
    output.lines().iter().filter_map(row).collect()
}

#[test]
fn rpcinfo_lists_and_pings_our_server() {
    let Some(_alone) = alone() else { return };
    let running = registered();
    let (tcp, udp) = (port(&running, "tcp://127"), port(&running, "udp://127"));
    let mut expected =
        vec![(1, "tcp".into(), tcp), (1, "udp".into(), udp), (2, "tcp".into(), tcp), (2, "udp".into(), udp)];
    let mut found = rows(calculator_v1::PROGRAM);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);

    let program = calculator_v1::PROGRAM.to_string();
    for transport in ["tcp", "udp", "tcp6", "udp6"] {
        let host = oncrpc_tests::process::host(transport);
        let output = rpcinfo(&["-T", transport, host, &program]);
        let ready = |version| format!("program {program} version {version} ready and waiting");
        assert_eq!(output.lines(), [ready(1), ready(2)], "{transport}: {}", output.stderr);
    }
}

#[test]
fn a_c_client_finds_our_server() {
    let Some(_alone) = alone() else { return };
    let Some(client) = CALCULATOR_CLIENT.build() else {
        return;
    };
    for transport in ["tcp", "udp"] {
        let _running = registered();
        let output = run(&client, &["127.0.0.1", transport, "rpcbind"], &[]);
        let expected = include_str!("../interop/calculator_client.expected");
        assert_eq!(output.lines(), expected.lines().collect::<Vec<_>>(), "{transport}");
    }
}

#[test]
fn our_client_finds_a_c_server() {
    let Some(_alone) = alone() else { return };
    let Some(program) = CALCULATOR_SERVER.build() else {
        return;
    };
    let _c_server = Server::start(&program, &["--rpcbind", "tcp", "udp"]);
    for address in ["127.0.0.1", "tcp://127.0.0.1", "udp://127.0.0.1"] {
        let newer = calculator_v2::Client::connect(address).unwrap();
        assert_eq!(newer.add(&Operands { left: 20, right: 22 }).unwrap(), 42, "{address}");
    }
}

#[test]
fn our_client_finds_our_server() {
    let Some(_alone) = alone() else { return };
    let _running = registered();
    for address in ["127.0.0.1", "udp://127.0.0.1", "tcp://[::1]", "localhost"] {
        let users = users_v1::Client::connect(address).unwrap();
        assert_eq!(users.list().unwrap(), [], "{address}");
    }
}

#[test]
fn a_server_that_stops_is_forgotten() {
    let Some(_alone) = alone() else { return };
    let running = registered();
    assert!(!rows(users_v1::PROGRAM).is_empty());
    running.stop().unwrap();
    assert_eq!(rows(users_v1::PROGRAM), []);
    assert_eq!(rows(calculator_v1::PROGRAM), []);
    let outcome = users_v1::Client::connect("127.0.0.1");
    let Err(Error::NotRegistered { program, version, host }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((program, version, host.as_str()), (users_v1::PROGRAM, users_v1::VERSION, "127.0.0.1"));
}

#[test]
fn a_restarted_server_takes_the_place_of_one_that_crashed() {
    let Some(_alone) = alone() else { return };
    let Some(program) = CALCULATOR_SERVER.build() else {
        return;
    };
    // Killed, it leaves its registration behind.
    drop(Server::start(&program, &["--rpcbind", "tcp"]));
    assert!(!rows(calculator_v1::PROGRAM).is_empty());
    let running = registered();
    let calculator = calculator_v1::Client::connect("127.0.0.1").unwrap();
    assert_eq!(calculator.add(&Operands { left: 1, right: 2 }).unwrap(), 3);
    running.stop().unwrap();
    assert_eq!(rows(calculator_v1::PROGRAM), []);
}

#[test]
fn registrations_are_listed() {
    let Some(_alone) = alone() else { return };
    let running = registered();
    let listed = Rpcbind::connect("127.0.0.1").and_then(|rpcbind| rpcbind.registrations()).unwrap();
    for (netid, scheme) in [("tcp", "tcp://127"), ("udp", "udp://127"), ("tcp6", "tcp://["), ("udp6", "udp://[")] {
        let port = Some(port(&running, scheme));
        let users = listed.iter().filter(|it| it.program == users_v1::PROGRAM && it.version == 1);
        assert!(users.clone().any(|it| it.netid == netid && it.port() == port), "{netid}: {listed:?}");
    }
}
