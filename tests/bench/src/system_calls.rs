//! How often a process calls the kernel, counted by strace.

use crate::process::{Failure, Place, Told};
use crate::scenario::{Command, Program, Side};
use std::fs;
use std::path::Path;

/// Calls for each second that a figure is measured, of which strace makes many.
const CALLS: f64 = 8_192.0;

/// The most that a scenario has in flight: it makes a multiple of so many calls.
const IN_FLIGHT: usize = 64;

impl Place {
    /// System calls for each call. A driver makes so many calls, then twice as many in another process; the difference is
    /// what counts, so that beginning and end drop out.
    pub(crate) fn system_calls(
        &self,
        server: &Command,
        driver: &Command,
        of: Side,
        seconds: f64,
    ) -> Result<Told, Failure> {
        let calls = ((CALLS * seconds) as usize / IN_FLIGHT).max(1) * IN_FLIGHT;
        let once = self.traced(server, driver, of, calls)?;
        let twice = self.traced(server, driver, of, 2 * calls)?;
        // When a peer comes or goes, a wake-up more or less is a matter of chance.
        let thousandths = (1_000.0 * (twice - once) / calls as f64).round();
        Ok(Told { figure: thousandths / 1_000.0, also: Vec::new() })
    }

    /// All system calls of one side while the driver makes so many calls. Both sides are slowed down alike: else what one
    /// of them sends would come sooner than it does.
    fn traced(&self, server: &Command, driver: &Command, of: Side, calls: usize) -> Result<f64, Failure> {
        let folder = std::env::temp_dir().join(format!("oncrpc-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| Failure::Start(folder.clone(), error))?;
        let [servers, drivers] = ["server", "driver"].map(|name| folder.join(name));
        let (server, driver) = (self.under_strace(server, &servers), self.under_strace(driver, &drivers));
        let told = self.pair(&server, &driver, &format!("calls:{calls}"));
        let sums = if of == Side::Server { servers } else { drivers };
        let counted = fs::read_to_string(&sums).ok().and_then(|text| total(&text));
        // What stays is in a folder for what need not.
        let _ = fs::remove_dir_all(&folder);
        told.and(counted.ok_or(Failure::NoTrace(sums)))
    }

    /// The same with all its threads under strace, which writes its sums to that file.
    fn under_strace(&self, command: &Command, sums: &Path) -> Command {
        let path = self.path(command.program);
        let before = ["-f", "-c", "-U", "name,calls", "-o"].map(str::to_owned).into_iter();
        let files = [sums, &path].map(|it| it.display().to_string());
        let words = before.chain(files).chain(command.words.iter().cloned()).collect();
        Command { program: Program::Installed("strace"), words, folder: command.folder }
    }
}

/// The last line of the sums is `total CALLS`.
fn total(sums: &str) -> Option<f64> {
    sums.lines().rev().find_map(|line| line.trim().strip_prefix("total"))?.trim().parse().ok()
}
