//! Whether a run that is going on may stop: every pair of targets settled, or shown to lie within the margin.
//!
//! Hears of stored answers and follows them in the order of the cases, however they arrive, because the evidence may not
//! depend on which answers come quickly. Not here: the evidence (`stats::stopping`), the order of the cases and the stopping
//! itself (`cli`), the words (`report`).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Event, FaultKind, RunInfo};
use crate::stats::stopping::{Pair, Rule, Standing};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Whether answers pass: each case counts with the share of its answers that do.
    #[default]
    Pass,
    /// The weighted score between 0 and 1: each case counts with the mean over its answers.
    Score,
}

/// What a run that may stop early was told, kept with the run so that it holds when the run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// What is compared.
    pub measure: Measure,
    /// Level over all pairs and looks.
    pub alpha: f64,
    /// The margin, in units of the score.
    pub margin: f64,
}

/// Answers of one target to one case.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    stored: u32,
    judged: u32,
    sum: f64,
}

/// Follows a run.
#[derive(Debug)]
pub struct Watch {
    rule: Rule,
    measure: Measure,
    positions: HashMap<String, usize>,
    /// Answers a case and target that are planned.
    each: u32,
    targets: Vec<String>,
    alive: Vec<bool>,
    seen: Vec<Seen>,
    next: usize,
    pairs: Vec<(usize, usize, Pair)>,
    told: bool,
}

/// How a watched run stands, or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Early {
    /// What was compared.
    #[serde(default)]
    pub measure: Measure,
    /// Cases followed.
    pub cases: usize,
    /// Cases planned.
    pub planned: usize,
    /// Answers stored, also of cases that are not whole yet.
    pub answers: u64,
    /// Calls that were planned and not made.
    #[serde(default)]
    pub saved: u64,
    /// Whether nothing is open any more.
    pub settled: bool,
    /// Level over all pairs and looks.
    pub alpha: f64,
    /// The margin, in units of the score.
    pub margin: f64,
    /// Each pair.
    pub pairs: Vec<EarlyPair>,
}

/// How one pair stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlyPair {
    /// Name of the first target.
    pub a: String,
    /// Name of the second.
    pub b: String,
    /// What the evidence says of the second.
    pub standing: Standing,
    /// Cases both were measured on.
    pub cases: usize,
    /// Cases after which it was settled.
    pub settled_at: Option<usize>,
    /// Pass rate (or score) of the second minus that of the first; tends to be extreme after an early stop.
    pub estimate: Option<f64>,
    /// Lower end of its interval, which holds at every look.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Early {
    /// Whether the run stopped before its last case, because nothing was open any more.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.settled && self.cases < self.planned
    }
}

impl Watch {
    /// Follows a run of one suite whose cases have these ids, in the order of asking.
    #[must_use]
    pub fn new(info: &RunInfo, ids: impl IntoIterator<Item = String>, wish: Wish) -> Self {
        let Wish { measure, alpha, margin } = wish;
        let positions: HashMap<String, usize> = ids.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
        let targets: Vec<String> = info.targets.iter().map(|target| target.name.clone()).collect();
        let count = targets.len();
        let rule = Rule {
            alpha,
            margin,
            pairs: count * count.saturating_sub(1) / 2,
        };
        let prompts = u32::try_from(info.prompts.len()).unwrap_or(u32::MAX);
        Self {
            rule,
            measure,
            each: prompts.saturating_mul(info.trials),
            alive: vec![true; count],
            seen: vec![Seen::default(); positions.len() * count],
            next: 0,
            pairs: (0..count)
                .flat_map(|a| (a + 1..count).map(move |b| (a, b, Pair::new(rule))))
                .collect(),
            told: false,
            positions,
            targets,
        }
    }

