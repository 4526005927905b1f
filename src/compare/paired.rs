//! Two columns on the same cases: how far apart, and whether that is beyond chance.
//!
//! Chooses among the tests of `stats` by what the values are; has none of its own. One verdict a side and case: Tango's
//! interval and exact `McNemar`. Several trials, or scores: bootstrap over cases and the paired t test. Cases that share a
//! group: the clustered t interval. Where the test does not exclude chance, the interval is widened until it touches 0, so that
//! the two never contradict each other.

use super::figures::CONFIDENCE;
use crate::stats::bootstrap::Options;
use crate::stats::mcnemar::Table;
use crate::stats::sign_flip::Alternative;
use crate::stats::{self, Clusters};

/// Seed of the bootstrap; one for all, so that the same run gives the same bytes.
const SEED: u64 = 0x6e61_7261;

/// Level of one-sided bounds.
const ONE_SIDED: f64 = 0.05;

/// Units up to which the sign-flip permutation test is used instead of t, whose assumptions are rough then.
const FEW: usize = 30;

/// Which figure of a square is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The share of trials that passed.
    Pass,
    /// The weighted score.
    Score,
    /// The points of a scorer, by place.
    Scorer(usize),
    /// A scorer that the run does not have.
    Nothing,
}

/// Values of both sides on the cases measured in both.
#[derive(Debug, Clone, Default)]
pub struct Pairing {
    before: Vec<f64>,
    after: Vec<f64>,
    groups: Vec<Option<u32>>,
}

impl Pairing {
    /// Adds a case.
    pub fn push(&mut self, before: f64, after: f64, group: Option<u32>) {
        self.before.push(before);
        self.after.push(after);
        self.groups.push(group);
    }

    /// Adds a case of another pairing.
    pub fn take(&mut self, other: &Self, at: usize) {
        self.push(other.before[at], other.after[at], other.groups[at]);
    }

    /// How many cases.
    #[must_use]
    pub fn len(&self) -> usize {
        self.before.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty()
    }

    /// The values of the first side.
    #[must_use]
    pub fn before(&self) -> &[f64] {
        &self.before
    }

    /// The values of the second side.
    #[must_use]
    pub fn after(&self) -> &[f64] {
        &self.after
    }
}

/// How an interval and a p-value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Tango's score interval and exact `McNemar`.
    Exact,
    /// Bootstrap over cases, paired t test.
    Bootstrap,
    /// Bootstrap over cases, sign-flip permutation test.
    SignFlip,
    /// Clustered standard errors, t with clusters − 1 degrees of freedom.
    Clustered,
    /// Bets on the cases as they came, in a run that stopped early: holds at every look and for all pairs at once.
    EveryLook,
    /// Nothing: one case, or one cluster.
    None,
}

impl Way {
    /// The words of exports: interval and test.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "tango_mcnemar_exact",
            Self::Bootstrap => "bootstrap_paired_t",
            Self::SignFlip => "bootstrap_sign_flip",
            Self::Clustered => "clustered_t",
            Self::EveryLook => "betting_every_look",
            Self::None => "none",
        }
    }
}

/// What a pairing says. Differences are second minus first: positive is better for the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// Cases in both.
    pub cases: u64,
    /// Clusters, where cases share groups.
    pub clusters: Option<u64>,
    /// Mean of the first side.
    pub before: f64,
    /// Mean of the second.
    pub after: f64,
    /// Their difference.
    pub difference: f64,
    /// Standard error of the difference.
    pub error: Option<f64>,
    /// 95 % interval of the difference.
    pub interval: Option<(f64, f64)>,
    /// One-sided bounds at 5 % each, for non-inferiority.
    pub one_sided: Option<(f64, f64)>,
    /// Two-sided p-value.
    pub p: Option<f64>,
    /// The same, adjusted for the comparisons of its table (Holm).
    pub adjusted: Option<f64>,
    /// Cases on which the second is better.
    pub better: u64,
    /// Cases on which it is worse.
    pub worse: u64,
    /// Both right, where sides are right or wrong.
    pub both: Option<u64>,
    /// How interval and p-value came about.
    pub way: Way,
}

