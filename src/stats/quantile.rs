//! Quantiles of times, with intervals from order statistics.

use serde::Serialize;

use super::binomial;
use super::reason::Reason;

/// The `q`-quantile of sorted values: linear interpolation at (n − 1)q, type 7 of Hyndman and Fan 1996, "Sample
/// quantiles in statistical packages" (numpy's default). None when there are no values.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list in memory"
)]
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = last as f64 * q.clamp(0.0, 1.0);
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let part = place - below as f64;
    Some(sorted[below] + part * (sorted[above] - sorted[below]))
}

/// Whether `n` values bound their `q`-quantile on both sides by order statistics at this confidence. The 95th
/// percentile needs 72 values at 95 %, the 99th 368.
#[must_use]
pub fn is_bounded(n: u64, q: f64, confidence: f64) -> bool {
    let tail = (1.0 - confidence) / 2.0;
    let n = i32::try_from(n).unwrap_or(i32::MAX);
    q.powi(n) <= tail && (1.0 - q).powi(n) <= tail
}

/// A quantile with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QuantileCi {
    /// Which quantile, 0 to 1.
    pub q: f64,
    /// Linear interpolation at (n − 1)q.
    pub estimate: Option<f64>,
    /// Lower end; none when there are not enough values to bound it.
    pub low: Option<f64>,
    /// Upper end; none when there are not enough values to bound it.
    pub high: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// The `q`-quantile of sorted values with an interval from order statistics: sorted index Bin(n, q).ppf(α/2) − 1 to
/// Bin(n, q).isf(α/2), from 0; an end outside the sample is none.
///
/// Checked against numpy and scipy 1.12 (`quantile_test`).
#[must_use]
pub fn ci(sorted: &[f64], q: f64, confidence: f64) -> QuantileCi {
    let (n, tail) = (sorted.len(), (1.0 - confidence) / 2.0);
    let low = binomial::quantile(tail, n, q)
        .checked_sub(1)
        .and_then(|at| sorted.get(at));
    let high = sorted.get(binomial::upper_quantile(tail, n, q));
    QuantileCi {
        q,
        estimate: quantile(sorted, q),
        low: low.copied(),
        high: high.copied(),
        reason: if n == 0 {
            Some(Reason::Empty)
        } else {
            (low.is_none() || high.is_none()).then_some(Reason::NotEnoughRequests)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolates_between_neighbours() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.95), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[1.0, 2.0], 1.0), Some(2.0));
    }

    #[test]
    fn bounds_need_many_values() {
        assert!(!is_bounded(71, 0.95, 0.95) && is_bounded(72, 0.95, 0.95));
        assert!(!is_bounded(367, 0.99, 0.95) && is_bounded(368, 0.99, 0.95));
        assert!(!is_bounded(0, 0.5, 0.95));
    }
}
