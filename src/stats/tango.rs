//! Tango's score test and interval for the difference of two paired shares (Tango 1998, "Equivalence test and confidence
//! interval for the difference in proportions for the paired-sample design").

use super::float::real;

/// Pairs of 0/1 scores: how many, and how many disagree in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discordant {
    /// Pairs where only the first is right.
    pub only_a: usize,
    /// Pairs where only the second is right.
    pub only_b: usize,
    /// All pairs.
    pub n: usize,
}

impl Discordant {
    /// (`only_b` − `only_a`)/n; none without pairs.
    #[must_use]
    pub fn difference(self) -> Option<f64> {
        (self.n > 0).then(|| (real(self.only_b) - real(self.only_a)) / real(self.n))
    }

    /// Score statistic of the hypothesis that the true difference is `delta`, as numerator and denominator:
    /// T(δ) = (only_b − only_a − nδ)/√(n(2q + δ(1 − δ))).
    fn parts(self, delta: f64) -> (f64, f64) {
        let (n, a, b) = (real(self.n), real(self.only_a), real(self.only_b));
        let linear = -b - a + (2.0 * n - b + a) * delta;
        let constant = -a * delta * (1.0 - delta);
        let root = (linear * linear - 8.0 * n * constant).max(0.0).sqrt();
        // The same root without cancellation where the linear term is positive.
        let q = if linear > 0.0 {
            -2.0 * constant / (root + linear)
        } else {
            (root - linear) / (4.0 * n)
        };
        let variance = (n * (2.0 * q + delta * (1.0 - delta))).max(0.0);
        (b - a - n * delta, variance.sqrt())
    }

    /// The score statistic; none where it is 0/0. Infinite where no such pairs can be under the hypothesis.
    #[must_use]
    pub fn statistic(self, delta: f64) -> Option<f64> {
        let (off, spread) = self.parts(delta);
        if self.n == 0 || (off == 0.0 && spread == 0.0) {
            return None;
        }
        Some(off / spread)
    }

    /// Lower and upper bound: the δ with T(δ) = `z` and with T(δ) = −`z`; none without pairs.
    #[must_use]
    pub fn bounds(self, z: f64) -> Option<(f64, f64)> {
        let centre = self.difference()?;
        // T falls in δ from +∞ at −1 to −∞ at 1.
        let above = |delta: f64| {
            let (off, spread) = self.parts(delta);
            off - z * spread
        };
        let below = |delta: f64| {
            let (off, spread) = self.parts(delta);
            off + z * spread
        };
        let low = if self.only_a == self.n {
            -1.0
        } else {
            root(above, -1.0, centre)
        };
        let high = if self.only_b == self.n {
            1.0
        } else {
            root(below, centre, 1.0)
        };
        Some((low, high))
    }
}

/// Where `f`, positive at the left end and negative at the right, crosses zero; by halving, to the last bit.
fn root(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..200 {
        let at = f64::midpoint(low, high);
        if at <= low || at >= high {
            break;
        }
        if f(at) > 0.0 {
            low = at;
        } else {
            high = at;
        }
    }
    f64::midpoint(low, high)
}
