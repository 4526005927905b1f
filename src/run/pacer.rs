//! Requests and tokens a minute: one pacer per account.
//!
//! Three sources, the strictest rules: what the user states, what the headers tell, and what refusals teach. Calls are
//! spread evenly, since a burst at the start of a minute is what limits are there to stop. Pure: time is handed in, as
//! the time since the run began.

use std::time::Duration;

use crate::domain::Limits;
use crate::provider::{Allowance, RateInfo};

/// Share of a known limit that is used. Clocks drift and windows slide; the last percent would buy refusals.
const SHARE: f64 = 0.985;

/// Unused time that may be caught up at once, in seconds: evens out our own scheduling, too short for a burst.
const CATCH_UP: f64 = 0.2;

/// Seconds of tokens that may be spent at once.
const TOKEN_BURST: f64 = 3.0;

/// Refusals within this time after a slow-down belong to the same episode.
const EPISODE: f64 = 2.0;

/// Successes after a slow-down until growth quickens.
const CALM: u32 = 150;

/// The pace of one account.
#[derive(Debug, Clone)]
pub(super) struct Pacer {
    stated_requests: Option<f64>,
    stated_tokens: Option<f64>,
    told_requests: Option<f64>,
    told_tokens: Option<f64>,
    learned: Option<Learned>,
    /// Earliest start of the next request.
    next: f64,
    /// Tokens that may be spent; negative after a call that cost more than estimated.
    tokens: f64,
    tokens_at: f64,
    paused_until: f64,
    /// Starts of the last seconds, for measuring what got through: (second, successes).
    passed: [(u64, u32); 16],
}

/// A rate found by being refused, in requests a second.
#[derive(Debug, Clone, Copy)]
struct Learned {
    rate: f64,
    since: f64,
    calm: u32,
    /// The rate is a first guess: it doubles every second until the next refusal.
    searching: bool,
}

/// Whether a call may start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Admission {
    /// Now; its share is taken.
    Go,
    /// Not before this time.
    Wait(Duration),
}

impl Pacer {
    /// The pace of an account with these stated limits.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
    pub(super) fn new(limits: &Limits) -> Self {
        let stated_tokens = limits.tokens_per_minute.map(|n| (n.max(1)) as f64 / 60.0 * SHARE);
        Self {
            stated_requests: limits.requests_per_minute.map(|n| f64::from(n.max(1)) / 60.0 * SHARE),
            stated_tokens,
            told_requests: None,
            told_tokens: None,
            learned: None,
            next: 0.0,
            tokens: stated_tokens.map_or(0.0, |rate| rate * TOKEN_BURST),
            tokens_at: 0.0,
            paused_until: 0.0,
            passed: [(0, 0); 16],
        }
    }

    /// Requests a second that are allowed now, if anything limits them.
    #[must_use]
    pub(super) fn request_rate(&self) -> Option<f64> {
        [
            self.stated_requests,
            self.told_requests,
            self.learned.map(|learned| learned.rate),
        ]
        .into_iter()
        .flatten()
        .reduce(f64::min)
    }

    fn token_rate(&self) -> Option<f64> {
        [self.stated_tokens, self.told_tokens]
            .into_iter()
            .flatten()
            .reduce(f64::min)
    }

    /// May a call of about `tokens` tokens (input and output) start now?
    pub(super) fn admit(&mut self, now: Duration, tokens: f64) -> Admission {
        let now = now.as_secs_f64();
        let mut earliest = self.paused_until;
        let spacing = self.request_rate().map(|rate| 1.0 / rate);
        if spacing.is_some() {
            earliest = earliest.max(self.next);
        }
        if let Some(rate) = self.token_rate() {
            let burst = rate * TOKEN_BURST;
            self.tokens = (self.tokens + (now - self.tokens_at).max(0.0) * rate).min(burst.max(tokens));
            self.tokens_at = now;
            // A call larger than the whole allowance waits until the allowance is full, else it would wait for ever.
            let missing = tokens.min(burst) - self.tokens;
            if missing > 0.0 {
                earliest = earliest.max(now + missing / rate);
            }
        }
        if earliest > now + 1e-6 {
            return Admission::Wait(Duration::from_secs_f64(earliest));
        }
        if let Some(spacing) = spacing {
            self.next = self.next.max(now - CATCH_UP.min(spacing)) + spacing;
        }
        if self.token_rate().is_some() {
            self.tokens -= tokens;
        }
        Admission::Go
    }

