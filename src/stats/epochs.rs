//! Several samples a case: the mean over cases, and where the noise is.

use serde::Serialize;

use super::float::{quotient, real};
use super::mean::{self, MeanCi};
use super::reason::{Note, Reason, notes};
use super::sum::{self, squares};

/// A mean over cases that were each answered several times.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpochMean {
    /// Cases with at least one sample.
    pub cases: usize,
    /// Samples of all of them.
    pub samples: usize,
    /// Mean over cases of the mean over samples.
    pub mean: Option<f64>,
    /// Its standard error: cases are the unit, never samples.
    pub se: Option<f64>,
    /// Lower end of the t interval over cases.
    pub t_low: Option<f64>,
    /// Upper end of the t interval over cases.
    pub t_high: Option<f64>,
    /// Variance of the case means.
    pub between_variance: Option<f64>,
    /// Mean variance of samples within a case; none when no case has two.
    pub within_variance: Option<f64>,
    /// Variance of the cases' true means: what more samples cannot reduce.
    pub case_variance: Option<f64>,
    /// Share of the variance that is between cases.
    pub icc: Option<f64>,
    /// Two-sided confidence of the interval.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
    /// What to say beside it.
    pub notes: Vec<Note>,
}

impl EpochMean {
    /// Standard error to expect with `k` samples of each case: √((case + within/k)/n); none without both variances.
    #[must_use]
    pub fn se_at(&self, k: usize) -> Option<f64> {
        let (case, within) = self.case_variance.zip(self.within_variance)?;
        if k == 0 {
            return None;
        }
        Some(((case + within / real(k)) / real(self.cases)).sqrt())
    }
}

/// Mean over cases with `cases[i]` the samples of case i; cases without samples are left out.
///
/// SE = sd(s̄)/√n over case means s̄; within = ΣΣ(s − s̄)²/Σ(K − 1); case variance = max(0, Var(s̄) − within/K_h) with the
/// harmonic mean K_h of the numbers of samples; ICC = case/(case + within). Miller 2024, "Adding error bars to evals".
/// Balanced cases checked against scipy 1.12 and statsmodels 0.15.
#[must_use]
pub fn epoch_mean<L: AsRef<[f64]>>(cases: &[L], confidence: f64) -> EpochMean {
    let cases: Vec<&[f64]> = cases
        .iter()
        .map(AsRef::as_ref)
        .filter(|samples| !samples.is_empty())
        .collect();
    let means: Vec<f64> = cases.iter().filter_map(|samples| sum::mean(samples)).collect();
    let n = cases.len();
    let MeanCi {
        mean,
        se,
        t_low,
        t_high,
        ..
    } = mean::ci(&means, confidence);
    let between = sum::variance(&means, 1);
    let spare: usize = cases.iter().map(|samples| samples.len() - 1).sum();
    let within = (spare > 0).then(|| {
        let all = cases.iter().zip(&means).map(|(samples, mean)| squares(samples, *mean));
        sum::sum(all) / real(spare)
    });
    let harmonic = real(n) / sum::sum(cases.iter().map(|samples| 1.0 / real(samples.len())));
    let case = between
        .zip(within)
        .map(|(between, within)| (between - within / harmonic).max(0.0));
    EpochMean {
        cases: n,
        samples: cases.iter().map(|samples| samples.len()).sum(),
        mean,
        se,
        t_low,
        t_high,
        between_variance: between,
        within_variance: within,
        case_variance: case,
        icc: case
            .zip(within)
            .and_then(|(case, within)| quotient(case, case + within)),
        confidence,
        reason: match (n, within) {
            (0, _) => Some(Reason::Empty),
            (1, _) => Some(Reason::OneCase),
            (_, None) => Some(Reason::TooFewSamples),
            (_, Some(0.0)) if between == Some(0.0) => Some(Reason::NoVariance),
            _ => None,
        },
        notes: notes(n, None, se),
    }
}
