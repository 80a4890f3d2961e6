//! Asking a C program that `c_harness` made.

use crate::process;
use std::path::Path;

/// Bytes used, and the value encoded again; `None` if the bytes are no value.
pub type Answer = Option<(usize, Vec<u8>)>;

/// What the program makes of values, each of the type with that index.
pub fn ask(program: &Path, values: &[(usize, Vec<u8>)]) -> Vec<Answer> {
    let mut input = Vec::new();
    for (index, bytes) in values {
        input.extend((*index as u32).to_be_bytes());
        input.extend((bytes.len() as u32).to_be_bytes());
        input.extend(bytes);
    }
    let output = process::run(program, &[], &input);
    assert!(output.status.success(), "{}: {}: {}", program.display(), output.status, output.stderr);
    let mut rest = output.stdout.as_slice();
    values.iter().map(|_| answer(&mut rest)).collect()
}

fn answer(rest: &mut &[u8]) -> Answer {
    let mut word = || u32::from_be_bytes(rest.split_off(..4).unwrap().try_into().unwrap()) as usize;
    // Values are not shown: nobody asked for it.
    let [outcome, used, length, 0] = [word(), word(), word(), word()] else { panic!("a value is shown") };
    let bytes = rest.split_off(..length).unwrap().to_vec();
    assert!(outcome < 2, "decoded but not encoded");
    (outcome == 1).then_some((used, bytes))
}
