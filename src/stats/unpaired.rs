//! Two models on different cases. Never for the same cases: pairing is lost here, and the report says so.

use serde::Serialize;

use super::binomial::Draw;
use super::float::{asin, quotient, real};
use super::proportion::wilson;
use super::reason::Reason;
use super::sum::{self, rounding};
use super::{normal, student};

/// Welch's comparison of two means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Welch {
    /// Mean of the second minus mean of the first.
    pub diff: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// diff / se.
    pub t: Option<f64>,
    /// Welch's degrees of freedom.
    pub df: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// Lower end of the t interval.
    pub low: Option<f64>,
    /// Upper end of the t interval.
    pub high: Option<f64>,
    /// Two-sided confidence of the interval.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Welch's t test (Welch 1947), for cases that are not shared. Checked against scipy 1.12 (`ttest_ind`, unequal variances)
/// and statsmodels 0.15.
#[must_use]
pub fn welch(a: &[f64], b: &[f64], confidence: f64) -> Welch {
    let diff = sum::mean(a).zip(sum::mean(b)).map(|(a, b)| b - a);
    let scale = rounding(a).max(rounding(b));
    let parts = sum::variance(a, 1)
        .zip(sum::variance(b, 1))
        .map(|(var_a, var_b)| (var_a / real(a.len()), var_b / real(b.len())));
    let se = parts
        .map(|(of_a, of_b)| (of_a + of_b).sqrt())
        .map(|se| if se <= scale { 0.0 } else { se });
    let df = parts.filter(|_| se != Some(0.0)).and_then(|(of_a, of_b)| {
        let spread = of_a * of_a / (real(a.len()) - 1.0) + of_b * of_b / (real(b.len()) - 1.0);
        quotient((of_a + of_b) * (of_a + of_b), spread)
    });
    let t = diff.zip(se).and_then(|(diff, se)| quotient(diff, se));
    let alike = se == Some(0.0) && diff.is_some_and(|diff| diff.abs() <= scale);
    let half = df.zip(se).map(|(df, se)| student::factor(confidence, df) * se);
    Welch {
        diff,
        se,
        t,
        df,
        p: if alike {
            Some(1.0)
        } else {
            t.zip(df).map(|(t, df)| student::two_sided(t, df))
        },
        low: diff.zip(half).map(|(diff, half)| diff - half),
        high: diff.zip(half).map(|(diff, half)| diff + half),
        confidence,
        reason: match (a.len().min(b.len()), se) {
            (0, _) => Some(Reason::Empty),
            (1, _) => Some(Reason::OneCase),
            (_, Some(0.0)) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}

/// Two shares of different cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TwoProportions {
    /// Second share minus first.
    pub difference: Option<f64>,
    /// Lower end of Newcombe's interval.
    pub newcombe_low: Option<f64>,
    /// Upper end of Newcombe's interval.
    pub newcombe_high: Option<f64>,
    /// Pooled z statistic; none when all or none passed.
    pub z: Option<f64>,
    /// Its two-sided p.
    pub p_z: Option<f64>,
    /// Fisher's exact two-sided p.
    pub fisher_p: Option<f64>,
    /// Cohen's h, 2 asin √p₂ − 2 asin √p₁.
    pub cohens_h: Option<f64>,
    /// Two-sided confidence of the interval.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Compares `x1` of `n1` with `x2` of `n2` (Newcombe 1998, "Interval estimation for the difference between independent
/// proportions", method 10). Checked against statsmodels 0.15 and scipy 1.12.
#[must_use]
pub fn two_proportions(x1: usize, n1: usize, x2: usize, n2: usize, confidence: f64) -> TwoProportions {
    let shares = quotient(real(x1), real(n1)).zip(quotient(real(x2), real(n2)));
    let ends = wilson(x1 as u64, n1 as u64, confidence).zip(wilson(x2 as u64, n2 as u64, confidence));
    let newcombe = shares.zip(ends).map(|((p1, p2), (first, second))| {
        let root = |one: f64, other: f64| (one * one + other * other).sqrt();
        let difference = p2 - p1;
        (
            difference - root(p2 - second.low, first.high - p1),
            difference + root(second.high - p2, p1 - first.low),
        )
    });
    let z = shares.and_then(|(p1, p2)| {
        let pooled = real(x1 + x2) / real(n1 + n2);
        let variance = pooled * (1.0 - pooled) * (1.0 / real(n1) + 1.0 / real(n2));
        quotient(p2 - p1, variance.sqrt())
    });
    let angle = |share: f64| 2.0 * asin(share.sqrt());
    let table = Draw {
        total: n1 + n2,
        white: x1 + x2,
        drawn: n1,
    };
    TwoProportions {
        difference: shares.map(|(p1, p2)| p2 - p1),
        newcombe_low: newcombe.map(|(low, _)| low),
        newcombe_high: newcombe.map(|(_, high)| high),
        z,
        p_z: z.map(normal::two_sided),
        fisher_p: shares.map(|_| table.two_sided(x1)),
        cohens_h: shares.map(|(p1, p2)| angle(p2) - angle(p1)),
        confidence,
        reason: match (shares, z) {
            (None, _) => Some(Reason::Empty),
            (_, None) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}
