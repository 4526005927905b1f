//! What people say of each column of a pack: means with intervals, choices, and where the sample allows it the mean over
//! the whole run and the differences of the columns there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::compare::ratings::Humans;
use crate::domain::review::{Drawn, Human, Pack, Shown, Unit};
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

/// What people and scorers said of a run.
struct Ground<'a> {
    pack: &'a Pack,
    humans: &'a Humans,
    automatic: &'a Automatic,
    /// Automatic scores by column and case: sum over trials and how many.
    by_case: BTreeMap<(usize, u64), (f64, u32)>,
}

impl<'a> Ground<'a> {
    fn new(pack: &'a Pack, humans: &'a Humans, automatic: &'a Automatic) -> Self {
        let mut by_case: BTreeMap<(usize, u64), (f64, u32)> = BTreeMap::new();
        for ((case, column, _), score) in automatic {
            let sum = by_case.entry((*column, *case)).or_default();
            sum.0 += score;
            sum.1 += 1;
        }
        Self {
            pack,
            humans,
            automatic,
            by_case,
        }
    }

    fn human(&self, unit: &Unit, column: usize) -> Option<&'a Human> {
        self.humans.get(&(unit.index, column, unit.trial))
    }

    fn mean(&self, unit: &Unit, column: usize) -> Option<f64> {
        self.human(unit, column)?.mean
    }

    fn score(&self, unit: &Unit, column: usize) -> Option<f64> {
        self.automatic.get(&(unit.index, column, unit.trial)).copied()
    }

    /// Score of a case in one number: that of its trials' mean.
    fn of_case(&self, column: usize, case: u64) -> Option<f64> {
        let (sum, count) = self.by_case.get(&(column, case))?;
        Some(sum / f64::from(*count))
    }

    /// Rows that show all of these columns.
    fn units(&self, columns: &[usize]) -> Vec<&'a Unit> {
        let shows = |unit: &&Unit| columns.iter().all(|column| unit.columns.contains(column));
        self.pack.units.iter().filter(shows).collect()
    }
}

/// Computes the results; `labels` are the names of the run's columns.
#[must_use]
pub fn results(pack: &Pack, humans: &Humans, labels: &[String], automatic: &Automatic) -> Vec<ColumnResult> {
    let ground = Ground::new(pack, humans, automatic);
    let columns: BTreeSet<usize> = pack
        .units
        .iter()
        .flat_map(|unit| unit.columns.iter().copied())
        .collect();
    columns
        .into_iter()
        .map(|column| one(column, &ground, labels.get(column).map_or("", String::as_str)))
        .collect()
}

/// The difference of two columns over the whole run, corrected by people's word.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Index of the column whose mean the other's is taken from.
    pub first: usize,
    /// Index of the other.
    pub second: usize,
    /// The mean of the differences, on the scale of the pack.
    pub ppi: PpiMean,
}

/// The corrected differences of `columns`, each with each that comes later, where the sample allows them.
///
/// The differences themselves are corrected, case by case: what two targets share in a case falls out, so this is more
/// precise than the difference of two corrected means (Boyeau and others 2024).
#[must_use]
pub fn differences(pack: &Pack, humans: &Humans, columns: &[usize], automatic: &Automatic) -> Vec<Difference> {
    let ground = Ground::new(pack, humans, automatic);
    let mut found = Vec::new();
    for (at, &first) in columns.iter().enumerate() {
        for &second in &columns[at + 1..] {
            if let Ok(ppi) = corrected(&ground, first, Some(second)) {
                found.push(Difference { first, second, ppi });
            }
        }
    }
    found
}

fn one(column: usize, ground: &Ground<'_>, own: &str) -> ColumnResult {
    let units = ground.units(&[column]);
    let mean = |unit: &&Unit| ground.mean(unit, column);
    let means: Vec<f64> = units.iter().filter_map(mean).collect();
    let flagged = units.iter().any(|unit| unit.flagged.contains(&column));
    let unnamed = flagged.then(|| {
        let kept = units.iter().filter(|unit| !unit.flagged.contains(&column));
        ci(&kept.filter_map(mean).collect::<Vec<_>>(), 0.95)
    });
    // A row that shows one answer has no best.
    let rivals = units.iter().filter(|unit| unit.columns.len() > 1);
    let chosen: Vec<&str> = rivals
        .filter_map(|unit| ground.human(unit, column)?.best.as_deref())
        .collect();
    let best = chosen.iter().filter(|best| **best == own).count() as u64;
    let scored: Vec<f64> = units
        .iter()
        .filter(|unit| mean(unit).is_some())
        .filter_map(|unit| ground.score(unit, column))
        .collect();
    ColumnResult {
        column,
        ratings: units
            .iter()
            .filter_map(|unit| ground.human(unit, column))
            .map(|human| u64::from(human.n))
            .sum(),
        mean: ci(&means, 0.95),
        unnamed,
        best: (best, chosen.len() as u64),
        score: crate::stats::average(&scored),
        corrected: corrected(ground, column, None),
    }
}

