//! What a reader must know beside the numbers.

use serde::{Deserialize, Serialize};

use super::tally::Column;
use crate::domain::{RunInfo, Said};

/// A parameter that a target's provider cannot express; the calls went out without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unexpressed {
    /// Index of the target.
    pub target: usize,
    /// The parameter as written in the suite or the configuration.
    pub field: String,
    /// Why it was left out.
    pub why: crate::domain::Said,
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
    /// A parameter was left out.
    Unexpressed(Unexpressed),
    /// Some answers of some columns are of a kind.
    Answers {
        /// Which kind.
        kind: Peculiar,
        /// Columns by index, with how many answers.
        columns: Vec<(usize, u64)>,
    },
    /// Measured and without a verdict: in no rate.
    Unjudged {
        /// Columns by index, with how many answers.
        columns: Vec<(usize, u64)>,
        /// The scorer that could not judge the first of them, and why.
        why: Option<(String, Said)>,
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

/// A kind of answers that a reader must know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peculiar {
    /// Withheld or cut by the provider's filter, and judged all the same.
    Filtered,
    /// Ended at the cap on tokens.
    CutShort,
    /// Without any text.
    Empty,
    /// Left out of latency because the process slept.
    Suspended,
    /// Taken from the answer cache: not in latency, not in cost, no news of the provider.
    Reused,
    /// Of a target that is not local and without a known price.
    Unpriced,
}

/// Cases below which a note says that the sample is small.
pub const FEW_CASES: u64 = 30;

/// The notes on a run, in the order in which they are shown. `why` is why the first answer without a verdict has none.
pub(super) fn notes(
    info: &RunInfo,
    columns: &[Column],
    unexpressed: &[Unexpressed],
    why: Option<(String, Said)>,
) -> Vec<Note> {
    let mut notes = Vec::new();
    coverage(columns, &mut notes);
    let judged = columns.iter().any(|column| column.counts.judged > 0);
    if judged && info.cases < FEW_CASES {
        notes.push(Note::FewCases { cases: info.cases });
    }
    if info.imported.is_none() {
        models(info, columns, &mut notes);
    }
    notes.extend(unexpressed.iter().cloned().map(Note::Unexpressed));
    let of = |count: fn(&Column) -> u64| -> Vec<(usize, u64)> {
        let counts = columns.iter().map(count).enumerate();
        counts.filter(|(_, count)| *count > 0).collect()
    };
    // Of imported answers nobody expects a price.
    let odd = |kind: Peculiar| {
        info.imported.is_none() || !matches!(kind, Peculiar::Unpriced | Peculiar::Reused | Peculiar::Empty)
    };
    let answers = |(kind, columns): (Peculiar, Vec<(usize, u64)>)| {
        (!columns.is_empty() && odd(kind)).then_some(Note::Answers { kind, columns })
    };
    let text = [
        (Peculiar::Filtered, of(|column| column.counts.filtered)),
        (Peculiar::CutShort, of(|column| column.counts.cut_short)),
        (Peculiar::Empty, of(|column| column.counts.empty)),
    ];
    notes.extend(text.into_iter().filter_map(answers));
    let open = of(|column| column.counts.measured - column.counts.judged);
    if !open.is_empty() && (judged || why.is_some()) {
        notes.push(Note::Unjudged { columns: open, why });
    }
    let rest = [
        (Peculiar::Suspended, of(|column| column.counts.suspended)),
        (Peculiar::Reused, of(|column| column.counts.cached)),
        (Peculiar::Unpriced, of(|column| column.paid.unknown)),
    ];
    notes.extend(rest.into_iter().filter_map(answers));
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
