//! Two models on the same cases.
//!
//! Every difference is the second minus the first, candidate minus baseline. Not here: tests for 0/1 scores (`mcnemar`),
//! without a distribution (`sign_flip`, `wilcoxon`), against a margin (`noninferiority`).

use serde::Serialize;

use super::clusters::{self, Clusters};
use super::float::{quotient, real};
use super::proportion::normal_quantile;
use super::reason::{Note, Reason, notes};
use super::sum::{self, rounding};
use super::{normal, student};

/// The mean difference of two models on the same cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairedDifference {
    /// Cases that both were measured on.
    pub n: usize,
    /// Clusters, when given.
    pub clusters: Option<usize>,
    /// Mean of the first model.
    pub mean_a: Option<f64>,
    /// Mean of the second model.
    pub mean_b: Option<f64>,
    /// Mean of b − a.
    pub diff: Option<f64>,
    /// Cases where the second is better.
    pub wins: usize,
    /// Cases where both are alike.
    pub ties: usize,
    /// Cases where the second is worse.
    pub losses: usize,
    /// Standard deviation of b − a.
    pub sd_diff: Option<f64>,
    /// Standard error of `diff`, clusters heeded.
    pub se: Option<f64>,
    /// Standard error as if the cases had not been the same, for contrast.
    pub se_unpaired: Option<f64>,
    /// Pearson's correlation of the two models over cases.
    pub correlation: Option<f64>,
    /// Degrees of freedom of t: cases − 1, or clusters − 1.
    pub df: Option<usize>,
    /// diff / se.
    pub t: Option<f64>,
    /// Two-sided p of t.
    pub p_t: Option<f64>,
    /// diff / se.
    pub z: Option<f64>,
    /// Two-sided p of z.
    pub p_z: Option<f64>,
    /// Lower end of the t interval: the one to show.
    pub t_low: Option<f64>,
    /// Upper end of the t interval.
    pub t_high: Option<f64>,
    /// Lower end of the normal interval.
    pub z_low: Option<f64>,
    /// Upper end of the normal interval.
    pub z_high: Option<f64>,
    /// diff / `sd_diff`.
    pub cohen_dz: Option<f64>,
    /// Two-sided confidence of the intervals.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
    /// What to say beside it.
    pub notes: Vec<Note>,
}

impl PairedDifference {
    /// By what share pairing cut the standard error, 1 − se/`se_unpaired`; negative when the models pull apart.
    #[must_use]
    pub fn pairing_gain(&self) -> Option<f64> {
        let (se, unpaired) = self.se.zip(self.se_unpaired)?;
        quotient(se, unpaired).map(|ratio| 1.0 - ratio)
    }
}

/// Mean, spread and standard error of differences over cases; what is no more than rounding of numbers as large as
/// `scale` counts as zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Differences {
    pub(super) n: usize,
    pub(super) mean: Option<f64>,
    pub(super) sd: Option<f64>,
    pub(super) se: Option<f64>,
    pub(super) df: Option<usize>,
}

impl Differences {
    pub(super) fn of(values: &[f64], clusters: Option<&Clusters>, scale: f64) -> Self {
        let n = values.len();
        let mean = sum::mean(values);
        let clear = |spread: f64| if spread <= scale { 0.0 } else { spread };
        let sd = sum::variance(values, 1).map(|variance| clear(variance.sqrt()));
        let (se, df) = match clusters {
            None => (sd.map(|sd| sd / real(n).sqrt()), n.checked_sub(1)),
            Some(clusters) => (
                clusters::standard_error(values, clusters).map(clear),
                clusters.count().checked_sub(1),
            ),
        };
        Self {
            n,
            mean,
            sd,
            se,
            df: df.filter(|df| *df > 0),
        }
    }

