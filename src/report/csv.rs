//! A run as CSV: three layouts, for people (spreadsheets) or for machines (RFC 4180).
//!
//! | | for people | for machines |
//! |---|---|---|
//! | encoding | UTF-8 with byte-order mark | UTF-8 |
//! | line end of records | CRLF | LF |
//! | quoting | every text field | where needed |
//! | line breaks in fields | LF | as stored |
//! | guard against formulas | on, listed in the column `guarded` | off |
//! | numbers | point decimal, no exponent, at most six places | shortest exact |
//! | absent | empty field | empty field; an empty text is `""` |
//!
//! Streams: a row is written as soon as its records have gone by. Nothing here reads or opens anything.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::domain::{Finish, Outcome, Record, Reply, RowKey, RunInfo, SkipReason, Status};
use crate::text::sink::csv_guard;

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
    People,
    /// Programs.
    Machine,
}

/// Tells how far the answers of a case are apart: 0 to 1, and why in a few words.
pub type Disagreement = dyn Fn(&RunInfo, &[Record]) -> Option<(f64, String)>;

/// Writes records, which must come in the order of the run, as CSV.
pub struct CsvReport<'a, W: Write> {
    out: W,
    info: &'a RunInfo,
    layout: Layout,
    row: Row,
    /// Records of the row being gathered, in the wide layout.
    gathered: Vec<Record>,
    disagreement: &'a Disagreement,
}

