use crate::baseline::Baseline;
use crate::measure::Count;
use crate::table::Bound;
use std::fmt;

/// What is said of each count, and whether all hold.
#[derive(Debug)]
pub(crate) struct Outcome {
    rows: Vec<Row>,
    /// Said where nothing can be compared.
    foreign: Option<Foreign>,
}

#[derive(Debug)]
struct Row {
    count: Count,
    before: Option<f64>,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Same,
    /// The baseline is of code that was made otherwise.
    NotCompared,
    /// More than it may ever be.
    Beyond(f64),
    More(f64),
    Less(f64),
    New,
}

/// The baseline is of another toolchain.
#[derive(Debug)]
struct Foreign {
    ours: String,
    baseline: String,
}

/// Holds counts against what they were, and against what they may be.
pub(crate) fn compare(baseline: &Baseline, toolchain: &str, counts: &[Count]) -> Outcome {
    let foreign = (baseline.toolchain != toolchain)
        .then(|| Foreign { ours: toolchain.to_owned(), baseline: baseline.toolchain.clone() });
    let row = |count: &Count| {
        let before = baseline.get(count.kind, count.name);
        let is_comparable = foreign.is_none() || !count.kind.is_compiled();
        Row { count: *count, before, verdict: Verdict::of(count, most(count, counts), before, is_comparable) }
    };
    Outcome { rows: counts.iter().map(row).collect(), foreign }
}

/// The most that a count may ever come to.
fn most(count: &Count, counts: &[Count]) -> Option<f64> {
    match count.bound {
        Bound::None => None,
        Bound::Most(most) => Some(most),
        Bound::As(name) => {
            let other = counts.iter().find(|other| other.kind == count.kind && other.name == name);
            other.map(|other| other.value * 1.01)
        }
    }
}

impl Outcome {
    pub(crate) fn holds(&self) -> bool {
        let fails = |row: &Row| matches!(row.verdict, Verdict::Beyond(_) | Verdict::More(_) | Verdict::New);
        !self.rows.iter().any(fails)
    }
}

impl Verdict {
    fn of(count: &Count, most: Option<f64>, before: Option<f64>, is_comparable: bool) -> Self {
        if let Some(most) = most.filter(|most| count.value > most + SLACK) {
            return Self::Beyond(most);
        }
        let Some(before) = before else { return Self::New };
        let change = count.value - before;
        let tolerance = before * count.kind.tolerance() + SLACK;
        match change {
            _ if !is_comparable => Self::NotCompared,
            _ if change > tolerance => Self::More(change / before),
            _ if change < -tolerance => Self::Less(-change / before),
            _ => Self::Same,
        }
    }
}

/// What rounding leaves, and what a process does once in a while.
const SLACK: f64 = 0.004;

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            writeln!(out, "{row}")?;
        }
        let count = |of: fn(&Verdict) -> bool| self.rows.iter().filter(|row| of(&row.verdict)).count();
        let less = count(|verdict| matches!(verdict, Verdict::Less(_)));
        if less > 0 {
            writeln!(out, "{less} take less than the baseline has: `tests/counts/run --bless` keeps the gain.")?;
        }
        let more = count(|verdict| matches!(verdict, Verdict::More(_)));
        if more > 0 {
            writeln!(
                out,
                "{more} take more. If that is worth it, `tests/counts/run --bless` and say so in the commit."
            )?;
        }
        self.foreign.as_ref().map_or(Ok(()), |foreign| foreign.fmt(out))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { name, kind, value, .. } = self.count;
        write!(out, "{name:<42} {kind:<12} {:>12}", kind.show(value))?;
        let before = self.before.map(|before| kind.show(before)).unwrap_or_default();
        match self.verdict {
            Verdict::Same | Verdict::NotCompared => Ok(()),
            Verdict::Beyond(most) => write!(out, "  TOO MANY: at most {} (before: {before})", kind.show(most)),
            Verdict::More(by) => write!(out, "  MORE by {:.1} % (before: {before})", by * 100.0),
            Verdict::Less(by) => write!(out, "  less by {:.1} % (before: {before})", by * 100.0),
            Verdict::New => write!(out, "  NEW: not in the baseline, `tests/counts/run --bless` adds it"),
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "Instructions are not compared. This is {}, the baseline is of {}.", self.ours, self.baseline)?;
        writeln!(out, "`tests/counts/run --bless` before a change makes it comparable with what comes after.")
    }
}
