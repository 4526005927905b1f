//! The clock, read in one place, and the detection of sleep.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A gap between two beats beyond which the process must have slept, in microseconds.
///
/// Beats come every [`BEAT`]; a busy machine delays one by some hundred milliseconds, a closed lid by far more. Taking a
/// delay for sleep costs little (a few calls are left out of latency), taking sleep for latency spoils figures.
const SLEPT_US: i64 = 1_500_000;

/// Time between two beats of a [`Heart`].
pub const BEAT: std::time::Duration = std::time::Duration::from_millis(250);

/// Microseconds since 1970 UTC by the system's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub fn now_us() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(0)
}

/// Notices that the process slept (laptop lid, SIGSTOP), so that calls open meanwhile are left out of latency.
///
/// Something must call [`Heart::beat`] every [`BEAT`]. Both ways of sleeping show as a gap on the system's clock; a
/// clock set back shows as none.
#[derive(Debug)]
pub struct Heart {
    last_us: AtomicI64,
    sleeps: AtomicU64,
}

impl Default for Heart {
    fn default() -> Self {
        Self {
            last_us: AtomicI64::new(now_us()),
            sleeps: AtomicU64::new(0),
        }
    }
}

impl Heart {
    /// Beats; counts a sleep when the last beat is too long ago.
    pub fn beat(&self) {
        self.beat_at(now_us());
    }

    fn beat_at(&self, now: i64) {
        let last = self.last_us.swap(now, Ordering::Relaxed);
        if now - last > SLEPT_US {
            self.sleeps.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often the process has slept so far. An attempt that sees two different counts at its ends is suspect.
    ///
    /// Also looks at the time since the last beat, since the first thing to run after a sleep may be the caller.
    #[must_use]
    pub fn sleeps(&self) -> u64 {
        self.sleeps_at(now_us())
    }

    fn sleeps_at(&self, now: i64) -> u64 {
        let asleep = now - self.last_us.load(Ordering::Relaxed) > SLEPT_US;
        self.sleeps.load(Ordering::Relaxed) + u64::from(asleep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_gap_counts_once_whoever_looks_first() {
        let heart = Heart {
            last_us: AtomicI64::new(0),
            sleeps: AtomicU64::new(0),
        };
        heart.beat_at(250_000);
        assert_eq!(heart.sleeps_at(400_000), 0);
        assert_eq!(heart.sleeps_at(60_000_000), 1, "seen before the next beat");
        heart.beat_at(60_000_000);
        assert_eq!(heart.sleeps_at(60_100_000), 1, "and not twice after it");
    }

    #[test]
    fn a_clock_set_back_is_no_sleep() {
        let heart = Heart {
            last_us: AtomicI64::new(10_000_000),
            sleeps: AtomicU64::new(0),
        };
        heart.beat_at(1_000_000);
        assert_eq!(heart.sleeps_at(1_200_000), 0);
    }
}
