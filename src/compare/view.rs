//! One stored run as a whole, from a single pass over its records.
//!
//! Memory grows with the columns and, by four bytes, with each fresh answer; no text of an answer is kept.

use std::collections::BTreeSet;

use super::causes::{Causes, causes};
use super::disagreement::{Disagreement, Reason, Weigher};
use super::early::Early;
use super::faults::{FaultGroup, Faults};
use super::figures::{Counts, Paid};
use super::notes::{Note, Unexpressed, notes};
use super::pairs::{Pair, Said, Verdicts, at_every_look, said};
use super::row::{Row, Square, column_of, rows, squares};
use super::slices::{Slice, Slices};
use super::tally::{Column, Tally};
use crate::domain::{self, Record, RunInfo};

/// Cases kept in [`View::readings`].
pub const READINGS: usize = 20;

/// Cases whose texts are compared; of further ones only verdicts and scores can make a reading, so that very large runs
/// are shown in seconds.
const TEXTS: u64 = 10_000;

/// What a run says.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// One a column, in the order of [`RunInfo::columns`].
    pub columns: Vec<Column>,
    /// All columns together.
    pub counts: Counts,
    /// All that was paid.
    pub paid: Paid,
    /// Rates by tag, most cases first.
    pub slices: Vec<Slice>,
    /// Every pair of columns on the cases measured in both, best first.
    pub pairs: Vec<Pair>,
    /// What may be said of the columns, from paired cases only.
    pub said: Vec<Said>,
    /// What caused the differences, with several prompts, trials or targets.
    pub causes: Option<Causes>,
    /// What was not measured, most cells first.
    pub faults: Vec<FaultGroup>,
    /// Cases worth reading first.
    pub readings: Vec<Reading>,
    /// Names of all scorers: the suite's in its order, then those of single cases as they came.
    pub scorers: Vec<String>,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// The answers come from recordings. Set by who looked.
    pub replayed: bool,
    /// How stopping early went, where it was allowed.
    pub early: Option<Early>,
    /// A process works on the run while it is read: what is missing may still come. Set by who looked.
    pub running: bool,
}

/// A case worth reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its id. User's text.
    pub case: String,
    /// Its position in the suite, from 0.
    pub index: u64,
    /// The beginning of its question. Outside text.
    pub question: String,
    /// How far the columns are apart, and why it is worth reading.
    pub disagreement: Disagreement,
    /// One a column.
    pub squares: Vec<Square>,
}

impl View {
    /// The scales on which people rated, that of most answers first.
    #[must_use]
    pub fn scales(&self) -> Vec<(u8, u8)> {
        let mut found: Vec<((u8, u8), u64)> = Vec::new();
        for people in self.columns.iter().flat_map(|column| &column.people) {
            match found.iter_mut().find(|(scale, _)| *scale == people.scale) {
                Some((_, answers)) => *answers += people.answers,
                None => found.push((people.scale, people.answers)),
            }
        }
        found.sort_by_key(|(_, answers)| std::cmp::Reverse(*answers));
        found.into_iter().map(|(scale, _)| scale).collect()
    }

    /// Whether any answer has a verdict; without one there are no rates to show.
    #[must_use]
    pub fn judged(&self) -> bool {
        self.counts.judged > 0
    }

    /// The view over records in suite order.
    #[must_use]
    pub fn of(info: &RunInfo, records: impl IntoIterator<Item = Record>, unexpressed: &[Unexpressed]) -> Self {
        let mut viewer = Viewer::new(info);
        for row in rows(records) {
            viewer.row(&row);
        }
        viewer.finish(unexpressed)
    }
}

/// Takes the cases of a run one by one.
#[derive(Debug)]
pub struct Viewer<'a> {
    info: &'a RunInfo,
    tallies: Vec<Tally>,
    verdicts: Verdicts,
    slices: Slices,
    faults: Faults,
    weigher: Weigher,
    readings: Vec<Reading>,
    /// Cases whose texts were compared.
    compared: u64,
    scorers: Vec<String>,
    known_scorers: BTreeSet<String>,
    /// The scorer that could not judge the first answer without a verdict, and why.
    unjudged: Option<(String, domain::Said)>,
    /// How stopping early went, where it was allowed. Set by who looked, before the end.
    pub early: Option<Early>,
}

