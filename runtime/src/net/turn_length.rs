use super::readiness;
use std::time::{Duration, Instant};

/// The most datagrams answered before others have their turn.
const PER_TURN: u32 = 64;

/// The fewest that a turn takes if there are so many.
const SHORTEST: u32 = if readiness::TELLS_OF_REST { 1 } else { PER_TURN };

/// The turns in a row that were too short, after which the next ones are longer.
const SHORT_TURNS: u32 = 32;

/// The turns in a row that found nothing, after which a socket is not trusted to tell of what is there: one that another
/// process has shut down tells of its end for ever.
const VAIN_TURNS: u32 = 64;

/// How many datagrams a turn takes. One that takes all there are has to try for one more in vain, which is a third of what
/// a lone call costs the system; one that takes fewer waits in between, although the next is there. So it is what has
/// come together lately, and more where turns follow one another at once: a caller that waits for his reply takes longer.
#[derive(Debug)]
pub(super) struct TurnLength {
    datagrams: u32,
    /// The last turns that found so many, and were followed by the next one at once.
    used_up: u32,
    /// Until when a turn follows at once.
    soon: Option<Instant>,
    /// The last turns that found none.
    vain: u32,
    /// Whether the socket tells of what a turn leaves.
    tells_of_rest: bool,
}

impl TurnLength {
    pub(super) const fn new() -> Self {
        Self { datagrams: SHORTEST, used_up: 0, soon: None, vain: 0, tells_of_rest: readiness::TELLS_OF_REST }
    }

    /// For a socket that tells only of what comes.
    pub(super) const fn until_nothing_is_there() -> Self {
        Self { datagrams: PER_TURN, used_up: 0, soon: None, vain: 0, tells_of_rest: false }
    }

    pub(super) const fn tells_of_rest(&self) -> bool {
        self.tells_of_rest
    }

    pub(super) const fn is_vain(&self) -> bool {
        self.tells_of_rest && self.vain >= VAIN_TURNS
    }

    /// How many the turn takes that begins at `now`.
    #[inline]
    pub(super) fn begin(&mut self, now: Instant) -> u32 {
        if self.soon.is_none_or(|soon| now > soon) {
            self.used_up = 0;
        }
        self.datagrams
    }

    /// It has found so many, the last of which took so long, at `now`.
    #[inline]
    pub(super) fn was_used_up(&mut self, now: Instant, last: Duration) {
        self.vain = 0;
        self.soon = now.checked_add(last / 2);
        self.used_up = self.used_up.saturating_add(1);
        if self.used_up >= SHORT_TURNS {
            self.used_up = 0;
            self.datagrams = self.datagrams.saturating_mul(2).min(PER_TURN);
        }
    }

    /// It has found `taken` and no more.
    pub(super) fn was_enough(&mut self, taken: u32) {
        self.vain = if taken == 0 { self.vain.saturating_add(1) } else { 0 };
        self.used_up = 0;
        if self.tells_of_rest {
            self.datagrams = taken.max(SHORTEST);
        }
    }
}

#[cfg(all(test, any(target_os = "linux", target_os = "android")))]
mod tests {
    use super::*;

    /// What turns take after `turns` of them, with so much time from the end of one to the beginning of the next. Each datagram
    /// takes 2 us.
    fn after(turns: u32, pause: Duration) -> u32 {
        let (mut length, mut now) = (TurnLength::new(), Instant::now());
        for _ in 0..turns {
            let last = Duration::from_micros(2);
            now += pause;
            let datagrams = length.begin(now);
            now += last * datagrams;
            length.was_used_up(now, last);
        }
        length.datagrams
    }

    #[test]
    fn they_grow_while_there_is_more_than_they_take() {
        let at_once = Duration::from_nanos(400);
        assert_eq!(after(SHORT_TURNS - 1, at_once), 1);
        assert_eq!(after(SHORT_TURNS, at_once), 2);
        assert_eq!(after(SHORT_TURNS * 20, at_once), PER_TURN);
    }

    #[test]
    fn a_caller_that_waits_for_his_reply_has_none_tried_for_in_vain() {
        assert_eq!(after(100_000, Duration::from_micros(3)), 1);
    }

    #[test]
    fn they_take_what_has_come_together() {
        let mut length = TurnLength::new();
        length.datagrams = 16;
        length.was_enough(5);
        assert_eq!(length.datagrams, 5);
        length.was_enough(0);
        assert_eq!(length.datagrams, 1);
    }

    #[test]
    fn many_that_find_nothing_tell_of_a_socket_that_wakes_in_vain() {
        let mut length = TurnLength::new();
        (0..VAIN_TURNS).for_each(|_| length.was_enough(0));
        assert!(length.is_vain());
        length.was_used_up(Instant::now(), Duration::ZERO);
        assert!(!length.is_vain() && !TurnLength::until_nothing_is_there().is_vain());
    }
}
