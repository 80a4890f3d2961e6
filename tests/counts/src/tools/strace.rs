use super::Run;
use crate::table::Operation;
use crate::{Result, subject};
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts calls of the kernel by all threads.
pub(super) fn count(operation: &Operation, times: u64) -> Result<Run> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let summary = std::env::temp_dir().join(format!("oncrpc-counts-{}-{number}.strace", std::process::id()));
    let mut command = Command::new("strace");
    command.args(["-f", "-c", "-U", "name,calls", "-o"]).arg(&summary);
    let counted = subject::run(command, operation, times).and_then(|()| Ok(fs::read_to_string(&summary)?));
    let _ = fs::remove_file(&summary);
    read(&counted?)
}

/// The last line of the summary is `total CALLS`.
fn read(summary: &str) -> Result<Run> {
    let total = summary.lines().rev().find_map(|line| line.trim().strip_prefix("total"));
    Ok(Run { syscalls: total.ok_or("strace has counted nothing")?.trim().parse()?, ..Run::default() })
}
