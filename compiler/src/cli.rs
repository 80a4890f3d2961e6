//! The command line of `oncrpc`.

mod completions;
mod explain;
mod init;
mod interop;
mod lints;
mod messages;
mod sample;

use crate::driver::{self, Disk, Options, Stage};
use crate::error::CompileError;
use crate::json;
use crate::options::{Given, Setting};
use crate::output;
use crate::preprocess::PreprocessOptions;
use crate::rust;
use clap::{Args, Parser, Subcommand, ValueEnum};
use messages::Messages;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compiles rpcgen .x interface files to Rust.
///
/// Exit status: 0 success, 1 errors in a .x file or output that is not up to date, 2 wrong usage or files that cannot be
/// read or written.
#[derive(Debug, Parser)]
#[command(name = "oncrpc", version, arg_required_else_help = true, args_conflicts_with_subcommands = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    explain: explain::Flag,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Emit Rust: next to each FILE.x as FILE.rs unless -o or --out-dir is given
    Gen(Gen),
    /// Look for errors, emit nothing
    Check(Check),
    /// Hold the emitted codecs against those of C rpcgen, type by type; needs rpcgen, gcc, libtirpc and cargo
    ///
    /// Exit status: 0 the same, 1 different, 2 nothing can be said about a file.
    Interop(interop::Interop),
    /// Make a package to start from: an interface, a server and a client
    Init(init::Init),
    /// Print a script that completes this command's arguments in a shell
    Completions(completions::Completions),
    /// Write manual pages
    Man(completions::Man),
    /// Say at length what an error code means
    Explain(explain::Explain),
    /// List the lints, whose warnings can be allowed or denied
    Lints,
}

#[derive(Debug, Args)]
struct Gen {
    #[command(flatten)]
    input: Input,
    /// Write to this file; `-` is standard output
    #[arg(short, long, value_name = "FILE", conflicts_with = "out_dir")]
    output: Option<PathBuf>,
    /// Write FILE.rs for each FILE.x to this directory; with --emit json FILE.json, with --sample FILE_server.rs
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Write nothing; fail if an output file is not what would be written
    #[arg(long)]
    check: bool,
    /// Stop after a stage and print what there is
    #[arg(long, value_enum, default_value = "rust", value_name = "STAGE")]
    emit: Emit,
    /// Print a program to start from instead; with -o, write it to a file that is not there yet
    #[arg(long, value_enum, value_name = "PROGRAM", conflicts_with_all = ["emit", "check"])]
    sample: Option<sample::Which>,
    /// Keep names as they are in the .x file
    #[arg(long)]
    verbatim_names: bool,
    /// Emit views as well, which borrow from the record; handlers then take them
    #[arg(long)]
    views: bool,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    input: Input,
}

