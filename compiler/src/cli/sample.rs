//! `oncrpc gen --sample`: programs to start from, which are the user's to change.

use super::{Gen, REJECTED, UNUSABLE, generation, is_stdout};
use crate::driver::{self, Disk, Options, Stage};
use crate::error::CompileError;
use crate::rust::sample::Sample;
use clap::ValueEnum;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Which {
    /// A server that has every procedure
    Server,
    /// A client that calls every procedure
    Client,
}

impl From<Which> for Sample {
    fn from(which: Which) -> Self {
        match which {
            Which::Server => Self::Server,
            Which::Client => Self::Client,
        }
    }
}

/// Prints the program, or writes it to the file of `-o`, or that of each interface to `--out-dir`. What is written must
/// not be there: it may have been changed by hand.
pub(super) fn run(arguments: &Gen, which: Which) -> Result<(), u8> {
    let (files, messages) = (&arguments.input.files, &arguments.input.messages);
    if files.len() > 1 && arguments.out_dir.is_none() {
        return Err(messages.complain("error: samples of several inputs need --out-dir", UNUSABLE));
    }
    let options = Options { stage: Stage::Sample(which.into()), ..generation(arguments) };
    let mut texts = Vec::new();
    for path in files {
        texts.push((path, messages.show(driver::compile_source(&options, &Disk, path))));
    }
    if let Some(worst) = texts.iter().filter_map(|(_, text)| text.as_ref().err()).max() {
        return Err(*worst);
    }
    // Of several, those that only hold types have no program of their own.
    let programs: Vec<_> = texts.into_iter().filter_map(|(path, text)| Some((path, text.ok()?))).collect();
    if programs.iter().all(|(_, text)| text.is_empty()) {
        let names: Vec<String> = files.iter().map(|path| format!("`{}`", path.display())).collect();
        let defines = if names.len() > 1 { "define" } else { "defines" };
        let message = format!("error: {} {defines} no program, so there is nothing to serve or call", names.join(", "));
        return Err(messages.complain(&message, REJECTED));
    }
    let programs = programs.iter().filter(|(_, text)| !text.is_empty());
    let targets = programs.map(|(path, text)| Ok((target(arguments, which, path)?, text)));
    let targets = targets.collect::<Result<Vec<_>, u8>>()?;
    refuse_overwriting(arguments, &targets)?;
    targets.iter().try_for_each(|(target, text)| deliver(arguments, target, text))
}

/// Where the program for an interface goes: `NAME_server.rs` for `NAME.x` in a directory.
fn target(arguments: &Gen, which: Which, path: &Path) -> Result<PathBuf, u8> {
    let Some(directory) = &arguments.out_dir else {
        return Ok(arguments.output.clone().unwrap_or_else(|| PathBuf::from("-")));
    };
    let Some(stem) = path.file_stem() else {
        return Err(arguments.input.messages.report(&CompileError::NoFileName { path: path.to_owned() }));
    };
    let mut name = stem.to_owned();
    name.push(match which {
        Which::Server => "_server.rs",
        Which::Client => "_client.rs",
    });
    Ok(directory.join(name))
}

fn deliver(arguments: &Gen, target: &Path, text: &str) -> Result<(), u8> {
    let messages = &arguments.input.messages;
    let written = if is_stdout(target) {
        io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush())
    } else {
        arguments.out_dir.as_ref().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_new(target, text))
    };
    written.map_err(|error| messages.report(&CompileError::Write { path: target.to_owned(), error }))
}

/// Nothing is written if one of them is there.
fn refuse_overwriting(arguments: &Gen, targets: &[(PathBuf, &String)]) -> Result<(), u8> {
    let there = |target: &Path| !is_stdout(target) && target.symlink_metadata().is_ok();
    match targets.iter().find(|(target, _)| there(target)) {
        Some((target, _)) => {
            let message = format!("error: `{}` is there already; nothing is overwritten", target.display());
            Err(arguments.input.messages.complain(&message, REJECTED))
        }
        None => Ok(()),
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
