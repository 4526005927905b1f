//! Limits as vendors enforce them: a bucket of requests and one of tokens, filled evenly.
//!
//! Pure arithmetic on times that are handed in, exact to the nanosecond.

use std::time::{Duration, Instant};

use crate::provider::{Allowance, RateInfo};

/// Nanoseconds in a minute: the scale of a bucket's content, so that filling is exact in integers.
const MINUTE: i128 = 60_000_000_000;

/// Limits of a model for one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Requests a minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, input and output together.
    pub tokens_per_minute: Option<u64>,
    /// Enforced without telling: no rate headers, no hint how long to wait.
    pub quiet: bool,
    /// Another number of requests a minute, from some time after the first request on.
    pub later: Option<Later>,
}

/// A limit that changes while the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later {
    /// From when on, after the first request.
    pub after: Duration,
    /// Requests a minute from then on.
    pub requests_per_minute: u32,
}

impl std::str::FromStr for Later {
    type Err = LaterError;

    fn from_str(text: &str) -> Result<Self, LaterError> {
        let (after, limit) = text.split_once(':').ok_or_else(|| LaterError(text.to_owned()))?;
        let (Ok(after), Ok(requests_per_minute)) = (after.trim().parse(), limit.trim().parse()) else {
            return Err(LaterError(text.to_owned()));
        };
        Ok(Self {
            after: Duration::from_secs(after),
            requests_per_minute,
        })
    }
}

/// A text that does not say how a limit changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `SECONDS:LIMIT`: write for example `60:300`, 300 requests a minute from the 60th second on")]
pub struct LaterError(String);

/// Which limit said no, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Too many requests; enough room after this time.
    Requests(Duration),
    /// Too many tokens; enough room after this time.
    Tokens(Duration),
    /// The one request is larger than the limit itself.
    TooLarge {
        /// Tokens a minute.
        limit: u64,
        /// Tokens it would take.
        asked: u64,
    },
}

/// The state of one model's limits for one account.
#[derive(Debug)]
pub(super) struct Meter {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    later: Option<(Instant, u64)>,
}

impl Meter {
    /// Full buckets.
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            requests: limits
                .requests_per_minute
                .map(|limit| Bucket::full(u64::from(limit), now)),
            tokens: limits.tokens_per_minute.map(|limit| Bucket::full(limit, now)),
            later: limits
                .later
                .map(|later| (now + later.after, u64::from(later.requests_per_minute))),
        }
    }

    /// Puts the later limit in force when its time has come.
    fn change(&mut self, now: Instant) {
        if let Some((from, limit)) = self.later
            && now >= from
        {
            self.later = None;
            if let Some(bucket) = &mut self.requests {
                bucket.fill(from);
                bucket.limit = limit;
                bucket.content = bucket.content.min(i128::from(limit) * MINUTE);
            }
        }
    }

    /// Takes one request with so many tokens of input, or nothing at all.
    pub(super) fn take(&mut self, tokens: u64, now: Instant) -> Result<(), Refusal> {
        self.change(now);
        if let Some(bucket) = &self.tokens
            && tokens > bucket.limit
        {
            return Err(Refusal::TooLarge {
                limit: bucket.limit,
                asked: tokens,
            });
        }
        let wait = |bucket: &mut Option<Bucket>, amount| {
            bucket.as_mut().map_or(Duration::ZERO, |bucket| {
                bucket.fill(now);
                bucket.wait(amount)
            })
        };
        let for_requests = wait(&mut self.requests, 1);
        let for_tokens = wait(&mut self.tokens, tokens);
        if !for_requests.is_zero() {
            return Err(Refusal::Requests(for_requests));
        }
        if !for_tokens.is_zero() {
            return Err(Refusal::Tokens(for_tokens));
        }
        if let Some(bucket) = &mut self.requests {
            bucket.content -= MINUTE;
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.content -= i128::from(tokens) * MINUTE;
        }
        Ok(())
    }

    /// Takes tokens of output, which are known only after the request was let in; the bucket may be in debt
    /// afterwards.
    pub(super) fn spend(&mut self, tokens: u64) {
        if let Some(bucket) = &mut self.tokens {
            bucket.content = bucket.content.saturating_sub(i128::from(tokens) * MINUTE);
        }
    }

    /// What headers tell.
    pub(super) fn info(&mut self, now: Instant) -> RateInfo {
        let tell = |bucket: &mut Option<Bucket>| {
            bucket.as_mut().map_or_else(Allowance::default, |bucket| {
                bucket.fill(now);
                bucket.allowance()
            })
        };
        RateInfo {
            requests: tell(&mut self.requests),
            tokens: tell(&mut self.tokens),
            output_tokens: Allowance::default(),
        }
    }
}

/// One limit: holds at most a minute's worth.
#[derive(Debug)]
struct Bucket {
    limit: u64,
    /// What is left, times [`MINUTE`].
    content: i128,
    filled: Instant,
}

