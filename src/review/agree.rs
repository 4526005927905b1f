//! How far people agree with each other, and with the automatic scores.
//!
//! Intervals come from resampling rows, since the answers of one row were rated together. With fewer than
//! [`ROWS_FROM`] shared rows there is no figure, only their number.

use std::collections::{BTreeMap, HashMap};

use crate::compare::ratings::Reviewed;
use crate::domain::review::{Preference, Rating};
use crate::stats::Interval;
use crate::stats::alpha::{Level, krippendorff};
use crate::stats::bootstrap::{self, Options};
use crate::stats::kappa::{Weights, cohen, fleiss};

/// Shared rows from which figures are told.
pub const ROWS_FROM: usize = 20;

/// Resamples of every interval.
const RESAMPLES: usize = 2_000;

/// A measure of agreement.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Agreement {
    /// Rows shared.
    pub rows: usize,
    /// Answers (or choices) compared.
    pub items: usize,
    /// Share that is the same.
    pub same: Option<f64>,
    /// The coefficient; none with too few rows or only one value.
    pub value: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
}

impl Agreement {
    /// A coefficient over `rows` rows with its interval from resampled rows; neither with too few rows. `coefficient` gets
    /// the numbers of the drawn rows.
    fn over(
        rows: usize,
        (items, same): (usize, Option<f64>),
        seed: u64,
        coefficient: impl Fn(&[u32]) -> Option<f64> + Sync,
    ) -> Self {
        let mut agreement = Self {
            rows,
            items,
            same,
            ..Self::default()
        };
        if rows >= ROWS_FROM {
            let found = bootstrap::by_index(rows, coefficient, false, options(seed));
            agreement.value = found.theta;
            agreement.interval = found.percentile;
        }
        agreement
    }
}

/// What a pack says of agreement.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agreed {
    /// Weighted kappa of every pair of reviewers, by their numbers.
    pub pairs: Vec<(usize, usize, Agreement)>,
    /// Krippendorff's alpha of all; none with one reviewer.
    pub all: Option<Agreement>,
    /// Weighted kappa of people's mean and the automatic score; none where nothing was scored.
    pub people_and_scores: Option<Agreement>,
    /// The automatic scores are nothing but 0 and 1, so people's means count as 1 above the middle of the scale.
    pub only_pass_and_fail: bool,
    /// Fleiss' kappa of the choices of all reviewers.
    pub choices: Option<Agreement>,
    /// Rows that need a decision and have none.
    pub disputed: Vec<usize>,
    /// Rows that were decided.
    pub decided: usize,
    /// Points that a doubling of an answer's length brings within a row, with interval.
    pub length: Option<(f64, Interval)>,
    /// Rows that fewer than two reviewers rated.
    pub alone: usize,
}

/// Scores of units: by unit, then column, then reviewer.
type Scores = BTreeMap<usize, BTreeMap<usize, BTreeMap<usize, u8>>>;

/// What is known of answers beside people's word: automatic score (0 to 1) and length in characters, by unit and column.
pub type Beside = HashMap<(usize, usize), (Option<f64>, usize)>;

fn options(seed: u64) -> Options {
    Options {
        resamples: RESAMPLES,
        seed,
        ..Options::default()
    }
}

