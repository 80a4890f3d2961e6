use super::{DecodeError, Source};
use alloc::vec::Vec;

/// Elements that the first room is for, if they are small.
const FIRST_ROOM: usize = 4;

/// Appends `value`. Room for it is charged for before it is taken.
#[inline]
pub(super) fn push<T>(values: &mut Vec<T>, value: T, input: &mut impl Source) -> Result<(), DecodeError> {
    if values.len() == values.capacity() {
        grow(values, input)?;
    }
    values.push(value);
    Ok(())
}

/// Doubles the room. What is there may be moved: for that time it takes both rooms.
#[cold]
#[inline(never)]
fn grow<T>(values: &mut Vec<T>, input: &mut impl Source) -> Result<(), DecodeError> {
    let more = match values.len() {
        0 if size_of::<T>() > 1 << 10 => 1,
        count => count.max(FIRST_ROOM),
    };
    let memory = |count: usize| size_of::<T>().saturating_mul(count);
    input.charge(memory(values.len().saturating_add(more)))?;
    values.reserve_exact(more);
    input.release(memory(values.len()));
    Ok(())
}
