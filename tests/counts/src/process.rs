use crate::Result;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// The longest that it may take until a process does nothing. Generous: it is only met when something hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// How often it is looked whether it does nothing.
const PAUSE: Duration = Duration::from_micros(50);

/// A process that is counted. What it does must not depend on whether it or its peer is faster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Waits until it waits itself, with all its threads.
    pub(crate) fn settle(self) -> Result<()> {
        self.wait_for('S')
    }

    /// Does something while the process is stopped, so that it meets all of that at once.
    pub(crate) fn hold<T>(self, action: impl FnOnce() -> Result<T>) -> Result<T> {
        self.settle()?;
        self.signal(Signal::SIGSTOP)?;
        let outcome = self.wait_for('T').and_then(|()| action());
        self.signal(Signal::SIGCONT)?;
        outcome
    }

    fn signal(self, signal: Signal) -> Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.0)?), signal)?)
    }

    fn wait_for(self, state: char) -> Result<()> {
        let end = Instant::now() + DEADLINE;
        while !self.states()?.iter().all(|its| *its == Some(state)) {
            if Instant::now() > end {
                return Err(format!("process {} does not come to state {state}", self.0).into());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// The state of each thread, as proc(5) has it.
    fn states(self) -> Result<Vec<Option<char>>> {
        let mut states = Vec::new();
        for thread in fs::read_dir(format!("/proc/{}/task", self.0))? {
            let stat = fs::read_to_string(thread?.path().join("stat"))?;
            // The name before it is in parentheses and may contain anything.
            states.push(stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()));
        }
        Ok(states)
    }
}
