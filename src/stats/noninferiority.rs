//! May the candidate replace the baseline: worse by more than a margin ruled out, established, or neither.

use serde::Serialize;

use super::clusters::Clusters;
use super::float::real;
use super::paired::{Differences, minus};
use super::reason::Reason;
use super::sum::rounding;
use super::tango::Discordant;
use super::{normal, student};

/// What the evidence says about a margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Worse by the margin is ruled out.
    Pass,
    /// Worse by more than the margin is established.
    Fail,
    /// Neither.
    Inconclusive,
}

/// One-sided bounds of a difference, and what they say about a margin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bounds {
    /// One-sided lower bound.
    pub lower: Option<f64>,
    /// One-sided upper bound.
    pub upper: Option<f64>,
    /// p of the hypothesis that the candidate is worse by the margin or more.
    pub p_noninferior: Option<f64>,
    /// What the bounds say about the margin. Inequalities are strict: equality is inconclusive.
    pub decision: Decision,
    /// The upper bound lies below 0.
    pub significant_regression: bool,
    /// The lower bound lies above 0.
    pub significant_improvement: bool,
    /// The margin.
    pub margin: f64,
    /// One-sided level.
    pub alpha: f64,
}

impl Bounds {
    fn of(bounds: Option<(f64, f64)>, p_noninferior: Option<f64>, margin: f64, alpha: f64) -> Self {
        Self {
            lower: bounds.map(|(lower, _)| lower),
            upper: bounds.map(|(_, upper)| upper),
            p_noninferior,
            decision: match bounds {
                Some((lower, _)) if lower > -margin => Decision::Pass,
                Some((_, upper)) if upper < -margin => Decision::Fail,
                _ => Decision::Inconclusive,
            },
            significant_regression: bounds.is_some_and(|(_, upper)| upper < 0.0),
            significant_improvement: bounds.is_some_and(|(lower, _)| lower > 0.0),
            margin,
            alpha,
        }
    }
}

/// Which distribution the bounds come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Student's t.
    #[default]
    T,
    /// The normal.
    Z,
}

/// Result for paired scores of any kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NonInferiority {
    /// Cases.
    pub n: usize,
    /// Clusters, when given.
    pub clusters: Option<usize>,
    /// Mean of candidate − baseline.
    pub diff: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Cases − 1, or clusters − 1.
    pub df: Option<usize>,
    /// What the bounds of the difference say about the margin.
    #[serde(flatten)]
    pub bounds: Bounds,
    /// p of the hypothesis that the candidate is not worse.
    pub p_regression: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Non-inferiority of the candidate on the same cases.
///
/// Bounds d̄ ∓ q·SE, one-sided at `alpha`. Pass: lower bound above −margin; fail: upper bound below; else inconclusive, and so
/// are one case or one cluster. Standard error 0: the difference itself decides. Walker and Nowacki 2011, "Understanding
/// equivalence and noninferiority testing"; checked against scipy 1.12.
///
/// # Panics
/// When the lists differ in length.
#[must_use]
pub fn test(
    baseline: &[f64],
    candidate: &[f64],
    clusters: Option<&Clusters>,
    margin: f64,
    alpha: f64,
    distribution: Distribution,
) -> NonInferiority {
    let d = minus(baseline, candidate);
    let found = Differences::of(&d, clusters, rounding(baseline).max(rounding(candidate)));
    let (diff, se) = (found.mean, found.se);
    let df = found.df.map(real);
    let factor = match distribution {
        Distribution::T => df.map(|df| student::upper(alpha, df)),
        Distribution::Z => Some(normal::upper(alpha)),
    };
    let half = se.zip(factor).map(|(se, factor)| se * factor);
    let bounds = diff.zip(half).map(|(diff, half)| (diff - half, diff + half));
    // P(T > off/se); none without a standard error.
    let tail = |off: f64| {
        let se = se.filter(|se| *se > 0.0)?;
        match distribution {
            Distribution::T => df.map(|df| student::sf(off / se, df)),
            Distribution::Z => Some(normal::sf(off / se)),
        }
    };
    NonInferiority {
        n: found.n,
        clusters: clusters.map(Clusters::count),
        diff,
        se,
        df: found.df,
        bounds: Bounds::of(bounds, diff.and_then(|diff| tail(diff + margin)), margin, alpha),
        p_regression: diff.and_then(|diff| tail(-diff)),
        reason: found.reason(clusters),
    }
}

/// Result for one right or wrong answer a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NonInferiorityBinary {
    /// Cases.
    pub n: usize,
    /// Share right of the candidate minus that of the baseline.
    pub difference: Option<f64>,
    /// What the bounds of the difference say about the margin.
    #[serde(flatten)]
    pub bounds: Bounds,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Non-inferiority of right and wrong answers by Tango's score bounds: `fixed` cases only the candidate gets right, `broken`
/// only the baseline, of `n`.
#[must_use]
pub fn binary(fixed: usize, broken: usize, n: usize, margin: f64, alpha: f64) -> NonInferiorityBinary {
    let pairs = Discordant {
        only_a: broken,
        only_b: fixed,
        n,
    };
    let p_noninferior = pairs.statistic(-margin).map(normal::sf);
    NonInferiorityBinary {
        n,
        difference: pairs.difference(),
        bounds: Bounds::of(pairs.bounds(normal::upper(alpha)), p_noninferior, margin, alpha),
        reason: (n == 0).then_some(Reason::Empty),
    }
}