/// Computes everything.
#[must_use]
pub fn agree(reviewed: &Reviewed, beside: &Beside) -> Agreed {
    let pack = &reviewed.pack;
    let mut scores = Scores::new();
    let mut choices: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    let columns = pack
        .units
        .iter()
        .flat_map(|unit| &unit.columns)
        .max()
        .map_or(0, |most| most + 1);
    for (unit, who, row, rating) in reviewed.ratings() {
        for (column, score) in row.letters.iter().zip(&rating.scores) {
            if let Some(score) = score {
                scores
                    .entry(unit)
                    .or_default()
                    .entry(*column)
                    .or_default()
                    .insert(who, *score);
            }
        }
        if let Some(best) = rating.best {
            let category = match best {
                Preference::Letter(at) => row.letters.get(at).copied().unwrap_or(columns),
                Preference::Similar => columns,
                Preference::AllBad => columns + 1,
                Preference::Unclear => columns + 2,
            };
            choices.entry(unit).or_default().insert(who, category);
        }
    }
    let (low, high) = pack.scale;
    let grades = usize::from(high - low) + 1;
    let reviewers = pack.reviewers.len();
    let mut agreed = Agreed {
        disputed: undecided(reviewed),
        decided: decided(reviewed),
        alone: pack
            .units
            .iter()
            .enumerate()
            .filter(|(at, _)| {
                let raters = |columns: &BTreeMap<usize, BTreeMap<usize, u8>>| columns.values().map(BTreeMap::len).max();
                scores.get(at).and_then(raters).unwrap_or(0) < 2
            })
            .count(),
        ..Agreed::default()
    };
    for one in 0..reviewers {
        for other in one + 1..reviewers {
            let units: Vec<Vec<(usize, usize)>> = scores
                .values()
                .map(|columns| {
                    let both = columns
                        .values()
                        .filter_map(|by| Some((*by.get(&one)?, *by.get(&other)?)));
                    both.map(|(a, b)| (usize::from(a - low), usize::from(b - low)))
                        .collect()
                })
                .filter(|pairs: &Vec<_>| !pairs.is_empty())
                .collect();
            agreed.pairs.push((one, other, weighted(&units, grades, pack.seed)));
        }
    }
    if reviewers > 1 {
        agreed.all = Some(alpha(&scores, (low, grades), pack.seed));
        agreed.choices = Some(choices_of(&choices, reviewers, columns + 3, pack.seed));
    }
    if let Some((agreement, only)) = people_and_scores(reviewed, &scores, beside, grades) {
        agreed.people_and_scores = Some(agreement);
        agreed.only_pass_and_fail = only;
    }
    agreed.length = length(&scores, beside, pack.seed);
    agreed
}

/// Weighted kappa of pairs of labels, grouped by row.
fn weighted(units: &[Vec<(usize, usize)>], grades: usize, seed: u64) -> Agreement {
    let all: Vec<(usize, usize)> = units.iter().flatten().copied().collect();
    let same = cohen(&all, grades, Weights::Quadratic, 0.95).agreement;
    Agreement::over(units.len(), (all.len(), same), seed, |drawn| {
        let pairs: Vec<(usize, usize)> = drawn.iter().flat_map(|at| &units[*at as usize]).copied().collect();
        cohen(&pairs, grades, Weights::Quadratic, 0.95).kappa
    })
}

fn alpha(scores: &Scores, (low, grades): (u8, usize), seed: u64) -> Agreement {
    let units: Vec<Vec<Vec<usize>>> = scores
        .values()
        .map(|columns| {
            let several = columns.values().filter(|by| by.len() > 1);
            several
                .map(|by| by.values().map(|score| usize::from(score - low)).collect())
                .collect()
        })
        .filter(|items: &Vec<Vec<usize>>| !items.is_empty())
        .collect();
    let values: Vec<f64> = (0..grades)
        .map(|grade| f64::from(low) + f64::from(u8::try_from(grade).unwrap_or(0)))
        .collect();
    let items = units.iter().flatten().count();
    Agreement::over(units.len(), (items, None), seed, |drawn| {
        let items: Vec<&Vec<usize>> = drawn.iter().flat_map(|at| &units[*at as usize]).collect();
        krippendorff(&items, &values, Level::Ordinal).alpha
    })
}

/// Fleiss' kappa over rows on which all reviewers chose.
fn choices_of(
    choices: &BTreeMap<usize, BTreeMap<usize, usize>>,
    reviewers: usize,
    categories: usize,
    seed: u64,
) -> Agreement {
    let counts: Vec<Vec<usize>> = choices
        .values()
        .filter(|by| by.len() == reviewers)
        .map(|by| {
            let mut counts = vec![0; categories];
            for category in by.values() {
                counts[*category] += 1;
            }
            counts
        })
        .collect();
    let same = fleiss(&counts).agreement;
    Agreement::over(counts.len(), (counts.len(), same), seed, |drawn| {
        let rows: Vec<&Vec<usize>> = drawn.iter().map(|at| &counts[*at as usize]).collect();
        fleiss(&rows).kappa
    })
}