impl<'a> Viewer<'a> {
    /// Before the first case.
    #[must_use]
    pub fn new(info: &'a RunInfo) -> Self {
        let mut known_scorers = BTreeSet::new();
        let names = info.scorers.iter().map(|scorer| scorer.name.clone());
        let scorers = names.filter(|name| known_scorers.insert(name.clone())).collect();
        Self {
            info,
            tallies: info.columns().iter().map(|_| Tally::of(info)).collect(),
            verdicts: Verdicts::of(info),
            slices: Slices::default(),
            faults: Faults::default(),
            weigher: Weigher::default(),
            readings: Vec::new(),
            compared: 0,
            scorers,
            known_scorers,
            unjudged: None,
            early: None,
        }
    }

    /// The view.
    #[must_use]
    pub fn finish(self, unexpressed: &[Unexpressed]) -> View {
        let trials = self.info.trials;
        let names = self.info.columns();
        let mut columns: Vec<Column> = self
            .tallies
            .into_iter()
            .zip(names)
            .map(|(tally, name)| tally.finish(name, trials))
            .collect();
        if self.verdicts.grouped() {
            for (at, column) in columns.iter_mut().enumerate() {
                heed_groups(column, &self.verdicts, at);
            }
        }
        let slices = self.slices.finish();
        let mut pairs = self.verdicts.pairs(&columns);
        if let Some(early) = &self.early {
            at_every_look(&mut pairs, &columns, self.info, early);
        }
        let mut paid = Paid::default();
        let mut counts = Counts::default();
        for column in &columns {
            paid.add(&column.paid);
            counts = counts.plus(column.counts);
        }
        View {
            notes: notes(self.info, &columns, unexpressed, self.unjudged),
            said: said(&pairs, &columns, &slices),
            causes: causes(self.info, &self.verdicts),
            pairs,
            columns,
            counts,
            paid,
            slices,
            faults: self.faults.finish(),
            readings: self.readings,
            scorers: self.scorers,
            replayed: false,
            early: self.early,
            running: false,
        }
    }

    /// Takes the records of the next case together.
    pub fn row(&mut self, row: &Row) {
        for record in &row.records {
            if let Some(tally) = self.tallies.get_mut(column_of(self.info, record)) {
                tally.push(record);
            }
            self.faults.push(record);
            if self.unjudged.is_none() && record.pass.is_none() {
                self.unjudged = record
                    .scores
                    .iter()
                    .filter(|score| score.weight > 0.0)
                    .find_map(|score| {
                        let why = score.unscored.clone()?;
                        Some((score.scorer.clone(), why))
                    });
            }
            for score in &record.scores {
                if !self.known_scorers.contains(&score.scorer) {
                    self.known_scorers.insert(score.scorer.clone());
                    self.scorers.push(score.scorer.clone());
                }
            }
        }
        let squares = squares(self.info, &row.records);
        for (tally, square) in self.tallies.iter_mut().zip(&squares) {
            tally.case(square);
        }
        self.verdicts.case(row.case(), &squares);
        self.slices.case(&row.case().tags, &squares);
        self.weigh(row, squares);
    }

    /// Keeps the row among the readings when it is worth more than the least of them. The texts, which cost most, are
    /// compared only where they could decide that.
    fn weigh(&mut self, row: &Row, squares: Vec<Square>) {
        let least = if self.readings.len() < READINGS {
            0.0
        } else {
            self.readings.last().map_or(0.0, |reading| reading.disagreement.score)
        };
        let mut found = Weigher::glance(&squares);
        let texts = if self.compared < TEXTS { 0.2 } else { 0.0 };
        if found.score + texts <= least {
            return;
        }
        self.compared += 1;
        self.weigher.compare_texts(self.info, &row.records, &mut found);
        if found.score <= least || found.reason == Reason::Alike {
            return;
        }
        let at = self
            .readings
            .partition_point(|reading| reading.disagreement.score >= found.score);
        let reading = Reading {
            case: row.case().id.clone(),
            index: row.index(),
            question: row.question().chars().take(200).collect(),
            disagreement: found,
            squares,
        };
        self.readings.insert(at, reading);
        self.readings.truncate(READINGS);
    }
}

/// The interval of a column over cases that share groups: what the group has in common counts once.
fn heed_groups(column: &mut Column, verdicts: &Verdicts, at: usize) {
    let Some(rate) = &mut column.pass else { return };
    let (values, groups) = verdicts.column(at);
    if let Some(found) = super::paired::estimate(&values, &groups, false)
        && found.clustered
        && let (Some((low, high)), Some(error)) = (found.interval, found.error)
        && error > 0.0
    {
        rate.low = low.max(0.0);
        rate.high = high.min(1.0);
        rate.error = error;
        rate.method = super::figures::Method::Clustered;
    }
}
