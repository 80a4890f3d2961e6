//! What came of an interface, as a table.

use super::Options;
use super::divergence::Divergence;
use super::peer::Answer;
use super::subject::Subject;
use super::trial::{Difference, Row};
use std::collections::BTreeMap;
use std::fmt;

/// What came of one file.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) subject: &'a Subject,
    pub(super) options: &'a Options,
    pub(super) rows: Vec<Row>,
}

/// Bytes that are shown of a value.
const SHOWN: usize = 96;

impl Report<'_> {
    pub(super) fn is_same(&self) -> bool {
        self.rows.iter().all(Row::is_same)
    }

    fn known(&self) -> BTreeMap<Divergence, usize> {
        let mut known = BTreeMap::new();
        for (divergence, count) in self.rows.iter().flat_map(|row| &row.known) {
            *known.entry(*divergence).or_default() += count;
        }
        known
    }

    fn table(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default().max(4);
        writeln!(
            out,
            "{:width$}  values  same bytes  decoded equal  broken  errors equal  known otherwise  verdict",
            "type"
        )?;
        for row in &self.rows {
            let known: usize = row.known.values().sum();
            writeln!(
                out,
                "{:width$}  {:6}  {:10}  {:13}  {:6}  {:12}  {known:15}  {}",
                row.name,
                row.values,
                row.same_bytes,
                row.decoded_equal,
                row.broken,
                row.same_verdict,
                if row.is_same() { "same" } else { "DIFFERENT" }
            )?;
        }
        Ok(())
    }

    fn notes(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.subject.left_out.is_empty() {
            writeln!(out, "\nnot tried:")?;
            self.subject.left_out.iter().try_for_each(|it| writeln!(out, "  {}: {}", it.name, it.reason))?;
        }
        if !self.subject.missing_headers.is_empty() {
            let names = self.subject.missing_headers.join(", ");
            writeln!(out, "\nheaders that are not found, without which the C program is built: {names}")?;
        }
        let known = self.known();
        if !known.is_empty() {
            writeln!(out, "\nknown otherwise:")?;
            for (divergence, count) in known {
                writeln!(out, "  {count:6}  {}\n          {}", divergence.title(), divergence.ground())?;
            }
        }
        for row in self.rows.iter().filter(|row| !row.differences.is_empty()) {
            writeln!(out, "\n{}:", row.name)?;
            row.differences.iter().try_for_each(|it| show(it, out))?;
        }
        Ok(())
    }

    fn verdict(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.subject.path.display();
        let different = self.rows.iter().filter(|row| !row.is_same()).count();
        let seed = self.options.seed;
        if different > 0 {
            return writeln!(out, "{path}: DIFFERENT: {different} of {} types (seed {seed})", self.rows.len());
        }
        let values: usize = self.rows.iter().map(|row| row.values).sum();
        let broken: usize = self.rows.iter().map(|row| row.broken).sum();
        writeln!(out, "{path}: same: {} types, {values} values and {broken} broken ones (seed {seed})", self.rows.len())
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}: Rust by oncrpc {}, C by rpcgen\n", self.subject.path.display(), env!("CARGO_PKG_VERSION"))?;
        self.table(out)?;
        self.notes(out)?;
        writeln!(out)?;
        self.verdict(out)
    }
}

fn show(it: &Difference, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(out, "  {}: {}", it.what, Hex(&it.bytes))?;
    writeln!(out, "    Rust: {}\n    C:    {}", it.rust, it.c)
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => out.write_str("refused"),
            Self::Value { used, bytes, shown } => {
                let cut = if shown.chars().nth(SHOWN).is_some() { " ..." } else { "" };
                let shown: String = shown.chars().take(SHOWN).collect();
                write!(out, "takes {used} bytes, writes {}, has {shown}{cut}", Hex(bytes))
            }
            Self::NotEncoded { used } => write!(out, "takes {used} bytes and cannot write the value"),
            Self::Died(status) => write!(out, "the program died: {status}"),
        }
    }
}

/// Bytes in groups of four.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return out.write_str("nothing");
        }
        for (number, word) in self.0.chunks(4).take(SHOWN / 4).enumerate() {
            out.write_str(if number > 0 { " " } else { "" })?;
            word.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
        }
        if self.0.len() > SHOWN { write!(out, " ... ({} bytes)", self.0.len()) } else { Ok(()) }
    }
}
