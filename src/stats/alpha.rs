//! Krippendorff's alpha: any number of raters, missing ratings, any level of measurement.

use serde::Serialize;

use super::float::real;
use super::reason::Reason;
use super::sum::sum;

/// What distances between ratings mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Same or not.
    #[default]
    Nominal,
    /// By rank.
    Ordinal,
    /// By difference.
    Interval,
    /// By proportion.
    Ratio,
}

/// Alpha and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Krippendorff {
    /// 1 − observed/expected disagreement; none when only one value occurs or nothing is rated twice.
    pub alpha: Option<f64>,
    /// Items rated by two raters or more.
    pub items: usize,
    /// Ratings of those items.
    pub ratings: usize,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Krippendorff's alpha from the coincidence matrix (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").
///
/// `items` holds the ratings of each item, as numbers of values; `values` are those values in ascending order (for nominal
/// ratings any numbers). Items with fewer than two ratings say nothing. Checked against the krippendorff package 0.9.
///
/// # Panics
/// When a rating is not below the number of values.
#[must_use]
pub fn krippendorff<L: AsRef<[usize]>>(items: &[L], values: &[f64], level: Level) -> Krippendorff {
    let kinds = values.len();
    let mut coincidences = vec![0.0f64; kinds * kinds];
    let (mut used, mut ratings) = (0, 0);
    for item in items.iter().map(AsRef::as_ref).filter(|item| item.len() > 1) {
        used += 1;
        ratings += item.len();
        let mut counts = vec![0usize; kinds];
        for rating in item {
            counts[*rating] += 1;
        }
        let present: Vec<usize> = (0..kinds).filter(|at| counts[*at] > 0).collect();
        for a in &present {
            for b in &present {
                let pairs = counts[*a] * (counts[*b] - usize::from(a == b));
                coincidences[a * kinds + b] += real(pairs) / real(item.len() - 1);
            }
        }
    }
    let totals: Vec<f64> = (0..kinds)
        .map(|at| sum(coincidences[at * kinds..][..kinds].iter().copied()))
        .collect();
    let n = real(ratings);
    let mut before = vec![0.0; kinds + 1];
    for (at, total) in totals.iter().enumerate() {
        before[at + 1] = before[at] + total;
    }
    let distance = |a: usize, b: usize| {
        let off = match level {
            Level::Nominal => f64::from(a != b),
            Level::Ordinal => {
                let (low, high) = (a.min(b), a.max(b));
                before[high + 1] - before[low] - f64::midpoint(totals[low], totals[high])
            }
            Level::Interval => values[a] - values[b],
            Level::Ratio => {
                let both = values[a] + values[b];
                if both == 0.0 {
                    0.0
                } else {
                    (values[a] - values[b]) / both
                }
            }
        };
        off * off
    };
    let cells = || (0..kinds).flat_map(|a| (0..kinds).filter(move |b| *b != a).map(move |b| (a, b)));
    let observed = sum(cells().map(|(a, b)| coincidences[a * kinds + b] * distance(a, b)));
    let expected = sum(cells().map(|(a, b)| totals[a] * totals[b] * distance(a, b)));
    let alpha = (expected > 0.0).then(|| 1.0 - (n - 1.0) * observed / expected);
    Krippendorff {
        alpha,
        items: used,
        ratings,
        reason: match (alpha, used) {
            (Some(_), _) => None,
            (None, 0) => Some(Reason::Empty),
            (None, _) => Some(Reason::OneLabel),
        },
    }
}
