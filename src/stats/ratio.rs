//! Ratios of means over the same cases, such as cost per correct answer.

use serde::Serialize;

use super::float::{finite, quotient, real};
use super::proportion::normal_quantile;
use super::reason::Reason;
use super::sum;

/// A ratio with two intervals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ratio {
    /// Cases.
    pub n: usize,
    /// Σ numerator / Σ denominator.
    pub ratio: Option<f64>,
    /// Standard error by the delta method.
    pub se: Option<f64>,
    /// Lower end of its normal interval.
    pub low: Option<f64>,
    /// Upper end of its normal interval.
    pub high: Option<f64>,
    /// Lower end of Fieller's interval: the one to show.
    pub fieller_low: Option<f64>,
    /// Upper end of Fieller's interval; none when the denominator is not clearly above zero.
    pub fieller_high: Option<f64>,
    /// Two-sided confidence of the intervals.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Σx/Σy over cases.
///
/// Delta: SE = √(Σ(x − Ry)²/(n(n − 1)))/ȳ. Fieller 1954: the R with (ȳ² − z²v_y)R² − 2(x̄ȳ − z²c_xy)R + (x̄² − z²v_x) ≤ 0,
/// with v and c the variances and covariance of the means; null when ȳ² ≤ z²v_y.
///
/// # Panics
/// When the lists differ in length.
#[must_use]
pub fn ratio(numerator: &[f64], denominator: &[f64], confidence: f64) -> Ratio {
    assert_eq!(numerator.len(), denominator.len(), "one denominator a numerator");
    let n = numerator.len();
    let z = normal_quantile(confidence);
    let means = sum::mean(numerator).zip(sum::mean(denominator));
    let ratio = means.and_then(|(x, y)| quotient(x, y));
    let spare = real(n) * (real(n) - 1.0);
    let se = ratio.zip(means).filter(|_| n > 1).and_then(|(ratio, (_, y))| {
        let pairs = numerator.iter().zip(denominator);
        let squares = sum::sum(pairs.map(|(x, y)| {
            let off = x - ratio * y;
            off * off
        }));
        finite((squares / spare).sqrt() / y.abs())
    });
    let fieller = ratio.zip(means).filter(|_| n > 1).and_then(|(_, (x, y))| {
        let v_x = sum::squares(numerator, x) / spare;
        let v_y = sum::squares(denominator, y) / spare;
        let pairs = numerator.iter().zip(denominator);
        let c = sum::sum(pairs.map(|(one, other)| (one - x) * (other - y))) / spare;
        let square = z * z;
        let a = y * y - square * v_y;
        if a <= 0.0 {
            return None;
        }
        let b = x * y - square * c;
        let root = (b * b - a * (x * x - square * v_x)).max(0.0).sqrt();
        Some(((b - root) / a, (b + root) / a))
    });
    Ratio {
        n,
        ratio,
        se,
        low: ratio.zip(se).map(|(ratio, se)| ratio - z * se),
        high: ratio.zip(se).map(|(ratio, se)| ratio + z * se),
        fieller_low: fieller.map(|(low, _)| low),
        fieller_high: fieller.map(|(_, high)| high),
        confidence,
        reason: match (n, ratio, fieller) {
            (0, ..) => Some(Reason::Empty),
            (_, None, _) => Some(Reason::NoPositives),
            (1, ..) => Some(Reason::OneCase),
            (_, _, None) => Some(Reason::DenominatorNearZero),
            _ => None,
        },
    }
}
