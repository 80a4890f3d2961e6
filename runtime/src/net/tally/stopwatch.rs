use super::nanoseconds;
use std::time::Instant;

/// The first call of a turn is timed, unless it goes on with small ones of the turns before. Of those behind it, which come
/// pipelined, one in so many is, and so often it is seen whether the turn is over: a look at the clock costs as much as a small call.
const STRIDE: u32 = 16;
const STRIDE_OF_SMALL: u32 = 64;

/// The number of the first call of those that are counted for that: with an odd one, turns of an even number of calls do not end
/// where the clock is looked at, so that a call is timed within one.
const FIRST: u32 = 5;

/// Calls are small that take less on an average, in nanoseconds.
const SMALL: u64 = 250;

/// How the calls of the last turn went on: turns of a few small calls are not timed more often than one of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::net) struct Cadence {
    /// The row of their procedure.
    pub(super) row: u32,
    /// The number of the next call, if they were small, of as many as one is timed of; 0 for one that is.
    pub(super) number: u32,
}

/// The clock of one turn, which is looked at where a call that is timed begins and ends.
#[derive(Debug)]
pub(super) struct Stopwatch {
    /// Nanoseconds from the first look to the last one.
    spent: u64,
    /// The numbers of the call that began with the first look and of the one that has begun, and whether that is timed since the last
    /// look.
    first: u32,
    call: u32,
    is_timing: bool,
    /// The call with whose end the clock is looked at next.
    next_look: u32,
    /// The last look, and the call that began with it.
    last: Instant,
    last_call: u32,
    /// Whether the clock was looked at in this turn.
    runs: bool,
    /// Whether calls have come of another kind than those before, as the first ones are unless the turn goes on: the last look may tell
    /// nothing of them.
    is_mixed: bool,
}

impl Cadence {
    /// Whether the first call of a turn goes on with them, if it is of the procedure of `row`.
    #[inline]
    pub(super) fn goes_on(self, row: u32) -> bool {
        self.number > 0 && self.row == row
    }
}

impl Stopwatch {
    /// The first call begins at `now` and is timed.
    #[inline]
    pub(super) fn new(now: Instant) -> Self {
        Self {
            spent: 0,
            first: FIRST,
            call: FIRST,
            is_timing: true,
            next_look: FIRST,
            last: now,
            last_call: FIRST,
            runs: true,
            is_mixed: false,
        }
    }

    /// The first call goes on with others; `last` was the last look.
    #[inline]
    pub(super) fn resume(last: Instant, Cadence { number, .. }: Cadence) -> Self {
        let next_look = number | STRIDE_OF_SMALL.wrapping_sub(1);
        Self {
            spent: 0,
            first: number,
            call: number,
            is_timing: false,
            next_look,
            last,
            last_call: number,
            runs: false,
            is_mixed: false,
        }
    }

    /// How the turn that follows this one may go on, if the last calls were of the procedure of `row`. The clock is looked at only if
    /// they are not known to be small.
    #[inline]
    pub(super) fn finish(&mut self, row: u32) -> Cadence {
        if self.is_mixed || self.stride() != STRIDE_OF_SMALL {
            self.now();
        }
        let goes_on = self.stride() == STRIDE_OF_SMALL && self.call != self.first;
        Cadence { row, number: if goes_on { self.call % STRIDE_OF_SMALL } else { 0 } }
    }

    /// The last look, if no call has ended since.
    #[inline]
    pub(super) fn exact(&self) -> Option<Instant> {
        if self.runs && self.last_call == self.call { Some(self.last) } else { None }
    }

    /// The last look at the clock.
    #[inline]
    pub(super) fn last(&self) -> Instant {
        self.last
    }

    /// Calls that may end before it is looked at.
    #[inline]
    pub(super) fn most(&self) -> u16 {
        self.next_look.wrapping_sub(self.call).wrapping_add(1) as u16
    }

    /// So many calls have ended: whether to look, because it is timed or the next one is.
    #[inline]
    pub(super) fn passes(&mut self, calls: u16) -> bool {
        self.call = self.call.wrapping_add(calls.into());
        self.call > self.next_look
    }

