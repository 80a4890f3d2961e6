use std::time::{Duration, Instant};

/// How long the time that is left is taken for the same.
const GRAIN: Duration = Duration::from_millis(1);

/// The longest time without a look.
const LONGEST: Duration = Duration::from_secs(3_600);

/// When a loop looks at its deadlines next: not later than the earliest of them. So what makes one later does not change it,
/// and it is worked out anew only with a look, not with each wake-up.
#[derive(Debug)]
pub(super) struct Alarm {
    at: Instant,
    /// The time that was left when it was last worked out, and until when it is good enough.
    left: Duration,
    worn: Instant,
    /// Whether there may be an earlier one.
    is_due: bool,
}

impl Alarm {
    /// One that rings at `now`.
    pub(super) fn new(now: Instant) -> Self {
        Self { at: now, left: Duration::ZERO, worn: now, is_due: true }
    }

    /// From `now` on it rings with the earliest deadline that there is.
    pub(super) fn set(&mut self, earliest: Option<Instant>, now: Instant) {
        let latest = now.checked_add(LONGEST).unwrap_or(now);
        self.at = earliest.map_or(latest, |earliest| earliest.min(latest));
        self.worn = now;
        self.is_due = false;
    }

    /// It rings: there may be an earlier deadline.
    pub(super) fn ring(&mut self) {
        self.is_due = true;
    }

    /// Whether deadlines are to be looked at.
    #[inline]
    pub(super) fn rings(&self, now: Instant) -> bool {
        self.is_due || self.at <= now
    }

    /// The time until it rings, and a millisecond more at most.
    #[inline]
    pub(super) fn left(&mut self, now: Instant) -> Duration {
        if self.worn <= now || self.is_due {
            self.work_out(now);
        }
        self.left
    }

    #[cold]
    fn work_out(&mut self, now: Instant) {
        self.left = if self.is_due { Duration::ZERO } else { self.at.saturating_duration_since(now) };
        self.worn = now.checked_add(GRAIN).unwrap_or(now);
    }
}

#[cfg(test)]
mod tests {
    use super::{Alarm, GRAIN, LONGEST};
    use std::time::{Duration, Instant};

    #[test]
    fn it_rings_in_time_and_is_worked_out_rarely() {
        let begin = Instant::now();
        let at = |milliseconds| begin + Duration::from_millis(milliseconds);
        let mut alarm = Alarm::new(begin);
        assert!(alarm.rings(begin));
        alarm.set(Some(at(50)), begin);
        assert!(!alarm.rings(at(49)) && alarm.rings(at(50)));
        assert_eq!(alarm.left(begin), Duration::from_millis(50));
        assert_eq!(alarm.left(begin + GRAIN / 2), Duration::from_millis(50));
        assert_eq!(alarm.left(at(20)), Duration::from_millis(30));
        assert_eq!(alarm.left(at(60)), Duration::ZERO);
    }

    #[test]
    fn what_may_be_earlier_is_looked_at_at_once() {
        let begin = Instant::now();
        let mut alarm = Alarm::new(begin);
        alarm.set(None, begin);
        assert_eq!(alarm.left(begin), LONGEST);
        assert!(!alarm.rings(begin + LONGEST / 2) && alarm.rings(begin + LONGEST));
        alarm.ring();
        assert!(alarm.rings(begin));
        assert_eq!(alarm.left(begin), Duration::ZERO);
    }
}
