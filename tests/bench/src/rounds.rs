//! The contestants in turn, round after round.

use crate::figures::{Figures, Verdict, is_sure, verdict};
use crate::process::{Failure, Place};
use crate::scenario::{Better, Contestant, Scenario, Target};
use std::fmt;
use std::time::{Duration, Instant};

/// What part of the time of a round a further one has where small calls are counted. There a tenth of a second tells as much as half a
/// second and more processes tell more, since they differ by as much however long they run; a latency comes out steadier the longer it
/// is taken, and large payloads begin with memory that is new.
const PART: f64 = 0.2;

/// How long a scenario goes on with further rounds.
const FURTHER: Duration = Duration::from_secs(60);

/// What all contestants of one scenario came to, in the order of the scenario's.
pub(crate) struct Measured<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) figures: Vec<Figures>,
    /// Time that further rounds took.
    further: Duration,
    /// Whether they would hardly come to another verdict.
    is_decided: bool,
    /// What all contestants have to agree in, and who said it first.
    check: Option<(&'static str, String)>,
}

/// How many rounds there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    /// With all contestants.
    pub(crate) all: usize,
    /// In all, for verdicts that are not sure after those; no fewer.
    pub(crate) most: usize,
}

impl Rounds {
    pub(crate) fn only(all: usize) -> Self {
        Self { all, most: all }
    }

    /// Where a verdict is not sure, up to sixteen times as many, as far as [`FURTHER`] goes.
    pub(crate) fn several(all: usize) -> Self {
        Self { all, most: all.saturating_mul(16) }
    }
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

/// Runs each contestant of each scenario once a round, for `share` of the scenario's time; then, up to `most` rounds in all, those
/// who decide verdicts that are not sure yet, for a [`PART`] of that where small calls are counted.
pub(crate) fn run<'a>(
    place: &Place,
    scenarios: &'a [Scenario],
    Rounds { all, most }: Rounds,
    share: f64,
) -> Result<Vec<Measured<'a>>, Spoiled> {
    let mut measured: Vec<Measured<'_>> = scenarios.iter().map(Measured::new).collect();
    for round in 1..=most {
        let more = round > all;
        for it in &mut measured {
            if more && !it.goes_on(all) {
                continue;
            }
            eprintln!("round {round} of {}: {}", if more { most } else { all }, it.scenario.name);
            let (scenario, begin) = (it.scenario, Instant::now());
            it.round(place, share, round, more, |contestant| !more || scenario.decides(contestant))?;
            it.further += if more { begin.elapsed() } else { Duration::ZERO };
        }
    }
    Ok(measured)
}

impl<'a> Measured<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let figures = scenario.contestants.iter().map(|_| Figures::default()).collect();
        Self { scenario, figures, further: Duration::ZERO, is_decided: false, check: None }
    }

    /// What a contestant came to.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'a Contestant, &Figures)> {
        self.scenario.contestants.iter().zip(&self.figures)
    }

    /// Who ratios are to, if there is anybody: the best of those who may be it.
    pub(crate) fn limit(&self) -> Option<(&'a Contestant, &Figures)> {
        let all = self.each().filter(|(contestant, _)| self.scenario.may_be_limit(contestant));
        let by_figure = |(_, a): &(_, &Figures), (_, b): &(_, &Figures)| a.median().total_cmp(&b.median());
        match self.scenario.better {
            Better::Less => all.min_by(by_figure),
            Better::More => all.max_by(by_figure),
        }
    }

    /// All but the limit.
    pub(crate) fn not_limit(&self) -> impl Iterator<Item = (&'a Contestant, &Figures)> {
        let limit = self.limit().map(|(contestant, _)| contestant.name);
        self.each().filter(move |(contestant, _)| Some(contestant.name) != limit)
    }

    /// The ratios of `figures` to the limit, of each round; none if there is no limit.
    pub(crate) fn ratios(&self, figures: &Figures) -> Figures {
        self.limit().map_or_else(Figures::default, |(_, limit)| figures.to(limit))
    }

    /// What the target of a contestant is for, of each round, if it has one.
    pub(crate) fn held(&self, contestant: &Contestant, figures: &Figures) -> Option<(Target, Figures)> {
        let target = contestant.target?;
        let held = match target {
            Target::Ratio(_) => self.ratios(figures),
            Target::Figure(_) => figures.clone(),
        };
        Some((target, held))
    }

    /// What becomes of the target of a contestant, if it has one.
    pub(crate) fn verdict(&self, contestant: &Contestant, figures: &Figures) -> Option<Verdict> {
        let (target, found) = self.held(contestant, figures)?;
        let verdict = verdict(self.scenario.better, target, found.median());
        let limit = self.limit().map(|(_, figures)| figures.median()).filter(|_| self.scenario.is_of_calls());
        Some(limit.map_or(verdict, |limit| verdict.beside(self.scenario.better, limit)))
    }

    /// Whether there is a further round. The verdict is looked at when there are twice as many as at the last look, the first time
    /// after `all`: each look is another chance to be mistaken.
    fn goes_on(&mut self, all: usize) -> bool {
        let rounds = self.figures.iter().map(Figures::rounds).max().unwrap_or_default();
        if rounds.is_multiple_of(all) && (rounds / all).is_power_of_two() {
            self.is_decided = self.is_sure();
        }
        !self.is_decided && self.further < FURTHER
    }

    fn is_sure(&self) -> bool {
        let mut held = self.each().filter_map(|(contestant, figures)| self.held(contestant, figures));
        held.all(|(target, found)| is_sure(self.scenario.better, target, &found))
    }

    fn round(
        &mut self,
        place: &Place,
        share: f64,
        round: usize,
        is_further: bool,
        wants: impl Fn(&Contestant) -> bool,
    ) -> Result<(), Spoiled> {
        for at in self.scenario.order(round) {
            let contestant = &self.scenario.contestants[at];
            if !wants(contestant) {
                continue;
            }
            let (scenario, name) = (self.scenario.name.clone(), contestant.name);
            let part = if is_further && self.scenario.is_of_calls() { PART } else { 1.0 };
            let told = place
                .run(&contestant.course, self.scenario.seconds * share * part)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Command, Course, Group, Program};

    #[test]
    fn ratios_are_to_the_best_of_the_limits() {
        let contestants = ["small reads", "ours", "large reads", "C"]
            .map(|name| Contestant::new(name, Course::Alone(Command::new(Program::Installed("true"), ""))));
        let (group, unit, limits) = (Group::Bulk, "MB/s", vec!["small reads", "large reads"]);
        let mut scenario = Scenario {
            name: String::new(),
            group,
            unit,
            better: Better::More,
            limits,
            contestants: contestants.into(),
            seconds: 0.0,
        };
        let limit = |scenario: &Scenario| {
            let mut measured = Measured::new(scenario);
            for (figures, figure) in measured.figures.iter_mut().zip([2.0, 3.0, 4.0, 1.0]) {
                figures.add(figure);
            }
            let (limit, _) = measured.limit().unwrap();
            (limit.name, measured.ratios(&measured.figures[1]).median(), measured.not_limit().count())
        };
        assert_eq!(limit(&scenario), ("large reads", 0.75, 3));
        scenario.better = Better::Less;
        assert_eq!(limit(&scenario), ("small reads", 1.5, 3));
    }
}
