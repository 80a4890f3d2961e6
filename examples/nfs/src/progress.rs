//! How far a copy is, where somebody looks on.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(100);
const BAR: usize = 30;

/// A bar on the terminal, if standard error is one.
#[derive(Debug)]
pub struct Progress {
    total: u64,
    done: u64,
    start: Instant,
    shown: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    /// Of so many bytes, as far as known.
    pub fn new(total: u64) -> Self {
        Self { total, done: 0, start: Instant::now(), shown: None, is_terminal: stderr().is_terminal() }
    }

    /// So many more are done.
    pub fn add(&mut self, bytes: usize) {
        self.done += bytes as u64;
        if self.is_terminal && self.shown.is_none_or(|shown| shown.elapsed() >= PAUSE) {
            self.shown = Some(Instant::now());
            eprint!("\r{}", bar(self.done, self.total, self.start.elapsed()));
            // What cannot be shown is no reason to stop.
            let _ = stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            eprintln!("\r{}", bar(self.done, self.total, self.start.elapsed()));
        }
    }
}

fn bar(done: u64, total: u64, time: Duration) -> String {
    let share = if total == 0 { 1.0 } else { (done as f64 / total as f64).min(1.0) };
    let filled = (share * BAR as f64) as usize;
    let rate = done as f64 / time.as_secs_f64().max(0.001) / f64::from(1 << 20);
    format!("[{:<BAR$}] {:3.0}% {:>9} {rate:7.1} MiB/s", "=".repeat(filled), share * 100.0, human(done))
}

/// 1536 is `1.5 KiB`.
pub fn human(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let step = (bytes.ilog2() / 10).min(6);
    let unit = units.get(step as usize - 1).copied().unwrap_or_default();
    format!("{:.1} {unit}", bytes as f64 / f64::from(1024_u16).powi(step as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_for_people() {
        let shown = [0, 1023, 1024, 1536, 1 << 20, 5 << 30, u64::MAX].map(human);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "5.0 GiB", "16.0 EiB"]);
    }

    #[test]
    fn a_bar_grows() {
        let second = Duration::from_secs(1);
        assert_eq!(bar(5 << 20, 10 << 20, second), "[===============               ]  50%   5.0 MiB     5.0 MiB/s");
        assert!(bar(0, 0, second).contains("100%"));
        assert!(bar(20, 10, second).contains("100%"));
    }
}
