use super::CannotRun;
use std::path::Path;
use std::process::{Command, Stdio};

/// Something to install.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Missing {
    /// What is called for.
    pub(crate) what: &'static str,
    /// The Debian package that has it.
    pub(crate) package: &'static str,
}

/// Programs that are needed and the Debian packages that have them.
const PROGRAMS: &[(&str, &str)] =
    &[("rpcgen", "rpcsvc-proto"), ("cpp", "cpp"), ("gcc", "gcc"), ("pkg-config", "pkg-config"), ("cargo", "cargo")];

const LIBRARY: Missing = Missing { what: "libtirpc", package: "libtirpc-dev" };

/// How to build C peers.
#[derive(Debug)]
pub(super) struct Tools {
    /// gcc's flags for libtirpc.
    pub(super) flags: Vec<String>,
}

impl Tools {
    /// Looks for everything at once, so that one installation is enough.
    pub(super) fn find() -> Result<Self, CannotRun> {
        let absent = |(program, _): &&(&'static str, &str)| Command::new(program).arg("--version").output().is_err();
        let mut missing: Vec<Missing> =
            PROGRAMS.iter().filter(absent).map(|(what, package)| Missing { what, package }).collect();
        let flags = library_flags();
        if flags.is_none() {
            missing.push(LIBRARY);
        }
        match flags {
            Some(flags) if missing.is_empty() => Ok(Self { flags }),
            _ => Err(CannotRun::Missing(missing)),
        }
    }
}

fn library_flags() -> Option<Vec<String>> {
    let found = Command::new("pkg-config").args(["--cflags", "--libs", "libtirpc"]).output().ok()?;
    let flags = String::from_utf8_lossy(&found.stdout).split_whitespace().map(str::to_owned).collect();
    found.status.success().then_some(flags)
}

/// Runs a program to its end, which must be a good one; `file` is what it is about.
pub(super) fn succeed(mut command: Command, name: &str, file: &Path) -> Result<(), CannotRun> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| CannotRun::Start { command: name.to_owned(), error })?;
    if output.status.success() {
        return Ok(());
    }
    let message = [output.stdout, output.stderr].concat();
    let message = String::from_utf8_lossy(&message).into_owned();
    Err(CannotRun::Refused { command: name.to_owned(), file: file.to_owned(), message })
}