    /// Why there is no test, if so.
    pub(super) fn reason(&self, clusters: Option<&Clusters>) -> Option<Reason> {
        match (self.n, clusters.map(Clusters::count), self.se) {
            (0, ..) => Some(Reason::Empty),
            (1, None, _) => Some(Reason::OneCase),
            (_, Some(1), _) => Some(Reason::OneCluster),
            (_, _, Some(0.0)) => Some(Reason::NoVariance),
            _ => None,
        }
    }
}

/// b − a, case by case.
pub(super) fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len(), "both models have a score for every case");
    a.iter().zip(b).map(|(a, b)| b - a).collect()
}

/// The mean difference b − a over cases both models were measured on, with its t test.
///
/// `a[i]` and `b[i]` are the scores of case i (means over its samples). Standard error as for one mean, with the clusters
/// when given. Standard error 0: p is 1 when the difference is 0, and null (`no_variance`) otherwise; a permutation p still
/// exists. Miller 2024, "Adding error bars to evals"; checked against scipy 1.12 (`ttest_rel`) and statsmodels 0.15.
///
/// # Panics
/// When the lists differ in length.
#[must_use]
pub fn difference(a: &[f64], b: &[f64], clusters: Option<&Clusters>, confidence: f64) -> PairedDifference {
    let d = minus(a, b);
    let n = d.len();
    let scale = rounding(a).max(rounding(b));
    let found = Differences::of(&d, clusters, scale);
    let (diff, se) = (found.mean, found.se);
    let statistic = diff.zip(se).and_then(|(diff, se)| quotient(diff, se));
    // No difference and no spread: nothing speaks against equality.
    let alike = se == Some(0.0) && diff.is_some_and(|diff| diff.abs() <= scale);
    let p = |p: Option<f64>| if alike { Some(1.0) } else { p };
    let around = |factor: Option<f64>| match (diff, se, factor) {
        (Some(diff), Some(se), Some(factor)) => (Some(diff - factor * se), Some(diff + factor * se)),
        _ => (None, None),
    };
    let (t_low, t_high) = around(found.df.map(|df| student::factor(confidence, real(df))));
    let (z_low, z_high) = around(Some(normal_quantile(confidence)));
    let variances = sum::variance(a, 1).zip(sum::variance(b, 1));
    let count = |holds: fn(f64) -> bool| d.iter().filter(|d| holds(**d)).count();
    PairedDifference {
        n,
        clusters: clusters.map(Clusters::count),
        mean_a: sum::mean(a),
        mean_b: sum::mean(b),
        diff,
        wins: count(|d| d > 0.0),
        ties: count(|d| d == 0.0),
        losses: count(|d| d < 0.0),
        sd_diff: found.sd,
        se,
        se_unpaired: variances.map(|(a, b)| (a / real(n) + b / real(n)).sqrt()),
        correlation: correlation(a, b),
        df: found.df,
        t: statistic,
        p_t: p(statistic.zip(found.df).map(|(t, df)| student::two_sided(t, real(df)))),
        z: statistic,
        p_z: p(statistic.map(normal::two_sided)),
        t_low,
        t_high,
        z_low,
        z_high,
        cohen_dz: diff.zip(found.sd).and_then(|(diff, sd)| quotient(diff, sd)),
        confidence,
        reason: found.reason(clusters),
        notes: notes(n, clusters.map(Clusters::count), se),
    }
}

/// Pearson's correlation; none for fewer than two cases or where one side does not vary.
#[must_use]
pub(super) fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let (mean_a, mean_b) = sum::mean(a).zip(sum::mean(b))?;
    let (of_a, of_b) = (sum::squares(a, mean_a), sum::squares(b, mean_b));
    let flat = |values: &[f64], squares: f64| squares.sqrt() <= rounding(values) * real(values.len()).sqrt();
    if a.len() < 2 || flat(a, of_a) || flat(b, of_b) {
        return None;
    }
    let product = sum::sum(a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)));
    Some((product / of_a.sqrt() / of_b.sqrt()).clamp(-1.0, 1.0))
}
