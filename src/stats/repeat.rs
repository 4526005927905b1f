//! Several samples of a case where one right answer is enough, or all must be right.

use serde::Serialize;

use super::float::real;
use super::reason::Reason;
use super::sum;

/// Chances with k of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PassAtK {
    /// Chance that at least one of k is right.
    pub pass_at_k: Option<f64>,
    /// Chance that all of k are right.
    pub pass_hat_k: Option<f64>,
    /// Why they are missing.
    pub reason: Option<Reason>,
}

/// pass@k = 1 − C(n − c, k)/C(n, k) (Chen and others 2021, "Evaluating large language models trained on code") and pass^k =
/// C(c, k)/C(n, k) (Yao and others 2024, τ-bench) of `n` samples, `c` of them right; null when k is larger than n. By
/// products, never factorials.
#[must_use]
pub fn pass_at_k(n: usize, c: usize, k: usize) -> PassAtK {
    if k > n {
        return PassAtK {
            pass_at_k: None,
            pass_hat_k: None,
            reason: Some(if n == 0 { Reason::Empty } else { Reason::TooFewSamples }),
        };
    }
    PassAtK {
        pass_at_k: Some(1.0 - all_from(n, n - c.min(n), k)),
        pass_hat_k: Some(all_from(n, c.min(n), k)),
        reason: None,
    }
}

/// C(part, k)/C(n, k): the chance that k drawn of n all belong to `part` of them.
fn all_from(n: usize, part: usize, k: usize) -> f64 {
    if k > part {
        return 0.0;
    }
    // The shorter of two equal products: over the k drawn, or over those outside the part.
    let outside = n - part;
    if k <= outside {
        (0..k).map(|at| real(part - at) / real(n - at)).product()
    } else {
        (0..outside).map(|at| real(n - k - at) / real(n - at)).product()
    }
}

/// Means over cases of both chances.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PassAtKSuite {
    /// Cases with at least k samples.
    pub cases_used: usize,
    /// Cases with fewer.
    pub cases_skipped: usize,
    /// Mean of pass@k.
    pub pass_at_k: Option<f64>,
    /// Its standard error over cases.
    pub pass_at_k_se: Option<f64>,
    /// Mean of pass^k.
    pub pass_hat_k: Option<f64>,
    /// Its standard error over cases.
    pub pass_hat_k_se: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// pass@k and pass^k of a suite: means over the cases (samples, right ones) that have k samples.
#[must_use]
pub fn suite(cases: &[(usize, usize)], k: usize) -> PassAtKSuite {
    let (mut any, mut every) = (Vec::new(), Vec::new());
    for (n, c) in cases {
        let found = pass_at_k(*n, *c, k);
        any.extend(found.pass_at_k);
        every.extend(found.pass_hat_k);
    }
    let error = |values: &[f64]| sum::variance(values, 1).map(|variance| (variance / real(values.len())).sqrt());
    PassAtKSuite {
        cases_used: any.len(),
        cases_skipped: cases.len() - any.len(),
        pass_at_k: sum::mean(&any),
        pass_at_k_se: error(&any),
        pass_hat_k: sum::mean(&every),
        pass_hat_k_se: error(&every),
        reason: match any.len() {
            0 if cases.is_empty() => Some(Reason::Empty),
            0 => Some(Reason::TooFewSamples),
            1 => Some(Reason::OneCase),
            _ => None,
        },
    }
}
