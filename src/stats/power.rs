//! How many cases show a difference, and what so many cases can show.

use serde::Serialize;

use super::float::real;
use super::normal;
use super::reason::Reason;
use super::student;

/// What is asked of a test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Demand {
    /// Level of the test.
    pub alpha: f64,
    /// Chance of finding a difference that is there.
    pub power: f64,
    /// Whether a difference either way counts.
    pub two_sided: bool,
}

impl Default for Demand {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            power: 0.8,
            two_sided: true,
        }
    }
}

impl Demand {
    /// Normal quantile of the level.
    fn z_level(self) -> f64 {
        normal::upper(if self.two_sided { self.alpha / 2.0 } else { self.alpha })
    }

    /// The sum of both quantiles: a difference this many standard errors wide is found with the power wanted.
    #[must_use]
    pub fn reach(self) -> f64 {
        self.z_level() + normal::upper(1.0 - self.power)
    }

    /// Power of a t test of `n` cases for a difference of `d` standard deviations.
    fn power_t(self, d: f64, n: f64) -> f64 {
        let df = n - 1.0;
        let critical = student::upper(if self.two_sided { self.alpha / 2.0 } else { self.alpha }, df);
        let shift = d * n.sqrt();
        let upper = student::shifted_sf(critical, df, shift);
        if self.two_sided {
            upper + student::shifted_sf(critical, df, -shift)
        } else {
            upper
        }
    }
}

/// Sizes and powers for the paired difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PowerPaired {
    /// Cases needed, by the normal distribution, rounded up.
    pub n_normal: Option<f64>,
    /// The same before rounding.
    pub n_normal_raw: Option<f64>,
    /// Cases needed by the t test.
    pub n_t: Option<f64>,
    /// Power of the cases at hand, by the normal distribution.
    pub power_normal: Option<f64>,
    /// Power of the cases at hand by the t test.
    pub power_t: Option<f64>,
    /// Smallest difference the cases at hand show, by the normal distribution.
    pub mde_normal: Option<f64>,
    /// The same by the t test.
    pub mde_t: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Power of a comparison on the same cases: `sd` is the standard deviation of the paired differences, `delta` the true
/// difference to find, `n` the cases at hand.
///
/// n = ((z_α + z_β)·sd/δ)², MDE = (z_α + z_β)·sd/√n, power = Φ(√n·δ/sd − z) + Φ(−√n·δ/sd − z), the second term two-sided
/// only; t versions by search on the noncentral distribution. Checked against statsmodels 0.15 (`TTestPower`).
#[must_use]
pub fn paired(sd: f64, delta: f64, n: usize, demand: Demand) -> PowerPaired {
    let reason = if sd <= 0.0 {
        Some(Reason::NoVariance)
    } else if delta == 0.0 {
        Some(Reason::NoEffect)
    } else {
        match n {
            0 => Some(Reason::Empty),
            1 => Some(Reason::OneCase),
            _ => None,
        }
    };
    let d = delta / sd;
    let raw = (sd > 0.0 && delta != 0.0).then(|| needed(sd * sd, delta, demand));
    let cases = real(n);
    let power_normal = (sd > 0.0 && n > 0).then(|| {
        let shift = cases.sqrt() * d;
        let z = demand.z_level();
        normal::sf(z - shift) + if demand.two_sided { normal::sf(z + shift) } else { 0.0 }
    });
    PowerPaired {
        n_normal: raw.map(f64::ceil),
        n_normal_raw: raw,
        n_t: raw.and_then(|raw| needed_t(d, raw, demand)),
        power_normal,
        power_t: (sd > 0.0 && n > 1).then(|| demand.power_t(d, cases)),
        mde_normal: (n > 0).then(|| demand.reach() * sd / cases.sqrt()),
        mde_t: (n > 1).then(|| sd * detectable_t(cases, demand)),
        reason,
    }
}

/// Cases needed, not rounded, when the differences have variance `variance`.
#[must_use]
pub fn needed(variance: f64, delta: f64, demand: Demand) -> f64 {
    let reach = demand.reach();
    reach * reach * variance / (delta * delta)
}

/// Smallest number of cases whose t test has the power; none when even 10^15 do not.
fn needed_t(d: f64, raw: f64, demand: Demand) -> Option<f64> {
    // The wrong side is never found by a one-sided test.
    if !demand.two_sided && d < 0.0 {
        return None;
    }
    let enough = |n: f64| demand.power_t(d, n) >= demand.power;
    let mut high = raw.ceil().max(2.0) + 2.0;
    let mut low = 1.0;
    while !enough(high) {
        low = high;
        high *= 2.0;
        if high > 1e15 {
            return None;
        }
    }
    // The t test needs a few more cases than the normal one; try close below before halving from afar.
    let near = (raw.floor() - 1.0).max(1.0);
    if near > low && near < high && near >= 2.0 && !enough(near) {
        low = near;
    }
    while high - low > 1.0 {
        let at = f64::midpoint(low, high).floor();
        if enough(at) {
            high = at;
        } else {
            low = at;
        }
    }
    Some(high)
}

