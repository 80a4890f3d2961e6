//! What the command line asks for.

use crate::process::Place;
use crate::rounds::Rounds;
use crate::scenario::{Group, Scenario};
use std::fmt;
use std::num::NonZero;
use std::path::PathBuf;

pub(crate) struct Arguments {
    pub(crate) place: Place,
    pub(crate) rounds: Rounds,
    /// What part of a scenario's time it is measured.
    pub(crate) share: f64,
    /// Whether only to see that everything runs.
    pub(crate) smoke: bool,
    /// A word of the scenarios to run; empty for all.
    only: String,
    /// The document that has the report between its markers; none to only print it.
    pub(crate) document: Option<PathBuf>,
}

#[derive(Debug)]
pub(crate) enum Fault {
    Unknown(String),
    NoValue(String),
    /// No scenario that can be run has the word of `--only`.
    NoScenario(String),
    /// An environment variable that `run` sets.
    NoPlace(&'static str),
}

impl Arguments {
    /// `[--quick | --smoke] [--rounds N] [--only WORD] [--document FILE]`
    pub(crate) fn from_command_line() -> Result<Self, Fault> {
        let (rust, c) = (from("BENCH_RUST")?, from("BENCH_C")?);
        let place = Place { rust, c, compiler: from("BENCH_COMPILER")?, fetched: from("BENCH_FETCHED")? };
        let mut all =
            Self { place, rounds: Rounds::several(5), share: 1.0, smoke: false, only: String::new(), document: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Fault::NoValue(word.clone()));
            match word.as_str() {
                "--quick" => (all.rounds, all.share) = (Rounds::only(2), 0.2),
                "--smoke" => (all.rounds, all.share, all.smoke) = (Rounds::only(1), 0.001, true),
                "--rounds" => {
                    let text = value()?;
                    let count = text.parse::<NonZero<usize>>().map_err(|_| Fault::Unknown(text))?;
                    all.rounds = Rounds::several(count.get());
                }
                "--only" => all.only = value()?,
                "--document" => all.document = Some(value()?.into()),
                _ => return Err(Fault::Unknown(word)),
            }
        }
        Ok(all)
    }

    pub(crate) fn wants(&self, scenario: &Scenario) -> bool {
        scenario.name.contains(&self.only) || scenario.group.word() == self.only
    }

    pub(crate) fn nothing_to_run(&self) -> Fault {
        Fault::NoScenario(self.only.clone())
    }
}

fn from(name: &'static str) -> Result<PathBuf, Fault> {
    std::env::var_os(name).map(PathBuf::from).ok_or(Fault::NoPlace(name))
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(word) => write!(out, "`{word}` is not understood"),
            Self::NoValue(word) => write!(out, "`{word}` wants a value"),
            Self::NoScenario(word) => {
                let groups = Group::ALL.map(Group::word).join(", ");
                write!(out, "no scenario that can be run has `{word}` in its name or as its group ({groups})")
            }
            Self::NoPlace(name) => write!(out, "{name} is not set: start this by tests/bench/run"),
        }
    }
}
