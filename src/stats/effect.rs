//! How large a difference is, in units that do not depend on the scale.

use serde::Serialize;

use super::float::{quotient, real};
use super::reason::Reason;
use super::sum;

/// Effect sizes of two groups, the second against the first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectSize {
    /// Share of pairs where the second is larger minus share where it is smaller.
    pub cliffs_delta: Option<f64>,
    /// (δ + 1)/2: the chance that a value of the second is the larger one, ties counting half.
    pub probability_of_superiority: Option<f64>,
    /// Difference of means over the pooled standard deviation.
    pub cohen_d: Option<f64>,
    /// d(1 − 3/(4N − 9)): corrected for small samples.
    pub hedges_g: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Cohen's d, Hedges' g, Cliff's δ and the probability of superiority of two groups.
///
/// Checked against pingouin 0.6 (`compute_effsize`) and by enumeration.
#[must_use]
pub fn sizes(a: &[f64], b: &[f64]) -> EffectSize {
    let (n_a, n_b) = (real(a.len()), real(b.len()));
    let cliffs_delta = quotient(dominance(a, b), n_a * n_b);
    let means = sum::mean(a).zip(sum::mean(b));
    let spread = means.and_then(|(mean_a, mean_b)| {
        let squares = sum::squares(a, mean_a) + sum::squares(b, mean_b);
        let sd = quotient(squares, n_a + n_b - 2.0)?.sqrt();
        (sd > sum::rounding(a).max(sum::rounding(b))).then_some(sd)
    });
    let cohen_d = means.zip(spread).and_then(|((a, b), sd)| quotient(b - a, sd));
    EffectSize {
        cliffs_delta,
        probability_of_superiority: cliffs_delta.map(|delta| f64::midpoint(delta, 1.0)),
        cohen_d,
        hedges_g: cohen_d.map(|d| d * (1.0 - 3.0 / (4.0 * (n_a + n_b) - 9.0))),
        reason: match (a.len().min(b.len()), cohen_d) {
            (0, _) => Some(Reason::Empty),
            (1, None) if a.len() + b.len() < 3 => Some(Reason::OneCase),
            (_, None) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}

/// Pairs where `b` is larger minus pairs where it is smaller.
fn dominance(a: &[f64], b: &[f64]) -> f64 {
    let mut sorted = a.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let terms = b.iter().map(|value| {
        let below = sorted.partition_point(|other| other < value);
        let not_above = sorted.partition_point(|other| other <= value);
        real(below) - real(sorted.len() - not_above)
    });
    sum::sum(terms)
}
