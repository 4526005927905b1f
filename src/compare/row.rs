//! The records of one case together, and what each column made of it.

use crate::domain::{Case, Outcome, Record, Reply, RunInfo, Status};

/// The records of one case in the order trial, prompt, target. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The records.
    pub records: Vec<Record>,
}

impl Row {
    /// The case.
    #[must_use]
    pub fn case(&self) -> &Case {
        &self.records[0].case
    }

    /// Its position in the suite, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.records[0].case_index
    }

    /// The records of each trial.
    pub fn trials(&self) -> impl Iterator<Item = &[Record]> {
        self.records.chunk_by(|one, next| one.trial == next.trial)
    }

    /// The question as the first prompt asked it.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.records[0].question
    }
}

/// Puts the records of a stream together by case.
#[derive(Debug, Default)]
pub struct Rows {
    records: Vec<Record>,
}

impl Rows {
    /// Takes the next record; gives the row before it when the record begins another.
    pub fn push(&mut self, record: Record) -> Option<Row> {
        let begins = self
            .records
            .first()
            .is_some_and(|first| first.case_index != record.case_index);
        let done = if begins { self.take() } else { None };
        self.records.push(record);
        done
    }

    /// The last row, at the end of the stream.
    pub fn finish(&mut self) -> Option<Row> {
        self.take()
    }

    fn take(&mut self) -> Option<Row> {
        if self.records.is_empty() {
            return None;
        }
        let records = std::mem::take(&mut self.records);
        self.records.reserve(records.len());
        Some(Row { records })
    }
}

/// The rows of records in suite order.
pub fn rows(records: impl IntoIterator<Item = Record>) -> Vec<Row> {
    let mut gathered = Rows::default();
    let mut rows: Vec<Row> = records.into_iter().filter_map(|record| gathered.push(record)).collect();
    rows.extend(gathered.finish());
    rows
}

/// The column of a record: targets vary slowest, as in [`RunInfo::columns`].
#[must_use]
pub fn column_of(info: &RunInfo, record: &Record) -> usize {
    record.target * info.prompts.len() + record.prompt
}

/// What came back for a record: the answer, or what the provider's filter left of it.
#[must_use]
pub fn reply_of(record: &Record) -> Option<&Reply> {
    match record.outcome.as_ref()? {
        Outcome::Answered { reply, .. } => Some(reply),
        Outcome::Failed { reply, .. } => reply.as_deref(),
        Outcome::Skipped(_) => None,
    }
}

/// The text that people read as the answer: what was said, or the refusal when nothing else was.
#[must_use]
pub fn text_of(reply: &Reply) -> &str {
    match &reply.refusal {
        Some(refusal) if reply.text.is_empty() => refusal,
        _ => &reply.text,
    }
}

/// What a column made of one case, over its trials.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Square {
    /// Cells there are; 0 where the case is not asked of this column.
    pub cells: u32,
    /// Answers that count.
    pub measured: u32,
    /// Answers with a verdict.
    pub judged: u32,
    /// Answers that passed.
    pub passed: u32,
    /// Cells with an error or cut.
    pub errors: u32,
    /// Mean score over the answers that have one.
    pub score: Option<f64>,
    /// Sum and count behind `score`.
    scores: (f64, u32),
}

/// A square in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// All answers passed.
    Pass,
    /// All failed.
    Fail,
    /// Some trials passed, some failed.
    Unstable,
    /// Answered, without a verdict.
    Answered,
    /// No answer that counts: an error.
    Error,
    /// Not asked, or not yet.
    NotMeasured,
}

impl Square {
    /// Adds a trial.
    pub fn add(&mut self, record: &Record) {
        self.cells += 1;
        match record.status {
            Status::Measured => self.measured += 1,
            Status::Error | Status::Aborted => self.errors += 1,
            Status::Skipped => {}
        }
        if record.status != Status::Measured {
            return;
        }
        if let Some(pass) = record.pass {
            self.judged += 1;
            self.passed += u32::from(pass);
        }
        if let Some(score) = record.score.filter(|score| score.is_finite()) {
            self.scores.0 += score;
            self.scores.1 += 1;
            self.score = Some(self.scores.0 / f64::from(self.scores.1));
        }
    }

    /// The share of trials that passed.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.judged > 0).then(|| f64::from(self.passed) / f64::from(self.judged))
    }

    /// The square in one word.
    #[must_use]
    pub fn sign(&self) -> Sign {
        match (self.judged, self.passed) {
            (0, _) if self.measured > 0 => Sign::Answered,
            (0, _) if self.errors > 0 => Sign::Error,
            (0, _) => Sign::NotMeasured,
            (judged, passed) if judged == passed => Sign::Pass,
            (_, 0) => Sign::Fail,
            _ => Sign::Unstable,
        }
    }
}

/// The squares of the records of a case, one a column.
#[must_use]
pub fn squares(info: &RunInfo, records: &[Record]) -> Vec<Square> {
    let mut squares = vec![Square::default(); info.targets.len() * info.prompts.len()];
    for record in records {
        if let Some(square) = squares.get_mut(column_of(info, record)) {
            square.add(record);
        }
    }
    squares
}