#[derive(Debug, Args)]
struct Input {
    /// The interface files
    #[arg(required = true, value_name = "FILE.x")]
    files: Vec<PathBuf>,
    /// Look here for #include "file", after the directory of the including file
    #[arg(short = 'I', value_name = "DIR")]
    include_dirs: Vec<PathBuf>,
    /// Define a name, as 1 unless a value is given
    #[arg(short = 'D', value_name = "NAME[=VALUE]", value_parser = parse_define)]
    defines: Vec<(String, String)>,
    /// Let `%#include "name.h"` include name.x, where there is one, even if no name is missing
    #[arg(long)]
    follow_c_includes: bool,
    /// Use a Rust type for one that only a C header defines
    #[arg(long = "extern-type", value_name = "NAME=PATH", value_parser = parse_extern_type)]
    extern_types: Vec<(String, String)>,
    /// Read options from this file instead of oncrpc.toml beside the interface
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set an option, of all types or of one (docs/options.md)
    #[arg(long = "set", value_name = "[TYPE.]OPTION=VALUE", value_parser = parse_setting)]
    settings: Vec<(String, String)>,
    /// Refer to what the included NAME.x defines in this module; with `super::NAME` unless given
    #[arg(long = "module", value_name = "NAME=PATH", value_parser = parse_module_path)]
    module_paths: Vec<(String, String)>,
    #[command(flatten)]
    lints: lints::Choice,
    #[command(flatten)]
    messages: Messages,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Emit {
    /// The syntax tree
    Ast,
    /// The model: names resolved, constants evaluated, sizes known
    Model,
    /// The model as JSON, for programs (docs/model.md); of several files an array
    Json,
    /// The Rust
    Rust,
}

/// Runs the command line of the process.
pub fn main() -> ExitCode {
    let arguments = CommandLine::parse();
    let result = match arguments.command {
        Some(Command::Gen(arguments)) => generate(&arguments),
        Some(Command::Check(arguments)) => check(&arguments),
        Some(Command::Interop(arguments)) => interop::run(arguments),
        Some(Command::Init(arguments)) => init::run(&arguments),
        Some(Command::Completions(arguments)) => completions::completions(&arguments),
        Some(Command::Man(arguments)) => completions::man(&arguments),
        Some(Command::Explain(arguments)) => explain::explain(&arguments),
        Some(Command::Lints) => lints::list(),
        None => arguments.explain.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(code) => ExitCode::from(code),
    }
}

/// Errors in a `.x` file, or output that is not up to date.
const REJECTED: u8 = 1;
/// Wrong usage, or files that cannot be read or written.
const UNUSABLE: u8 = 2;

fn generate(arguments: &Gen) -> Result<(), u8> {
    if let Some(which) = arguments.sample {
        return sample::run(arguments, which);
    }
    let (files, messages) = (&arguments.input.files, &arguments.input.messages);
    let is_array = matches!(arguments.emit, Emit::Json) && files.len() > 1 && arguments.out_dir.is_none();
    if arguments.output.is_some() && files.len() > 1 && !is_array {
        return Err(messages.complain("error: -o takes one input; use --out-dir for several", UNUSABLE));
    }
    let named = if is_array { files.get(..1).unwrap_or_default() } else { files };
    let targets = named.iter().map(|input| output_path(arguments, input)).collect::<Result<Vec<_>, u8>>()?;
    refuse_overwriting(arguments, &targets)?;
    let options = generation(arguments);
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let texts = compile_all(&options, &paths, messages)?;
    let texts = if is_array { vec![json::array(&texts)] } else { texts };
    for (target, text) in targets.iter().zip(&texts) {
        deliver(arguments, target, text)?;
    }
    Ok(())
}

/// Refuses outputs that would take the place of each other or of an input.
fn refuse_overwriting(arguments: &Gen, targets: &[PathBuf]) -> Result<(), u8> {
    let (files, messages) = (&arguments.input.files, &arguments.input.messages);
    for (index, target) in targets.iter().enumerate().filter(|(_, target)| !is_stdout(target)) {
        if files.contains(target) {
            let message = format!("error: `{}` is an input and would be overwritten", target.display());
            return Err(messages.complain(&message, UNUSABLE));
        }
        let earlier = targets.iter().zip(files).take(index).find(|(other, _)| *other == target);
        if let (Some((_, first)), Some(second)) = (earlier, files.get(index)) {
            return Err(messages.report(&CompileError::SameStem { first: first.clone(), second: second.clone() }));
        }
    }
    if arguments.check && targets.iter().any(|target| is_stdout(target)) {
        return Err(messages.complain("error: --check compares files; there is none on standard output", UNUSABLE));
    }
    Ok(())
}

fn is_stdout(target: &Path) -> bool {
    target.as_os_str() == "-"
}

fn check(arguments: &Check) -> Result<(), u8> {
    let paths: Vec<&Path> = arguments.input.files.iter().map(PathBuf::as_path).collect();
    compile_all(&Options { stage: Stage::Check, ..options(&arguments.input) }, &paths, &arguments.input.messages)
        .map(|_| ())
}

/// Compiles all files; nothing is written unless all succeed, and the errors of all are shown.
fn compile_all(options: &Options, paths: &[&Path], messages: &Messages) -> Result<Vec<String>, u8> {
    let mut texts = Vec::new();
    let mut worst = None;
    for compilation in driver::compile_all(options, &Disk, paths) {
        match messages.show(compilation) {
            Ok(text) => texts.push(text),
            Err(code) => worst = worst.max(Some(code)),
        }
    }
    worst.map_or(Ok(texts), Err)
}

/// Writes or checks the output for one input.
fn deliver(arguments: &Gen, target: &Path, text: &str) -> Result<(), u8> {
    let messages = &arguments.input.messages;
    let failed = |error| messages.report(&CompileError::Write { path: target.to_owned(), error });
    if is_stdout(target) {
        return io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()).map_err(failed);
    }
    if arguments.check {
        return if output::is_up_to_date(target, text) {
            Ok(())
        } else {
            // Files refer to each other only where they are compiled together.
            let inputs: Vec<String> = arguments.input.files.iter().map(|file| file.display().to_string()).collect();
            let message = format!(
                "error: `{}` is not up to date; run `oncrpc gen {}` with the same options and without --check",
                target.display(),
                inputs.join(" ")
            );
            Err(messages.complain(&message, REJECTED))
        };
    }
    let made = arguments.out_dir.as_ref().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| output::write_if_changed(target, text)).map_err(failed)
}

