//! Runs one contestant once.

use crate::figures::median;
use crate::scenario::{Command, Contestant, Course, Folder, Program, Scenario};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

/// How long a contestant may take beyond what it measures.
const PATIENCE: Duration = Duration::from_secs(60);

/// Processes of which the least figure is taken, and the time, in seconds, that is not divided among several.
const PROCESSES: u32 = 5;
const SHORT: f64 = 0.01;

/// What a contestant tells in one run.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) figure: f64,
    /// Its lines `also NAME VALUE`, in order. Of one name, `check`, all contestants of a scenario must tell the same.
    pub(crate) also: Vec<(String, String)>,
}

/// Where the programs are.
pub(crate) struct Place {
    /// What cargo builds of this workspace.
    pub(crate) rust: PathBuf,
    /// What `run` builds of the C files.
    pub(crate) c: PathBuf,
    /// The command `oncrpc`.
    pub(crate) compiler: PathBuf,
    /// What `run` has fetched, one folder a package.
    pub(crate) fetched: PathBuf,
}

/// Why a contestant told no figure.
#[derive(Debug)]
pub(crate) enum Failure {
    Start(PathBuf, io::Error),
    /// It ended otherwise than with success.
    Status(std::process::ExitStatus),
    Late(Duration),
    /// It ended without a line that begins so.
    Silent(&'static str),
    /// A line that says nothing known.
    Line(String),
    /// strace left no sum.
    NoTrace(PathBuf),
}

impl Place {
    /// Runs `course` once, measuring for so many seconds.
    pub(crate) fn run(&self, course: &Course, seconds: f64) -> Result<Told, Failure> {
        match course {
            Course::Alone(command) => self.start(command, &seconds.to_string(), "", None)?.finish(),
            Course::Least(command) => self.least(command, seconds),
            Course::Pair { server, driver } => self.pair(server, driver, &seconds.to_string()),
            Course::SystemCalls { server, driver, of } => self.system_calls(server, driver, *of, seconds),
            Course::Process(command) => self.process(command, seconds),
        }
    }

    /// The least figure of several processes, with what all of them told beside it, but of one where the time is too short to be divided.
    fn least(&self, command: &Command, seconds: f64) -> Result<Told, Failure> {
        let count = if seconds < SHORT { 1 } else { PROCESSES };
        let seconds = (seconds / f64::from(count)).to_string();
        let mut least: Option<Told> = None;
        for _ in 0..count {
            let told = self.start(command, &seconds, "", Some(1))?.finish()?;
            least = Some(match least {
                None => told,
                Some(Told { figure, also }) => {
                    Told { figure: figure.min(told.figure), also: [also, told.also].concat() }
                }
            });
        }
        least.ok_or(Failure::Silent("figure"))
    }

    /// Each on a processor of its own: where the system would put them is another matter each time.
    pub(crate) fn pair(&self, server: &Command, driver: &Command, seconds: &str) -> Result<Told, Failure> {
        let mut serving = self.start(server, seconds, "", Some(0))?;
        let first = serving.line()?.ok_or(Failure::Silent("listening"))?;
        let address = first.strip_prefix("listening ").ok_or_else(|| Failure::Line(first.clone()))?;
        let told = self.start(driver, seconds, address, Some(1))?.finish()?;
        drop(serving.child.stdin.take());
        let told = told.hear(&mut serving, None)?;
        serving.end()?;
        Ok(told)
    }

    fn process(&self, command: &Command, seconds: f64) -> Result<Told, Failure> {
        let (begun, mut times) = (Instant::now(), Vec::new());
        while times.is_empty() || begun.elapsed().as_secs_f64() < seconds {
            let start = Instant::now();
            let mut process = self.command(command, "", "", None);
            let status = process.stdin(Stdio::null()).stdout(Stdio::null()).status();
            times.push(start.elapsed().as_secs_f64() * 1e3);
            let status = status.map_err(|error| Failure::Start(self.path(command.program), error))?;
            if !status.success() {
                return Err(Failure::Status(status));
            }
        }
        Ok(Told { figure: median(&times), also: Vec::new() })
    }

