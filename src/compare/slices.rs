//! Passing rates by tag.

use std::collections::HashMap;

use super::row::Square;

/// Cases from which a tag has a row.
pub const CASES_FROM: u64 = 10;

/// Rows at most.
pub const ROWS: usize = 12;

/// Different tags that are counted; a suite that gives every case its own tag makes no slices.
const TAGS: usize = 10_000;

/// A tag and what the columns made of its cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// The tag. User's text.
    pub tag: String,
    /// Cases that have it.
    pub cases: u64,
    /// One a column.
    pub columns: Vec<SliceRate>,
}

/// A column's rate on a tag.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SliceRate {
    /// Mean of the rates of the cases; none without a verdict.
    pub rate: Option<f64>,
    /// Cases with a verdict.
    pub cases: u64,
}

/// Collects slices.
#[derive(Debug, Default)]
pub(super) struct Slices {
    places: HashMap<String, usize>,
    tags: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    tag: String,
    cases: u64,
    columns: Vec<(f64, u64)>,
}

impl Slices {
    /// Takes a case.
    pub(super) fn case(&mut self, tags: &[String], squares: &[Square]) {
        for (at, tag) in tags.iter().enumerate() {
            if tags[..at].contains(tag) {
                continue;
            }
            let place = match self.places.get(tag) {
                Some(place) => *place,
                None if self.tags.len() < TAGS => {
                    self.places.insert(tag.clone(), self.tags.len());
                    self.tags.push(Entry {
                        tag: tag.clone(),
                        cases: 0,
                        columns: vec![(0.0, 0); squares.len()],
                    });
                    self.tags.len() - 1
                }
                None => continue,
            };
            let entry = &mut self.tags[place];
            entry.cases += 1;
            for (sum, square) in entry.columns.iter_mut().zip(squares) {
                if let Some(rate) = square.rate() {
                    sum.0 += rate;
                    sum.1 += 1;
                }
            }
        }
    }

    /// The tags with enough cases, most cases first, then in order of appearance.
    #[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
    pub(super) fn finish(self) -> Vec<Slice> {
        let mut entries: Vec<Entry> = self
            .tags
            .into_iter()
            .filter(|entry| entry.cases >= CASES_FROM)
            .collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.cases));
        entries.truncate(ROWS);
        let rate = |(sum, cases): (f64, u64)| SliceRate {
            rate: (cases > 0).then(|| sum / cases as f64),
            cases,
        };
        entries
            .into_iter()
            .map(|entry| Slice {
                tag: entry.tag,
                cases: entry.cases,
                columns: entry.columns.into_iter().map(rate).collect(),
            })
            .collect()
    }
}
