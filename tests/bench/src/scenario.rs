//! What is measured, with whom, and what ours is held to.

use std::fmt;

/// One thing to measure.
pub(crate) struct Scenario {
    /// Unique; `--only` looks for words in it.
    pub(crate) name: String,
    pub(crate) group: Group,
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
    /// The contestant that ratios are to: what the machine can do, or a hand that knows the structure.
    pub(crate) limit: &'static str,
    pub(crate) contestants: Vec<Contestant>,
    /// How long one figure is measured in a full run.
    pub(crate) seconds: f64,
}

/// A part of the report, with a table and a chart of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Group {
    Codec,
    Latency,
    Pipelining,
    Concurrency,
    Bulk,
    Connections,
    Compiling,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Better {
    Less,
    More,
}

/// Who takes part in a scenario.
pub(crate) struct Contestant {
    /// Those whose name begins with `ours` get a line of their own in the report.
    pub(crate) name: &'static str,
    pub(crate) course: Course,
    pub(crate) target: Option<Target>,
}

/// What ours is to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// Times the limit of the same run: at most so many where less is better, at least so many where more is.
    Ratio(f64),
    /// So much of the scenario's unit, at most or at least.
    Figure(f64),
}

/// How a figure comes about.
pub(crate) enum Course {
    /// A process prints `figure VALUE`.
    Alone(Command),
    /// A server prints `listening ADDRESS` and serves until its input ends; the driver prints `figure VALUE`.
    Pair { server: Command, driver: Command },
    /// The time that a whole process takes, in milliseconds, again and again.
    Process(Command),
}

/// A program and its words, among which `{seconds}` stands for how long to measure, `{address}` for where the server
/// listens.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) program: Program,
    pub(crate) words: Vec<String>,
    /// Where it runs, if that matters.
    pub(crate) folder: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Program {
    /// A binary of this workspace.
    Rust(&'static str),
    /// One that `run` has made of a C file.
    C(&'static str),
    /// The command `oncrpc`.
    Compiler,
    /// An installed one.
    Installed(&'static str),
}

impl Scenario {
    /// The contestant that ratios are to.
    pub(crate) fn is_limit(&self, contestant: &Contestant) -> bool {
        contestant.name == self.limit
    }
}

impl Contestant {
    pub(crate) fn new(name: &'static str, course: Course) -> Self {
        Self { name, course, target: None }
    }

    /// Its figures are to be so good.
    pub(crate) fn held_to(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.name.starts_with("ours")
    }
}

impl Command {
    /// `words` are parted at spaces.
    pub(crate) fn new(program: Program, words: &str) -> Self {
        Self { program, words: words.split_whitespace().map(str::to_owned).collect(), folder: None }
    }

    /// Run there.
    pub(crate) fn in_folder(self, folder: &'static str) -> Self {
        Self { folder: Some(folder), ..self }
    }
}

impl Group {
    pub(crate) const ALL: [Self; 7] = [
        Self::Codec,
        Self::Latency,
        Self::Pipelining,
        Self::Concurrency,
        Self::Bulk,
        Self::Connections,
        Self::Compiling,
    ];

    /// A word for file names.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Codec => "codec",
            Self::Latency => "latency",
            Self::Pipelining => "pipelining",
            Self::Concurrency => "concurrency",
            Self::Bulk => "bulk",
            Self::Connections => "connections",
            Self::Compiling => "compiling",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Codec => "Encoding and decoding",
            Self::Latency => "A call at a time",
            Self::Pipelining => "Many calls in flight",
            Self::Concurrency => "Many connections, many threads",
            Self::Bulk => "Large payloads",
            Self::Connections => "Beside idle connections",
            Self::Compiling => "Compiling an interface",
        })
    }
}
