//! What is measured, with whom, and what ours is held to.

use std::fmt;

/// One thing to measure.
pub(crate) struct Scenario {
    /// Unique; `--only` looks for words in it.
    pub(crate) name: String,
    pub(crate) group: Group,
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
    /// The contestants the best of whom ratios are to: what the machine can do, or a hand that knows the structure.
    pub(crate) limits: Vec<&'static str>,
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
    SystemCalls,
    Compiling,
    Nfs,
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
    /// Several such processes one after the other, each with its part of the time; the figure is the least. Where buffers lie is
    /// another matter in each, and what passes by on the machine only ever adds to what so little takes.
    Least(Command),
    /// A server prints `listening ADDRESS` and serves until its input ends; the driver prints `figure VALUE`.
    Pair { server: Command, driver: Command },
    /// The same, but the figure is how often one of the two calls the kernel for each call that the driver makes.
    SystemCalls { server: Command, driver: Command, of: Side },
    /// The time that a whole process takes, in milliseconds, again and again.
    Process(Command),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    Server,
    Driver,
}

/// A program and its words, among which `{seconds}` stands for how long to measure (`0.5`, or `calls:1024`), `{address}`
/// for where the server listens.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) program: Program,
    pub(crate) words: Vec<String>,
    /// Where it runs, if that matters.
    pub(crate) folder: Option<Folder>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Folder {
    /// From the root, or from where the benchmark is.
    At(&'static str),
    /// Below what `run` has fetched from where packages are published.
    Fetched(&'static str),
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
    /// Whether small calls are counted, and the limit is that of bare sockets.
    pub(crate) fn is_of_calls(&self) -> bool {
        matches!(self.group, Group::Pipelining | Group::Concurrency)
    }

    /// Whether ratios are to the contestant, if it is the best of its kind.
    pub(crate) fn may_be_limit(&self, contestant: &Contestant) -> bool {
        self.limits.contains(&contestant.name)
    }

    /// Whether a verdict depends on the figures of `contestant`.
    pub(crate) fn decides(&self, contestant: &Contestant) -> bool {
        self.may_be_limit(contestant) || contestant.target.is_some()
    }

    /// What each of ours is to reach.
    pub(crate) fn hold_ours_to(&mut self, target: Target) {
        let ours = self.contestants.iter_mut().filter(|it| it.is_ours());
        ours.for_each(|it| it.target = Some(target));
    }

    /// The contestants of a round by their numbers: limits and ours next to each other, one first in odd rounds, the
    /// other in even ones, so that what changes slowly on the machine meets both alike.
    pub(crate) fn order(&self, round: usize) -> Vec<usize> {
        let beside = |it: &Contestant| self.may_be_limit(it) || it.is_ours();
        let (mut order, others): (Vec<_>, Vec<_>) =
            (0..self.contestants.len()).partition(|&at| beside(&self.contestants[at]));
        if round.is_multiple_of(2) {
            order.reverse();
        }
        order.extend(others);
        order
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
    pub(crate) fn in_folder(self, folder: Folder) -> Self {
        Self { folder: Some(folder), ..self }
    }
}

impl Group {
    pub(crate) const ALL: [Self; 9] = [
        Self::Codec,
        Self::Latency,
        Self::Pipelining,
        Self::Concurrency,
        Self::Bulk,
        Self::Connections,
        Self::SystemCalls,
        Self::Compiling,
        Self::Nfs,
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
            Self::SystemCalls => "system-calls",
            Self::Compiling => "compiling",
            Self::Nfs => "nfs",
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
            Self::SystemCalls => "System calls",
            Self::Compiling => "Compiling an interface",
            Self::Nfs => "NFS servers",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_and_the_limit_are_next_to_each_other_and_take_turns_at_being_first() {
        let contestant = |name| Contestant::new(name, Course::Alone(Command::new(Program::Installed("true"), "")));
        let contestants = ["bare", "C", "ours", "tonic"].map(contestant).into();
        let (group, unit, better) = (Group::Latency, "us", Better::Less);
        let scenario =
            Scenario { name: String::new(), group, unit, better, limits: vec!["bare"], contestants, seconds: 0.0 };
        assert_eq!(scenario.order(1), [0, 2, 1, 3]);
        assert_eq!(scenario.order(2), [2, 0, 1, 3]);
    }
}
