//! `oncrpc interop`: holds what we emit for an interface against what rpcgen makes of it, type by type.
//!
//! Both sides become a program that decodes and encodes what it is given. Bytes made from the model alone, by RFC 4506,
//! go through both, as they are and as the other side wrote them; so do broken bytes, on which both must agree whether
//! they are a value. Where C is known to judge otherwise, `divergence.rs` has the ground; anything else is a difference.

mod c;
mod cargo;
mod divergence;
mod error;
mod headers;
mod peer;
mod procedures;
mod report;
mod show;
mod subject;
mod tools;
mod trial;
pub mod wire;
mod workplace;

pub use c::harness as c_harness;
pub(crate) use error::CannotRun;

use crate::driver;
use peer::{Peer, Peers};
use report::Report;
use std::io::{self, Write};
use std::path::PathBuf;
use subject::Subject;
use tools::Tools;
use workplace::Workplace;

/// What the user chose.
#[derive(Debug)]
pub(crate) struct Options {
    /// Includes and defines, for both sides.
    pub(crate) compile: driver::Options,
    /// Valid values, and as many broken ones, of each type.
    pub(crate) values: usize,
    /// What random bytes are made from.
    pub(crate) seed: u64,
    /// Where both programs are built and stay; otherwise they are removed.
    pub(crate) keep: Option<PathBuf>,
    /// The runtime's source; otherwise the one next to this compiler's source, or the released version.
    pub(crate) oncrpc_path: Option<PathBuf>,
}

/// What came of it. The greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Same,
    CannotRun,
    Different,
}

/// Tries the types of all files and prints what came of it; what cannot be tried is complained about.
pub(crate) fn run(
    options: &Options,
    paths: &[PathBuf],
    out: &mut dyn Write,
    complain: &mut dyn FnMut(&CannotRun),
) -> Verdict {
    let mut failed = |error: CannotRun| {
        complain(&error);
        Verdict::CannotRun
    };
    let (tools, place) = match Tools::find().and_then(|tools| Ok((tools, Workplace::new(options.keep.as_deref())?))) {
        Ok(found) => found,
        Err(error) => return failed(error),
    };
    let mut verdict = Verdict::Same;
    let mut subjects: Vec<Subject> = Vec::new();
    for path in paths {
        match prepare(options, &tools, &place, path.clone(), &subjects) {
            Ok(subject) => subjects.push(subject),
            Err(error) => verdict = failed(error),
        }
    }
    if let Err(error) = cargo::build(options, &place, &subjects) {
        return failed(error);
    }
    for (index, subject) in subjects.iter().enumerate() {
        let rust = cargo::program(&place, index);
        verdict = verdict.max(compare(options, &place, subject, rust, out).unwrap_or_else(&mut failed));
    }
    verdict
}

fn prepare(
    options: &Options,
    tools: &Tools,
    place: &Workplace,
    path: PathBuf,
    others: &[Subject],
) -> Result<Subject, CannotRun> {
    let mut subject = Subject::load(options, path)?;
    subject.refuse_same_name(others)?;
    c::build(options, tools, place, &mut subject)?;
    subject.refuse_empty()?;
    Ok(subject)
}

fn compare(
    options: &Options,
    place: &Workplace,
    subject: &Subject,
    rust: PathBuf,
    out: &mut dyn Write,
) -> Result<Verdict, CannotRun> {
    let folder = place.folder(&subject.name)?;
    let c = Peer::new(folder.join("c-harness"), &folder, "c");
    let peers = Peers { c, rust: Peer::new(rust, &folder, "rust") };
    let rows = subject.types.iter().enumerate().map(|(index, it)| trial::run(options, subject, index, it, &peers));
    let report = Report { subject, rows: rows.collect::<Result<_, _>>()?, options };
    let printed: io::Result<()> = write!(out, "{report}").and_then(|()| out.flush());
    printed.map_err(CannotRun::Print)?;
    Ok(if report.is_same() { Verdict::Same } else { Verdict::Different })
}