    /// A call turned out to use `used` tokens where `estimated` had been reserved.
    pub(super) fn settle(&mut self, estimated: f64, used: f64) {
        if self.token_rate().is_some() {
            self.tokens += estimated - used;
        }
    }

    /// Headers told the limits.
    pub(super) fn told(&mut self, now: Duration, info: &RateInfo) {
        let now = now.as_secs_f64();
        if let Some(rate) = rate_of(&info.requests) {
            self.told_requests = Some(rate * SHARE);
        }
        if let Some(rate) = rate_of(&info.tokens) {
            if self.token_rate().is_none() {
                self.tokens = rate * SHARE * TOKEN_BURST;
                self.tokens_at = now;
            }
            self.told_tokens = Some(rate * SHARE);
        }
        for allowance in [&info.requests, &info.tokens, &info.output_tokens] {
            if let (Some(0), Some(reset)) = (allowance.remaining, allowance.reset) {
                // Nothing is left. A full reset is far away, but some is back after a share of it.
                let share = allowance.limit.filter(|limit| *limit > 0).map_or(1.0, |_| 0.1);
                self.pause_until(now + (reset.as_secs_f64() * share).min(60.0));
            }
        }
    }

    /// A call came back well.
    pub(super) fn passed(&mut self, now: Duration) {
        let second = now.as_secs();
        let slot = &mut self.passed[usize::try_from(second % 16).expect("below 16")];
        if slot.0 != second {
            *slot = (second, 0);
        }
        slot.1 += 1;
        if let Some(learned) = &mut self.learned {
            learned.calm += 1;
            if learned.searching {
                learned.rate += 0.7;
                return;
            }
            // A step of five per cent in a hundred calls finds the limit again with one refusal in a hundred; after a
            // long calm the limit has probably been raised, so steps grow.
            let quicken = f64::from(learned.calm / CALM).min(12.0);
            learned.rate *= 1.0 + 0.0005 * 1.6f64.powf(quicken);
        }
    }

    /// A call that went out at `sent` was refused for being too fast; `asked` is the pause the server wants.
    /// Returns whether the pace was lowered.
    pub(super) fn refused(&mut self, sent: Duration, now: Duration, asked: Option<Duration>) -> bool {
        let now = now.as_secs_f64();
        if let Some(asked) = asked {
            self.pause_until(now + asked.as_secs_f64().min(super::retry::LONGEST_ASKED.as_secs_f64()));
        }
        if self.stated_requests.is_some() || self.told_requests.is_some() {
            // The limit is known; the refusal is a matter of windows. A breath lets the window slide.
            self.next = self.next.max(now + 0.25);
            return false;
        }
        let throughput = self.throughput(now);
        if let Some(learned) = &mut self.learned {
            if sent.as_secs_f64() < learned.since || now < learned.since + EPISODE {
                return false;
            }
            // What passed lately is the limit itself, when the rate has run ahead of it: while searching, and after a
            // long calm. Else the limit is just below the rate.
            let ahead = learned.searching || learned.calm > CALM;
            learned.rate = if ahead {
                learned.rate.min(throughput.max(learned.rate * 0.4))
            } else {
                learned.rate
            } * 0.95;
            learned.searching = false;
            learned.since = now;
            learned.calm = 0;
        } else {
            let rate = (throughput * 0.9).max(1.0);
            self.learned = Some(Learned {
                rate,
                since: now,
                calm: 0,
                searching: true,
            });
        }
        self.next = self.next.max(now);
        true
    }

