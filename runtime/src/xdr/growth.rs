use super::{DecodeError, Source};
use alloc::vec::Vec;

/// Elements that the first room is for, if they are small.
const FIRST_ROOM: usize = 4;

/// Appends what `next` makes. Room for it is charged for before it is taken.
#[inline]
pub(super) fn push<T, S: Source>(
    values: &mut Vec<T>,
    input: &mut S,
    next: impl FnOnce(&mut S) -> Result<T, DecodeError>,
) -> Result<(), DecodeError> {
    if values.len() == values.capacity() {
        grow(values, input)?;
    }
    fill(values, input, next)
}

/// Appends what `next` makes to `values`, which have room. That they do is looked at before there is a value: nothing can
/// fail then while it is held, and so it is made in its place rather than moved there.
#[inline]
pub(super) fn fill<T, S: Source>(
    values: &mut Vec<T>,
    input: &mut S,
    next: impl FnOnce(&mut S) -> Result<T, DecodeError>,
) -> Result<(), DecodeError> {
    if values.len() < values.capacity() {
        values.push(next(input)?);
    }
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