impl<'a, W: Write> CsvReport<'a, W> {
    /// Begins a report: writes the byte-order mark and the header.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn begin(
        mut out: W,
        info: &'a RunInfo,
        layout: Layout,
        audience: Audience,
        disagreement: &'a Disagreement,
    ) -> io::Result<Self> {
        if audience == Audience::People {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut report = Self {
            out,
            info,
            layout,
            row: Row::new(audience),
            gathered: Vec::new(),
            disagreement,
        };
        let columns = report.columns();
        for name in &columns {
            report.row.heading(name);
        }
        report.row.end(&mut report.out)?;
        Ok(report)
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn record(&mut self, record: Record) -> io::Result<()> {
        match self.layout {
            Layout::Long => self.long(&record),
            Layout::Scores => self.scores(&record),
            Layout::Wide => {
                let same = self
                    .gathered
                    .first()
                    .is_none_or(|first| first.case_index == record.case_index && first.trial == record.trial);
                if !same {
                    self.wide()?;
                }
                self.gathered.push(record);
                Ok(())
            }
        }
    }

    /// Writes what is left and gives the output back.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.gathered.is_empty() {
            self.wide()?;
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn several_prompts(&self) -> bool {
        self.info.prompts.len() > 1
    }

    fn columns(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut add = |more: &[&str]| names.extend(more.iter().map(|name| (*name).to_owned()));
        match self.layout {
            Layout::Long => {
                add(&[
                    "row_key", "run_id", "suite", "suite_fp", "case_id", "tags", "lang", "target",
                ]);
                if self.several_prompts() {
                    add(&["prompt"]);
                }
                add(&[
                    "provider",
                    "model",
                    "model_reported",
                    "trial",
                    "status",
                    "error_kind",
                    "finish_reason",
                ]);
                add(&["question", "reference", "answer", "answer_chars", "pass", "score"]);
                for scorer in &self.info.scorers {
                    for kind in ["score", "pass", "why"] {
                        names.push(format!("{kind}.{}", scorer.name));
                    }
                }
                let mut add = |more: &[&str]| names.extend(more.iter().map(|name| (*name).to_owned()));
                add(&["human_n", "human_mean", "human_pref", "latency_ms", "ttft_ms"]);
                add(&["tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning"]);
                add(&["cost", "currency", "cost_source", "cached", "attempts", "started_at"]);
            }
            Layout::Wide => {
                add(&["case_id", "trial", "tags", "lang", "question", "reference"]);
                let columns = self.info.columns();
                for kind in [
                    "answer",
                    "pass",
                    "score",
                    "status",
                    "latency_ms",
                    "cost",
                    "currency",
                    "row_key",
                ] {
                    names.extend(columns.iter().map(|(_, _, label)| format!("{kind}.{label}")));
                }
                names.extend(["disagreement", "disagreement_why", "best"].map(str::to_owned));
            }
            Layout::Scores => {
                add(&["row_key", "case_id", "target"]);
                if self.several_prompts() {
                    add(&["prompt"]);
                }
                add(&[
                    "trial",
                    "scorer",
                    "kind",
                    "score",
                    "pass",
                    "why",
                    "judge_target",
                    "judge_cost",
                    "currency",
                ]);
                add(&["reviewer", "created_at"]);
            }
        }
        if self.row.audience == Audience::People {
            names.push("guarded".to_owned());
        }
        self.row.names.borrow_mut().clone_from(&names);
        names
    }

    fn row_key(&self, record: &Record) -> RowKey {
        row_key(self.info, record)
    }

    fn long(&mut self, record: &Record) -> io::Result<()> {
        let key = self.row_key(record);
        let several = self.several_prompts();
        let target = &self.info.targets[record.target];
        let row = &mut self.row;
        row.word(key.as_str());
        row.word(self.info.id.as_str());
        row.text(
            self.info
                .part_of(record.case_index)
                .map_or(self.info.suite.as_str(), |part| part.name.as_str()),
        );
        row.word(&self.info.suite_fp);
        row.text(&record.case.id);
        row.text(&record.case.tags.join(";"));
        row.word_or_empty(language(&record.question));
        row.text(&target.name);
        if several {
            row.text(&self.info.prompts[record.prompt].name);
        }
        row.word(target.provider.word());
        row.text(&target.model);
        let reply = reply_of(record);
        row.optional_text(reply.and_then(|reply| reply.model.as_deref()));
        row.integer(Some(u64::from(record.trial)));
        row.word(record.status.word());
        row.word_or_empty(&error_kind(record));
        row.word_or_empty(reply.map_or("", |reply| reply.finish.word()));
        row.text(&record.question);
        row.text(&reference(record));
        row.optional_text(answer_of(record));
        row.integer(answer_of(record).map(|answer| answer.chars().count() as u64));
        row.flag(record.pass);
        row.decimal(record.score);
        for scorer in &self.info.scorers {
            match record.scores.iter().find(|score| score.scorer == scorer.name) {
                Some(score) => {
                    row.decimal(score.points);
                    row.flag(score.pass);
                    row.text(score.label.as_deref().unwrap_or(&score.why));
                }
                None => {
                    for _ in 0..3 {
                        row.empty();
                    }
                }
            }
        }
        for _ in 0..3 {
            row.empty();
        }
        let times = times_of(record);
        row.decimal(times.map(|(total, _)| total));
        row.decimal(times.and_then(|(_, first)| first));
        let usage = reply.map(|reply| reply.usage).unwrap_or_default();
        for tokens in [usage.input, usage.output, usage.cached, usage.reasoning] {
            row.integer(tokens);
        }
        let (cost, currency, source) = cost_of(record);
        row.decimal(cost);
        row.word_or_empty(currency.unwrap_or(""));
        row.word_or_empty(source);
        let (cached, attempts, started) = how(record);
        row.word_or_empty(match cached {
            Some(true) => "cache",
            Some(false) => "fresh",
            None => "",
        });
        row.integer(attempts.map(u64::from));
        row.word_or_empty(&started.map(moment).unwrap_or_default());
        row.end(&mut self.out)
    }

    fn wide(&mut self) -> io::Result<()> {
        let records = std::mem::take(&mut self.gathered);
        let columns = self.info.columns();
        let Some(first) = records.first() else { return Ok(()) };
        let cells: Vec<Option<&Record>> = columns
            .iter()
            .map(|(target, prompt, _)| {
                records
                    .iter()
                    .find(|record| record.target == *target && record.prompt == *prompt)
            })
            .collect();
        let keys: Vec<Option<RowKey>> = cells
            .iter()
            .map(|cell| cell.map(|record| self.row_key(record)))
            .collect();
        let apart = (self.disagreement)(self.info, &records);
        let best = best_of(&cells);
        let row = &mut self.row;
        row.text(&first.case.id);
        row.integer(Some(u64::from(first.trial)));
        row.text(&first.case.tags.join(";"));
        row.word_or_empty(language(&first.question));
        row.text(&first.question);
        row.text(&reference(first));
        for cell in &cells {
            row.optional_text(cell.and_then(answer_of));
        }
        for cell in &cells {
            row.flag(cell.and_then(|record| record.pass));
        }
        for cell in &cells {
            row.decimal(cell.and_then(|record| record.score));
        }
        for cell in &cells {
            row.word_or_empty(cell.map_or("", |record| record.status.word()));
        }
        for cell in &cells {
            row.decimal(cell.and_then(times_of).map(|(total, _)| total));
        }
        for cell in &cells {
            row.decimal(cell.and_then(|record| cost_of(record).0));
        }
        for cell in &cells {
            row.word_or_empty(cell.and_then(|record| cost_of(record).1).unwrap_or(""));
        }
        for key in &keys {
            row.word_or_empty(key.as_ref().map_or("", RowKey::as_str));
        }
        row.decimal(apart.as_ref().map(|(score, _)| *score));
        row.text(apart.as_ref().map_or("", |(_, why)| why));
        let best: Vec<&str> = best.into_iter().map(|index| columns[index].2.as_str()).collect();
        row.text(&best.join(";"));
        row.end(&mut self.out)
    }

    fn scores(&mut self, record: &Record) -> io::Result<()> {
        let key = self.row_key(record);
        let several = self.several_prompts();
        for score in &record.scores {
            let row = &mut self.row;
            row.word(key.as_str());
            row.text(&record.case.id);
            row.text(&self.info.targets[record.target].name);
            if several {
                row.text(&self.info.prompts[record.prompt].name);
            }
            row.integer(Some(u64::from(record.trial)));
            row.text(&score.scorer);
            row.word("rule");
            row.decimal(score.points);
            row.flag(score.pass);
            row.text(score.label.as_deref().unwrap_or(&score.why));
            for _ in 0..5 {
                row.empty();
            }
            row.end(&mut self.out)?;
        }
        Ok(())
    }
}

/// The key of a record's row in every export.
#[must_use]
pub fn row_key(info: &RunInfo, record: &Record) -> RowKey {
    RowKey::of(
        info.id.as_str(),
        &record.case.id,
        &info.prompts[record.prompt].name,
        &info.targets[record.target].name,
        record.trial,
    )
}

/// Columns within 0.001 of the highest score.
fn best_of(cells: &[Option<&Record>]) -> Vec<usize> {
    let scores: Vec<Option<f64>> = cells.iter().map(|cell| cell.and_then(|record| record.score)).collect();
    let highest = scores.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    (0..cells.len())
        .filter(|index| scores[*index].is_some_and(|score| score >= highest - 0.001))
        .collect()
}

/// The answer that came, if any; for a filtered one what the filter left.
pub(super) fn reply_of(record: &Record) -> Option<&Reply> {
    match record.outcome.as_ref()? {
        Outcome::Answered { reply, .. } => Some(reply),
        Outcome::Failed { reply, .. } => reply.as_deref(),
        Outcome::Skipped(_) => None,
    }
}

/// The text of the answer, or the refusal where that is all there is.
pub(super) fn answer_of(record: &Record) -> Option<&str> {
    let reply = reply_of(record)?;
    if reply.text.is_empty()
        && let Some(refusal) = &reply.refusal
    {
        return Some(refusal);
    }
    if reply.text.is_empty() && reply.finish == Finish::Filter {
        return None;
    }
    Some(&reply.text)
}

/// The accepted answers, one a line.
pub(super) fn reference(record: &Record) -> String {
    record.case.expected_texts().collect::<Vec<_>>().join("\n")
}

/// The word for what went wrong; empty when nothing did.
pub(super) fn error_kind(record: &Record) -> String {
    match &record.outcome {
        Some(Outcome::Failed { fault, .. }) if record.status != Status::Measured => fault.kind.word().to_owned(),
        Some(Outcome::Answered { .. }) if record.status == Status::Error => "scorer".to_owned(),
        Some(Outcome::Skipped(SkipReason::Budget)) => "budget".to_owned(),
        Some(Outcome::Skipped(SkipReason::TargetStopped(why))) => why.clone(),
        _ => String::new(),
    }
}

/// Milliseconds to the end and to the first text, of fresh answers that no sleep fell into.
#[expect(clippy::cast_precision_loss, reason = "microseconds of hours are far below 2^53")]
pub(super) fn times_of(record: &Record) -> Option<(f64, Option<f64>)> {
    let milliseconds = |us: u64| (us as f64 / 1000.0).round();
    match record.outcome.as_ref()? {
        Outcome::Answered {
            timing, cached: false, ..
        } if !timing.suspended => Some((milliseconds(timing.total_us), timing.first_text_us.map(milliseconds))),
        _ => None,
    }
}

/// What was paid: amount, currency, source. A reused answer costs nothing.
fn cost_of(record: &Record) -> (Option<f64>, Option<&str>, &'static str) {
    match record.outcome.as_ref() {
        Some(Outcome::Answered { cost, cached, .. }) => {
            let amount = cost
                .money
                .as_ref()
                .map(|money| if *cached { 0.0 } else { money.units() });
            (
                amount,
                cost.money.as_ref().map(|money| money.currency.0.as_str()),
                cost.source.word(),
            )
        }
        _ => (None, None, ""),
    }
}

/// Reused or not, tries, start.
fn how(record: &Record) -> (Option<bool>, Option<u32>, Option<i64>) {
    match record.outcome.as_ref() {
        Some(Outcome::Answered {
            cached,
            attempts,
            timing,
            ..
        }) => (Some(*cached), Some(*attempts), Some(timing.started_us)),
        Some(Outcome::Failed { attempts, timing, .. }) => (
            Some(false),
            Some(*attempts),
            (timing.started_us > 0).then_some(timing.started_us),
        ),
        _ => (None, None, None),
    }
}

/// Seconds in UTC: `2026-03-14T00:12:31Z`.
fn moment(us: i64) -> String {
    jiff::Timestamp::from_second(us.div_euclid(1_000_000))
        .map(|moment| moment.to_string())
        .unwrap_or_default()
}

/// Language of a text by its script: the tag that `lang` attributes take, empty when the script tells nothing.
#[must_use]
pub fn language(text: &str) -> &'static str {
    let (mut hangul, mut kana, mut han, mut latin) = (0u32, 0u32, 0u32, 0u32);
    for letter in text.chars() {
        match u32::from(letter) {
            0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7a3 | 0xa960..=0xa97f | 0xd7b0..=0xd7ff => hangul += 1,
            0x3040..=0x30ff | 0x31f0..=0x31ff => kana += 1,
            0x4e00..=0x9fff | 0x3400..=0x4dbf => han += 1,
            0x41..=0x5a | 0x61..=0x7a | 0xc0..=0x24f => latin += 1,
            _ => {}
        }
    }
    // A syllable says about as much as three letters.
    match () {
        () if hangul > 0 && hangul * 3 >= latin && hangul >= kana => "ko",
        () if kana > 0 && (kana + han) * 3 >= latin => "ja",
        () if han > 0 && han * 3 >= latin => "zh",
        () if latin > 0 => "en",
        () if hangul > 0 => "ko",
        () => "",
    }
}

