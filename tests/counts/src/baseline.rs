use crate::Result;
use crate::kind::Kind;
use crate::measure::Count;
use std::fmt::Write;
use std::fs;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.txt");

/// What was counted before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    /// What the code was made by.
    pub(crate) toolchain: String,
    counts: Vec<(Kind, f64, String)>,
}

impl Baseline {
    pub(crate) fn of(toolchain: &str, counts: &[Count]) -> Self {
        let counts = counts.iter().map(|count| (count.kind, count.value, count.name.to_owned())).collect();
        Self { toolchain: toolchain.to_owned(), counts }
    }

    pub(crate) fn load() -> Result<Self> {
        let text = fs::read_to_string(PATH).map_err(|error| format!("{PATH}: {error}"))?;
        let mut baseline = Self::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(toolchain) = line.strip_prefix("toolchain ") {
                baseline.toolchain = toolchain.trim().to_owned();
            } else {
                baseline.counts.push(read(line).ok_or_else(|| format!("{PATH}: what is this? {line}"))?);
            }
        }
        Ok(baseline)
    }

    pub(crate) fn save(&self) -> Result<()> {
        let mut text = "# What each operation takes. Written by `tests/counts/run --bless`.\n".to_owned();
        writeln!(text, "toolchain {}\n", self.toolchain)?;
        for (kind, value, name) in &self.counts {
            writeln!(text, "{kind:<12} {:>12}  {name}", kind.show(*value))?;
        }
        Ok(fs::write(PATH, text)?)
    }

    /// What `name` took.
    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<f64> {
        let found = self.counts.iter().find(|(its, _, of)| *its == kind && of == name);
        found.map(|(_, value, _)| *value)
    }
}

/// `KIND VALUE NAME`.
fn read(line: &str) -> Option<(Kind, f64, String)> {
    let (kind, rest) = line.split_once(' ')?;
    let (value, name) = rest.trim_start().split_once(' ')?;
    Some((Kind::named(kind)?, value.parse().ok()?, name.trim().to_owned()))
}
