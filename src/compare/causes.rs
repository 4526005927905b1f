//! What caused the differences of the verdicts: who answers, how it is asked, what is asked, or chance.
//!
//! The split itself is `stats::variance`; this gathers the scores for it and says which ratio is worth a sentence.

use super::pairs::Verdicts;
use crate::domain::RunInfo;
use crate::stats::bootstrap::Options;
use crate::stats::variance::{Decomposition, Observation, Source, decompose, times_interval};

/// Scores that are split at most; of more, every so-many-th case is taken.
const SCORES: usize = 200_000;

/// Resamples for the interval of the ratio, and of more scores than `MANY`: each takes longer there, and all of them together are to
/// take about a second at the most.
const RESAMPLES: (usize, usize) = (500, 100);

/// Scores from which fewer resamples are drawn.
const MANY: usize = 20_000;

/// Complete cases from which shares are told: the floor of a row by tag. With fewer, the variance among the cases rests on so
/// few degrees of freedom that its share is a matter of luck.
pub const CASES_FROM: usize = 10;

/// The variance of the verdicts, split.
#[derive(Debug, Clone, PartialEq)]
pub struct Causes {
    /// The split.
    pub split: Decomposition,
    /// The two sources that are set against each other, the first with how many times as much it moves a score.
    pub ratio: Option<(Source, Source, f64)>,
    /// 95 % interval of that ratio over resampled cases.
    pub interval: Option<(f64, f64)>,
    /// Cases of the run; the split has those with a verdict of every column.
    pub cases: usize,
    /// Every so-many-th case was taken.
    pub stride: usize,
}

impl Causes {
    /// Too few complete cases for shares.
    #[must_use]
    pub fn few(&self) -> bool {
        self.split.cases < CASES_FROM
    }
}

/// The split; none with a single source besides the cases.
pub(super) fn causes(info: &RunInfo, verdicts: &Verdicts) -> Option<Causes> {
    let (targets, prompts) = (info.targets.len(), info.prompts.len());
    let sources = [targets > 1, prompts > 1, info.trials > 1];
    if sources.iter().filter(|source| **source).count() < 2 {
        return None;
    }
    let each = targets * prompts * usize::try_from(info.trials).unwrap_or(1);
    let stride = (verdicts.cases() * each).div_ceil(SCORES).max(1);
    let mut scores = Vec::new();
    for case in (0..verdicts.cases()).step_by(stride) {
        for target in 0..targets {
            for prompt in 0..prompts {
                let (passed, judged) = verdicts.counts(case, target * prompts + prompt);
                scores.extend((0..judged).map(|at| Observation {
                    target,
                    prompt,
                    case,
                    score: if at < passed { 1.0 } else { 0.0 },
                }));
            }
        }
    }
    let split = decompose(&scores, targets, prompts);
    let told = |split, ratio, interval| Causes {
        split,
        ratio,
        interval,
        cases: verdicts.cases(),
        stride,
    };
    if split.cases < CASES_FROM {
        let differ = scores.iter().any(|one| one.score != scores[0].score);
        return differ.then(|| told(split, None, None));
    }
    split.total.filter(|total| *total > 0.0)?;
    let wanted = match (targets > 1, prompts > 1) {
        (true, true) => (Source::Target, Source::Prompt),
        (true, false) => (Source::Target, Source::Chance),
        _ => (Source::Prompt, Source::Chance),
    };
    let ratio = split.times(wanted.0, wanted.1).map(|times| (wanted.0, wanted.1, times));
    let interval = ratio.and_then(|_| {
        let (usual, many) = RESAMPLES;
        let options = Options {
            resamples: if scores.len() > MANY { many } else { usual },
            ..Options::default()
        };
        times_interval(&scores, targets, prompts, wanted, options).map(|found| (found.low, found.high))
    });
    Some(told(split, ratio, interval))
}
