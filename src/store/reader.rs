//! Reading a run: whole or in part, finished or still running.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::{Listed, StoreError, compress, schema};
use crate::domain::{
    Case, Cost, CostSource, Currency, Event, Fault, Finish, Lang, Money, Outcome, Reply, RunInfo, Said, Score,
    SkipReason, Status, Timing, TokenLogprob, ToolCall, Usage,
};

/// A run opened for reading. Sees the state at each query; a run may go on meanwhile.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
    info: Arc<RunInfo>,
}

/// An outcome as stored, with its judgements.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Number of the cell.
    pub cell: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether resuming leaves it alone.
    pub is_final: bool,
    /// Whether it counts.
    pub status: Status,
    /// Judgements in scorer order; empty when not graded.
    pub scores: Vec<Score>,
    /// Whether it was graded at all.
    pub graded: bool,
    /// Verdict of the counting scorers.
    pub pass: Option<bool>,
    /// Weighted score.
    pub score: Option<f64>,
}

/// Which cells of a run have an outcome; one bit a cell.
#[derive(Debug, Clone)]
pub struct Cells {
    bits: Vec<u64>,
    count: u64,
}

impl Cells {
    /// None of `planned` cells.
    #[must_use]
    pub fn none(planned: u64) -> Self {
        let words = usize::try_from(planned.div_ceil(64)).expect("cells fit in memory as bits");
        Self {
            bits: vec![0; words],
            count: 0,
        }
    }

    /// Marks a cell.
    pub fn insert(&mut self, cell: u64) {
        let (word, bit) = Self::place(cell);
        if let Some(word) = self.bits.get_mut(word) {
            self.count += u64::from(*word & bit == 0);
            *word |= bit;
        }
    }

    /// Whether a cell is marked.
    #[must_use]
    pub fn holds(&self, cell: u64) -> bool {
        let (word, bit) = Self::place(cell);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many are marked.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    fn place(cell: u64) -> (usize, u64) {
        (usize::try_from(cell / 64).unwrap_or(usize::MAX), 1 << (cell % 64))
    }
}

/// A try on the wire, unpacked.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Number of the cell.
    pub cell: u64,
    /// Number of the try, from 1.
    pub n: u32,
    /// Start in microseconds since 1970 UTC.
    pub started_us: i64,
    /// Length in microseconds.
    pub total_us: u64,
    /// HTTP status, when a head came.
    pub status: Option<u16>,
    /// The request's id at the server.
    pub request_id: Option<String>,
    /// Address it went to.
    pub url: String,
    /// Request body.
    pub request: Vec<u8>,
    /// Kept headers as JSON.
    pub head: Option<String>,
    /// Response body.
    pub response: Option<Vec<u8>>,
    /// The fault as JSON.
    pub fault: Option<String>,
}

/// The parts of a reply that have no column of their own.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocked: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reasoning: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall>,
    finish: Finish,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finish_raw: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop_sequence: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    logprobs: Vec<TokenLogprob>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    choices: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// The notes in Korean, one for each, where any differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes_ko: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// The JSON of what has no column.
pub(super) fn rest_of(reply: &Reply) -> String {
    let in_lang = |lang| reply.notes.iter().map(|note| note.in_lang(lang).to_owned()).collect();
    let rest = Rest {
        refusal: reply.refusal.clone(),
        blocked: reply.blocked.clone(),
        reasoning: reply.reasoning.clone(),
        tool_calls: reply.tool_calls.clone(),
        finish: reply.finish,
        finish_raw: reply.finish_raw.clone(),
        stop_sequence: reply.stop_sequence.clone(),
        logprobs: reply.logprobs.clone(),
        model: reply.model.clone(),
        id: reply.id.clone(),
        choices: if reply.choices == 1 { 0 } else { reply.choices },
        notes: in_lang(Lang::En),
        notes_ko: if reply.notes.iter().any(Said::is_translated) {
            in_lang(Lang::Ko)
        } else {
            Vec::new()
        },
    };
    serde_json::to_string(&rest).expect("a reply is plain JSON")
}