    /// Takes what happened; true once, when nothing is open any more before the last case.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Stored {
                target,
                case,
                pass,
                score,
                fault,
                ..
            } => {
                // What was cut has no outcome: it is asked again when the run goes on.
                if *fault != Some(FaultKind::Aborted) {
                    self.note(case, *target, *pass, *score);
                }
            }
            // What a lost target would have answered is never known.
            Event::TargetStopped { target, .. } => self.alive[*target] = false,
            _ => return false,
        }
        self.follow();
        let over = self.settled() && self.next < self.positions.len();
        let news = over && !self.told;
        self.told |= over;
        news
    }

    /// Takes a stored answer in, also one of an earlier session, in any order.
    pub fn note(&mut self, case: &str, target: usize, pass: Option<bool>, score: Option<f64>) {
        let count = self.targets.len();
        let (Some(position), true) = (self.positions.get(case), target < count) else {
            return;
        };
        let value = match self.measure {
            Measure::Pass => pass.map(|pass| f64::from(u8::from(pass))),
            Measure::Score => score
                .filter(|score| score.is_finite())
                .map(|score| score.clamp(0.0, 1.0)),
        };
        let seen = &mut self.seen[position * count + target];
        seen.stored += 1;
        if let Some(value) = value {
            seen.judged += 1;
            seen.sum += value;
        }
    }

    fn follow(&mut self) {
        let count = self.targets.len();
        while self.next < self.positions.len() {
            let row = &self.seen[self.next * count..][..count];
            let waits = row
                .iter()
                .zip(&self.alive)
                .any(|(seen, alive)| *alive && seen.stored < self.each);
            if waits {
                return;
            }
            let rate = |target: usize| {
                let seen = row[target];
                (self.alive[target] && seen.judged > 0).then(|| seen.sum / f64::from(seen.judged))
            };
            for (a, b, pair) in &mut self.pairs {
                if let Some((first, second)) = rate(*a).zip(rate(*b)) {
                    pair.push(second - first);
                }
            }
            self.next += 1;
        }
    }

    fn settled(&self) -> bool {
        let mut living = self
            .pairs
            .iter()
            .filter(|(a, b, _)| self.alive[*a] && self.alive[*b])
            .peekable();
        living.peek().is_some() && living.all(|(.., pair)| pair.standing() != Standing::Open)
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> Early {
        let pairs = self.pairs.iter().map(|(a, b, pair)| {
            let (low, high) = pair.bounds();
            EarlyPair {
                a: self.targets[*a].clone(),
                b: self.targets[*b].clone(),
                standing: pair.standing(),
                cases: pair.cases(),
                settled_at: pair.settled_at(),
                estimate: pair.estimate(),
                low,
                high,
            }
        });
        let answers = self.seen.iter().map(|seen| u64::from(seen.stored)).sum();
        Early {
            measure: self.measure,
            cases: self.next,
            planned: self.positions.len(),
            answers,
            saved: (self.seen.len() as u64 * u64::from(self.each)).saturating_sub(answers),
            settled: self.settled(),
            alpha: self.rule.alpha,
            margin: self.rule.margin,
            pairs: pairs.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::Make;

    fn watch(cases: u64, margin: f64) -> Watch {
        let make = Make {
            cases,
            ..Make::default()
        };
        let info = RunInfo {
            trials: 1,
            ..make.info()
        };
        assert!(info.targets.len() >= 2 && info.prompts.len() == 1);
        let ids = (0..cases).map(|at| format!("c{at}"));
        let wish = Wish {
            measure: Measure::Pass,
            alpha: 0.05,
            margin,
        };
        Watch::new(&info, ids, wish)
    }

    fn stored(target: usize, case: u64, pass: Option<bool>) -> Event {
        Event::Stored {
            target,
            case: format!("c{case}"),
            fault: pass.is_none().then_some(FaultKind::Timeout),
            message: None,
            cached: false,
            pass,
            score: pass.map(|pass| if pass { 0.9 } else { 0.3 }),
            attempts: 1,
            cost_nano: None,
        }
    }

    #[test]
    fn stops_once_when_all_pairs_are_settled() {
        let mut watch = watch(200, 0.05);
        let count = watch.targets.len();
        // Each target is right on a share of the cases that differs widely from the others'.
        let right = |target: usize, case: u64| case % 16 < [1, 15, 8, 4, 12][target % 5];
        let mut stops = 0;
        for case in 0..200 {
            for target in 0..count {
                stops += u32::from(watch.take(&stored(target, case, Some(right(target, case)))));
            }
        }
        assert_eq!(stops, 1);
        let early = watch.standing();
        assert!(early.settled && early.pairs.iter().all(|pair| pair.settled_at.unwrap() < 200));
    }

    #[test]
    fn answers_count_in_the_order_of_the_cases() {
        let mut watch = watch(10, 0.05);
        let count = watch.targets.len();
        for case in (1..10).rev() {
            for target in 0..count {
                watch.take(&stored(target, case, Some(target == 0)));
            }
        }
        assert_eq!(watch.standing().cases, 0);
        for target in 0..count {
            watch.take(&stored(target, 0, None));
        }
        let early = watch.standing();
        // The first case had no verdict, which counts for nobody.
        assert_eq!((early.cases, early.pairs[0].cases), (10, 9));
    }

    #[test]
    fn scores_are_compared_where_they_are_asked_for() {
        let mut watch = watch(10, 0.05);
        watch.measure = Measure::Score;
        for target in 0..watch.targets.len() {
            watch.take(&stored(target, 0, Some(target == 0)));
        }
        let pair = watch.standing().pairs[0].clone();
        assert!((pair.estimate.unwrap() + 0.6).abs() < 1e-12, "{pair:?}");
    }

    /// The run went on, and what had been stored before was waited for without end: it never stopped.
    #[test]
    fn answers_of_an_earlier_session_count() {
        let mut watch = watch(10, 0.05);
        for target in 0..watch.targets.len() {
            watch.note("c0", target, Some(true), None);
        }
        for target in 0..watch.targets.len() {
            watch.take(&stored(target, 1, Some(true)));
        }
        assert_eq!(watch.standing().cases, 2);
    }

    #[test]
    fn a_lost_target_holds_nobody_up() {
        let mut watch = watch(10, 0.05);
        let count = watch.targets.len();
        for target in 1..count {
            watch.take(&stored(target, 0, Some(true)));
        }
        watch.take(&Event::TargetStopped {
            target: 0,
            kind: FaultKind::Auth,
            message: crate::domain::Said::default(),
            skipped: 10,
        });
        assert_eq!(watch.standing().cases, 1);
    }
}
