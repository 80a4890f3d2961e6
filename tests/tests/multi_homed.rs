//! A machine of several addresses: a server that listens on all of them answers from the one that was called.

use oncrpc::ClientOptions;
use oncrpc_tests::interfaces::calculator::{Operands, calculator_v1};
use oncrpc_tests::{namespace, services};
use std::process::Command;
use std::time::Duration;

/// Two of this machine, besides those of the loopback interface.
const HOSTS: [&str; 2] = ["192.0.2.1", "[2001:db8::2]"];

#[test]
fn calls_to_each_address_from_each() {
    if !namespace::inside("calls_to_each_address_from_each") {
        return;
    }
    let add = "PATH=$PATH:/usr/sbin:/sbin ip address add 2001:db8::2/128 dev lo nodad";
    assert!(Command::new("sh").args(["-c", add]).status().unwrap().success());
    let server = services::server().listen("udp://[::]:0").unwrap().start().unwrap();
    let port = server.addresses()[0].rsplit_once(':').unwrap().1.to_owned();
    let places = ["127.0.0.1", "127.0.0.2", "[::1]"].into_iter().chain(HOSTS);
    for to in places.clone() {
        for from in places.clone().filter(|from| from.starts_with('[') == to.starts_with('[')) {
            let options = ClientOptions::new().local_address(format!("{from}:0").parse().unwrap());
            let options = options.call_timeout(Duration::from_secs(30));
            let client = calculator_v1::Client::connect_with(&format!("udp://{to}:{port}"), &options).unwrap();
            assert_eq!(client.add(&Operands { left: 20, right: 22 }).unwrap(), 42, "from {from} to {to}");
        }
    }
}
