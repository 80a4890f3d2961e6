//! The server in its process, and what can be seen of it from outside.

use super::PATIENCE;
use super::desk::{Desk, POOLED, SLOW, procedure};
use oncrpc::{Limits, Server};
use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

/// Set in the process that serves.
const ROLE: &str = "ONCRPC_TEST_MEMORY";

/// Between what is asked and what is told, so that nothing else is taken for it.
const MARK: &str = "told: ";

pub(crate) fn is_asked_for() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Serves, tells where and at what cost, and after each line of input what was counted; until there is none.
pub(crate) fn run(limits: Limits, workers: usize) {
    let pooled = [procedure(SLOW), procedure(POOLED)];
    let server = Server::new().serve(Desk::new()).on_pool(pooled).pool_threads(4).workers(workers).limits(limits);
    let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let handle = server.handle();
    handle.start_capture(limits.replay.bytes);
    let bound = handle.memory_bound();
    let connections = bound.terms.iter().find(|term| term.name == "connections").unwrap().count;
    eprintln!("{MARK}{} {connections} {}", server.addresses()[0].trim_start_matches("tcp://"), bound.total());
    let formula = bound.to_string().replace('\n', "\n    ");
    eprintln!("{MARK}{}", formula.replace('\n', "\\n"));
    for _ in std::io::stdin().lines() {
        let metrics = handle.metrics();
        let counts = metrics.events.iter().filter(|(_, count)| *count > 0);
        let counts = counts.map(|(event, count)| format!("{event:?} {count}"));
        eprintln!("{MARK}{}", counts.collect::<Vec<_>>().join(", "));
    }
}

/// The process of a server; killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    lines: Mutex<Lines<BufReader<ChildStderr>>>,
    address: SocketAddr,
    connections: usize,
    bound: usize,
    formula: String,
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Bytes.
    pub(crate) resident: usize,
    pub(crate) descriptors: usize,
}

impl Process {
    /// A process in which `test` runs the server, with one more variable in its environment if there is one.
    pub(crate) fn start(test: &str, environment: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", "--test-threads", "1", test]).env(ROLE, "serve");
        command.envs(environment.split_once('='));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let told = expect(&mut lines);
        let [address, connections, bound] = told.split(' ').collect::<Vec<_>>()[..] else { panic!("{told}") };
        let number = |text: &str| text.parse().unwrap();
        let (address, connections, bound) = (address.parse().unwrap(), number(connections), number(bound));
        let formula = expect(&mut lines).replace("\\n", "\n");
        Self { child, lines: Mutex::new(lines), address, connections, bound, formula }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// As many as it takes at a time.
    pub(crate) fn connections(&self) -> usize {
        self.connections
    }

    /// What it says it can be driven to, in bytes.
    pub(crate) fn bound(&self) -> usize {
        self.bound
    }

    pub(crate) fn formula(&self) -> &str {
        &self.formula
    }

    /// What it has counted.
    pub(crate) fn counters(&self) -> String {
        self.child.stdin.as_ref().unwrap().write_all(b"\n").unwrap();
        expect(&mut self.lines.lock().unwrap())
    }

    pub(crate) fn usage(&self) -> Usage {
        let descriptors = fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count();
        Usage { resident: self.status("VmRSS:"), descriptors }
    }

    /// The most that was ever resident, in bytes.
    pub(crate) fn peak(&self) -> usize {
        self.status("VmHWM:")
    }

    /// What it holds when `is_so`; panics if that does not come about.
    pub(crate) fn usage_when(&self, is_so: impl Fn(&Usage) -> bool) -> Usage {
        let begin = Instant::now();
        loop {
            let usage = self.usage();
            if is_so(&usage) {
                return usage;
            }
            assert!(begin.elapsed() < PATIENCE, "{usage:?}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn status(&self, name: &str) -> usize {
        let mut status = String::new();
        let path = format!("/proc/{}/status", self.child.id());
        fs::File::open(path).unwrap().read_to_string(&mut status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse::<usize>().unwrap() << 10
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn expect(lines: &mut Lines<BufReader<ChildStderr>>) -> String {
    let told = lines.find_map(|line| line.ok()?.strip_prefix(MARK).map(str::to_owned));
    told.expect("the server tells")
}
