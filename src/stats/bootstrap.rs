//! Resampling whole cases (or whole clusters) for the uncertainty of any metric.
//!
//! Not here: what is resampled. A comparison of two models draws case numbers once and applies them to both: take the mean of
//! the differences with [`mean`], or any function of the drawn cases with [`by_index`].

use serde::Serialize;

use super::chance::Chance;
use super::clusters::Clusters;
use super::float::{power, quotient, real};
use super::multinomial::Kinds;
use super::quantile::quantile;
use super::reason::Reason;
use super::sum::{self, rounding};
use super::{Interval, normal};

/// The mean, for [`intervals`] over replicates made elsewhere.
#[must_use]
pub fn statistic_mean(values: &[f64]) -> Option<f64> {
    sum::mean(values)
}

/// The median, for [`intervals`] over replicates made elsewhere; puts the values into another order.
#[must_use]
pub fn statistic_median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    sum::middle(values)
}

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Two-sided confidence.
    pub confidence: f64,
    /// How many resamples; 10,000 unless set.
    pub resamples: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            confidence: 0.95,
            resamples: 10_000,
            seed: 1,
        }
    }
}

/// Intervals from resamples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bootstrap {
    /// The statistic of the sample itself.
    pub theta: Option<f64>,
    /// Standard deviation of the resampled statistics.
    pub se_boot: Option<f64>,
    /// Percentile interval.
    pub percentile: Option<Interval>,
    /// Basic interval: twice the estimate minus the percentiles.
    pub basic: Option<Interval>,
    /// Bias-corrected and accelerated interval.
    pub bca: Option<Interval>,
    /// Bias correction of the last.
    pub bca_z0: Option<f64>,
    /// Acceleration of the last.
    pub bca_a: Option<f64>,
    /// Resamples whose statistic exists.
    pub resamples: usize,
    /// Resamples whose statistic does not exist, left out.
    pub undefined: usize,
    /// Seed of the draws; none when the resamples were given.
    pub seed: Option<u64>,
    /// Two-sided confidence of the intervals.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Intervals from the statistic of the sample, of each resample, and of the sample without each unit.
