//! Student's t distribution, and the noncentral one for power.

use super::beta;
use super::float::{exp, ln, ln_1p, ln_gamma};
use super::normal;

/// Share of t² in t² + df, and the rest.
fn shares(t: f64, df: f64) -> (f64, f64) {
    let ratio = t * (t / df);
    if ratio.is_infinite() {
        return (1.0, df / t / t);
    }
    (ratio / (1.0 + ratio), 1.0 / (1.0 + ratio))
}

/// Two-sided p: P(|T| ≥ |t|) with `df` degrees of freedom, which need not be whole.
#[must_use]
pub fn two_sided(t: f64, df: f64) -> f64 {
    let (of_t, rest) = shares(t, df);
    beta::incomplete(df / 2.0, 0.5, rest, of_t).0
}

/// P(T > t), with all its digits far out in the tail.
#[must_use]
pub fn sf(t: f64, df: f64) -> f64 {
    let half = 0.5 * two_sided(t, df);
    if t >= 0.0 { half } else { 1.0 - half }
}

/// P(T ≤ t).
#[must_use]
pub fn cdf(t: f64, df: f64) -> f64 {
    sf(-t, df)
}

fn density(t: f64, df: f64) -> f64 {
    let front = ln_gamma(f64::midpoint(df, 1.0)) - ln_gamma(df / 2.0);
    exp(front - f64::midpoint(df, 1.0) * ln_1p(t * (t / df))) / (df * std::f64::consts::PI).sqrt()
}

/// The t with P(T > t) = `tail`, for 0 < tail < 1.
///
/// Newton's method on the logarithm of the tail over the logarithm of t, where the tail is concave, so that it cannot
/// overshoot twice.
#[must_use]
pub fn upper(tail: f64, df: f64) -> f64 {
    if tail == 0.5 {
        return 0.0;
    }
    if tail > 0.5 {
        return -upper(1.0 - tail, df);
    }
    let mut t = normal::upper(tail).max(1e-8);
    for _ in 0..200 {
        let above = sf(t, df);
        let slope = t * density(t, df) / above;
        let step = ((ln(above) - ln(tail)) / slope).clamp(-4.0, 4.0);
        let next = t * exp(step);
        if !next.is_finite() || next <= 0.0 {
            break;
        }
        t = next;
        if step.abs() < 1e-15 {
            break;
        }
    }
    t
}

/// The factor of a two-sided interval: half of 1 − `confidence` lies above it.
#[must_use]
pub fn factor(confidence: f64, df: f64) -> f64 {
    upper((1.0 - confidence) / 2.0, df)
}

/// P(T > t) for the noncentral t distribution with noncentrality `shift`: the normal tail averaged over the spread of the
/// estimated standard deviation (Simpson's rule where its density is not negligible). Good to about 1e-10.
#[must_use]
pub fn shifted_sf(t: f64, df: f64, shift: f64) -> f64 {
    const STEPS: u32 = 2000;
    // s = √(χ²/df) has density ∝ s^(df − 1) e^(−df s²/2), with mode √((df − 1)/df).
    let mode = ((df - 1.0).max(0.0) / df).sqrt();
    let width = 9.0 / (2.0 * df).sqrt() + if df < 10.0 { 4.0 / df.sqrt() } else { 0.0 };
    let (low, high) = ((mode - width).max(0.0), mode + width);
    let front = (df / 2.0) * ln(df / 2.0) - ln_gamma(df / 2.0) + std::f64::consts::LN_2;
    let step = (high - low) / f64::from(STEPS);
    let weight = |s: f64| {
        if s <= 0.0 {
            return if df == 1.0 { exp(front) } else { 0.0 };
        }
        exp(front + (df - 1.0) * ln(s) - df * s * s / 2.0)
    };
    let (mut total, mut mass) = (0.0, 0.0);
    for at in 0..=STEPS {
        let s = low + step * f64::from(at);
        let simpson = match at {
            0 | STEPS => 1.0,
            _ if at % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let weight = simpson * weight(s);
        mass += weight;
        total += weight * normal::sf(t * s - shift);
    }
    // The mass is 1 but for what the rule leaves; dividing takes that out.
    total / mass
}
