//! How long pretended answers take.

use crate::said;
use std::str::FromStr;
use std::time::Duration;

use super::chance::Chance;
use super::faults::share;

/// Times of answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    /// Time of a usual answer, from the request to its last byte.
    pub base: Duration,
    /// Spread: an answer takes between `1 - jitter` and `1 + jitter` times the base. From 0 to 1.
    pub jitter: f64,
    /// A share of answers that takes far longer.
    pub slow: Option<Slow>,
    /// Calls a model serves at once; with more of them open each takes longer in proportion.
    pub width: Option<u32>,
}

impl Default for Latency {
    /// 300 milliseconds, give or take a fifth.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(300),
            jitter: 0.2,
            slow: None,
            width: None,
        }
    }
}

impl Latency {
    /// No waiting at all, for tests.
    #[must_use]
    pub fn none() -> Self {
        Self {
            base: Duration::ZERO,
            jitter: 0.0,
            slow: None,
            width: None,
        }
    }

    /// The time of one answer while `open` calls of the model are open, this one counted.
    pub(super) fn draw(&self, chance: &mut Chance, open: u32) -> Duration {
        let mut factor = 1.0 + self.jitter.clamp(0.0, 1.0) * (2.0 * chance.unit() - 1.0);
        let slow_draw = chance.unit();
        if let Some(slow) = self.slow
            && slow_draw < slow.share
        {
            factor *= slow.factor;
        }
        if let Some(width) = self.width {
            factor *= (f64::from(open) / f64::from(width.max(1))).max(1.0);
        }
        self.base.mul_f64(factor)
    }
}

/// A share of slow answers, for example `0.005:60`: one in two hundred takes sixty times as long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slow {
    /// How many, from 0 to 1.
    pub share: f64,
    /// How many times as long, at least 1.
    pub factor: f64,
}

impl FromStr for Slow {
    type Err = SlowError;

    fn from_str(text: &str) -> Result<Self, SlowError> {
        let error = || SlowError(text.to_owned());
        let (left, right) = text.split_once(':').ok_or_else(error)?;
        let factor: f64 = right.trim().parse().map_err(|_| error())?;
        if !(1.0..=100_000.0).contains(&factor) {
            return Err(error());
        }
        Ok(Self {
            share: share(left).ok_or_else(error)?,
            factor,
        })
    }
}

/// A text that does not say how many answers are slow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `SHARE:FACTOR`: write for example `0.005:60`, one answer in 200 taking 60 times as long")]
pub struct SlowError(String);

/// Pieces of a stream that would follow each other faster than this go out together: waking for each would cost
/// more processor time than the rest of the answer.
const SHORTEST_GAP: Duration = Duration::from_millis(10);

/// When the pieces of a stream go out: groups of pieces, each with the time at which it is due, counted from the
/// request. The first piece comes after a quarter of the whole time, the last at its end.
pub(super) fn schedule(pieces: usize, total: Duration) -> Vec<(usize, Duration)> {
    if pieces == 0 {
        return Vec::new();
    }
    let first = total / 4;
    let rest = total.saturating_sub(first);
    let most = usize::try_from(rest.as_nanos() / SHORTEST_GAP.as_nanos()).unwrap_or(usize::MAX);
    let groups = (pieces - 1).min(most.max(1));
    let mut plan = vec![(1, first)];
    let mut given = 1;
    for group in 1..=groups {
        let until = 1 + (pieces - 1) * group / groups;
        let share = u32::try_from(group).unwrap_or(u32::MAX);
        let of = u32::try_from(groups).unwrap_or(u32::MAX);
        plan.push((until - given, first + rest * share / of));
        given = until;
    }
    plan
}

impl SlowError {
    /// The same for people, in every language.
    #[must_use]
    pub fn said(&self) -> crate::domain::Said {
        let text = &self.0;
        said!(
            "{self}",
            "`{text}`은(는) `비율:배수` 꼴이 아닙니다. 200번에 한 번 60배 느리게 하려면 `0.005:60`이라고 쓰세요"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chance(key: u64) -> Chance {
        Chance::of(3, "pace", &[key])
    }

    #[test]
    fn times_stay_in_their_band_and_some_are_slow() {
        let latency = Latency {
            base: Duration::from_millis(100),
            jitter: 0.2,
            slow: Some("0.01:60".parse().unwrap()),
            width: None,
        };
        let mut slow = 0;
        for key in 0..10_000 {
            let time = latency.draw(&mut chance(key), 1);
            if time > Duration::from_secs(1) {
                slow += 1;
                assert!((4800..=7200).contains(&time.as_millis()), "{time:?}");
            } else {
                assert!((80..=120).contains(&time.as_millis()), "{time:?}");
            }
        }
        assert!((60..140).contains(&slow), "{slow}");
    }

    #[test]
    fn beyond_its_width_a_model_is_slower_in_proportion() {
        let latency = Latency {
            base: Duration::from_millis(100),
            jitter: 0.0,
            slow: None,
            width: Some(8),
        };
        assert_eq!(latency.draw(&mut chance(1), 8).as_millis(), 100);
        assert_eq!(latency.draw(&mut chance(1), 16).as_millis(), 200);
    }

    #[test]
    fn shares_of_slow_answers_are_read_or_refused() {
        assert_eq!(
            "0.5%:10".parse(),
            Ok(Slow {
                share: 0.005,
                factor: 10.0
            })
        );
        for bad in ["", "0.1", "2:10", "0.1:0.5", "0.1:inf", "a:b"] {
            assert!(bad.parse::<Slow>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn schedules_give_out_every_piece_in_order_and_on_time(pieces in 0usize..400, millis in 0u64..5000) {
            let total = Duration::from_millis(millis);
            let plan = schedule(pieces, total);
            prop_assert_eq!(plan.iter().map(|(count, _)| count).sum::<usize>(), pieces);
            prop_assert!(plan.windows(2).all(|pair| pair[0].1 <= pair[1].1));
            if pieces > 1 {
                prop_assert_eq!(plan[0], (1, total / 4));
                prop_assert_eq!(plan.last().unwrap().1, total);
                prop_assert!(plan.iter().all(|(count, _)| *count > 0));
            }
        }
    }
}
