//! When a running comparison may stop: every pair settled, or shown to lie within the margin.
//!
//! The evidence is that of `anytime`, so it may be looked at after every case. Not here: the order of the cases, which must be
//! drawn by lot and the same for both models (the engine's), and what is said about it (the reports').

use serde::{Deserialize, Serialize};

use super::anytime::{Betting, EProcess, Side};
use super::float::real;

/// What the evidence says about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The second model is better.
    Better,
    /// The second model is worse.
    Worse,
    /// They differ by less than the margin.
    WithinMargin,
    /// Not settled.
    Open,
}

/// What is asked of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rule {
    /// Chance of any false statement, over all pairs and all looks.
    pub alpha: f64,
    /// Differences below this do not matter; 0 never stops for being alike.
    pub margin: f64,
    /// How many pairs are compared.
    pub pairs: usize,
}

impl Rule {
    /// The share of alpha for one pair.
    fn level(self) -> f64 {
        self.alpha / real(self.pairs.max(1))
    }
}

/// A pair of models compared case by case.
///
/// Takes paired differences b − a of scores between 0 and 1. Settled when the interval of [`Betting`] at alpha/pairs excludes 0;
/// within the margin when it lies inside it. Both from the same interval, so that the chance of any false statement stays
/// below alpha. Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting".
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    rule: Rule,
    interval: Betting,
    better: EProcess,
    worse: EProcess,
    above: EProcess,
    below: EProcess,
    cases: usize,
    total: f64,
    standing: Standing,
    settled_at: Option<usize>,
}

impl Pair {
    /// A pair of which nothing is known.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        let half = rule.level() / 2.0;
        let margin = rule.margin.clamp(0.0, 1.0);
        Self {
            rule,
            interval: Betting::new(rule.level()),
            better: EProcess::new(0.5, half, Side::Greater),
            worse: EProcess::new(0.5, half, Side::Less),
            above: EProcess::new((1.0 - margin) / 2.0, half, Side::Greater),
            below: EProcess::new(f64::midpoint(1.0, margin), half, Side::Less),
            cases: 0,
            total: 0.0,
            standing: Standing::Open,
            settled_at: None,
        }
    }

    /// Takes the difference of the next case (mean over its cluster, if any), clipped to −1 … 1. After the pair is settled it
    /// still narrows the interval, but no longer changes what was said.
    pub fn push(&mut self, difference: f64) {
        let x = f64::midpoint(difference.clamp(-1.0, 1.0), 1.0);
        self.cases += 1;
        self.total += difference;
        self.interval.push(x);
        for process in [&mut self.better, &mut self.worse, &mut self.above, &mut self.below] {
            process.push(x);
        }
        if self.standing != Standing::Open {
            return;
        }
        let shown = |process: &EProcess| process.stopped_at().is_some();
        self.standing = if shown(&self.better) {
            Standing::Better
        } else if shown(&self.worse) {
            Standing::Worse
        } else if self.rule.margin > 0.0 && shown(&self.above) && shown(&self.below) {
            Standing::WithinMargin
        } else {
            Standing::Open
        };
        if self.standing != Standing::Open {
            self.settled_at = Some(self.cases);
        }
    }

    /// What the evidence says.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Cases after which it was settled.
    #[must_use]
    pub fn settled_at(&self) -> Option<usize> {
        self.settled_at
    }

    /// Cases compared.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Mean difference so far; after an early stop it tends to be extreme.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        (self.cases > 0).then(|| self.total / real(self.cases))
    }

    /// Interval of the difference that holds at every time at once.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.interval.bounds();
        (2.0 * low - 1.0, 2.0 * high - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    const RULE: Rule = Rule {
        alpha: 0.05,
        margin: 0.15,
        pairs: 1,
    };

    /// Right with chances `a` and `b` on the same cases, half of them shared luck.
    fn run(chance: &mut Chance, a: f64, b: f64, most: usize) -> Pair {
        let mut pair = Pair::new(RULE);
        for _ in 0..most {
            let shared = chance.unit();
            let mut right = |p: f64| {
                let luck = if chance.unit() < 0.5 { shared } else { chance.unit() };
                f64::from(u8::from(luck < p))
            };
            let (first, second) = (right(a), right(b));
            pair.push(second - first);
            if pair.standing() != Standing::Open {
                break;
            }
        }
        pair
    }

    #[test]
    fn equal_models_are_seldom_told_apart() {
        let mut chance = Chance::new(21, 0);
        let (mut alarms, mut alike) = (0, 0);
        for _ in 0..120 {
            match run(&mut chance, 0.7, 0.7, 300).standing() {
                Standing::Better | Standing::Worse => alarms += 1,
                Standing::WithinMargin => alike += 1,
                Standing::Open => {}
            }
        }
        // 5 % of 120 are 6.
        assert!(alarms <= 6, "{alarms} false alarms");
        assert!(alike > 20, "only {alike} shown to be within the margin");
    }

    #[test]
    fn a_real_difference_stops_early_and_its_interval_leaves_zero_out() {
        let pair = run(&mut Chance::new(22, 0), 0.4, 0.9, 500);
        assert_eq!(pair.standing(), Standing::Better);
        assert!(pair.settled_at().unwrap() < 100, "{:?}", pair.settled_at());
        let (low, high) = pair.bounds();
        assert!((0.0..=0.5).contains(&low) && high >= 0.5, "{low} {high}");
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let pair = Pair::new(RULE);
        assert_eq!(
            (pair.standing(), pair.estimate(), pair.bounds()),
            (Standing::Open, None, (-1.0, 1.0))
        );
    }

    #[test]
    fn without_a_margin_being_alike_never_stops() {
        let mut pair = Pair::new(Rule { margin: 0.0, ..RULE });
        for _ in 0..400 {
            pair.push(0.0);
        }
        assert_eq!(pair.standing(), Standing::Open);
    }
}
