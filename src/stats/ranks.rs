//! How sure the order of a leaderboard is.

use serde::Serialize;

use super::quantile::quantile;

/// Intervals and rank bounds of each model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankIntervals {
    /// Lower percentile of each model's strength.
    pub low: Vec<Option<f64>>,
    /// Upper percentile.
    pub high: Vec<Option<f64>>,
    /// Median.
    pub median: Vec<Option<f64>>,
    /// Best rank: 1 + models whose lower bound lies above this model's upper bound.
    pub rank_best: Vec<usize>,
    /// Worst rank: models − those whose upper bound lies below this model's lower bound.
    pub rank_worst: Vec<usize>,
    /// Resamples.
    pub resamples: usize,
    /// Two-sided confidence.
    pub confidence: f64,
}

/// Rank bounds from strengths refitted on resamples of the cases: one row a resample, one column a model (Chiang and others
/// 2024, "Chatbot Arena"). Rows of one length.
#[must_use]
pub fn intervals<L: AsRef<[f64]>>(samples: &[L], confidence: f64) -> RankIntervals {
    let models = samples.first().map_or(0, |row| row.as_ref().len());
    let tail = (1.0 - confidence) / 2.0;
    let mut found = RankIntervals {
        low: Vec::new(),
        high: Vec::new(),
        median: Vec::new(),
        rank_best: Vec::new(),
        rank_worst: Vec::new(),
        resamples: samples.len(),
        confidence,
    };
    for model in 0..models {
        let mut column: Vec<f64> = samples.iter().map(|row| row.as_ref()[model]).collect();
        column.sort_unstable_by(f64::total_cmp);
        found.low.push(quantile(&column, tail));
        found.high.push(quantile(&column, 1.0 - tail));
        found.median.push(quantile(&column, 0.5));
    }
    for model in 0..models {
        let above = |other: &Option<f64>| other.zip(found.high[model]).is_some_and(|(low, high)| low > high);
        let below = |other: &Option<f64>| other.zip(found.low[model]).is_some_and(|(high, low)| high < low);
        let better = found.low.iter().filter(|other| above(other)).count();
        let worse = found.high.iter().filter(|other| below(other)).count();
        found.rank_best.push(1 + better);
        found.rank_worst.push(models - worse);
    }
    found
}
