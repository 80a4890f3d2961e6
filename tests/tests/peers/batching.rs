//! Calls without a reply, in batches that a call with one takes along (RFC 5531 §8.5).

use crate::{STREAMS, listen, servers};
use oncrpc_tests::c::PEERS_BATCH;
use oncrpc_tests::interfaces::peers::peers_v1;
use oncrpc_tests::process::{Server, host, run};

/// More than fit the buffers of either side.
const COUNT: u64 = 50_000;

#[test]
fn a_c_client_batches() {
    let Some(client) = PEERS_BATCH.build() else { return };
    for (name, program) in servers() {
        for transport in STREAMS {
            let server = Server::start(&program, &[&listen(transport, &format!("batch-c-{name}"))]);
            let arguments = [host(transport), transport, server.place(transport), &COUNT.to_string()];
            let output = run(&client, &arguments, &[]);
            assert_eq!(output.lines(), [(COUNT * (COUNT + 1) / 2).to_string()], "{name} {transport}");
        }
    }
}

#[test]
fn our_client_batches() {
    for (name, program) in servers() {
        for transport in STREAMS {
            let server = Server::start(&program, &[&listen(transport, &format!("batch-{name}"))]);
            let client = peers_v1::Client::connect(&server.address(transport)).unwrap();
            (1..=COUNT as u32).for_each(|number| client.note(number).unwrap());
            assert_eq!(client.noted().unwrap(), COUNT * (COUNT + 1) / 2, "{name} {transport}");
        }
    }
}
