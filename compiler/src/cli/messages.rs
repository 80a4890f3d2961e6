//! How the command says what there is to say: always on standard error, since standard output may be the Rust.

use super::{REJECTED, UNUSABLE};
use crate::diagnostic::Code;
use crate::driver::{Compilation, Failure};
use crate::error::CompileError;
use crate::render::{self, Style};
use clap::{Args, ValueEnum};
use std::io::{self, IsTerminal, Write};

#[derive(Clone, Debug, Args)]
pub(super) struct Messages {
    /// How errors are shown
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    message_format: Format,
    /// When to use colours; auto: on terminals, unless NO_COLOR is set
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the text at fault, for people
    Human,
    /// One JSON object a line, for programs
    Json,
    /// One line each: FILE:LINE:COLUMN: error[CODE]: message
    Short,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Messages {
    /// Shows what there is to say about a compilation and hands on the output, or the exit status if there is none.
    pub(super) fn show(&self, mut compilation: Compilation) -> Result<String, u8> {
        let failure = match std::mem::replace(&mut compilation.result, Ok(String::new())) {
            Ok(text) => {
                self.warn(&compilation);
                return Ok(text);
            }
            Err(failure) => failure,
        };
        match (self.message_format, failure) {
            (_, Failure::Elsewhere) => {}
            (Format::Json, Failure::Rejected(errors)) => say(&render::json(&errors, &compilation.sources)),
            (Format::Short, Failure::Rejected(errors)) => say(&render::short(&errors, &compilation.sources)),
            (_, failure) => {
                let first = failure.first_code();
                let status =
                    self.report(&CompileError::new(&compilation.path, failure, &compilation.sources, self.style()));
                if let (Some(code), Format::Human) = (first, self.message_format) {
                    say(&format!("note: `oncrpc explain {code}` tells more about such an error\n"));
                }
                return Err(status);
            }
        }
        Err(REJECTED)
    }

    fn warn(&self, compilation: &Compilation) {
        let (warnings, sources) = (&compilation.warnings, &compilation.sources);
        say(&match self.message_format {
            Format::Human => render::render(warnings, sources, self.style()),
            Format::Json => render::json(warnings, sources),
            Format::Short => render::short(warnings, sources),
        });
    }

    /// Shows an error and says which exit status it means.
    pub(super) fn report(&self, error: &CompileError) -> u8 {
        let code = match error {
            CompileError::Rejected { .. } => REJECTED,
            _ => UNUSABLE,
        };
        self.complain(&error.to_string(), code)
    }

    /// Shows an error that begins with `error: `, and hands on the exit status.
    pub(super) fn complain(&self, message: &str, code: u8) -> u8 {
        match self.message_format {
            Format::Json => say(&render::json_message(message.trim_start_matches("error: "))),
            Format::Human | Format::Short => say(&format!("{message}\n")),
        }
        code
    }

    fn style(&self) -> Style {
        let unwanted = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self.color {
            Color::Always => Style::Colour,
            Color::Auto if io::stderr().is_terminal() && !unwanted() => Style::Colour,
            Color::Auto | Color::Never => Style::Plain,
        }
    }
}

impl Failure {
    fn first_code(&self) -> Option<Code> {
        match self {
            Failure::Rejected(errors) => errors.first().map(|error| error.code),
            Failure::Read(_) | Failure::ReadConfig(..) | Failure::Elsewhere | Failure::Internal(_) => None,
        }
    }
}

/// Shows an error where there are no options that say how.
pub(super) fn complain(message: &str, code: u8) -> u8 {
    say(&format!("{message}\n"));
    code
}

/// A reader that has gone away misses what it did not want.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