/// The mean of a column over the whole run, or of its difference to another: the automatic scores of all cases, corrected
/// by people's word on the drawn ones.
fn corrected(ground: &Ground<'_>, column: usize, other: Option<usize>) -> Result<PpiMean, Withheld> {
    if ground.pack.drawn != Drawn::Random {
        return Err(Withheld::NotRandom);
    }
    if ground.pack.shown == Shown::Pairs {
        return Err(Withheld::Pairs);
    }
    let against = |value: &dyn Fn(usize) -> Option<f64>| match other {
        Some(other) => Some(value(column)? - value(other)?),
        None => value(column),
    };
    let units = match other {
        Some(other) => ground.units(&[column, other]),
        None => ground.units(&[column]),
    };
    let (low, high) = ground.pack.scale;
    let (low, width) = (f64::from(low), f64::from(high - low));
    let person = |unit: &Unit| against(&|column| ground.mean(unit, column).map(|mean| (mean - low) / width));
    let people: Vec<f64> = units.iter().filter_map(|unit| person(unit)).collect();
    if people.len() < units.len() {
        return Err(Withheld::Unrated(units.len() - people.len()));
    }
    let scores = units
        .iter()
        .map(|unit| against(&|column| ground.score(unit, column)))
        .collect::<Option<Vec<f64>>>()
        .ok_or(Withheld::Unscored)?;
    if people.len() < LABELS_FROM {
        return Err(Withheld::Few(people.len()));
    }
    let drawn: HashSet<u64> = units.iter().map(|unit| unit.index).collect();
    let rest: Vec<f64> = ground
        .by_case
        .range((column, 0)..=(column, u64::MAX))
        .filter(|((_, case), _)| !drawn.contains(case))
        .filter_map(|((_, case), _)| against(&|column| ground.of_case(column, *case)))
        .collect();
    if rest.is_empty() {
        return Err(Withheld::Everything);
    }
    let mut found = ppi::mean(&people, &scores, &rest, 0.05, None, 1);
    // The lower end of the scale falls out of a difference.
    let start = if other.is_some() { 0.0 } else { low };
    let scaled = |value: &mut Option<f64>| *value = value.map(|value| start + width * value);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 60 cases, of which every other one was drawn; three columns, people and scorers of one mind but for a little.
    fn ground() -> (Pack, Humans, Automatic) {
        let (mut humans, mut automatic) = (Humans::new(), Automatic::new());
        let mut units = Vec::new();
        for case in 0..60u32 {
            for column in 0..3u32 {
                // Some cases are harder than others, for all.
                let score = f64::from((case * 7) % 5) / 8.0 + f64::from(column) / 5.0;
                automatic.insert((u64::from(case), column as usize, 1), score);
                if case % 2 == 0 {
                    let mean = 1.0 + 4.0 * score - f64::from((case + column * 3) % 4) / 4.0;
                    let human = Human {
                        n: 2,
                        mean: Some(mean),
                        scale: (1, 5),
                        decided: false,
                        best: None,
                        scores: Vec::new(),
                        decision: None,
                        other_scales: Vec::new(),
                    };
                    humans.insert((u64::from(case), column as usize, 1), human);
                }
            }
            if case % 2 == 0 {
                units.push(Unit {
                    case: format!("q-{case}"),
                    index: u64::from(case),
                    trial: 1,
                    columns: vec![0, 1, 2],
                    flagged: Vec::new(),
                    digests: Vec::new(),
                });
            }
        }
        let pack = Pack {
            labels: 3,
            cases: 60,
            units,
            ..Pack::sample()
        };
        (pack, humans, automatic)
    }

    #[test]
    fn differences_are_corrected_case_by_case() {
        let (pack, humans, automatic) = ground();
        let found = differences(&pack, &humans, &[2, 0, 1], &automatic);
        let pairs: Vec<(usize, usize)> = found.iter().map(|each| (each.first, each.second)).collect();
        assert_eq!(pairs, [(2, 0), (2, 1), (0, 1)]);
        let of = |case: u64, column: usize| automatic[&(case, column, 1)];
        let person = |case: u64, column: usize| humans[&(case, column, 1)].mean.unwrap();
        let drawn = || (0..60).step_by(2);
        let y: Vec<f64> = drawn().map(|case| (person(case, 2) - person(case, 0)) / 4.0).collect();
        let f: Vec<f64> = drawn().map(|case| of(case, 2) - of(case, 0)).collect();
        let rest: Vec<f64> = (1..60).step_by(2).map(|case| of(case, 2) - of(case, 0)).collect();
        let wanted = ppi::mean(&y, &f, &rest, 0.05, None, 1);
        let ppi = &found[0].ppi;
        for (found, wanted) in [
            (ppi.estimate, wanted.estimate),
            (ppi.se, wanted.se),
            (ppi.low, wanted.low),
            (ppi.high, wanted.high),
            (ppi.judge_only, wanted.judge_only),
        ] {
            assert!((found.unwrap() - 4.0 * wanted.unwrap()).abs() < 1e-12);
        }
        // What the cases share falls out, so it is more precise than the means are.
        let means = results(&pack, &humans, &[], &automatic);
        let se = |column: usize| means[column].corrected.as_ref().unwrap().se.unwrap();
        assert!(ppi.se.unwrap() < se(0).hypot(se(2)));
        // The other way round the sign turns and nothing else.
        let turned = differences(&pack, &humans, &[0, 2], &automatic);
        assert!((turned[0].ppi.estimate.unwrap() + ppi.estimate.unwrap()).abs() < 1e-12);
        assert_eq!(turned[0].ppi.se, ppi.se);
    }

    #[test]
    fn what_cannot_be_corrected_has_no_difference() {
        let (mut pack, mut humans, automatic) = ground();
        humans.get_mut(&(0, 1, 1)).unwrap().mean = None;
        let found = differences(&pack, &humans, &[0, 1, 2], &automatic);
        assert_eq!(
            found.len(),
            1,
            "those of the column that is not rated whole are left out"
        );
        assert_eq!((found[0].first, found[0].second), (0, 2));
        pack.drawn = Drawn::Disagreement;
        assert!(differences(&pack, &humans, &[0, 2], &automatic).is_empty());
    }
}
