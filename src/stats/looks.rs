//! A planned number of looks at a running comparison (group sequential tests).
//!
//! For those who fix the looks in advance: tighter at the end than the tests of `anytime`, which allow any number.

use serde::Serialize;

use super::float::real;
use super::normal;

/// Shape of the boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// Hard to cross early: z_k = c·√(K/k).
    #[default]
    ObrienFleming,
    /// The same at every look.
    Pocock,
}

/// Boundaries of the looks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Looks {
    /// |z| that stops at each look.
    pub z: Vec<f64>,
    /// Two-sided p of each.
    pub nominal_p: Vec<f64>,
    /// The constant c.
    pub constant: f64,
    /// Two-sided level over all looks.
    pub alpha: f64,
}

/// Boundaries of `looks` equally spaced looks whose chance of a false alarm over all of them is `alpha`, two-sided (O'Brien
/// and Fleming 1979; Pocock 1977; Jennison and Turnbull 2000, "Group sequential methods").
///
/// By integrating the density of the sum between the boundaries from look to look (Simpson's rule). Good to 1e-5.
#[must_use]
pub fn boundaries(looks: usize, alpha: f64, kind: Boundary) -> Looks {
    let at = |constant: f64, look: usize| match kind {
        Boundary::ObrienFleming => constant * (real(looks) / real(look)).sqrt(),
        Boundary::Pocock => constant,
    };
    // One look alone needs least, K independent ones would need Bonferroni's.
    let mut low = normal::upper(alpha / 2.0);
    let mut high = normal::upper(alpha / (2.0 * real(looks)));
    for _ in 0..60 {
        if high - low < 1e-9 {
            break;
        }
        let constant = f64::midpoint(low, high);
        let limits: Vec<f64> = (1..=looks).map(|look| at(constant, look) * real(look).sqrt()).collect();
        if crossing(&limits) > alpha {
            low = constant;
        } else {
            high = constant;
        }
    }
    let constant = f64::midpoint(low, high);
    let z: Vec<f64> = (1..=looks).map(|look| at(constant, look)).collect();
    Looks {
        nominal_p: z.iter().map(|z| normal::two_sided(*z)).collect(),
        z,
        constant,
        alpha,
    }
}

/// Chance that a sum of standard normal steps ever leaves ±`limits`.
fn crossing(limits: &[f64]) -> f64 {
    let mut crossed = 0.0;
    // Places and weights × density of the sum after the last look, among paths still inside.
    let mut inside: Vec<(f64, f64)> = vec![(0.0, 1.0)];
    for limit in limits {
        crossed += inside
            .iter()
            .map(|(at, mass)| mass * (normal::sf(limit - at) + normal::sf(limit + at)))
            .sum::<f64>();
        let steps = steps(*limit);
        let width = 2.0 * limit / f64::from(steps);
        inside = (0..=steps)
            .map(|step| {
                let place = -limit + width * f64::from(step);
                let density: f64 = inside.iter().map(|(at, mass)| mass * normal::density(place - at)).sum();
                let simpson = match step {
                    0 => 1.0,
                    step if step == steps => 1.0,
                    step if step % 2 == 1 => 4.0,
                    _ => 2.0,
                };
                (place, density * simpson * width / 3.0)
            })
            .collect();
    }
    crossed
}

/// An even number of steps, each at most a tenth of a standard deviation of one step of the sum.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "limits are a few dozen at most"
)]
fn steps(limit: f64) -> u32 {
    2 * (10.0 * limit).ceil().clamp(20.0, 2000.0) as u32
}