impl Paired {
    /// Beyond chance, once the comparisons of its table are counted.
    #[must_use]
    pub fn shown(&self) -> bool {
        let p = self.adjusted.or(self.p);
        let beyond = p.is_some_and(|p| p < 1.0 - CONFIDENCE) || self.way == Way::EveryLook;
        beyond && self.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }

    /// Cases on which both are alike.
    #[must_use]
    pub fn same(&self) -> u64 {
        self.cases - self.better - self.worse
    }

    /// The same seen from the other side.
    #[must_use]
    pub fn turned(&self) -> Self {
        let turn = |(low, high): (f64, f64)| (0.0 - high, 0.0 - low);
        Self {
            before: self.after,
            after: self.before,
            difference: 0.0 - self.difference,
            interval: self.interval.map(turn),
            one_sided: self.one_sided.map(turn),
            better: self.worse,
            worse: self.better,
            ..self.clone()
        }
    }
}

/// Compares both sides of a pairing; none without a case. `single` says that every value comes from one answer: where all
/// are 0 or 1 they are verdicts, right or wrong, whatever figure they are of.
#[must_use]
pub fn pairing(pairs: &Pairing, single: bool) -> Option<Paired> {
    if pairs.is_empty() {
        return None;
    }
    let (before, after) = (pairs.before(), pairs.after());
    let clusters = clusters(&pairs.groups);
    let single = single && before.iter().chain(after).all(|value| *value == 0.0 || *value == 1.0);
    let found = stats::paired::difference(before, after, clusters.as_ref(), CONFIDENCE);
    let count =
        |wanted: fn(f64, f64) -> bool| before.iter().zip(after).filter(|(a, b)| wanted(**a, **b)).count() as u64;
    let mut paired = Paired {
        cases: pairs.len() as u64,
        clusters: clusters.as_ref().map(|clusters| clusters.count() as u64),
        before: stats::mean::ci(before, CONFIDENCE).mean?,
        after: stats::mean::ci(after, CONFIDENCE).mean?,
        difference: found.diff?,
        error: found.se,
        interval: None,
        one_sided: None,
        p: None,
        adjusted: None,
        better: count(|a, b| b > a),
        worse: count(|a, b| b < a),
        both: single.then(|| count(|a, b| a == 1.0 && b == 1.0)),
        way: Way::None,
    };
    if pairs.len() < 2 || clusters.as_ref().is_some_and(|clusters| clusters.count() < 2) {
        return Some(paired);
    }
    let differences: Vec<f64> = before.iter().zip(after).map(|(a, b)| b - a).collect();
    let units = clusters.as_ref().map_or(pairs.len(), Clusters::count);
    if paired.better + paired.worse == 0 {
        // Nothing moved: t has width 0 and says nothing of the next case; Tango's interval of no discordant pair does.
        let unmoved = Table {
            both_right: units,
            ..Table::default()
        };
        let bounds = |confidence: f64| {
            let found = stats::mcnemar::test(unmoved, confidence);
            found.tango_low.zip(found.tango_high)
        };
        paired.way = Way::Exact;
        paired.p = Some(1.0);
        paired.interval = bounds(CONFIDENCE);
        paired.one_sided = bounds(1.0 - 2.0 * ONE_SIDED);
    } else if let Some(clusters) = &clusters {
        paired.way = Way::Clustered;
        paired.interval = found.t_low.zip(found.t_high);
        // Without any spread between clusters only the permutation test exists.
        paired.p = found
            .p_t
            .or_else(|| stats::sign_flip::test(&differences, Some(clusters), Alternative::TwoSided, SEED).p);
        paired.one_sided = one_sided(before, after, Some(clusters));
    } else if single && let Some(table) = Table::of(before, after) {
        let exact = stats::mcnemar::test(table, CONFIDENCE);
        paired.way = Way::Exact;
        paired.interval = exact.tango_low.zip(exact.tango_high);
        paired.p = Some(exact.exact_p);
        let wider = stats::mcnemar::test(table, 1.0 - 2.0 * ONE_SIDED);
        paired.one_sided = wider.tango_low.zip(wider.tango_high);
    } else {
        paired.interval = resampled(&differences).or(found.t_low.zip(found.t_high));
        paired.one_sided = one_sided(before, after, None);
        if pairs.len() <= FEW || found.p_t.is_none() {
            paired.way = Way::SignFlip;
            paired.p = stats::sign_flip::test(&differences, None, Alternative::TwoSided, SEED).p;
        } else {
            paired.way = Way::Bootstrap;
            paired.p = found.p_t;
        }
    }
    paired.interval = paired.interval.map(|interval| honest(interval, paired.p));
    Some(paired)
}

