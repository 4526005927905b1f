//! Sums that lose no digits, and the mean and spread of a list.

use super::float::real;

/// Compensated sum (Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen"): the error of
/// adding n numbers does not grow with n.
#[must_use]
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0f64, 0.0f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    total + lost
}

/// Mean of a list; none of an empty one. A list of equal values has exactly that value as its mean.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    if values.iter().all(|value| *value == first) {
        return Some(first);
    }
    Some(sum(values.iter().copied()) / real(values.len()))
}

/// Sum of squared distances from `centre`, corrected for what rounding left of their mean (two-pass algorithm of Chan,
/// Golub and `LeVeque` 1983, "Algorithms for computing the sample variance").
#[must_use]
pub(super) fn squares(values: &[f64], centre: f64) -> f64 {
    let off = sum(values.iter().map(|value| value - centre));
    let squared = sum(values.iter().map(|value| (value - centre) * (value - centre)));
    if values.is_empty() {
        return 0.0;
    }
    (squared - off * off / real(values.len())).max(0.0)
}

/// Variance with n − `less` in the denominator; none when that is not positive.
#[must_use]
pub(super) fn variance(values: &[f64], less: usize) -> Option<f64> {
    let centre = mean(values)?;
    let below = values.len().checked_sub(less).filter(|below| *below > 0)?;
    Some(squares(values, centre) / real(below))
}

/// The spread below which differences are what rounding left of equal numbers of this size.
#[must_use]
pub(super) fn rounding(values: &[f64]) -> f64 {
    values.iter().fold(0.0f64, |most, value| most.max(value.abs())) * 8.0 * f64::EPSILON
}

/// Median of a sorted list.
#[must_use]
pub(super) fn middle(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    let upper = *sorted.get(n / 2)?;
    Some(if n % 2 == 1 {
        upper
    } else {
        f64::midpoint(sorted[n / 2 - 1], upper)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_survive_large_ones() {
        assert_eq!(sum([1e16, 1.0, -1e16]), 1.0);
        assert_eq!(
            variance(&[4.0, 7.0, 13.0, 16.0].map(|value| value + 1e9), 1),
            Some(30.0)
        );
    }

    #[test]
    fn equal_values_have_no_spread_at_all() {
        assert_eq!(mean(&[0.1; 3]), Some(0.1));
        assert_eq!(variance(&[0.1; 3], 1), Some(0.0));
        assert_eq!(variance(&[0.1], 1), None);
        assert_eq!((mean(&[]), middle(&[])), (None, None));
    }
}
