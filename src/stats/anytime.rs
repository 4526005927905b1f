//! Looking at a running comparison without fooling oneself: tests and intervals that hold at every time at once.
//!
//! Values lie in [0, 1], in the random order they were run in. Scores s in [lo, hi] become x = (s − lo)/(hi − lo); paired
//! differences of 0–1 scores become x = (d + 1)/2, with null mean ½. Not here: when to stop (`stopping`), planned looks (`looks`).

use serde::Serialize;

use super::float::{exp, ln, ln_1p, real};

/// Bets that depend on earlier values only: λ_t(a) = √(2 ln(1/a)/(t ln(1 + t) σ̂²_{t−1})) with μ̂_t = min(1, (½ + Σx)/(t + 1))
/// and σ̂²_t = (¼ + Σ(x_i − μ̂_i)²)/(t + 1) (Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables
/// by betting").
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bets {
    t: usize,
    sum: f64,
    squares: f64,
    variance: f64,
}

impl Bets {
    fn new() -> Self {
        Self {
            t: 0,
            sum: 0.0,
            squares: 0.0,
            variance: 0.25,
        }
    }

    /// The bet on the next value at unit ln(1/a): times √(ln(1/a)) it is λ(a). Then takes the value.
    fn next(&mut self, x: f64) -> f64 {
        self.t += 1;
        let t = real(self.t);
        let unit = (2.0 / (t * ln_1p(t) * self.variance)).sqrt();
        self.sum += x;
        let centre = ((0.5 + self.sum) / (t + 1.0)).min(1.0);
        self.squares += (x - centre) * (x - centre);
        self.variance = (0.25 + self.squares) / (t + 1.0);
        unit
    }
}

/// Which side of the null mean is tested for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The mean is above m: null mean ≤ m.
    Greater,
    /// The mean is below m: null mean ≥ m.
    Less,
}

/// A one-sided test that may be looked at after every value: under the null its chance of ever reaching 1/α is at most α.
///
/// e_t = Π(1 + min(λ_i(α), 1/(2m))(x_i − m)), or Π(1 − min(λ_i(α), 1/(2(1 − m)))(x_i − m)) for the side less. Checked against
/// the method of the confseq package (`betting_mart`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EProcess {
    m: f64,
    side: Side,
    level: f64,
    alpha: f64,
    bets: Bets,
    log_e: f64,
    most: f64,
    stopped_at: Option<usize>,
}

impl EProcess {
    /// A test of the null mean `m` at level `alpha`.
    #[must_use]
    pub fn new(m: f64, alpha: f64, side: Side) -> Self {
        Self {
            m,
            side,
            level: (-ln(alpha)).sqrt(),
            alpha,
            bets: Bets::new(),
            log_e: 0.0,
            most: 0.0,
            stopped_at: None,
        }
    }

    /// Takes the next value.
    pub fn push(&mut self, x: f64) {
        let bet = self.bets.next(x) * self.level;
        self.log_e += match self.side {
            Side::Greater => ln_1p(bet.min(1.0 / (2.0 * self.m)) * (x - self.m)),
            Side::Less => ln_1p(-bet.min(1.0 / (2.0 * (1.0 - self.m))) * (x - self.m)),
        };
        self.most = self.most.max(self.log_e);
        if self.stopped_at.is_none() && self.log_e >= -ln(self.alpha) {
            self.stopped_at = Some(self.bets.t);
        }
    }

    /// Logarithm of the evidence so far.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        self.log_e
    }

    /// Anytime p: 1/(largest e so far), at most 1.
    #[must_use]
    pub fn p(&self) -> f64 {
        exp(-self.most)
    }

    /// The first value at which e reached 1/α.
    #[must_use]
    pub fn stopped_at(&self) -> Option<usize> {
        self.stopped_at
    }
}

/// Steps of the grid of means that [`Betting`] keeps.
const GRID: usize = 1000;

/// An interval for the mean that covers it at all times at once: the default one.
///
/// K(m) = max(½Π(1 + min(λ(α/2), 1/(2m))(x − m)), ½Π(1 − min(λ(α/2), 1/(2(1 − m)))(x − m))); the means with K ≤ 1/α on a
/// grid of 1000 steps, widened by one step, running intersection. Checked against the method of the confseq package (`betting_cs`).
#[derive(Debug, Clone, PartialEq)]
pub struct Betting {
    level: f64,
    limit: f64,
    bets: Bets,
    // Logarithms of both products for every mean of the grid.
    above: Vec<f64>,
    below: Vec<f64>,
    low: f64,
    high: f64,
}

impl Betting {
    /// An interval of confidence 1 − `alpha`.
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self {
            level: (-ln(alpha / 2.0)).sqrt(),
            limit: ln(2.0 / alpha),
            bets: Bets::new(),
            above: vec![0.0; GRID + 1],
            below: vec![0.0; GRID + 1],
            low: 0.0,
            high: 1.0,
        }
    }

    /// Takes the next value.
    pub fn push(&mut self, x: f64) {
        let bet = self.bets.next(x) * self.level;
        let (mut first, mut last) = (None, None);
        for at in 0..=GRID {
            let m = real(at) / real(GRID);
            // A mean once ruled out stays out of the running intersection.
            if m < self.low || m > self.high {
                continue;
            }
            self.above[at] += ln_1p(bet.min(1.0 / (2.0 * m)) * (x - m));
            self.below[at] += ln_1p(-bet.min(1.0 / (2.0 * (1.0 - m))) * (x - m));
            if self.above[at].max(self.below[at]) <= self.limit {
                first.get_or_insert(m);
                last = Some(m);
            }
        }
        if let Some((first, last)) = first.zip(last) {
            let step = 1.0 / real(GRID);
            self.low = self.low.max(first - step);
            self.high = self.high.min(last + step);
        }
    }

    /// The interval so far.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

