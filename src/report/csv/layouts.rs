//! The columns of the three layouts and how a row of each is filled.

use std::io;
use std::sync::Arc;

use super::parts::{answer_of, error_kind, how, instant, language, paid_of, row_key, suite, times_of};
use crate::compare::row::reply_of;
use crate::compare::{Reason, Weigher};
use crate::domain::review::Human;
use crate::domain::{Case, Record, RunInfo, Score};
use crate::report::fields::Fields;
use crate::report::words::{self, Lang};

/// Columns within this of the highest score are all the best.
const TIE: f64 = 0.001;

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// The prompt has a column only where there are several.
fn prompt(info: &RunInfo) -> Vec<String> {
    if info.prompts.len() > 1 {
        names(&["prompt"])
    } else {
        Vec::new()
    }
}

/// What is the same for all records of a case, so that it is made once.
#[derive(Debug)]
pub(in crate::report) struct CaseText {
    case: Arc<Case>,
    question: Arc<str>,
    tags: String,
    lang: &'static str,
    reference: String,
}

impl CaseText {
    fn of(record: &Record) -> Self {
        Self {
            case: Arc::clone(&record.case),
            question: Arc::clone(&record.question),
            tags: record.case.tags.join(";"),
            lang: language(&record.question),
            reference: record.case.expected_texts().collect::<Vec<_>>().join("\n"),
        }
    }

    /// That of `record`, made anew where `kept` is of another case or question.
    fn for_record<'a>(kept: &'a mut Option<Self>, record: &Record) -> &'a Self {
        let same = kept
            .as_ref()
            .is_some_and(|kept| Arc::ptr_eq(&kept.case, &record.case) && Arc::ptr_eq(&kept.question, &record.question));
        if !same {
            *kept = Some(Self::of(record));
        }
        kept.as_ref().expect("made above")
    }
}

/// Columns of the long layout: a row a cell.
pub(in crate::report) fn long_columns(info: &RunInfo, scorers: &[String]) -> Vec<String> {
    let mut all = names(&[
        "row_key", "run_id", "suite", "suite_fp", "case_id", "tags", "lang", "target",
    ]);
    all.extend(prompt(info));
    all.extend(names(&[
        "provider",
        "model",
        "model_reported",
        "trial",
        "status",
        "error_kind",
        "finish_reason",
        "question",
        "reference",
        "answer",
        "answer_chars",
        "pass",
        "score",
    ]));
    for scorer in scorers {
        all.extend(["score", "pass", "why"].map(|what| format!("{what}.{scorer}")));
    }
    all.extend(names(&[
        "human_n",
        "human_mean",
        "human_pref",
        "human_scale",
        "latency_ms",
        "ttft_ms",
        "tokens_in",
        "tokens_out",
        "tokens_cached",
        "tokens_reasoning",
        "cost",
        "currency",
        "cost_source",
        "cached",
        "attempts",
        "started_at",
    ]));
    all
}

