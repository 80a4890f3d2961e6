//! What was measured, and what it comes to.

use crate::scenario::{Better, Target};
use std::collections::BTreeMap;

/// What one contestant has told of one scenario in all rounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    all: Vec<f64>,
    also: BTreeMap<String, Vec<f64>>,
}

/// Whether ours is as good as it is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Holds,
    FallsShort {
        found: f64,
        target: Target,
    },
    /// It does not, and the limit does not either: what that came to.
    Beyond {
        found: f64,
        target: Target,
        limit: f64,
    },
}

impl Verdict {
    /// The same, beside a limit that comes to `limit`.
    pub(crate) fn beside(self, better: Better, limit: f64) -> Self {
        match self {
            Self::FallsShort { found, target: target @ Target::Figure(_) }
                if verdict(better, target, limit) != Self::Holds =>
            {
                Self::Beyond { found, target, limit }
            }
            verdict => verdict,
        }
    }
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

    pub(crate) fn rounds(&self) -> usize {
        self.all.len()
    }

    /// Between which of the figures the median of very many rounds lies, with a certainty of 95 % (94 % of five rounds, less of
    /// fewer; 86 % where rounds went on until a target was out of it). So many are left out at each end as would come up only once in
    /// forty times with a coin. Not numbers if there are none.
    pub(crate) fn range(&self) -> [f64; 2] {
        let sorted = sorted(&self.all);
        let count = sorted.len() as f64;
        let first = ((count + 1.0 - 1.96 * count.sqrt()) / 2.0).max(1.0) as usize;
        let at = |index| sorted.get(index).copied().unwrap_or(f64::NAN);
        [at(first - 1), at(sorted.len().saturating_sub(first))]
    }

    /// Medians of what was told beside the figure.
    pub(crate) fn also(&self) -> impl Iterator<Item = (&str, f64)> {
        self.also.iter().map(|(name, values)| (name.as_str(), median(values)))
    }
}

/// The middle one, or the mean of the two in the middle; not a number if there are none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(value), 1) => *value,
        (Some(value), _) => (sorted[middle - 1] + value) / 2.0,
        (None, _) => f64::NAN,
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Whether who came to `found` is as good as it is to be.
pub(crate) fn verdict(better: Better, target: Target, found: f64) -> Verdict {
    let (Target::Ratio(aim) | Target::Figure(aim)) = target;
    let holds = match better {
        Better::Less => found <= aim,
        Better::More => found >= aim,
    };
    if holds { Verdict::Holds } else { Verdict::FallsShort { found, target } }
}

/// Whether more rounds would hardly come to another verdict: both ends of the range of the median are on one side of the target.
pub(crate) fn is_sure(better: Better, target: Target, found: &Figures) -> bool {
    let [one, other] = found.range().map(|end| verdict(better, target, end) == Verdict::Holds);
    one == other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(figures: &[f64]) -> Figures {
        Figures { all: figures.to_vec(), also: BTreeMap::new() }
    }

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_ratio_is_the_middle_of_those_of_the_rounds() {
        let ratios = of(&[1.0, 20.0, 4.0]).to(&of(&[1.0, 10.0, 1.0]));
        assert_eq!(ratios.median(), 2.0);
        assert!(of(&[1.0]).to(&of(&[])).median().is_nan());
    }

    /// As tables of the sign test have it: all of up to eight, without one at each end of nine, without five of twenty.
    #[test]
    fn the_range_of_the_median_is_of_the_figures_in_the_middle() {
        let up_to = |count: u32| of(&(1..=count).map(f64::from).collect::<Vec<_>>());
        let ranges = [1, 2, 5, 8, 9, 20, 28].map(|count| up_to(count).range());
        assert_eq!(ranges, [[1., 1.], [1., 2.], [1., 5.], [1., 8.], [2., 8.], [6., 15.], [9., 20.]]);
        assert!(of(&[]).range().iter().all(|it| it.is_nan()));
    }

    #[test]
    fn a_verdict_is_sure_if_the_target_is_out_of_range() {
        let (found, target) = (of(&[0.97, 0.91, 0.94, 0.92, 0.96]), Target::Ratio);
        assert!(is_sure(Better::More, target(0.9), &found));
        assert!(is_sure(Better::More, target(0.98), &found));
        assert!(!is_sure(Better::More, target(0.95), &found));
        assert!(is_sure(Better::Less, Target::Figure(5.0), &found));
    }

    #[test]
    fn a_target_is_at_most_or_at_least() {
        assert_eq!(verdict(Better::Less, Target::Ratio(1.1), 1.1), Verdict::Holds);
        assert_eq!(verdict(Better::More, Target::Ratio(0.9), 0.95), Verdict::Holds);
        let target = Target::Ratio(1.1);
        assert_eq!(verdict(Better::Less, target, 1.2), Verdict::FallsShort { found: 1.2, target });
        let target = Target::Figure(5.0);
        assert_eq!(verdict(Better::More, target, 4.0), Verdict::FallsShort { found: 4.0, target });
    }

    #[test]
    fn what_the_limit_does_not_come_to_is_beyond_it() {
        let target = Target::Figure(5.0);
        let found = |found| verdict(Better::More, target, found);
        assert_eq!(found(4.0).beside(Better::More, 4.5), Verdict::Beyond { found: 4.0, target, limit: 4.5 });
        assert_eq!(found(4.0).beside(Better::More, 5.5), found(4.0));
        assert_eq!(found(5.0).beside(Better::More, 4.5), Verdict::Holds);
        let ratio = verdict(Better::More, Target::Ratio(0.9), 0.8);
        assert_eq!(ratio.beside(Better::More, 0.1), ratio);
    }
}
