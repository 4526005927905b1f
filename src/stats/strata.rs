//! Means over categories: by categories, by cases, or by weights. The weighting is always named, never silent.

use serde::Serialize;

use super::float::{quotient, real};
use super::reason::Reason;
use super::sum;

/// How categories weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// Every category alike.
    #[default]
    Macro,
    /// Every case alike.
    Micro,
    /// By given weights.
    Weights,
}

/// A mean over categories.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StratifiedMean {
    /// The mean; none when a category that weighs something has no cases.
    pub mean: Option<f64>,
    /// Its standard error; none when a category that weighs something has fewer than two cases.
    pub se: Option<f64>,
    /// Mean of each category.
    pub group_means: Vec<Option<f64>>,
    /// How categories weigh.
    pub mode: Weighting,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Mean over categories: Σ w_h m_h with weights that sum to 1, SE² = Σ w_h² s_h²/n_h (stratified sampling).
///
/// `weights` has one number of 0 or more a category and is read for [`Weighting::Weights`] only.
///
/// # Panics
/// When there are not as many weights as categories.
#[must_use]
pub fn stratified<L: AsRef<[f64]>>(groups: &[L], mode: Weighting, weights: &[f64]) -> StratifiedMean {
    let groups: Vec<&[f64]> = groups.iter().map(AsRef::as_ref).collect();
    let group_means: Vec<Option<f64>> = groups.iter().map(|values| sum::mean(values)).collect();
    let raw: Vec<f64> = match mode {
        Weighting::Macro => vec![1.0; groups.len()],
        Weighting::Micro => groups.iter().map(|values| real(values.len())).collect(),
        Weighting::Weights => {
            assert_eq!(weights.len(), groups.len(), "one weight a category");
            weights.to_vec()
        }
    };
    let total = sum::sum(raw.iter().copied());
    let shares: Option<Vec<f64>> = raw.iter().map(|weight| quotient(*weight, total)).collect();
    let heavy = |shares: &[f64], of: &dyn Fn(usize, f64) -> Option<f64>| -> Option<f64> {
        let terms: Option<Vec<f64>> = shares
            .iter()
            .enumerate()
            .filter(|(_, share)| **share > 0.0)
            .map(|(at, share)| of(at, *share))
            .collect();
        terms.filter(|terms| !terms.is_empty()).map(sum::sum)
    };
    let mean = shares
        .as_deref()
        .and_then(|shares| heavy(shares, &|at, share| group_means[at].map(|mean| share * mean)));
    let se = shares.as_deref().and_then(|shares| {
        heavy(shares, &|at, share| {
            sum::variance(groups[at], 1).map(|variance| share * share * variance / real(groups[at].len()))
        })
    });
    StratifiedMean {
        mean,
        se: se.map(f64::sqrt),
        group_means,
        mode,
        reason: match (mean, se) {
            (None, _) => Some(Reason::Empty),
            (_, None) => Some(Reason::OneCase),
            _ => None,
        },
    }
}
