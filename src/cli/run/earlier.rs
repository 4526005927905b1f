//! What the last run of the same suite tells about the next one: how long answers are, and how fast they come.

use std::collections::HashMap;
use std::path::Path;

use crate::domain::RunInfo;
use crate::plan::Layout;
use crate::store::{self, Reader};

/// What is known of a target from an earlier run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Mean output tokens of an answer.
    pub(super) output_tokens: Option<u64>,
    /// Answers a minute.
    pub(super) per_minute: Option<f64>,
}

/// The newest run that was like this one, with what it tells of each target by name.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    pub(super) run: Option<String>,
    pub(super) targets: HashMap<String, Pace>,
}

/// Runs looked at, from the newest back.
const RUNS: usize = 20;

/// Fresh answers from which a pace is told.
const ENOUGH: u64 = 5;

/// Looks for the newest run of the suite with answers of the same kind, simulated or real. What cannot be read is passed
/// over: a forecast does without.
pub(super) fn look_up(results: &Path, info: &RunInfo) -> Earlier {
    let runs = store::list(results).unwrap_or_default();
    for run in runs.iter().rev().take(RUNS) {
        let Ok(reader) = Reader::open(run) else { continue };
        let earlier = reader.info();
        if earlier.suite != info.suite || earlier.simulated != info.simulated {
            continue;
        }
        let targets = paces(&reader, info);
        if !targets.is_empty() {
            return Earlier {
                run: Some(run.id.to_string()),
                targets,
            };
        }
    }
    Earlier::default()
}

/// What this run tells, whatever suite it is of and whoever answered.
pub(super) fn of(run: &store::Listed, info: &RunInfo) -> Earlier {
    let Ok(reader) = Reader::open(run) else {
        return Earlier::default();
    };
    let targets = paces(&reader, info);
    Earlier {
        run: (!targets.is_empty()).then(|| run.id.to_string()),
        targets,
    }
}

#[derive(Debug, Clone, Copy)]
struct Sums {
    answers: u64,
    told: u64,
    tokens: u64,
    first_us: i64,
    last_us: i64,
}

#[expect(clippy::cast_precision_loss, reason = "a rate for a forecast")]
fn paces(reader: &Reader, info: &RunInfo) -> HashMap<String, Pace> {
    let earlier = reader.info();
    let layout = Layout::of(earlier);
    let empty = Sums {
        answers: 0,
        told: 0,
        tokens: 0,
        first_us: i64::MAX,
        last_us: i64::MIN,
    };
    let mut sums = vec![empty; earlier.targets.len()];
    let planned = layout.planned();
    let read = reader.fresh_answers(|cell, tokens, started, took| {
        if cell >= planned {
            return;
        }
        let sum = &mut sums[layout.cell(cell).target];
        sum.answers += 1;
        sum.told += u64::from(tokens.is_some());
        sum.tokens += tokens.unwrap_or(0);
        sum.first_us = sum.first_us.min(started);
        sum.last_us = sum.last_us.max(started.saturating_add(took));
    });
    if read.is_err() {
        return HashMap::new();
    }
    let mut paces = HashMap::new();
    for (target, sum) in earlier.targets.iter().zip(sums) {
        // The same name may stand for another model by now.
        let same = info
            .targets
            .iter()
            .any(|now| now.name == target.name && now.model == target.model);
        if !same || sum.answers < ENOUGH {
            continue;
        }
        let minutes = (sum.last_us - sum.first_us) as f64 / 60e6;
        paces.insert(
            target.name.clone(),
            Pace {
                output_tokens: (sum.told > 0).then(|| sum.tokens / sum.told),
                per_minute: (minutes > 0.0).then(|| sum.answers as f64 / minutes),
            },
        );
    }
    paces
}
