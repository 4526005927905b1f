//! Correlation of two lists, by value and by rank.

use serde::Serialize;

use super::float::real;
use super::paired;
use super::reason::Reason;
use super::wilcoxon::doubled_ranks;

/// Three correlations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Correlation {
    /// Pairs.
    pub n: usize,
    /// Pearson's, of the values.
    pub pearson: Option<f64>,
    /// Spearman's, of the ranks.
    pub spearman: Option<f64>,
    /// Kendall's τ-b, corrected for ties.
    pub kendall_tau_b: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Pearson, Spearman and Kendall τ-b. Checked against scipy 1.12.
///
/// # Panics
/// When the lists differ in length.
#[must_use]
pub fn correlate(x: &[f64], y: &[f64]) -> Correlation {
    assert_eq!(x.len(), y.len(), "pairs");
    let ranks = |values: &[f64]| doubled_ranks(values).into_iter().map(real).collect::<Vec<f64>>();
    let pearson = paired::correlation(x, y);
    Correlation {
        n: x.len(),
        pearson,
        spearman: paired::correlation(&ranks(x), &ranks(y)),
        kendall_tau_b: kendall(x, y),
        reason: match (x.len(), pearson) {
            (0, _) => Some(Reason::Empty),
            (1, _) => Some(Reason::OneCase),
            (_, None) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}

/// τ-b = (concordant − discordant)/√((pairs − ties in x)(pairs − ties in y)), counting inversions while merging (Knight 1966,
/// "A computer method for calculating Kendall's tau with ungrouped data").
fn kendall(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len();
    // Adding 0 makes −0 a 0: they are equal, but not to the sort.
    let mut order: Vec<(f64, f64)> = x.iter().zip(y).map(|(x, y)| (x + 0.0, y + 0.0)).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let pairs_in = |count: usize| real(count) * (real(count) - 1.0) / 2.0;
    let tied = |same: &dyn Fn(&(f64, f64), &(f64, f64)) -> bool, list: &[(f64, f64)]| -> f64 {
        list.chunk_by(|a, b| same(a, b))
            .map(|group| pairs_in(group.len()))
            .sum()
    };
    let in_x = tied(&|a, b| a.0 == b.0, &order);
    let in_both = tied(&|a, b| a == b, &order);
    let mut values: Vec<f64> = order.iter().map(|pair| pair.1).collect();
    let discordant = inversions(&mut values);
    let in_y: f64 = values.chunk_by(|a, b| a == b).map(|group| pairs_in(group.len())).sum();
    let all = pairs_in(n);
    let spread = (all - in_x).sqrt() * (all - in_y).sqrt();
    if n < 2 || spread <= 0.0 {
        return None;
    }
    Some(((all - in_x - in_y + in_both - 2.0 * discordant) / spread).clamp(-1.0, 1.0))
}

/// Sorts a list and counts the pairs that were in the wrong order.
fn inversions(values: &mut [f64]) -> f64 {
    let n = values.len();
    if n < 2 {
        return 0.0;
    }
    let (left, right) = values.split_at_mut(n / 2);
    let mut count = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(n);
    let (mut a, mut b) = (0, 0);
    while a < left.len() || b < right.len() {
        if b == right.len() || (a < left.len() && left[a] <= right[b]) {
            merged.push(left[a]);
            a += 1;
        } else {
            count += real(left.len() - a);
            merged.push(right[b]);
            b += 1;
        }
    }
    values.copy_from_slice(&merged);
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_zero_ties_with_zero() {
        let found = correlate(&[-0.0, 0.0, -0.0, 1.0], &[3.0, 2.0, 1.0, 4.0]);
        let plain = correlate(&[0.0, 0.0, 0.0, 1.0], &[3.0, 2.0, 1.0, 4.0]);
        assert_eq!(found, plain);
        assert_eq!(plain.kendall_tau_b, Some(3.0 / 18f64.sqrt()));
    }
}
