//! The portmapper of our own: found by rpcinfo, C clients, C servers and our client, where no rpcbind runs.

use oncrpc::rpcbind::{Portmapper, Registration, Rpcbind, UniversalAddress};
use oncrpc::{Error, RunningServer, Server, Transport};
use oncrpc_tests::c::{CALCULATOR_CLIENT, CALCULATOR_SERVER};
use oncrpc_tests::interfaces::calculator::{Operands, calculator_v1, calculator_v2, users_v1};
use oncrpc_tests::namespace::{self, HOST};
use oncrpc_tests::process::{self, Output, run, run_command};
use oncrpc_tests::{rpcbind, services};
use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const SPARE: u32 = 0x2f20_0001;

fn rpcinfo(arguments: &[&str]) -> Output {
    let mut command = Command::new("rpcinfo");
    command.args(arguments).env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap()));
    run_command(command, &[])
}

fn on(server: Server, places: &[&str]) -> Server {
    places.iter().try_fold(server, |server, place| server.listen(place)).unwrap()
}

fn of(program: u32, transport: Transport, place: &str) -> Registration {
    Registration::new(program, 1, transport, place.parse::<SocketAddr>().unwrap())
}

/// A server that serves program 100000 itself, on all addresses.
fn serving() -> RunningServer {
    let places = ["tcp://0.0.0.0:0", "udp://0.0.0.0:0", "tcp://[::1]:0", "udp://[::1]:0"];
    on(services::server(), &places).register_or_serve_rpcbind().start().unwrap()
}

#[test]
fn rpcinfo_finds_programs_through_ours() {
    if !namespace::inside("rpcinfo_finds_programs_through_ours") {
        return;
    }
    let _running = serving();
    let number = calculator_v1::PROGRAM.to_string();
    for host in ["127.0.0.1", HOST] {
        let output = rpcinfo(&["-p", host]);
        let lines = output.lines();
        for (program, version, transport) in
            [("100000", 2, "tcp"), ("100000", 4, "udp"), (&*number, 1, "tcp"), (&number, 2, "udp")]
        {
            let row = |line: &&&str| line.split_whitespace().take(3).eq([program, &version.to_string(), transport]);
            assert_eq!(lines.iter().filter(row).count(), 1, "{host} {program} {version} {transport}: {lines:?}");
        }
    }
    let short = rpcinfo(&["-s", "127.0.0.1"]);
    for program in ["100000", &number] {
        let row =
            short.lines().into_iter().find(|line| line.split_whitespace().next() == Some(program)).unwrap().to_owned();
        assert!(row.contains("tcp") && row.contains("udp6") && row.contains("superuser"), "{row}");
    }
    for transport in ["tcp", "udp", "tcp6", "udp6"] {
        let output = rpcinfo(&["-T", transport, process::host(transport), &number]);
        let ready = |version| format!("program {number} version {version} ready and waiting");
        assert_eq!(output.lines(), [ready(1), ready(2)], "{transport}: {}", output.stderr);
    }
}

#[test]
fn clients_find_programs_through_ours() {
    if !namespace::inside("clients_find_programs_through_ours") {
        return;
    }
    for address in ["127.0.0.1", HOST, "udp://127.0.0.1", &format!("udp://{HOST}"), "tcp://[::1]", "udp://[::1]"] {
        let _running = serving();
        let users = users_v1::Client::connect(address).unwrap();
        assert_eq!(users.list().unwrap(), [], "{address}");
        let Some(client) = CALCULATOR_CLIENT.build() else { continue };
        let (transport, host) = address.split_once("://").unwrap_or(("tcp", address));
        let output = run(&client, &[host.trim_matches(['[', ']']), transport, "rpcbind"], &[]);
        let expected = include_str!("../interop/calculator_client.expected");
        assert_eq!(output.lines(), expected.lines().collect::<Vec<_>>(), "{address}");
    }
    let running = serving();
    running.stop().unwrap();
    assert!(matches!(Rpcbind::connect("127.0.0.1"), Err(Error::Connect { .. })), "it is gone with the server");
}

#[test]
fn servers_register_with_ours() {
    if !namespace::inside("servers_register_with_ours") {
        return;
    }
    let portmapper = Portmapper::new();
    let _running = on(portmapper.serve_on(Server::new()), &["tcp://[::]:111", "udp://[::]:111"]).start().unwrap();
    if let Some(program) = CALCULATOR_SERVER.build() {
        let _c_server = process::Server::start(&program, &["--rpcbind", "tcp", "udp"]);
        for address in ["127.0.0.1", "udp://127.0.0.1"] {
            let newer = calculator_v2::Client::connect(address).unwrap();
            assert_eq!(newer.add(&Operands { left: 20, right: 22 }).unwrap(), 42, "{address}");
        }
    }
    // What a server that was killed leaves, and belongs to the superuser.
    portmapper.registrations().iter().for_each(|registration| portmapper.unregister(registration));
    let ours = on(services::server(), &["tcp://127.0.0.1:0"]).register_with_rpcbind().start().unwrap();
    let users = || portmapper.registrations().iter().filter(|it| it.program == users_v1::PROGRAM).count();
    assert!(users() > 0);
    ours.stop().unwrap();
    assert!(!portmapper.registrations().iter().any(|it| it.program == users_v1::PROGRAM && it.netid == "tcp"));
}

