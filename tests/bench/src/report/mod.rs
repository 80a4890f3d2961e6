//! What was measured, for people: tables, charts, verdicts.

mod chart;
mod markdown;

use crate::arguments::Arguments;
use crate::rounds::Measured;
use crate::scenario::Group;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

/// The document that a report without one is for.
const DOCUMENT: &str = "performance.md";

/// What stands between these lines in the document is replaced.
const MARKERS: [&str; 2] = ["<!-- measured: tests/bench/run -->", "<!-- measured: end -->"];

#[derive(Debug)]
pub(crate) enum Fault {
    File(PathBuf, io::Error),
    NoMarkers(PathBuf),
    Chart(PathBuf, String),
}

/// Prints the report and, if asked to, puts it into the document, with charts in a folder of its name.
pub(crate) fn write(arguments: &Arguments, measured: &[Measured<'_>]) -> Result<(), Fault> {
    let document = arguments.document.as_deref().unwrap_or(Path::new(DOCUMENT));
    let folder = document.with_extension("");
    let charts = folder.file_name().unwrap_or_default().to_string_lossy();
    let text = markdown::report(arguments.rounds, measured, &charts);
    println!("{text}");
    if arguments.document.is_none() {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|error| Fault::File(folder.clone(), error))?;
    for group in Group::ALL {
        let of_group: Vec<_> = measured.iter().filter(|it| it.scenario.group == group).collect();
        if !of_group.is_empty() {
            let file = folder.join(format!("{}.svg", group.word()));
            chart::draw(&file, group, &of_group).map_err(|error| Fault::Chart(file, error))?;
        }
    }
    replace(document, &text)
}

fn replace(document: &Path, text: &str) -> Result<(), Fault> {
    let file = |error| Fault::File(document.to_owned(), error);
    let old = fs::read_to_string(document).map_err(file)?;
    let [begin, end] = MARKERS;
    let parts = old.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = parts.ok_or_else(|| Fault::NoMarkers(document.to_owned()))?;
    fs::write(document, format!("{before}{begin}\n{text}{end}{after}")).map_err(file)
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => write!(out, "{}: {error}", path.display()),
            Self::NoMarkers(path) => write!(out, "{} has no `{}` .. `{}`", path.display(), MARKERS[0], MARKERS[1]),
            Self::Chart(path, error) => write!(out, "{}: {error}", path.display()),
        }
    }
}
