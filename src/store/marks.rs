//! How each cell of a run came out, without any text: what comparisons and gates read, a million cells in seconds.

use super::StoreError;
use super::reader::{Reader, unreadable};
use crate::domain::{CostSource, Currency, FaultKind, Money, Said, Score, Status};

/// How a cell came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// Number of the cell.
    pub cell: u64,
    /// Whether it counts.
    pub status: Status,
    /// What went wrong, where something did.
    pub fault: Option<FaultKind>,
    /// Never asked, or no recording of it: why, as one of our words.
    pub skipped: Option<String>,
    /// Verdict of the counting scorers.
    pub pass: Option<bool>,
    /// Weighted score.
    pub score: Option<f64>,
    /// Time to the last byte in microseconds; absent for answers that are no measure of time (reused, slept through).
    pub fresh_us: Option<u64>,
    /// Time to the first visible text of such an answer, where it was streamed.
    pub first_text_us: Option<u64>,
    /// Taken from a cache or a recording.
    pub cached: bool,
    /// What was paid, where known.
    pub paid: Option<Money>,
    /// Where the cost comes from; absent for reused answers, which cost nothing.
    pub source: Option<CostSource>,
    /// Generated tokens, where told.
    pub output_tokens: Option<u64>,
    /// Judgements in scorer order, when asked for.
    pub scores: Vec<Score>,
}

impl Reader {
    /// Calls `each` with how every stored cell came out, in cell order; with the single judgements when `scores`.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub fn marks(&self, scores: bool, mut each: impl FnMut(Marked)) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT cell, status, kind, pass, score, total_us, first_text_us, cached, suspended, cost_nano, currency, \
             cost_source, tokens_out, {} FROM outcomes ORDER BY cell",
            if scores { "scores" } else { "NULL" }
        );
        let (connection, path) = self.inside();
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(&error, path);
        let mut statement = connection.prepare(&sql).map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            match mark(row) {
                Ok(marked) => each(marked),
                Err(Trouble::Database(error)) => return Err(fail(error)),
                Err(Trouble::Shape(why)) => {
                    return Err(StoreError::Damaged {
                        path: path.to_owned(),
                        why,
                    });
                }
            }
        }
        Ok(())
    }

    /// The models that say they answered, as (target, model, answers); targets by their place among `targets`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn reported_models(&self, targets: usize) -> Result<Vec<(usize, String, u64)>, StoreError> {
        let (connection, path) = self.inside();
        let read = || -> rusqlite::Result<Vec<(usize, String, u64)>> {
            let mut statement = connection.prepare(
                "SELECT cell % ?1, json_extract(reply, '$.model') AS model, count(*) FROM outcomes
                 WHERE reply IS NOT NULL AND json_extract(reply, '$.model') IS NOT NULL
                 GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
            )?;
            let rows = statement.query_map([i64::try_from(targets.max(1)).unwrap_or(i64::MAX)], |row| {
                Ok((
                    usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX),
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?.cast_unsigned(),
                ))
            })?;
            rows.collect()
        };
        read().map_err(|error| StoreError::from_sqlite(&error, path))
    }
}

enum Trouble {
    Database(rusqlite::Error),
    Shape(Said),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

fn mark(row: &rusqlite::Row<'_>) -> Result<Marked, Trouble> {
    let cell = row.get::<_, i64>(0)?.cast_unsigned();
    let shape = |what: &str| Trouble::Shape(unreadable(what, cell));
    let text = |column: usize, what: &str| -> Result<Option<&str>, Trouble> {
        row.get_ref(column)?.as_str_or_null().map_err(|_| shape(what))
    };
    let word = text(1, "status")?.ok_or_else(|| shape("status"))?;
    let kind = text(2, "kind")?;
    let pass: Option<bool> = row.get(3)?;
    let status = match (word, kind) {
        ("answered", Some("scorer")) => Status::Error,
        ("answered", _) => Status::Measured,
        ("failed", Some("aborted")) => Status::Aborted,
        ("failed", Some("content_filter")) if pass.is_some() => Status::Measured,
        ("failed", _) => Status::Error,
        ("skipped", _) => Status::Skipped,
        _ => return Err(shape("status")),
    };
    let answered = word == "answered";
    let cached: bool = row.get(7)?;
    let suspended: bool = row.get(8)?;
    // Imported answers may come without times: nothing takes no time at all.
    let timed = row.get::<_, i64>(5)? > 0;
    let fresh = answered && !cached && !suspended && timed;
    let number = |column: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
    };
    let paid = match (row.get::<_, Option<i64>>(9)?, text(10, "currency")?) {
        (Some(nano), Some(currency)) if !cached => Some(Money {
            nano,
            currency: Currency(currency.to_owned()),
        }),
        _ => None,
    };
    let scores = match text(13, "scores")? {
        Some(json) => super::told::scores_of(json).map_err(|_| shape("scores"))?,
        None => Vec::new(),
    };
    Ok(Marked {
        cell,
        status,
        fault: if word == "skipped" {
            None
        } else {
            kind.and_then(FaultKind::from_word)
        },
        skipped: (word == "skipped").then(|| kind.unwrap_or("").to_owned()),
        pass: if status == Status::Measured { pass } else { None },
        score: if status == Status::Measured {
            row.get::<_, Option<f64>>(4)?.filter(|score| score.is_finite())
        } else {
            None
        },
        fresh_us: if fresh { number(5)? } else { None },
        first_text_us: if fresh { number(6)? } else { None },
        cached: answered && cached,
        paid,
        source: if answered && !cached {
            Some(
                text(11, "cost")?
                    .and_then(CostSource::from_word)
                    .unwrap_or(CostSource::Unknown),
            )
        } else {
            None
        },
        output_tokens: number(12)?,
        scores,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Lang;

    /// What was damaged was told in English to who reads Korean, where a comparison found it.
    #[test]
    fn a_damaged_row_is_told_in_korean_too() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let told = connection.query_row("SELECT 7, 'odd', NULL, NULL", [], |row| Ok(mark(row)));
        let Err(Trouble::Shape(why)) = told.unwrap() else {
            panic!("an odd status is read");
        };
        assert_eq!(why, "the status of cell 7 cannot be read");
        assert_eq!(why.in_lang(Lang::Ko), "7번 칸의 status 값을 읽을 수 없습니다");
    }
}
