//! Many tests at once: adjusted p-values.

use serde::Serialize;

use super::float::real;

/// Adjusted p-values, in the order of the tests; null where a test does not exist, which is not counted either.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjusted {
    /// Bonferroni.
    pub bonferroni: Vec<Option<f64>>,
    /// Holm: bounds the chance of any false claim; the default.
    pub holm: Vec<Option<f64>>,
    /// Benjamini and Hochberg: bounds the share of false claims; for exploration.
    pub bh: Vec<Option<f64>>,
    /// Benjamini and Yekutieli: the same under any dependence.
    pub by: Vec<Option<f64>>,
    /// Whether Holm rejects at `alpha`.
    pub reject_holm: Vec<bool>,
    /// Whether Benjamini and Hochberg reject at `alpha`.
    pub reject_bh: Vec<bool>,
    /// The level of the rejections.
    pub alpha: f64,
    /// Tests that exist.
    pub tests: usize,
}

/// Adjusts p-values for being many (Holm 1979; Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001).
///
/// Checked against statsmodels 0.15 (`multipletests`).
#[must_use]
pub fn adjust(p_values: &[Option<f64>], alpha: f64) -> Adjusted {
    let mut order: Vec<(usize, f64)> = p_values
        .iter()
        .enumerate()
        .filter_map(|(at, p)| p.map(|p| (at, p)))
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let m = order.len();
    let harmonic: f64 = (1..=m).map(|at| 1.0 / real(at)).sum();
    let nothing = || vec![None; p_values.len()];
    let mut adjusted = Adjusted {
        bonferroni: nothing(),
        holm: nothing(),
        bh: nothing(),
        by: nothing(),
        reject_holm: vec![false; p_values.len()],
        reject_bh: vec![false; p_values.len()],
        alpha,
        tests: m,
    };
    let (mut most, mut rejecting) = (0.0f64, true);
    for (place, (at, p)) in order.iter().enumerate() {
        let left = real(m - place);
        adjusted.bonferroni[*at] = Some((p * real(m)).min(1.0));
        most = most.max(p * left);
        adjusted.holm[*at] = Some(most.min(1.0));
        rejecting &= *p <= alpha / left;
        adjusted.reject_holm[*at] = rejecting;
    }
    let (mut least, mut least_by, mut rejecting) = (1.0f64, 1.0f64, false);
    for (place, (at, p)) in order.iter().enumerate().rev() {
        let share = real(place + 1) / real(m);
        least = least.min(p / share);
        adjusted.bh[*at] = Some(least);
        least_by = least_by.min(p * harmonic / share);
        adjusted.by[*at] = Some(least_by);
        rejecting |= *p <= alpha * share;
        adjusted.reject_bh[*at] = rejecting;
    }
    adjusted
}
