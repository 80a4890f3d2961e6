//! `oncrpc gen --sample`: programs to start from, which are the user's to change.

use super::{Gen, REJECTED, UNUSABLE, generation, is_stdout};
use crate::driver::{self, Disk, Options, Stage};
use crate::error::CompileError;
use crate::rust::sample::Sample;
use clap::ValueEnum;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Which {
    /// A server that has every procedure
    Server,
    /// A client that calls every procedure
    Client,
}

/// Prints the program, or writes it to the file of `-o`, which must not be there: it may have been changed by hand.
pub(super) fn run(arguments: &Gen, which: Which) -> Result<(), u8> {
    let messages = &arguments.input.messages;
    let [path] = &arguments.input.files[..] else {
        return Err(messages.complain("error: --sample takes one input", UNUSABLE));
    };
    let stage = Stage::Sample(match which {
        Which::Server => Sample::Server,
        Which::Client => Sample::Client,
    });
    let options = Options { stage, ..generation(arguments) };
    let text = messages.show(driver::compile_source(&options, &Disk, path))?;
    if text.is_empty() {
        let message = format!("error: `{}` defines no program, so there is nothing to serve or call", path.display());
        return Err(messages.complain(&message, REJECTED));
    }
    let (target, written) = match arguments.output.as_deref().filter(|target| !is_stdout(target)) {
        Some(target) => (target, write_new(target, &text)),
        None => (Path::new("-"), io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush())),
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("error: `{}` is there already; nothing is overwritten", target.display());
            Err(messages.complain(&message, REJECTED))
        }
        written => written.map_err(|error| messages.report(&CompileError::Write { path: target.to_owned(), error })),
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
