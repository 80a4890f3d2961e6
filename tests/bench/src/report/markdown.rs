//! One table a group.

use crate::figures::{Figures, Verdict};
use crate::machine;
use crate::rounds::{Measured, Rounds};
use crate::scenario::{Better, Contestant, Group, Scenario, Target};

/// The whole report, without a title, whose charts are in the folder `charts` beside it.
pub(crate) fn report(rounds: Rounds, measured: &[Measured<'_>], charts: &str) -> String {
    let Rounds { all, most } = rounds;
    let more = if most > all { format!(", and up to {most} where a verdict was not sure") } else { String::new() };
    let mut text = format!("\n{}- Rounds: {all}{more}\n\n{}\n", machine::describe(), summary(measured));
    for group in Group::ALL {
        let of_group: Vec<_> = measured.iter().filter(|it| it.scenario.group == group).collect();
        if !of_group.is_empty() {
            let chart = format!("![{group}]({charts}/{}.svg)", group.word());
            text += &format!("### {group}\n\n{chart}\n\n{}\n", table(&of_group));
        }
    }
    text
}

/// How many targets hold, and which do not.
fn summary(measured: &[Measured<'_>]) -> String {
    let mut all = Vec::new();
    for it in measured {
        for (contestant, figures) in it.each() {
            all.extend(it.verdict(contestant, figures).map(|verdict| (name(it.scenario, contestant), verdict)));
        }
    }
    let short: Vec<_> = all.iter().filter(|(_, verdict)| *verdict != Verdict::Holds).collect();
    let beyond = short.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Beyond { .. })).count();
    let of_machine = if beyond > 0 { format!(", {beyond} beyond what bare sockets do here") } else { String::new() };
    let mut text = format!("**{} of {} targets hold{of_machine}.**\n", all.len() - short.len(), all.len());
    for (name, verdict) in short {
        text += &format!("- {name}: {}\n", says(*verdict));
    }
    text
}

fn table(group: &[&Measured<'_>]) -> String {
    let mut text =
        "| | unit | limit | ours | ratio | target | verdict | others, as ratios | range | rounds |\n".to_owned();
    text += "|---|---|---|---|---|---|---|---|---|---|\n";
    for measured in group {
        for (contestant, figures) in measured.each().filter(|(contestant, _)| contestant.is_ours()) {
            let (scenario, ratios) = (measured.scenario, measured.ratios(figures));
            let held = measured.held(contestant, figures);
            let ranging = held.as_ref().map_or(if ratios.rounds() > 0 { &ratios } else { figures }, |(_, found)| found);
            let cells = [
                name(scenario, contestant),
                scenario.unit.to_owned(),
                measured
                    .limit()
                    .map_or_else(String::new, |(it, figures)| format!("{} {}", it.name, number(figures.median()))),
                number(figures.median()),
                ratio(ratios.median()),
                contestant.target.map_or_else(String::new, |target| wanted(scenario, target)),
                measured.verdict(contestant, figures).map_or_else(String::new, says),
                others(measured),
                range(ranging),
                ranging.rounds().to_string(),
            ];
            text += &format!("| {} |\n", cells.join(" | "));
        }
    }
    text + &beside(group)
}

/// What the contestants told beside their figures.
fn beside(group: &[&Measured<'_>]) -> String {
    let mut text = String::new();
    for measured in group {
        for (contestant, figures) in measured.each() {
            for (what, value) in figures.also() {
                text += &format!("- {}, {}: {what} {}\n", measured.scenario.name, contestant.name, number(value));
            }
        }
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// Where the median lies, of what the contestant is held to.
fn range(figures: &Figures) -> String {
    let [least, most] = figures.range();
    format!("{} to {}", number(least), number(most))
}

fn others(measured: &Measured<'_>) -> String {
    let others = measured.not_limit().filter(|(it, _)| !it.is_ours());
    let ratios = others.map(|(it, figures)| {
        let ratio = ratio(measured.ratios(figures).median());
        if ratio.is_empty() {
            format!("{} {}", it.name, number(figures.median()))
        } else {
            format!("{} {ratio}", it.name)
        }
    });
    ratios.collect::<Vec<_>>().join(", ")
}

/// `ours` goes without saying.
fn name(scenario: &Scenario, contestant: &Contestant) -> String {
    match contestant.name {
        "ours" => scenario.name.clone(),
        other => format!("{} ({other})", scenario.name),
    }
}

fn wanted(scenario: &Scenario, target: Target) -> String {
    let sign = match scenario.better {
        Better::Less => "≤",
        Better::More => "≥",
    };
    match target {
        Target::Ratio(aim) => format!("{sign} {aim}"),
        Target::Figure(aim) => format!("{sign} {} {}", number(aim), scenario.unit),
    }
}

fn says(verdict: Verdict) -> String {
    match verdict {
        Verdict::Holds => "holds".to_owned(),
        Verdict::FallsShort { found, target: Target::Ratio(aim) } => {
            format!("falls short: {} instead of {aim}", unlike(format!("{found:.2}"), found, aim))
        }
        Verdict::FallsShort { found, target: Target::Figure(aim) } => {
            format!("falls short: {} instead of {}", unlike(number(found), found, aim), number(aim))
        }
        Verdict::Beyond { found, target: Target::Ratio(aim) | Target::Figure(aim), limit } => {
            format!("beyond bare sockets: {}, bare {}, instead of {}", number(found), number(limit), number(aim))
        }
    }
}

/// `told`, which is `found`, or with as many decimals as it takes to tell another number than `aim`.
fn unlike(told: String, found: f64, aim: f64) -> String {
    let is_aim = |told: &String| told.replace(',', "").parse() == Ok(aim);
    let longer = (3..=9).map(|decimals| format!("{found:.decimals$}"));
    std::iter::once(told).chain(longer).find(|told| !is_aim(told)).unwrap_or_else(|| format!("{found}"))
}

fn ratio(value: f64) -> String {
    if value.is_nan() { String::new() } else { number(value) }
}

/// Three digits that count, and thousands parted.
pub(super) fn number(value: f64) -> String {
    if value < 999.5 {
        return format!("{value:.*}", decimals(value));
    }
    let digits = format!("{value:.0}");
    let parted: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    parted.join(",")
}

fn decimals(value: f64) -> usize {
    match value {
        value if value < 0.095 => 3,
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_falls_short_is_told_as_another_number() {
        let short = |found, aim| says(Verdict::FallsShort { found, target: Target::Ratio(aim) });
        assert_eq!(short(0.821, 0.9), "falls short: 0.82 instead of 0.9");
        assert_eq!(short(0.947, 0.95), "falls short: 0.947 instead of 0.95");
        assert_eq!(short(0.9499, 0.95), "falls short: 0.9499 instead of 0.95");
        let fewer = Verdict::FallsShort { found: 1_499_999.6, target: Target::Figure(1_500_000.0) };
        assert_eq!(says(fewer), "falls short: 1499999.600 instead of 1,500,000");
    }

    #[test]
    fn numbers_have_three_digits_that_count() {
        assert_eq!(number(0.0123), "0.012");
        assert_eq!(number(1.234), "1.23");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(123.4), "123");
        assert_eq!(number(999.7), "1,000");
        assert_eq!(number(3_241_592.6), "3,241,593");
    }
}
