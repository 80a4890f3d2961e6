//! What packages install beside the command: completions that a shell can use, and a manual page for every command.

#![cfg(feature = "cli")]

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

fn oncrpc(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_oncrpc")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that `--help` lists, without `help`.
fn commands() -> Vec<String> {
    let help = oncrpc(&["--help"]);
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    let names = list.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

/// What bash offers for the last of `words`; `None` where there is no bash.
fn completed(words: &[&str]) -> Option<Vec<String>> {
    let script = format!(
        "{}\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_oncrpc oncrpc {:?} {:?}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        oncrpc(&["completions", "bash"]),
        words.join(" "),
        words.len() - 1,
        words[words.len() - 1],
        words[words.len() - 2],
    );
    match Command::new("bash").args(["-c", &script]).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        output => Some(String::from_utf8(output.unwrap().stdout).unwrap().lines().map(str::to_owned).collect()),
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let Some(gen_and_others) = completed(&["oncrpc", "ge"]) else { return };
    assert_eq!(gen_and_others, ["gen"]);
    assert_eq!(completed(&["oncrpc", "gen", "--verb"]).unwrap(), ["--verbatim-names"]);
    assert_eq!(completed(&["oncrpc", "gen", "--sample", "se"]).unwrap(), ["server"]);
}

#[test]
fn every_shell_learns_every_command() {
    let commands = commands();
    assert!(commands.len() >= 5, "{commands:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = oncrpc(&["completions", shell]);
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell}: {command}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("man");
    let _ = fs::remove_dir_all(&place);
    oncrpc(&["man", "--out-dir", place.to_str().unwrap()]);
    let page = |name: &str| fs::read_to_string(place.join(name)).unwrap();
    assert!(page("oncrpc.1").contains(".TH oncrpc 1"));
    for command in commands() {
        let page = page(&format!("oncrpc-{command}.1"));
        assert!(page.contains(&format!("oncrpc\\-{command}")) && page.contains("\n.SH OPTIONS"), "{page}");
    }
    assert!(page("oncrpc-gen.1").contains("\\-\\-verbatim\\-names"));
}

#[test]
fn a_shell_that_is_not_known_is_wrong_usage() {
    let output = Command::new(env!("CARGO_BIN_EXE_oncrpc")).args(["completions", "cmd"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = Command::new(env!("CARGO_BIN_EXE_oncrpc")).args(["man", "--out-dir", "/dev/null/x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
