//! Bytes made from the model alone come out of Rust's and C's decoders and encoders as they went in, and both judge broken
//! bytes as RFC 4506 does: every type of idl/kitchen_sink.x, of the interfaces that rpcgen's package brings, and of random
//! ones.

use bytes::Bytes;
use oncrpc_compiler::interop::c_harness;
use oncrpc_compiler::model::types::{Model, Type};
use oncrpc_tests::c::Peer;
use oncrpc_tests::missing;
use oncrpc_tests::wire::codecs::{Codec, DIALECT, KITCHEN_SINK, OPEN, RANDOM, SYSTEM};
use oncrpc_tests::wire::{Fault, Random, ask, generate, generate_overlong, model, mutate, read, types};
use std::path::{Path, PathBuf};

/// Values of each type; fewer of a random one, which is large.
const VALUES: usize = 1000;
const RANDOM_VALUES: usize = 200;

/// An interface with all that is needed to try its types.
struct Subject {
    path: &'static str,
    model: Model,
    codecs: &'static [Codec],
    values: usize,
}

/// A type of a subject, with its own sequence of values.
struct Case<'a> {
    index: usize,
    codec: &'static Codec,
    ty: Type,
    model: &'a Model,
    random: Random,
}

impl Subject {
    fn new(path: &'static str, codecs: &'static [Codec], values: usize) -> Self {
        Self { path, model: model(path), codecs, values }
    }

    fn kitchen_sink() -> Self {
        let path = "idl/kitchen_sink.x";
        Self::new(path, KITCHEN_SINK, VALUES)
    }

    fn dialect() -> impl Iterator<Item = Self> {
        DIALECT.iter().map(|(path, codecs)| Self::new(path, codecs, VALUES))
    }

    fn open() -> impl Iterator<Item = Self> {
        assert_eq!(OPEN.len(), 12, "all of idl");
        OPEN.iter().map(|(path, codecs)| Self::new(path, codecs, VALUES))
    }

    /// What rpcgen's package brings, of which rpcgen refuses `nis.x`.
    fn system() -> impl Iterator<Item = Self> {
        match SYSTEM.len() {
            0 => missing("/usr/include/rpcsvc"),
            count => assert!(count >= 17, "only {count} of /usr/include/rpcsvc compile"),
        }
        SYSTEM.iter().map(|(path, codecs)| Self::new(path, codecs, VALUES))
    }

    /// What C must agree on.
    fn for_c() -> impl Iterator<Item = Self> {
        assert_eq!(RANDOM.len(), 12, "what rpcgen takes we take");
        let random = RANDOM.iter().map(|(path, codecs)| Self::new(path, codecs, RANDOM_VALUES));
        random.chain([Self::kitchen_sink()])
    }

    fn all() -> impl Iterator<Item = Self> {
        Self::system().chain(Self::for_c())
    }

    fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        let types = types(&self.model);
        self.codecs.iter().enumerate().map(move |(index, codec)| {
            let (_, ty) =
                types.iter().find(|(name, _)| *name == codec.name).unwrap_or_else(|| panic!("{}", codec.name));
            Case { index, codec, ty: ty.clone(), model: &self.model, random: Random::new(index as u64) }
        })
    }
}

impl Case<'_> {
    fn value(&mut self) -> Vec<u8> {
        generate(self.model, &self.ty, &mut self.random)
    }

    /// Valid bytes with something changed, or with one length too large.
    fn broken(&mut self) -> Vec<u8> {
        if self.random.once_in(4) {
            return generate_overlong(self.model, &self.ty, &mut self.random);
        }
        let bytes = self.value();
        let pieces = read(self.model, &self.ty, &bytes).unwrap().pieces;
        mutate(&bytes, &pieces, &mut self.random)
    }
}

/// Ends a failure message: what it takes to see the same again.
fn shown(codec: &Codec, number: usize, bytes: &[u8]) -> String {
    format!("{}, value {number}: {}", codec.name, bytes.escape_ascii())
}

#[test]
fn every_type_of_the_kitchen_sink_is_tried() {
    let subject = Subject::kitchen_sink();
    let types = types(&subject.model);
    let told: Vec<_> = types.iter().map(|(name, ty)| (*name, subject.model.is_walkable(ty))).collect();
    let tried: Vec<_> = KITCHEN_SINK.iter().map(|codec| (codec.name, codec.walked.is_some())).collect();
    assert_eq!(told, tried);
}

