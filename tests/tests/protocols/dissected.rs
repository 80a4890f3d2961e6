//! Wireshark's dissectors on a capture of every procedure of every file, with random arguments and results: each message is
//! of the procedure that it should be, and they find no fault in it and nothing left over.

use super::PROTOCOLS;
use bytes::Bytes;
use oncrpc::capture::{Direction, Message, Recording, Route};
use oncrpc::rpc::{AcceptStat, CallHeader, ReplyBody, ReplyHeader};
use oncrpc::xdr::Encoder;
use oncrpc_compiler::model::types::{Definition, Model, Procedure, Program, Type, Version};
use oncrpc_tests::wire::{Random, generate, model};
use oncrpc_tests::{missing, process};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The program of rpcbind and the portmapper.
const RPCBIND: u32 = 100_000;

/// Calls of each procedure.
const CALLS: usize = 8;

/// tshark's fields.
const FIELDS: [&str; 8] = [
    "rpc.xid",
    "rpc.msgtyp",
    "rpc.program",
    "rpc.programversion",
    "rpc.procedure",
    "_ws.malformed",
    "data.data",
    "_ws.col.Info",
];

/// A call, or its reply.
struct Expected {
    xid: u32,
    is_reply: bool,
    program: u32,
    version: u32,
    procedure: u32,
    name: String,
}

#[derive(Default)]
struct Capture {
    recording: Recording,
    expected: Vec<Expected>,
}

impl Capture {
    fn procedure(&mut self, model: &Model, program: &Program, version: &Version, procedure: &Procedure) {
        for number in 0..CALLS {
            let xid = self.expected.len() as u32;
            let mut random = Random::new(u64::from(xid));
            let arguments: Vec<u8> =
                procedure.arguments.iter().flat_map(|it| value(model, &it.ty, &mut random)).collect();
            let results = procedure.result.as_ref().map(|ty| value(model, ty, &mut random)).unwrap_or_default();
            let call = CallHeader {
                xid,
                program: program.number,
                version: version.number,
                procedure: procedure.number,
                ..CallHeader::default()
            };
            let reply = ReplyHeader { xid, body: ReplyBody::accepted(AcceptStat::Success) };
            let mut out = Encoder::new();
            call.encode(&mut out).unwrap();
            self.message(Direction::Received, &out.into_bytes(), &arguments, number);
            let mut out = Encoder::new();
            reply.encode(&mut out).unwrap();
            self.message(Direction::Sent, &out.into_bytes(), &results, number);
            for is_reply in [false, true] {
                let (program, version) = (program.number, version.number);
                let name = procedure.name.clone();
                self.expected.push(Expected { xid, is_reply, program, version, procedure: procedure.number, name });
            }
        }
    }

    fn message(&mut self, direction: Direction, header: &[u8], body: &[u8], number: usize) {
        let route = Route {
            is_stream: false,
            peer: Some(([127, 0, 0, 1], 900).into()),
            local: Some(([127, 0, 0, 1], 2000).into()),
            connection: 0,
        };
        let time = Duration::from_secs(number as u64);
        self.recording.messages.push(Message { time, direction, route, bytes: [header, body].concat().into() });
    }
}

/// A value that fits a datagram.
fn value(model: &Model, ty: &Type, random: &mut Random) -> Vec<u8> {
    loop {
        let bytes = generate(model, ty, random);
        if bytes.len() < 20_000 {
            return bytes;
        }
    }
}

fn capture() -> Capture {
    let mut capture = Capture::default();
    for file in PROTOCOLS {
        let model = model(&format!("idl/{file}"));
        for definition in &model.definitions {
            let Definition::Program(program) = definition else { continue };
            for version in &program.versions {
                for procedure in &version.procedures {
                    capture.procedure(&model, program, version, procedure);
                }
            }
        }
    }
    capture
}

/// What tshark makes of it: the fields of each message.
fn dissect(recording: &Recording, name: &str) -> Option<Vec<Vec<String>>> {
    if Command::new("tshark").arg("--version").output().is_err() {
        missing("tshark");
        return None;
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pcap"));
    fs::write(&file, recording.to_pcap()).unwrap();
    let mut command = Command::new("tshark");
    command.arg("-r").arg(&file).args(["-T", "fields", "-E", "occurrence=f", "-E", "separator=/t"]);
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let output = process::run_command(command, &[]);
    fs::remove_file(&file).unwrap();
    Some(output.lines().iter().map(|line| line.splitn(FIELDS.len(), '\t').map(str::to_owned).collect()).collect())
}

#[test]
fn wireshark_finds_no_fault() {
    let capture = capture();
    let Some(packets) = dissect(&capture.recording, "protocols") else { return };
    assert_eq!(packets.len(), capture.expected.len());
    let faults = faults(&packets, &capture.expected);
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), packets.len(), faults.join("\n"));
}

/// Otherwise the test above would say nothing. Of rpcbind's messages it says little: Wireshark takes them as they come.
#[test]
fn wireshark_finds_faults() {
    let whole = capture();
    for (name, change) in [("short", shorter as fn(&Message) -> Option<Bytes>), ("long", longer)] {
        let (mut recording, mut is_changed) = (whole.recording.clone(), Vec::new());
        for (message, expected) in recording.messages.iter_mut().zip(&whole.expected) {
            let changed = change(message).filter(|_| expected.program != RPCBIND);
            is_changed.push(changed.is_some());
            message.bytes = changed.unwrap_or_else(|| message.bytes.clone());
        }
        let Some(packets) = dissect(&recording, name) else { return };
        let changed = packets.iter().zip(&whole.expected).zip(&is_changed).filter(|(_, is_changed)| **is_changed);
        let (all, found) = changed.fold((0, 0), |(all, found), ((packet, expected), _)| {
            (all + 1, found + usize::from(fault(packet, expected).is_some()))
        });
        assert!(all > 700 && found * 100 > all * 95, "{name}: {found} of {all}");
    }
}

/// Without its last word, if there is more than a header and a word.
fn shorter(message: &Message) -> Option<Bytes> {
    let header = if message.direction == Direction::Sent { 24 } else { 40 };
    (message.bytes.len() > header + 4).then(|| message.bytes.slice(..message.bytes.len() - 4))
}

/// With two words more.
fn longer(message: &Message) -> Option<Bytes> {
    Some([&message.bytes[..], &[0; 8]].concat().into())
}

fn faults(packets: &[Vec<String>], expected: &[Expected]) -> Vec<String> {
    let pairs = packets.iter().zip(expected);
    pairs
        .filter_map(|(packet, it)| fault(packet, it).map(|fault| format!("{}: {fault}: {packet:?}", it.name)))
        .collect()
}

fn fault(packet: &[String], expected: &Expected) -> Option<&'static str> {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let numbers: Vec<Option<u32>> = packet[..5].iter().map(|text| number(text)).collect();
    let kind = u32::from(expected.is_reply);
    let right = [expected.xid, kind, expected.program, expected.version, expected.procedure];
    if numbers != right.map(Some) {
        return Some("another message");
    }
    if !packet[7].to_uppercase().contains(&short(&expected.name)) {
        return Some("another procedure");
    }
    if !packet[5].is_empty() {
        return Some("malformed");
    }
    (!packet[6].is_empty()).then_some("something is left over")
}

/// The name of a procedure without what others of its program begin with, as Wireshark has it.
fn short(name: &str) -> String {
    let prefixes = ["NFSPROC3_", "MOUNTPROC3_", "NLMPROC4_", "RQUOTAPROC_", "SM_"];
    let short = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    short.to_uppercase()
}