/// A row being written.
struct Row {
    audience: Audience,
    buffer: String,
    column: usize,
    names: std::cell::RefCell<Vec<String>>,
    guarded: Vec<usize>,
}

impl Row {
    fn new(audience: Audience) -> Self {
        Self {
            audience,
            buffer: String::new(),
            column: 0,
            names: std::cell::RefCell::default(),
            guarded: Vec::new(),
        }
    }

    fn separate(&mut self) {
        if self.column > 0 {
            self.buffer.push(',');
        }
        self.column += 1;
    }

    fn heading(&mut self, name: &str) {
        self.separate();
        let (name, _) = if self.audience == Audience::People {
            csv_guard(name)
        } else {
            (name.into(), false)
        };
        quoted_if_needed(&mut self.buffer, &name);
    }

    fn empty(&mut self) {
        self.separate();
    }

    /// Text from outside, or named by the user.
    fn text(&mut self, text: &str) {
        self.separate();
        match self.audience {
            Audience::Machine => {
                if text.is_empty() {
                    self.buffer.push_str("\"\"");
                } else {
                    quoted_if_needed(&mut self.buffer, text);
                }
            }
            Audience::People => {
                let text = if text.contains('\r') {
                    text.replace("\r\n", "\n").replace('\r', "\n")
                } else {
                    text.to_owned()
                };
                let (text, guarded) = csv_guard(&text);
                if guarded {
                    self.guarded.push(self.column - 1);
                }
                if !text.is_empty() {
                    quoted(&mut self.buffer, &text);
                }
            }
        }
    }

    fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.empty(),
        }
    }

    /// A fixed word or a key.
    fn word(&mut self, word: &str) {
        self.separate();
        match self.audience {
            Audience::People => quoted(&mut self.buffer, word),
            Audience::Machine => quoted_if_needed(&mut self.buffer, word),
        }
    }

    fn word_or_empty(&mut self, word: &str) {
        if word.is_empty() { self.empty() } else { self.word(word) }
    }

    fn integer(&mut self, number: Option<u64>) {
        self.separate();
        if let Some(number) = number {
            let _ = write!(self.buffer, "{number}");
        }
    }

    fn flag(&mut self, flag: Option<bool>) {
        self.integer(flag.map(u64::from));
    }

    fn decimal(&mut self, number: Option<f64>) {
        self.separate();
        let Some(number) = number.filter(|number| number.is_finite()) else {
            return;
        };
        match self.audience {
            Audience::Machine => {
                let _ = write!(self.buffer, "{number}");
            }
            Audience::People => {
                let text = format!("{number:.6}");
                let text = text.trim_end_matches('0').trim_end_matches('.');
                self.buffer.push_str(if text == "-0" { "0" } else { text });
            }
        }
    }

    fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.audience == Audience::People && self.column < self.names.borrow().len() {
            let names = self.names.borrow();
            let list: Vec<&str> = self.guarded.iter().map(|column| names[*column].as_str()).collect();
            self.buffer.push(',');
            if !list.is_empty() {
                quoted(&mut self.buffer, &list.join(";"));
            }
        }
        self.buffer.push_str(if self.audience == Audience::People {
            "\r\n"
        } else {
            "\n"
        });
        let result = out.write_all(self.buffer.as_bytes());
        self.buffer.clear();
        self.column = 0;
        self.guarded.clear();
        result
    }
}

fn quoted(buffer: &mut String, text: &str) {
    buffer.push('"');
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            buffer.push_str("\"\"");
        }
        buffer.push_str(part);
    }
    buffer.push('"');
}

fn quoted_if_needed(buffer: &mut String, text: &str) {
    if text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        quoted(buffer, text);
    } else {
        buffer.push_str(text);
    }
}
