//! Whatever the text is, the compiler says what is wrong with it or emits Rust that can be parsed; it neither panics nor
//! hangs. `ONCRPC_FUZZ_SECONDS=600` runs longer, `ONCRPC_FUZZ_SEED=7` elsewhere; a case that fails is left in a file.

mod dice;
mod generator;
mod mutate;

use dice::Dice;
use oncrpc_compiler::{CompileError, Compiler, Lint};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long one text may take; a hundredth of it is a lot.
const LIMIT: Duration = Duration::from_secs(10);

/// What came of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Accepted,
    Refused,
}

#[test]
fn texts_made_from_the_grammar_are_survived() {
    let mut seen = [0_usize; 2];
    run(
        "grammar",
        |dice, _| (generator::interface(dice), None),
        |outcome| seen[usize::from(outcome == Outcome::Refused)] += 1,
    );
    let [accepted, refused] = seen;
    // If the generator made nothing but errors, or none, it would prove little.
    assert!(accepted * 4 > refused && refused * 20 > accepted, "{accepted} accepted, {refused} refused");
}

#[test]
fn mutated_files_are_survived() {
    let samples = mutate::samples();
    assert!(samples.len() > 150, "only {} files", samples.len());
    let case = |dice: &mut Dice, _| {
        let (path, bytes) = &samples[dice.below(samples.len())];
        (mutate::mutated(bytes, &samples, dice), path.parent().map(Path::to_owned))
    };
    run("mutated", case, |_| ());
}

/// Makes and compiles texts for some seconds, in a thread that is watched; `count` sees what came of each.
fn run(
    name: &str,
    mut case: impl FnMut(&mut Dice, usize) -> (Vec<u8>, Option<PathBuf>) + Send,
    mut count: impl FnMut(Outcome),
) {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seconds = Duration::from_secs(number("ONCRPC_FUZZ_SECONDS").unwrap_or(6));
    let seed = number("ONCRPC_FUZZ_SEED").unwrap_or(1);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(name);
    fs::create_dir_all(&folder).unwrap();
    let (done, outcomes) = mpsc::channel();
    let file = folder.join("case.x");
    std::thread::scope(|scope| {
        let file = &file;
        scope.spawn(move || {
            let start = Instant::now();
            for round in 0.. {
                let mut dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(round));
                let (text, include_dir) = case(&mut dice, usize::try_from(round).unwrap());
                fs::write(file, &text).unwrap();
                let outcome = compile(file, include_dir.as_deref(), &mut dice);
                if done.send(outcome).is_err() || start.elapsed() > seconds {
                    return;
                }
            }
        });
        loop {
            match outcomes.recv_timeout(LIMIT) {
                Ok(Ok(outcome)) => count(outcome),
                Ok(Err(fault)) => {
                    let kept = folder.join("failed.x");
                    fs::copy(file, &kept).unwrap();
                    panic!("{fault}; the text is in {}", kept.display());
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    // The thread cannot be stopped, and the scope would wait for it.
                    eprintln!("more than {LIMIT:?} for {}", file.display());
                    std::process::exit(1);
                }
            }
        }
    });
}

/// Compiles a text in one of the ways the compiler can; the error is a fault of the compiler.
fn compile(file: &Path, include_dir: Option<&Path>, dice: &mut Dice) -> Result<Outcome, String> {
    let mut compiler = Compiler::new().out_dir(file.parent().unwrap()).warn(Lint::MissingArm);
    compiler = compiler.warn(Lint::Portability).warn(Lint::Unbounded).define("DEFINED", "8");
    compiler = compiler.verbatim_names(dice.one_in(3)).views(dice.one_in(3));
    if let Some(directory) = include_dir {
        compiler = compiler.include_dir(directory);
    }
    let result = catch_unwind(AssertUnwindSafe(|| compiler.compile(file).into_result()));
    match result {
        Ok(Ok(_)) => Ok(Outcome::Accepted),
        Ok(Err(CompileError::Rejected { report, errors })) if errors > 0 && report.contains(" --> ") => {
            Ok(Outcome::Refused)
        }
        Ok(Err(error)) => Err(format!("{error}")),
        Err(_) => Err("the compiler panicked".to_owned()),
    }
}
