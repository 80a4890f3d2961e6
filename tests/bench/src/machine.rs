//! What was measured on.

use std::fs;
use std::process::Command;

/// CPU, cores, kernel, compilers and libraries, one a line.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let lines = [
        ("CPU", format!("{}, {cores} cores", cpu())),
        ("Kernel", first_line(&fs::read_to_string("/proc/version").unwrap_or_default(), 3)),
        ("Rust", told("rustc", &["--version"])),
        ("C", told("cc", &["--version"])),
        ("libtirpc", told("pkg-config", &["--modversion", "libtirpc"])),
        ("nfs-ganesha", told("ganesha.nfsd", &["-v"])),
    ];
    lines.iter().map(|(what, which)| format!("- {what}: {which}\n")).collect()
}

fn cpu() -> String {
    let all = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = all.lines().find_map(|line| line.strip_prefix("model name"));
    line.unwrap_or("unknown").trim_start_matches([' ', '\t', ':']).to_owned()
}

fn told(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    output.map_or_else(|_| "not there".to_owned(), |it| first_line(&String::from_utf8_lossy(&it.stdout), usize::MAX))
}

/// So many words of the first line.
fn first_line(text: &str, words: usize) -> String {
    text.lines().next().unwrap_or_default().split_whitespace().take(words).collect::<Vec<_>>().join(" ")
}
