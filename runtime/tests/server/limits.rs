//! Every limit is documented with what it stops, and is told apart by a counter or an error when it stops somebody.

use super::support::*;
use oncrpc::Limits;
use oncrpc::metrics::Event;
use std::io::Write;
use std::time::{Duration, Instant};

const TABLE: &str = include_str!("../../../docs/threats.md");

/// The fields of [`Limits`], as their own `Debug` names them, those of its parts with that of the part before them.
fn fields() -> Vec<String> {
    let text = format!("{:#?}", Limits::default());
    let (mut part, mut fields) = (None, Vec::new());
    for line in text.lines().skip(1) {
        let depth = line.len() - line.trim_start().len();
        match line.trim().split_once(": ") {
            Some((name, value)) if value.ends_with('{') => part = Some(name.to_owned()),
            Some((name, _)) if depth > 4 => fields.push(format!("{}.{name}", part.as_deref().unwrap())),
            Some((name, _)) => fields.push(name.to_owned()),
            None => part = None,
        }
    }
    fields
}

/// The rows of the table of limits: the name of each and the cells behind it.
fn rows() -> Vec<(String, Vec<&'static str>)> {
    let table = TABLE.split("## Limits").nth(1).expect("a part about limits");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = |line: &'static str| line.split('|').map(str::trim).collect::<Vec<_>>();
    rows.map(|line| (line.split('`').next().unwrap().to_owned(), cells(line))).collect()
}

#[test]
fn each_is_in_the_table_with_a_counter_or_an_error_of_its_own() {
    let (rows, fields) = (rows(), fields());
    assert!(fields.len() > 20, "{fields:?}");
    let listed: Vec<_> = rows.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(listed, fields);
    let mut signs: Vec<_> = rows.iter().map(|(_, cells)| cells[3]).collect();
    assert!(signs.iter().all(|sign| sign.contains('`')), "{signs:?}");
    signs.sort_unstable();
    signs.windows(2).for_each(|pair| assert_ne!(pair[0], pair[1]));
}

#[test]
fn counters_that_the_table_names_are_there_and_have_the_names_of_their_limits() {
    let events: Vec<_> = Event::ALL.iter().map(|event| (format!("{event:?}"), event.label())).collect();
    for (limit, cells) in rows() {
        for name in cells[3].split("`Event::").skip(1).map(|rest| rest.split('`').next().unwrap()) {
            let (_, label) = events.iter().find(|(event, _)| event == name).expect(name);
            assert!(*label == limit || *label == "stop", "{name} is labelled {label}, the limit is {limit}");
        }
    }
}

/// Calls that wait for the pool keep their arguments, up to a number of bytes.
#[test]
fn waiting_for_room_for_arguments_is_counted_apart_from_waiting_for_a_place() {
    let until = |event: Event, limits: Limits| {
        let desk = super::desk::Desk::default();
        let server = desk.serve(limits);
        let mut streams: Vec<_> = (0..2).map(|_| connect(&server)).collect();
        for stream in &mut streams {
            (0..4).for_each(|name| stream.write_all(&record(&call(name, super::desk::WAIT, &words(&[300])))).unwrap());
        }
        let begin = Instant::now();
        while server.metrics().count(event) == 0 {
            assert!(begin.elapsed() < PATIENCE, "{event:?} is never counted");
            std::thread::sleep(Duration::from_millis(5));
        }
        desk.open_gate();
        server.metrics()
    };
    let metrics = until(Event::PausedCallBytes, Limits { call_bytes: 1, ..Limits::default() });
    assert_eq!(metrics.count(Event::PausedInFlightTotal), 0);
    let metrics = until(Event::PausedInFlightTotal, Limits { calls: 1, ..Limits::default() });
    assert_eq!(metrics.count(Event::PausedCallBytes), 0);
}
