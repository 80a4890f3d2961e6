//! The rules of ARCHITECTURE.md that a reader cannot see at a glance: who may know whom, and what no library code does.

use oncrpc_tests::source::{Source, without_comments_and_literals};
use std::fs;

/// A part of the project and what it may name.
struct Room {
    /// Its folder or file.
    place: &'static str,
    /// The modules of its own crate that it may name.
    knows: &'static [&'static str],
    /// Paths outside that it must not name.
    never: &'static [&'static str],
}

const NET: &[&str] = &["mio", "socket2", "std::net", "std::io", "std::fs", "std::thread", "std::time::SystemTime"];
const FILES: &[&str] = &["std::fs", "std::net", "std::env", "std::process", "clap"];

const ROOMS: &[Room] = &[
    Room { place: "runtime/src/xdr", knows: &["xdr"], never: &["std", "mio", "socket2", "slab"] },
    // Records are written behind each other into the encoder that the messages go to.
    Room { place: "runtime/src/record", knows: &["record", "xdr"], never: &["std", "mio", "socket2", "slab"] },
    Room { place: "runtime/src/rpc", knows: &["rpc", "xdr"], never: &["std", "mio", "socket2", "slab"] },
    // The words that all layers above share: errors, a call, what serves it, limits, addresses.
    Room {
        place: "runtime/src/session",
        knows: &[
            "session",
            "rpc",
            "record",
            "xdr",
            "error",
            "call",
            "dispatch",
            "limits",
            "address",
            "metrics",
            "procedure",
            "capture",
            "trace",
        ],
        never: NET,
    },
    Room { place: "runtime/src/derive", knows: &["derive", "xdr"], never: &["std", "mio", "socket2", "slab"] },
    Room { place: "runtime/src/metrics", knows: &["metrics", "rpc"], never: NET },
    Room {
        place: "runtime/src/capture",
        knows: &["capture"],
        never: &["mio", "socket2", "std::net", "std::fs", "std::thread"],
    },
    Room {
        place: "runtime/src/net",
        knows: &["net", "session", "rpc", "record", "xdr", "error", "call", "limits", "address", "metrics"],
        never: &["std::process"],
    },
    Room { place: "runtime/src/client", knows: &[], never: &["mio"] },
    Room { place: "runtime/src", knows: &[], never: &["oncrpc_compiler", "std::process::exit"] },
    Room {
        place: "compiler/src/syntax",
        knows: &["syntax", "source", "diagnostic", "text", "lex", "literal", "suggest"],
        never: FILES,
    },
    Room {
        place: "compiler/src/model",
        knows: &["model", "syntax::ast", "source", "diagnostic", "suggest"],
        never: FILES,
    },
    Room { place: "compiler/src/rust", knows: &["rust", "model"], never: FILES },
    Room {
        place: "compiler/src/options",
        knows: &["options", "model", "rust", "source", "diagnostic", "suggest", "preprocess::for_c"],
        never: FILES,
    },
    Room { place: "compiler/src/json", knows: &["json", "model"], never: FILES },
    Room {
        place: "compiler/src/preprocess",
        knows: &["preprocess", "source", "diagnostic", "text", "lex", "literal"],
        never: FILES,
    },
    Room { place: "compiler/src", knows: &[], never: &["oncrpc"] },
];

/// Crates and names that only these places may use.
const OWNED: &[(&str, &[&str])] = &[
    ("pest", &["compiler/src/syntax/parse"]),
    ("pest_derive", &["compiler/src/syntax/parse"]),
    ("askama", &["compiler/src/rust", "compiler/src/interop"]),
    ("toml", &["compiler/src/options"]),
    ("prettyplease", &["compiler/src/rust"]),
    ("clap", &["compiler/src/main.rs", "compiler/src/cli"]),
    (
        "std::fs",
        &[
            "compiler/src/driver",
            "compiler/src/main.rs",
            "compiler/src/cli",
            "compiler/src/output",
            "compiler/src/interop",
            "compiler/src/lib.rs",
        ],
    ),
    ("mio", &["runtime/src/net", "runtime/src/server.rs"]),
    ("tracing", &["runtime/src/trace"]),
    ("nix", &["runtime/src/net"]),
    ("listenfd", &["runtime/src/server/handed_in"]),
    ("serde", &["runtime/src/derive"]),
    ("arbitrary", &["runtime/src/derive"]),
];

fn libraries() -> Vec<Source> {
    [Source::below("runtime/src"), Source::below("compiler/src")].concat()
}

fn is_in(source: &Source, place: &str) -> bool {
    source.path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
}

fn begins(path: &[String], with: &str) -> bool {
    let mut segments = path.iter();
    with.split("::").all(|segment| segments.next().is_some_and(|it| it == segment))
}

/// Fails with all of `faults`, not only the first.
fn none(faults: Vec<String>, rule: &str) {
    assert!(faults.is_empty(), "{rule}:\n{}", faults.join("\n"));
}

#[test]
fn each_room_knows_only_what_it_may() {
    let mut faults = Vec::new();
    for source in libraries() {
        for path in source.paths() {
            for room in ROOMS.iter().filter(|room| is_in(&source, room.place)) {
                let strange = path.len() > 1
                    && path[0] == "crate"
                    && !room.knows.is_empty()
                    && !room.knows.iter().any(|module| begins(&path[1..], module));
                if strange || room.never.iter().any(|never| begins(&path, never)) {
                    faults.push(format!("{} names {}", source.path, path.join("::")));
                }
            }
        }
    }
    none(faults, "a part of the project may only know its own and lower ones (ARCHITECTURE.md)");
}

