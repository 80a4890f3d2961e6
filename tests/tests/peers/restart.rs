//! Servers that are killed and started again while clients call: every call is told to have succeeded or failed, what
//! succeeded was done, what failed was not done twice, and what may be done twice is tried until it succeeds.

use crate::{STREAMS, listen, our_server, servers};
use oncrpc::{ClientOptions, Error};
use oncrpc_tests::c::PEERS_LOAD;
use oncrpc_tests::interfaces::peers::peers_v1;
use oncrpc_tests::process::{DEADLINE, Server, free_port, run};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

const KILLS: usize = 6;

/// Bytes that the journal is to grow by between two kills: some hundred calls.
const PROGRESS: u64 = 4_000;

/// Calls that a thread has in flight.
const IN_FLIGHT: u32 = 16;

/// A server of one journal, through all its lives.
struct Mortal<'a> {
    program: &'a Path,
    listen: String,
    journal: PathBuf,
}

impl Mortal<'_> {
    fn new<'a>(program: &'a Path, transport: &str, name: &str) -> Mortal<'a> {
        let journal = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{transport}.journal"));
        let _ = fs::remove_file(&journal);
        let listen = match transport {
            "unix" => listen(transport, name),
            transport => format!("{transport}:{}", free_port()),
        };
        Mortal { program, listen, journal }
    }

    fn start(&self) -> Server {
        Server::start(self.program, &["--journal", self.journal.to_str().unwrap(), &self.listen])
    }

    /// Lives, and dies whenever there is progress, [`KILLS`] times; then lives until `load` has ended.
    fn live<T: Send>(&self, load: impl FnOnce(&AtomicBool) -> T + Send) -> T {
        let (mut server, is_over) = (self.start(), AtomicBool::new(false));
        thread::scope(|scope| {
            let load = scope.spawn(|| load(&is_over));
            for _ in 0..KILLS {
                self.wait_for_progress();
                server.kill();
                server = self.start();
            }
            self.wait_for_progress();
            is_over.store(true, SeqCst);
            load.join().unwrap()
        })
    }

    fn wait_for_progress(&self) {
        let length = || fs::metadata(&self.journal).map_or(0, |found| found.len());
        let (enough, end) = (length() + PROGRESS, Instant::now() + DEADLINE);
        while length() < enough {
            assert!(Instant::now() < end, "nothing gets done any more");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was carried out, in its order.
    fn done(&self) -> Vec<String> {
        fs::read_to_string(&self.journal).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// How often each was carried out.
    fn times(&self) -> HashMap<String, usize> {
        let mut times = HashMap::new();
        self.done().into_iter().for_each(|line| *times.entry(line).or_insert(0) += 1);
        times
    }
}

/// A call as its client saw it.
struct Seen {
    call: String,
    outcome: oncrpc::Result<u32>,
}

/// Calls with numbers of their own, several in flight, until it is over. Every second thread calls what may be done twice.
fn load(client: &peers_v1::Client, numbers: &AtomicU32, twice: bool, is_over: &AtomicBool) -> Vec<Seen> {
    let mut seen = Vec::new();
    while !is_over.load(SeqCst) {
        let first = numbers.fetch_add(IN_FLIGHT, SeqCst);
        let started: Vec<_> = (first..first + IN_FLIGHT)
            .map(|number| {
                let (name, started) = match twice {
                    true => ("LOOK", client.start_look(number)),
                    false => ("RECORD", client.start_record(number)),
                };
                (number, format!("{name} {number}"), started)
            })
            .collect();
        for (number, call, started) in started {
            let outcome = started.and_then(|pending| pending.wait());
            assert!(outcome.as_ref().is_ok_and(|got| *got == number) || outcome.is_err(), "{call}: {outcome:?}");
            seen.push(Seen { call, outcome });
        }
    }
    seen
}

/// Loads a mortal server with `threads` over one client, and checks what they saw against what was done.
fn check(name: &str, program: &Path, transport: &str, threads: &[bool]) {
    let mortal = Mortal::new(program, transport, &format!("restart-{name}"));
    let (_, place) = mortal.listen.split_once(':').unwrap();
    let address = match transport {
        "unix" => format!("unix://{place}"),
        transport => format!("{transport}://127.0.0.1:{place}"),
    };
    let options = ClientOptions::new().call_timeout(DEADLINE).retransmit_interval(Duration::from_millis(50));
    let numbers = AtomicU32::new(0);
    let seen = mortal.live(|is_over| {
        let client = peers_v1::Client::connect_with(&address, &options).unwrap();
        thread::scope(|scope| {
            let (client, numbers) = (&client, &numbers);
            let all: Vec<_> =
                threads.iter().map(|twice| scope.spawn(move || load(client, numbers, *twice, is_over))).collect();
            all.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        })
    });
    let times = mortal.times();
    let (mut failed, mut again) = (0, 0);
    for Seen { call, outcome } in &seen {
        let (done, is_idempotent) = (times.get(call).copied().unwrap_or(0), call.starts_with("LOOK"));
        let is_right = match outcome {
            Ok(_) if is_idempotent => done >= 1,
            Ok(_) => done == 1,
            // The system says so of a datagram to a port that is gone.
            Err(Error::Io { .. }) if is_idempotent => transport == "udp",
            Err(_) if is_idempotent => false,
            Err(error) if error.is_unsent() => done == 0,
            Err(_) => done <= 1,
        };
        assert!(is_right, "{name} {transport}: {call} was done {done} times: {outcome:?}");
        failed += usize::from(outcome.is_err());
        again += done.saturating_sub(1);
    }
    let told: usize = seen.iter().map(|seen| times.get(&seen.call).copied().unwrap_or(0)).sum();
    assert_eq!(told, times.values().sum(), "{name} {transport}: all that was done was asked for");
    oncrpc_tests::say(&format!(
        "{name} server killed {KILLS} times, {transport}: {} calls, {failed} failed, {again} done again",
        seen.len()
    ));
}

#[test]
fn calls_of_our_client_to_a_server_that_is_killed() {
    for (name, program) in servers() {
        for transport in STREAMS {
            check(name, &program, transport, &[false, true, false, true]);
        }
        // Over UDP a call is sent again when no reply comes, since nothing tells that it arrived.
        check(name, &program, "udp", &[true]);
    }
}

#[test]
fn calls_of_c_clients_to_our_server_that_is_killed() {
    let Some(client) = PEERS_LOAD.build() else { return };
    for transport in STREAMS {
        check_c_clients(&client, transport);
    }
}

/// Three of them, each of which connects again when its connection has ended.
fn check_c_clients(client: &Path, transport: &str) {
    let mortal = Mortal::new(our_server(), transport, "restart-c");
    let place = mortal.listen.split_once(':').unwrap().1;
    let said = mortal.live(|is_over| {
        thread::scope(|scope| {
            let load = |number: u32| load_from_c(client, transport, place, number << 24, is_over);
            let clients: Vec<_> = (0..3).map(|number| scope.spawn(move || load(number))).collect();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
        })
    });
    let times = mortal.times();
    let mut failed = 0;
    for line in &said {
        let (outcome, number) = line.split_once(' ').unwrap();
        let done = times.get(&format!("RECORD {}", number.split(':').next().unwrap())).copied().unwrap_or(0);
        assert!(if outcome == "done" { done == 1 } else { done <= 1 }, "{transport}: {line}, but done {done} times");
        failed += usize::from(outcome != "done");
    }
    let calls = said.len();
    oncrpc_tests::say(&format!("our server killed {KILLS} times, {transport}: {calls} C calls, {failed} failed"));
}

/// What a C client says of its calls, 256 at a time, until it is over.
fn load_from_c(client: &Path, transport: &str, place: &str, first: u32, is_over: &AtomicBool) -> Vec<String> {
    let mut said = Vec::new();
    for round in 0..1 << 16 {
        if is_over.load(SeqCst) {
            break;
        }
        let first = (first | round << 8).to_string();
        let output = run(client, &["127.0.0.1", transport, place, &first, "256"], &[]);
        said.extend(output.lines().into_iter().map(str::to_owned));
    }
    said
}
