//! The values of one type, through both programs.

use super::divergence::Divergence;
use super::peer::{Answer, Peers};
use super::subject::{Subject, Subtype};
use super::wire::{self, Random};
use super::{CannotRun, Options};
use std::collections::BTreeMap;

/// What came of one type.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) values: usize,
    /// Values that both sides encode to the bytes they were decoded from.
    pub(super) same_bytes: usize,
    /// Values that are the same on both sides, member by member, and that each side reads from what the other wrote.
    pub(super) decoded_equal: usize,
    /// Broken values.
    pub(super) broken: usize,
    /// Broken values on which both sides agree.
    pub(super) same_verdict: usize,
    pub(super) known: BTreeMap<Divergence, usize>,
    /// The first ones.
    pub(super) differences: Vec<Difference>,
}

/// Bytes on which the sides do not agree.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) what: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) rust: Answer,
    pub(super) c: Answer,
}

/// So many differences of a type are kept.
const SHOWN: usize = 3;

/// The bytes that all values of a type may take together, about.
const TOTAL: u64 = 16 << 20;

pub(super) fn run(
    options: &Options,
    subject: &Subject,
    index: usize,
    subtype: &Subtype,
    peers: &Peers,
) -> Result<Row, CannotRun> {
    let mut trial = Trial::new(options, subject, index, subtype, peers);
    trial.values()?;
    trial.broken_values()?;
    Ok(trial.row)
}

struct Trial<'a> {
    subject: &'a Subject,
    index: usize,
    subtype: &'a Subtype,
    peers: &'a Peers,
    random: Random,
    count: usize,
    row: Row,
}

impl<'a> Trial<'a> {
    fn new(options: &Options, subject: &'a Subject, index: usize, subtype: &'a Subtype, peers: &'a Peers) -> Self {
        let smallest = subject.model.size_of(&subtype.ty).min.max(1);
        let most = usize::try_from(TOTAL.checked_div(smallest).unwrap_or(1)).unwrap_or(usize::MAX);
        let row = Row {
            name: subtype.name.clone(),
            values: 0,
            same_bytes: 0,
            decoded_equal: 0,
            broken: 0,
            same_verdict: 0,
            known: BTreeMap::new(),
            differences: Vec::new(),
        };
        let random = Random::new(options.seed.wrapping_add(hash(&subtype.name)));
        Self { subject, index, subtype, peers, random, count: options.values.min(most.max(1)), row }
    }

    /// Valid bytes come out as they went in, and what the one side writes the other reads.
    fn values(&mut self) -> Result<(), CannotRun> {
        let values: Vec<Vec<u8>> = (0..self.count).map(|_| self.value()).collect();
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let (rust, c) = (self.peers.rust.ask(self.index, &values)?, self.peers.c.ask(self.index, &values)?);
        let by_rust: Vec<&[u8]> = rust.iter().map(Answer::bytes).collect();
        let by_c: Vec<&[u8]> = c.iter().map(Answer::bytes).collect();
        let rust_of_c = self.peers.rust.ask(self.index, &by_c)?;
        let c_of_rust = self.peers.c.ask(self.index, &by_rust)?;

        self.row.values = values.len();
        for (number, bytes) in values.iter().enumerate() {
            let at = |answers: &[Answer]| answers.get(number).cloned().unwrap_or(Answer::Refused);
            let (rust, c) = (at(&rust), at(&c));
            if rust.is(bytes) && c.is(bytes) {
                self.row.same_bytes += 1;
            } else {
                self.differ("a value is not written as it was read", bytes, rust.clone(), c.clone());
            }
            let (rust_of_c, c_of_rust) = (at(&rust_of_c), at(&c_of_rust));
            if rust.shown() != c.shown() {
                self.differ("a value is not the same, member by member", bytes, rust, c);
            } else if rust_of_c.is(c.bytes()) && c_of_rust.is(rust.bytes()) {
                self.row.decoded_equal += 1;
            } else {
                self.differ("a value of the other side is not read as it was written", bytes, rust_of_c, c_of_rust);
            }
        }
        Ok(())
    }

    /// Both sides refuse the same bytes, and make the same of those that they take.
    fn broken_values(&mut self) -> Result<(), CannotRun> {
        let values: Vec<Vec<u8>> = (0..self.count).map(|_| self.broken_value()).collect();
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let rust = self.peers.rust.ask(self.index, &values)?;
        let c = self.peers.c.ask(self.index, &values)?;
        self.row.broken = values.len();
        for ((bytes, rust), c) in values.iter().zip(rust).zip(c) {
            if rust == c && !matches!(rust, Answer::Died(_)) {
                self.row.same_verdict += 1;
                continue;
            }
            let reading = wire::read(&self.subject.model, &self.subtype.ty, bytes);
            match Divergence::of(self.subtype, &reading, &rust, &c) {
                Some(divergence) => *self.row.known.entry(divergence).or_default() += 1,
                None => self.differ("broken bytes are judged differently", bytes, rust, c),
            }
        }
        Ok(())
    }

    fn value(&mut self) -> Vec<u8> {
        wire::generate(&self.subject.model, &self.subtype.ty, &mut self.random)
    }

    /// A valid value with something changed, a value with one length too large, or bytes that have nothing to do with
    /// the type; now and then with more behind them, so that a wrong length has something to take.
    fn broken_value(&mut self) -> Vec<u8> {
        let (model, ty) = (&self.subject.model, &self.subtype.ty);
        let mut bytes = match self.random.below(10) {
            0 | 1 => wire::noise(&mut self.random),
            2..=4 => wire::generate_overlong(model, ty, &mut self.random),
            _ => {
                let bytes = wire::generate(model, ty, &mut self.random);
                let pieces = wire::read(model, ty, &bytes).map(|reading| reading.pieces);
                wire::mutate(&bytes, &pieces.unwrap_or_default(), &mut self.random)
            }
        };
        if self.random.once_in(4) {
            bytes.extend(wire::noise(&mut self.random));
        }
        bytes
    }

    fn differ(&mut self, what: &'static str, bytes: &[u8], rust: Answer, c: Answer) {
        if self.row.differences.len() < SHOWN {
            self.row.differences.push(Difference { what, bytes: bytes.to_vec(), rust, c });
        }
    }
}

impl Row {
    pub(super) fn is_same(&self) -> bool {
        let known: usize = self.known.values().sum();
        self.same_bytes == self.values
            && self.decoded_equal == self.values
            && self.same_verdict.saturating_add(known) == self.broken
            && self.differences.is_empty()
    }
}

impl Answer {
    /// Whether all of `bytes` was a value that is encoded the same again.
    fn is(&self, bytes: &[u8]) -> bool {
        matches!(self, Self::Value { used, bytes: encoded, .. } if *used == bytes.len() && encoded == bytes)
    }

    fn shown(&self) -> Option<&str> {
        match self {
            Self::Value { shown, .. } => Some(shown),
            Self::Refused | Self::NotEncoded { .. } | Self::Died(_) => None,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Value { bytes, .. } => bytes,
            Self::Refused | Self::NotEncoded { .. } | Self::Died(_) => &[],
        }
    }
}

/// FNV-1a: the values of a type stay the same when others come and go.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
