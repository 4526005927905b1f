//! Means, one value at a time.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::Interval;

/// Count, mean and spread of values that are not kept (Welford 1962, "Note on a method for calculating corrected sums
/// of squares and products").
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes a value; one that is not finite is left out.
    #[expect(clippy::cast_precision_loss, reason = "counts of answers stay far below 2^52")]
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.n += 1;
        let off = value - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (value - self.mean);
    }

    /// How many values there were.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their mean.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// Standard deviation with n − 1 in the denominator.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of answers stay far below 2^52")]
    pub fn deviation(&self) -> Option<f64> {
        (self.n > 1).then(|| (self.squares.max(0.0) / (self.n - 1) as f64).sqrt())
    }

    /// Standard error of the mean.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of answers stay far below 2^52")]
    pub fn error(&self) -> Option<f64> {
        self.deviation().map(|deviation| deviation / (self.n as f64).sqrt())
    }

    /// Interval of the mean by Student's t with n − 1 degrees of freedom; none for fewer than two values. Of width 0
    /// when all values are equal, which says nothing about the next one: show a Wilson interval then.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of answers stay far below 2^52")]
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let error = self.error()?;
        let student = StudentsT::new(0.0, 1.0, (self.n - 1) as f64).ok()?;
        let half = student.inverse_cdf(f64::midpoint(1.0, confidence.clamp(0.0, 1.0 - 1e-12))) * error;
        Some(Interval {
            low: self.mean - half,
            high: self.mean + half,
        })
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Self::default();
        for value in values {
            moments.push(value);
        }
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_none() {
        let none = Moments::default();
        assert_eq!((none.mean(), none.deviation(), none.interval(0.95)), (None, None, None));
        let one: Moments = [0.5].into_iter().collect();
        assert_eq!((one.mean(), one.error(), one.interval(0.95)), (Some(0.5), None, None));
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let values: Moments = [4.0, 7.0, 13.0, 16.0].map(|value| value + 1e9).into_iter().collect();
        assert!((values.deviation().unwrap() - 30f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn equal_values_have_width_zero() {
        let same: Moments = [1.0; 5].into_iter().collect();
        assert_eq!(same.interval(0.95), Some(Interval { low: 1.0, high: 1.0 }));
    }
}
