//! Gwet's AC1 and AC2: agreement that stays stable when one label dominates, where kappa collapses.

use serde::Serialize;

use super::float::{quotient, real};
use super::kappa::Weights;
use super::reason::Reason;
use super::sum::sum;

/// Gwet's coefficient and its parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gwet {
    /// (pa − pe)/(1 − pe); AC1 with identity weights, AC2 with others.
    pub ac: Option<f64>,
    /// Weighted agreement over items rated twice or more.
    pub pa: Option<f64>,
    /// Agreement expected by chance.
    pub pe: Option<f64>,
    /// Items with a rating.
    pub items: usize,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Gwet's AC: `items` holds the ratings of each item as numbers of `values`, ascending; items may be rated by any number.
///
/// p_e = Σ_kl w_kl · Σπ_k(1 − π_k)/(q(q − 1)). Gwet 2008, "Computing inter-rater reliability and its variance in the presence of
/// high agreement". Checked against irrCAC 0.4.
///
/// # Panics
/// When a rating is not below the number of values.
#[must_use]
pub fn ac<L: AsRef<[usize]>>(items: &[L], values: &[f64], weights: Weights) -> Gwet {
    let kinds = values.len();
    let widest = values
        .last()
        .zip(values.first())
        .map_or(0.0, |(last, first)| last - first);
    let weight = |a: usize, b: usize| {
        if a == b {
            return 1.0;
        }
        let distance = (values[a] - values[b]).abs() / widest;
        match weights {
            Weights::Identity => 0.0,
            Weights::Linear => 1.0 - distance,
            Weights::Quadratic => 1.0 - distance * distance,
        }
    };
    let rated: Vec<&[usize]> = items
        .iter()
        .map(AsRef::as_ref)
        .filter(|item| !item.is_empty())
        .collect();
    let mut prevalence = vec![0.0; kinds];
    let mut agreements = Vec::new();
    for item in &rated {
        let mut counts = vec![0usize; kinds];
        for rating in *item {
            counts[*rating] += 1;
        }
        for (share, count) in prevalence.iter_mut().zip(&counts) {
            *share += real(*count) / real(item.len()) / real(rated.len());
        }
        if item.len() > 1 {
            let alike = sum((0..kinds).flat_map(|a| {
                let counts = &counts;
                (0..kinds).map(move |b| real(counts[a]) * (real(counts[b]) - f64::from(a == b)) * weight(a, b))
            }));
            agreements.push(alike / (real(item.len()) * (real(item.len()) - 1.0)));
        }
    }
    let pa = quotient(sum(agreements.iter().copied()), real(agreements.len()));
    let all_weights = sum((0..kinds).flat_map(|a| (0..kinds).map(move |b| weight(a, b))));
    let pairs = real(kinds) * (real(kinds) - 1.0);
    let pe = if rated.is_empty() {
        None
    } else {
        quotient(
            all_weights * sum(prevalence.iter().map(|share| share * (1.0 - share))),
            pairs,
        )
    };
    let ac = pa.zip(pe).and_then(|(pa, pe)| quotient(pa - pe, 1.0 - pe));
    Gwet {
        ac,
        pa,
        pe,
        items: rated.len(),
        reason: match (pa, ac) {
            (None, _) => Some(Reason::Empty),
            (_, None) => Some(Reason::OneLabel),
            _ => None,
        },
    }
}
