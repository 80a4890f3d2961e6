//! Servers that look for work for a while before they sleep.

use super::support::*;
use oncrpc::{Limits, RunningServer, Server};
use std::io::Write;
use std::time::{Duration, Instant};

fn start_spinning(time: Duration, limits: Limits) -> RunningServer {
    let server = Server::new().spin(time).workers(2).limits(limits).serve(Probe::new(PROGRAM, 1));
    server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap()
}

#[test]
fn calls_are_answered_while_it_spins_and_when_it_sleeps() {
    let server = start_spinning(Duration::from_millis(20), Limits::default());
    let mut streams: Vec<_> = (0..4).map(|_| connect(&server)).collect();
    for pause in [0, 1, 50] {
        for _ in 0..10 {
            streams.iter_mut().for_each(check_served);
            std::thread::sleep(Duration::from_millis(pause));
        }
    }
    server.stop().unwrap();
}

#[test]
fn deadlines_are_met_while_it_spins() {
    let limits = Limits { record_time: Duration::from_millis(300), ..Limits::default() };
    // For longer than the test waits.
    let server = start_spinning(PATIENCE * 3, limits);
    let mut stream = connect(&server);
    let begin = Instant::now();
    stream.write_all(&[0x80]).unwrap();
    check_closed(&mut stream);
    assert!(begin.elapsed() >= Duration::from_millis(300) && begin.elapsed() < PATIENCE);
}

#[test]
fn it_stops_while_it_spins() {
    let server = start_spinning(PATIENCE * 3, Limits::default());
    check_served(&mut connect(&server));
    let begin = Instant::now();
    server.stop().unwrap();
    assert!(begin.elapsed() < PATIENCE);
}