const OUTCOME_COLUMNS: &str = "cell, status, kind, final, answer, reply, fault, tokens_in, tokens_out, tokens_cached, \
     tokens_cache_write, tokens_reasoning, started_us, total_us, first_text_us, first_thinking_us, suspended, cost_nano, \
     currency, cost_source, cached, attempts, scores, pass, score";

/// What a range of cells has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredCount {
    /// Cells with an outcome.
    pub outcomes: u64,
    /// Those of them that came back and were not graded yet.
    pub ungraded: u64,
}

impl Reader {
    /// Opens a run.
    ///
    /// # Errors
    /// When the database is missing, damaged or of another format.
    pub fn open(run: &Listed) -> Result<Self, StoreError> {
        let path = run.path.join("run.db");
        let connection = schema::open(&path, false)?;
        let info = match meta(&connection, "info").map_err(|error| StoreError::from_sqlite(&error, &path))? {
            Some(text) => serde_json::from_str(&text).map_err(|error| StoreError::Damaged {
                path: path.clone(),
                why: format!("its description cannot be read: {error}"),
            })?,
            None => {
                return Err(StoreError::NeverBegun { path });
            }
        };
        Ok(Self {
            connection,
            path,
            info: Arc::new(info),
        })
    }

    /// Another connection to the same run, for reading on another thread.
    ///
    /// # Errors
    /// When the database cannot be opened any more.
    pub fn again(&self) -> Result<Self, StoreError> {
        let connection = schema::open(&self.path, false)?;
        // Several read side by side, each from one end to the other: pages are not looked at twice.
        connection
            .pragma_update(None, "cache_size", -500)
            .map_err(|error| self.fail(&error))?;
        Ok(Self {
            connection,
            path: self.path.clone(),
            info: Arc::clone(&self.info),
        })
    }

