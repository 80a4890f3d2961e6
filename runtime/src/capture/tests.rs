//! What is kept, and what the file holds; that Wireshark reads it is tested with tshark.

use super::{Capture, Direction, OVERHEAD, Route};
use core::net::SocketAddr;
use core::time::Duration;
use std::sync::LazyLock;
use std::time::Instant;

fn route(peer: &str, is_stream: bool) -> Route {
    let local: SocketAddr = "192.0.2.1:2049".parse().unwrap();
    Route { is_stream, peer: Some(peer.parse().unwrap()), local: Some(local), connection: 0 }
}

static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);

fn start(capture: &Capture, bytes: usize) {
    capture.start(bytes, *NOW, Duration::ZERO);
}

fn record(capture: &Capture, second: u64, message: &[u8]) {
    let pieces = message.chunks(3);
    capture.record(*NOW + Duration::from_secs(second), Direction::Received, route("192.0.2.7:999", true), pieces);
}

fn kept(capture: &Capture) -> Vec<Vec<u8>> {
    capture.recording().messages.iter().map(|message| message.bytes.to_vec()).collect()
}

#[test]
fn nothing_is_kept_before_it_is_started_and_after_it_is_stopped() {
    let capture = Capture::default();
    record(&capture, 1, b"before");
    start(&capture, 1_000);
    record(&capture, 2, b"meanwhile");
    capture.stop();
    record(&capture, 3, b"after");
    assert_eq!(kept(&capture), [b"meanwhile"]);
    start(&capture, 1_000);
    assert!(kept(&capture).is_empty(), "started again it begins anew");
}

#[test]
fn the_last_messages_are_kept_and_no_more_bytes_than_asked_for() {
    let capture = Capture::default();
    start(&capture, 3 * (100 + OVERHEAD));
    (0..10).for_each(|number| record(&capture, number.into(), &[number; 100]));
    assert_eq!(kept(&capture), [[7; 100], [8; 100], [9; 100]]);
    record(&capture, 10, &[10; 101]);
    assert_eq!(kept(&capture), [vec![9; 100], vec![10; 101]], "a larger one takes the place of two");
    record(&capture, 11, &[11; 1_000]);
    assert_eq!((kept(&capture).len(), capture.recording().skipped), (2, 1));
}

/// The packets of a file: time and bytes.
fn packets(file: &[u8]) -> Vec<(Duration, &[u8])> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!((word(0), word(20), file.len() >= 24), (0xa1b2_3c4d, 101, true));
    let (mut at, mut packets) = (24, Vec::new());
    while at < file.len() {
        let length = word(at + 8) as usize;
        assert_eq!(word(at + 12) as usize, length);
        packets.push((Duration::new(word(at).into(), word(at + 4)), &file[at + 16..at + 16 + length]));
        at += 16 + length;
    }
    packets
}

#[test]
fn a_long_record_is_cut_into_segments_that_follow_each_other() {
    let capture = Capture::default();
    start(&capture, 1 << 20);
    record(&capture, 5, &[7; 150_000]);
    record(&capture, 6, b"next");
    let file = capture.recording().to_pcap();
    let (mut stream, mut sequence) = (Vec::new(), 1);
    for (_, packet) in packets(&file) {
        let total = u16::from_be_bytes([packet[2], packet[3]]);
        assert_eq!(total as usize, packet.len());
        assert_eq!(u32::from_be_bytes(packet[24..28].try_into().unwrap()), sequence);
        stream.extend_from_slice(&packet[40..]);
        sequence += packet.len() as u32 - 40;
    }
    let records = [&(150_000_u32 | 1 << 31).to_be_bytes()[..], &[7; 150_000], &[0x80, 0, 0, 4], b"next"].concat();
    assert!(stream == records);
    assert_eq!(packets(&file).last().unwrap().0, Duration::from_secs(6));
}

#[test]
fn ends_of_different_families_and_none_make_packets_too() {
    let capture = Capture::default();
    start(&capture, 1 << 20);
    let any = |peer: &str, local: &str| Route {
        is_stream: false,
        peer: peer.parse().ok(),
        local: local.parse().ok(),
        connection: 70_000,
    };
    let routes = [any("192.0.2.7:9", "[::]:111"), any("[2001:db8::1]:9", "0.0.0.0:111"), any("none", "none")];
    for route in routes {
        capture.record(*NOW, Direction::Sent, route, [&b"odd"[..]].into_iter());
    }
    let file = capture.recording().to_pcap();
    let versions: Vec<u8> = packets(&file).iter().map(|(_, packet)| packet[0] >> 4).collect();
    assert_eq!(versions, [4, 6, 4]);
    assert_eq!(packets(&file)[2].1[12..20], [127, 0, 0, 1, 127, 0, 0, 1]);
}
