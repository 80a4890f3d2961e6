//! How often a call goes to the kernel, which most of its time is spent in.

use super::calls::{BARE, driven_raw, new, with};
use crate::scenario::{Better, Contestant, Course, Group, Scenario, Side, Target};

/// 64 calls in flight.
const BATCH: &str = "pipelined:64";

/// What ours is held to: a lone call, on either side, and each of 64 that are in flight.
const LONE_SERVER: f64 = 3.0;
const LONE_CLIENT: f64 = 2.0;
const PIPELINED: f64 = 0.07;

pub(crate) fn scenarios() -> Vec<Scenario> {
    let lone = |transport, others: &[&'static str]| -> Vec<Contestant> {
        [BARE, "ours"].iter().chain(others).map(|name| with(name, transport, "lone")).collect()
    };
    let tcp = || lone("tcp", &["libtirpc", "tarpc", "tonic"]);
    let udp = || lone("udp", &["libtirpc"]);
    let batch = |name| with(name, "tcp", BATCH);
    let servers =
        vec![batch(BARE), driven_raw("ours", BATCH), driven_raw("libtirpc", BATCH), batch("tarpc"), batch("tonic")];
    let clients = [BARE, "ours", "tarpc", "tonic"].map(batch).into();
    vec![
        scenario(Side::Server, "TCP, one blocking caller", tcp(), LONE_SERVER),
        scenario(Side::Driver, "TCP, one blocking caller", tcp(), LONE_CLIENT),
        scenario(Side::Server, "UDP, one blocking caller", udp(), LONE_SERVER),
        scenario(Side::Driver, "UDP, one blocking caller", udp(), LONE_CLIENT),
        scenario(Side::Server, "1 connection x 64 in flight, raw driver", servers, PIPELINED),
        scenario(Side::Driver, "1 connection x 64 in flight, typed client", clients, PIPELINED),
    ]
}

/// `most` is what ours is held to.
fn scenario(of: Side, how: &str, contestants: Vec<Contestant>, most: f64) -> Scenario {
    let whose = if of == Side::Server { "server" } else { "client" };
    let counted = |it: Contestant| match it.course {
        Course::Pair { server, driver } => Contestant { course: Course::SystemCalls { server, driver, of }, ..it },
        _ => it,
    };
    let contestants = contestants.into_iter().map(counted).collect();
    let name = format!("{whose}, null call, {how}");
    let mut scenario = new(Group::SystemCalls, name, "each", Better::Less, contestants);
    scenario.hold_ours_to(Target::Figure(most));
    scenario
}
