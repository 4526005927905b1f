//! A rate that was found by being refused, and what refusals mean: a limit, or strays that no pace would spare.
//!
//! A service may refuse some calls whatever the pace. Taken for a limit these would slow the pace for ever, so steps back
//! that do not help are counted, and the first refusals of all are looked at together.

/// What a refusal after a calm takes off the rate.
pub(super) const STEP: f64 = 0.05;

/// Growth of the rate a second: the step comes back in ten seconds, so that looking for the limit costs about one refusal
/// in that time …
pub(super) const GROWTH: f64 = 0.005;

/// … and growth of the rate a success at most, so that slow paces, too, are refused no more than once in fifty calls.
pub(super) const MOST_GROWTH: f64 = 0.0015;

/// Refusals that came too soon after a step back, one after the other, for them to be taken for strays: a server refuses some
/// calls whatever the pace, and slowing down for these would never end.
const STRAYS: u32 = 4;

/// Strays are at most this share of the calls. More is a limit.
const MOST_STRAYS: f64 = 0.3;

/// Below this share of the rate where it began to fall, a limit would have ended the refusals: those that go on are strays …
const DEEP: f64 = 0.25;

/// … also where they seem to be more than that: few calls were made at such a pace, and the last of them was refused.
const MOST_STRAYS_DEEP: f64 = 0.5;

/// Calls after which the share of strays is looked at anew.
const STRAY_WINDOW: f64 = 300.0;

/// Distance in calls between the first refusals of all from which on these are taken for strays. At a limit that is passed by
/// far, as it is at first, the next call is refused as well. Answers between say nothing: refusals are heard of sooner.
const APART: u32 = 4;

/// Refusals in a row that are nearer to each other than that, and with which a limit is met: two alone may be chance.
const NEAR: u32 = 2;

/// A rate found by being refused, in requests a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Learned {
    pub(super) rate: f64,
    /// The last call that had been let out when it was last lowered: up to this one calls say nothing of it.
    pub(super) after: u32,
    /// When the server first refused, until its rate is measured.
    pub(super) emptied: Option<f64>,
    /// Outcomes of the calls after that one.
    pub(super) passed: u32,
    pub(super) refused: u32,
    /// The rate that was last refused; beyond it is new ground.
    pub(super) known: f64,
    /// Refusals since the last success.
    pub(super) in_a_row: u32,
    /// The rate is a guess, not yet touched by single refusals: it grows quickly.
    pub(super) guess: bool,
    /// Most that passed in a minute, as a rate; fades when it proves too much.
    pub(super) best: f64,
    /// The server counts by windows: it was seen closing and opening.
    pub(super) windowed: bool,
    /// Steps back that did not help.
    pub(super) vain: Vain,
    /// Share of calls that is refused whatever the pace.
    pub(super) strays: f64,
}

/// Steps back after each of which the next refusal came before the rate had grown back.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Vain {
    steps: u32,
    /// The rate before the first of them.
    rate: f64,
    /// Calls sent and calls refused before the earlier half of them, and before the later half.
    calls: [(f64, f64); 2],
    /// When the last of them was …
    since: f64,
    /// … and calls sent and refused since that did not lower the rate.
    pub(super) meanwhile: (f64, f64),
}

impl Learned {
    pub(super) fn new(rate: f64, after: u32, guess: bool) -> Self {
        Self {
            rate,
            after,
            emptied: None,
            passed: 0,
            refused: 0,
            known: rate,
            in_a_row: 0,
            guess,
            best: 0.0,
            windowed: false,
            vain: Vain::default(),
            strays: 0.0,
        }
    }

    /// Whether so many refusals are no more than the strays explain. Three and a half standard deviations are granted, since this
    /// is asked at every refusal.
    pub(super) fn only_strays(&mut self, refused: f64, sent: f64, let_out: u32) -> bool {
        if self.strays == 0.0 {
            return false;
        }
        let expected = self.strays * sent;
        if refused > expected + 3.5 * expected.sqrt() + 1.0 {
            return false;
        }
        if sent >= STRAY_WINDOW {
            self.strays = self.strays.min(0.7 * self.strays + 0.3 * refused / sent);
            self.begin(let_out);
        }
        true
    }

    /// Notes a refusal that makes the rate fall, `sent` calls after the last one. Returns whether refusals have turned out
    /// to be strays, which the rate has nothing to do with.
    pub(super) fn in_vain(&mut self, refused: f64, sent: f64, now: f64, let_out: u32) -> bool {
        let (sent, refused) = (sent + self.vain.meanwhile.0, refused + self.vain.meanwhile.1);
        self.vain.meanwhile = (0.0, 0.0);
        let grown = (GROWTH * (now - self.vain.since)).min(MOST_GROWTH * sent);
        self.vain.since = now;
        let late = grown >= STEP * 0.8;
        if late {
            // The step before it did help.
            self.vain.steps = self.vain.steps.saturating_sub(1);
        }
        if self.vain.steps == 0 {
            self.vain = Vain {
                rate: self.rate,
                since: now,
                ..Vain::default()
            };
        }
        if late || self.in_a_row >= 3 {
            return false;
        }
        let half = usize::from(self.vain.steps >= STRAYS / 2);
        self.vain.steps += 1;
        let calls = &mut self.vain.calls;
        calls[half].0 += sent;
        calls[half].1 += refused;
        if self.vain.steps < STRAYS {
            return false;
        }
        let [earlier, later] = calls.map(|(sent, refused)| refused / sent.max(1.0));
        let share = (calls[0].1 + calls[1].1) / (calls[0].0 + calls[1].0).max(1.0);
        let deep = self.rate < self.vain.rate * DEEP;
        let helps = later < earlier * 0.5 && !deep;
        if helps || share > if deep { MOST_STRAYS_DEEP } else { MOST_STRAYS } {
            self.vain.calls = [self.vain.calls[1], (0.0, 0.0)];
            self.vain.steps = STRAYS / 2;
            return false;
        }
        self.strays = share.min(MOST_STRAYS);
        self.rate = self.rate.max(self.vain.rate);
        self.known = self.rate;
        // How much is allowed is open again.
        self.guess = true;
        self.vain = Vain {
            since: now,
            ..Vain::default()
        };
        self.begin(let_out);
        true
    }

    /// The `let_out` calls so far say nothing of the rate any more.
    pub(super) fn begin(&mut self, let_out: u32) {
        self.after = let_out;
        self.passed = 0;
        self.refused = 0;
    }
}

/// Refusals before there is a rate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FirstRefused {
    /// The call that was refused last.
    last: Option<u32>,
    /// Refusals near the one before, in a row.
    near: u32,
    /// Refusals far from the one before.
    apart: u32,
}

/// What the first refusals of all mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Too early to say.
    Open,
    /// A limit is met.
    Limit,
    /// They may be strays, which are no reason to slow down by much.
    Strays,
}

impl FirstRefused {
    /// Takes the refusal of the call of this number.
    pub(super) fn take(&mut self, number: u32) -> Meaning {
        let Some(last) = self.last.replace(number) else {
            return Meaning::Open;
        };
        if number.abs_diff(last) < APART {
            self.near += 1;
            return if self.near < NEAR {
                Meaning::Open
            } else {
                Meaning::Limit
            };
        }
        self.near = 0;
        self.apart += 1;
        if self.apart < STRAYS {
            Meaning::Open
        } else {
            Meaning::Strays
        }
    }
}
