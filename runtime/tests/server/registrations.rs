//! Registration with the rpcbind of this machine, if one runs; the interoperation tests always have one.

use super::support::Probe;
use oncrpc::rpcbind::Rpcbind;
use oncrpc::{Error, RunningServer, Server};

/// A number that no other test registers.
const REGISTERED: u32 = 0x2f00_1234;

fn start() -> oncrpc::Result<RunningServer> {
    Server::new()
        .serve(Probe::new(REGISTERED, 1))
        .serve(Probe::new(REGISTERED, 4))
        .listen("tcp://127.0.0.1:0")?
        .listen("udp://127.0.0.1:0")?
        .register_with_rpcbind()
        .start()
}

/// Version and transport of what is registered of the program.
fn registered() -> Vec<(u32, String)> {
    let all = Rpcbind::connect("127.0.0.1").and_then(|rpcbind| rpcbind.registrations()).unwrap();
    let ours = all.into_iter().filter(|registration| registration.program == REGISTERED);
    let mut ours: Vec<_> = ours.map(|registration| (registration.version, registration.netid.to_string())).collect();
    ours.sort();
    ours
}

#[test]
fn what_is_served_is_registered_while_it_is_served() {
    let server = match start() {
        Ok(server) => server,
        Err(error) => {
            assert!(matches!(error, Error::Connect { .. }), "{error:?}");
            assert!(error.to_string().contains("rpcbind"), "{error}");
            return;
        }
    };
    let expected = [(1, "tcp"), (1, "udp"), (4, "tcp"), (4, "udp")].map(|(version, netid)| (version, netid.to_owned()));
    assert_eq!(registered(), expected);
    server.stop().unwrap();
    assert_eq!(registered(), []);
}
