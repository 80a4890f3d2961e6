//! `oncrpc explain E0103`, and the same as rustc has it: `oncrpc --explain E0103`.

use super::UNUSABLE;
use super::messages::complain;
use crate::diagnostic::Code;
use crate::explain;
use clap::Args;
use std::io::{self, Write};

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Codes such as E0103; without, all codes are listed
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Flag {
    /// Say at length what an error code means
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
}

impl Flag {
    pub(super) fn run(self) -> Result<(), u8> {
        explain(&Explain { codes: self.explain.into_iter().collect() })
    }
}

pub(super) fn explain(arguments: &Explain) -> Result<(), u8> {
    let mut pages = Vec::new();
    for code in &arguments.codes {
        let page = explain::find(code);
        let message = || format!("error: `{code}` is not a code; `oncrpc explain` lists them");
        pages.push(page.ok_or_else(|| complain(&message(), UNUSABLE))?.to_owned());
    }
    if pages.is_empty() {
        let titles = Code::ALL.iter().filter_map(|code| explain::page(*code).lines().next());
        pages.extend(titles.map(|title| format!("{}\n", title.trim_start_matches("# "))));
        return print(&pages.concat());
    }
    print(&pages.join("\n"))
}

/// Writes to standard output; a reader that has seen enough is no error.
pub(super) fn print(text: &str) -> Result<(), u8> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(complain(&format!("error: cannot write to standard output: {error}"), UNUSABLE))
        }
        _ => Ok(()),
    }
}