/// A cheap interval that covers the mean at all times at once, by empirical Bernstein bounds: for progress shown live.
///
/// At level a = α/2 with λ = min(½, λ_t(a)): Σλx/Σλ − (ln(1/a) + Σ(x_i − x̄_{i−1})²(−ln(1 − λ_i) − λ_i))/Σλ with x̄_0 = 0; the
/// upper end by symmetry; running extremes, clipped. Checked against the method of confseq (`predmix_empbern_twosided_cs`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmpiricalBernstein {
    log: f64,
    bets: Bets,
    weights: f64,
    weighted: f64,
    spread: [f64; 2],
    low: f64,
    high: f64,
}

impl EmpiricalBernstein {
    /// An interval of confidence 1 − `alpha`.
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self {
            log: -ln(alpha / 2.0),
            bets: Bets::new(),
            weights: 0.0,
            weighted: 0.0,
            spread: [0.0; 2],
            low: 0.0,
            high: 1.0,
        }
    }

    /// Takes the next value.
    pub fn push(&mut self, x: f64) {
        let (before, sum) = (real(self.bets.t), self.bets.sum);
        let bet = (self.bets.next(x) * self.log.sqrt()).min(0.5);
        let cost = -ln_1p(-bet) - bet;
        for (spread, off) in self.spread.iter_mut().zip([
            if before > 0.0 { x - sum / before } else { x },
            if before > 0.0 { x - sum / before } else { 1.0 - x },
        ]) {
            *spread += off * off * cost;
        }
        self.weights += bet;
        self.weighted += bet * x;
        let centre = self.weighted / self.weights;
        self.low = self.low.max(centre - (self.log + self.spread[0]) / self.weights);
        self.high = self.high.min(centre + (self.log + self.spread[1]) / self.weights);
    }

    /// The interval so far.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

/// The plain interval that holds at all times, by Hoeffding's bound: a baseline that knows nothing of the variance.
///
/// λ = min(1, √(8 ln(1/a)/(t ln(t + 1)))), Σλx/Σλ ∓ (ln(1/a) + Σλ²/8)/Σλ at a = α/2. Checked against the method of confseq
/// (`predmix_hoeffding_cs`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hoeffding {
    log: f64,
    t: usize,
    weights: f64,
    weighted: f64,
    squares: f64,
    low: f64,
    high: f64,
}

impl Hoeffding {
    /// An interval of confidence 1 − `alpha`.
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self {
            log: -ln(alpha / 2.0),
            t: 0,
            weights: 0.0,
            weighted: 0.0,
            squares: 0.0,
            low: 0.0,
            high: 1.0,
        }
    }

    /// Takes the next value.
    pub fn push(&mut self, x: f64) {
        self.t += 1;
        let t = real(self.t);
        let bet = (8.0 * self.log / (t * ln_1p(t))).sqrt().min(1.0);
        self.weights += bet;
        self.weighted += bet * x;
        self.squares += bet * bet;
        let centre = self.weighted / self.weights;
        let half = (self.log + self.squares / 8.0) / self.weights;
        self.low = self.low.max(centre - half);
        self.high = self.high.min(centre + half);
    }

    /// The interval so far.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

/// Values before which [`Asymptotic`] says nothing.
pub const ASYMPTOTIC_FROM: usize = 20;

/// An interval for means of unbounded values (times, grades), tuned to be narrow around an expected number of them. It holds for
/// many values only: label it asymptotic.
///
/// mean ± sd_t·√(2(tρ² + 1)/(t²ρ²)·ln(√(tρ² + 1)/α)) from t ≥ 20, sd_t dividing by t, ρ² = (−2 ln α + ln(1 − 2 ln α))/t*
/// (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory and asymptotic confidence sequences").
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asymptotic {
    alpha: f64,
    rho2: f64,
    t: usize,
    mean: f64,
    squares: f64,
}

impl Asymptotic {
    /// An interval of confidence 1 − `alpha`, narrowest around `expected` values.
    #[must_use]
    pub fn new(alpha: f64, expected: f64) -> Self {
        let log = -2.0 * ln(alpha);
        Self {
            alpha,
            rho2: (log + ln_1p(log)) / expected,
            t: 0,
            mean: 0.0,
            squares: 0.0,
        }
    }

    /// Takes the next value.
    pub fn push(&mut self, x: f64) {
        self.t += 1;
        let off = x - self.mean;
        self.mean += off / real(self.t);
        self.squares += off * (x - self.mean);
    }

    /// ρ², the tuning.
    #[must_use]
    pub fn rho2(&self) -> f64 {
        self.rho2
    }

    /// The interval at this time; none before 20 values. Unlike the others it may widen again.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        if self.t < ASYMPTOTIC_FROM {
            return None;
        }
        let t = real(self.t);
        let sd = (self.squares / t).sqrt();
        let grown = t * self.rho2 + 1.0;
        let half = sd * (2.0 * grown / (t * t * self.rho2) * ln(grown.sqrt() / self.alpha)).sqrt();
        Some((self.mean - half, self.mean + half))
    }
}
