//! A run as CSV: three layouts, for people (spreadsheets) or for machines (RFC 4180).
//!
//! | | for people | for machines |
//! |---|---|---|
//! | encoding | UTF-8 with byte-order mark | UTF-8 |
//! | line end of records | CRLF | LF |
//! | quoting | every text field | where needed |
//! | line breaks in fields | LF | as stored |
//! | guard against formulas | on, listed in the column `guarded` | off |
//! | numbers | point decimal, no exponent, at most six places (money exact) | shortest exact |
//! | absent | empty field | empty field; an empty text is `""` |
//!
//! Streams: a row is written as soon as its records have gone by. Nothing here reads or opens anything. Runs of the
//! simulator have a last column `simulated` that says so in every row.

mod field;
pub(super) mod layouts;
mod parts;

use std::io::{self, Write};

use crate::compare::{Row, Weigher};
use crate::domain::{Case, Lang, RunInfo};
use field::Rows;
use layouts::CaseText;

pub(super) use parts::{answer_of, error_kind, instant, suite};
pub use parts::{language, row_key};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A cell: case × target × trial.
    Long,
    /// A case (× trial), answers side by side.
    Wide,
    /// An answer × scorer.
    Scores,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Spreadsheet programs and who sits before them.
    ///
    /// What this program says itself (the reasons of scorers) is told in their language; headers and words are the same.
    People(Lang),
    /// Programs.
    Machine,
}

impl Audience {
    /// Whether people read it.
    #[must_use]
    pub fn is_people(self) -> bool {
        matches!(self, Self::People(_))
    }
}

/// Who judged and so has columns: the scorers of the run, then those that cases bring along, each once; and people, where
/// they were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scorers {
    names: Vec<String>,
    people: bool,
}

impl Scorers {
    /// Those of the run.
    #[must_use]
    pub fn of(info: &RunInfo) -> Self {
        let mut scorers = Self {
            names: Vec::new(),
            people: false,
        };
        let parts = info.parts.iter().flat_map(|part| &part.scorers);
        for scorer in info.scorers.iter().chain(parts) {
            scorers.add(&scorer.name);
        }
        scorers
    }

    /// Adds those of a case.
    pub fn case(&mut self, case: &Case) {
        for scorer in &case.scorers {
            self.add(&scorer.name);
        }
    }

    /// The same with what people say, which has columns beside those that every answer has.
    #[must_use]
    pub fn and_people(mut self, rated: bool) -> Self {
        self.people = rated;
        self
    }

    /// Whether people have columns.
    pub(super) fn has_people(&self) -> bool {
        self.people
    }

    /// The names.
    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }

    fn add(&mut self, name: &str) {
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }
}

/// Writes cases, which must come in the order of the run, as CSV.
pub struct CsvReport<'a, W: Write> {
    rows: Rows<W>,
    info: &'a RunInfo,
    layout: Layout,
    scorers: Vec<String>,
    people: bool,
    case: Option<CaseText>,
    weigher: Weigher,
    guarded: u64,
}

impl<'a, W: Write> CsvReport<'a, W> {
    /// Begins a report: writes the byte-order mark and the header.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn begin(out: W, info: &'a RunInfo, layout: Layout, audience: Audience, scorers: Scorers) -> io::Result<Self> {
        let columns = match layout {
            Layout::Long => layouts::long_columns(info, &scorers.names),
            Layout::Wide => layouts::wide_columns(info, scorers.people),
            Layout::Scores => layouts::scores_columns(info),
        };
        Ok(Self {
            rows: Rows::begin(out, audience, info.simulated, columns)?,
            info,
            layout,
            people: scorers.people,
            scorers: scorers.names,
            case: None,
            weigher: Weigher::default(),
            guarded: 0,
        })
    }

    /// Takes the records of the next case.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn case(&mut self, row: &Row) -> io::Result<()> {
        match self.layout {
            Layout::Long => {
                for record in &row.records {
                    let guarded = layouts::long(&mut self.rows, self.info, &self.scorers, &mut self.case, record)?;
                    self.guarded += guarded as u64;
                }
            }
            Layout::Scores => {
                for record in &row.records {
                    self.guarded += layouts::scores(&mut self.rows, self.info, record)? as u64;
                }
            }
            Layout::Wide => {
                for records in row.trials() {
                    let told = (self.info, self.people);
                    self.guarded += layouts::wide(&mut self.rows, told, &mut self.weigher, records)? as u64;
                }
            }
        }
        Ok(())
    }

    /// Fields that were guarded so far.
    #[must_use]
    pub fn guarded(&self) -> u64 {
        self.guarded
    }

    /// Gives the output back, flushed.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self) -> io::Result<W> {
        let mut out = self.rows.finish()?;
        out.flush()?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
