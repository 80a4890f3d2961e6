//! C clients (libtirpc, rpcgen's stubs) against our server: every procedure, every error, payloads in many fragments; over
//! TCP and UDP, IPv4 and IPv6.

use oncrpc::RunningServer;
use oncrpc_tests::c::{BLOB_CLIENT, CALCULATOR_CLIENT, ERROR_CLIENT, Peer};
use oncrpc_tests::process::{self, Output, address, host};
use oncrpc_tests::services::server;

const TRANSPORTS: [&str; 4] = ["tcp", "udp", "tcp6", "udp6"];

/// Our server on that transport, and the port it has.
fn serve(transport: &str) -> (RunningServer, String) {
    let running = server().listen(&address(transport, 0)).unwrap().start().unwrap();
    let port = running.addresses()[0].rsplit(':').next().unwrap().to_owned();
    (running, port)
}

/// Runs a C client against our server on each transport and checks what it printed.
fn on_each_transport(client: Peer<'_>, arguments: &[&str], check: impl Fn(&str, Output)) {
    let Some(client) = client.build() else { return };
    for transport in TRANSPORTS {
        let (running, port) = serve(transport);
        let all = [&[host(transport), transport, &port], arguments].concat();
        check(transport, process::run(&client, &all, &[]));
        running.stop().unwrap();
    }
}

#[test]
fn every_procedure() {
    on_each_transport(CALCULATOR_CLIENT, &[], |transport, output| {
        let expected = include_str!("../interop/calculator_client.expected");
        assert_eq!(output.lines(), expected.lines().collect::<Vec<_>>(), "{transport}");
    });
}

#[test]
fn every_procedure_over_a_unix_socket() {
    let Some(client) = CALCULATOR_CLIENT.build() else { return };
    let path = std::env::temp_dir().join(format!("oncrpc-c-client-{}.sock", std::process::id()));
    let path = path.to_str().unwrap();
    let running = server().listen(&format!("unix://{path}")).unwrap().start().unwrap();
    let output = process::run(&client, &["localhost", "unix", path], &[]);
    let expected = include_str!("../interop/calculator_client.expected");
    assert_eq!(output.lines(), expected.lines().collect::<Vec<_>>());
    running.stop().unwrap();
}

/// A client of libtirpc takes no reply from another address than the one it has called.
#[test]
fn a_server_of_all_addresses_answers_from_the_one_that_was_called() {
    let Some(client) = CALCULATOR_CLIENT.build() else { return };
    for place in ["udp://0.0.0.0:0", "udp://[::]:0"] {
        for host in ["127.0.0.2", "127.0.0.1"] {
            let running = server().listen(place).unwrap().start().unwrap();
            let port = running.addresses()[0].rsplit(':').next().unwrap().to_owned();
            let output = process::run(&client, &[host, "udp", &port], &[]);
            let expected = include_str!("../interop/calculator_client.expected");
            assert_eq!(output.lines(), expected.lines().collect::<Vec<_>>(), "{place} at {host}");
        }
    }
}

#[test]
fn every_error() {
    on_each_transport(ERROR_CLIENT, &[], |transport, output| {
        let expected = include_str!("../interop/error_client.expected");
        assert_eq!(output.lines(), expected.lines().collect::<Vec<_>>(), "{transport}");
    });
}

/// The lines of blob_client for payloads of these sizes.
fn exchanged(sizes: &[&str]) -> Vec<String> {
    let lines = |size: &&str| {
        let length: u64 = size.parse().unwrap();
        let sum: u64 = (0..length).map(|i| u64::from((i * 7 + i / 256) as u8)).sum();
        [
            format!("echo {size}: same"),
            format!("produce {size}: {size} of {size}"),
            format!("consume {size}: {}", length + sum),
        ]
    };
    sizes.iter().flat_map(lines).collect()
}

#[test]
fn payloads_in_many_fragments() {
    let Some(client) = BLOB_CLIENT.build() else { return };
    let sizes = ["0", "1", "65532", "65533", "1048576", "3000001"];
    for transport in ["tcp", "tcp6"] {
        let (_running, port) = serve(transport);
        let output = process::run(&client, &[&[host(transport), transport, &port][..], &sizes].concat(), &[]);
        assert_eq!(output.lines(), exchanged(&sizes), "{transport}");
    }
}

#[test]
fn payloads_in_datagrams() {
    let Some(client) = BLOB_CLIENT.build() else { return };
    // What libtirpc's 8,800 bytes leave beside the header of a call.
    let sizes = ["0", "3", "8192", "8700"];
    for transport in ["udp", "udp6"] {
        let (_running, port) = serve(transport);
        let output = process::run(&client, &[&[host(transport), transport, &port][..], &sizes].concat(), &[]);
        assert_eq!(output.lines(), exchanged(&sizes), "{transport}");
    }
}

#[test]
fn a_reply_too_large_for_a_datagram_is_an_error_not_silence() {
    let Some(client) = BLOB_CLIENT.build() else { return };
    let (_running, port) = serve("udp");
    let output = process::run(&client, &["127.0.0.1", "udp", &port, "produce", "8780"], &[]);
    assert!(!output.status.success());
    assert!(output.stderr.contains("Remote system error"), "{}", output.stderr);
}

#[test]
fn one_server_serves_all_transports_at_once() {
    let Some(client) = CALCULATOR_CLIENT.build() else {
        return;
    };
    let listening =
        TRANSPORTS.iter().try_fold(server(), |server, transport| server.listen(&address(transport, 0))).unwrap();
    let running = listening.start().unwrap();
    std::thread::scope(|scope| {
        for (transport, place) in TRANSPORTS.iter().zip(running.addresses()) {
            let (client, port) = (&client, place.rsplit(':').next().unwrap());
            scope.spawn(move || {
                let output = process::run(client, &[host(transport), transport, port], &[]);
                // They share one directory of users: what each sees of it depends on the others.
                let calculated: Vec<_> = output.lines().into_iter().take(17).collect();
                let expected = include_str!("../interop/calculator_client.expected");
                assert_eq!(calculated, expected.lines().take(17).collect::<Vec<_>>(), "{transport}");
            });
        }
    });
}
