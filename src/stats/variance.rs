//! What caused the differences: the variance of the scores split among target, prompt, case, their interactions and chance.
//!
//! Serves the sentence "which model answers matters 4 × as much as how you ask". Not here: whether one target beats another
//! (`paired`).

use std::collections::HashMap;

use serde::Serialize;

use super::Interval;
use super::bootstrap::{self, Options};
use super::float::{quotient, real};
use super::reason::Reason;
use super::sum::sum;

/// One score: of which target, prompt and case, each by number. Trials are several scores of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Number of the target.
    pub target: usize,
    /// Number of the prompt.
    pub prompt: usize,
    /// Number of the case.
    pub case: usize,
    /// The score.
    pub score: f64,
}

/// A source of differences, or several acting together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Which model answers.
    Target,
    /// How it is asked.
    Prompt,
    /// What is asked.
    Case,
    /// Models differ in which wording suits them.
    TargetPrompt,
    /// Models differ in which cases they can do.
    TargetCase,
    /// The wording decides which cases succeed.
    PromptCase,
    /// All three together.
    TargetPromptCase,
    /// The same question asked again.
    Chance,
}

/// Bits of the three factors in a set.
const TARGET: usize = 1;
const PROMPT: usize = 2;
const CASE: usize = 4;

impl Source {
    /// The sets of factors in the order of the report.
    const SETS: [(Self, usize); 7] = [
        (Self::Target, TARGET),
        (Self::Prompt, PROMPT),
        (Self::Case, CASE),
        (Self::TargetPrompt, TARGET | PROMPT),
        (Self::TargetCase, TARGET | CASE),
        (Self::PromptCase, PROMPT | CASE),
        (Self::TargetPromptCase, TARGET | PROMPT | CASE),
    ];

    /// The set of factors; none for chance.
    fn set(self) -> Option<usize> {
        Self::SETS
            .iter()
            .find(|(source, _)| *source == self)
            .map(|(_, set)| *set)
    }
}

/// How much one source contributes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Component {
    /// The source.
    pub source: Source,
    /// Estimated variance as the moments give it; below 0 when the source does less than chance would.
    pub estimate: f64,
    /// The same, not below 0.
    pub variance: f64,
    /// Its square root: how far the source moves a score, in units of the score.
    pub sd: f64,
    /// Share of all variance.
    pub share: Option<f64>,
    /// Degrees of freedom of its mean square.
    pub df: usize,
    /// Whether chance is in it, because no cell was asked twice.
    pub with_chance: bool,
}

/// The variance of the scores split among its sources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decomposition {
    /// Mean of all cells used.
    pub mean: Option<f64>,
    /// Sources that can be told apart, in the order target, prompt, case, interactions, chance.
    pub components: Vec<Component>,
    /// Sum of the variances.
    pub total: Option<f64>,
    /// Targets.
    pub targets: usize,
    /// Prompts.
    pub prompts: usize,
    /// Cases with a score of every target under every prompt.
    pub cases: usize,
    /// Cases left out because some cell has no score.
    pub cases_left_out: usize,
    /// Scores used.
    pub scores: usize,
    /// Harmonic mean of the scores a cell.
    pub trials: Option<f64>,
    /// Why there is no split.
    pub reason: Option<Reason>,
}

impl Decomposition {
    /// The component of a source, if it could be told apart.
    #[must_use]
    pub fn of(&self, source: Source) -> Option<&Component> {
        self.components.iter().find(|component| component.source == source)
    }

    /// How many times as far `one` moves a score as `other`: the ratio of their standard deviations; none when either cannot
    /// be told or the other does nothing.
    #[must_use]
    pub fn times(&self, one: Source, other: Source) -> Option<f64> {
        quotient(self.of(one)?.sd, self.of(other)?.sd)
    }
}

/// Cell means of complete cases, and what is needed of the scores within the cells.
struct Table {
    levels: [usize; 3],
    cases: Vec<Case>,
    left_out: usize,
}

struct Case {
    /// By target, then prompt.
    means: Vec<f64>,
    within: f64,
    spare: usize,
    inverse: f64,
}

