//! How many calls of an account are open at once.
//!
//! Slow start, one cut an episode, growth only when the limit was in use. Pure: time is handed in.

use std::time::Duration;

/// Calls open at first, where the user names no number.
const START: u32 = 8;

/// Most calls open, where the user names no number.
const CEILING: u32 = 256;

/// Trouble within this time after a cut belongs to the same episode: those calls went out before it.
const EPISODE: Duration = Duration::from_secs(5);

/// The adaptive number of open calls of one account.
#[derive(Debug, Clone)]
pub(super) struct Width {
    limit: f64,
    ceiling: f64,
    /// Below this the number grows by one a success, above it by one a round.
    steady_from: f64,
    cut_at: Option<Duration>,
}

impl Width {
    /// `named` is the user's `limits.in_flight`: used in full from the start, since the user knows. Local servers
    /// queue what they cannot answer at once, so they start low.
    #[must_use]
    pub(super) fn new(named: Option<u32>, local: bool) -> Self {
        let ceiling = f64::from(named.unwrap_or(CEILING).max(1));
        let start = match named {
            Some(_) => ceiling,
            None if local => 2.0,
            None => f64::from(START),
        };
        Self {
            limit: start,
            ceiling,
            steady_from: ceiling,
            cut_at: None,
        }
    }

    /// Calls that may be open.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and the ceiling"
    )]
    pub(super) fn limit(&self) -> u32 {
        self.limit as u32
    }

    /// A call came back well while `open` calls (it included) were open. Calls answered from the cache and second
    /// tries do not count.
    pub(super) fn succeeded(&mut self, open: u32) {
        if f64::from(open) < (self.limit * 0.8).floor() {
            return;
        }
        let step = if self.limit < self.steady_from {
            1.0
        } else {
            1.0 / self.limit
        };
        self.limit = (self.limit + step).min(self.ceiling);
    }

    /// The server said that it is too much (429, 503, 529). Returns whether the number was cut.
    pub(super) fn troubled(&mut self, now: Duration) -> bool {
        if self.cut_at.is_some_and(|at| now < at + EPISODE) {
            return false;
        }
        self.cut_at = Some(now);
        self.limit = (self.limit * 0.7).max(1.0);
        self.steady_from = self.limit;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_named_width_is_used_from_the_start() {
        assert_eq!(Width::new(Some(64), false).limit(), 64);
        assert_eq!(Width::new(Some(0), false).limit(), 1, "zero would never ask anything");
    }

    #[test]
    fn grows_only_when_in_use() {
        let mut width = Width::new(None, false);
        for _ in 0..100 {
            width.succeeded(2);
        }
        assert_eq!(width.limit(), START);
        for _ in 0..8 {
            width.succeeded(width.limit());
        }
        assert_eq!(width.limit(), 16, "doubles in a round");
    }

    #[test]
    fn one_cut_an_episode_then_slow_growth() {
        let mut width = Width::new(Some(100), false);
        assert!(width.troubled(at(10)));
        for _ in 0..30 {
            assert!(!width.troubled(at(11)));
        }
        assert_eq!(width.limit(), 70);
        for _ in 0..70 {
            width.succeeded(width.limit());
        }
        assert_eq!(width.limit(), 70 + 1 - 1, "about one a round: not yet a full step");
        for _ in 0..5 {
            width.succeeded(width.limit());
        }
        assert_eq!(width.limit(), 71);
        assert!(width.troubled(at(30)), "a later trouble is a new episode");
    }

    #[test]
    fn never_below_one_nor_above_the_ceiling() {
        let mut width = Width::new(Some(3), false);
        for round in 0..50 {
            width.troubled(at(round * 20));
        }
        assert_eq!(width.limit(), 1);
        for _ in 0..10_000 {
            width.succeeded(width.limit());
        }
        assert_eq!(width.limit(), 3);
    }
}