/// A row of the long layout.
pub(in crate::report) fn long<R: Fields>(
    rows: &mut R,
    info: &RunInfo,
    scorers: &[String],
    kept: &mut Option<CaseText>,
    record: &Record,
) -> io::Result<usize> {
    let target = &info.targets[record.target];
    let case = CaseText::for_record(kept, record);
    rows.word(row_key(info, record).as_str())?;
    rows.word(info.id.as_str())?;
    rows.text(suite(info, record))?;
    rows.word(&info.suite_fp)?;
    rows.text(&record.case.id)?;
    rows.text(&case.tags)?;
    rows.word(case.lang)?;
    rows.text(&target.name)?;
    if info.prompts.len() > 1 {
        rows.text(&info.prompts[record.prompt].name)?;
    }
    rows.word(info.provider_word(target))?;
    rows.text(&target.model)?;
    let reply = reply_of(record);
    rows.maybe(reply.and_then(|reply| reply.model.as_deref()))?;
    rows.integer(Some(u64::from(record.trial)))?;
    rows.word(record.status.word())?;
    rows.word(error_kind(record))?;
    rows.word(reply.map_or("", |reply| reply.finish.word()))?;
    rows.text(&record.question)?;
    rows.text(&case.reference)?;
    let answer = answer_of(record);
    rows.maybe(answer)?;
    rows.integer(answer.map(|answer| answer.chars().count() as u64))?;
    rows.flag(record.pass)?;
    rows.decimal(record.score)?;
    for scorer in scorers {
        match record.scores.iter().find(|score| score.scorer == *scorer) {
            Some(score) => {
                rows.decimal(score.points)?;
                rows.flag(score.pass)?;
                rows.text(&why(score, rows.lang()))?;
            }
            None => (0..3).try_for_each(|_| rows.absent())?,
        }
    }
    match record.human.as_deref() {
        Some(human) => {
            rows.integer(Some(u64::from(human.n)))?;
            rows.decimal(human.mean)?;
            rows.maybe(human.best.as_deref())?;
            rows.word(&scale(human.scale))?;
        }
        None => (0..4).try_for_each(|_| rows.absent())?,
    }
    let times = times_of(record);
    rows.milliseconds(times.map(|(total, _)| total))?;
    rows.milliseconds(times.and_then(|(_, first)| first))?;
    let usage = reply.map(|reply| reply.usage).unwrap_or_default();
    for tokens in [usage.input, usage.output, usage.cached, usage.reasoning] {
        rows.integer(tokens)?;
    }
    let (nano, currency, source) = paid_of(record);
    rows.amount(nano)?;
    rows.word(currency)?;
    rows.word(source)?;
    let (cached, attempts, started) = how(record);
    rows.word(cached)?;
    rows.integer(attempts.map(u64::from))?;
    rows.word(&started.map(instant).unwrap_or_default())?;
    rows.end()
}

/// A scale, in a form that no spreadsheet program takes for a date.
fn scale((low, high): (u8, u8)) -> String {
    format!("{low}..{high}")
}

/// The reason of a score; for one without a verdict its label, or why there is none.
fn why(score: &Score, lang: Lang) -> String {
    let reason = score.why.in_lang(lang);
    match (&score.label, &score.unscored) {
        (Some(label), _) if reason.is_empty() || reason == label => label.clone(),
        (Some(label), _) => format!("{label}: {reason}"),
        (None, Some(unscored)) => unscored.in_lang(lang).to_owned(),
        (None, None) => reason.to_owned(),
    }
}

/// Columns of the wide layout: a row a case (and trial), the answers side by side.
/// `people` adds what they say.
pub(super) fn wide_columns(info: &RunInfo, people: bool) -> Vec<String> {
    let mut all = names(&["case_id", "trial", "tags", "lang", "question", "reference"]);
    let columns = info.columns();
    for what in [
        "answer",
        "pass",
        "score",
        "status",
        "latency_ms",
        "cost",
        "currency",
        "row_key",
    ] {
        all.extend(columns.iter().map(|(_, _, label)| format!("{what}.{label}")));
    }
    if people {
        all.extend(columns.iter().map(|(_, _, label)| format!("human_mean.{label}")));
        all.extend(names(&["human_pref", "human_scale"]));
    }
    all.extend(names(&["disagreement", "disagreement_why", "best"]));
    all
}

