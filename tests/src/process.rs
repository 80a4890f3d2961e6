//! Child processes with a deadline, which do not outlive the test.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The longest a child may take for what is asked of it. Generous: it is only met when something hangs.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// What a child left.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: String,
}

impl Output {
    /// The lines it wrote. Panics unless it ended well.
    pub fn lines(&self) -> Vec<&str> {
        assert!(self.status.success(), "{}\n{}{}", self.status, String::from_utf8_lossy(&self.stdout), self.stderr);
        std::str::from_utf8(&self.stdout).expect("text").lines().collect()
    }
}

/// Runs a program to its end with `input` on its standard input. Panics if it takes longer than [`DEADLINE`].
pub fn run(program: impl AsRef<OsStr>, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments);
    run_command(command, input)
}

/// As [`run`], for a command that needs more than arguments.
pub fn run_command(command: Command, input: &[u8]) -> Output {
    run_for(DEADLINE, command, input)
}

/// As [`run_command`], with another deadline.
pub fn run_for(deadline: Duration, mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Guard(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")));
    let (mut stdin, stdout, stderr) =
        (child.0.stdin.take().unwrap(), child.0.stdout.take().unwrap(), child.0.stderr.take().unwrap());
    thread::scope(|scope| {
        let written = scope.spawn(move || stdin.write_all(input));
        let stdout = scope.spawn(|| read_all(stdout));
        let stderr = scope.spawn(|| read_all(stderr));
        let status = child.wait(deadline);
        let (stdout, stderr) = (stdout.join().unwrap(), String::from_utf8_lossy(&stderr.join().unwrap()).into_owned());
        let _ = written.join().unwrap();
        let status = status.unwrap_or_else(|| {
            panic!("{command:?} takes over {deadline:?}\n{}{stderr}", String::from_utf8_lossy(&stdout))
        });
        Output { status, stdout, stderr }
    })
}

fn read_all(mut from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.read_to_end(&mut bytes);
    bytes
}

/// A server in a process of its own, of interop/c or ours, killed on drop.
#[derive(Debug)]
pub struct Server {
    child: Guard,
    places: HashMap<String, String>,
}

impl Server {
    /// Starts it and waits until it has said where it listens.
    pub fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = Guard(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")));
        let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let (send, receive) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut places = HashMap::new();
        loop {
            let line = receive.recv_timeout(DEADLINE).unwrap_or_else(|error| panic!("{command:?}: {error}"));
            match line.split_once(' ') {
                Some((transport, place)) => places.insert(transport.to_owned(), place.to_owned()),
                None => return Self { child, places },
            };
        }
    }

    /// The port of transport `tcp`, `udp`, `tcp6` or `udp6`, or the path of `unix`.
    pub fn place(&self, transport: &str) -> &str {
        &self.places[transport]
    }

    /// The address of that transport for our client: `tcp://[::1]:4711`, `unix:///tmp/socket`.
    pub fn address(&self, transport: &str) -> String {
        match self.place(transport) {
            path if transport == "unix" => format!("unix://{path}"),
            port => address(transport, port.parse().unwrap()),
        }
    }

    /// Tells it to end (SIGTERM) and waits until it has; how it ended.
    pub fn end(mut self) -> ExitStatus {
        self.places.clear();
        let told = Command::new("kill").args(["-TERM", &self.child.0.id().to_string()]).status();
        assert!(told.expect("kill").success());
        self.child.wait(DEADLINE).expect("it ends")
    }

    /// Kills it with SIGKILL and waits until it is gone. The file of a UNIX socket stays, as it does when a server crashes.
    pub fn kill(mut self) {
        self.places.clear();
        self.child.0.kill().unwrap();
        self.child.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(path) = self.places.get("unix") {
            let _ = fs::remove_file(path);
        }
    }
}

/// `tcp://127.0.0.1:PORT`, or with `[::1]` for `tcp6`; likewise UDP.
pub fn address(transport: &str, port: u16) -> String {
    match transport.strip_suffix('6') {
        Some(scheme) => format!("{scheme}://[::1]:{port}"),
        None => format!("{transport}://127.0.0.1:{port}"),
    }
}

/// The loopback address of that transport as a C client takes it.
pub fn host(transport: &str) -> &'static str {
    if transport.ends_with('6') { "::1" } else { "127.0.0.1" }
}

/// Waits until somebody listens on that TCP port of this machine.
pub fn wait_for_port(port: u16) {
    let end = Instant::now() + DEADLINE;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(Instant::now() < end, "nobody listens on port {port}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A TCP port of this machine that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Kills a child that is still there when it is dropped.
#[derive(Debug)]
pub struct Guard(pub Child);

impl Guard {
    /// Waits for its end; `None` if it does not come in time.
    fn wait(&mut self, deadline: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + deadline;
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(2)),
                _ => {
                    let _ = self.0.kill();
                    let _ = self.0.wait();
                    return None;
                }
            }
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
