//! NFS servers on one folder, asked by one client.

use crate::scenario::{Better, Command, Contestant, Course, Group, Program, Scenario, Target};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const OTHERS: [&str; 3] = ["nfs-ganesha", "nfs3_server", "nfsserve"];

/// A scenario: its name, the word that the program knows it by, unit, what is better.
type Line = (&'static str, &'static str, &'static str, Better);

const LINES: [Line; 9] = [
    ("GETATTR, one at a time", "getattr:1", "calls/s", Better::More),
    ("GETATTR, 64 in flight", "getattr:64", "calls/s", Better::More),
    ("READ 64 KiB, 8 in flight", "read:65536:8", "MB/s", Better::More),
    ("READ 1 MiB, 4 in flight", "read:1048576:4", "MB/s", Better::More),
    ("WRITE 64 KiB, 8 in flight, and COMMIT", "write:65536:8", "MB/s", Better::More),
    ("WRITE 1 MiB, 4 in flight, and COMMIT", "write:1048576:4", "MB/s", Better::More),
    ("READDIRPLUS of 10,000 files, now and then", "list:once", "entries/s", Better::More),
    ("READDIRPLUS of 10,000 files, over and over", "list:again", "entries/s", Better::More),
    ("resident memory after it all", "memory", "MiB", Better::Less),
];

/// None where they cannot be: nfs-ganesha wants the whole of a machine, which only the superuser can make up for it.
pub(crate) fn scenarios() -> Vec<Scenario> {
    let is_superuser = fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0);
    if !is_superuser || !Path::new("/usr/bin/ganesha.nfsd").exists() {
        eprintln!("NFS servers are left out: that needs nfs-ganesha, and the superuser");
        return Vec::new();
    }
    LINES.iter().map(scenario).collect()
}

fn scenario(&(name, word, unit, better): &Line) -> Scenario {
    let contestant = |server| {
        let command = Command::new(Program::Rust("nfs"), &format!("{server} {word} {{seconds}}"));
        Contestant::new(server, Course::Alone(command))
    };
    let ours = contestant("ours").held_to(Target::Ratio(1.0));
    let contestants = [ours].into_iter().chain(OTHERS.map(contestant)).collect();
    let (group, name) = (Group::Nfs, name.to_owned());
    Scenario { name, group, unit, better, limits: OTHERS.into(), contestants, seconds: 0.5 }
}
