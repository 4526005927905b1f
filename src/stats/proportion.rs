//! Shares: how many of so many.

use serde::Serialize;

use super::float::real;
use super::reason::Reason;
use super::{Interval, beta, normal};

/// The quantile of the standard normal distribution that leaves half of `1 − confidence` above it.
#[must_use]
pub fn normal_quantile(confidence: f64) -> f64 {
    normal::upper((1.0 - confidence.clamp(0.0, 1.0 - 1e-15)) / 2.0)
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

/// A share with every interval there is for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProportionCi {
    /// Those that passed.
    pub successes: usize,
    /// Of how many.
    pub n: usize,
    /// The share.
    pub p: Option<f64>,
    /// √(p(1 − p)/n): 0 where all or none passed, which is why no interval is made from it.
    pub wald_se: Option<f64>,
    /// Lower end of Wilson's interval: the one to show.
    pub wilson_low: Option<f64>,
    /// Upper end of Wilson's interval.
    pub wilson_high: Option<f64>,
    /// Lower end of the interval of Clopper and Pearson.
    pub exact_low: Option<f64>,
    /// Upper end of the interval of Clopper and Pearson.
    pub exact_high: Option<f64>,
    /// Lower end of Jeffreys' interval.
    pub jeffreys_low: Option<f64>,
    /// Upper end of Jeffreys' interval.
    pub jeffreys_high: Option<f64>,
    /// Two-sided confidence of the intervals.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Intervals for a share of `successes` in `n`; at most `n` succeed.
///
/// Wilson, Clopper–Pearson (lower end 0 at none, upper end 1 at all) and Jeffreys: Brown, Cai and `DasGupta` 2001, "Interval
/// estimation for a binomial proportion". Checked against statsmodels 0.15 and scipy 1.12.
#[must_use]
pub fn ci(successes: usize, n: usize, confidence: f64) -> ProportionCi {
    let successes = successes.min(n);
    let wilson = wilson(successes as u64, n as u64, confidence);
    let exact = exact(successes, n, confidence);
    let tail = (1.0 - confidence) / 2.0;
    let jeffreys = (n > 0).then(|| {
        let (a, b) = (real(successes) + 0.5, real(n - successes) + 0.5);
        // The upper end from the mirrored distribution, so that both tails keep their digits.
        (beta::quantile(a, b, tail).0, beta::quantile(b, a, tail).1)
    });
    let p = (n > 0).then(|| real(successes) / real(n));
    ProportionCi {
        successes,
        n,
        p,
        wald_se: p.map(|p| (p * (1.0 - p) / real(n)).sqrt()),
        wilson_low: wilson.map(|interval| interval.low),
        wilson_high: wilson.map(|interval| interval.high),
        exact_low: exact.map(|interval| interval.low),
        exact_high: exact.map(|interval| interval.high),
        jeffreys_low: jeffreys.map(|(low, _)| low),
        jeffreys_high: jeffreys.map(|(_, high)| high),
        confidence,
        reason: (n == 0).then_some(Reason::Empty),
    }
}

/// The interval of Clopper and Pearson 1934; none when there is nothing.
#[must_use]
pub fn exact(successes: usize, n: usize, confidence: f64) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    let (k, rest) = (real(successes), real(n - successes));
    Some(Interval {
        low: if successes == 0 {
            0.0
        } else {
            beta::quantile(k, rest + 1.0, tail).0
        },
        high: if successes == n {
            1.0
        } else {
            beta::quantile(rest, k + 1.0, tail).1
        },
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
