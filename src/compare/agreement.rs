//! How far columns whose answers are labels agree with each other and with the reference: verdicts of judges in two orders, labels
//! of people, classes.

use std::collections::BTreeMap;

use super::figures::CONFIDENCE;
use super::row::{column_of, reply_of, text_of};
use crate::domain::{Record, RunInfo, Status};
use crate::stats::gwet;
use crate::stats::kappa::{Weights, cohen};

/// Different labels up to which answers are taken for labels.
const LABELS: usize = 50;

/// Collects labels, record by record; of several trials the first counts.
#[derive(Debug)]
pub struct Labels<'a> {
    info: &'a RunInfo,
    names: BTreeMap<String, usize>,
    // One list a column and one for the reference, one entry a case: number of the label, or none.
    columns: Vec<Vec<Option<usize>>>,
    reference: Vec<Option<usize>>,
    // Every accepted answer of a case.
    accepted: Vec<Vec<usize>>,
}

/// Two columns, or a column and the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The first column.
    pub first: usize,
    /// The second; none for the reference.
    pub second: Option<usize>,
    /// Cases that both label.
    pub n: usize,
    /// Of those, labelled alike.
    pub alike: usize,
    /// Of those, both an accepted answer.
    pub both_right: Option<usize>,
    /// Cohen's kappa; none when one label is all there is.
    pub kappa: Option<f64>,
    /// 95 % interval of kappa.
    pub interval: Option<(f64, f64)>,
    /// Gwet's AC1, which stays stable where one label dominates.
    pub ac1: Option<f64>,
    /// The largest share that one label has of all that both say.
    pub dominant: f64,
}

impl<'a> Labels<'a> {
    /// Before the first record.
    #[must_use]
    pub fn new(info: &'a RunInfo) -> Self {
        Self {
            info,
            names: BTreeMap::new(),
            columns: vec![Vec::new(); info.columns().len()],
            reference: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Takes the next record.
    pub fn push(&mut self, record: &Record) {
        if record.trial > 1 {
            return;
        }
        let Ok(case) = usize::try_from(record.case_index) else {
            return;
        };
        if self.reference.len() <= case {
            self.reference.resize(case + 1, None);
            let accepted: Vec<_> = record.case.expected_texts().collect();
            let mut accepted: Vec<usize> = accepted.iter().filter_map(|text| self.number(text)).collect();
            // The same answer twice is one.
            accepted.sort_unstable();
            accepted.dedup();
            // Of several accepted answers none is the reference.
            self.reference[case] = accepted.first().copied().filter(|_| accepted.len() == 1);
            self.accepted.resize(case + 1, Vec::new());
            self.accepted[case] = accepted;
        }
        let said = reply_of(record)
            .filter(|_| record.status == Status::Measured)
            .and_then(|reply| self.number(text_of(reply)));
        let column = column_of(self.info, record);
        if let Some(list) = self.columns.get_mut(column) {
            list.resize(list.len().max(case + 1), None);
            list[case] = said;
        }
    }

    fn number(&mut self, text: &str) -> Option<usize> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Some(number) = self.names.get(text) {
            return Some(*number);
        }
        let next = self.names.len();
        // What has so many values is no label; the first that is too many tells enough.
        if next <= LABELS {
            self.names.insert(text.chars().take(200).collect(), next);
        }
        Some(next.min(LABELS))
    }

    /// Whether the answers are labels at all.
    #[must_use]
    pub fn are_labels(&self) -> bool {
        (1..=LABELS).contains(&self.names.len())
    }

    /// Every column against the reference, and columns against each other: all pairs, or with several prompts those of one target.
    #[must_use]
    pub fn agreements(&self) -> Vec<Agreement> {
        let prompts = self.info.prompts.len();
        let mut rows = Vec::new();
        for first in 0..self.columns.len() {
            for second in first + 1..self.columns.len() {
                if prompts > 1 && first / prompts != second / prompts {
                    continue;
                }
                rows.extend(self.agreement(first, Some(second)));
            }
        }
        for first in 0..self.columns.len() {
            rows.extend(self.agreement(first, None));
        }
        rows
    }

    fn agreement(&self, first: usize, second: Option<usize>) -> Option<Agreement> {
        let other = match second {
            Some(second) => &self.columns[second],
            None => &self.reference,
        };
        let mut pairs = Vec::new();
        let (mut both_right, mut referenced) = (0, false);
        for (case, a) in self.columns[first].iter().enumerate() {
            let b = other.get(case).copied().flatten();
            let (Some(a), Some(b)) = (*a, b) else { continue };
            pairs.push((a, b));
            let accepted = self.accepted.get(case).map_or(&[][..], Vec::as_slice);
            referenced |= !accepted.is_empty();
            both_right += usize::from(accepted.contains(&a) && accepted.contains(&b));
        }
        if pairs.is_empty() {
            return None;
        }
        let items: Vec<[usize; 2]> = pairs.iter().map(|(a, b)| [*a, *b]).collect();
        let mut counts = vec![0usize; self.names.len().max(1)];
        for label in items.iter().flatten() {
            counts[*label] += 1;
        }
        // AC1 counts the labels that this pair uses, as its reference does.
        let used: Vec<usize> = (0..counts.len()).filter(|label| counts[*label] > 0).collect();
        let of = |label: usize| used.iter().position(|known| *known == label).unwrap_or(0);
        let items: Vec<[usize; 2]> = items.iter().map(|[a, b]| [of(*a), of(*b)]).collect();
        let values: Vec<f64> = (0u32..).take(used.len()).map(f64::from).collect();
        let ac1 = gwet::ac(&items, &values, Weights::Identity).ac;
        let found = cohen(&pairs, self.names.len().max(1), Weights::Identity, CONFIDENCE);
        Some(Agreement {
            first,
            second,
            n: pairs.len(),
            alike: pairs.iter().filter(|(a, b)| a == b).count(),
            both_right: (referenced && second.is_some()).then_some(both_right),
            kappa: found.kappa,
            interval: found.low.zip(found.high),
            ac1,
            dominant: share(counts.iter().copied().max().unwrap_or(0), 2 * pairs.len()),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of labels")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
