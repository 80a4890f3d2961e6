//! Files of the repository with some bytes changed.

use crate::dice::Dice;
use std::fs;
use std::path::{Path, PathBuf};

/// Every `.x` file of the repository.
pub(crate) fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let mut samples = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for folder in ["compiler/tests", "idl", "examples", "tests"] {
        collect(&root.join(folder), &mut samples);
    }
    // The order of a directory differs between machines.
    samples.sort();
    samples
}

fn collect(folder: &Path, samples: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, samples);
        } else if path.extension().is_some_and(|extension| extension == "x") {
            let bytes = fs::read(&path).unwrap();
            samples.push((path, bytes));
        }
    }
}

/// Text that means something to the language.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "<",
    ">",
    "[",
    "]",
    ";",
    ",",
    "*",
    "=",
    "\"",
    "'",
    "/*",
    "*/",
    "//",
    "\\\n",
    "\n#if 1\n",
    "\n#define A A\n",
    "\n%",
    "0xffffffff",
    "-1",
    "\u{FEFF}",
];

/// A few changes to one file.
pub(crate) fn mutated(bytes: &[u8], samples: &[(PathBuf, Vec<u8>)], dice: &mut Dice) -> Vec<u8> {
    let mut text = bytes.to_vec();
    for _ in 0..=dice.below(5) {
        let from = dice.below(text.len() + 1);
        let to = (from + dice.below(12)).min(text.len());
        match dice.below(7) {
            0 => text.splice(from..to, []).for_each(drop),
            1 => text.splice(from..from, dice.pick(PIECES).bytes()).for_each(drop),
            2 => text.splice(from..to, dice.pick(PIECES).bytes()).for_each(drop),
            3 if from < text.len() => text[from] ^= 1 << dice.below(8),
            4 => {
                let again = text[from..to].to_vec();
                let times = 1 + dice.below(60);
                text.splice(to..to, again.repeat(times)).for_each(drop);
            }
            5 => {
                let (_, other) = dice.pick(samples);
                let start = dice.below(other.len() + 1);
                let end = (start + dice.below(80)).min(other.len());
                text.splice(from..to, other[start..end].iter().copied()).for_each(drop);
            }
            _ => text.truncate(from.max(1)),
        }
    }
    text
}
