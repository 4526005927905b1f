//! How often each of a few values is drawn, without drawing one by one: resampling 50,000 right and wrong answers takes two
//! draws instead of 50,000.

use super::chance::Chance;
use super::float::{exp, floor, ln, ln_1p, ln_gamma, real};

/// Different values with how often each occurs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kinds(Vec<(f64, usize)>);

impl Kinds {
    /// The kinds of `values`; none when there are so many that drawing one by one is as good.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        /// Values of a kind, on average, from which counting is worth it.
        const WORTH: usize = 64;
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let kinds: Vec<(f64, usize)> = sorted
            .chunk_by(|a, b| a == b)
            .map(|group| (group[0], group.len()))
            .collect();
        (values.len() >= WORTH * kinds.len().max(1)).then_some(Self(kinds))
    }

    /// Sum of as many values drawn with replacement as there are.
    pub(super) fn drawn_sum(&self, chance: &mut Chance) -> f64 {
        let all: usize = self.0.iter().map(|(_, count)| count).sum();
        let (mut draws, mut others, mut total) = (all, all, 0.0);
        for (value, count) in &self.0 {
            // Of the draws that fell on none of the kinds before, how many fall on this one.
            let drawn = if *count == others {
                draws
            } else {
                binomial(chance, draws, real(*count) / real(others))
            };
            total += value * real(drawn);
            draws -= drawn;
            others -= count;
        }
        total
    }
}

/// Heads among `n` tosses that show heads with chance `p`: by inversion where few are expected, else by transformed rejection
/// (Hörmann 1993, "The generation of binomial random variates", algorithm BTRS).
fn binomial(chance: &mut Chance, n: usize, p: f64) -> usize {
    if p > 0.5 {
        return n - binomial(chance, n, 1.0 - p);
    }
    if n == 0 || p <= 0.0 {
        return 0;
    }
    if real(n) * p < 10.0 {
        return by_inversion(chance, n, p);
    }
    let (count, q) = (real(n), 1.0 - p);
    let spread = (count * p * q).sqrt();
    let b = 1.15 + 2.53 * spread;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let centre = count * p + 0.5;
    let sure = 0.92 - 4.2 / b;
    let alpha = (2.83 + 5.1 / b) * spread;
    let odds = ln(p / q);
    let mode = floor((count + 1.0) * p);
    let height = ln_gamma(mode + 1.0) + ln_gamma(count - mode + 1.0);
    loop {
        let u = chance.unit() - 0.5;
        let v = chance.unit();
        let off = 0.5 - u.abs();
        let k = floor((2.0 * a / off + b) * u + centre);
        if !(0.0..=count).contains(&k) {
            continue;
        }
        if off >= 0.07 && v <= sure {
            return whole(k);
        }
        let bound = height - ln_gamma(k + 1.0) - ln_gamma(count - k + 1.0) + (k - mode) * odds;
        if ln(v * alpha / (a / (off * off) + b)) <= bound {
            return whole(k);
        }
    }
}

/// The smallest k whose distribution function exceeds a uniform draw.
fn by_inversion(chance: &mut Chance, n: usize, p: f64) -> usize {
    let mut left = chance.unit();
    let mut term = exp(real(n) * ln_1p(-p));
    let step = p / (1.0 - p);
    for k in 0..n {
        if left < term {
            return k;
        }
        left -= term;
        term *= step * real(n - k) / real(k + 1);
    }
    n
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count between 0 and n"
)]
fn whole(k: f64) -> usize {
    k as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::binomial::probability;
    use crate::stats::gamma::chi_squared_sf;

    /// Draws against the distribution, by chi-square over the likely counts.
    fn fits(n: usize, p: f64) -> f64 {
        const DRAWS: u32 = 20_000;
        let mut chance = Chance::new(5, 0);
        let mut seen = vec![0u32; n + 1];
        for _ in 0..DRAWS {
            seen[binomial(&mut chance, n, p)] += 1;
        }
        let (mut statistic, mut kinds, mut rest, mut rest_seen) = (0.0, 0, 0.0, 0u32);
        for (k, seen) in seen.iter().enumerate() {
            let expected = f64::from(DRAWS) * probability(k, n, p);
            if expected < 20.0 {
                rest += expected;
                rest_seen += seen;
                continue;
            }
            kinds += 1;
            statistic += (f64::from(*seen) - expected) * (f64::from(*seen) - expected) / expected;
        }
        if rest > 5.0 {
            kinds += 1;
            statistic += (f64::from(rest_seen) - rest) * (f64::from(rest_seen) - rest) / rest;
        }
        chi_squared_sf(statistic, kinds - 1)
    }

    #[test]
    fn draws_follow_the_binomial_distribution() {
        for (n, p) in [
            (40, 0.02),
            (9, 0.5),
            (60, 0.3),
            (300, 0.5),
            (1000, 0.9),
            (5000, 0.01),
            (80, 0.7),
        ] {
            assert!(fits(n, p) > 1e-4, "{n} tosses at {p}: {}", fits(n, p));
        }
    }

    #[test]
    fn many_kinds_are_drawn_one_by_one() {
        let few: Vec<f64> = (0..200).map(|at| f64::from(at % 3)).collect();
        let many: Vec<f64> = (0..200).map(f64::from).collect();
        assert_eq!(Kinds::of(&few).map(|kinds| kinds.0.len()), Some(3));
        assert!(Kinds::of(&many).is_none() && Kinds::of(&[]).is_none());
    }

    #[test]
    fn one_kind_has_one_sum() {
        let kinds = Kinds::of(&[0.25; 100]).unwrap();
        assert_eq!(kinds.drawn_sum(&mut Chance::new(1, 0)), 25.0);
    }
}
