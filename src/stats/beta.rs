//! The incomplete beta function and its inverse: tails and quantiles of the binomial, beta and t distributions.

use super::float::{exp, ln};
use super::gamma::{binomial_term, guarded};

/// I_x(a, b) and 1 − I_x(a, b); `y` is 1 − x given with all its digits.
///
/// Continued fraction of Lentz's kind (Press and others, Numerical Recipes, 6.4) after a front factor without cancellation.
#[must_use]
pub(super) fn incomplete(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    // x^a y^b / B(a, b)
    let front = density_term(a, b, x, y);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (front * fraction(a, b, x) / a).clamp(0.0, 1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (front * fraction(b, a, y) / b).clamp(0.0, 1.0);
        (1.0 - upper, upper)
    }
}

/// x^a y^b / B(a, b), the density times xy.
fn density_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    a * (b / (a + b)) * binomial_term(a, a + b, x, y)
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let sum = a + b;
    let mut c = 1.0;
    let mut d = 1.0 / guarded(1.0 - sum * x / (a + 1.0));
    let mut h = d;
    for at in 1..200_000 {
        let m = f64::from(at);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guarded(1.0 + even * d);
        c = guarded(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (sum + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guarded(1.0 + odd * d);
        c = guarded(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}

/// The x with I_x(a, b) = `p`, and 1 − x, each with all its digits. For 0 < p < 1.
///
/// Newton's method on the logarithm of the smaller tail over the logit of x, kept inside a shrinking bracket.
#[must_use]
pub(super) fn quantile(a: f64, b: f64, p: f64) -> (f64, f64) {
    let split = |u: f64| (1.0 / (1.0 + exp(-u)), 1.0 / (1.0 + exp(u)));
    let (mut low, mut high) = (-740.0, 740.0);
    let mut u = ln(a / b);
    for _ in 0..200 {
        let (x, y) = split(u);
        let (lower, upper) = incomplete(a, b, x, y);
        // Positive when x is too large; measured on the tail that has digits.
        let (off, slope) = if p <= 0.5 {
            (
                ln(lower.max(1e-320)) - ln(p),
                density_term(a, b, x, y) / lower.max(1e-320),
            )
        } else {
            (
                ln(1.0 - p) - ln(upper.max(1e-320)),
                density_term(a, b, x, y) / upper.max(1e-320),
            )
        };
        if off == 0.0 {
            break;
        }
        if off > 0.0 {
            high = u;
        } else {
            low = u;
        }
        let mut next = u - off / slope;
        if !(next > low && next < high) {
            next = f64::midpoint(low, high);
        }
        let moved = (next - u).abs();
        u = next;
        if moved <= 4.0 * f64::EPSILON * u.abs().max(1.0) {
            break;
        }
    }
    split(u)
}
