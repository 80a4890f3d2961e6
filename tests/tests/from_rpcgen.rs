//! docs/from-rpcgen.md leaves out no option that rpcgen has, and names nothing that we do not have.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::missing;
use oncrpc_tests::process::run;
use oncrpc_tests::source::Source;
use std::fs;
use std::io::ErrorKind;
use std::process::Command;

fn document() -> String {
    fs::read_to_string(root().join("docs/from-rpcgen.md")).unwrap()
}

/// What stands between backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_option_of_rpcgen_is_there() {
    let help = match Command::new("rpcgen").arg("--help").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return missing("rpcgen"),
        output => output.unwrap(),
    };
    let help = String::from_utf8([help.stdout, help.stderr].concat()).unwrap();
    let options = help.lines().skip_while(|line| *line != "options:").skip(1);
    let options: Vec<&str> = options.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(options.len() >= 25, "{help}");
    let document = document();
    let (_, section) = document.split_once("## Options of rpcgen").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let lines = section.lines().filter(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(1));
    let named: Vec<&str> = lines.flat_map(quoted).filter_map(|option| option.split_whitespace().next()).collect();
    let absent = |option: &&&str| !named.contains(*option);
    assert_eq!(options.iter().filter(absent).collect::<Vec<_>>(), Vec::<&&str>::new());
}

/// Whether `text` declares `name` as something public: a function, a constant, a type, a variant or a field.
fn declares(text: &str, name: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    text.lines().map(str::trim_start).any(|line| {
        let words = [
            "pub fn ",
            "pub const fn ",
            "pub const ",
            "const ",
            "fn ",
            "pub struct ",
            "pub enum ",
            "pub trait ",
            "pub ",
        ];
        let declared = words.iter().filter_map(|word| line.strip_prefix(word)).chain([line]);
        declared.filter_map(|line| line.strip_prefix(name)).any(ends)
    })
}

#[test]
fn every_name_of_ours_is_there() {
    let sources = [Source::below("runtime/src"), Source::below("compiler/src")].concat();
    let document = document();
    let ours = document.lines().filter(|line| line.starts_with('|')).flat_map(|line| line.split('|').skip(2));
    let names = ours.flat_map(quoted).filter_map(|code| code.split(['(', ' ', '<']).next());
    let mut checked = 0;
    for name in names.filter(|name| name.contains("::") && !name.contains("calc_v1") && !name.starts_with("bytes::")) {
        let path: Vec<&str> = name.trim_start_matches("oncrpc::").trim_end_matches([':', '!']).split("::").collect();
        let (item, owner) = (path[path.len() - 1], path.len().checked_sub(2).map(|at| path[at]));
        let is_home = |source: &&Source| match owner {
            None => true,
            Some(owner) if owner.starts_with(char::is_uppercase) => {
                source.text.contains(&format!(" {owner} {{")) || source.text.contains(&format!(" {owner}: "))
            }
            Some(module) => source.path.contains(&format!("/{module}")),
        };
        let rule = format!("macro_rules! {item}");
        let found = sources.iter().filter(is_home).any(|it| declares(&it.text, item) || it.text.contains(&rule));
        assert!(found, "{name} is not there");
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn every_option_of_ours_is_there() {
    let command = build(root(), &["-p", "oncrpc-compiler", "--features", "cli"]).join("oncrpc");
    let document = document();
    let calls = quoted(&document).into_iter().filter_map(|code| code.strip_prefix("oncrpc "));
    let mut checked = 0;
    for call in calls {
        let words: Vec<&str> = call.split_whitespace().collect();
        let help = run(&command, &[words[0], "--help"], &[]).lines().join("\n");
        for option in words.iter().filter(|word| word.starts_with('-') && word.len() > 1) {
            assert!(help.contains(option), "oncrpc {call}: no {option}");
            checked += 1;
        }
    }
    assert!(checked >= 5, "{checked}");
}