impl Bucket {
    fn full(limit: u64, now: Instant) -> Self {
        Self {
            limit,
            content: i128::from(limit) * MINUTE,
            filled: now,
        }
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled).as_nanos();
        self.filled = self.filled.max(now);
        let full = i128::from(self.limit) * MINUTE;
        let gained = i128::try_from(elapsed)
            .unwrap_or(i128::MAX)
            .saturating_mul(i128::from(self.limit));
        self.content = full.min(self.content.saturating_add(gained));
    }

    /// How long until `amount` is there; zero when it is.
    fn wait(&self, amount: u64) -> Duration {
        self.until(i128::from(amount) * MINUTE)
    }

    fn until(&self, content: i128) -> Duration {
        let missing = u128::try_from(content.saturating_sub(self.content)).unwrap_or(0);
        let nanos = missing.div_ceil(u128::from(self.limit.max(1)));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn allowance(&self) -> Allowance {
        Allowance {
            limit: Some(self.limit),
            remaining: Some(u64::try_from(self.content / MINUTE).unwrap_or(0)),
            reset: Some(self.until(i128::from(self.limit) * MINUTE)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits(requests: Option<u32>, tokens: Option<u64>) -> Limits {
        Limits {
            requests_per_minute: requests,
            tokens_per_minute: tokens,
            quiet: false,
            later: None,
        }
    }

    #[test]
    fn a_limit_changes_when_its_time_has_come() {
        let start = Instant::now();
        let later = Some("60:30".parse().unwrap());
        let mut meter = Meter::new(
            &Limits {
                later,
                ..limits(Some(600), None)
            },
            start,
        );
        for _ in 0..600 {
            assert_eq!(meter.take(1, start), Ok(()));
        }
        let minute = start + Duration::from_mins(1);
        for _ in 0..30 {
            assert_eq!(
                meter.take(1, minute),
                Ok(()),
                "what is saved up is cut to the new limit"
            );
        }
        assert_eq!(meter.take(1, minute), Err(Refusal::Requests(Duration::from_secs(2))));
        for bad in ["", "60", "a:1", "60:x", "-1:5"] {
            assert!(bad.parse::<Later>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_full_minute_goes_at_once_and_then_one_by_one() {
        let start = Instant::now();
        let mut meter = Meter::new(&limits(Some(60), None), start);
        for _ in 0..60 {
            assert_eq!(meter.take(1000, start), Ok(()));
        }
        let second = Duration::from_secs(1);
        assert_eq!(meter.take(1000, start), Err(Refusal::Requests(second)));
        let almost = start + Duration::from_nanos(999_999_999);
        assert_eq!(
            meter.take(1000, almost),
            Err(Refusal::Requests(Duration::from_nanos(1)))
        );
        assert_eq!(meter.take(1000, start + second), Ok(()));
        assert_eq!(meter.take(1000, start + second), Err(Refusal::Requests(second)));
    }

    #[test]
    fn tokens_are_limited_apart_and_a_refusal_takes_nothing() {
        let start = Instant::now();
        let mut meter = Meter::new(&limits(Some(10), Some(6000)), start);
        assert_eq!(meter.take(5000, start), Ok(()));
        // 2000 are missing at 100 a second.
        assert_eq!(meter.take(3000, start), Err(Refusal::Tokens(Duration::from_secs(20))));
        let info = meter.info(start);
        assert_eq!(info.requests.remaining, Some(9));
        assert_eq!(info.tokens.remaining, Some(1000));
        assert_eq!(info.tokens.reset, Some(Duration::from_secs(50)));
        assert_eq!(info.requests.reset, Some(Duration::from_secs(6)));
        assert_eq!(
            meter.take(6001, start),
            Err(Refusal::TooLarge {
                limit: 6000,
                asked: 6001
            })
        );
    }

    #[test]
    fn one_token_short_is_told_as_tokens() {
        let start = Instant::now();
        let mut meter = Meter::new(&limits(None, Some(1)), start);
        assert_eq!(meter.take(1, start), Ok(()));
        assert_eq!(meter.take(1, start), Err(Refusal::Tokens(Duration::from_mins(1))));
    }

    #[test]
    fn output_may_run_into_debt_that_time_pays() {
        let start = Instant::now();
        let mut meter = Meter::new(&limits(None, Some(6000)), start);
        assert_eq!(meter.take(1000, start), Ok(()));
        meter.spend(8000);
        assert_eq!(meter.info(start).tokens.remaining, Some(0));
        // 3000 in debt and 100 wanted, at 100 a second.
        assert_eq!(meter.take(100, start), Err(Refusal::Tokens(Duration::from_secs(31))));
        assert_eq!(meter.take(100, start + Duration::from_secs(31)), Ok(()));
    }

    proptest! {
        /// However requests come, no stretch of time lets more through than its share and one full bucket.
        #[test]
        fn never_more_than_the_limit(gaps in prop::collection::vec(0u64..3000, 1..300), limit in 1u32..200) {
            let start = Instant::now();
            let mut meter = Meter::new(&limits(Some(limit), None), start);
            let mut now = start;
            let mut passed = 0u64;
            for gap in gaps {
                now += Duration::from_millis(gap);
                match meter.take(1, now) {
                    Ok(()) => passed += 1,
                    Err(Refusal::Requests(wait) | Refusal::Tokens(wait)) => {
                        prop_assert!(wait <= Duration::from_nanos(60_000_000_000 / u64::from(limit) + 1));
                    }
                    Err(other) => prop_assert!(false, "{:?}", other),
                }
                let elapsed = u64::try_from((now - start).as_millis()).unwrap();
                prop_assert!(passed <= u64::from(limit) + elapsed * u64::from(limit) / 60_000);
            }
        }
    }
}
