//! Programs that decode and encode what they are given.

use super::CannotRun;
use super::workplace::failed;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// The longest a program may take for the values of one type. Generous: it is only met when something hangs.
const DEADLINE: Duration = Duration::from_secs(120);

/// A program that dies on this many values of a type is not asked for more.
const DEATHS: usize = 8;

/// The programs for one interface.
#[derive(Debug)]
pub(super) struct Peers {
    pub(super) c: Peer,
    pub(super) rust: Peer,
}

/// A program and the files through which it is spoken to.
#[derive(Debug)]
pub(super) struct Peer {
    program: PathBuf,
    questions: PathBuf,
    answers: PathBuf,
}

/// What a program makes of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// No value.
    Refused,
    /// A value that took `used` bytes, how it is encoded again, and what it is, member by member.
    Value { used: usize, bytes: Vec<u8>, shown: String },
    /// A value that took `used` bytes and cannot be encoded.
    NotEncoded { used: usize },
    /// The end of the program.
    Died(ExitStatus),
}

impl Peer {
    /// `name` is that of its files in `folder`.
    pub(super) fn new(program: PathBuf, folder: &Path, name: &str) -> Self {
        let file = |what| folder.join(format!("{name}.{what}"));
        Self { program, questions: file("questions"), answers: file("answers") }
    }

    /// What it makes of `values`, which are of the type with that number; an answer for each.
    pub(super) fn ask(&self, index: usize, values: &[&[u8]]) -> Result<Vec<Answer>, CannotRun> {
        let mut answers = Vec::new();
        for _ in 0..DEATHS {
            let (more, end) = self.ask_once(index, values.get(answers.len()..).unwrap_or_default())?;
            answers.extend(more);
            if answers.len() >= values.len() {
                break;
            }
            answers.push(Answer::Died(end));
        }
        if let Some(Answer::Died(end)) = answers.last().cloned() {
            answers.resize(values.len(), Answer::Died(end));
        }
        Ok(answers)
    }

    /// The answers up to the one on which it died, and how it ended.
    fn ask_once(&self, index: usize, values: &[&[u8]]) -> Result<(Vec<Answer>, ExitStatus), CannotRun> {
        let questions: Vec<u8> = values.iter().flat_map(|value| question(index, value)).collect();
        fs::write(&self.questions, questions).map_err(failed(&self.questions))?;
        let input = File::open(&self.questions).map_err(failed(&self.questions))?;
        let output = File::create(&self.answers).map_err(failed(&self.answers))?;
        let start = |error| CannotRun::Start { command: self.program.display().to_string(), error };
        let child = Command::new(&self.program).stdin(input).stdout(output).spawn().map_err(start)?;
        let end = wait(child).map_err(failed(&self.program))?;
        let answers = fs::read(&self.answers).map_err(failed(&self.answers))?;
        let mut rest = answers.as_slice();
        Ok((values.iter().map_while(|_| answer(&mut rest)).collect(), end))
    }
}

fn question(index: usize, value: &[u8]) -> Vec<u8> {
    let word = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    [&word(index)[..], &word(value.len()), value].concat()
}

fn answer(rest: &mut &[u8]) -> Option<Answer> {
    let (outcome, used, length, shown_length) = (word(rest)?, word(rest)?, word(rest)?, word(rest)?);
    let (bytes, after) = rest.split_at_checked(length)?;
    let (shown, after) = after.split_at_checked(shown_length)?;
    *rest = after;
    Some(match outcome {
        0 => Answer::Refused,
        1 => Answer::Value { used, bytes: bytes.to_vec(), shown: String::from_utf8_lossy(shown).into_owned() },
        _ => Answer::NotEncoded { used },
    })
}

fn word(rest: &mut &[u8]) -> Option<usize> {
    let (word, after) = rest.split_first_chunk()?;
    *rest = after;
    usize::try_from(u32::from_be_bytes(*word)).ok()
}

/// Waits for its end, and brings it about when it takes too long.
fn wait(mut child: Child) -> std::io::Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > DEADLINE {
            child.kill()?;
            return child.wait();
        }
        thread::sleep(Duration::from_millis(1));
    }
}
