//! Calls and replies over sockets. A server has one processor, its driver the other.

use crate::scenario::{Better, Command, Contestant, Course, Group, Program, Scenario, Target};

/// How long a figure is measured in a full run.
const SECONDS: f64 = 0.5;

/// The limit of most scenarios of calls: what the machine does for plain sockets.
pub(super) const BARE: &str = "bare";

/// The same, but both ends receive each record into one place.
const BARE_WHOLE: &str = "bare, records kept whole";

/// Payloads: what they are called, their bytes, and what ours is to reach of bare sockets.
const PAYLOADS: [(&str, usize, f64); 3] =
    [("64 KiB", 64 << 10, 0.95), ("1 MiB", 1 << 20, 0.95), ("4 MiB", 4 << 20, 0.9)];

const IDLE: [usize; 3] = [1_000, 5_000, 10_000];

/// As many connections as libtirpc is asked for: it looks at all of them in each call.
const MOST_IDLE_OF_LIBTIRPC: usize = 5_000;

pub(crate) fn scenarios() -> Vec<Scenario> {
    [latency(), pipelining(), concurrency(), bulk(), idle(), vec![memory()]].into_iter().flatten().collect()
}

fn latency() -> Vec<Scenario> {
    let of = |transport| {
        let course = |name| with(name, transport, "lone");
        let mut contestants = vec![
            course(BARE),
            course("ours").held_to(Target::Ratio(1.03)),
            course("ours, spinning").held_to(Target::Ratio(0.5)),
            course("libtirpc"),
        ];
        if transport == "tcp" {
            contestants.extend([course("tarpc"), course("tonic")]);
        }
        let name = format!("null call, {}, one blocking caller, p50", transport.to_uppercase());
        new(Group::Latency, name, "us", Better::Less, contestants)
    };
    ["tcp", "unix", "udp"].map(of).into()
}

fn pipelining() -> Vec<Scenario> {
    let nulls = |depth, says, words: &str| {
        let course = |name| with(name, "tcp", words);
        let others = [driven_raw("libtirpc", words), course("tarpc"), course("tonic")];
        let contestants = [course(BARE), driven_raw("ours", words)].into_iter().chain(others).collect();
        let name = format!("null calls, 1 connection x {depth} in flight, {says}, raw driver");
        new(Group::Pipelining, name, "calls/s", Better::More, contestants)
    };
    let batches = |(depth, target)| {
        let mut scenario = nulls(depth, "one batch after another", &format!("pipelined:{depth}"));
        scenario.hold_ours_to(Target::Ratio(target));
        scenario
    };
    let window = |depth| nulls(depth, "batches overlapping", &format!("window:{depth}"));
    let typed = |depth| {
        let course = |name| with(name, "tcp", &format!("echo:{depth}"));
        let held = |name| course(name).held_to(Target::Figure(1.5e6));
        let contestants = vec![course(BARE), held("ours"), held("ours, spinning"), course("tarpc"), course("tonic")];
        let name = format!("84-byte structure there and back, 1 connection x {depth} in flight, typed client");
        new(Group::Pipelining, name, "calls/s", Better::More, contestants)
    };
    let [few, many] = [64, 1_024];
    vec![batches((few, 0.9)), window(few), batches((many, 0.8)), window(many), typed(few), typed(many)]
}

fn concurrency() -> Vec<Scenario> {
    let connections = |depth| {
        let words = format!("connections:64:{depth}");
        let contestants = vec![
            with(BARE, "tcp", &words),
            driven_raw("ours", &words).held_to(Target::Ratio(0.95)),
            driven_raw("libtirpc", &words),
        ];
        let name = format!("null calls, 64 connections x {depth} in flight, raw driver");
        new(Group::Concurrency, name, "calls/s", Better::More, contestants)
    };
    let course = |name| with(name, "tcp", "threads:64");
    let contestants = vec![course(BARE), course("ours").held_to(Target::Ratio(0.9)), course("libtirpc")];
    let name = "null calls, 64 blocking threads: one client (bare: a connection each)".to_owned();
    let threads = new(Group::Concurrency, name, "calls/s", Better::More, contestants);
    vec![connections(1), connections(16), threads]
}