/// People's mean (or decision), rounded, against the automatic score on the same scale. Scores that are nothing but 0 and
/// 1 have no grades between: there people's mean is good or bad as well, by the middle of the scale; the second is true then.
fn people_and_scores(
    reviewed: &Reviewed,
    scores: &Scores,
    beside: &Beside,
    grades: usize,
) -> Option<(Agreement, bool)> {
    let (low, high) = reviewed.pack.scale;
    let mut people: BTreeMap<usize, BTreeMap<usize, f64>> = BTreeMap::new();
    for (unit, columns) in scores {
        for (column, by) in columns {
            let sum: u32 = by.values().map(|score| u32::from(*score)).sum();
            let count = u32::try_from(by.len()).unwrap_or(1).max(1);
            people
                .entry(*unit)
                .or_default()
                .insert(*column, f64::from(sum) / f64::from(count));
        }
    }
    for (unit, row, rating) in reviewed.decisions() {
        for (column, score) in row.letters.iter().zip(&rating.scores) {
            if let Some(score) = score {
                people.entry(unit).or_default().insert(*column, f64::from(*score));
            }
        }
    }
    let steps = f64::from(u8::try_from(grades - 1).unwrap_or(1));
    let middle = f64::midpoint(f64::from(low), f64::from(high));
    let automatic = || beside.values().filter_map(|(score, _)| *score);
    let only = grades > 2 && automatic().all(|score| score == 0.0 || score == 1.0);
    let units: Vec<Vec<(usize, usize)>> = people
        .iter()
        .map(|(unit, columns)| {
            let pairs = columns.iter().filter_map(|(column, mean)| {
                let score = beside.get(&(*unit, *column))?.0?;
                if only {
                    return Some((usize::from(*mean > middle), usize::from(score == 1.0)));
                }
                Some((
                    grade(mean - f64::from(low), grades),
                    grade(score.clamp(0.0, 1.0) * steps, grades),
                ))
            });
            pairs.collect()
        })
        .filter(|pairs: &Vec<_>| !pairs.is_empty())
        .collect();
    let grades = if only { 2 } else { grades };
    (!units.is_empty()).then(|| (weighted(&units, grades, reviewed.pack.seed), only))
}

/// The nearest grade.
fn grade(value: f64, grades: usize) -> usize {
    (0..grades)
        .min_by(|a, b| {
            let far = |at: usize| (value - f64::from(u8::try_from(at).unwrap_or(0))).abs();
            far(*a).total_cmp(&far(*b))
        })
        .unwrap_or(0)
}

/// Points that a doubling of length brings, comparing the answers of one row only: the slope of the scores over the binary
/// logarithm of the characters, both less their mean in the row.
fn length(scores: &Scores, beside: &Beside, seed: u64) -> Option<(f64, Interval)> {
    let mut units: Vec<Vec<(f64, f64)>> = Vec::new();
    for (unit, columns) in scores {
        let points: Vec<(f64, f64)> = columns
            .iter()
            .filter_map(|(column, by)| {
                let characters = beside.get(&(*unit, *column))?.1;
                let sum: u32 = by.values().map(|score| u32::from(*score)).sum();
                let count = u32::try_from(by.len()).ok().filter(|count| *count > 0)?;
                let long = u32::try_from(characters).ok().filter(|long| *long > 0)?;
                Some((f64::from(long).log2(), f64::from(sum) / f64::from(count)))
            })
            .collect();
        let count = f64::from(u32::try_from(points.len()).ok()?);
        if points.len() < 2 {
            continue;
        }
        let (x, y) = points
            .iter()
            .fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        units.push(
            points
                .iter()
                .map(|point| (point.0 - x / count, point.1 - y / count))
                .collect(),
        );
    }
    if units.len() < ROWS_FROM {
        return None;
    }
    let slope = |drawn: &[u32]| {
        let points = drawn.iter().flat_map(|at| &units[*at as usize]);
        let (over, under) = points.fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x * y, sum.1 + x * x));
        (under > 1e-9).then(|| over / under)
    };
    let found = bootstrap::by_index(units.len(), slope, false, options(seed));
    Some((found.theta?, found.percentile?))
}

/// Rows that need a decision and have none yet, or one that leaves out what people differ on.
#[must_use]
pub fn undecided(reviewed: &Reviewed) -> Vec<usize> {
    let mut open = differing(reviewed);
    for (unit, row, rating) in reviewed.decisions() {
        let scored = |column: &usize| {
            let place = row.letters.iter().position(|other| other == column);
            place.is_some_and(|at| rating.scores.get(at).is_some_and(Option::is_some))
        };
        let settled = |on: &Differing| on.scores.iter().all(scored) && (rating.best.is_some() || !on.choice);
        if open.get(&unit).is_some_and(settled) {
            open.remove(&unit);
        }
    }
    open.into_keys().collect()
}