#[test]
fn dependencies_stay_in_their_room() {
    let mut faults = Vec::new();
    for source in libraries() {
        for path in source.paths() {
            let strange = |(name, places): &&(&str, &[&str])| {
                let other_crate = source.path.starts_with("runtime") != places[0].starts_with("runtime");
                begins(&path, name) && !other_crate && !places.iter().any(|place| source.path.starts_with(place))
            };
            faults.extend(OWNED.iter().find(strange).map(|(name, _)| format!("{} names {name}", source.path)));
        }
    }
    none(faults, "each dependency is used in one place");
}

#[test]
fn time_is_an_argument_below_net() {
    let clocks = libraries().into_iter().filter(|source| is_in(source, "runtime/src/session"));
    let faults = clocks.filter(|source| source.library().contains("Instant::now")).map(|source| source.path).collect();
    none(faults, "a session is told the time");
}

#[test]
fn nobody_outside_sees_mio() {
    let public =
        |source: &Source| source.library().lines().any(|line| line.contains("pub fn") && line.contains("mio::"));
    none(libraries().into_iter().filter(public).map(|source| source.path).collect(), "a public signature names mio");
}

#[test]
fn libraries_do_not_panic_by_design() {
    let words =
        [".unwrap()", ".expect( )", "panic!(", "unreachable!(", "todo!(", "unimplemented!(", "unsafe {", "unsafe fn"];
    let mut faults = Vec::new();
    for source in libraries() {
        let code = without_comments_and_literals(source.library());
        for (number, line) in code.lines().enumerate().filter(|(_, line)| words.iter().any(|word| line.contains(word)))
        {
            faults.push(format!("{}, near line {}: {}", source.path, number + 1, line.trim()));
        }
    }
    none(faults, "no input makes library code panic");
}

/// Without that askama takes Rust and C for HTML: `Vec&lt;T&gt;`.
#[test]
fn templates_escape_nothing() {
    let templates = |source: &Source| -> Vec<String> {
        let lines = source.text.lines().filter(|line| line.starts_with("#[template("));
        let wrong = lines.filter(|line| !line.ends_with(", escape = \"none\")]"));
        wrong.map(|line| format!("{}: {line}", source.path)).collect()
    };
    none(Source::below("compiler/src").iter().flat_map(templates).collect(), "templates are not HTML");
}

#[test]
fn both_libraries_forbid_unsafe_code() {
    for library in ["runtime", "compiler"] {
        let path = oncrpc_tests::c::root().join(library).join("src/lib.rs");
        assert!(fs::read_to_string(path).unwrap().contains("#![forbid(unsafe_code)]"), "{library}");
    }
}

#[test]
fn rooms_are_small() {
    let sources = ["runtime", "compiler", "examples", "tests"].into_iter().flat_map(Source::below);
    let lines = |source: &Source| source.text.lines().count();
    let generated = |source: &Source| source.text.starts_with("// Generated by oncrpc-compiler");
    let large = sources.filter(|source| lines(source) > 400 && !generated(source));
    none(large.map(|source| format!("{}: {} lines", source.path, lines(&source))).collect(), "a file has one subject");
}

/// It is there to be read: an NFS server in less than 2,000 lines.
#[test]
fn the_nfs_server_is_small() {
    let lines = Source::below("examples/nfsd/src").iter().map(|source| source.text.lines().count()).sum::<usize>();
    assert!((1_000..2_000).contains(&lines), "{lines}");
}

#[test]
fn the_libraries_do_not_depend_on_each_other() {
    for (library, other) in [("runtime", "oncrpc-compiler"), ("compiler", "oncrpc.")] {
        let manifest = fs::read_to_string(oncrpc_tests::c::root().join(library).join("Cargo.toml")).unwrap();
        assert!(!manifest.lines().any(|line| line.starts_with(other)), "{library} depends on {other}");
    }
}

#[test]
fn the_example_has_our_calculator() {
    let text = |path| fs::read_to_string(oncrpc_tests::c::root().join(path)).unwrap();
    assert_eq!(text("examples/calculator/idl/calculator.x"), text("idl/calculator.x"));
}

#[test]
fn the_table_of_threats_names_tests_that_are_there() {
    let table = fs::read_to_string(oncrpc_tests::c::root().join("docs/threats.md")).unwrap();
    let sources: Vec<_> = ["runtime/tests", "tests"].into_iter().flat_map(Source::below).collect();
    let is_there = |name: &str| match name.strip_suffix(".rs") {
        Some(_) => sources.iter().any(|source| source.path == name || source.path == format!("runtime/tests/{name}")),
        None => sources.iter().any(|source| {
            source.path.starts_with(&format!("runtime/tests/{name}/")) || source.text.contains(&format!("fn {name}("))
        }),
    };
    let threats = table.split("## Limits").next().unwrap().lines().filter(|line| line.starts_with("| "));
    let tests: Vec<_> = threats.skip(1).filter_map(|line| line.split(" | ").nth(3)).collect();
    assert!(tests.len() > 18, "{tests:?}");
    let names = tests.iter().flat_map(|cell| cell.split('`').skip(1).step_by(2));
    none(names.filter(|name| !is_there(name)).map(str::to_owned).collect(), "a threat has its test");
}