impl Table {
    fn of(observations: &[Observation], targets: usize, prompts: usize) -> Self {
        let cells = targets * prompts;
        let mut places = HashMap::new();
        let mut scores: Vec<Vec<Vec<f64>>> = Vec::new();
        for one in observations {
            let place = *places.entry(one.case).or_insert_with(|| {
                scores.push(vec![Vec::new(); cells]);
                scores.len() - 1
            });
            scores[place][one.target * prompts + one.prompt].push(one.score);
        }
        let all = scores.len();
        let cases: Vec<Case> = scores
            .into_iter()
            .filter(|cells| cells.iter().all(|cell| !cell.is_empty()))
            .map(|cells| {
                let means: Vec<f64> = cells.iter().filter_map(|cell| super::sum::mean(cell)).collect();
                Case {
                    within: sum(cells
                        .iter()
                        .zip(&means)
                        .map(|(cell, mean)| super::sum::squares(cell, *mean))),
                    spare: cells.iter().map(|cell| cell.len() - 1).sum(),
                    inverse: cells.iter().map(|cell| 1.0 / real(cell.len())).sum(),
                    means,
                }
            })
            .collect();
        Self {
            left_out: all - cases.len(),
            levels: [targets, prompts, cases.len()],
            cases,
        }
    }

    /// Estimates of every set of factors (by its bits) and of chance, from the cases named.
    fn estimate(&self, drawn: &[u32]) -> Option<Estimates> {
        let levels = [self.levels[0], self.levels[1], drawn.len()];
        let cells = real(levels.iter().product());
        let cases = || drawn.iter().map(|at| &self.cases[*at as usize]);
        let spare: usize = cases().map(|case| case.spare).sum();
        let chance = (spare > 0).then(|| sum(cases().map(|case| case.within)) / real(spare));
        let trials = quotient(cells, sum(cases().map(|case| case.inverse)))?;
        let inside = |set: usize, factor: usize| set >> factor & 1 == 1;
        let active = (0..3)
            .filter(|factor| levels[*factor] > 1)
            .fold(0, |set, factor| set | 1 << factor);
        let place = |set: usize, at: [usize; 3]| {
            (0..3).fold(0, |place, factor| {
                if inside(set, factor) {
                    place * levels[factor] + at[factor]
                } else {
                    place
                }
            })
        };
        let size = |set: usize| {
            (0..3)
                .filter(|factor| inside(set, *factor))
                .map(|factor| levels[factor])
                .product::<usize>()
        };
        let visit = |each: &mut dyn FnMut([usize; 3], f64)| {
            for (at, case) in cases().enumerate() {
                for (cell, mean) in case.means.iter().enumerate() {
                    each([cell / levels[1], cell % levels[1], at], *mean);
                }
            }
        };
        // Mean over all factors outside each set.
        let mut means: Vec<Vec<f64>> = (0..8).map(|set| vec![0.0; size(set)]).collect();
        for (set, of_set) in means.iter_mut().enumerate() {
            visit(&mut |at, mean| of_set[place(set, at)] += mean * real(size(set)) / cells);
        }
        let mut squares = [0.0f64; 8];
        visit(&mut |at, _| {
            for (set, squared) in squares.iter_mut().enumerate().skip(1) {
                if set & !active != 0 {
                    continue;
                }
                // The effect of a set is what its parts do not explain.
                let effect: f64 = (0..8usize)
                    .filter(|part| part & !set == 0)
                    .map(|part| {
                        let sign = if (set ^ part).count_ones() % 2 == 0 { 1.0 } else { -1.0 };
                        sign * means[part][place(part, at)]
                    })
                    .sum();
                *squared += effect * effect;
            }
        });
        let mut found = Estimates {
            sets: [None; 8],
            freedom: [0; 8],
            chance,
            spare,
            trials,
            mean: means[0][0],
            top: active,
        };
        let noise = chance.map_or(0.0, |chance| chance / trials);
        // From the largest sets down: E[MS_S] = Σ over U ⊇ S of σ²_U · levels outside U, plus chance/trials.
        let outside = |set: usize| size(active & !set);
        for set in (1..8usize).rev().filter(|set| set & !active == 0) {
            let df: usize = (0..3)
                .filter(|factor| inside(set, *factor))
                .map(|factor| levels[factor] - 1)
                .product();
            let above: f64 = (1..8usize)
                .filter(|larger| larger & set == set && *larger != set)
                .filter_map(|larger| found.sets[larger].map(|variance| variance * real(outside(larger))))
                .sum();
            found.freedom[set] = df;
            found.sets[set] = Some((squares[set] / real(df) - above - noise) / real(outside(set)));
        }
        Some(found)
    }
}