    /// Nothing starts before `until`.
    pub(super) fn pause_until(&mut self, until: f64) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Until when nothing starts, if that is later than `now`.
    #[must_use]
    pub(super) fn paused(&self, now: Duration) -> Option<Duration> {
        (self.paused_until > now.as_secs_f64()).then(|| Duration::from_secs_f64(self.paused_until))
    }

    /// Successes a second over the last seconds, the running one left out.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "whole seconds of a run"
    )]
    fn throughput(&self, now: f64) -> f64 {
        let second = now as u64;
        let from = second.saturating_sub(3);
        let (mut first, mut count) = (second, 0u32);
        for &(at, n) in &self.passed {
            if n > 0 && at >= from && at <= second {
                first = first.min(at);
                count += n;
            }
        }
        f64::from(count) / (now - first as f64).max(0.25)
    }
}

/// Requests or tokens a second that an allowance means: what was used comes back in the time told, else a minute.
#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
fn rate_of(allowance: &Allowance) -> Option<f64> {
    let limit = allowance.limit.filter(|limit| *limit > 0)?;
    let minute = limit as f64 / 60.0;
    let (Some(remaining), Some(reset)) = (allowance.remaining, allowance.reset) else {
        return Some(minute);
    };
    let used = limit.saturating_sub(remaining);
    // Only a window clearly longer than a minute is believed: resets of short ones are rounded to seconds.
    let told = used as f64 / reset.as_secs_f64().max(1.0);
    if used >= 5 && reset.as_secs_f64() >= 10.0 && told < minute * 0.5 {
        return Some(told);
    }
    Some(minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(s: f64) -> Duration {
        Duration::from_secs_f64(s)
    }

    /// Starts calls as fast as the pacer admits them, at most `most_open` at once, for `length` seconds against `serve`,
    /// which says whether a call at a time passes; answers come `latency` later. Returns (passed, refused).
    fn drive(
        pacer: &mut Pacer,
        most_open: usize,
        length: f64,
        latency: f64,
        mut serve: impl FnMut(f64) -> bool,
    ) -> (u32, u32) {
        let (mut now, mut passed, mut refused) = (0.0, 0, 0);
        let mut open: std::collections::VecDeque<(f64, f64, bool)> = std::collections::VecDeque::new();
        while now < length {
            while open.front().is_some_and(|(done, ..)| *done <= now) {
                let (done, sent, ok) = open.pop_front().unwrap();
                if ok {
                    pacer.passed(seconds(done));
                    passed += 1;
                } else {
                    pacer.refused(seconds(sent), seconds(done), None);
                    refused += 1;
                }
            }
            let next_done = open.front().map_or(f64::MAX, |(done, ..)| *done);
            if open.len() >= most_open {
                now = next_done;
                continue;
            }
            match pacer.admit(seconds(now), 0.0) {
                Admission::Go => open.push_back((now + latency, now, serve(now))),
                Admission::Wait(until) => now = until.as_secs_f64().min(next_done).max(now + 1e-4),
            }
        }
        (passed, refused)
    }

    /// A server that allows `rate` calls a second with a bucket of one second.
    fn bucket(mut rate: impl FnMut(f64) -> f64) -> impl FnMut(f64) -> bool {
        let (mut level, mut last) = (0.0f64, 0.0);
        move |now| {
            let rate = rate(now);
            level = (level + (now - last) * rate).min(rate);
            last = now;
            let go = level >= 1.0;
            if go {
                level -= 1.0;
            }
            go
        }
    }

    #[test]
    fn a_stated_limit_is_used_but_not_passed() {
        for rpm in [30, 600, 6_000] {
            let mut pacer = Pacer::new(&Limits {
                requests_per_minute: Some(rpm),
                ..Limits::default()
            });
            let mut starts: Vec<f64> = Vec::new();
            drive(&mut pacer, 64, 120.0, 0.1, |now| {
                starts.push(now);
                true
            });
            let used = f64::from(u32::try_from(starts.len()).unwrap()) / (f64::from(rpm) * 2.0);
            assert!((0.97..=1.0).contains(&used), "{rpm}: {used}");
            let worst = starts
                .iter()
                .map(|from| starts.iter().filter(|at| **at >= *from && **at < from + 60.0).count())
                .max()
                .unwrap();
            assert!(worst <= rpm as usize, "{rpm}: {worst} in a minute");
        }
    }

    #[test]
    fn an_unknown_limit_is_found_and_followed() {
        for (limit, latency) in [(20.0, 0.05)] {
            for factor in [0.5, 1.0, 2.0] {
                let mut pacer = Pacer::new(&Limits::default());
                let mut later = 0.0;
                let rate = |now: f64| if now < 60.0 { limit } else { limit * factor };
                let mut serve = bucket(rate);
                let (passed, refused) = drive(&mut pacer, 8, 180.0, latency, |now| {
                    let ok = serve(now);
                    if ok && now >= 120.0 {
                        later += 1.0;
                    }
                    ok
                });
                let share = f64::from(refused) / f64::from(passed);
                let found = later / (limit * factor * 60.0);
                assert!(found >= 0.9, "x{factor}: only {found} of the limit");
                assert!(factor != 1.0 || share <= 0.03, "{share} refused");
            }
        }
    }

    #[test]
    fn tokens_are_counted_and_settled() {
        let mut pacer = Pacer::new(&Limits {
            tokens_per_minute: Some(6_000),
            ..Limits::default()
        });
        let (mut now, mut calls) = (0.0, 0u32);
        while now < 60.0 {
            match pacer.admit(seconds(now), 200.0) {
                Admission::Go => {
                    calls += 1;
                    pacer.settle(200.0, 100.0);
                }
                Admission::Wait(until) => now = until.as_secs_f64() + 1e-6,
            }
        }
        let tokens = calls * 100;
        assert!((5_800..=6_400).contains(&tokens), "{tokens} tokens in a minute");
    }

    #[test]
    fn a_call_larger_than_the_allowance_still_goes_out() {
        let mut pacer = Pacer::new(&Limits {
            tokens_per_minute: Some(60),
            ..Limits::default()
        });
        let mut now = 0.0;
        for _ in 0..3 {
            match pacer.admit(seconds(now), 10_000.0) {
                Admission::Go => return,
                Admission::Wait(until) => now = until.as_secs_f64(),
            }
        }
        panic!("never admitted");
    }

    #[test]
    fn an_asked_pause_holds_everything_back() {
        let mut pacer = Pacer::new(&Limits::default());
        assert_eq!(pacer.admit(seconds(1.0), 0.0), Admission::Go);
        pacer.refused(seconds(1.0), seconds(1.5), Some(seconds(4.0)));
        assert_eq!(pacer.admit(seconds(2.0), 0.0), Admission::Wait(seconds(5.5)));
        assert_eq!(pacer.admit(seconds(5.6), 0.0), Admission::Go);
    }

    #[test]
    fn headers_lower_the_pace() {
        let mut pacer = Pacer::new(&Limits::default());
        let info = RateInfo {
            requests: Allowance {
                limit: Some(60),
                remaining: Some(59),
                reset: Some(seconds(1.0)),
            },
            ..RateInfo::default()
        };
        pacer.told(seconds(0.0), &info);
        let rate = pacer.request_rate().unwrap();
        assert!((0.9..=1.0).contains(&rate), "{rate}");
        // Ten thousand a day, told as OpenAI's small tiers do: 100 used come back in 864 seconds.
        let day = RateInfo {
            requests: Allowance {
                limit: Some(10_000),
                remaining: Some(9_900),
                reset: Some(seconds(864.0)),
            },
            ..RateInfo::default()
        };
        pacer.told(seconds(0.0), &day);
        let rate = pacer.request_rate().unwrap();
        assert!((0.11..=0.12).contains(&rate), "{rate}");
    }
}