/// Smallest difference in standard deviations that `n` cases find with the power.
fn detectable_t(n: f64, demand: Demand) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while demand.power_t(high, n) < demand.power && high < 1e9 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..60 {
        let at = f64::midpoint(low, high);
        if demand.power_t(at, n) < demand.power {
            low = at;
        } else {
            high = at;
        }
        if high - low <= 1e-12 * high {
            break;
        }
    }
    f64::midpoint(low, high)
}

/// A number of cases, as computed and rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Needed {
    /// As computed.
    pub n_raw: Option<f64>,
    /// Rounded up.
    pub n: Option<f64>,
    /// Why there is none.
    pub reason: Option<Reason>,
}

impl Needed {
    fn of(raw: f64) -> Self {
        match super::float::finite(raw) {
            Some(raw) => Self {
                n_raw: Some(raw),
                n: Some(raw.ceil()),
                reason: None,
            },
            None => Self::missing(Reason::NoEffect),
        }
    }

    fn missing(reason: Reason) -> Self {
        Self {
            n_raw: None,
            n: None,
            reason: Some(reason),
        }
    }
}

/// Pairs needed for McNemar's test, two-sided: n = (z√p + z_β√(p − d²))²/d² with `discordant` the chance p that a case is
/// discordant and `difference` d (Connor 1987, "Sample size for testing differences in proportions for the paired-sample
/// design"). A difference larger than the discordance cannot be.
#[must_use]
pub fn mcnemar(discordant: f64, difference: f64, demand: Demand) -> Needed {
    if difference == 0.0 {
        return Needed::missing(Reason::NoEffect);
    }
    if discordant < difference.abs() {
        return Needed::missing(Reason::NotIdentified);
    }
    let square = difference * difference;
    let root = normal::upper(demand.alpha / 2.0) * discordant.sqrt()
        + normal::upper(1.0 - demand.power) * (discordant - square).max(0.0).sqrt();
    Needed::of(root * root / square)
}

/// Smallest difference that `n` pairs show at this discordance; none when not even a difference as large as it.
#[must_use]
pub fn mcnemar_detectable(discordant: f64, n: usize, demand: Demand) -> Option<f64> {
    let enough = |difference: f64| {
        mcnemar(discordant, difference, demand)
            .n_raw
            .is_some_and(|raw| raw <= real(n))
    };
    if !enough(discordant) {
        return None;
    }
    let (mut low, mut high) = (0.0, discordant);
    for _ in 0..60 {
        let at = f64::midpoint(low, high);
        if enough(at) {
            high = at;
        } else {
            low = at;
        }
    }
    Some(high)
}

/// Cases needed to pass a margin: n = ((z_{1−α} + z_β)·sd/(δ + M))², one-sided; none when δ + M is not above 0.
#[must_use]
pub fn noninferiority(sd: f64, true_difference: f64, margin: f64, alpha: f64, power: f64) -> Needed {
    let room = true_difference + margin;
    if room <= 0.0 {
        return Needed::missing(Reason::NoEffect);
    }
    let demand = Demand {
        alpha,
        power,
        two_sided: false,
    };
    Needed::of(needed(sd * sd, room, demand))
}

/// Where the noise of a paired difference comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Noise {
    /// Variance over cases of the true difference.
    pub omega2: f64,
    /// Mean variance of the first model's samples within a case.
    pub sigma2_a: f64,
    /// Mean variance of the second model's samples within a case.
    pub sigma2_b: f64,
}

impl Noise {
    /// Variance of a case's difference with `k_a` and `k_b` samples.
    #[must_use]
    pub fn variance(self, k_a: usize, k_b: usize) -> f64 {
        self.omega2 + self.sigma2_a / real(k_a) + self.sigma2_b / real(k_b)
    }

    /// Smallest difference that `n` cases with k samples a model show.
    #[must_use]
    pub fn detectable(self, n: usize, k: usize, demand: Demand) -> Option<f64> {
        (n > 0 && k > 0).then(|| demand.reach() * (self.variance(k, k) / real(n)).sqrt())
    }
}

/// Cases needed with several samples of each: n = (z + z_β)²·(ω² + σ²_a/K_a + σ²_b/K_b)/δ² (Miller 2024, "Adding error bars to
/// evals", on power).
#[must_use]
pub fn epochs(noise: Noise, k_a: usize, k_b: usize, delta: f64, demand: Demand) -> Needed {
    if delta == 0.0 {
        return Needed::missing(Reason::NoEffect);
    }
    if k_a == 0 || k_b == 0 {
        return Needed::missing(Reason::Empty);
    }
    Needed::of(needed(noise.variance(k_a, k_b), delta, demand))
}