///
/// Percentiles by linear interpolation. BCa (Efron 1987, "Better bootstrap confidence intervals"): z0 from the share of
/// replicates below the estimate plus half the share equal to it; a from the leave-one-out values `left_out`, which may be
/// empty when BCa is not wanted. Without variance BCa is null and the percentile interval has width 0. Checked against
/// scipy 1.12.
#[must_use]
pub fn intervals(theta: Option<f64>, mut replicates: Vec<f64>, left_out: &[f64], confidence: f64) -> Bootstrap {
    let drawn = replicates.len();
    replicates.retain(|value| value.is_finite());
    replicates.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - confidence) / 2.0;
    let between = |low: f64, high: f64| {
        Some(Interval {
            low: quantile(&replicates, low)?,
            high: quantile(&replicates, high)?,
        })
    };
    let percentile = theta.and_then(|_| between(tail, 1.0 - tail));
    let slack = rounding(&replicates);
    let z0 = theta.filter(|_| !replicates.is_empty()).map(|theta| {
        let below = replicates.partition_point(|value| *value < theta - slack);
        let not_above = replicates.partition_point(|value| *value <= theta + slack);
        normal::quantile((real(below) + 0.5 * real(not_above - below)) / real(replicates.len()))
    });
    let z0 = z0.filter(|z0| z0.is_finite());
    let a = acceleration(left_out);
    let level = |z0: f64, a: f64, z: f64| {
        let moved = z0 + z;
        normal::cdf(z0 + moved / (1.0 - a * moved))
    };
    let z = normal::upper(tail);
    let bca = z0.zip(a).and_then(|(z0, a)| between(level(z0, a, -z), level(z0, a, z)));
    Bootstrap {
        theta,
        se_boot: sum::variance(&replicates, 1).map(f64::sqrt),
        percentile,
        basic: theta.zip(percentile).map(|(theta, percentile)| Interval {
            low: 2.0 * theta - percentile.high,
            high: 2.0 * theta - percentile.low,
        }),
        bca,
        bca_z0: z0,
        bca_a: a,
        resamples: replicates.len(),
        undefined: drawn - replicates.len(),
        seed: None,
        confidence,
        reason: match (theta, bca) {
            (None, _) => Some(Reason::Empty),
            (Some(_), None) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}

/// Σ(θ· − θᵢ)³/(6 (Σ(θ· − θᵢ)²)^1.5) of leave-one-out values; none without variance.
fn acceleration(left_out: &[f64]) -> Option<f64> {
    let centre = sum::mean(left_out)?;
    let slack = rounding(left_out);
    let off: Vec<f64> = left_out.iter().map(|value| centre - value).collect();
    if left_out.len() < 2 || off.iter().all(|off| off.abs() <= slack) {
        return None;
    }
    let squares = sum::sum(off.iter().map(|off| off * off));
    let cubes = sum::sum(off.iter().map(|off| power(*off, 3)));
    quotient(cubes, 6.0 * squares * squares.sqrt())
}

/// Resamples of one block, which one stream of draws serves.
const BLOCK: usize = 256;

/// The statistic of each of `count` resamples; the same whatever the number of threads, since every block of resamples has
/// draws of its own. `draw` fills one block.
fn replicate<S>(
    count: usize,
    work: usize,
    seed: u64,
    state: impl Fn() -> S + Sync,
    draw: impl Fn(&mut S, &mut Chance) -> f64 + Sync,
) -> Vec<f64>
where
    S: Send,
{
    let mut replicates = vec![f64::NAN; count];
    let threads = if count.saturating_mul(work) < 2_000_000 {
        1
    } else {
        std::thread::available_parallelism().map_or(1, usize::from).min(16)
    };
    let fill = |state: &mut S, block: usize, slots: &mut [f64]| {
        let mut chance = Chance::new(seed, block as u64);
        for slot in slots {
            *slot = draw(state, &mut chance);
        }
    };
    if threads == 1 {
        let mut state = state();
        for (block, slots) in replicates.chunks_mut(BLOCK).enumerate() {
            fill(&mut state, block, slots);
        }
        return replicates;
    }
    let mut shares: Vec<Vec<(usize, &mut [f64])>> = (0..threads).map(|_| Vec::new()).collect();
    for (block, slots) in replicates.chunks_mut(BLOCK).enumerate() {
        shares[block % threads].push((block, slots));
    }
    std::thread::scope(|scope| {
        for share in shares {
            scope.spawn(|| {
                let mut state = state();
                for (block, slots) in share {
                    fill(&mut state, block, slots);
                }
            });
        }
    });
    replicates
}

/// The mean of `values`, which may be differences of two models over the same cases.
#[must_use]
pub fn mean(values: &[f64], options: Options) -> Bootstrap {
    let Some(centre) = sum::mean(values) else {
        return intervals(None, Vec::new(), &[], options.confidence);
    };
    let n = real(values.len());
    let off: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    let kinds = Kinds::of(&off);
    let work = if kinds.is_some() { 32 } else { values.len() };
    let replicates = replicate(
        options.resamples,
        work,
        options.seed,
        || (),
        |(), chance| {
            if let Some(kinds) = &kinds {
                return centre + kinds.drawn_sum(chance) / n;
            }
            let mut total = 0.0;
            for _ in 0..count {
                total += off[chance.below(count) as usize];
            }
            centre + total / n
        },
    );
    // Leaving out case i: the mean moves by −offᵢ/(n − 1).
    let left_out: Vec<f64> = if values.len() > 1 {
        off.iter().map(|off| centre - off / (n - 1.0)).collect()
    } else {
        Vec::new()
    };
    Bootstrap {
        seed: Some(options.seed),
        ..intervals(Some(centre), replicates, &left_out, options.confidence)
    }
}

/// The mean of `values` over all cases of resampled clusters.
///
/// # Panics
/// When there are not as many clusters' names as values.
#[must_use]
pub fn clustered_mean(values: &[f64], clusters: &Clusters, options: Options) -> Bootstrap {
    let Some(centre) = sum::mean(values) else {
        return intervals(None, Vec::new(), &[], options.confidence);
    };
    let off: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let parts: Vec<(f64, f64)> = clusters
        .sums(&off)
        .into_iter()
        .zip(clusters.sizes().into_iter().map(real))
        .collect();
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let replicates = replicate(
        options.resamples,
        parts.len(),
        options.seed,
        || (),
        |(), chance| {
            let (mut total, mut cases) = (0.0, 0.0);
            for _ in 0..count {
                let (sum, size) = parts[chance.below(count) as usize];
                total += sum;
                cases += size;
            }
            centre + total / cases
        },
    );
    let all = real(values.len());
    let left_out: Vec<f64> = parts
        .iter()
        .filter_map(|(sum, size)| quotient(-sum, all - size))
        .map(|moved| centre + moved)
        .collect();
    Bootstrap {
        seed: Some(options.seed),
        ..intervals(Some(centre), replicates, &left_out, options.confidence)
    }
}

/// Any statistic of cases given by number: `statistic` gets the numbers of the drawn cases, each from 0 to `n` − 1, and may
/// say that it does not exist for them. With `bca` it is also asked n times with one case left out.
#[must_use]
pub fn by_index(n: usize, statistic: impl Fn(&[u32]) -> Option<f64> + Sync, bca: bool, options: Options) -> Bootstrap {
    let count = u32::try_from(n).unwrap_or(u32::MAX);
    let all: Vec<u32> = (0..count).collect();
    let theta = if n == 0 { None } else { statistic(&all) };
    if theta.is_none() {
        return intervals(None, Vec::new(), &[], options.confidence);
    }
    let replicates = replicate(
        options.resamples,
        n,
        options.seed,
        || vec![0u32; n],
        |drawn, chance| {
            for slot in drawn.iter_mut() {
                *slot = chance.below(count);
            }
            statistic(drawn).unwrap_or(f64::NAN)
        },
    );
    let left_out: Vec<f64> = if bca && n > 1 {
        without_each(n, &statistic)
    } else {
        Vec::new()
    };
    Bootstrap {
        seed: Some(options.seed),
        ..intervals(theta, replicates, &left_out, options.confidence)
    }
}

/// The statistic without each case in turn, where it exists.
#[must_use]
pub fn without_each(n: usize, statistic: impl Fn(&[u32]) -> Option<f64>) -> Vec<f64> {
    let count = u32::try_from(n).unwrap_or(u32::MAX);
    let mut rest: Vec<u32> = (1..count).collect();
    let mut values = Vec::with_capacity(n);
    for out in 0..n {
        values.extend(statistic(&rest));
        // Put case `out` back in place of the next one to leave out.
        if let Some(slot) = rest.get_mut(out) {
            *slot = u32::try_from(out).unwrap_or(u32::MAX);
        }
    }
    values
}