    /// Nanoseconds that the call took that has ended, if it is timed.
    pub(super) fn look(&mut self) -> Option<u64> {
        if self.call <= self.next_look {
            return None;
        }
        let before = self.spent;
        self.now();
        let time = self.is_timing.then(|| self.spent.wrapping_sub(before));
        let last_bits = self.stride().wrapping_sub(1);
        self.is_timing = self.call & last_bits == 0;
        self.next_look = if self.is_timing { self.call } else { self.call | last_bits };
        time
    }

    /// Calls of another kind may take longer: it is looked at as often as if they did. Whether it was for the first time now.
    pub(super) fn look_soon(&mut self) -> bool {
        self.is_mixed = true;
        let is_first = !self.runs;
        if is_first {
            self.now();
        }
        self.next_look = self.next_look.min(self.call | STRIDE.wrapping_sub(1));
        is_first
    }

    /// The time after the last call, which is looked at unless it has been.
    #[inline]
    pub(super) fn now(&mut self) -> Instant {
        if self.last_call != self.call {
            self.look_now();
        }
        self.last
    }

    #[inline(never)]
    fn look_now(&mut self) {
        let now = Instant::now();
        if self.runs {
            self.spent = self.spent.wrapping_add(nanoseconds(now.saturating_duration_since(self.last)));
        } else {
            (self.runs, self.first) = (true, self.call);
        }
        (self.last, self.last_call) = (now, self.call);
    }

    /// One in how many calls is timed, as long as they take: as those before, if nothing is known of any.
    #[inline]
    fn stride(&self) -> u32 {
        let calls = self.last_call.wrapping_sub(self.first);
        if self.spent <= SMALL.saturating_mul(calls.into()) { STRIDE_OF_SMALL } else { STRIDE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_first_call_of_a_turn_is_timed_and_then_a_few() {
        let mut watch = Stopwatch::new(Instant::now());
        let timed: Vec<u32> = (FIRST..256).filter(|_| watch.passes(1) && watch.look().is_some()).collect();
        assert_eq!(timed[0], FIRST);
        assert!(timed[1..].iter().all(|call| call.is_multiple_of(STRIDE)), "{timed:?}");
        assert!([64, 128, 192].iter().all(|call| timed.contains(call)), "{timed:?}");
    }

    #[test]
    fn small_calls_are_timed_more_rarely() {
        let mut watch = Stopwatch::new(Instant::now());
        (watch.last_call, watch.spent) = (FIRST + 100, SMALL * 100);
        assert_eq!(watch.stride(), STRIDE_OF_SMALL);
        watch.spent += 1;
        assert_eq!(watch.stride(), STRIDE);
    }

    #[test]
    fn of_small_calls_one_is_timed_in_so_many_however_many_turns_they_take() {
        let mut cadence = Cadence { row: 7, number: 37 };
        let (mut timed, mut looks) = (Vec::new(), 0);
        for turn in 0..8 {
            assert!(cadence.goes_on(7));
            let mut watch = Stopwatch::resume(Instant::now(), cadence);
            for _ in 0..16 {
                if watch.passes(1) {
                    looks += 1;
                    timed.extend(watch.look().map(|_| turn));
                }
                // However slow the machine is that tests it.
                watch.spent = 0;
            }
            cadence = watch.finish(7);
            assert_eq!(watch.exact(), None);
        }
        assert_eq!((&timed[..], looks), (&[1, 5][..], 4));
    }

    #[test]
    fn it_goes_on_only_with_small_calls_of_the_same_procedure() {
        let mut watch = Stopwatch::new(Instant::now());
        assert!(!watch.finish(7).goes_on(7), "none was handled");
        (watch.call, watch.last_call) = (16, 16);
        assert!(watch.finish(7).goes_on(7) && !watch.finish(7).goes_on(8));
        watch.spent = SMALL * 12;
        assert!(!watch.finish(7).goes_on(7));
    }

    /// How long the turns before took is nothing to those that go on with them.
    #[test]
    fn those_that_go_on_take_their_time_from_the_first_look() {
        let last = Instant::now();
        std::thread::sleep(Duration::from_millis(1));
        let mut watch = Stopwatch::resume(last, Cadence { row: 7, number: 60 });
        assert!(!watch.passes(3) && watch.exact().is_none());
        assert!(watch.passes(1));
        assert_eq!((watch.look(), watch.spent), (None, 0));
        assert!(watch.exact().is_some_and(|now| now > last));
        assert!(watch.passes(1) && watch.look().is_some());
    }
}
