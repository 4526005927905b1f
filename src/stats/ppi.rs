//! A mean corrected by a few human labels: what a cheap judge says about many cases, made honest by people's word on some.

use serde::Serialize;

use super::float::{quotient, real};
use super::normal;
use super::reason::Reason;
use super::sum;

/// The mean under human judgement, estimated from few human and many judge scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PpiMean {
    /// Cases with a human label.
    pub labelled: usize,
    /// Cases with the judge's score alone.
    pub unlabelled: usize,
    /// The corrected mean.
    pub estimate: Option<f64>,
    /// How far the judge is trusted: 0 not at all, 1 fully.
    pub lambda: Option<f64>,
    /// Standard error of `estimate`.
    pub se: Option<f64>,
    /// Lower end of the normal interval.
    pub low: Option<f64>,
    /// Upper end of the normal interval.
    pub high: Option<f64>,
    /// Mean of the human labels alone.
    pub classical_estimate: Option<f64>,
    /// Its standard error.
    pub classical_se: Option<f64>,
    /// Lower end of its normal interval.
    pub classical_low: Option<f64>,
    /// Upper end of its normal interval.
    pub classical_high: Option<f64>,
    /// Mean of the judge alone over all cases.
    pub judge_only: Option<f64>,
    /// Human labels that would have been as precise: n·(`classical_se`/se)².
    pub effective_sample_size: Option<f64>,
    /// Two-sided level: the intervals have confidence 1 − alpha.
    pub alpha: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Prediction-powered mean.
///
/// `y` human and `f` judge scores of the same n labelled cases, `rest` the judge's of N others: estimate =
/// λ·mean(rest) + mean(y − λf), variance λ²Var(rest)/N + Var(y − λf)/n, with variances that divide by count − `ddof`. λ as
/// given, or tuned: Cov(y, f)/((1 + n/N)·Var(f over all)) within 0 and 1. Labels must be a random sample of the cases.
/// Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, "Prediction-powered inference"; Angelopoulos, Duchi and Zrnic
/// 2023, "PPI++". Checked against ppi-python 0.2.3, which has `ddof` 0.
///
/// # Panics
/// When `y` and `f` differ in length.
#[must_use]
pub fn mean(y: &[f64], f: &[f64], rest: &[f64], alpha: f64, lambda: Option<f64>, ddof: usize) -> PpiMean {
    assert_eq!(y.len(), f.len(), "both judged the labelled cases");
    let (n, many) = (y.len(), rest.len());
    let classical = sum::mean(y);
    let classical_se = sum::variance(y, ddof).map(|variance| (variance / real(n)).sqrt());
    let everything: Vec<f64> = f.iter().chain(rest).copied().collect();
    let judge_only = sum::mean(&everything);
    let lambda = lambda.or_else(|| (n > 0).then(|| tuned(y, f, rest, &everything)));
    let off: Option<Vec<f64>> = lambda.map(|lambda| y.iter().zip(f).map(|(y, f)| y - lambda * f).collect());
    // A judge that is not trusted at all is not needed either.
    let untrusted = lambda == Some(0.0);
    let judged = if untrusted { Some(0.0) } else { sum::mean(rest) };
    let estimate = match (lambda, judged, off.as_deref().and_then(sum::mean)) {
        (Some(lambda), Some(judged), Some(corrected)) => Some(lambda * judged + corrected),
        _ => None,
    };
    let judged_variance = if untrusted {
        Some(0.0)
    } else {
        sum::variance(rest, ddof).map(|variance| variance / real(many))
    };
    let corrected_variance = off
        .and_then(|off| sum::variance(&off, ddof))
        .map(|variance| variance / real(n));
    let se = match (lambda, judged_variance, corrected_variance) {
        (Some(lambda), Some(judged), Some(corrected)) => Some((lambda * lambda * judged + corrected).sqrt()),
        _ => None,
    };
    let z = normal::upper(alpha / 2.0);
    let end = |mean: Option<f64>, se: Option<f64>, z: f64| mean.zip(se).map(|(mean, se)| mean + z * se);
    PpiMean {
        labelled: n,
        unlabelled: many,
        estimate,
        lambda,
        se,
        low: end(estimate, se, -z),
        high: end(estimate, se, z),
        classical_estimate: classical,
        classical_se,
        classical_low: end(classical, classical_se, -z),
        classical_high: end(classical, classical_se, z),
        judge_only,
        effective_sample_size: classical_se
            .zip(se)
            .and_then(|(classical, se)| quotient(classical, se))
            .map(|ratio| real(n) * ratio * ratio),
        alpha,
        reason: match (n, se) {
            (1, None) => Some(Reason::OneCase),
            (0, _) | (_, None) => Some(Reason::Empty),
            (_, Some(0.0)) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}

/// The λ of least variance, within 0 and 1; 0 where the judge does not vary or judged nothing else.
fn tuned(y: &[f64], f: &[f64], rest: &[f64], all: &[f64]) -> f64 {
    let (n, many) = (y.len(), rest.len());
    let (Some(mean_y), Some(mean_f), Some(spread)) = (sum::mean(y), sum::mean(f), sum::variance(all, 1)) else {
        return 0.0;
    };
    if many == 0 || spread.sqrt() <= sum::rounding(all) {
        return 0.0;
    }
    let covariance = sum::sum(y.iter().zip(f).map(|(y, f)| (y - mean_y) * (f - mean_f))) / real(n);
    (covariance / ((1.0 + real(n) / real(many)) * spread)).clamp(0.0, 1.0)
}
