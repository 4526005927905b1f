//! What caused the differences of the verdicts: who answers, how it is asked, what is asked, or chance.
//!
//! The split itself is `stats::variance`; this gathers the scores for it and says which ratio is worth a sentence.

use super::pairs::Verdicts;
use crate::domain::RunInfo;
use crate::stats::bootstrap::Options;
use crate::stats::variance::{Decomposition, Observation, Source, decompose, times_interval};

/// Scores that are split at most; of more, every so-many-th case is taken.
const SCORES: usize = 200_000;

/// Scores up to which the ratio gets an interval.
const RESAMPLED: usize = 20_000;

/// The variance of the verdicts, split.
#[derive(Debug, Clone, PartialEq)]
pub struct Causes {
    /// The split.
    pub split: Decomposition,
    /// The two sources that are set against each other, the first with how many times as much it moves a score.
    pub ratio: Option<(Source, Source, f64)>,
    /// 95 % interval of that ratio over resampled cases.
    pub interval: Option<(f64, f64)>,
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
    split.total.filter(|total| *total > 0.0)?;
    let wanted = match (targets > 1, prompts > 1) {
        (true, true) => (Source::Target, Source::Prompt),
        (true, false) => (Source::Target, Source::Chance),
        _ => (Source::Prompt, Source::Chance),
    };
    let ratio = split.times(wanted.0, wanted.1).map(|times| (wanted.0, wanted.1, times));
    let interval = ratio.filter(|_| scores.len() <= RESAMPLED).and_then(|_| {
        let options = Options {
            resamples: 500,
            ..Options::default()
        };
        times_interval(&scores, targets, prompts, wanted, options).map(|found| (found.low, found.high))
    });
    Some(Causes { split, ratio, interval })
}