fn bulk() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (operation, (says, size, target)) in
        ["WRITE", "READ"].iter().flat_map(|it| PAYLOADS.map(|payload| (it, payload)))
    {
        for depth in [1, 4] {
            let words = format!("{}:{size}:{depth}", operation.to_lowercase());
            let course = |name| with(name, "tcp", &words);
            let mut contestants = vec![course(BARE), course("ours").held_to(Target::Ratio(target)), course(BARE_WHOLE)];
            if depth == 1 {
                contestants.push(course("libtirpc"));
            }
            contestants.extend([course("tarpc"), course("tonic")]);
            let name = format!("{operation} {says}, {depth} in flight");
            let scenario = new(Group::Bulk, name, "MB/s", Better::More, contestants);
            all.push(Scenario { limits: vec![BARE, BARE_WHOLE], ..scenario });
        }
    }
    all
}

fn idle() -> Vec<Scenario> {
    let beside = |count| {
        let words = format!("idle:{count}");
        let mut contestants = vec![
            Contestant::new("empty server", course("ours-many", "tcp", "idle:0")),
            Contestant::new("ours", course("ours-many", "tcp", &words)).held_to(Target::Ratio(1.1)),
            with(BARE, "tcp", &words),
        ];
        if count <= MOST_IDLE_OF_LIBTIRPC {
            contestants.push(with("libtirpc", "tcp", &words));
        }
        let name = format!("null call, TCP, beside {count} idle connections, p50");
        Scenario { limits: vec!["empty server"], ..new(Group::Connections, name, "us", Better::Less, contestants) }
    };
    IDLE.map(beside).into()
}

/// What an idle connection costs, beyond what the kernel keeps for it.
fn memory() -> Scenario {
    let of = |name, server| {
        let command = Command::new(Program::Rust("memory"), &format!("{server} 10000"));
        Contestant::new(name, Course::Alone(command))
    };
    let contestants = vec![of(BARE, "bare"), of("ours", "ours-many").held_to(Target::Figure(4.0))];
    new(Group::Connections, "memory of an idle connection, of 10000".to_owned(), "KiB", Better::Less, contestants)
}

pub(super) fn new(
    group: Group,
    name: String,
    unit: &'static str,
    better: Better,
    contestants: Vec<Contestant>,
) -> Scenario {
    Scenario { name, group, unit, better, limits: vec![BARE], contestants, seconds: SECONDS }
}

/// Client and server of the same kind.
pub(super) fn with(name: &'static str, transport: &str, words: &str) -> Contestant {
    Contestant::new(name, course(name, transport, words))
}

/// The server of `name`, driven by one that writes and reads bytes.
pub(super) fn driven_raw(name: &'static str, words: &str) -> Contestant {
    let driver = Command::new(Program::Rust("drive"), &format!("raw {{address}} {words} {{seconds}}"));
    Contestant::new(name, Course::Pair { server: server(name, "tcp"), driver })
}

fn course(name: &'static str, transport: &str, words: &str) -> Course {
    let line = format!("{{address}} {words} {{seconds}}");
    let driver = match name {
        "libtirpc" => Command::new(Program::C("drive"), &line),
        "tarpc" | "tonic" => Command::new(Program::Rust("peers"), &format!("drive {name} {line}")),
        BARE_WHOLE => Command::new(Program::Rust("drive"), &format!("bare-whole {line}")),
        "ours-many" => Command::new(Program::Rust("drive"), &format!("ours {line}")),
        "ours, spinning" => Command::new(Program::Rust("drive"), &format!("ours-spinning {line}")),
        _ => Command::new(Program::Rust("drive"), &format!("{name} {line}")),
    };
    Course::Pair { server: server(name, transport), driver }
}

fn server(name: &str, transport: &str) -> Command {
    match name {
        "libtirpc" => Command::new(Program::C("serve"), transport),
        "tarpc" | "tonic" => Command::new(Program::Rust("peers"), &format!("serve {name} {transport}")),
        BARE_WHOLE => Command::new(Program::Rust("serve"), &format!("bare {transport}")),
        "ours, spinning" => Command::new(Program::Rust("serve"), &format!("ours-spinning {transport}")),
        _ => Command::new(Program::Rust("serve"), &format!("{name} {transport}")),
    }
}
