//! Requests and tokens a minute: one pacer per account.
//!
//! Three sources, the strictest rules: what the user states, what the headers tell, and what refusals teach. Calls are
//! spread evenly, since a burst at the start of a minute is what limits are there to stop. Pure: time is handed in, as
//! the time since the run began.

mod learned;

use std::time::Duration;

use crate::domain::Limits;
use crate::provider::{Allowance, RateInfo};
use learned::{FirstRefused, GROWTH, Learned, MOST_GROWTH, Meaning, STEP};

/// Share of a known limit that is used. Clocks drift and windows slide; the last percent would buy refusals.
const SHARE: f64 = 0.985;

/// Unused time that may be caught up at once, in seconds: evens out our own scheduling, too short for a burst.
const CATCH_UP: f64 = 0.2;

/// What fast paces may catch up: a timer that fires some milliseconds late must not cost a call each time.
const LATE: f64 = 0.05;

/// Seconds of tokens that may be spent at once.
const TOKEN_BURST: f64 = 3.0;

/// Beyond this many times the rate that was last refused the limit has been raised, and growth quickens.
const NEW_GROUND: f64 = 1.08;

/// By as much a second.
const QUICK_GROWTH: f64 = 0.05;

/// Calls that must have passed since the last change for a single refusal to mean no more than the limit was touched.
const CALM: u32 = 20;

/// Refusals in a row, with no success between, after which the server is taken for closed and asked only now and then.
const CLOSED: u32 = 6;

/// Pause after the first refusal of all, in seconds. What passes from then on until the next refusals is what the server
/// gives back in that time: its rate, measured at the price of a few refusals.
const BREATH: f64 = 0.5;

/// Share of the last rate at which asking goes on after that pause: well above most limits, yet slow enough that few calls
/// are under way when the next refusal comes back.
const AFTER_BREATH: f64 = 0.2;

/// Seconds over which successes are remembered.
const MEMORY: usize = 64;

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
    /// When a call was last held back by the rate: a rate that nobody waits for says nothing by not being refused.
    held_at: f64,
    /// Seconds that were spent in pauses, up to the end of the one that runs.
    held: f64,
    /// Time of the first call.
    first_at: Option<f64>,
    /// Refusals before there is a rate.
    first_refused: FirstRefused,
    /// Calls let out so far.
    let_out: u32,
    /// Successes of the last seconds, by second.
    passed: [(u64, u32); MEMORY],
}

/// A call that was let out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sent {
    /// When.
    pub(super) at: Duration,
    /// The how-manieth of the account it is.
    number: u32,
}

