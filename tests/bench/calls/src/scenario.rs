//! What a driver does, as it is named on the command line: `pipelined:64`, `write:65536:4`.

use std::str::FromStr;

/// A load. All but [`Scenario::Lone`], [`Scenario::Idle`] give calls or megabytes a second; these two the median
/// latency of a call in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// `lone`: null calls, one after another.
    Lone,
    /// `idle:COUNT`: the same beside so many connections that do nothing.
    Idle { count: usize },
    /// `pipelined:DEPTH`: null calls on one connection, so many written at once before their replies are read.
    Pipelined { depth: usize },
    /// `window:DEPTH`: the same, but new calls are written as replies come.
    Window { depth: usize },
    /// `echo:DEPTH`: calls of ECHO on one connection, so many in flight.
    Echo { depth: usize },
    /// `connections:COUNT:DEPTH`: null calls on so many connections, so many in flight on each, from one thread.
    Connections { count: usize, depth: usize },
    /// `threads:COUNT`: null calls, one after another from each of so many threads.
    Threads { count: usize },
    /// `write:SIZE:DEPTH`: so many bytes to the server, so many calls in flight.
    Write { size: usize, depth: usize },
    /// `read:SIZE:DEPTH`: so many bytes from the server.
    Read { size: usize, depth: usize },
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let unknown = || format!("{name} is no scenario");
        let mut words = name.split(':');
        let kind = words.next().unwrap_or_default();
        let numbers: Vec<usize> = words.map(str::parse).collect::<Result<_, _>>().map_err(|_| unknown())?;
        Ok(match (kind, numbers.as_slice()) {
            ("lone", []) => Self::Lone,
            ("idle", &[count]) => Self::Idle { count },
            ("pipelined", &[depth]) => Self::Pipelined { depth },
            ("window", &[depth]) => Self::Window { depth },
            ("echo", &[depth]) => Self::Echo { depth },
            ("connections", &[count, depth]) => Self::Connections { count, depth },
            ("threads", &[count]) => Self::Threads { count },
            ("write", &[size, depth]) => Self::Write { size, depth },
            ("read", &[size, depth]) => Self::Read { size, depth },
            _ => return Err(unknown()),
        })
    }
}
