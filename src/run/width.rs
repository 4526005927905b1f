//! How many calls of an account are open at once.
//!
//! Where the user names no number it is found by trying: the number doubles as long as that lets more through in a
//! time. A server that queues (a local Llama) shows itself by answers that take longer while no more come through;
//! then the number goes back to what the server works on at once. Trouble (503, 529) cuts it, once an episode. Pure:
//! time is handed in.

use std::time::Duration;

use crate::domain::Limits;

/// Calls open at first, where the user names no number.
const START: f64 = 8.0;

/// The same for a local server, which queues what it cannot work on.
const START_LOCAL: f64 = 2.0;

/// Most calls open, where the user names no number.
const CEILING: u32 = 256;

/// From here on growth slows: a limit that nobody told is met on the way, and what goes out until its refusal is heard of
/// is refused as well.
const MANY: f64 = 64.0;

/// What an answer adds from there on (a binary fraction, so that sums are exact); below it adds one, which doubles the
/// number in a round.
const SLOW_GROWTH: f64 = 0.125;

/// Trouble within this time after a cut belongs to the same episode: those calls went out before it.
const EPISODE: Duration = Duration::from_secs(5);

/// Answers that a round has at the least; means of fewer say little.
const ROUND: f64 = 6.0;

/// Answers that take this many times as long as with few calls open suggest a queue.
const QUEUE: f64 = 1.35;

/// Rounds without a try after one that failed.
const PATIENCE: u32 = 3;

/// The adaptive number of open calls of one account.
#[derive(Debug, Clone)]
pub(super) struct Width {
    limit: f64,
    ceiling: f64,
    /// The user named the number: it is never tried, only cut and grown back.
    named: bool,
    /// After a cut the number grows by one a round up to the ceiling.
    cut_at: Option<Duration>,
    careful: bool,
    /// Nothing spoke against more yet: the number grows with every answer.
    starting: bool,
    round: Round,
    /// Growth that was earned and is not open yet …
    owed: f64,
    /// … and when the last of it opened. Opening it with the very answer that earned it would send all calls in step, where
    /// answers take equally long, and a limit would then refuse a whole volley before it is heard of.
    opened_at: f64,
    /// Mean time of an answer with few calls open, in seconds.
    base: Option<f64>,
    trial: Trial,
    /// Rounds to go before the next try.
    rest: u32,
}

/// What is being tried.
#[derive(Debug, Clone, Copy)]
enum Trial {
    None,
    /// More calls; what came through before, and with how many.
    More {
        speed: f64,
        limit: f64,
    },
    /// Fewer.
    Fewer {
        speed: f64,
        limit: f64,
        mean: f64,
    },
}

/// Answers since the last look.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    /// Answers still to come that went out before the number changed.
    skip: f64,
    started: Option<f64>,
    /// Answers that make it whole, while starting.
    wanted: f64,
    answers: f64,
    seconds: f64,
}

