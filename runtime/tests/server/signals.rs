//! A server that is the whole process ends on signals. Each case is a process of its own, which this binary is again.

use super::support::*;
use oncrpc::rpcbind::{Registration, Rpcbind};
use oncrpc::{Limits, Server};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that serves, to what it does.
const ROLE: &str = "ONCRPC_TEST_SIGNALS";

/// A number that no other test registers.
const REGISTERED: u32 = 0x2f00_1235;

const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

struct Process {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
}

impl Process {
    /// Starts a process that is to run `test` in `role`, by way of `shell`.
    fn start(test: &str, role: &str, shell: &str) -> Self {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{shell} exec \"$0\" --exact --nocapture --test-threads 1 \"$1\""));
        command.arg(std::env::current_exe().unwrap()).arg(format!("signals::{test}")).env(ROLE, role);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines: Box::new(lines.map_while(Result::ok)) }
    }

    /// Waits for a line that begins like that; the rest of it.
    fn expect(&mut self, beginning: &str) -> String {
        let rest = self.lines.find_map(|line| line.strip_prefix(beginning).map(str::to_owned));
        rest.unwrap_or_else(|| panic!("the process does not say \"{beginning}\""))
    }

    fn connect(&mut self) -> TcpStream {
        let served = self.expect("oncrpc: serving ");
        let address: SocketAddr = served.rsplit_once("tcp://").unwrap().1.parse().unwrap();
        connect_to(address)
    }

    fn signal(&self, signal: i32) {
        let status = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status();
        assert!(status.unwrap().success());
    }

    fn wait(&mut self) -> ExitStatus {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("the process does not end");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The role of this process, if it is one that serves.
fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Whether this process, and thus those it starts, ignores the signal, as one that a shell runs in the background does.
fn is_ignored_here(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t")).unwrap();
    u64::from_str_radix(mask, 16).unwrap() >> (signal - 1) & 1 == 1
}

fn server() -> Server {
    let limits = Limits { stop_time: PATIENCE, reply_bytes: 32 << 20, ..Limits::default() };
    Server::new().serve(Probe::new(REGISTERED, 1)).serve(Probe::new(PROGRAM, 1)).limits(limits)
}

fn run() {
    server().listen("tcp://127.0.0.1:0").unwrap().run().unwrap();
}

#[test]
fn it_answers_what_was_begun_and_ends() {
    const TEST: &str = "it_answers_what_was_begun_and_ends";
    if role().is_some() {
        return run();
    }
    let heeded = if is_ignored_here(SIGINT) { &[SIGTERM][..] } else { &[SIGTERM, SIGINT] };
    for signal in heeded {
        let mut process = Process::start(TEST, "run", "");
        let mut stream = process.connect();
        let mut idle = connect_to(stream.peer_addr().unwrap());
        check_served(&mut idle);
        // More than the system's buffers take: it is under way until all of it is read.
        const SIZE: u32 = 16 << 20;
        stream.write_all(&record(&call(1, FILL, &words(&[SIZE])))).unwrap();
        stream.peek(&mut [0]).unwrap();
        process.signal(*signal);
        check_closed(&mut idle);
        assert!(read_record(&mut stream) == success(1, &opaque(&vec![0xab; SIZE as usize])));
        check_closed(&mut stream);
        assert!(TcpStream::connect(idle.peer_addr().unwrap()).is_err(), "nobody listens any more");
        assert!(process.wait().success());
    }
}

#[test]
fn a_call_that_is_carried_out_is_answered() {
    const TEST: &str = "a_call_that_is_carried_out_is_answered";
    if role().is_some() {
        return run();
    }
    let mut process = Process::start(TEST, "run", "");
    let mut stream = process.connect();
    stream.write_all(&record(&call(1, SLEEP, &words(&[300])))).unwrap();
    process.expect("asleep");
    process.signal(SIGTERM);
    assert_eq!(read_record(&mut stream), success(1, b""));
    check_closed(&mut stream);
    assert!(process.wait().success());
}

#[test]
fn a_second_signal_ends_it_at_once() {
    const TEST: &str = "a_second_signal_ends_it_at_once";
    if role().is_some() {
        return run();
    }
    let mut process = Process::start(TEST, "run", "");
    let mut stream = process.connect();
    stream.write_all(&record(&call(1, SLEEP, &words(&[60_000])))).unwrap();
    process.expect("asleep");
    let begin = Instant::now();
    process.signal(SIGTERM);
    std::thread::sleep(Duration::from_millis(50));
    assert!(process.child.try_wait().unwrap().is_none(), "the call is under way");
    // Two that come at once are one, so that a busy machine may take more than the second.
    while process.child.try_wait().unwrap().is_none() {
        process.signal(SIGTERM);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begin.elapsed() < PATIENCE);
    assert_eq!(process.wait().signal(), Some(SIGTERM));
}

#[test]
fn signals_do_again_what_they_did_when_run_has_returned() {
    const TEST: &str = "signals_do_again_what_they_did_when_run_has_returned";
    if role().is_some() {
        // Twice, as what is left of the first must not disturb the second.
        run();
        run();
        eprintln!("returned");
        std::thread::sleep(PATIENCE * 2);
        return;
    }
    let mut process = Process::start(TEST, "run", "");
    for _ in 0..2 {
        let mut stream = process.connect();
        check_served(&mut stream);
        process.signal(SIGTERM);
        check_closed(&mut stream);
    }
    process.expect("returned");
    process.signal(SIGTERM);
    assert_eq!(process.wait().signal(), Some(SIGTERM));
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    const TEST: &str = "a_signal_that_is_ignored_stays_ignored";
    if role().is_some() {
        return run();
    }
    let mut process = Process::start(TEST, "run", "trap '' INT;");
    let mut stream = process.connect();
    process.signal(SIGINT);
    std::thread::sleep(Duration::from_millis(50));
    check_served(&mut stream);
    process.signal(SIGTERM);
    assert!(process.wait().success());

    // No signal at all is left to heed: still it serves.
    let mut process = Process::start(TEST, "run", "trap '' INT TERM;");
    let mut stream = process.connect();
    process.signal(SIGTERM);
    std::thread::sleep(Duration::from_millis(50));
    check_served(&mut stream);
}

#[test]
fn a_started_server_leaves_signals_alone() {
    const TEST: &str = "a_started_server_leaves_signals_alone";
    if role().is_some() {
        let server = server().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
        eprintln!("oncrpc: serving on {}", server.addresses()[0]);
        return server.join().unwrap();
    }
    let mut process = Process::start(TEST, "start", "");
    check_served(&mut process.connect());
    process.signal(SIGTERM);
    assert_eq!(process.wait().signal(), Some(SIGTERM));
}

fn registrations() -> oncrpc::Result<Vec<Registration>> {
    Rpcbind::connect("127.0.0.1")?.registrations()
}

#[test]
fn what_it_registered_is_gone() {
    const TEST: &str = "what_it_registered_is_gone";
    if role().is_some() {
        return server().listen("tcp://127.0.0.1:0").unwrap().register_with_rpcbind().run().unwrap();
    }
    let Ok(before) = registrations() else {
        return;
    };
    let ours = |all: Vec<Registration>| all.iter().filter(|it| it.program == REGISTERED).count();
    assert_eq!(ours(before), 0);
    let mut process = Process::start(TEST, "run", "");
    let _open = process.connect();
    assert_eq!(ours(registrations().unwrap()), 1);
    process.signal(SIGTERM);
    assert!(process.wait().success());
    assert_eq!(ours(registrations().unwrap()), 0);
}
