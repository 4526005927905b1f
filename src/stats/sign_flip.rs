//! The sign-flip permutation test: were the two models alike, each case's difference could as well have had the other sign.

use serde::Serialize;

use super::chance::Chance;
use super::clusters::Clusters;
use super::float::power;
use super::reason::Reason;
use super::sum;

/// Which differences count as extreme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alternative {
    /// As far from zero or farther.
    #[default]
    TwoSided,
    /// As large or larger: the second model is better.
    Greater,
    /// As small or smaller: the second model is worse.
    Less,
}

/// Result of a sign-flip test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignFlip {
    /// Share of assignments of signs as extreme as the one seen; none without cases.
    pub p: Option<f64>,
    /// How many assignments there are, 2 to the number of units.
    pub assignments: f64,
    /// Mean difference.
    pub statistic: Option<f64>,
    /// Cases or clusters whose signs flip together.
    pub units: usize,
    /// Whether all assignments were counted, rather than a sample drawn.
    pub exact: bool,
    /// Drawn assignments; none when all were counted.
    pub draws: Option<u64>,
    /// Seed of the draws; none when all were counted.
    pub seed: Option<u64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Non-zero units up to which [`exact`] counts all assignments.
pub const MOST_EXACT: usize = 40;

struct Units {
    /// Absolute non-zero sums.
    sizes: Vec<f64>,
    /// Their signed total as seen.
    seen: f64,
    /// How far a sum must be off to be another one.
    slack: f64,
    result: SignFlip,
}

fn prepare(differences: &[f64], clusters: Option<&Clusters>) -> Units {
    let sums = clusters.map_or_else(|| differences.to_vec(), |clusters| clusters.sums(differences));
    let total = sum::sum(sums.iter().map(|value| value.abs()));
    let slack = 1e-10 * total;
    // A cluster whose differences cancel but for rounding flips nothing.
    let sizes: Vec<f64> = sums
        .iter()
        .map(|value| value.abs())
        .filter(|size| *size > slack * 1e-4)
        .collect();
    Units {
        seen: sum::sum(sums.iter().copied()),
        slack,
        result: SignFlip {
            p: (!sums.is_empty()).then_some(1.0),
            assignments: if sums.len() < 1000 {
                power(2.0, sums.len() as u64)
            } else {
                f64::MAX
            },
            statistic: sum::mean(differences),
            units: sums.len(),
            exact: true,
            draws: None,
            seed: None,
            reason: sums.is_empty().then_some(Reason::Empty),
        },
        sizes,
    }
}

/// All sums of `sizes` with either sign, sorted.
fn sums_of(sizes: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for size in sizes {
        let mut next = Vec::with_capacity(sums.len() * 2);
        let (mut low, mut high) = (0, 0);
        while low < sums.len() || high < sums.len() {
            let lower = sums.get(low).map(|value| value - size);
            let upper = sums.get(high).map(|value| value + size);
            match (lower, upper) {
                (Some(lower), upper) if upper.is_none_or(|upper| lower <= upper) => {
                    next.push(lower);
                    low += 1;
                }
                (_, Some(upper)) => {
                    next.push(upper);
                    high += 1;
                }
                _ => break,
            }
        }
        sums = next;
    }
    sums
}

/// How many pairs of one from each list sum to at least `limit`.
fn at_least(left: &[f64], right: &[f64], limit: f64) -> u64 {
    let mut from = right.len();
    let mut count = 0;
    for value in left {
        while from > 0 && value + right[from - 1] >= limit {
            from -= 1;
        }
        count += (right.len() - from) as u64;
    }
    count
}

/// The exact test: all 2^m assignments of signs to the m non-zero units (cases, or clusters as a whole), counted by
/// meeting in the middle. `None` when more than [`MOST_EXACT`] units are non-zero: use [`random`] then.
///
/// Statistic: the mean of the differences; sums within 1e-10 of the total absolute sum are taken as equal. For differences of
/// 0/1 scores it is the exact test of `McNemar`. Checked against scipy 1.12 (`permutation_test`).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts up to 2^40 are exact")]
pub fn exact(differences: &[f64], clusters: Option<&Clusters>, alternative: Alternative) -> Option<SignFlip> {
    let Units {
        sizes,
        seen,
        slack,
        mut result,
    } = prepare(differences, clusters);
    if sizes.len() > MOST_EXACT {
        return None;
    }
    if !sizes.is_empty() {
        let (left, right) = sizes.split_at(sizes.len() / 2);
        let (left, right) = (sums_of(left), sums_of(right));
        let all = power(2.0, sizes.len() as u64);
        // The sums lie symmetrically around zero: the lower tail is the upper one mirrored.
        let upper = |limit: f64| at_least(&left, &right, limit - slack) as f64 / all;
        result.p = Some(match alternative {
            Alternative::TwoSided if seen.abs() <= slack => 1.0,
            Alternative::TwoSided => (2.0 * upper(seen.abs())).min(1.0),
            Alternative::Greater => upper(seen),
            Alternative::Less => upper(-seen),
        });
    }
    Some(result)
}

/// The test on `draws` random assignments of signs: p = (1 + hits)/(1 + draws) (Phipson and Smyth 2010, "Permutation
/// p-values should never be zero").
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of draws stay far below 2^53")]
pub fn random(
    differences: &[f64],
    clusters: Option<&Clusters>,
    alternative: Alternative,
    draws: u64,
    seed: u64,
) -> SignFlip {
    let Units {
        sizes,
        seen,
        slack,
        mut result,
    } = prepare(differences, clusters);
    result.exact = false;
    result.draws = Some(draws);
    result.seed = Some(seed);
    if sizes.is_empty() {
        return result;
    }
    let mut chance = Chance::new(seed, 0);
    let mut hits = 0u64;
    for _ in 0..draws {
        let mut total = 0.0;
        for part in sizes.chunks(64) {
            let mut bits = chance.bits();
            for size in part {
                // The lowest bit becomes the sign.
                total += f64::from_bits(size.to_bits() | (bits << 63));
                bits >>= 1;
            }
        }
        hits += u64::from(match alternative {
            Alternative::TwoSided => total.abs() >= seen.abs() - slack,
            Alternative::Greater => total >= seen - slack,
            Alternative::Less => total <= seen + slack,
        });
    }
    result.p = Some((1 + hits) as f64 / (1 + draws) as f64);
    result
}

/// The exact test where it can be counted quickly (up to 20 non-zero units), else the random one with 20,000 draws.
#[must_use]
pub fn test(differences: &[f64], clusters: Option<&Clusters>, alternative: Alternative, seed: u64) -> SignFlip {
    let zero = |value: &f64| *value == 0.0;
    let units = clusters.map_or_else(
        || differences.iter().filter(|value| !zero(value)).count(),
        |clusters| clusters.sums(differences).iter().filter(|value| !zero(value)).count(),
    );
    (units <= 20)
        .then(|| exact(differences, clusters, alternative))
        .flatten()
        .unwrap_or_else(|| random(differences, clusters, alternative, 20_000, seed))
}
