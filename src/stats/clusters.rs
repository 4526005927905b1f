//! Cases that share something, and the mean over them with an honest standard error.
//!
//! Serves every estimate that takes clusters. Not here: drawing clusters anew (`bootstrap`).

use std::collections::HashMap;
use std::hash::Hash;

use serde::Serialize;

use super::float::{quotient, real};
use super::mean::{self, MeanCi};
use super::reason::{Note, Reason, notes};
use super::student;
use super::sum::{rounding, sum};

/// Which cluster each case belongs to, numbered from 0 in order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    of: Vec<usize>,
    count: usize,
}

impl Clusters {
    /// Numbers clusters given by any kind of name, one name a case.
    #[must_use]
    pub fn of<N: Hash + Eq>(names: &[N]) -> Self {
        let mut numbers = HashMap::new();
        let of = names
            .iter()
            .map(|name| {
                let next = numbers.len();
                *numbers.entry(name).or_insert(next)
            })
            .collect();
        Self {
            of,
            count: numbers.len(),
        }
    }

    /// How many clusters there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many cases there are.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.of.len()
    }

    /// Number of each case's cluster.
    #[must_use]
    pub fn numbers(&self) -> &[usize] {
        &self.of
    }

    /// Sum of `values` over each cluster.
    ///
    /// # Panics
    /// When there are not as many values as cases.
    #[must_use]
    pub fn sums(&self, values: &[f64]) -> Vec<f64> {
        assert_eq!(values.len(), self.of.len(), "one cluster a value");
        let mut sums = vec![(0.0f64, 0.0f64); self.count];
        for (value, cluster) in values.iter().zip(&self.of) {
            let (total, lost) = &mut sums[*cluster];
            let next = *total + value;
            *lost += if total.abs() >= value.abs() {
                (*total - next) + value
            } else {
                (value - next) + *total
            };
            *total = next;
        }
        sums.into_iter().map(|(total, lost)| total + lost).collect()
    }

    /// Cases in each cluster.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count];
        for cluster in &self.of {
            sizes[*cluster] += 1;
        }
        sizes
    }
}

/// A mean over clustered cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClusteredMean {
    /// Cases.
    pub n: usize,
    /// Clusters.
    pub clusters: usize,
    /// Mean over cases.
    pub mean: Option<f64>,
    /// Standard error as if the cases were independent.
    pub se_iid: Option<f64>,
    /// Standard error with the clusters heeded.
    pub se: Option<f64>,
    /// (se / `se_iid`)²: by how much the clusters inflate the variance.
    pub design_effect: Option<f64>,
    /// Clusters − 1.
    pub df: Option<usize>,
    /// Lower end of the t interval.
    pub t_low: Option<f64>,
    /// Upper end of the t interval.
    pub t_high: Option<f64>,
    /// Two-sided confidence of the interval.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
    /// What to say beside it.
    pub notes: Vec<Note>,
}

/// Standard error of the mean of `values` whose clusters vary together:
/// SE² = G/(G − 1) · Σ_g (Σ_{i∈g} (s_i − m))² / n². None for fewer than two clusters.
///
/// Source: Cameron and Miller 2015, "A practitioner's guide to cluster-robust inference". What is no more than rounding
/// counts as zero.
#[must_use]
pub fn standard_error(values: &[f64], clusters: &Clusters) -> Option<f64> {
    let centre = super::sum::mean(values)?;
    if clusters.count < 2 {
        return None;
    }
    let off: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let squared = sum(clusters.sums(&off).iter().map(|total| total * total));
    let (n, g) = (real(values.len()), real(clusters.count));
    let se = (g / (g - 1.0) * squared).sqrt() / n;
    Some(if se <= rounding(values) { 0.0 } else { se })
}

/// Mean over clustered cases with a t interval of clusters − 1 degrees of freedom.
///
/// With one case a cluster it is the plain mean of [`mean::ci`]. One cluster has no standard error. Checked against
/// statsmodels 0.15 (least squares on a constant, `cov_type="cluster"`).
///
/// # Panics
/// When there are not as many clusters' names as values.
#[must_use]
pub fn clustered_mean(values: &[f64], clusters: &Clusters, confidence: f64) -> ClusteredMean {
    let MeanCi { mean, se: se_iid, .. } = mean::ci(values, confidence);
    let se = standard_error(values, clusters);
    let half = se.map(|se| student::factor(confidence, real(clusters.count - 1)) * se);
    ClusteredMean {
        n: values.len(),
        clusters: clusters.count,
        mean,
        se_iid,
        se,
        design_effect: se
            .zip(se_iid)
            .and_then(|(se, iid)| quotient(se, iid))
            .map(|ratio| ratio * ratio),
        df: se.map(|_| clusters.count - 1),
        t_low: mean.zip(half).map(|(mean, half)| mean - half),
        t_high: mean.zip(half).map(|(mean, half)| mean + half),
        confidence,
        reason: match clusters.count {
            0 => Some(Reason::Empty),
            1 => Some(Reason::OneCluster),
            _ if se_iid == Some(0.0) => Some(Reason::NoVariance),
            _ => None,
        },
        notes: notes(values.len(), Some(clusters.count), se),
    }
}