/// Rows that were decided.
#[must_use]
pub fn decided(reviewed: &Reviewed) -> usize {
    let open = undecided(reviewed);
    reviewed
        .decisions()
        .filter(|(unit, _, _)| open.binary_search(unit).is_err())
        .count()
}

/// Rows that need a decision, decided or not: scores of an answer two or more apart, different choices, or somebody could not tell.
#[must_use]
pub fn disputed(reviewed: &Reviewed) -> Vec<usize> {
    differing(reviewed).into_keys().collect()
}

/// What people differ on in a row.
#[derive(Debug, PartialEq)]
struct Differing {
    /// Columns whose scores are two or more apart.
    scores: Vec<usize>,
    /// What is best: the choices are not one and the same, or somebody could not tell.
    choice: bool,
}

/// A choice, whatever letters stand for the answers.
#[derive(PartialEq)]
enum Chosen {
    /// The answer of a column.
    Column(usize),
    Similar,
    AllBad,
    Unclear,
}

fn differing(reviewed: &Reviewed) -> BTreeMap<usize, Differing> {
    let mut rows: BTreeMap<usize, Vec<(&[usize], &Rating)>> = BTreeMap::new();
    for (unit, _, row, rating) in reviewed.ratings() {
        rows.entry(unit).or_default().push((&row.letters, rating));
    }
    rows.into_iter()
        .filter_map(|(unit, ratings)| Some((unit, differ(&ratings)?)))
        .collect()
}

/// What the ratings of a row differ on, each with the columns that its letters stand for; none where they agree.
fn differ(ratings: &[(&[usize], &Rating)]) -> Option<Differing> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut spread: BTreeMap<usize, (u8, u8)> = BTreeMap::new();
    for (letters, rating) in ratings {
        let choice = match rating.best {
            Some(Preference::Letter(at)) => letters.get(at).copied().map(Chosen::Column),
            Some(Preference::Similar) => Some(Chosen::Similar),
            Some(Preference::AllBad) => Some(Chosen::AllBad),
            Some(Preference::Unclear) => Some(Chosen::Unclear),
            None => None,
        };
        chosen.extend(choice);
        for (column, score) in letters.iter().zip(&rating.scores) {
            if let Some(score) = score {
                let ends = spread.entry(*column).or_insert((*score, *score));
                *ends = (ends.0.min(*score), ends.1.max(*score));
            }
        }
    }
    let wide = spread.into_iter().filter(|(_, (low, high))| high - low >= 2);
    let differing = Differing {
        scores: wide.map(|(column, _)| column).collect(),
        choice: chosen.contains(&Chosen::Unclear) || chosen.windows(2).any(|two| two[0] != two[1]),
    };
    (differing.choice || !differing.scores.is_empty()).then_some(differing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "All bad" and "alike" beside a letter, or beside each other, were no dispute: nobody was asked to decide.
    #[test]
    fn all_bad_and_alike_are_choices_like_letters() {
        use Preference::{AllBad, Letter, Similar, Unclear};
        let chose = |best| Rating {
            scores: vec![Some(3), Some(3)],
            best,
            ..Rating::default()
        };
        // The second reviewer has the letters the other way round.
        let (straight, turned) = ([0, 1], [1, 0]);
        for (one, other, disputed) in [
            (Some(Letter(0)), Some(Letter(1)), false),
            (Some(Letter(0)), Some(Letter(0)), true),
            (Some(Letter(0)), Some(AllBad), true),
            (Some(Similar), Some(Letter(1)), true),
            (Some(Similar), Some(AllBad), true),
            (Some(Unclear), Some(AllBad), true),
            (Some(Unclear), Some(Unclear), true),
            (Some(AllBad), Some(AllBad), false),
            (Some(Similar), Some(Similar), false),
            (Some(AllBad), None, false),
        ] {
            let (one, other) = (chose(one), chose(other));
            let found = differ(&[(&straight, &one), (&turned, &other)]);
            let expected = disputed.then(|| Differing {
                scores: Vec::new(),
                choice: true,
            });
            assert_eq!(found, expected, "{:?} {:?}", one.best, other.best);
        }
    }
}
