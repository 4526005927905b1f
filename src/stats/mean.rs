//! Means with their uncertainty: of a list, and of values that pass by one at a time.

use serde::Serialize;

use super::float::real;
use super::proportion::{self, normal_quantile};
use super::reason::{Note, Reason, notes};
use super::{Interval, student, sum};

/// A mean over independent cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanCi {
    /// Cases.
    pub n: usize,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation, n − 1 in the denominator.
    pub sd: Option<f64>,
    /// Standard error of the mean.
    pub se: Option<f64>,
    /// Lower end of the normal interval.
    pub z_low: Option<f64>,
    /// Upper end of the normal interval.
    pub z_high: Option<f64>,
    /// Lower end of the t interval, n − 1 degrees of freedom: the one to show.
    pub t_low: Option<f64>,
    /// Upper end of the t interval.
    pub t_high: Option<f64>,
    /// Lower end of Wilson's interval, where every value is 0 or 1.
    pub wilson_low: Option<f64>,
    /// Upper end of Wilson's interval, where every value is 0 or 1.
    pub wilson_high: Option<f64>,
    /// Two-sided confidence of the intervals.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
    /// What to say beside it.
    pub notes: Vec<Note>,
}

/// Mean, standard error and intervals of independent cases.
///
/// SE = sd/√n; interval m ± q·SE (Miller 2024, "Adding error bars to evals"). One case has no standard error. Checked
/// against scipy 1.12.
#[must_use]
pub fn ci(values: &[f64], confidence: f64) -> MeanCi {
    let n = values.len();
    let mean = sum::mean(values);
    let sd = sum::variance(values, 1).map(f64::sqrt);
    let se = sd.map(|sd| sd / real(n).sqrt());
    let around = |factor: Option<f64>| match (mean, se, factor) {
        (Some(mean), Some(se), Some(factor)) => (Some(mean - factor * se), Some(mean + factor * se)),
        _ => (None, None),
    };
    let (z_low, z_high) = around(Some(normal_quantile(confidence)));
    let (t_low, t_high) = around((n > 1).then(|| student::factor(confidence, real(n - 1))));
    let wilson = values
        .iter()
        .all(|value| *value == 0.0 || *value == 1.0)
        .then(|| values.iter().filter(|value| **value == 1.0).count() as u64)
        .and_then(|passed| proportion::wilson(passed, n as u64, confidence));
    MeanCi {
        n,
        mean,
        sd,
        se,
        z_low,
        z_high,
        t_low,
        t_high,
        wilson_low: wilson.map(|interval| interval.low),
        wilson_high: wilson.map(|interval| interval.high),
        confidence,
        reason: match n {
            0 => Some(Reason::Empty),
            1 => Some(Reason::OneCase),
            _ => None,
        },
        notes: notes(n, None, se),
    }
}

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
        let half = student::factor(confidence.clamp(0.0, 1.0 - 1e-12), (self.n - 1) as f64) * error;
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
