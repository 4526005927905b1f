//! Shares: how many of so many.

use statrs::distribution::{ContinuousCDF as _, Normal};

use super::Interval;

/// The quantile of the standard normal distribution that leaves half of `1 − confidence` above it.
#[must_use]
pub fn normal_quantile(confidence: f64) -> f64 {
    let standard = Normal::new(0.0, 1.0).expect("a standard deviation of 1 is allowed");
    standard.inverse_cdf(f64::midpoint(1.0, confidence.clamp(0.0, 1.0 - 1e-15)))
}

/// Wilson's interval for a share of `passed` in `n`, at a confidence such as 0.95; none when there is nothing.
///
/// Centre (p + z²/2n)/(1 + z²/n), half-width z/(1 + z²/n)·√(p(1 − p)/n + z²/4n²), clipped to [0, 1] (Wilson 1927,
/// "Probable inference, the law of succession, and statistical inference"). Checked against statsmodels 0.15.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of answers stay far below 2^52")]
pub fn wilson(passed: u64, n: u64, confidence: f64) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let (passed, n) = (passed.min(n) as f64, n as f64);
    let z = normal_quantile(confidence);
    let share = passed / n;
    let shrink = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / shrink;
    let half = z / shrink * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    // The ends are exact where nothing or everything passed, whatever the rounding says.
    Some(Interval {
        low: if passed == 0.0 { 0.0 } else { (centre - half).max(0.0) },
        high: if passed == n { 1.0 } else { (centre + half).min(1.0) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(wilson(0, 0, 0.95), None);
    }

    #[test]
    fn all_and_none_reach_the_ends_only_there() {
        let none = wilson(0, 20, 0.95).unwrap();
        assert!(none.low == 0.0 && (none.high - 0.161_125).abs() < 1e-6);
        let all = wilson(20, 20, 0.95).unwrap();
        assert!(all.high == 1.0 && (all.low - 0.838_875).abs() < 1e-6);
    }

    proptest::proptest! {
        #[test]
        fn the_share_lies_inside(n in 1u64..5000, part in 0.0f64..=1.0, confidence in 0.5f64..0.999) {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let passed = (part * n as f64) as u64;
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let share = passed as f64 / n as f64;
            let inner = wilson(passed, n, confidence).unwrap();
            proptest::prop_assert!(inner.low <= share && share <= inner.high);
            let outer = wilson(passed, n, 0.9999).unwrap();
            proptest::prop_assert!(outer.low <= inner.low && inner.high <= outer.high);
        }
    }
}