/// Whether a call may start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Admission {
    /// Now; its share is taken.
    Go(Sent),
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
            held_at: f64::NEG_INFINITY,
            held: 0.0,
            first_at: None,
            first_refused: FirstRefused::default(),
            let_out: 0,
            passed: [(0, 0); MEMORY],
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
        let at = now;
        let now = now.as_secs_f64();
        let mut earliest = self.paused_until;
        let spacing = self.request_rate().map(|rate| 1.0 / rate);
        if spacing.is_some() {
            earliest = earliest.max(self.next);
            if self.next > now {
                self.held_at = now;
            }
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
            self.next = self.next.max(now - CATCH_UP.min(spacing.max(LATE))) + spacing;
        }
        if self.token_rate().is_some() {
            self.tokens -= tokens;
        }
        self.first_at.get_or_insert(now);
        self.let_out = self.let_out.saturating_add(1);
        Admission::Go(Sent {
            at,
            number: self.let_out,
        })
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
                self.pause_until(now, now + (reset.as_secs_f64() * share).min(60.0));
            }
        }
    }

    /// A call came back well.
    pub(super) fn passed(&mut self, call: Sent, now: Duration) {
        let second = now.as_secs();
        let slot = &mut self.passed[usize::try_from(second % MEMORY as u64).expect("below the length")];
        if slot.0 != second {
            *slot = (second, 0);
        }
        slot.1 += 1;
        let now = now.as_secs_f64();
        let in_use = now - self.held_at < 1.0 + 2.0 / self.learned.map_or(1.0, |learned| learned.rate);
        let Some(learned) = &mut self.learned else { return };
        if learned.in_a_row > CLOSED + 1 {
            // Open again. What passes in a minute is the limit.
            learned.windowed = true;
            learned.rate = learned.rate.max(learned.best * 0.9);
            learned.known = learned.rate;
            learned.guess = false;
            learned.best *= 0.8;
        }
        learned.in_a_row = 0;
        if call.number > learned.after {
            learned.passed += 1;
        }
        if in_use {
            let quick = learned.guess || (!learned.windowed && learned.rate > learned.known * NEW_GROUND);
            let growth = if quick { QUICK_GROWTH } else { GROWTH };
            learned.rate *= 1.0 + (growth / learned.rate).min(if quick { 0.05 } else { MOST_GROWTH });
        }
    }

    /// A call was refused for being too fast; `asked` is the pause the server wants. It holds for all calls of the account, but
    /// that of a refusal which has nothing to do with their pace holds for the call alone.
    pub(super) fn refused(&mut self, call: Sent, now: Duration, asked: Option<Duration>) {
        let now = now.as_secs_f64();
        let stray = self.learn(call, now);
        if let Some(asked) = asked.filter(|_| !stray) {
            self.pause_until(now, now + asked.min(super::retry::LONGEST_ASKED).as_secs_f64());
        }
    }

    /// Learns of the rate from a refusal. Returns whether it is one of the strays that are known of.
    fn learn(&mut self, call: Sent, now: f64) -> bool {
        let let_out = self.let_out;
        let lately = self.passed_within(now, 1) / (now.fract() + now.trunc().min(1.0)).max(0.25);
        let minute = self.passed_within(now, 60) / 60.0;
        let stated = self.stated_requests.or(self.told_requests).is_some();
        let known = self.request_rate();
        let Some(learned) = &mut self.learned else {
            // A stated limit is believed until refusals go on; else what came through lately is the first guess.
            // Answers may take long: what was started counts, too. Pauses do not.
            let held = self.held - (self.paused_until - now).max(0.0);
            let free = now - self.first_at.unwrap_or(now) - held;
            let lately = lately.max(f64::from(let_out) / free.max(1.0));
            if !stated {
                match self.first_refused.take(call.number) {
                    Meaning::Open => return false,
                    Meaning::Strays => {
                        self.learned = Some(Learned::new((lately * (1.0 - STEP)).max(1.0), let_out, true));
                        return false;
                    }
                    Meaning::Limit => {}
                }
            }
            let rate = known.unwrap_or((lately * AFTER_BREATH).max(1.0));
            let mut learned = Learned::new(rate, let_out, !stated);
            if stated {
                self.next = self.next.max(now + 0.25f64.min(1.0 / rate));
            } else {
                learned.emptied = Some(now);
                self.pause_until(now, now + BREATH);
            }
            self.learned = Some(learned);
            return false;
        };
        if call.number <= learned.after {
            return false;
        }
        learned.refused += 1;
        learned.in_a_row += 1;
        learned.best = learned.best.max(minute);
        if learned.in_a_row >= CLOSED {
            // A window that is used up, not a rate: asking now is in vain.
            let wait = 0.5 * 2.0f64.powi(i32::try_from(learned.in_a_row - CLOSED).unwrap_or(5).min(5));
            learned.emptied = None;
            learned.begin(let_out);
            self.pause_until(now, now + wait);
            return false;
        }
        if let Some(emptied) = learned.emptied {
            // One may be a stumble.
            if learned.refused < 2 {
                return false;
            }
            let through = f64::from((let_out - learned.after).saturating_sub(learned.refused));
            if through > 0.0 {
                learned.rate = (through / (now - emptied) * (1.0 - STEP)).max(minute * 0.2);
                learned.known = learned.rate;
                learned.guess = false;
                learned.emptied = None;
            }
            learned.begin(let_out);
            self.next = self.next.max(now + 1.0 / learned.rate);
            return false;
        }
        // Refusals come back sooner than answers: those still awaited count as passed.
        let sent_since = f64::from((call.number - learned.after).max(learned.passed + learned.refused));
        let refused = f64::from(learned.refused);
        if learned.only_strays(refused, sent_since, let_out) {
            return true;
        }
        // A single refusal does not lower a stated rate.
        let falls = learned.refused >= 2 || (sent_since >= f64::from(CALM) && !stated);
        if falls && !learned.windowed && learned.in_vain(refused, sent_since, now, let_out) {
            return true;
        }
        if learned.refused == 1 && sent_since >= f64::from(CALM) {
            // The limit was touched. Of a known one this is a matter of windows.
            if stated {
                learned.vain.meanwhile.0 += sent_since;
                learned.vain.meanwhile.1 += refused;
            }
            learned.known = learned.rate;
            learned.rate *= if stated { 1.0 } else { 1.0 - STEP };
            learned.guess = false;
        } else if learned.refused >= 2 {
            // The rate is known and so is the share that passes: their product is the limit.
            let share = 1.0 - (refused / sent_since - learned.strays).max(0.0);
            learned.rate = (learned.rate * share.clamp(0.3, 1.0 - STEP)).max(minute * 0.2);
            learned.known = learned.rate;
            learned.guess = share < 0.3;
        } else {
            return false;
        }
        learned.begin(let_out);
        self.next = self.next.max(now + 1.0 / learned.rate);
        false
    }

    /// Nothing starts before `until`.
    fn pause_until(&mut self, now: f64, until: f64) {
        self.held += (until - self.paused_until.max(now)).max(0.0);
        self.paused_until = self.paused_until.max(until);
    }

    /// Until when nothing starts, if that is later than `now`.
    #[must_use]
    pub(super) fn paused(&self, now: Duration) -> Option<Duration> {
        (self.paused_until > now.as_secs_f64()).then(|| Duration::from_secs_f64(self.paused_until))
    }

    /// Successes within the last whole `seconds` and the running one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole seconds of a run"
    )]
    fn passed_within(&self, now: f64, seconds: u64) -> f64 {
        let from = (now as u64).saturating_sub(seconds);
        let counts = self.passed.iter().filter(|(at, _)| *at >= from).map(|(_, n)| *n);
        f64::from(counts.sum::<u32>())
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
mod tests;