/// An address for all of the machine is given as the one that the caller can reach.
#[test]
fn addresses_are_those_that_the_caller_reaches() {
    if !namespace::inside("addresses_are_those_that_the_caller_reaches") {
        return;
    }
    let portmapper = Portmapper::new();
    let _running = on(portmapper.serve_on(Server::new()), &["tcp://[::]:111", "udp://[::]:111"]).start().unwrap();
    for (transport, place) in
        [(Transport::Tcp, "0.0.0.0:4711"), (Transport::Udp, "0.0.0.0:4712"), (Transport::Tcp, "[::]:4713")]
    {
        portmapper.register(&of(SPARE, transport, place)).unwrap();
    }
    portmapper.register(&of(SPARE + 1, Transport::Tcp, "198.51.100.7:4711")).unwrap();
    for (address, expected) in [
        (format!("tcp://{HOST}"), format!("{HOST}.18.103")),
        (format!("udp://{HOST}"), format!("{HOST}.18.104")),
        ("127.0.0.1".into(), "127.0.0.1.18.103".into()),
        ("tcp://[::1]".into(), "::1.18.105".into()),
    ] {
        let rpcbind = Rpcbind::connect(&address).unwrap();
        let found = rpcbind.address(SPARE, 1).unwrap().map(|address| address.to_string());
        assert_eq!(found, Some(expected), "{address}");
    }
    let there = Rpcbind::connect(HOST).unwrap();
    assert_eq!(there.address(SPARE + 1, 1).unwrap().unwrap().to_string(), "198.51.100.7.18.103");
    let all = there.addresses(SPARE, 1).unwrap();
    let all: Vec<_> = all.iter().map(|it| (it.netid.to_string(), it.address.to_string())).collect();
    let expected = [("tcp", format!("{HOST}.18.103")), ("udp", format!("{HOST}.18.104"))];
    assert_eq!(all, expected.map(|(netid, address)| (netid.to_owned(), address)));
}

/// Who may what: row 12 of the threats. The portmapper takes IPv4 through an IPv6 socket.
#[test]
fn sources_and_procedures() {
    if !namespace::inside("sources_and_procedures") {
        return;
    }
    let portmapper = Portmapper::new();
    let _running = on(portmapper.serve_on(Server::new()), &["tcp://[::]:111", "udp://[::]:111"]).start().unwrap();
    portmapper.register(&of(SPARE, Transport::Tcp, "0.0.0.0:4711")).unwrap();
    let refused = |error: Option<Error>| matches!(error, Some(Error::Auth(oncrpc::rpc::AuthStat::TooWeak)));
    for (host, local) in [("127.0.0.1", true), ("[::1]", true), (HOST, false)] {
        for (transport, version) in [("tcp", 2), ("tcp", 3), ("tcp", 4), ("udp", 2), ("udp", 3), ("udp", 4)] {
            let address = format!("{transport}://{host}");
            let case = format!("{address} version {version}");
            let rpcbind = Rpcbind::connect(&address).unwrap().with_version(version).unwrap();
            let new = of(SPARE + 1, Transport::Udp, "0.0.0.0:4711");
            assert_eq!(refused(rpcbind.set(&new).err()), !local, "SET {case}");
            assert_eq!(portmapper.registrations().contains(&of_unknown(&new)), local, "SET {case}");
            assert_eq!(refused(rpcbind.unset(&new).err()), !local, "UNSET {case}");
            assert!(!portmapper.registrations().contains(&of_unknown(&new)), "UNSET {case}");
            let wide = local || transport == "tcp";
            assert_eq!(refused(rpcbind.registrations().err()), !wide, "DUMP {case}");
            if version == 4 {
                assert_eq!(refused(rpcbind.statistics().err()), !wide, "GETSTAT {case}");
                rpcbind.addresses(SPARE, 1).unwrap();
                rpcbind.address_of_version(SPARE, 1).unwrap();
            }
            if version > 2 {
                rpcbind.time().unwrap();
                let place: UniversalAddress = "192.0.2.9.1.2".parse().unwrap();
                let stored = rpcbind.transport_address(&place).unwrap();
                assert_eq!(rpcbind.universal_address(&stored).unwrap(), Some(place), "{case}");
            }
            rpcbind.address(SPARE, 1).ok();
            for procedure in [5, 10] {
                let untyped = oncrpc::Client::connect(&format!("{address}:111"), 100_000, version).unwrap();
                let called = untyped.call::<oncrpc::xdr::Void>(procedure, |_| Ok(()));
                assert!(matches!(called, Err(Error::ProcedureUnavailable)), "{procedure} {case}: {called:?}");
            }
        }
    }
}

