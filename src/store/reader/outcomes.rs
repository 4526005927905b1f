//! Outcomes as they stand in their rows, with what has a column of its own and what has none.

use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::Reader;
use crate::domain::{
    Cost, CostSource, Currency, Fault, Finish, Lang, Money, Outcome, Reply, Said, Score, SkipReason, Status, Timing,
    TokenLogprob, ToolCall, Usage,
};
use crate::said;
use crate::store::{StoreError, told};

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
pub(in crate::store) fn rest_of(reply: &Reply) -> String {
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

impl Reader {
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
}

enum RowTrouble {
    Database(rusqlite::Error),
    Shape(Said),
}

impl From<rusqlite::Error> for RowTrouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// What is damaged in a row.
pub(in crate::store) fn unreadable(what: &str, cell: u64) -> Said {
    said!(
        "the {what} of cell {cell} cannot be read",
        "{cell}번 칸의 {what} 값을 읽을 수 없습니다"
    )
}

fn read_outcome(row: &Row<'_>) -> Result<Stored, RowTrouble> {
    let cell = row.get::<_, i64>(0)?.cast_unsigned();
    let shape = |what: &str| RowTrouble::Shape(unreadable(what, cell));
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
                .and_then(|text| told::fault_of(text).ok())
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
        Some(text) => told::scores_of(text).map_err(|_| shape("scores"))?,
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
