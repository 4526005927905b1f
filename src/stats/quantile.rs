//! Quantiles of times.

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
