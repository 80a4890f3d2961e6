//! What a server captures is RPC to Wireshark: every call and reply, without a fault.

use oncrpc::capture::Recording;
use oncrpc::{RunningServer, Server};
use oncrpc_tests::interfaces::blob::blob_v1;
use oncrpc_tests::interfaces::calculator::{Operands, calculator_v1};
use oncrpc_tests::process::run_command;
use oncrpc_tests::{missing, services};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

/// tshark's fields of a message, and what each packet shows of faults.
const FIELDS: [&str; 9] = [
    "rpc.xid",
    "rpc.msgtyp",
    "rpc.program",
    "rpc.procedure",
    "rpc.replystat",
    "_ws.malformed",
    "ip.checksum.status",
    "tcp.checksum.status",
    "udp.checksum.status",
];

/// The fields of all packets of `server` that hold a message or are faulty; `None` where tshark is missing. It is told the ports: a
/// conversation that begins with a reply may look like anything.
fn dissect(server: &RunningServer, recording: &Recording, name: &str) -> Option<Vec<Vec<String>>> {
    if Command::new("tshark").arg("--version").output().is_err() {
        missing("tshark");
        return None;
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    recording.write_pcap(File::create(&file).unwrap()).unwrap();
    let mut command = Command::new("tshark");
    command.arg("-r").arg(&file).args(["-Y", "rpc || _ws.malformed", "-T", "fields", "-E", "separator=;"]);
    for option in ["rpc.dissect_unknown_programs", "ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"] {
        command.arg("-o").arg(format!("{option}:TRUE"));
    }
    for address in server.addresses() {
        let (protocol, place) = address.split_once("://").unwrap();
        let (_, port) = place.rsplit_once(':').unwrap();
        command.args(["-d", &format!("{protocol}.port=={port},rpc")]);
    }
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let output = run_command(command, &[]);
    fs::remove_file(&file).unwrap();
    Some(output.lines().iter().map(|line| line.split(';').map(str::to_owned).collect()).collect())
}

fn start(server: Server) -> RunningServer {
    let places = ["tcp://127.0.0.1:0", "udp://127.0.0.1:0", "tcp://[::1]:0", "udp://[::1]:0"];
    places.iter().try_fold(server, |server, place| server.listen(place)).unwrap().start().unwrap()
}

/// Checks one call and one reply of each xid, in pairs, whose checksums are right.
fn check(packets: &[Vec<String>], calls: usize) {
    assert_eq!(packets.len(), 2 * calls, "{packets:?}");
    for pair in packets.chunks(2) {
        let [call, reply] = pair else { panic!("{pair:?}") };
        assert_eq!((&call[0], &*call[1], &*reply[1]), (&reply[0], "0", "1"), "{pair:?}");
        // tshark finds the call of the reply and shows its program and procedure; 0 is MSG_ACCEPTED.
        assert_eq!((&call[2], &call[3], &*reply[4]), (&reply[2], &reply[3], "0"), "{pair:?}");
        for packet in pair {
            assert_eq!(packet[5], "", "malformed: {packet:?}");
            // 1 is good; a packet has one of UDP's and TCP's, and none of IP's if it is of version 6.
            assert!(packet[6..].iter().all(|status| ["", "1"].contains(&status.as_str())), "{packet:?}");
            assert!(packet[7..].iter().any(|status| status == "1"), "{packet:?}");
        }
    }
}

#[test]
fn tshark_reads_calls_and_replies_over_all_transports() {
    let server = start(services::server());
    server.handle().start_capture(1 << 20);
    for address in server.addresses() {
        let calculator = calculator_v1::Client::connect(address).unwrap();
        for left in 0..3 {
            calculator.add(&Operands { left, right: 1 }).unwrap();
        }
    }
    let Some(packets) = dissect(&server, &server.handle().captured(), "transports.pcap") else { return };
    check(&packets, 12);
}

#[test]
fn tshark_puts_long_records_together() {
    let server = start(services::server());
    server.handle().start_capture(8 << 20);
    let blobs = blob_v1::Client::connect(&server.addresses()[0]).unwrap();
    for length in [10, 70_000, 1_000_000] {
        assert_eq!(blobs.echo(vec![7; length]).unwrap().len(), length);
    }
    let Some(packets) = dissect(&server, &server.handle().captured(), "long.pcap") else { return };
    check(&packets, 3);
}

#[test]
fn only_the_last_messages_are_kept_and_read() {
    let server = start(services::server());
    server.handle().start_capture(4_000);
    let calculator = calculator_v1::Client::connect(&server.addresses()[0]).unwrap();
    for left in 0..100 {
        calculator.add(&Operands { left, right: 1 }).unwrap();
    }
    server.handle().stop_capture();
    calculator.add(&Operands { left: 1, right: 1 }).unwrap();
    let recording = server.handle().captured();
    let kept = recording.messages.len();
    assert!((10..40).contains(&kept), "{kept} messages");
    let Some(packets) = dissect(&server, &recording, "last.pcap") else { return };
    // The ring may begin with the reply to a call that it does not hold any more.
    let orphans = kept % 2;
    check(&packets[orphans..], kept / 2);
}
