//! How well a score ranks what is wanted above what is not.

use serde::Serialize;

use super::float::{quotient, real};
use super::reason::Reason;

/// Ranking measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Auroc {
    /// Chance that a wanted item scores above an unwanted one, ties counting half; none with one class.
    pub auroc: Option<f64>,
    /// Mean precision at each wanted item from the top, equal scores taken together; none without wanted items.
    pub average_precision: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Area under the receiver operating characteristic, and average precision. Checked against scikit-learn 1.9.
///
/// # Panics
/// When the lists differ in length.
#[must_use]
pub fn auroc(wanted: &[bool], scores: &[f64]) -> Auroc {
    assert_eq!(wanted.len(), scores.len(), "one score an item");
    let mut items: Vec<(f64, bool)> = scores.iter().copied().zip(wanted.iter().copied()).collect();
    items.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let all = wanted.iter().filter(|wanted| **wanted).count();
    let (mut above, mut seen) = (0usize, 0usize);
    let (mut pairs, mut precision) = (0.0, 0.0);
    for group in items.chunk_by(|a, b| a.0 == b.0) {
        let hits = group.iter().filter(|item| item.1).count();
        let misses = group.len() - hits;
        // Each unwanted item of the group lies below those above, and ties with the hits beside it.
        pairs += real(misses) * (real(above) + 0.5 * real(hits));
        above += hits;
        seen += group.len();
        precision += real(hits) * real(above) / real(seen);
    }
    let others = items.len() - all;
    Auroc {
        auroc: quotient(pairs, real(all) * real(others)),
        average_precision: quotient(precision, real(all)),
        reason: match (items.len(), all, others) {
            (0, ..) => Some(Reason::Empty),
            (_, 0, _) => Some(Reason::NoPositives),
            (_, _, 0) => Some(Reason::NoNegatives),
            _ => None,
        },
    }
}