/// A row of the wide layout, from the records of one case and trial.
pub(super) fn wide<R: Fields>(
    rows: &mut R,
    (info, people): (&RunInfo, bool),
    weigher: &mut Weigher,
    records: &[Record],
) -> io::Result<usize> {
    let columns = info.columns();
    let found = weigher.weigh(info, records);
    let first = &records[0];
    let case = CaseText::of(first);
    let mut cells: Vec<Option<&Record>> = vec![None; columns.len()];
    for record in records {
        if let Some(cell) = cells.get_mut(crate::compare::row::column_of(info, record)) {
            *cell = Some(record);
        }
    }
    rows.text(&first.case.id)?;
    rows.integer(Some(u64::from(first.trial)))?;
    rows.text(&case.tags)?;
    rows.word(case.lang)?;
    rows.text(&first.question)?;
    rows.text(&case.reference)?;
    cells.iter().try_for_each(|cell| rows.maybe(cell.and_then(answer_of)))?;
    cells
        .iter()
        .try_for_each(|cell| rows.flag(cell.and_then(|record| record.pass)))?;
    cells
        .iter()
        .try_for_each(|cell| rows.decimal(cell.and_then(|record| record.score)))?;
    cells
        .iter()
        .try_for_each(|cell| rows.word(cell.map_or("", |record| record.status.word())))?;
    let time = |record: &Record| times_of(record).map(|(total, _)| total);
    cells
        .iter()
        .try_for_each(|cell| rows.milliseconds(cell.and_then(time)))?;
    cells
        .iter()
        .try_for_each(|cell| rows.amount(cell.and_then(|record| paid_of(record).0)))?;
    cells
        .iter()
        .try_for_each(|cell| rows.word(cell.map_or("", |record| paid_of(record).1)))?;
    for cell in &cells {
        match cell {
            Some(record) => rows.word(row_key(info, record).as_str())?,
            None => rows.absent()?,
        }
    }
    if people {
        let humans: Vec<Option<&Human>> = cells
            .iter()
            .map(|cell| cell.and_then(|record| record.human.as_deref()))
            .collect();
        humans
            .iter()
            .try_for_each(|human| rows.decimal(human.and_then(|human| human.mean)))?;
        let said = || humans.iter().copied().flatten();
        rows.maybe(said().find_map(|human| human.best.as_deref()))?;
        rows.word(&said().next().map_or_else(String::new, |human| scale(human.scale)))?;
    }
    rows.decimal(Some(found.score))?;
    let label = |column: usize| columns[column].2.clone();
    let why = match found.reason {
        Reason::Alike => String::new(),
        _ => words::reason(&found, &label, false, rows.lang()),
    };
    rows.text(&why)?;
    let best: Vec<&str> = best(&cells)
        .into_iter()
        .map(|column| columns[column].2.as_str())
        .collect();
    rows.text(&best.join(";"))?;
    rows.end()
}

/// Columns within [`TIE`] of the highest score.
fn best(cells: &[Option<&Record>]) -> Vec<usize> {
    let scores: Vec<Option<f64>> = cells.iter().map(|cell| cell.and_then(|record| record.score)).collect();
    let highest = scores.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    (0..cells.len())
        .filter(|at| scores[*at].is_some_and(|score| score >= highest - TIE))
        .collect()
}

/// Columns of the scores layout: a row an answer × scorer.
pub(super) fn scores_columns(info: &RunInfo) -> Vec<String> {
    let mut all = names(&["row_key", "case_id", "target"]);
    all.extend(prompt(info));
    all.extend(names(&[
        "trial",
        "scorer",
        "kind",
        "score",
        "pass",
        "why",
        "judge_target",
        "judge_cost",
        "currency",
        "reviewer",
        "created_at",
        "scale",
    ]));
    all
}

/// The rows of one record in the scores layout.
pub(super) fn scores<R: Fields>(rows: &mut R, info: &RunInfo, record: &Record) -> io::Result<usize> {
    let mut guarded = 0;
    for score in &record.scores {
        whose(rows, info, record)?;
        rows.text(&score.scorer)?;
        rows.word("rule")?;
        rows.decimal(score.points)?;
        rows.flag(score.pass)?;
        rows.text(&why(score, rows.lang()))?;
        (0..6).try_for_each(|_| rows.absent())?;
        guarded += rows.end()?;
    }
    for human in record.human.iter().flat_map(|human| human.every_scale()) {
        let reviews = human.scores.iter().map(|score| ("review", score));
        for (what, score) in reviews.chain(human.decision.iter().map(|score| ("decision", score))) {
            whose(rows, info, record)?;
            rows.word(what)?;
            rows.word("human")?;
            rows.decimal(Some(f64::from(score.score)))?;
            rows.absent()?;
            let said = [&score.issue, &score.note].map(String::as_str);
            let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
            rows.text(&said.join("; "))?;
            (0..3).try_for_each(|_| rows.absent())?;
            rows.text(&score.reviewer)?;
            rows.word(&instant(score.at_us))?;
            rows.word(&scale(human.scale))?;
            guarded += rows.end()?;
        }
    }
    Ok(guarded)
}

/// The columns that tell which answer a row of the scores layout is about.
fn whose<R: Fields>(rows: &mut R, info: &RunInfo, record: &Record) -> io::Result<()> {
    rows.word(row_key(info, record).as_str())?;
    rows.text(&record.case.id)?;
    rows.text(&info.targets[record.target].name)?;
    if info.prompts.len() > 1 {
        rows.text(&info.prompts[record.prompt].name)?;
    }
    rows.integer(Some(u64::from(record.trial)))
}
