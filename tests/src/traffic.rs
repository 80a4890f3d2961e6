//! What goes over the loopback interface, as dumpcap records it and tshark reads it.

use crate::missing;
use crate::process::{DEADLINE, Guard, run_command};
use std::fs;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A recording that goes on until [`Traffic::dissect`].
#[derive(Debug)]
pub struct Traffic {
    dumpcap: Guard,
    file: PathBuf,
    ports: Vec<(&'static str, String)>,
    /// Sends datagrams to itself, which are recorded as well: what was before is then recorded too.
    marker: UdpSocket,
}

/// A message that tshark has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which connection, or pair of datagram ports, it belongs to.
    pub conversation: String,
    /// Its xid.
    pub xid: String,
    /// Whether it is a call.
    pub is_call: bool,
}

/// What tshark makes of the recording.
#[derive(Debug, Default)]
pub struct Dissection {
    /// Packets that tshark cannot read as what they are.
    pub malformed: Vec<String>,
    /// All calls and replies.
    pub messages: Vec<Message>,
    /// The replies whose call it knows.
    pub answers: usize,
    /// Program and version of the calls, each once.
    pub programs: Vec<String>,
}

impl Traffic {
    /// Records what goes to and from these ports of `tcp` or `udp`; `None` where that cannot be.
    pub fn record(name: &str, ports: &[(&'static str, &str)]) -> Option<Self> {
        let marker = UdpSocket::bind("127.0.0.1:0").unwrap();
        let ports: Vec<_> = ports.iter().map(|(protocol, port)| (*protocol, (*port).to_owned())).collect();
        let filter = ports.iter().map(|(protocol, port)| format!("{protocol} port {port}"));
        let filter: Vec<_> = filter.chain([format!("udp port {}", marker.local_addr().unwrap().port())]).collect();
        let file = std::env::temp_dir().join(format!("oncrpc-{name}-{}.pcapng", std::process::id()));
        let mut dumpcap = Command::new("dumpcap");
        dumpcap.args(["-q", "-i", "lo", "-B", "64", "-f", &filter.join(" or "), "-w"]).arg(&file);
        let dumpcap = dumpcap.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let recorded = dumpcap.ok().map(|child| Self { dumpcap: Guard(child), file, ports, marker });
        recorded.filter(|it| it.mark("begins")).or_else(|| {
            missing("tshark, or the right to capture");
            None
        })
    }

    /// Reads what there is so far; nothing is recorded after it.
    pub fn dissect(mut self) -> Dissection {
        assert!(self.mark("ends"), "what was sent is recorded");
        let stopped = Command::new("kill").args(["-INT", &self.dumpcap.0.id().to_string()]).status();
        assert!(stopped.unwrap().success());
        self.dumpcap.0.wait().unwrap();
        let mut found = Dissection {
            malformed: self.tshark("_ws.malformed || rpc.fragment.error", &["frame.number", "_ws.col.Info"]),
            programs: self.tshark("rpc.msgtyp == 0", &["rpc.program", "rpc.programversion"]),
            ..Dissection::default()
        };
        found.programs = found.programs.iter().flat_map(|line| once_each(line)).collect();
        found.programs.sort();
        found.programs.dedup();
        for line in self.tshark("rpc.xid", &["tcp.stream", "udp.stream", "rpc.xid", "rpc.msgtyp", "rpc.repframe"]) {
            let cells: Vec<_> = line.split(';').collect();
            let [tcp, udp, xids, kinds, answered] = cells[..] else { panic!("{line}") };
            let message = |(xid, kind): (&str, &str)| Message {
                conversation: format!("{tcp}/{udp}"),
                xid: xid.to_owned(),
                is_call: kind == "0",
            };
            found.messages.extend(xids.split(',').zip(kinds.split(',')).map(message));
            found.answers += answered.split(',').filter(|frame| !frame.is_empty()).count();
        }
        found
    }

    /// Waits until the recording holds this word; whether it does.
    fn mark(&self, word: &str) -> bool {
        let word = format!("the recording {word} here");
        let end = Instant::now() + DEADLINE / 4;
        while Instant::now() < end {
            self.marker.send_to(word.as_bytes(), self.marker.local_addr().unwrap()).unwrap();
            thread::sleep(Duration::from_millis(50));
            let recorded = fs::read(&self.file).unwrap_or_default();
            if recorded.windows(word.len()).any(|bytes| bytes == word.as_bytes()) {
                return true;
            }
        }
        false
    }

    /// A line for each packet that the filter lets through: its fields, between semicolons.
    fn tshark(&self, filter: &str, fields: &[&str]) -> Vec<String> {
        let mut tshark = Command::new("tshark");
        tshark.arg("-n").arg("-r").arg(&self.file).args(["-o", "rpc.dissect_unknown_programs:TRUE", "-Y", filter]);
        for (protocol, port) in &self.ports {
            tshark.args(["-d", &format!("{protocol}.port=={port},rpc")]);
        }
        tshark.args(["-T", "fields", "-E", "separator=;"]);
        for field in fields {
            tshark.args(["-e", field]);
        }
        run_command(tshark, &[]).lines().into_iter().map(str::to_owned).collect()
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// `7,7;1,2` as `7 1` and `7 2`.
fn once_each(line: &str) -> Vec<String> {
    let (programs, versions) = line.split_once(';').unwrap();
    programs.split(',').zip(versions.split(',')).map(|(program, version)| format!("{program} {version}")).collect()
}
