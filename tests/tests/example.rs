//! The example does what it shows, and serves a C client.

use oncrpc_tests::c::{CALCULATOR_CLIENT, root};
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Guard, address, free_port, host, run, wait_for_port};
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn example() -> PathBuf {
    build(root(), &["-p", "calculator"]).join("calculator")
}

#[test]
fn the_demonstration() {
    let output = run(example(), &[], &[]);
    let lines = output.lines();
    let shows = |what: &str, value: &str| {
        let line = lines.iter().find(|line| line.trim_start().starts_with(what)).unwrap_or_else(|| panic!("{what}"));
        assert!(line.contains(value), "{line}");
    };
    shows("add(2, 3)", " 5");
    shows("divide(17, 5)", "3 rest 2");
    shows("power(2, 40)", "1099511627776");
    shows("create(Ada) again", "NameTaken(1)");
    shows("delete(1) again", "Unknown");
    shows("a wrong version", "versions 1 to 2");
    shows("a program that is not served", "PROG_UNAVAIL");
    shows("a server that is not there", "Connection refused");
}

#[test]
fn it_serves_a_c_client() {
    let Some(client) = CALCULATOR_CLIENT.build() else { return };
    let port = free_port();
    let mut server = Command::new(example());
    server.args(["server", &address("tcp", port)]).stdin(Stdio::null()).stderr(Stdio::null());
    let _server = Guard(server.spawn().unwrap());
    wait_for_port(port);
    let output = run(client, &[host("tcp"), "tcp", &port.to_string()], &[]);
    // Its greeting and its clock are its own.
    let own = |line: &&str| !line.starts_with("hello: ") && !line.starts_with("time: ");
    let expected = include_str!("../interop/calculator_client.expected").lines().filter(own);
    assert_eq!(output.lines().into_iter().filter(own).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}
