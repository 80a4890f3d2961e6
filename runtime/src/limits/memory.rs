use super::Limits;
use std::fmt;

/// What a connection takes that is open and does nothing: its socket's place in our tables, and what is known of it.
const IDLE: usize = 4 << 10;

/// What any connection may keep of input, however little memory is left for it.
const LEAST_INPUT: usize = 1 << 10;

/// What a loop reads into.
const SCRATCH: usize = 256 << 10;

/// What a call in flight takes beside its arguments: its header, credential and place; and the part of a buffer that is
/// larger than small arguments in it.
const CALL: usize = 16 << 10;

/// What a call in the replay cache takes beside its key and its reply.
const REPLAY_ENTRY: usize = 256;

/// The memory that peers can drive a server to, in bytes asked of the allocator: a sum of terms. It has all that the server
/// keeps by itself, not what handlers build and keep, results of calls back that they have not taken, what the system keeps
/// for sockets, and the program around it.
///
/// ```
/// let bound = oncrpc::Limits::default().memory_bound(1, 0);
/// println!("{bound}");
/// assert!(bound.total() < 512 << 20);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryBound {
    /// What it is the sum of.
    pub terms: Vec<MemoryTerm>,
}

/// A part of a [`MemoryBound`]: so many times so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryTerm {
    /// What it is.
    pub name: &'static str,
    /// How often it may be there.
    pub count: usize,
    /// Bytes of each.
    pub each: usize,
}

impl Limits {
    /// The memory that peers can drive a server with these limits to, on so many [`workers`](crate::Server::workers) and
    /// [threads of the pool](crate::Server::pool_threads), 0 if nothing is put there.
    pub fn memory_bound(&self, workers: usize, pool_threads: usize) -> MemoryBound {
        let (record, reply) = (self.record.bytes, self.reply_bytes);
        let least_input = (self.total_input_bytes / 2).saturating_add(self.connections.saturating_mul(LEAST_INPUT));
        // Buffers grow by doubling. A record may be under way, complete and being handled, handed to the pool in excess of
        // `call_bytes`, and there may be a buffer for the next one.
        let worker = [SCRATCH, times(8, record), self.decode.memory, times(2, self.output_bytes), times(3, reply)];
        let pool_thread = [self.decode.memory, times(3, reply)];
        let arguments = if pool_threads > 0 { times(2, self.call_bytes) } else { 0 };
        let mut bound = MemoryBound::default();
        bound.add("connections", self.connections, IDLE);
        bound.add("input that is not complete", 1, self.total_input_bytes.max(least_input));
        bound.add("replies that are not taken", 1, self.total_output_bytes);
        bound.add("workers: a record, its arguments, the reply", workers, sum(worker));
        bound.add("threads of the pool: arguments, a reply", pool_threads, sum(pool_thread));
        bound.add("calls in flight", self.calls.saturating_add(self.connections), CALL);
        bound.add("arguments of calls for the pool", 1, arguments);
        bound.add("replay cache: replies", 1, self.replay.bytes);
        bound.add("replay cache: calls", self.replay.entries, REPLAY_ENTRY);
        bound
    }
}

impl MemoryBound {
    /// Bytes of all terms.
    pub fn total(&self) -> usize {
        sum(self.terms.iter().map(MemoryTerm::bytes))
    }

    /// With one more term, unless it comes to nothing.
    pub(crate) fn add(&mut self, name: &'static str, count: usize, each: usize) {
        if count > 0 && each > 0 {
            self.terms.push(MemoryTerm { name, count, each });
        }
    }
}

impl MemoryTerm {
    /// Bytes of all of it.
    pub fn bytes(&self) -> usize {
        times(self.count, self.each)
    }
}

fn times(count: usize, each: usize) -> usize {
    count.saturating_mul(each)
}

fn sum(bytes: impl IntoIterator<Item = usize>) -> usize {
    bytes.into_iter().fold(0, usize::saturating_add)
}

/// A line for each term, and one for the sum.
impl fmt::Display for MemoryBound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for term in &self.terms {
            let (count, each, all) = (term.count, Size(term.each), Size(term.bytes()));
            writeln!(out, "{all:>12} = {count:>6} x {each:>12}  {}", term.name)?;
        }
        write!(out, "{:>12} in all", Size(self.total()))
    }
}

/// Bytes, as people read them.
struct Size(usize);

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            bytes if bytes >= 10 << 20 => format!("{} MiB", bytes.div_ceil(1 << 20)),
            bytes if bytes >= 1 << 10 => format!("{} KiB", bytes.div_ceil(1 << 10)),
            bytes => format!("{bytes} B"),
        };
        out.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_one_that_an_operator_accepts() {
        let limits = Limits::default();
        let (plain, pooled) = (limits.memory_bound(1, 0), limits.memory_bound(1, 16));
        println!("{plain}\n\n{pooled}");
        assert!(plain.total() < 320 << 20 && pooled.total() < 1 << 30);
        assert_eq!(plain.total(), plain.terms.iter().map(|term| term.count * term.each).sum());
        assert_eq!(plain.to_string().lines().count(), plain.terms.len() + 1);
    }

    #[test]
    fn it_grows_with_each_limit_that_costs_memory_and_never_wraps() {
        let (default, most) = (Limits::default(), usize::MAX);
        let mut larger = [default; 9];
        larger[0].record.bytes *= 2;
        larger[1].decode.memory *= 2;
        larger[2].reply_bytes *= 2;
        larger[3].connections *= 2;
        larger[4].output_bytes *= 2;
        larger[5].total_input_bytes *= 2;
        larger[6].total_output_bytes *= 2;
        larger[7].call_bytes *= 2;
        larger[8].replay.bytes *= 2;
        let total = |limits: &Limits| limits.memory_bound(2, 4).total();
        assert!(larger.iter().all(|limits| total(limits) > total(&default)));
        assert_eq!(Limits { connections: most, output_bytes: most, ..default }.memory_bound(most, most).total(), most);
    }
}
