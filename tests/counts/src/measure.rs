use crate::Result;
use crate::kind::Kind;
use crate::table::{Bound, Operation};
use crate::tools;
use std::sync::Mutex;
use std::thread;

/// What one operation takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) value: f64,
    pub(crate) bound: Bound,
}

/// Counts all operations, as many side by side as there are processors: they do not disturb each other.
pub(crate) fn measure_all(operations: &[&'static Operation]) -> Result<Vec<Count>> {
    let next = Mutex::new(operations.iter().enumerate());
    let measured = Mutex::new(Vec::new());
    let work = || {
        loop {
            let taken = next.lock().expect("nobody panics").next();
            let Some((index, operation)) = taken else { break };
            let counts = measure(operation);
            measured.lock().expect("nobody panics").push((index, counts));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut measured = measured.into_inner()?;
    measured.sort_by_key(|(index, _)| *index);
    let counts: Vec<Vec<Count>> = measured.into_iter().map(|(_, counts)| counts).collect::<Result<_>>()?;
    Ok(counts.concat())
}

/// What twice as many operations take more, so that the beginning and the end of a process do not count.
fn measure(operation: &'static Operation) -> Result<Vec<Count>> {
    let once = tools::count(operation, operation.times)?;
    let twice = tools::count(operation, 2 * operation.times)?;
    let count = |&(kind, bound): &(Kind, Bound)| {
        let value = (twice.of(kind) as f64 - once.of(kind) as f64) / operation.times as f64;
        Count { name: operation.name, kind, value, bound }
    };
    Ok(operation.kinds.iter().map(count).collect())
}
