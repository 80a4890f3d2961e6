//! Bytes made from valid messages by changing them: nothing panics or hangs, memory stays within what came and what is
//! granted, and whatever can be known in two ways is the same in both.
//!
//! Each target runs for two seconds; `tests/fuzz/run` runs them for longer. `ONCRPC_FUZZ_SECONDS=600` says for how long,
//! `ONCRPC_FUZZ_SEED=7` elsewhere. A case that fails is left in a file, and `ONCRPC_FUZZ_CASE=FILE` with the name of its
//! target runs it again.

mod client;
mod headers;
mod kitchen_sink;
mod messages;
mod mutation;
mod records;
mod rpcbind;
mod server;

use oncrpc_tests::wire::Random;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a decoder may take whatever came, and how often more than what came.
const FIXED: usize = 64 << 10;
const FACTOR: usize = 4;

/// How long one case may take; a thousandth of it is a lot.
const LIMIT: Duration = Duration::from_secs(10);

/// Runs `check` on messages that are made from `corpus`, with numbers of its own; `granted` bytes of memory are beyond
/// what came. What `check` does with its random numbers is the same for the same message.
fn run(target: &str, corpus: &[Vec<u8>], granted: usize, mut check: impl FnMut(&[u8], &mut Random)) {
    if let Ok(case) = std::env::var("ONCRPC_FUZZ_CASE") {
        return try_one(&fs::read(case).unwrap(), granted, &mut check);
    }
    let number = |name| std::env::var(name).ok().map(|value| value.parse::<u64>().expect("a number"));
    let time = Duration::from_secs(number("ONCRPC_FUZZ_SECONDS").unwrap_or(2));
    let mut random = Random::new(number("ONCRPC_FUZZ_SEED").unwrap_or(1));
    let (begin, mut cases) = (Instant::now(), 0_u64);
    // The messages themselves come first.
    let mut unchanged = corpus.iter();
    while begin.elapsed() < time || cases == 0 {
        let message = unchanged.next().cloned().unwrap_or_else(|| mutation::mutated(corpus, &mut random));
        cases += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| try_one(&message, granted, &mut check)));
        if let Err(panic) = outcome {
            let file = keep(target, &message);
            eprintln!("case {cases} of {target} fails: ONCRPC_FUZZ_CASE={} runs it again", file.display());
            resume_unwind(panic);
        }
    }
    println!("{target}: {cases} cases");
}

fn try_one(message: &[u8], granted: usize, check: &mut impl FnMut(&[u8], &mut Random)) {
    let seed = message.iter().fold(0_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let mut random = Random::new(seed);
    let begin = Instant::now();
    let memory = allocation_counter::measure(|| check(message, &mut random)).bytes_max;
    let most = (FIXED + FACTOR * message.len() + granted) as u64;
    assert!(memory <= most, "{memory} bytes of memory for {} bytes, {most} are the most", message.len());
    assert!(begin.elapsed() < LIMIT, "{:?} for {} bytes", begin.elapsed(), message.len());
}

fn keep(target: &str, message: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{target}.failed"));
    fs::write(&file, message).unwrap();
    file
}
