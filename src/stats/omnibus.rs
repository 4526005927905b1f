//! Many models on the same cases: is there any difference at all?

use serde::Serialize;

use super::float::{quotient, real};
use super::gamma::chi_squared_sf;
use super::reason::Reason;
use super::sum::sum;
use super::wilcoxon::doubled_ranks;

/// Cochran's Q test of 0/1 scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CochranQ {
    /// The statistic; none when every case has the same score for all models.
    pub q: Option<f64>,
    /// Models − 1.
    pub df: Option<usize>,
    /// Its p.
    pub p: Option<f64>,
    /// Cases.
    pub n: usize,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Cochran's Q; rows are cases, columns models, all rows of one length (Cochran 1950, "The comparison of percentages in
/// matched samples"). Checked against statsmodels 0.15.
#[must_use]
pub fn cochran_q<L: AsRef<[f64]>>(rows: &[L]) -> CochranQ {
    let models = rows.first().map_or(0, |row| row.as_ref().len());
    let k = real(models);
    let totals: Vec<f64> = (0..models)
        .map(|at| sum(rows.iter().map(|row| row.as_ref()[at])))
        .collect();
    let by_case: Vec<f64> = rows.iter().map(|row| sum(row.as_ref().iter().copied())).collect();
    let all = sum(totals.iter().copied());
    let above = (k - 1.0) * (k * sum(totals.iter().map(|total| total * total)) - all * all);
    let below = k * all - sum(by_case.iter().map(|total| total * total));
    let q = quotient(above, below);
    let df = models.checked_sub(1).filter(|df| *df > 0);
    CochranQ {
        q,
        df,
        p: q.zip(df).map(|(q, df)| chi_squared_sf(q, df)),
        n: rows.len(),
        reason: match (rows.len(), q) {
            (0, _) => Some(Reason::Empty),
            (_, None) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}

/// Friedman's test of scores of any kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Friedman {
    /// The statistic, corrected for ties; none when every case ties all models.
    pub chi2: Option<f64>,
    /// Models − 1.
    pub df: Option<usize>,
    /// Its p.
    pub p: Option<f64>,
    /// Mean rank of each model; a higher score has a higher rank.
    pub mean_ranks: Vec<f64>,
    /// Kendall's W: 0 no agreement of the cases on the order, 1 full.
    pub kendalls_w: Option<f64>,
    /// Cases.
    pub n: usize,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Friedman's test; rows are cases, columns models, all rows of one length (Friedman 1937; Demšar 2006, "Statistical
/// comparisons of classifiers over multiple data sets"). Checked against scipy 1.12.
#[must_use]
pub fn friedman<L: AsRef<[f64]>>(rows: &[L]) -> Friedman {
    let models = rows.first().map_or(0, |row| row.as_ref().len());
    let (n, k) = (real(rows.len()), real(models));
    let mut doubled = vec![0usize; models];
    let mut ties = 0.0;
    for row in rows {
        let ranks = doubled_ranks(row.as_ref());
        for (total, rank) in doubled.iter_mut().zip(&ranks) {
            *total += rank;
        }
        let mut sorted = ranks;
        sorted.sort_unstable();
        for group in sorted.chunk_by(|a, b| a == b) {
            let alike = real(group.len());
            ties += alike * (alike * alike - 1.0);
        }
    }
    let squares = sum(doubled.iter().map(|total| real(*total) * real(*total))) / 4.0;
    let correction = 1.0 - ties / (n * k * (k * k - 1.0));
    let plain = 12.0 / (k * n * (k + 1.0)) * squares - 3.0 * n * (k + 1.0);
    let chi2 = if correction > 1e-12 && plain.is_finite() {
        Some((plain / correction).max(0.0))
    } else {
        None
    };
    let df = models.checked_sub(1).filter(|df| *df > 0);
    Friedman {
        chi2,
        df,
        p: chi2.zip(df).map(|(chi2, df)| chi_squared_sf(chi2, df)),
        mean_ranks: doubled.iter().map(|total| real(*total) / 2.0 / n).collect(),
        kendalls_w: chi2.and_then(|chi2| quotient(chi2, n * (k - 1.0))),
        n: rows.len(),
        reason: match (rows.len(), chi2) {
            (0, _) => Some(Reason::Empty),
            (_, None) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}
