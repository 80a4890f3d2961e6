//! The example of streams does what it shows, also between processes.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Guard, address, free_port, run, wait_for_port};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const EXPECTED: [&str; 5] = [
    "latest of instrument 7: 7",
    "put 10000 readings, sum 50005000",
    "watched 1000 readings, the last 9993",
    "watched 10 readings and had enough",
    "followed 500 readings: 500 sums came back, the last 125250",
];

fn example() -> PathBuf {
    build(root(), &["-p", "streaming"]).join("streaming")
}

#[test]
fn the_demonstration() {
    assert_eq!(run(example(), &[], &[]).lines(), EXPECTED);
}

#[test]
fn server_and_client_apart() {
    let address = address("tcp", free_port());
    let mut server = Command::new(example());
    server.args(["server", &address]).stdin(Stdio::null()).stderr(Stdio::null());
    let _server = Guard(server.spawn().unwrap());
    wait_for_port(address.rsplit(':').next().unwrap().parse().unwrap());
    for _ in 0..2 {
        assert_eq!(run(example(), &["client", &address], &[]).lines(), EXPECTED);
    }
}