#[test]
fn generated_bytes_are_values() {
    for subject in Subject::all() {
        for mut case in subject.cases() {
            let size = subject.model.size_of(&case.ty);
            for number in 0..subject.values {
                let bytes = case.value();
                let message = shown(case.codec, number, &bytes);
                let reading =
                    read(&subject.model, &case.ty, &bytes).unwrap_or_else(|fault| panic!("{fault:?}: {message}"));
                assert_eq!((reading.used, &reading.canonical), (bytes.len(), &bytes), "{message}");
                assert!(size.min <= bytes.len() as u64, "{message}");
                assert!(size.max.is_none_or(|max| bytes.len() as u64 <= max), "{message}");
            }
        }
    }
}

#[test]
fn rust_knows_the_sizes() {
    for subject in Subject::all() {
        for case in subject.cases() {
            let size = subject.model.size_of(&case.ty);
            let max = size.max.map_or(usize::MAX, |max| usize::try_from(max).unwrap());
            // A codec does not tell an unbounded length from one of 2^32-1 bytes.
            let told = if case.codec.size.1 > u32::MAX as usize { usize::MAX } else { case.codec.size.1 };
            assert_eq!((case.codec.size.0 as u64, told), (size.min, max), "{}", case.codec.name);
        }
    }
}

#[test]
fn rust_gives_back_the_same_bytes() {
    for subject in Subject::all().chain(Subject::dialect()).chain(Subject::open()) {
        for mut case in subject.cases() {
            for number in 0..subject.values {
                let bytes = Bytes::from(case.value());
                let right = Ok((bytes.len(), bytes.clone()));
                assert_eq!((case.codec.again)(&bytes), right, "{}", shown(case.codec, number, &bytes));
                assert_eq!((case.codec.seen)(&bytes), right, "in place: {}", shown(case.codec, number, &bytes));
                case.codec.check_walk(&bytes);
                case.codec.check_walk(&bytes.slice(..bytes.len() * number / subject.values));
            }
        }
    }
}

#[test]
fn rust_judges_broken_bytes_as_the_rfc_does() {
    let subject = Subject::kitchen_sink();
    let mut refused = 0;
    for mut case in subject.cases() {
        for number in 0..subject.values {
            let bytes = Bytes::from(case.broken());
            let ours = (case.codec.again)(&bytes).ok();
            let reading = read(&subject.model, &case.ty, &bytes).ok();
            let right = reading.map(|reading| (reading.used, Bytes::from(reading.canonical)));
            refused += usize::from(right.is_none());
            assert_eq!(ours, right, "{}", shown(case.codec, number, &bytes));
            let seen = (case.codec.seen)(&bytes).ok();
            assert_eq!(seen, right, "in place: {}", shown(case.codec, number, &bytes));
            case.codec.check_walk(&bytes);
        }
    }
    assert!(refused > KITCHEN_SINK.len() * subject.values / 5, "only {refused} values were broken: the test is");
}

/// With open enumerations and kept discriminants less is broken, and what is taken comes out as it went in.
#[test]
fn what_is_kept_is_given_back() {
    let (mut kept, mut subjects) = (0, Subject::open());
    let subject = subjects.find(|subject| subject.path.ends_with("kitchen_sink.x")).unwrap();
    for mut case in subject.cases() {
        for number in 0..subject.values {
            let bytes = Bytes::from(case.broken());
            let (ours, message) = ((case.codec.again)(&bytes).ok(), shown(case.codec, number, &bytes));
            assert_eq!((case.codec.seen)(&bytes).ok(), ours, "in place: {message}");
            match read(&subject.model, &case.ty, &bytes) {
                Ok(reading) => assert_eq!(ours, Some((reading.used, Bytes::from(reading.canonical))), "{message}"),
                Err(_) => {
                    let Some((used, encoded)) = ours else { continue };
                    assert_eq!(encoded.len(), used, "{message}");
                    assert_eq!((case.codec.again)(&encoded), Ok((used, encoded)), "{message}");
                    kept += 1;
                }
            }
        }
    }
    assert!(kept > 1000, "only {kept} values were kept: the test is broken");
}