/// As the portmapper lists what somebody of this machine has registered.
fn of_unknown(registration: &Registration) -> Registration {
    Registration { owner: "unknown".into(), ..registration.clone() }
}

#[test]
fn what_makes_no_sense_is_not_registered() {
    let portmapper = Portmapper::with_capacity(3);
    portmapper.register(&of(SPARE, Transport::Tcp, "0.0.0.0:4711")).unwrap();
    let running = on(portmapper.serve_on(Server::new()), &["tcp://127.0.0.1:0"]).start().unwrap();
    let rpcbind = Rpcbind::connect(&running.addresses()[0]).unwrap();
    let sound = of(SPARE + 1, Transport::Tcp, "0.0.0.0:4711");
    for (what, wrong) in [
        ("rpcbind itself", Registration { program: 100_000, ..sound.clone() }),
        ("an unknown transport", Registration { netid: "carrier pigeon".into(), ..sound.clone() }),
        ("an address of the other family", Registration { netid: "tcp6".into(), ..sound.clone() }),
        ("a path for TCP", Registration { address: "/run/x".into(), ..sound.clone() }),
        ("no address", Registration { address: "0.0.0.0.300.1".into(), ..sound.clone() }),
        ("port 0", Registration { address: "0.0.0.0.0.0".into(), ..sound.clone() }),
        ("what is elsewhere", Registration { program: SPARE, address: "0.0.0.0.1.1".into(), ..sound.clone() }),
    ] {
        assert!(!rpcbind.set(&wrong).unwrap(), "{what}");
    }
    assert!(!rpcbind.unset(&of(SPARE, Transport::Tcp, "0.0.0.0:4711")).unwrap(), "another user's");
    assert_eq!(portmapper.registrations().len(), 1);
    assert!(rpcbind.set(&sound).unwrap() && rpcbind.set(&sound).unwrap());
    assert!(rpcbind.set(&of(SPARE + 2, Transport::Tcp, "0.0.0.0:4711")).unwrap());
    assert!(!rpcbind.set(&of(SPARE + 3, Transport::Tcp, "0.0.0.0:4711")).unwrap(), "no room");
    assert!(rpcbind.unset(&Registration { netid: "".into(), ..sound }).unwrap());
    assert!(rpcbind.set(&of(SPARE + 3, Transport::Tcp, "0.0.0.0:4711")).unwrap());
}

#[test]
fn what_was_asked_is_counted() {
    let running = on(Portmapper::new().serve_on(Server::new()), &["tcp://127.0.0.1:0"]).start().unwrap();
    let rpcbind = Rpcbind::connect(&running.addresses()[0]).unwrap();
    assert!(rpcbind.set(&of(SPARE, Transport::Tcp, "0.0.0.0:4711")).unwrap());
    for program in SPARE..SPARE + 200 {
        rpcbind.address(program, 1).unwrap();
    }
    let [_, _, newest] = rpcbind.statistics().unwrap();
    assert_eq!((newest.set, newest.unset, newest.calls[1], newest.calls[3], newest.calls[12]), (1, 0, 1, 200, 1));
    assert_eq!(newest.lookups.len(), 64, "their number is bounded");
    assert_eq!((newest.lookups[0].successes, newest.lookups[0].failures, newest.lookups[1].failures), (1, 0, 1));
}

#[test]
fn registrations_come_back_when_rpcbind_restarts() {
    if !namespace::inside("registrations_come_back_when_rpcbind_restarts") {
        return;
    }
    let Some(first) = rpcbind::start_own() else { return };
    let ours = on(services::server(), &["tcp://127.0.0.1:0", "udp://127.0.0.1:0"]);
    let ours = ours.register_or_serve_rpcbind().start().unwrap();
    let others = of(SPARE, Transport::Tcp, "0.0.0.0:4711");
    Rpcbind::local().unwrap().register(&others).unwrap();
    drop(first);
    assert!(Rpcbind::local().is_err());
    let Some(_second) = rpcbind::start_own() else { return };
    let end = Instant::now() + process::DEADLINE / 2;
    let registrations = || Rpcbind::local().and_then(|rpcbind| rpcbind.registrations()).unwrap();
    let count = |program| registrations().iter().filter(|it| it.program == program).count();
    while count(users_v1::PROGRAM) < 2 {
        assert!(Instant::now() < end, "{:?}", registrations());
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(count(SPARE), 0, "rpcbind has forgotten what it knew");
    assert_eq!(users_v1::Client::connect("udp://127.0.0.1").unwrap().list().unwrap(), []);
    ours.stop().unwrap();
    assert_eq!(count(users_v1::PROGRAM), 0);
}
