//! A user of tokio: a thousand calls at once over one connection, awaited each by a task.

use crate::{STREAMS, listen, servers};
use oncrpc_tests::interfaces::peers::peers_v1;
use oncrpc_tests::process::Server;
use tokio::runtime;

const TASKS: u32 = 1_000;

#[test]
fn a_thousand_calls_of_a_tokio_program() {
    let tokio = runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    for (name, program) in servers() {
        for transport in STREAMS {
            let server = Server::start(&program, &[&listen(transport, &format!("tokio-{name}"))]);
            tokio.block_on(program_of_a_user(&server.address(transport))).unwrap();
        }
    }
}

/// As somebody writes it who knows `async` and not what is below.
async fn program_of_a_user(address: &str) -> oncrpc::Result<()> {
    let client = peers_v1::Client::connect(address)?;
    let call = |number: u32| {
        let client = client.clone();
        async move {
            let twice = client.start_twice(format!("task {number} "))?.await?;
            let noted = client.start_look(number)?.await?;
            Ok::<_, oncrpc::Error>((noted, twice))
        }
    };
    let tasks: Vec<_> = (0..TASKS).map(|number| tokio::spawn(call(number))).collect();
    for (number, task) in (0..TASKS).zip(tasks) {
        let (noted, twice) = task.await.unwrap()?;
        assert_eq!((noted, twice.to_string()), (number, format!("task {number} task {number} ")));
    }
    Ok(())
}
