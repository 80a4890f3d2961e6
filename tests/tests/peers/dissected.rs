//! tshark reads what goes over the wire as valid RPC: every call, every reply, nothing malformed.

use crate::script::{self, Size};
use crate::{our_server, servers};
use oncrpc::codegen::{self as rpc, Answer, Dispatch};
use oncrpc::{Call, Client, ClientOptions, Procedure, Server};
use oncrpc_tests::c::PEERS_CLIENT;
use oncrpc_tests::interfaces::peers::peers_v1;
use oncrpc_tests::peers::Peers;
use oncrpc_tests::process::{Server as Process, address, host, run};
use oncrpc_tests::proxy::{self, Cut};
use oncrpc_tests::traffic::{Dissection, Message, Traffic};
use std::collections::HashSet;

const TRANSPORTS: [&str; 4] = ["tcp", "tcp6", "udp", "udp6"];

/// Records over several segments, and several of libtirpc's fragments.
const SIZE: Size = Size { nodes: 9_000, payloads: &[0, 5, 70_000] };

fn size(transport: &str) -> Size {
    if transport.starts_with("udp") { Size::DATAGRAM } else { SIZE }
}

fn ports(server: &Process) -> Vec<(&'static str, &str)> {
    TRANSPORTS.iter().map(|transport| (&transport[..3], server.place(transport))).collect()
}

/// The calls or replies, each once: over UDP one may come again.
fn once(found: &Dissection, calls: bool) -> HashSet<(&str, &str)> {
    let wanted = |message: &&Message| message.is_call == calls;
    found.messages.iter().filter(wanted).map(|it| (it.conversation.as_str(), it.xid.as_str())).collect()
}

/// Checks that there are so many calls, all answered, and nothing that tshark does not understand.
fn check(what: &str, found: &Dissection, calls: usize) {
    assert_eq!(found.malformed, [""; 0], "{what}");
    let (asked, answered) = (once(found, true), once(found, false));
    assert_eq!(asked.len(), calls, "{what}");
    assert_eq!(asked, answered, "{what}");
    assert!(found.answers >= calls, "{what}: tshark knows the call of {} replies", found.answers);
}

/// PEERS, and what the script asks for that is not served.
fn programs() -> [String; 3] {
    [(peers_v1::PROGRAM, 1), (peers_v1::PROGRAM, 9), (0x2000_0cff, 9)]
        .map(|(number, version)| format!("{number} {version}"))
}

#[test]
fn calls_of_our_client() {
    for (name, program) in servers() {
        let server = Process::start(&program, &TRANSPORTS);
        let Some(traffic) = Traffic::record(&format!("client-{name}"), &ports(&server)) else { return };
        let mut calls = 0;
        for transport in TRANSPORTS {
            let size = size(transport);
            assert_eq!(script::run(&server.address(transport), size).unwrap(), size.expected(), "{name} {transport}");
            calls += size.expected().len();
        }
        let found = traffic.dissect();
        check(name, &found, calls);
        assert_eq!(found.programs, programs(), "{name}");
    }
}

#[test]
fn calls_of_a_c_client() {
    let Some(client) = PEERS_CLIENT.build() else { return };
    let server = Process::start(our_server(), &TRANSPORTS);
    let Some(traffic) = Traffic::record("server", &ports(&server)) else { return };
    let mut calls = 0;
    for transport in TRANSPORTS {
        let (size, arguments) = (size(transport), size(transport).arguments());
        let mut all = vec![host(transport), transport, server.place(transport)];
        all.extend(arguments.iter().map(String::as_str));
        assert_eq!(run(&client, &all, &[]).lines(), size.expected(), "{transport}");
        calls += size.expected().len();
    }
    let found = traffic.dissect();
    check("a C client", &found, calls);
    assert_eq!(found.programs, programs());
}

#[test]
fn calls_in_flight_and_records_in_fragments() {
    let server = Process::start(our_server(), &["tcp"]);
    let proxy = proxy::start(&server.address("tcp"), Cut::Fragments(50));
    let port = proxy.port().to_string();
    let Some(traffic) = Traffic::record("pipelined", &[("tcp", server.place("tcp")), ("tcp", &port)]) else { return };
    for place in [server.address("tcp"), address("tcp", proxy.port())] {
        let client = peers_v1::Client::connect(&place).unwrap();
        let started: Vec<_> = (0..200).map(|number| client.start_look(number).unwrap()).collect();
        started.into_iter().zip(0..).for_each(|(pending, number)| assert_eq!(pending.wait().unwrap(), number));
        assert_eq!(client.twice("ab".repeat(200)).unwrap().len(), 800);
    }
    // What goes through the proxy is seen before it and behind it.
    check("pipelined", &traffic.dissect(), 3 * 201);
}

/// A program whose one procedure asks the caller back, over the same connection.
struct Asker;

const ASK: Procedure = Procedure::new(0x2000_0cfe, 1, 1, "ASK");

impl Dispatch for Asker {
    fn program(&self) -> u32 {
        ASK.program()
    }

    fn version(&self) -> u32 {
        ASK.version()
    }

    fn procedures(&self) -> &'static [Procedure] {
        &[ASK]
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<Answer> {
        let number = rpc::argument::<u32>(input)?;
        rpc::results::<u32>(&peers_v1::Client::back(call)?.look(number)?, out)
    }
}

#[test]
fn calls_both_ways_over_one_connection() {
    const CALLS: u32 = 50;
    let server = Server::new().serve(Asker).on_pool([ASK]).listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let place = &server.addresses()[0];
    let Some(traffic) = Traffic::record("callbacks", &[("tcp", place.rsplit_once(':').unwrap().1)]) else { return };
    let options = ClientOptions::new().serve(peers_v1::server(Peers::default()));
    let client = Client::connect_with(place, ASK.program(), ASK.version(), &options).unwrap();
    let ask = |number| client.start::<u32>(ASK.number(), |out| rpc::encode::<u32>(&number, out)).unwrap();
    let started: Vec<_> = (0..CALLS).map(ask).collect();
    started.into_iter().zip(0..).for_each(|(pending, number)| assert_eq!(pending.wait().unwrap(), number));
    let found = traffic.dissect();
    assert_eq!(found.malformed, [""; 0]);
    assert_eq!(found.programs, [format!("{} 1", peers_v1::PROGRAM), format!("{} 1", ASK.program())]);
    // Each side numbers its own calls: both may give one the same number.
    let of = |is_call| found.messages.iter().filter(move |it| it.is_call == is_call).count();
    assert_eq!((of(true), of(false)), (2 * CALLS as usize, 2 * CALLS as usize));
    assert_eq!(once(&found, true), once(&found, false));
}