#[test]
fn c_gives_back_the_same_bytes() {
    for subject in Subject::for_c() {
        if let Some(program) = round_trip(&subject).build() {
            c_agrees(&subject, &program);
        }
    }
}

#[test]
fn c_gives_back_the_same_bytes_of_its_part_of_the_dialect() {
    agrees_with_as_many(Subject::dialect(), 50);
}

#[test]
fn c_gives_back_the_same_bytes_of_what_the_system_brings() {
    agrees_with_as_many(Subject::system(), if SYSTEM.is_empty() { 0 } else { 13 });
}

/// What we take and rpcgen, or the C compiler behind it, does not, is passed over.
fn agrees_with_as_many(subjects: impl Iterator<Item = Subject>, least: usize) {
    let mut taken = 0;
    for subject in subjects {
        match round_trip(&subject).try_build() {
            Some(Ok(program)) => c_agrees(&subject, &program),
            Some(Err(_)) => continue,
            None => return,
        }
        taken += 1;
    }
    assert!(taken >= least, "rpcgen takes only {taken} files");
}

fn c_agrees(subject: &Subject, program: &Path) {
    let mut values = Vec::new();
    for mut case in subject.cases() {
        values.extend((0..subject.values).map(|_| (case.index, case.value())));
    }
    for (number, ((index, bytes), answer)) in values.iter().zip(ask(program, &values)).enumerate() {
        let message = shown(&subject.codecs[*index], number % subject.values, bytes);
        assert_eq!(answer, Some((bytes.len(), bytes.clone())), "{}: {message}", subject.path);
    }
}

/// Where C may take what the RFC does not allow: it does not know an enumeration's values, and cuts a number that is too
/// large for a `char` or `short`. What it then makes of the rest is its own affair.
fn c_may_differ(fault: Fault) -> bool {
    matches!(fault, Fault::Enumerator | Fault::Range)
}

#[test]
fn c_judges_broken_bytes_as_the_rfc_does() {
    let subject = Subject::kitchen_sink();
    let (mut values, mut readings) = (Vec::new(), Vec::new());
    for mut case in subject.cases() {
        for _ in 0..subject.values {
            let bytes = case.broken();
            readings.push(read(&subject.model, &case.ty, &bytes));
            values.push((case.index, bytes));
        }
    }
    let Some(program) = round_trip(&subject).build() else {
        return;
    };
    let answers = ask(&program, &values);
    for (number, ((index, bytes), (reading, answer))) in
        values.iter().zip(readings.into_iter().zip(answers)).enumerate()
    {
        let message = shown(&subject.codecs[*index], number % subject.values, bytes);
        match reading {
            // C ends a string at its first zero byte, so that it encodes less than it decoded. A bool among numbers in a
            // row keeps its odd number.
            Ok(reading) if reading.zero_in_text || reading.odd_truth => {
                assert_eq!(answer.map(|it| it.0), Some(reading.used), "{message}");
            }
            Ok(reading) => assert_eq!(answer, Some((reading.used, reading.canonical)), "{message}"),
            Err(fault) if c_may_differ(fault) => {}
            Err(fault) => assert_eq!(answer, None, "{fault:?}: {message}"),
        }
    }
}

/// The C side of `oncrpc interop`, with rpcgen's codecs for a subject.
struct RoundTrip {
    path: &'static str,
    harness: String,
}

fn round_trip(subject: &Subject) -> RoundTrip {
    let stem = subject.path.rsplit('/').next().unwrap().trim_end_matches(".x");
    let names: Vec<&str> = subject.codecs.iter().map(|codec| codec.name).collect();
    RoundTrip { path: subject.path, harness: c_harness(&format!("{stem}.h"), &names).unwrap() }
}

impl RoundTrip {
    fn build(&self) -> Option<PathBuf> {
        self.try_build().map(|program| program.unwrap_or_else(|error| panic!("{}: {error}", self.path)))
    }

    fn try_build(&self) -> Option<Result<PathBuf, String>> {
        let extra = &[("harness.c", self.harness.as_str())];
        Peer { name: "roundtrip", interface: self.path, stubs: &[], extra }.try_build()
    }
}