/// Bounds at 5 % on each side, by t.
fn one_sided(before: &[f64], after: &[f64], clusters: Option<&Clusters>) -> Option<(f64, f64)> {
    let found = stats::paired::difference(before, after, clusters, 1.0 - 2.0 * ONE_SIDED);
    found.t_low.zip(found.t_high)
}

/// The interval, widened until it touches 0 where the test does not exclude chance.
fn honest((low, high): (f64, f64), p: Option<f64>) -> (f64, f64) {
    if p.is_some_and(|p| p < 1.0 - CONFIDENCE) {
        (low, high)
    } else {
        (low.min(0.0), high.max(0.0))
    }
}

/// The clusters of cases, when any two share a group. A case without a group is a cluster of its own.
fn clusters(groups: &[Option<u32>]) -> Option<Clusters> {
    if groups.iter().all(Option::is_none) {
        return None;
    }
    let names: Vec<(bool, u32)> = groups
        .iter()
        .zip(0..)
        .map(|(group, place)| group.map_or((false, place), |group| (true, group)))
        .collect();
    let clusters = Clusters::of(&names);
    (clusters.count() < groups.len()).then_some(clusters)
}

/// A mean with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its standard error.
    pub error: Option<f64>,
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Whether clusters are in it.
    pub clustered: bool,
}

/// The mean of one side with its interval: Wilson for single verdicts, t over cases else, clustered where cases share a
/// group. None without a value.
#[must_use]
pub fn estimate(values: &[f64], groups: &[Option<u32>], single: bool) -> Option<Estimate> {
    let value = stats::mean::ci(values, CONFIDENCE).mean?;
    if let Some(clusters) = clusters(groups) {
        let found = stats::clusters::clustered_mean(values, &clusters, CONFIDENCE);
        return Some(Estimate {
            value,
            error: found.se,
            interval: found.t_low.zip(found.t_high),
            clustered: true,
        });
    }
    let found = stats::mean::ci(values, CONFIDENCE);
    // All alike: t has width 0 and says nothing of the next case; Wilson does.
    let flat = found.se == Some(0.0);
    let wilson = found.wilson_low.zip(found.wilson_high);
    Some(Estimate {
        value,
        error: found.se,
        interval: if single || flat {
            wilson.or(found.t_low.zip(found.t_high))
        } else {
            found.t_low.zip(found.t_high)
        },
        clustered: false,
    })
}

/// P-values adjusted for their number (Holm); absent ones stay absent and are not counted.
#[must_use]
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    stats::multiple::adjust(p, 1.0 - CONFIDENCE).holm
}

/// Percentile interval of the mean over resampled cases. Ten thousand resamples, of many cases fewer: what they would add is far
/// below the width of the interval.
fn resampled(differences: &[f64]) -> Option<(f64, f64)> {
    const DRAWS: usize = 20_000_000;
    let options = Options {
        confidence: CONFIDENCE,
        resamples: (DRAWS / differences.len().max(1)).clamp(1_000, 10_000),
        seed: SEED,
    };
    let found = stats::bootstrap::mean(differences, options).percentile?;
    Some((found.low, found.high))
}

/// 95 % interval of the median of sorted times, by order statistics; none for too few.
#[must_use]
pub fn median(sorted: &[f64]) -> Option<(f64, f64)> {
    let found = stats::quantile::ci(sorted, 0.5, CONFIDENCE);
    found.low.zip(found.high)
}