    /// The run's folder.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.path.parent().unwrap_or(std::path::Path::new("."))
    }

    /// What the run was to do.
    #[must_use]
    pub fn info(&self) -> &Arc<RunInfo> {
        &self.info
    }

    /// A `meta` value.
    ///
    /// # Errors
    /// When the database fails.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        meta(&self.connection, key).map_err(|error| self.fail(&error))
    }

    /// The connection and the file, for the other ways of reading.
    pub(super) fn inside(&self) -> (&Connection, &std::path::Path) {
        (&self.connection, &self.path)
    }

    fn fail(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(error, &self.path)
    }

    fn damaged(&self, why: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            why: why.into(),
        }
    }

    /// Up to `count` cases from position `from`, in suite order.
    ///
    /// # Errors
    /// When the database fails or a case cannot be read.
    pub fn cases(&self, from: u64, count: usize) -> Result<Vec<Arc<Case>>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT body FROM cases WHERE idx >= ?1 ORDER BY idx LIMIT ?2")
            .map_err(|error| self.fail(&error))?;
        let rows = statement
            .query_map((from.cast_signed(), i64::try_from(count).unwrap_or(i64::MAX)), |row| {
                row.get::<_, String>(0)
            })
            .map_err(|error| self.fail(&error))?;
        let mut cases = Vec::with_capacity(count.min(1024));
        for body in rows {
            let body = body.map_err(|error| self.fail(&error))?;
            let case: Case =
                serde_json::from_str(&body).map_err(|error| self.damaged(format!("a case cannot be read: {error}")))?;
            cases.push(Arc::new(case));
        }
        Ok(cases)
    }

    /// Calls `each` with the cases that bring scorers of their own, in suite order.
    ///
    /// # Errors
    /// When the database fails or a case cannot be read.
    pub fn cases_with_scorers(&self, mut each: impl FnMut(&Case)) -> Result<(), StoreError> {
        // A question may hold the word, too; reading such a case for nothing does no harm.
        let mut statement = self
            .connection
            .prepare("SELECT body FROM cases WHERE instr(body, '\"scorers\"') ORDER BY idx")
            .map_err(|error| self.fail(&error))?;
        let bodies = statement
            .query_map((), |row| row.get::<_, String>(0))
            .map_err(|error| self.fail(&error))?;
        for body in bodies {
            let body = body.map_err(|error| self.fail(&error))?;
            let case =
                serde_json::from_str(&body).map_err(|error| self.damaged(format!("a case cannot be read: {error}")))?;
            each(&case);
        }
        Ok(())
    }

    /// Position of the case with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn case_index(&self, id: &str) -> Result<Option<u64>, StoreError> {
        self.connection
            .query_row("SELECT idx FROM cases WHERE id = ?1", [id], |row| row.get::<_, i64>(0))
            .optional()
            .map(|index| index.map(i64::cast_unsigned))
            .map_err(|error| self.fail(&error))
    }

    /// Ids of cases, for suggestions; at most `count`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn case_ids(&self, count: usize) -> Result<Vec<String>, StoreError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT id FROM cases ORDER BY idx LIMIT ?1")?;
            let rows = statement.query_map([i64::try_from(count).unwrap_or(i64::MAX)], |row| row.get(0))?;
            rows.collect()
        };
        read().map_err(|error| self.fail(&error))
    }

    /// The cells that resuming leaves alone. `again` tells which outcomes of a fault kind or skip are asked again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn done(&self, again: &dyn Fn(&str, Option<&str>, bool) -> bool) -> Result<Cells, StoreError> {
        let read = || -> rusqlite::Result<Cells> {
            let mut cells = Cells::none(self.info.grid());
            let mut statement = self
                .connection
                .prepare("SELECT cell, status, kind, final FROM outcomes")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let status = row.get_ref(1)?.as_str()?;
                let kind = row.get_ref(2)?.as_str_or_null()?;
                if !again(status, kind, row.get(3)?) {
                    cells.insert(row.get::<_, i64>(0)?.cast_unsigned());
                }
            }
            Ok(cells)
        };
        read().map_err(|error| self.fail(&error))
    }

    /// Calls `each` with every stored outcome from cell `from` up to but not including `to`, in cell order.
    ///
    /// # Errors
    /// When the database fails, a row cannot be read, or `each` does.
    pub fn outcomes<E: From<StoreError>>(
        &self,
        from: u64,
        to: u64,
        mut each: impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("SELECT {OUTCOME_COLUMNS} FROM outcomes WHERE cell >= ?1 AND cell < ?2 ORDER BY cell");
        let mut statement = self
            .connection
            .prepare_cached(&sql)
            .map_err(|error| self.fail(&error))?;
        let mut rows = statement
            .query((from.cast_signed(), i64::try_from(to).unwrap_or(i64::MAX)))
            .map_err(|error| self.fail(&error))?;
        while let Some(row) = rows.next().map_err(|error| self.fail(&error))? {
            let stored = read_outcome(row).map_err(|why| match why {
                RowTrouble::Database(error) => self.fail(&error),
                RowTrouble::Shape(why) => self.damaged(why),
            })?;
            each(stored)?;
        }
        Ok(())
    }

    /// How many of these cells have an outcome.
    ///
    /// # Errors
    /// When the database fails.
    pub fn stored(&self, cells: &std::ops::Range<u64>) -> Result<StoredCount, StoreError> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT count(*), count(*) FILTER (WHERE scores IS NULL AND status <> 'skipped') FROM outcomes
                     WHERE cell >= ?1 AND cell < ?2",
                )?
                .query_row((cells.start.cast_signed(), cells.end.cast_signed()), |row| {
                    Ok(StoredCount {
                        outcomes: row.get::<_, i64>(0)?.cast_unsigned(),
                        ungraded: row.get::<_, i64>(1)?.cast_unsigned(),
                    })
                })
        };
        read().map_err(|error| self.fail(&error))
    }

    /// The tries of a cell, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn attempts(&self, cell: u64) -> Result<Vec<Attempt>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Attempt>> {
            let mut statement = self.connection.prepare_cached(
                "SELECT cell, n, started_us, total_us, status, request_id, url, request, head, response, fault
                 FROM attempts WHERE cell = ?1 ORDER BY id",
            )?;
            let rows = statement.query_map([cell.cast_signed()], |row| {
                Ok(Attempt {
                    cell: row.get::<_, i64>(0)?.cast_unsigned(),
                    n: row.get(1)?,
                    started_us: row.get(2)?,
                    total_us: row.get::<_, i64>(3)?.cast_unsigned(),
                    status: row.get(4)?,
                    request_id: row.get(5)?,
                    url: row.get(6)?,
                    request: compress::unpack(&row.get::<_, Vec<u8>>(7)?).unwrap_or_default(),
                    head: row.get(8)?,
                    response: row
                        .get::<_, Option<Vec<u8>>>(9)?
                        .and_then(|packed| compress::unpack(&packed)),
                    fault: row.get(10)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| self.fail(&error))
    }

    /// The events, in order, with their times in microseconds since 1970 UTC.
    ///
    /// # Errors
    /// When the database fails; events of newer kinds are passed over.
    pub fn events(&self) -> Result<Vec<(i64, Event)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(i64, Event)>> {
            let mut statement = self.connection.prepare("SELECT at_us, body FROM events ORDER BY id")?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            let mut events = Vec::new();
            for row in rows {
                let (at, body) = row?;
                if let Ok(event) = serde_json::from_str(&body) {
                    events.push((at, event));
                }
            }
            Ok(events)
        };
        read().map_err(|error| self.fail(&error))
    }

    /// What was paid for the answers so far, by currency; reused answers cost nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub fn spent(&self) -> Result<Vec<Money>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Money>> {
            let mut statement = self.connection.prepare(
                "SELECT currency, sum(cost_nano) FROM outcomes WHERE cost_nano IS NOT NULL AND cached = 0 GROUP BY currency",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Money {
                    currency: Currency(row.get(0)?),
                    nano: row.get(1)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| self.fail(&error))
    }

    /// Calls `each` with cell, output tokens, start and length (microseconds) of every fresh answer, without its texts.
    ///
    /// # Errors
    /// When the database fails.
    pub fn fresh_answers(&self, mut each: impl FnMut(u64, Option<u64>, i64, i64)) -> Result<(), StoreError> {
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare(
                "SELECT cell, tokens_out, started_us, total_us FROM outcomes WHERE status = 'answered' AND cached = 0",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let tokens: Option<i64> = row.get(1)?;
                each(
                    row.get::<_, i64>(0)?.cast_unsigned(),
                    tokens.and_then(|tokens| u64::try_from(tokens).ok()),
                    row.get(2)?,
                    row.get(3)?,
                );
            }
            Ok(())
        };
        read().map_err(|error| self.fail(&error))
    }

    /// How many outcomes there are, and how many of them final.
    ///
    /// # Errors
    /// When the database fails.
    pub fn counts(&self) -> Result<(u64, u64), StoreError> {
        self.connection
            .query_row("SELECT count(*), coalesce(sum(final), 0) FROM outcomes", [], |row| {
                Ok((
                    row.get::<_, i64>(0)?.cast_unsigned(),
                    row.get::<_, i64>(1)?.cast_unsigned(),
                ))
            })
            .map_err(|error| self.fail(&error))
    }
}

fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()
}

enum RowTrouble {
    Database(rusqlite::Error),
    Shape(String),
}

impl From<rusqlite::Error> for RowTrouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

fn read_outcome(row: &Row<'_>) -> Result<Stored, RowTrouble> {
    let cell = row.get::<_, i64>(0)?.cast_unsigned();
    let shape = |what: &str| RowTrouble::Shape(format!("the {what} of cell {cell} cannot be read"));
    let number = |column: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
    };
    let status = row.get_ref(1)?.as_str().map_err(|_| shape("status"))?;
    let kind = row.get_ref(2)?.as_str_or_null().map_err(|_| shape("kind"))?;
    let timing = Timing {
        started_us: row.get(12)?,
        total_us: number(13)?.unwrap_or(0),
        first_text_us: number(14)?,
        first_thinking_us: number(15)?,
        suspended: row.get(16)?,
    };
    let attempts: u32 = row.get(21)?;
    let reply = match row.get_ref(5)?.as_str_or_null().map_err(|_| shape("answer"))? {
        None => None,
        Some(rest) => {
            let rest: Rest = serde_json::from_str(rest).map_err(|_| shape("answer"))?;
            let usage = Usage {
                input: number(7)?,
                output: number(8)?,
                cached: number(9)?,
                cache_write: number(10)?,
                reasoning: number(11)?,
            };
            Some(Box::new(join(
                row.get::<_, Option<String>>(4)?.unwrap_or_default(),
                rest,
                usage,
            )))
        }
    };
    let pass: Option<bool> = row.get(23)?;
    let scorer_broke = status == "answered" && kind == Some("scorer");
    let (outcome, counts) = match status {
        "answered" => {
            let cost = Cost {
                money: match (row.get::<_, Option<i64>>(17)?, row.get::<_, Option<String>>(18)?) {
                    (Some(nano), Some(currency)) => Some(Money {
                        nano,
                        currency: Currency(currency),
                    }),
                    _ => None,
                },
                source: row
                    .get_ref(19)?
                    .as_str_or_null()
                    .ok()
                    .flatten()
                    .and_then(CostSource::from_word)
                    .unwrap_or(CostSource::Unknown),
            };
            let reply = reply.ok_or_else(|| shape("answer"))?;
            let outcome = Outcome::Answered {
                reply,
                timing,
                cost,
                cached: row.get(20)?,
                attempts,
            };
            (outcome, if scorer_broke { Status::Error } else { Status::Measured })
        }
        "failed" => {
            let fault: Fault = row
                .get_ref(6)?
                .as_str_or_null()
                .ok()
                .flatten()
                .and_then(|text| super::told::fault_of(text).ok())
                .ok_or_else(|| shape("fault"))?;
            let status = match kind {
                Some("aborted") => Status::Aborted,
                // A scorer that asks about refusals has judged what the filter left.
                Some("content_filter") if pass.is_some() => Status::Measured,
                _ => Status::Error,
            };
            (
                Outcome::Failed {
                    fault: Box::new(fault),
                    timing,
                    attempts,
                    reply,
                },
                status,
            )
        }
        "skipped" => {
            let reason: SkipReason = kind
                .and_then(|kind| serde_json::from_str(kind).ok())
                .ok_or_else(|| shape("reason"))?;
            (Outcome::Skipped(reason), Status::Skipped)
        }
        _ => return Err(shape("status")),
    };
    let scores_text = row.get_ref(22)?.as_str_or_null().map_err(|_| shape("scores"))?;
    let scores: Vec<Score> = match scores_text {
        Some(text) => super::told::scores_of(text).map_err(|_| shape("scores"))?,
        None => Vec::new(),
    };
    Ok(Stored {
        cell,
        outcome,
        is_final: row.get(3)?,
        status: counts,
        graded: scores_text.is_some(),
        scores,
        pass,
        score: row.get(24)?,
    })
}

