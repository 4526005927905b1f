//! What people say of each column of a pack: means with intervals, choices, and the mean over the whole run where the
//! sample allows it.

use std::collections::{BTreeMap, HashMap};

use crate::compare::ratings::{Humans, Reviewed};
use crate::domain::review::{Drawn, Unit};
use crate::stats::mean::{MeanCi, ci};
use crate::stats::ppi::{self, PpiMean};

/// Cases that both people and scorers judged from which the mean over the run is estimated.
pub const LABELS_FROM: usize = 20;

/// Why no mean over the whole run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// The rows were not drawn at random.
    NotRandom,
    /// Rows drawn are not rated yet: how many.
    Unrated(usize),
    /// The run has no automatic scores for these answers.
    Unscored,
    /// Every case was rated: the plain mean is that of the run.
    Everything,
    /// Too few rated cases.
    Few(usize),
    /// Rows show pairs, so each column was rated on cases of its own.
    Pairs,
}

/// What people say of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnResult {
    /// Index of the column in the run.
    pub column: usize,
    /// Scores given.
    pub ratings: u64,
    /// Mean over cases of people's means, with interval; on the scale of the pack.
    pub mean: MeanCi,
    /// The same without answers that named themselves; none where there are none.
    pub unnamed: Option<MeanCi>,
    /// Rows in which most reviewers found it best, and rows with a choice.
    pub best: (u64, u64),
    /// Mean of the automatic scores of the same answers, from 0 to 1.
    pub score: Option<f64>,
    /// The mean over the whole run on the scale of the pack, or why there is none.
    pub corrected: Result<PpiMean, Withheld>,
}

/// Automatic scores of a run: by case, column and trial, from 0 to 1.
pub type Automatic = HashMap<(u64, usize, u32), f64>;

/// Computes the results; `labels` are the names of the run's columns.
#[must_use]
pub fn results(reviewed: &Reviewed, humans: &Humans, labels: &[String], automatic: &Automatic) -> Vec<ColumnResult> {
    let pack = &reviewed.pack;
    let mut columns: Vec<usize> = pack
        .units
        .iter()
        .flat_map(|unit| unit.columns.iter().copied())
        .collect();
    columns.sort_unstable();
    columns.dedup();
    // Scores of every case in one number: that of its trials' mean.
    let mut by_case: BTreeMap<(usize, u64), (f64, u32)> = BTreeMap::new();
    for ((case, column, _), score) in automatic {
        let sum = by_case.entry((*column, *case)).or_default();
        sum.0 += score;
        sum.1 += 1;
    }
    columns
        .into_iter()
        .map(|column| one(column, (reviewed, humans, labels), automatic, &by_case))
        .collect()
}

fn one(
    column: usize,
    (reviewed, humans, labels): (&Reviewed, &Humans, &[String]),
    automatic: &Automatic,
    by_case: &BTreeMap<(usize, u64), (f64, u32)>,
) -> ColumnResult {
    let pack = &reviewed.pack;
    let units: Vec<&Unit> = pack
        .units
        .iter()
        .filter(|unit| unit.columns.contains(&column))
        .collect();
    let human = |unit: &Unit| humans.get(&(unit.index, column, unit.trial));
    let mean = |unit: &&Unit| human(unit)?.mean;
    let means: Vec<f64> = units.iter().filter_map(mean).collect();
    let flagged = units.iter().any(|unit| unit.flagged.contains(&column));
    let unnamed = flagged.then(|| {
        let kept = units.iter().filter(|unit| !unit.flagged.contains(&column));
        ci(&kept.filter_map(mean).collect::<Vec<_>>(), 0.95)
    });
    // A row that shows one answer has no best.
    let rivals = units.iter().filter(|unit| unit.columns.len() > 1);
    let chosen: Vec<&str> = rivals.filter_map(|unit| human(unit)?.best.as_deref()).collect();
    let own = labels.get(column).map_or("", String::as_str);
    let best = chosen.iter().filter(|best| **best == own).count() as u64;
    let scored: Vec<f64> = units
        .iter()
        .filter(|unit| mean(unit).is_some())
        .filter_map(|unit| automatic.get(&(unit.index, column, unit.trial)).copied())
        .collect();
    ColumnResult {
        column,
        ratings: units
            .iter()
            .filter_map(|unit| human(unit))
            .map(|human| u64::from(human.n))
            .sum(),
        mean: ci(&means, 0.95),
        unnamed,
        best: (best, chosen.len() as u64),
        score: crate::stats::average(&scored),
        corrected: corrected(column, (reviewed, &units), &mean, (automatic, by_case)),
    }
}

/// The mean over the whole run: the automatic scores of all cases, corrected by people's word on the drawn ones.
fn corrected(
    column: usize,
    (reviewed, units): (&Reviewed, &[&Unit]),
    mean: &dyn Fn(&&Unit) -> Option<f64>,
    (automatic, by_case): (&Automatic, &BTreeMap<(usize, u64), (f64, u32)>),
) -> Result<PpiMean, Withheld> {
    let pack = &reviewed.pack;
    if pack.drawn != Drawn::Random {
        return Err(Withheld::NotRandom);
    }
    if pack.shown == crate::domain::review::Shown::Pairs {
        return Err(Withheld::Pairs);
    }
    let unrated = units.iter().filter(|unit| mean(unit).is_none()).count();
    if unrated > 0 {
        return Err(Withheld::Unrated(unrated));
    }
    let (low, high) = pack.scale;
    let (low, width) = (f64::from(low), f64::from(high - low));
    let (mut people, mut scores) = (Vec::new(), Vec::new());
    for unit in units {
        let Some(score) = automatic.get(&(unit.index, column, unit.trial)) else {
            return Err(Withheld::Unscored);
        };
        if let Some(mean) = mean(unit) {
            people.push((mean - low) / width);
            scores.push(*score);
        }
    }
    if people.len() < LABELS_FROM {
        return Err(Withheld::Few(people.len()));
    }
    let drawn: std::collections::HashSet<u64> = units.iter().map(|unit| unit.index).collect();
    let rest: Vec<f64> = by_case
        .range((column, 0)..=(column, u64::MAX))
        .filter(|((_, case), _)| !drawn.contains(case))
        .map(|(_, (sum, count))| sum / f64::from(*count))
        .collect();
    if rest.is_empty() {
        return Err(Withheld::Everything);
    }
    let mut found = ppi::mean(&people, &scores, &rest, 0.05, None, 1);
    let scaled = |value: &mut Option<f64>| *value = value.map(|value| low + width * value);
    for value in [
        &mut found.estimate,
        &mut found.low,
        &mut found.high,
        &mut found.classical_estimate,
        &mut found.classical_low,
        &mut found.classical_high,
        &mut found.judge_only,
    ] {
        scaled(value);
    }
    for value in [&mut found.se, &mut found.classical_se] {
        *value = value.map(|value| width * value);
    }
    Ok(found)
}
