//! UNIX sockets and rpcbind: servers that register as `local`, and who registers with a portmapper of ours there.

use oncrpc::rpcbind::{Portmapper, Rpcbind};
use oncrpc::{Error, Server};
use oncrpc_tests::c::{CALCULATOR_CLIENT, CALCULATOR_SERVER};
use oncrpc_tests::interfaces::calculator::calculator_v1::PROGRAM;
use oncrpc_tests::interfaces::peers::peers_v1;
use oncrpc_tests::process::{self, run};
use oncrpc_tests::{namespace, rpcbind, services};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

const RPCBIND: &str = "unix:///run/rpcbind.sock";
const OURS: &str = "unix:///run/calculator.sock";

/// A C client that asks rpcbind for the UNIX socket of the program and calls it there.
fn check_c_client() {
    let Some(client) = CALCULATOR_CLIENT.build() else { return };
    let output = run(&client, &["localhost", "unix", "rpcbind"], &[]);
    let expected = include_str!("../interop/calculator_client.expected");
    assert_eq!(output.lines(), expected.lines().collect::<Vec<_>>(), "{}", output.stderr);
}

/// Transport, address and owner of what is registered of the program.
fn registered() -> Vec<(String, String, String)> {
    let all = Rpcbind::connect(RPCBIND).unwrap().registrations().unwrap();
    let ours = all.iter().filter(|it| it.program == PROGRAM && it.version == 1);
    ours.map(|it| (it.netid.to_string(), it.address.to_string(), it.owner.to_string())).collect()
}

#[test]
fn registers_as_local_with_rpcbind() {
    if !namespace::inside("registers_as_local_with_rpcbind") {
        return;
    }
    let Some(_rpcbind) = rpcbind::start_own() else { return };
    let running = services::server().listen(OURS).unwrap().register_with_rpcbind().start().unwrap();
    let expected = ("local".to_owned(), "/run/calculator.sock".to_owned(), "superuser".to_owned());
    assert_eq!(registered(), [expected]);
    check_c_client();
    running.stop().unwrap();
    assert_eq!(registered(), []);
}

#[test]
fn registers_as_local_with_ours() {
    if !namespace::inside("registers_as_local_with_ours") {
        return;
    }
    let server = services::server().listen(OURS).unwrap().register_or_serve_rpcbind();
    let running = server.rpcbind_socket("/run/rpcbind.sock").start().unwrap();
    let expected = ("local".to_owned(), "/run/calculator.sock".to_owned(), "superuser".to_owned());
    assert_eq!(registered(), [expected]);
    let itself = Rpcbind::connect(RPCBIND).unwrap().registrations().unwrap();
    assert!(itself.iter().any(|it| it.program == 100_000 && it.netid == "local" && it.address == "/run/rpcbind.sock"));
    check_c_client();
    running.stop().unwrap();
    assert!(matches!(Rpcbind::connect(RPCBIND), Err(Error::Connect { .. })));
    assert!(!Path::new("/run/rpcbind.sock").exists() && !Path::new("/run/calculator.sock").exists());
}

/// Both look for it at this path, and use it before anything else.
#[test]
fn rpcinfo_and_c_clients_need_no_more_than_the_socket() {
    if !namespace::inside("rpcinfo_and_c_clients_need_no_more_than_the_socket") {
        return;
    }
    let portmapper = Portmapper::new();
    let _rpcbind = portmapper.serve_on(Server::new()).listen(RPCBIND).unwrap().start().unwrap();
    let server = services::server().listen(OURS).unwrap().register_with_rpcbind();
    let _running = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let output = run("sh", &["-c", "PATH=$PATH:/usr/sbin:/sbin rpcinfo -s"], &[]);
    let number = PROGRAM.to_string();
    let row = |line: &&&str| line.split_whitespace().next() == Some(number.as_str());
    let lines = output.lines();
    let row = lines.iter().find(row).unwrap_or_else(|| panic!("{lines:?}"));
    let words: Vec<_> = row.split_whitespace().collect();
    assert!(words[1].contains('1') && words[1].contains('2') && words[2].contains("local"), "{row}");
    assert_eq!(words.last(), Some(&"superuser"), "{row}");
    check_c_client();
}

/// Somebody who is not the superuser owns what they have registered with the real rpcbind.
#[test]
fn rpcbind_knows_whose_server_it_is() {
    if !namespace::inside("rpcbind_knows_whose_server_it_is") {
        return;
    }
    let Some(_rpcbind) = rpcbind::start_own() else { return };
    let program = env!("CARGO_BIN_EXE_peers_server");
    let nobody = ["--reuid=65534", "--clear-groups", program, "--rpcbind", "unix:/tmp/oncrpc-of-nobody.sock", "tcp"];
    let _server = process::Server::start(Path::new("setpriv"), &nobody);
    let owners = || {
        let all = Rpcbind::connect(RPCBIND).unwrap().registrations().unwrap();
        let theirs = all.into_iter().filter(|it| it.program == peers_v1::PROGRAM);
        theirs.map(|it| (it.netid.to_string(), it.owner.to_string())).collect::<Vec<_>>()
    };
    let end = Instant::now() + process::DEADLINE / 2;
    while owners().len() < 2 {
        assert!(Instant::now() < end, "{:?}", owners());
        thread::sleep(Duration::from_millis(20));
    }
    let mut found = owners();
    found.sort();
    assert_eq!(found, ["local", "tcp"].map(|netid| (netid.to_owned(), "65534".to_owned())));
}

/// A C server registers over the UNIX socket, where the system tells whose process it is.
#[test]
fn owners_are_the_users_they_are() {
    if !namespace::inside("owners_are_the_users_they_are") {
        return;
    }
    let Some(program) = CALCULATOR_SERVER.build() else { return };
    let portmapper = Portmapper::new();
    let server = portmapper.serve_on(Server::new()).listen(RPCBIND).unwrap();
    let _running = server.listen("tcp://127.0.0.1:111").unwrap().start().unwrap();
    let program = program.to_str().unwrap();
    let nobody = ["--reuid=65534", "--clear-groups", program, "--rpcbind", "tcp"];
    std::fs::set_permissions("/run/rpcbind.sock", std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
    let c_server = process::Server::start(Path::new("setpriv"), &nobody);
    let owners = |portmapper: &Portmapper| {
        let all = portmapper.registrations();
        all.iter().filter(|it| it.program == PROGRAM).map(|it| it.owner.to_string()).collect::<Vec<_>>()
    };
    let theirs = owners(&portmapper);
    assert!(!theirs.is_empty() && theirs.iter().all(|owner| owner == "65534"), "{theirs:?}");
    // Over TCP nobody is known, and what is another's stays.
    let stranger = Rpcbind::connect("tcp://127.0.0.1").unwrap();
    let registration = portmapper.registrations().into_iter().find(|it| it.program == PROGRAM).unwrap();
    assert!(!stranger.unset(&registration).unwrap());
    assert_eq!(owners(&portmapper), theirs);
    assert!(Rpcbind::connect(RPCBIND).unwrap().unset(&registration).unwrap(), "the superuser may");
    drop(c_server);
}
