//! What is recorded is what is shown, also in Prometheus' text.

use super::{Event, Label, Latency, Metrics, Outcome, Snapshot, UNSERVED};
use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

fn label(number: u32, name: &'static str) -> Label {
    Label { program: 7, version: 1, number, name }
}

fn metrics() -> Metrics {
    Metrics::new([label(2, "GET\"\\\n"), label(0, "NULL"), label(1, "PUT")])
}

#[test]
fn threads_add_up() {
    let metrics = metrics();
    thread::scope(|scope| {
        for _ in 0..4 {
            let recorder = metrics.recorder();
            let row = metrics.row(7, 1, 1);
            scope.spawn(move || {
                for _ in 0..10_000 {
                    recorder.received(row, 10);
                    recorder.answered(row, Outcome::Success, 1, 0, 20);
                    recorder.latency(row, 3_000);
                    recorder.count(Event::Accepted);
                }
            });
        }
    });
    let snapshot = metrics.snapshot();
    let put = snapshot.procedure(7, 1, 1).unwrap();
    assert_eq!((put.count(Outcome::Success), put.received, put.sent), (40_000, 400_000, 800_000));
    assert_eq!(put.latency.total(), Duration::from_millis(120));
    assert_eq!((snapshot.calls(), snapshot.count(Event::Accepted)), (40_000, 40_000));
}

#[test]
fn what_is_not_served_shares_a_row() {
    let metrics = metrics();
    let recorder = metrics.recorder();
    for (program, version, number) in [(8, 1, 1), (7, 2, 1), (7, 1, 3), (u32::MAX, 0, 0)] {
        recorder.received(metrics.row(program, version, number), 40);
        recorder.answered(UNSERVED, Outcome::ProgramUnavailable, 1, 0, 28);
    }
    let snapshot = metrics.snapshot();
    assert_eq!(snapshot.procedures.len(), 4);
    let other = snapshot.procedures.last().unwrap();
    assert_eq!((other.procedure, other.calls(), other.received), (None, 4, 160));
}

#[test]
fn open_connections_are_those_not_closed_for_any_reason() {
    let metrics = metrics();
    let recorder = metrics.recorder();
    (0..10).for_each(|_| recorder.count(Event::Accepted));
    for event in [Event::ClosedIdle, Event::ClosedByPeer, Event::ClosedFragments, Event::RefusedNoCall] {
        recorder.count(event);
    }
    assert_eq!(metrics.snapshot().connections(), 7);
}

#[test]
fn every_event_has_a_label_of_its_own_in_its_family() {
    let labels: BTreeSet<_> = Event::ALL.iter().map(|event| (event.family() as u8, event.label())).collect();
    assert_eq!(labels.len(), Event::ALL.len());
    assert!(Event::ALL.iter().enumerate().all(|(index, event)| event.index() == index));
    assert!(Outcome::ALL.iter().enumerate().all(|(index, outcome)| *outcome as usize == index));
}

fn busy() -> Snapshot {
    let metrics = metrics();
    let recorder = metrics.recorder();
    for time in [50, 900, 1_500, 5_000_000, 80_000_000_000] {
        recorder.received(1, 48);
        recorder.answered(1, Outcome::Success, 1, 0, 28);
        recorder.latency(1, time);
    }
    recorder.answered(2, Outcome::SystemError, 1, 0, 28);
    recorder.count(Event::ClosedRecordTime);
    metrics.snapshot()
}

#[test]
fn the_table_has_a_line_for_each_procedure_that_was_called() {
    let text = busy().to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.starts_with(&["procedure", "calls", "errors"]), "{text}");
    assert!(words.windows(4).any(|it| it == ["5", "0", "240", "140"]), "{text}");
    assert!(words.ends_with(&["1", "1", "0", "28"]), "{text}");
}

/// A sample of the text format: name, labels, value.
type Sample = (String, BTreeMap<String, String>, f64);

