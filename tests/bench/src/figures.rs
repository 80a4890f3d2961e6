//! What was measured, and what it comes to.

use crate::scenario::{Better, Contestant, Scenario, Target};
use std::collections::BTreeMap;

/// What one contestant has told of one scenario in all rounds.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    all: Vec<f64>,
    also: BTreeMap<String, Vec<f64>>,
}

/// Whether ours is as good as it is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Holds,
    FallsShort { found: f64, target: Target },
}

impl Figures {
    pub(crate) fn add(&mut self, figure: f64) {
        self.all.push(figure);
    }

    pub(crate) fn add_also(&mut self, name: &str, value: f64) {
        self.also.entry(name.to_owned()).or_default().push(value);
    }

    pub(crate) fn median(&self) -> f64 {
        median(&self.all)
    }

    /// Times the figure that `limit` came to in the same round, of each round.
    pub(crate) fn to(&self, limit: &Self) -> Self {
        let all = self.all.iter().zip(&limit.all).map(|(figure, limit)| figure / limit).collect();
        Self { all, also: BTreeMap::new() }
    }

    /// From the smallest to the largest, as a part of the median.
    pub(crate) fn spread(&self) -> f64 {
        let (least, most) = self.all.iter().fold((f64::MAX, f64::MIN), |(a, b), it| (a.min(*it), b.max(*it)));
        (most - least) / self.median()
    }

    /// Medians of what was told beside the figure.
    pub(crate) fn also(&self) -> impl Iterator<Item = (&str, f64)> {
        self.also.iter().map(|(name, values)| (name.as_str(), median(values)))
    }
}

/// The middle one, or the mean of the two in the middle; not a number if there are none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(value), 1) => *value,
        (Some(value), _) => (sorted[middle - 1] + value) / 2.0,
        (None, _) => f64::NAN,
    }
}

/// Whether `contestant`, whose figure is `figure`, and `ratio` to the limit, is as good as it is to be.
pub(crate) fn verdict(scenario: &Scenario, contestant: &Contestant, figure: f64, ratio: f64) -> Option<Verdict> {
    let target = contestant.target?;
    let (found, aim) = match target {
        Target::Ratio(aim) => (ratio, aim),
        Target::Figure(aim) => (figure, aim),
    };
    let holds = match scenario.better {
        Better::Less => found <= aim,
        Better::More => found >= aim,
    };
    Some(if holds { Verdict::Holds } else { Verdict::FallsShort { found, target } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Command, Course, Group, Program};

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_ratio_is_the_middle_of_those_of_the_rounds() {
        let of = |figures: &[f64]| Figures { all: figures.to_vec(), also: BTreeMap::new() };
        let ratios = of(&[1.0, 20.0, 4.0]).to(&of(&[1.0, 10.0, 1.0]));
        assert_eq!((ratios.median(), ratios.spread()), (2.0, 1.5));
        assert!(of(&[1.0]).to(&of(&[])).median().is_nan());
    }

    fn verdict_of(better: Better, target: Target, figure: f64) -> Option<Verdict> {
        let contestant =
            || Contestant::new("ours", Course::Alone(Command::new(Program::Installed("true"), ""))).held_to(target);
        let contestants = vec![contestant()];
        let name = String::new();
        let scenario = Scenario { name, group: Group::Codec, unit: "us", better, limit: "", contestants, seconds: 0.0 };
        verdict(&scenario, &contestant(), figure, figure / 10.0)
    }

    #[test]
    fn a_ratio_is_at_most_or_at_least() {
        assert_eq!(verdict_of(Better::Less, Target::Ratio(1.1), 11.0), Some(Verdict::Holds));
        assert_eq!(verdict_of(Better::More, Target::Ratio(0.9), 9.5), Some(Verdict::Holds));
        let target = Target::Ratio(1.1);
        assert_eq!(verdict_of(Better::Less, target, 12.0), Some(Verdict::FallsShort { found: 1.2, target }));
    }

    #[test]
    fn a_figure_is_held_to_itself() {
        assert_eq!(verdict_of(Better::Less, Target::Figure(5.0), 4.0), Some(Verdict::Holds));
        let target = Target::Figure(5.0);
        assert_eq!(verdict_of(Better::More, target, 4.0), Some(Verdict::FallsShort { found: 4.0, target }));
    }
}
