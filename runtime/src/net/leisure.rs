use std::time::{Duration, Instant};

/// How often it is looked whether large memory is still of use. It is given back when that was not so from one look to the next:
/// to take it again costs a fraction of that time.
const BETWEEN: Duration = Duration::from_millis(50);

/// Tells a loop when large memory that it keeps for what comes next has not been used for a while.
#[derive(Debug, Default)]
pub(super) struct Leisure {
    /// The next look, if there is such memory.
    look: Option<Instant>,
    is_used: bool,
}

impl Leisure {
    /// There is such memory at `now`, and it may have just been used. Whether a look is due that was not before.
    pub(super) fn note(&mut self, is_used: bool, now: Instant) -> bool {
        self.is_used |= is_used;
        let is_new = self.look.is_none();
        if is_new {
            self.look = now.checked_add(BETWEEN);
        }
        is_new
    }

    /// Whether the memory is to be given back at `now`.
    pub(super) fn is_over(&mut self, now: Instant) -> bool {
        if self.look.is_none_or(|look| now < look) {
            return false;
        }
        let is_over = !std::mem::take(&mut self.is_used);
        self.look = now.checked_add(BETWEEN).filter(|_| !is_over);
        is_over
    }

    /// When to ask that.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.look
    }
}

#[cfg(test)]
mod tests {
    use super::{BETWEEN, Leisure};
    use std::time::Instant;

    #[test]
    fn only_what_was_not_used_since_the_last_look_is_given_back() {
        let begin = Instant::now();
        let mut leisure = Leisure::default();
        assert!(!leisure.is_over(begin) && leisure.deadline().is_none());
        assert!(leisure.note(true, begin) && !leisure.note(false, begin));
        assert_eq!(leisure.deadline(), Some(begin + BETWEEN));
        assert!(!leisure.is_over(begin + BETWEEN / 2) && !leisure.is_over(begin + BETWEEN));
        assert!(!leisure.note(true, begin + BETWEEN) && !leisure.is_over(begin + BETWEEN * 2));
        assert!(leisure.is_over(begin + BETWEEN * 3));
        assert!(leisure.deadline().is_none() && leisure.note(false, begin + BETWEEN * 4));
    }
}
