//! Descriptors run out: the server is started as a process of its own that may open few.

use super::support::*;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that serves.
const SERVE: &str = "ONCRPC_TEST_SERVE";

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn newcomers_are_served_when_descriptors_run_out() {
    if std::env::var_os(SERVE).is_some() {
        return serve_with_few_descriptors();
    }
    let (process, address) = spawn();
    // Some are open at a time, more than the server can take; others have been before.
    let mut idle = VecDeque::new();
    for _ in 0..2_000 {
        idle.push_back(connect_to(address));
        if idle.len() > 200 {
            idle.pop_front();
        }
    }
    check_served(&mut connect_to(address));

    let before = cpu_ticks(&process);
    std::thread::sleep(Duration::from_millis(500));
    assert!(cpu_ticks(&process) - before <= 10, "it is busy although nothing happens");

    let open = descriptors(&process);
    drop(idle);
    let begin = Instant::now();
    while descriptors(&process) >= open {
        assert!(begin.elapsed() < PATIENCE, "descriptors are not given back");
        check_served(&mut connect_to(address));
    }
}

/// Most of the 64 descriptors are taken by files, so that accepting fails before the limit of connections is reached.
fn serve_with_few_descriptors() {
    let _files: Vec<_> = (0..40).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
    let server = start(Default::default());
    eprintln!("serving {}", tcp_address(&server));
    let _ = std::io::stdin().read(&mut [0]);
}

fn spawn() -> (Process, SocketAddr) {
    let this = std::env::current_exe().unwrap();
    let name = "descriptors::newcomers_are_served_when_descriptors_run_out";
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" --exact --nocapture --test-threads 1 \"$1\""])
        .arg(this)
        .arg(name)
        .env(SERVE, "1")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let process = Process(child);
    let mut lines = lines.map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("serving ")?.parse().ok());
    (process, address.expect("it tells where it serves"))
}

/// User and system time of the process, in hundredths of a second.
fn cpu_ticks(process: &Process) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.0.id())).unwrap();
    let fields = stat.rsplit_once(") ").unwrap().1;
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

fn descriptors(process: &Process) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", process.0.id())).unwrap().count()
}
