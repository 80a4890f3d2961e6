use std::time::{Duration, Instant};

/// Tells a loop when its server has had nothing to do for so long that it ends.
#[derive(Debug)]
pub(super) struct Idleness {
    /// How long; `None` for ever.
    limit: Option<Duration>,
    since: Option<Instant>,
}

impl Idleness {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        Self { limit, since: None }
    }

    /// Something has come.
    pub(super) fn interrupt(&mut self) {
        self.since = None;
    }

    /// Whether it is time to end, as it `is_busy` or not at `now`.
    pub(super) fn is_over(&mut self, is_busy: impl FnOnce() -> bool, now: Instant) -> bool {
        let Some(limit) = self.limit else { return false };
        if is_busy() {
            self.since = None;
            return false;
        }
        now.saturating_duration_since(*self.since.get_or_insert(now)) >= limit
    }

    /// When to look again. Connections of other loops end without a word.
    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        let limit = self.limit.filter(|limit| !limit.is_zero())?;
        self.since.unwrap_or(now).checked_add(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::Idleness;
    use std::time::{Duration, Instant};

    #[test]
    fn only_what_is_idle_without_a_break_is_over() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut idleness = Idleness::new(Some(Duration::from_secs(3)));
        assert!(!idleness.is_over(|| true, at(0)));
        assert_eq!(idleness.deadline(at(1)), Some(at(4)));
        assert!(!idleness.is_over(|| false, at(4)));
        assert_eq!(idleness.deadline(at(5)), Some(at(7)));
        assert!(!idleness.is_over(|| false, at(6)));
        idleness.interrupt();
        assert!(!idleness.is_over(|| false, at(7)));
        assert!(!idleness.is_over(|| true, at(10)));
        assert!(!idleness.is_over(|| false, at(11)));
        assert!(idleness.is_over(|| false, at(14)));
    }

    #[test]
    fn without_a_limit_it_is_never_over_and_without_patience_at_once() {
        let now = Instant::now();
        let mut never = Idleness::new(None);
        assert!(!never.is_over(|| false, now) && never.deadline(now).is_none());
        let mut at_once = Idleness::new(Some(Duration::ZERO));
        assert!(!at_once.is_over(|| true, now) && at_once.deadline(now).is_none());
        assert!(at_once.is_over(|| false, now));
    }
}
