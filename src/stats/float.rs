//! Elementary functions with the same bits on every machine.
//!
//! `f64::ln` and its kin ask the system's mathematical library, which differs in the last digit from platform to platform. The
//! functions here come from the `libm` crate, written in Rust, so that the same input and seed give the same bytes
//! everywhere. (Square roots are exact by the standard and need no stand-in.)

pub(super) use libm::{asin, erfc, exp, floor, lgamma as ln_gamma, log as ln, log1p as ln_1p, tanh};

/// A count as a double; exact below 2^53, far above any suite.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of answers stay far below 2^53")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// `x` to a whole power, by squaring.
#[must_use]
pub(super) fn power(x: f64, mut exponent: u64) -> f64 {
    let (mut base, mut result) = (x, 1.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    result
}

/// The value unless it is infinite or no number.
#[must_use]
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The quotient unless it does not exist.
#[must_use]
pub(super) fn quotient(numerator: f64, denominator: f64) -> Option<f64> {
    if denominator == 0.0 {
        return None;
    }
    finite(numerator / denominator)
}
