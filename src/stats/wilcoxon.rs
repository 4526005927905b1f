//! Wilcoxon's signed-rank test and the Hodges–Lehmann estimate: paired scores of odd shapes.

use serde::Serialize;

use super::float::{quotient, real};
use super::normal;
use super::reason::Reason;

/// What becomes of differences of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Zeros {
    /// Dropped before ranking.
    #[default]
    Wilcox,
    /// Ranked, then dropped.
    Pratt,
}

/// Result of the signed-rank test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wilcoxon {
    /// Differences that are not zero.
    pub n_used: usize,
    /// Sum of the ranks of positive differences.
    pub w_plus: f64,
    /// Sum of the ranks of negative differences.
    pub w_minus: f64,
    /// The smaller of the two.
    pub statistic: f64,
    /// Median of all averages of two differences.
    pub hodges_lehmann: Option<f64>,
    /// (W⁺ − W⁻)/(W⁺ + W⁻).
    pub rank_biserial: Option<f64>,
    /// Exact two-sided p from the observed mid-ranks; none above 50 differences.
    pub p_exact: Option<f64>,
    /// Two-sided p by the normal distribution, no continuity correction.
    pub p_normal: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Differences up to which the exact distribution is computed.
const MOST_EXACT: usize = 50;

/// Twice the mid-ranks of `values`, whole numbers, in their order.
pub(super) fn doubled_ranks(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let alike = order[from..]
            .iter()
            .take_while(|at| values[**at] == values[order[from]])
            .count();
        for at in &order[from..from + alike] {
            // Ranks from + 1 to from + alike, averaged and doubled.
            ranks[*at] = 2 * from + alike + 1;
        }
        from += alike;
    }
    ranks
}

/// Two-sided exact p: every sign is as likely as the other, and W⁺ sums the doubled ranks with a plus.
fn exact(ranks: &[usize], doubled_plus: usize) -> f64 {
    let most: usize = ranks.iter().sum();
    let mut chances = vec![0.0f64; most + 1];
    chances[0] = 1.0;
    let mut reach = 0;
    for rank in ranks {
        reach += rank;
        for at in (0..=reach).rev() {
            let with = at.checked_sub(*rank).map_or(0.0, |before| chances[before]);
            chances[at] = 0.5 * (chances[at] + with);
        }
    }
    // The distribution is symmetric: the smaller tail is summed, from its small end.
    let smaller = doubled_plus.min(most - doubled_plus);
    let tail: f64 = chances[..=smaller].iter().sum();
    (2.0 * tail).min(1.0)
}

/// The signed-rank test of differences b − a.
///
/// Exact p by dynamic programming over doubled mid-ranks (n ≤ 50); normal p with z = (W⁺ − ΣR/2)/√(ΣR²/4), which
/// accounts for ties. No non-zero difference: p = 1. Checked against scipy 1.12.
#[must_use]
pub fn test(differences: &[f64], zeros: Zeros) -> Wilcoxon {
    let considered: Vec<f64> = match zeros {
        Zeros::Wilcox => differences.iter().copied().filter(|value| *value != 0.0).collect(),
        Zeros::Pratt => differences.to_vec(),
    };
    let sizes: Vec<f64> = considered.iter().map(|value| value.abs()).collect();
    let ranked: Vec<(f64, usize)> = considered
        .iter()
        .copied()
        .zip(doubled_ranks(&sizes))
        .filter(|(value, _)| *value != 0.0)
        .collect();
    let ranks: Vec<usize> = ranked.iter().map(|(_, rank)| *rank).collect();
    let plus: usize = ranked
        .iter()
        .filter(|(value, _)| *value > 0.0)
        .map(|(_, rank)| rank)
        .sum();
    let all: usize = ranks.iter().sum();
    let (w_plus, w_minus) = (real(plus) / 2.0, real(all - plus) / 2.0);
    let used = ranks.len();
    let spread = ranks.iter().map(|rank| real(*rank) * real(*rank)).sum::<f64>().sqrt();
    let z = quotient(2.0 * real(plus) - real(all), spread);
    Wilcoxon {
        n_used: used,
        w_plus,
        w_minus,
        statistic: w_plus.min(w_minus),
        hodges_lehmann: hodges_lehmann(differences),
        rank_biserial: quotient(w_plus - w_minus, w_plus + w_minus),
        p_exact: (used <= MOST_EXACT).then(|| if used == 0 { 1.0 } else { exact(&ranks, plus) }),
        p_normal: Some(z.map_or(1.0, normal::two_sided)),
        reason: match (differences.len(), used) {
            (0, _) => Some(Reason::Empty),
            (_, 0) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}

/// Median of the averages of all pairs i ≤ j, without listing them: the average of rank k is the smallest number that at
/// least k averages do not exceed, found by halving over the ordered doubles.
fn hodges_lehmann(values: &[f64]) -> Option<f64> {
    let n = values.len() as u64;
    if n == 0 {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let pairs = n * (n + 1) / 2;
    let upper = ranked_average(&sorted, pairs / 2 + 1);
    if pairs % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(ranked_average(&sorted, pairs / 2), upper))
}

fn ranked_average(sorted: &[f64], rank: u64) -> f64 {
    let not_above = |limit: f64| {
        let mut count = 0u64;
        let mut to = sorted.len();
        for (at, low) in sorted.iter().enumerate() {
            while to > at && f64::midpoint(*low, sorted[to - 1]) > limit {
                to -= 1;
            }
            if to <= at {
                break;
            }
            count += (to - at) as u64;
        }
        count
    };
    let (mut low, mut high) = (key(sorted[0]), key(sorted[sorted.len() - 1]));
    while low < high {
        let at = low + (high - low) / 2;
        if not_above(from_key(at)) >= rank {
            high = at;
        } else {
            low = at + 1;
        }
    }
    from_key(low)
}

/// Doubles in their order, as whole numbers; −0 as 0.
fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn from_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}
