//! What a reader must know beside the numbers.

use serde::{Deserialize, Serialize};

use super::tally::Column;
use crate::domain::RunInfo;

/// A parameter that a target's provider cannot express; the calls went out without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unexpressed {
    /// Index of the target.
    pub target: usize,
    /// The parameter as written in the suite or the configuration.
    pub field: String,
    /// Why it was left out.
    pub why: String,
}

/// Something to know; columns and targets by index, in the words of a report's language later.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// The provider reports another model than was asked for, or several.
    Model {
        /// Index of the target.
        target: usize,
        /// What the provider says, most answers first. Outside text.
        reported: Vec<(String, u64)>,
    },
    /// Answers were taken from the answer cache: not in latency, not in cost, no news of the provider.
    Reused {
        /// Index of the column.
        column: usize,
        /// How many.
        answers: u64,
        /// Of how many measured.
        of: u64,
    },
    /// A parameter was left out.
    Unexpressed(Unexpressed),
    /// The provider's filter withheld or cut answers.
    Filtered {
        /// Index of the column.
        column: usize,
        /// How many.
        answers: u64,
    },
    /// Answers ended at the cap on tokens.
    CutShort {
        /// Index of the column.
        column: usize,
        /// How many.
        answers: u64,
    },
    /// Answers without any text.
    Empty {
        /// Index of the column.
        column: usize,
        /// How many.
        answers: u64,
    },
    /// Measured answers without a verdict, where others have one.
    Unjudged {
        /// Index of the column.
        column: usize,
        /// How many.
        answers: u64,
    },
    /// Answers left out of latency because the process slept.
    Suspended {
        /// Index of the column.
        column: usize,
        /// How many.
        answers: u64,
    },
    /// No price is known for a target that is not local.
    Unpriced {
        /// Index of the column.
        column: usize,
    },
    /// The share of cells that were not measured differs by more than two points: not like for like.
    Coverage {
        /// The column measured most.
        most: usize,
        /// Its share.
        most_share: f64,
        /// The column measured least.
        least: usize,
        /// Its share.
        least_share: f64,
    },
    /// So few cases that intervals are rough.
    FewCases {
        /// How many.
        cases: u64,
    },
    /// Shown 95th percentiles that so few answers do not bound from above.
    P95Unbounded {
        /// Columns by index.
        columns: Vec<usize>,
    },
}

/// Cases below which a note says that the sample is small.
pub const FEW_CASES: u64 = 30;

/// The notes on a run, in the order in which they are shown.
pub(super) fn notes(info: &RunInfo, columns: &[Column], unexpressed: &[Unexpressed]) -> Vec<Note> {
    let mut notes = Vec::new();
    coverage(columns, &mut notes);
    let judged = columns.iter().any(|column| column.counts.judged > 0);
    if judged && info.cases < FEW_CASES {
        notes.push(Note::FewCases { cases: info.cases });
    }
    models(info, columns, &mut notes);
    notes.extend(unexpressed.iter().cloned().map(Note::Unexpressed));
    for (column, of) in columns.iter().enumerate() {
        let counts = &of.counts;
        let unjudged = counts.measured - counts.judged;
        let found = [
            (
                counts.filtered,
                Note::Filtered {
                    column,
                    answers: counts.filtered,
                },
            ),
            (
                counts.cut_short,
                Note::CutShort {
                    column,
                    answers: counts.cut_short,
                },
            ),
            (
                counts.empty,
                Note::Empty {
                    column,
                    answers: counts.empty,
                },
            ),
            (
                if judged { unjudged } else { 0 },
                Note::Unjudged {
                    column,
                    answers: unjudged,
                },
            ),
            (
                counts.suspended,
                Note::Suspended {
                    column,
                    answers: counts.suspended,
                },
            ),
            (
                counts.cached,
                Note::Reused {
                    column,
                    answers: counts.cached,
                    of: counts.measured,
                },
            ),
            (of.paid.unknown, Note::Unpriced { column }),
        ];
        notes.extend(found.into_iter().filter(|(count, _)| *count > 0).map(|(_, note)| note));
    }
    let unbounded = columns.iter().enumerate();
    let unbounded: Vec<usize> = unbounded
        .filter(|(_, column)| column.latency.p95.is_some() && !column.latency.p95_bounded)
        .map(|(at, _)| at)
        .collect();
    if !unbounded.is_empty() {
        notes.push(Note::P95Unbounded { columns: unbounded });
    }
    notes
}

#[expect(clippy::cast_precision_loss, reason = "counts of cells stay far below 2^52")]
fn coverage(columns: &[Column], notes: &mut Vec<Note>) {
    // What was not reached yet is told elsewhere and says nothing about a target.
    let mut shares = columns.iter().enumerate().filter_map(|(at, column)| {
        let reached = column.counts.planned - column.counts.missing;
        (reached > 0).then(|| (at, column.counts.measured as f64 / reached as f64))
    });
    let Some(first) = shares.next() else {
        return;
    };
    let (mut most, mut least) = (first, first);
    for share in shares {
        if share.1 > most.1 {
            most = share;
        }
        if share.1 < least.1 {
            least = share;
        }
    }
    if most.1 - least.1 > 0.02 {
        notes.push(Note::Coverage {
            most: most.0,
            most_share: most.1,
            least: least.0,
            least_share: least.1,
        });
    }
}

fn models(info: &RunInfo, columns: &[Column], notes: &mut Vec<Note>) {
    for (target, asked) in info.targets.iter().enumerate() {
        let mut reported: Vec<(String, u64)> = Vec::new();
        for (name, count) in columns
            .iter()
            .filter(|column| column.target == target)
            .flat_map(|column| &column.models)
        {
            match reported.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += count,
                None => reported.push((name.clone(), *count)),
            }
        }
        reported.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        if reported.len() > 1 || reported.first().is_some_and(|(name, _)| *name != asked.model) {
            notes.push(Note::Model { target, reported });
        }
    }
}
