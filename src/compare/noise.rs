//! How much two targets differ by chance from case to case: what planning needs of an earlier run.
//!
//! Not here: how many cases that takes (`plan`), or whether the difference of that run is real.

use crate::domain::{Record, RunInfo, Status};
use crate::stats::paired;
use crate::stats::power::Noise;

/// The noise between two targets of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct PairNoise {
    /// Index of the first target.
    pub a: usize,
    /// Index of the second target.
    pub b: usize,
    /// Cases both were measured on.
    pub cases: usize,
    /// Mean score of the second minus that of the first.
    pub difference: f64,
    /// Where the noise comes from.
    pub noise: Noise,
    /// Whether several answers a case told chance from cases; else half is taken for chance.
    pub told_apart: bool,
}

/// Count, mean and squared distances of a case's scores.
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    n: u32,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn push(&mut self, score: f64) {
        self.n += 1;
        let off = score - self.mean;
        self.mean += off / f64::from(self.n);
        self.squares += off * (score - self.mean);
    }
}

/// Collects the scores of a run, case by case: all answers of a target to a case, under any prompt and in any trial.
#[derive(Debug)]
pub struct NoiseMeter {
    targets: Vec<Vec<Spread>>,
}

impl NoiseMeter {
    /// A meter for a run.
    #[must_use]
    pub fn new(info: &RunInfo) -> Self {
        let cases = usize::try_from(info.cases).unwrap_or(0);
        Self {
            targets: vec![vec![Spread::default(); cases]; info.targets.len()],
        }
    }

    /// Takes a cell; one without a verdict is left out.
    pub fn push(&mut self, record: &Record) {
        let score = record.score.or(record.pass.map(|pass| f64::from(u8::from(pass))));
        let place = usize::try_from(record.case_index)
            .ok()
            .and_then(|case| self.targets.get_mut(record.target)?.get_mut(case));
        if let (Status::Measured, Some(score), Some(spread)) = (record.status, score, place) {
            spread.push(score);
        }
    }

    /// The noise of every pair with at least two shared cases.
    #[must_use]
    pub fn finish(&self) -> Vec<PairNoise> {
        let mut pairs = Vec::new();
        for a in 0..self.targets.len() {
            for b in a + 1..self.targets.len() {
                pairs.extend(self.pair(a, b));
            }
        }
        pairs
    }

    fn pair(&self, a: usize, b: usize) -> Option<PairNoise> {
        let shared: Vec<(Spread, Spread)> = self.targets[a]
            .iter()
            .zip(&self.targets[b])
            .filter(|(one, other)| one.n > 0 && other.n > 0)
            .map(|(one, other)| (*one, *other))
            .collect();
        let means = |of: fn(&(Spread, Spread)) -> Spread| shared.iter().map(|pair| of(pair).mean).collect::<Vec<f64>>();
        let found = paired::difference(&means(|pair| pair.0), &means(|pair| pair.1), None, 0.95);
        let variance = found.sd_diff.map(|sd| sd * sd)?;
        let (first, second) = (within(&shared, |pair| pair.0), within(&shared, |pair| pair.1));
        let told = first.zip(second);
        let noise = match told {
            Some(((sigma2_a, k_a), (sigma2_b, k_b))) => Noise {
                omega2: (variance - sigma2_a / k_a - sigma2_b / k_b).max(0.0),
                sigma2_a,
                sigma2_b,
            },
            // One answer a case: its noise is in the differences, and how much of it cannot be told.
            None => Noise {
                omega2: variance / 2.0,
                sigma2_a: variance / 4.0,
                sigma2_b: variance / 4.0,
            },
        };
        Some(PairNoise {
            a,
            b,
            cases: shared.len(),
            difference: found.diff?,
            noise,
            told_apart: told.is_some(),
        })
    }
}

/// Mean variance within cases, and the harmonic mean of the answers a case; none when no case has two.
fn within(shared: &[(Spread, Spread)], of: fn(&(Spread, Spread)) -> Spread) -> Option<(f64, f64)> {
    let (mut squares, mut spare, mut inverse, mut cases) = (0.0, 0.0, 0.0, 0.0);
    for spread in shared.iter().map(of) {
        squares += spread.squares;
        spare += f64::from(spread.n - 1);
        inverse += 1.0 / f64::from(spread.n);
        cases += 1.0;
    }
    (spare > 0.0).then(|| (squares / spare, cases / inverse))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(targets: &[&[&[f64]]]) -> NoiseMeter {
        let spread = |scores: &&[f64]| {
            let mut spread = Spread::default();
            scores.iter().for_each(|score| spread.push(*score));
            spread
        };
        NoiseMeter {
            targets: targets.iter().map(|cases| cases.iter().map(spread).collect()).collect(),
        }
    }

    #[test]
    fn one_answer_a_case_is_split_in_half() {
        let pairs = meter(&[&[&[1.0], &[0.0], &[1.0]], &[&[1.0], &[1.0], &[0.0]]]).finish();
        assert_eq!((pairs.len(), pairs[0].cases, pairs[0].told_apart), (1, 3, false));
        assert!((pairs[0].noise.variance(1, 1) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn several_answers_tell_chance_from_cases() {
        let pairs = meter(&[
            &[&[1.0, 0.0], &[1.0, 1.0], &[0.0, 0.0]],
            &[&[1.0, 1.0], &[1.0, 1.0], &[0.0, 0.0]],
        ])
        .finish();
        assert!(pairs[0].told_apart);
        assert!((pairs[0].noise.sigma2_a - 0.5 / 3.0).abs() < 1e-12 && pairs[0].noise.sigma2_b == 0.0);
    }

    #[test]
    fn nothing_shared_says_nothing() {
        assert!(meter(&[&[&[1.0], &[]], &[&[], &[1.0]]]).finish().is_empty());
    }
}
