//! Values to bytes and back, in memory.

use crate::scenario::{Better, Command, Contestant, Course, Group, Program, Scenario, Target};

/// A line of the table: the word that programs know the scenario by, its unit, its limit, the others.
struct Line {
    word: &'static str,
    says: &'static str,
    unit: &'static str,
    limit: &'static str,
    target: Target,
    others: &'static [&'static str],
}

const LINES: &[Line] = &[
    Line {
        word: "attributes-encode",
        says: "84-byte structure, encode",
        unit: "ns",
        limit: "hand",
        target: Target::Ratio(1.1),
        others: &["rpcgen"],
    },
    Line {
        word: "attributes-decode",
        says: "84-byte structure, decode",
        unit: "ns",
        limit: "hand",
        target: Target::Ratio(1.1),
        others: &["rpcgen"],
    },
];

pub(crate) fn scenarios() -> Vec<Scenario> {
    LINES.iter().map(scenario).collect()
}

fn scenario(line: &Line) -> Scenario {
    let contestant = |name| Contestant::new(name, course(name, line.word));
    let mut contestants = vec![contestant(line.limit), contestant("ours").held_to(line.target)];
    contestants.extend(line.others.iter().map(|name| contestant(name)));
    Scenario {
        name: line.says.to_owned(),
        group: Group::Codec,
        unit: line.unit,
        better: Better::Less,
        limit: line.limit,
        contestants,
        seconds: 0.1,
    }
}

/// C is a program of its own, all others are in one.
fn course(contestant: &'static str, word: &str) -> Course {
    Course::Alone(match contestant {
        "rpcgen" => Command::new(Program::C("codec"), &format!("{word} {{seconds}}")),
        other => Command::new(Program::Rust("codec"), &format!("{other} {word} {{seconds}}")),
    })
}
