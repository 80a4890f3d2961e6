//! The contestants in turn, round after round.

use crate::figures::Figures;
use crate::process::{Failure, Place};
use crate::scenario::{Contestant, Scenario};
use std::fmt;

/// What all contestants of one scenario came to, in the order of the scenario's.
pub(crate) struct Measured<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) figures: Vec<Figures>,
    /// What all contestants have to agree in, and who said it first.
    check: Option<(&'static str, String)>,
}

/// Who spoiled the run.
#[derive(Debug)]
pub(crate) enum Spoiled {
    Failed {
        scenario: String,
        contestant: &'static str,
        failure: Failure,
    },
    /// Two contestants moved other bytes.
    Differ {
        scenario: String,
        told: [(&'static str, String); 2],
    },
}

/// Runs each contestant of each scenario once a round, for `share` of the scenario's time.
pub(crate) fn run<'a>(
    place: &Place,
    scenarios: &'a [Scenario],
    rounds: usize,
    share: f64,
) -> Result<Vec<Measured<'a>>, Spoiled> {
    let mut all: Vec<Measured<'_>> = scenarios.iter().map(Measured::new).collect();
    for round in 1..=rounds {
        for measured in &mut all {
            eprintln!("round {round} of {rounds}: {}", measured.scenario.name);
            measured.round(place, share, round)?;
        }
    }
    Ok(all)
}

impl<'a> Measured<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let figures = scenario.contestants.iter().map(|_| Figures::default()).collect();
        Self { scenario, figures, check: None }
    }

    /// What a contestant came to.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'a Contestant, &Figures)> {
        self.scenario.contestants.iter().zip(&self.figures)
    }

    /// What ratios are to, if there is anything.
    pub(crate) fn limit(&self) -> Option<&Figures> {
        self.each().find(|(contestant, _)| self.scenario.is_limit(contestant)).map(|(_, figures)| figures)
    }

    /// The ratios of `figures` to the limit, of each round; none if there is no limit.
    pub(crate) fn ratios(&self, figures: &Figures) -> Figures {
        self.limit().map_or_else(Figures::default, |limit| figures.to(limit))
    }

    fn round(&mut self, place: &Place, share: f64, round: usize) -> Result<(), Spoiled> {
        for at in self.scenario.order(round) {
            let contestant = &self.scenario.contestants[at];
            let (scenario, name) = (self.scenario.name.clone(), contestant.name);
            let told = place
                .run(&contestant.course, self.scenario.seconds * share)
                .map_err(|failure| Spoiled::Failed { scenario, contestant: name, failure })?;
            self.figures[at].add(told.figure);
            for (what, value) in told.also {
                match value.parse() {
                    _ if what == "check" => self.agree(name, value)?,
                    Ok(number) => self.figures[at].add_also(&what, number),
                    Err(_) => {
                        let (scenario, failure) = (self.scenario.name.clone(), Failure::Line(value));
                        return Err(Spoiled::Failed { scenario, contestant: name, failure });
                    }
                }
            }
        }
        Ok(())
    }

    fn agree(&mut self, name: &'static str, told: String) -> Result<(), Spoiled> {
        match self.check.take() {
            Some(first) if first.1 != told => {
                Err(Spoiled::Differ { scenario: self.scenario.name.clone(), told: [first, (name, told)] })
            }
            first => {
                self.check = first.or(Some((name, told)));
                Ok(())
            }
        }
    }
}

impl fmt::Display for Spoiled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { scenario, contestant, failure } => write!(out, "{scenario}: {contestant}: {failure}"),
            Self::Differ { scenario, told: [(a, first), (b, second)] } => {
                write!(out, "{scenario}: {a} and {b} differ: {first}, {second}")
            }
        }
    }
}