fn join(text: String, rest: Rest, usage: Usage) -> Reply {
    let mut korean = rest.notes_ko.into_iter();
    let notes = rest.notes.into_iter().map(|en| {
        let ko = korean.next().filter(|ko| *ko != en);
        Said::stored(en, ko)
    });
    let notes = notes.collect();
    Reply {
        text,
        refusal: rest.refusal,
        blocked: rest.blocked,
        reasoning: rest.reasoning,
        tool_calls: rest.tool_calls,
        finish: rest.finish,
        finish_raw: rest.finish_raw,
        stop_sequence: rest.stop_sequence,
        usage,
        logprobs: rest.logprobs,
        model: rest.model,
        id: rest.id,
        choices: if rest.choices == 0 { 1 } else { rest.choices },
        notes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::said;

    /// Notes of a run made in English stayed English for who reads Korean.
    #[test]
    fn notes_come_back_in_both_languages() {
        let reply = Reply {
            notes: vec![said!("searched: x", "검색: x"), "the same in both".into()],
            ..Reply::default()
        };
        let rest: Rest = serde_json::from_str(&rest_of(&reply)).unwrap();
        assert_eq!(join(String::new(), rest, Usage::default()).notes, reply.notes);
        // As written before there were two languages.
        let older: Rest = serde_json::from_str(r#"{"finish":"stop","notes":["searched: x"]}"#).unwrap();
        let notes = join(String::new(), older, Usage::default()).notes;
        assert_eq!(notes, ["searched: x".into()] as [Said; 1]);
    }
}
