//! Lints: `oncrpc lints`, `--allow`, `--warn` and `--deny`.

use super::explain::print;
use crate::explain;
use crate::lint::{Level, Levels, Lint};
use clap::Args;

#[derive(Clone, Debug, Args)]
pub(super) struct Choice {
    /// Say nothing about findings of a lint
    #[arg(long, value_name = "LINT", value_parser = parse)]
    allow: Vec<Lint>,
    /// Warn about findings of a lint
    #[arg(long, value_name = "LINT", value_parser = parse)]
    warn: Vec<Lint>,
    /// Make findings of a lint errors
    #[arg(long, value_name = "LINT", value_parser = parse)]
    deny: Vec<Lint>,
}

impl Choice {
    /// The levels; of several for one lint the strictest.
    pub(super) fn levels(&self) -> Levels {
        let mut levels = Levels::default();
        for (lints, level) in [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)] {
            lints.iter().for_each(|lint| levels.set(*lint, level));
        }
        levels
    }
}

fn parse(name: &str) -> Result<Lint, String> {
    Lint::of_name(name).ok_or_else(|| {
        let names: Vec<&str> = Lint::ALL.iter().map(|lint| lint.name()).collect();
        format!("not a lint; there are {}", names.join(", "))
    })
}

pub(super) fn list() -> Result<(), u8> {
    let line = |lint: &Lint| {
        let level = match lint.default_level() {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        };
        let title = explain::page(lint.code()).lines().next().unwrap_or_default();
        let title = title.split_once(": ").map_or("", |(_, title)| title);
        format!("{:12} {level:6} {title}\n", lint.name())
    };
    print(&Lint::ALL.iter().map(line).collect::<String>())
}