/// Reads a line as the format's grammar has it; labels with their escapes undone.
fn sample(line: &str) -> Sample {
    let (head, value) = line.rsplit_once(' ').unwrap();
    let (name, mut rest) = head.split_once('{').map_or((head, ""), |(name, rest)| (name, rest));
    assert!(name.chars().all(|char| char.is_ascii_lowercase() || char == '_'), "{name}");
    let mut labels = BTreeMap::new();
    while let Some((label, tail)) = rest.split_once("=\"") {
        let (mut text, mut chars) = (String::new(), tail.char_indices());
        let end = loop {
            match chars.next().unwrap() {
                (at, '"') => break at,
                (_, '\\') => text.push(match chars.next().unwrap().1 {
                    'n' => '\n',
                    escaped @ ('\\' | '"') => escaped,
                    other => panic!("\\{other} is no escape"),
                }),
                (_, char) => text.push(char),
            }
        };
        labels.insert(label.trim_start_matches(',').to_owned(), text);
        rest = &tail[end + 1..];
    }
    assert!(rest.is_empty() || rest == "}", "{line}");
    (name.to_owned(), labels, value.parse().unwrap())
}

fn samples(text: &str) -> Vec<Sample> {
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

#[test]
fn the_text_is_of_the_exposition_format() {
    let text = busy().to_prometheus();
    let (mut family, mut seen) = (String::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').unwrap().0.to_owned();
            assert!(seen.insert(family.clone()), "{family} comes in one block");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(name, family);
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let suffix = sample(line).0.strip_prefix(&family).unwrap().to_owned();
            assert!(["", "_bucket", "_sum", "_count"].contains(&suffix.as_str()), "{line} within {family}");
        }
    }
    let all = samples(&text);
    let series: BTreeSet<_> = all.iter().map(|(name, labels, _)| (name, labels)).collect();
    assert_eq!(series.len(), all.len(), "no series twice");
    assert!(all.iter().any(|(_, labels, _)| labels.get("procedure").is_some_and(|name| name == "GET\"\\\n")));
}

#[test]
fn buckets_are_cumulative_and_end_with_all() {
    let all = samples(&busy().to_prometheus());
    let of = |name: &str| -> Vec<&Sample> {
        all.iter().filter(|(found, labels, _)| found == name && labels["procedure"] == "PUT").collect()
    };
    let buckets = of("oncrpc_call_seconds_bucket");
    let bounds: Vec<f64> = buckets.iter().map(|(_, labels, _)| labels["le"].parse().unwrap()).collect();
    assert!(bounds.is_sorted_by(|one, next| one < next) && bounds.last() == Some(&f64::INFINITY));
    assert!(buckets.is_sorted_by(|one, next| one.2 <= next.2));
    let within = |bound: f64| buckets[bounds.iter().position(|found| *found >= bound).unwrap()].2;
    assert_eq!([1e-6, 2e-6, 1e-3, 5e-3, 60.0, 70.0].map(within), [2.0, 3.0, 3.0, 4.0, 4.0, 5.0]);
    assert_eq!(of("oncrpc_call_seconds_count")[0].2, 5.0);
    assert!((of("oncrpc_call_seconds_sum")[0].2 - 80.005_002_45).abs() < 1e-6);
}

#[test]
fn the_numbers_are_those_of_the_snapshot() {
    let all = samples(&busy().to_prometheus());
    let value = |name: &str, label: &str, is: &str| {
        let mut found =
            all.iter().filter(|(found, labels, _)| found == name && labels.get(label).is_some_and(|it| it == is));
        found.next().unwrap_or_else(|| panic!("{name} {label}={is}")).2
    };
    assert_eq!(value("oncrpc_calls_total", "outcome", "SYSTEM_ERR"), 1.0);
    assert_eq!(value("oncrpc_connections_closed_total", "reason", "record_time"), 1.0);
    assert_eq!(value("oncrpc_received_bytes_total", "procedure", "PUT"), 240.0);
    assert_eq!(value("oncrpc_calls_total", "procedure", "other"), 0.0);
    assert_eq!(busy().procedure(7, 1, 0).unwrap().latency, Latency::default());
}