impl Width {
    /// The user's `in_flight` is used in full from the start, since the user knows. A stated rate says how much a service
    /// takes: a second's worth may be open from the start, which the pacer lets out evenly.
    #[must_use]
    pub(super) fn new(limits: &Limits, local: bool) -> Self {
        let named = limits.in_flight;
        let ceiling = f64::from(named.unwrap_or(CEILING).max(1));
        let start = match (named, limits.requests_per_minute) {
            (Some(_), _) => ceiling,
            (None, None) if local => START_LOCAL,
            (None, None) => START,
            (None, Some(a_minute)) => {
                let least = if local { START_LOCAL } else { START };
                (f64::from(a_minute) / 60.0).floor().clamp(least, ceiling)
            }
        };
        Self {
            limit: start,
            ceiling,
            named: named.is_some(),
            cut_at: None,
            careful: false,
            starting: true,
            round: Round::default(),
            owed: 0.0,
            opened_at: 0.0,
            base: None,
            trial: Trial::None,
            rest: 0,
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

    /// Opens what was earned and is due: all that a round earns within half a round.
    pub(super) fn open_due(&mut self, now: Duration) {
        let spacing = self.spacing();
        // The due time itself is rounded to nanoseconds: woken at it, one is due.
        let due = (now.as_secs_f64() - self.opened_at) / spacing + 1e-3;
        let due = due.floor().clamp(0.0, self.owed.floor());
        self.limit += due;
        self.owed -= due;
        self.opened_at += due * spacing;
    }

    /// When more will be open without anything having happened.
    #[must_use]
    pub(super) fn next_due(&self) -> Option<Duration> {
        (self.owed >= 1.0).then(|| Duration::from_secs_f64(self.opened_at + self.spacing()))
    }

    /// Time between two that open, in seconds.
    fn spacing(&self) -> f64 {
        (self.base.unwrap_or_default() / self.limit * 0.5).max(1e-6)
    }

    /// A first try came back well after `took`, while `open` calls (it included) were open.
    pub(super) fn succeeded(&mut self, open: u32, took: Duration, now: Duration) {
        let in_use = f64::from(open) >= (self.limit * 0.8).floor();
        if self.named || self.careful {
            if in_use {
                self.limit = (self.limit + 1.0 / self.limit).min(self.ceiling);
            }
            return;
        }
        if !in_use {
            // Something else holds the calls back: such a round says nothing.
            self.round = Round {
                skip: 0.0,
                ..Round::default()
            };
            return;
        }
        let now = now.as_secs_f64();
        let round = &mut self.round;
        if round.skip > 0.0 {
            round.skip -= 1.0;
            return;
        }
        let Some(started) = round.started else {
            round.started = Some(now);
            round.wanted = self.limit.max(ROUND);
            return;
        };
        round.answers += 1.0;
        round.seconds += took.as_secs_f64();
        let enough = if self.starting {
            round.wanted
        } else {
            (self.limit * 2.0).max(2.0 * ROUND)
        };
        if self.starting && self.base.is_some() && self.limit + self.owed < self.ceiling {
            if self.owed < 1.0 {
                self.opened_at = now;
            }
            self.owed += if self.limit < MANY { 1.0 } else { SLOW_GROWTH };
        }
        if round.answers >= enough {
            let speed = round.answers / (now - started).max(1e-6);
            let mean = round.seconds / round.answers;
            self.look(speed, mean);
        }
    }

    /// Decides at the end of a round.
    fn look(&mut self, speed: f64, mean: f64) {
        self.round = Round::default();
        let before = self.limit;
        let base = *self.base.get_or_insert(mean);
        if self.starting {
            if mean > base * QUEUE {
                self.starting = false;
                self.owed = 0.0;
                self.limit = (speed * base * 1.05).ceil().clamp(1.0, before);
                self.rest = PATIENCE;
                self.round.skip = before;
            }
            return;
        }
        match std::mem::replace(&mut self.trial, Trial::None) {
            Trial::More { speed: was, limit } => {
                let wanted = 1.0 + 0.4 * (self.limit / limit - 1.0);
                if speed < was * wanted {
                    // No more comes through: what the server works on at once is its speed times an unqueued answer.
                    self.limit = (speed.max(was) * base * 1.05).ceil().clamp(1.0, limit);
                    self.rest = PATIENCE;
                } else {
                    self.grow(speed);
                }
            }
            Trial::Fewer {
                speed: was,
                limit,
                mean: took,
            } => {
                if speed < was * 0.93 {
                    // Answers take longer for reasons of their own (longer answers): back, and take that for usual.
                    self.limit = limit;
                    self.base = Some(took);
                }
                self.rest = PATIENCE;
            }
            Trial::None if self.rest > 0 => self.rest -= 1,
            Trial::None if mean > base * QUEUE => {
                let fewer = (self.limit * (base / mean * 1.1).max(0.5)).ceil();
                if fewer < self.limit {
                    self.trial = Trial::Fewer {
                        speed,
                        limit: self.limit,
                        mean,
                    };
                    self.limit = fewer;
                }
            }
            Trial::None => self.grow(speed),
        }
        if self.limit != before {
            self.round.skip = before;
        }
    }

    fn grow(&mut self, speed: f64) {
        if self.limit < self.ceiling {
            self.trial = Trial::More {
                speed,
                limit: self.limit,
            };
            let factor = if self.rest == 0 && self.limit < 16.0 { 2.0 } else { 1.5 };
            self.limit = (self.limit * factor).ceil().min(self.ceiling);
        }
    }

    /// The server said that it is too much (503, 529). Returns whether the number was cut.
    pub(super) fn troubled(&mut self, now: Duration) -> bool {
        if self.cut_at.is_some_and(|at| now < at + EPISODE) {
            return false;
        }
        self.cut_at = Some(now);
        self.limit = (self.limit * 0.7).max(1.0);
        self.careful = true;
        self.owed = 0.0;
        self.round = Round::default();
        self.trial = Trial::None;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A server that works on `most` calls at once and lets the others wait: each call takes `time` at the least. Answers
    /// differ in length by `spread`. Returns what came through in a second, as a share of what could, and the mean limit,
    /// both over the second half.
    fn serve(width: &mut Width, most: f64, time: f64, spread: f64, length: f64) -> (f64, f64) {
        let mut draw = 7u64;
        let mut unit = move || {
            draw = draw
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(draw >> 33).unwrap()) / f64::from(1u32 << 31)
        };
        let mut open: std::collections::BTreeMap<(Duration, u32), Duration> = std::collections::BTreeMap::new();
        let (mut now, mut number, mut answers, mut limits) = (Duration::ZERO, 0, 0.0, 0.0);
        while now.as_secs_f64() < length {
            width.open_due(now);
            while open.len() < width.limit() as usize {
                let queue = (f64::from(u32::try_from(open.len()).unwrap() + 1) / most).max(1.0);
                let took = time * queue * (1.0 + spread * (2.0 * unit() - 1.0));
                open.insert((now + Duration::from_secs_f64(took), number), now);
                now += Duration::from_micros(300);
                number += 1;
            }
            let next = open.first_key_value().unwrap().0.0;
            if let Some(due) = width.next_due().filter(|due| now < *due && *due < next) {
                now = due;
                continue;
            }
            let count = u32::try_from(open.len()).unwrap();
            let ((done, _), sent) = open.pop_first().unwrap();
            now = now.max(done);
            width.succeeded(count, now.saturating_sub(sent), now);
            if now.as_secs_f64() > length / 2.0 {
                answers += 1.0;
                limits += f64::from(width.limit());
            }
        }
        (answers / (most / time * length / 2.0), limits / answers)
    }

    fn in_flight(named: u32) -> Limits {
        Limits {
            in_flight: Some(named),
            ..Limits::default()
        }
    }

    #[test]
    fn a_named_width_is_used_from_the_start() {
        assert_eq!(Width::new(&in_flight(64), false).limit(), 64);
        assert_eq!(
            Width::new(&in_flight(0), false).limit(),
            1,
            "zero would never ask anything"
        );
    }

    /// 6,000 a minute once took three seconds to be reached, since only eight calls were open at first.
    #[test]
    fn a_stated_rate_opens_a_second_of_it() {
        let stated = |a_minute| Limits {
            requests_per_minute: Some(a_minute),
            ..Limits::default()
        };
        assert_eq!(Width::new(&stated(6_000), false).limit(), 100);
        assert_eq!(Width::new(&stated(60_000), false).limit(), CEILING);
        assert_eq!(f64::from(Width::new(&stated(10), false).limit()), START);
        assert_eq!(Width::new(&stated(6_000), true).limit(), 100, "a relay on this machine");
        assert_eq!(f64::from(Width::new(&stated(10), true).limit()), START_LOCAL);
    }

    #[test]
    fn grows_only_when_in_use() {
        let mut width = Width::new(&Limits::default(), false);
        for n in 0..100 {
            width.succeeded(2, at(1), at(n));
        }
        assert_eq!(f64::from(width.limit()), START);
    }

    #[test]
    fn settles_near_what_a_server_works_on_at_once() {
        for most in [1.0, 2.0, 4.0, 8.0, 16.0, 64.0] {
            for time in [0.1, 1.0] {
                for spread in [0.0, 0.2, 0.6] {
                    let mut width = Width::new(&Limits::default(), true);
                    let (speed, limit) = serve(&mut width, most, time, spread, 160.0);
                    let name = format!("{most} at once, {time} s, spread {spread}");
                    assert!(speed >= 0.95, "{name}: {speed} of the speed");
                    assert!(limit <= most * 1.6 + 3.0, "{name}: {limit} open");
                }
            }
        }
    }

    #[test]
    fn a_server_without_a_queue_is_used_to_the_ceiling() {
        for (time, spread) in [(0.1, 0.2), (1.0, 0.6)] {
            let mut width = Width::new(&Limits::default(), false);
            serve(&mut width, 100_000.0, time, spread, 60.0);
            assert_eq!(width.limit(), CEILING);
        }
    }

    /// Calls that all took 0.3 s once went out in volleys of up to 256, and a limit refused a whole one.
    #[test]
    fn calls_of_equal_length_do_not_fall_in_step() {
        let mut width = Width::new(&Limits::default(), false);
        let took = Duration::from_millis(300);
        let mut open: std::collections::VecDeque<Duration> = std::collections::VecDeque::new();
        let (mut now, mut most) = (Duration::ZERO, 0);
        while width.limit() < CEILING {
            width.open_due(now);
            let start = (width.limit() as usize).saturating_sub(open.len());
            most = most.max(start);
            open.extend(std::iter::repeat_n(now, start));
            let first = *open.front().expect("an open call") + took;
            now = width.next_due().map_or(first, |due| due.min(first)).max(now);
            let count = u32::try_from(open.len()).unwrap();
            while open.front().is_some_and(|sent| *sent + took <= now) {
                let sent = open.pop_front().expect("an open call");
                width.succeeded(count, now.saturating_sub(sent), now);
            }
        }
        assert!(f64::from(u32::try_from(most).unwrap()) <= START, "{most} at once");
        assert!(now < Duration::from_secs(7), "the ceiling was reached after {now:?}");
    }

    #[test]
    fn longer_answers_are_no_queue() {
        let mut width = Width::new(&Limits::default(), false);
        serve(&mut width, 100_000.0, 0.5, 0.2, 30.0);
        let before = width.limit();
        let (mut now, mut slow) = (at(30), 0);
        while slow < 4000 {
            // All answers take four times as long, however many are open.
            now += Duration::from_secs_f64(2.0 / f64::from(width.limit()));
            width.succeeded(width.limit(), at(2), now);
            slow += 1;
        }
        assert!(width.limit() >= before / 2, "{} after {before}", width.limit());
    }

    #[test]
    fn one_cut_an_episode_then_slow_growth() {
        let mut width = Width::new(&in_flight(100), false);
        assert!(width.troubled(at(10)));
        for _ in 0..30 {
            assert!(!width.troubled(at(11)));
        }
        assert_eq!(width.limit(), 70);
        for _ in 0..75 {
            width.succeeded(width.limit(), at(1), at(12));
        }
        assert_eq!(width.limit(), 71, "about one a round");
        assert!(width.troubled(at(30)), "a later trouble is a new episode");
    }

    #[test]
    fn never_below_one_nor_above_the_ceiling() {
        let mut width = Width::new(&in_flight(3), false);
        for round in 0..50 {
            width.troubled(at(round * 20));
        }
        assert_eq!(width.limit(), 1);
        for _ in 0..10_000 {
            width.succeeded(width.limit(), at(1), at(2000));
        }
        assert_eq!(width.limit(), 3);
    }
}