struct Estimates {
    sets: [Option<f64>; 8],
    freedom: [usize; 8],
    chance: Option<f64>,
    spare: usize,
    trials: f64,
    mean: f64,
    /// All factors with more than one level.
    top: usize,
}

fn everyone(count: usize) -> Vec<u32> {
    (0..u32::try_from(count).unwrap_or(u32::MAX)).collect()
}

/// Splits the variance of scores of a crossed design.
///
/// Random effects of target, prompt, case and their interactions on cell means, estimated from expected mean squares
/// (method of moments; Searle, Casella and `McCulloch` 1992, "Variance components", chapter 4); chance from trials within
/// cells. Trials may differ in number: cell means weigh alike and their noise is taken at the harmonic mean of the trials. A
/// case that lacks a cell is left out. A factor with one level has no component, and without a cell asked twice chance is part
/// of the highest interaction. Numbers are below `targets` and `prompts`. Checked against statsmodels 0.15 (`anova_lm`).
///
/// # Panics
/// When a number of a target or prompt is too large.
#[must_use]
pub fn decompose(observations: &[Observation], targets: usize, prompts: usize) -> Decomposition {
    let table = Table::of(observations, targets, prompts);
    let scores = table.cases.iter().map(|case| case.spare + case.means.len()).sum();
    let mut found = Decomposition {
        mean: None,
        components: Vec::new(),
        total: None,
        targets,
        prompts,
        cases: table.cases.len(),
        cases_left_out: table.left_out,
        scores,
        trials: None,
        reason: Some(match table.cases.len() {
            0 => Reason::Empty,
            _ => Reason::OneCase,
        }),
    };
    if table.cases.len() < 2 {
        return found;
    }
    let Some(estimates) = table.estimate(&everyone(table.cases.len())) else {
        return found;
    };
    // What is no more than rounding of the scores is nothing.
    let rounding = table
        .cases
        .iter()
        .fold(0.0f64, |most, case| most.max(super::sum::rounding(&case.means)));
    let component = |source, estimate: f64, df, with_chance| {
        let variance = if estimate <= rounding * rounding { 0.0 } else { estimate };
        Component {
            source,
            estimate,
            variance,
            sd: variance.sqrt(),
            share: None,
            df,
            with_chance,
        }
    };
    for (source, set) in Source::SETS {
        if let Some(estimate) = estimates.sets[set] {
            let with_chance = set == estimates.top && estimates.chance.is_none();
            found
                .components
                .push(component(source, estimate, estimates.freedom[set], with_chance));
        }
    }
    if let Some(chance) = estimates.chance {
        found
            .components
            .push(component(Source::Chance, chance, estimates.spare, false));
    }
    let total = sum(found.components.iter().map(|component| component.variance));
    for component in &mut found.components {
        component.share = quotient(component.variance, total);
    }
    found.mean = Some(estimates.mean);
    found.trials = Some(estimates.trials);
    found.total = Some(total);
    found.reason = (total == 0.0).then_some(Reason::NoVariance);
    found
}

/// Percentile interval of [`Decomposition::times`] over resampled cases, with the targets and prompts as they are. None when it
/// cannot be told for the cases at hand; its upper end is missing where the other source may do nothing.
#[must_use]
pub fn times_interval(
    observations: &[Observation],
    targets: usize,
    prompts: usize,
    (one, other): (Source, Source),
    options: Options,
) -> Option<Interval> {
    let (one, other) = one.set().zip(other.set())?;
    let table = Table::of(observations, targets, prompts);
    let ratio = |drawn: &[u32]| {
        let estimates = table.estimate(drawn)?;
        let sd = |set: usize| estimates.sets[set].map(|variance| variance.max(0.0).sqrt());
        quotient(sd(one)?, sd(other)?)
    };
    let found = bootstrap::by_index(table.cases.len(), ratio, false, options);
    // A resample where the other source does nothing has no ratio: too many of them leave no upper end.
    if found.undefined * 40 > options.resamples {
        return None;
    }
    found.percentile
}

#[cfg(test)]
#[path = "variance_tests.rs"]
mod tests;
