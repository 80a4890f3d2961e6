//! Values to bytes and back, in memory.

use crate::scenario::Target::{Figure, Ratio};
use crate::scenario::{Better, Command, Contestant, Course, Group, Program, Scenario, Target};

/// A scenario: its name, the word that the programs know it by, the limit, ours' target if there is one, the others.
type Line = (&'static str, &'static str, &'static str, Option<Target>, &'static [&'static str]);

const PEERS: &[&str] = &["xdr-codec", "nfs3_types", "serde-xdr", "rpcgen"];
/// Views, which are checked as a whole before they are looked at.
const CHECKED: &[&str] = &["ours-checked"];
const COPIES: &[&str] = &["memcpy", "xdr-codec", "nfs3_types", "serde-xdr", "rpcgen"];

const LINES: &[Line] = &[
    ("84-byte structure, encode", "attributes-encode", "hand", Some(Ratio(1.1)), PEERS),
    ("84-byte structure, decode", "attributes-decode", "hand", Some(Ratio(1.1)), PEERS),
    ("1,000,000 ints, encode", "numbers-encode", "swapped", Some(Ratio(1.05)), COPIES),
    ("1,000,000 ints, decode", "numbers-decode", "swapped", Some(Ratio(1.05)), COPIES),
    ("1,000 mixed structures, encode", "mixed-encode", "hand", Some(Ratio(1.1)), COPIES),
    ("1,000 mixed structures, decode", "mixed-decode", "hand", Some(Ratio(1.1)), COPIES),
    ("1,000 mixed structures, borrowed", "mixed-borrowed", "hand", Some(Ratio(1.3)), CHECKED),
    ("1 MiB of opaque data, decode", "payload-decode", "hand", Some(Figure(100.0)), COPIES),
    ("list of 10,000 entries, encode", "directory-encode", "hand", Some(Ratio(1.2)), COPIES),
    ("list of 10,000 entries, decode", "directory-decode", "hand", None, COPIES),
    ("list of 10,000 entries, borrowed", "directory-borrowed", "hand", Some(Ratio(1.2)), CHECKED),
    ("call with 1 KiB, encode", "call-encode", "hand", None, &["memcpy", "onc-rpc"]),
    ("call with 1 KiB, borrowed", "call-borrowed", "hand", None, &["onc-rpc"]),
];

pub(crate) fn scenarios() -> Vec<Scenario> {
    LINES.iter().map(scenario).collect()
}

fn scenario(&(name, word, limit, target, others): &Line) -> Scenario {
    let contestant = |name| Contestant::new(name, course(name, word));
    let ours = Contestant { target, ..contestant("ours") };
    let contestants = [contestant(limit), ours].into_iter().chain(others.iter().map(|name| contestant(name))).collect();
    let (group, better) = (Group::Codec, Better::Less);
    Scenario { name: name.to_owned(), group, unit: "ns", better, limits: vec![limit], contestants, seconds: 0.1 }
}

/// C is a program of its own, all others are in one.
fn course(contestant: &'static str, word: &str) -> Course {
    Course::Least(match contestant {
        "rpcgen" => Command::new(Program::C("codec"), &format!("{word} {{seconds}}")),
        other => Command::new(Program::Rust("codec"), &format!("{other} {word} {{seconds}}")),
    })
}