fn output_path(arguments: &Gen, input: &Path) -> Result<PathBuf, u8> {
    if let Some(output) = &arguments.output {
        return Ok(output.clone());
    }
    let extension = match (arguments.emit, &arguments.out_dir) {
        (Emit::Rust, _) => "rs",
        (Emit::Json, Some(_)) => "json",
        // A tree or a model is for reading: it never takes the place of an output file.
        _ => return Ok(PathBuf::from("-")),
    };
    let Some(name) = output::rust_name(input) else {
        let error = CompileError::NoFileName { path: input.to_owned() };
        return Err(arguments.input.messages.report(&error));
    };
    let directory = arguments.out_dir.as_deref().or_else(|| input.parent()).unwrap_or(Path::new(""));
    Ok(directory.join(name).with_extension(extension))
}

fn generation(arguments: &Gen) -> Options {
    let flags = [(arguments.verbatim_names, Setting::VerbatimNames(true)), (arguments.views, Setting::Views(true))];
    let mut options = options(&arguments.input);
    options.stage = stage(arguments.emit);
    options.given.extend(flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| Given::Method(None, flag)));
    options
}

fn options(input: &Input) -> Options {
    let lints = input.lints.levels();
    let preprocess = PreprocessOptions {
        include_dirs: input.include_dirs.clone(),
        defines: input.defines.clone(),
        follow_c_includes: input.follow_c_includes,
    };
    Options {
        preprocess,
        lints,
        extern_types: input.extern_types.iter().cloned().collect(),
        config: input.config.clone(),
        given: input.settings.iter().map(|(name, value)| Given::Flag(name.clone(), value.clone())).collect(),
        module_paths: input.module_paths.iter().cloned().collect(),
        ..Options::default()
    }
}

fn stage(emit: Emit) -> Stage {
    match emit {
        Emit::Ast => Stage::Ast,
        Emit::Model => Stage::Model,
        Emit::Json => Stage::Json,
        Emit::Rust => Stage::Rust,
    }
}

fn parse_define(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').unwrap_or((text, "1"));
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name { Ok((name.to_owned(), value.to_owned())) } else { Err(format!("`{name}` is not a name")) }
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    let setting = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    setting.ok_or_else(|| "expected OPTION=VALUE or TYPE.OPTION=VALUE, as `color.enumerations=open`".to_owned())
}

fn parse_module_path(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, path)) if rust::is_module_path(path) => Ok((name.to_owned(), path.to_owned())),
        Some((_, path)) => Err(format!("`{path}` is not the path of a module, as `crate::wire::common`")),
        None => Err("expected NAME=PATH, as `common=crate::wire::common`".to_owned()),
    }
}

fn parse_extern_type(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, path)) if rust::is_absolute_type(path) => Ok((name.to_owned(), path.to_owned())),
        Some((_, path)) => Err(format!("`{path}` is not a type named from the crate, as `crate::NetObj`")),
        None => Err("expected NAME=PATH, as `netobj=crate::NetObj`".to_owned()),
    }
}
