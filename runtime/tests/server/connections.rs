//! The number of connections is limited: the one that has been silent the longest makes room.

use super::support::*;
use oncrpc::Limits;

#[test]
fn the_longest_silent_makes_room() {
    let server = start(Limits { connections: 4, ..Limits::default() });
    let mut streams: Vec<_> = (0..4).map(|_| connect(&server)).collect();
    streams.iter_mut().for_each(check_served);
    // The first one is now the one that spoke last.
    check_served(&mut streams[0]);
    let mut fifth = connect(&server);
    check_served(&mut fifth);
    check_closed(&mut streams[1]);
    check_served(&mut streams[0]);
    check_served(&mut streams[2]);
    check_served(&mut streams[3]);
    check_served(&mut fifth);
}

#[test]
fn newcomers_are_served_among_many_silent_ones() {
    let server = start(Limits { connections: 10, ..Limits::default() });
    let silent: Vec<_> = (0..200).map(|_| connect(&server)).collect();
    check_served(&mut connect(&server));
    drop(silent);
    check_served(&mut connect(&server));
}

#[test]
fn a_connection_that_left_makes_room() {
    let server = start(Limits { connections: 2, ..Limits::default() });
    let mut lasting = connect(&server);
    for _ in 0..50 {
        check_served(&mut lasting);
        check_served(&mut connect(&server));
    }
    check_served(&mut lasting);
}