    fn start(&self, command: &Command, seconds: &str, address: &str, on: Option<usize>) -> Result<Running, Failure> {
        let mut process = self.command(command, seconds, address, on);
        let child = process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        child.map(Running::new).map_err(|error| Failure::Start(self.path(command.program), error))
    }

    /// `on` is the processor that it runs on, if this machine has more than one.
    fn command(&self, command: &Command, seconds: &str, address: &str, on: Option<usize>) -> std::process::Command {
        let words = command.words.iter().map(|word| word.replace("{seconds}", seconds).replace("{address}", address));
        let path = self.path(command.program);
        let several = thread::available_parallelism().is_ok_and(|count| count.get() > 1);
        let mut process = match on.filter(|_| several) {
            None => std::process::Command::new(path),
            Some(number) => {
                let mut process = std::process::Command::new("taskset");
                process.args(["--cpu-list", &number.to_string()]).arg(path);
                process
            }
        };
        process.args(words).current_dir(command.folder.map_or_else(|| PathBuf::from("."), |it| self.folder(it)));
        process
    }

    /// Whether that is there which `run` fetches.
    pub(crate) fn has(&self, scenario: &Scenario) -> bool {
        let folder = |it: &Contestant| match &it.course {
            Course::Process(command) => command.folder,
            _ => None,
        };
        scenario.contestants.iter().filter_map(folder).all(|it| self.folder(it).exists())
    }

    fn folder(&self, folder: Folder) -> PathBuf {
        match folder {
            Folder::At(path) => PathBuf::from(path),
            Folder::Fetched(path) => self.fetched.join(path),
        }
    }

    pub(crate) fn path(&self, program: Program) -> PathBuf {
        match program {
            Program::Rust(name) => self.rust.join(name),
            Program::C(name) => self.c.join(name),
            Program::Compiler => self.compiler.clone(),
            Program::Installed(name) => Path::new(name).to_owned(),
        }
    }
}

impl Told {
    /// Adds what `running` says until it ends; a line that begins with `needed` must be there.
    fn hear(mut self, running: &mut Running, needed: Option<&'static str>) -> Result<Self, Failure> {
        let mut met = needed.is_none();
        while let Some(line) = running.line()? {
            match line.split_whitespace().collect::<Vec<_>>()[..] {
                ["figure", value] => {
                    self.figure = value.parse().map_err(|_| Failure::Line(line.clone()))?;
                    met = true;
                }
                ["also", name, value] => self.also.push((name.to_owned(), value.to_owned())),
                _ => return Err(Failure::Line(line)),
            }
        }
        if met { Ok(self) } else { Err(Failure::Silent(needed.unwrap_or_default())) }
    }
}

/// A process whose lines are awaited for a limited time, and that is killed if it is forgotten.
struct Running {
    child: Child,
    lines: Receiver<String>,
    deadline: Instant,
}

impl Running {
    fn new(mut child: Child) -> Self {
        let (sender, lines) = channel();
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || {
                let lines = BufReader::new(output).lines().map_while(Result::ok);
                lines.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
            });
        }
        Self { child, lines, deadline: Instant::now() + PATIENCE }
    }

    /// The next line, or `None` at the end.
    fn line(&mut self) -> Result<Option<String>, Failure> {
        match self.lines.recv_timeout(self.deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(Failure::Late(PATIENCE)),
        }
    }

    /// What it tells until it ends, of which a figure must be.
    fn finish(mut self) -> Result<Told, Failure> {
        let told = Told::default().hear(&mut self, Some("figure"))?;
        self.end()?;
        Ok(told)
    }

    /// To be called when it has closed its output.
    fn end(&mut self) -> Result<(), Failure> {
        let status = self.child.wait().map_err(|error| Failure::Start(PathBuf::new(), error))?;
        if status.success() { Ok(()) } else { Err(Failure::Status(status)) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(path, error) => write!(out, "{}: {error}", path.display()),
            Self::Status(status) => write!(out, "it ended with {status}"),
            Self::Late(time) => write!(out, "it said nothing for {} s", time.as_secs()),
            Self::Silent(word) => write!(out, "it ended without a line `{word} ..`"),
            Self::Line(line) => write!(out, "it said `{line}`"),
            Self::NoTrace(path) => write!(out, "strace has counted nothing in {}", path.display()),
        }
    }
}
