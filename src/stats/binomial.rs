//! The binomial distribution, and Fisher's exact test on a table of four counts.

use super::beta;
use super::float::real;
use super::gamma::binomial_term;

/// P(X = k) for X ~ Bin(n, p).
#[must_use]
pub(super) fn probability(k: usize, n: usize, p: f64) -> f64 {
    binomial_term(real(k), real(n), p, 1.0 - p)
}

/// P(X ≤ k).
#[must_use]
pub(super) fn cdf(k: usize, n: usize, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    beta::incomplete(real(k + 1), real(n - k), p, 1.0 - p).1
}

/// P(X > k).
#[must_use]
pub(super) fn sf(k: usize, n: usize, p: f64) -> f64 {
    if k >= n {
        return 0.0;
    }
    beta::incomplete(real(k + 1), real(n - k), p, 1.0 - p).0
}

/// Smallest k with P(X ≤ k) ≥ `share`.
#[must_use]
pub(super) fn quantile(share: f64, n: usize, p: f64) -> usize {
    smallest(n, |k| cdf(k, n, p) >= share)
}

/// Smallest k with P(X > k) ≤ `tail`.
#[must_use]
pub(super) fn upper_quantile(tail: f64, n: usize, p: f64) -> usize {
    smallest(n, |k| sf(k, n, p) <= tail)
}

/// Smallest k in 0..=n for which `holds`, which once true stays true.
fn smallest(n: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let at = low + (high - low) / 2;
        if holds(at) {
            high = at;
        } else {
            low = at + 1;
        }
    }
    low
}

/// Exact two-sided p of `k` heads among `n` tosses of a fair coin; 1 when nothing was tossed.
#[must_use]
pub(super) fn fair_coin(k: usize, n: usize) -> f64 {
    let fewer = k.min(n - k);
    // Half of the tosses or just below: both tails together are everything, which a rounded sum may miss by its last bits.
    if 2 * fewer + 1 >= n {
        return 1.0;
    }
    (2.0 * cdf(fewer, n, 0.5)).min(1.0)
}

/// A table of four counts with its margins: `white` of `total` balls are white, `drawn` are drawn, `seen` drawn ones are
/// white.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    /// All balls.
    pub(super) total: usize,
    /// White ones among them.
    pub(super) white: usize,
    /// How many were drawn.
    pub(super) drawn: usize,
}

impl Draw {
    /// P(`seen` white balls among the drawn), the hypergeometric probability (Loader 2000).
    fn probability(self, seen: usize) -> f64 {
        let (least, most) = self.range();
        if seen < least || seen > most {
            return 0.0;
        }
        if self.drawn == 0 {
            return 1.0;
        }
        let p = real(self.drawn) / real(self.total);
        let q = real(self.total - self.drawn) / real(self.total);
        let black = self.total - self.white;
        let above = binomial_term(real(seen), real(self.white), p, q)
            * binomial_term(real(self.drawn - seen), real(black), p, q);
        above / binomial_term(real(self.drawn), real(self.total), p, q)
    }

    fn range(self) -> (usize, usize) {
        let black = self.total - self.white;
        (self.drawn.saturating_sub(black), self.drawn.min(self.white))
    }

    /// P(at least `seen` white balls).
    pub(super) fn at_least(self, seen: usize) -> f64 {
        let (least, most) = self.range();
        if seen <= least {
            return 1.0;
        }
        let upper: f64 = (seen..=most).rev().map(|k| self.probability(k)).sum();
        upper.min(1.0)
    }

    /// Fisher's exact two-sided p: all tables no likelier than this one.
    pub(super) fn two_sided(self, seen: usize) -> f64 {
        let (least, most) = self.range();
        let limit = self.probability(seen) * (1.0 + 1e-10);
        let mut terms: Vec<f64> = (least..=most)
            .map(|k| self.probability(k))
            .filter(|probability| *probability <= limit)
            .collect();
        if terms.len() == most - least + 1 {
            // No table is likelier: all of them together are everything, which a rounded sum misses by its last bits.
            return 1.0;
        }
        terms.sort_unstable_by(f64::total_cmp);
        terms.iter().sum::<f64>().min(1.0)
    }
}

/// C(n, k) as a double, by products; infinite when it does not fit.
#[must_use]
pub(super) fn choose(n: usize, k: usize) -> f64 {
    if k > n {
        return 0.0;
    }
    let k = k.min(n - k);
    let mut result = 1.0f64;
    for at in 1..=k {
        result *= real(n - k + at) / real(at);
    }
    if result < 9e15 { result.round() } else { result }
}

#[cfg(test)]
mod tests {
    use super::{Draw, fair_coin};

    /// Counts that differ by one or not at all had a p of 0.9999999999999999.
    #[test]
    fn even_tosses_have_a_p_of_one() {
        for n in 0..200 {
            assert_eq!(fair_coin(n / 2, n), 1.0, "{n}");
            assert_eq!(fair_coin(n - n / 2, n), 1.0, "{n}");
        }
        assert!((fair_coin(1, 4) - 0.625).abs() < 1e-15);
    }

    /// Fisher's p of the likeliest table was 0.9999999999999967.
    #[test]
    fn the_likeliest_table_has_a_p_of_one() {
        for drawn in 1..30 {
            let draw = Draw {
                total: 60,
                white: 2 * drawn,
                drawn: 30,
            };
            assert_eq!(draw.two_sided(drawn), 1.0, "{drawn}");
        }
    }
}
