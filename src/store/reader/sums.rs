//! What a run has come to, counted by the database: no answer is read for it.

use super::{Cells, Reader};
use crate::domain::{Currency, Money};
use crate::store::StoreError;

/// What a range of cells has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredCount {
    /// Cells with an outcome.
    pub outcomes: u64,
    /// Those of them that came back and were not graded yet.
    pub ungraded: u64,
}

impl Reader {
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
