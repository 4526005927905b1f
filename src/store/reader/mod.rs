//! Reading a run: whole or in part, finished or still running. This file opens it and reads its questions.

mod cells;
mod evidence;
mod outcomes;
mod sums;

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::{Listed, StoreError, schema};
use crate::domain::{Case, RunInfo, Said};
use crate::said;

pub use cells::Cells;
pub use evidence::Attempt;
pub use outcomes::Stored;
pub(super) use outcomes::{rest_of, unreadable};

/// A run opened for reading. Sees the state at each query; a run may go on meanwhile.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
    info: Arc<RunInfo>,
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
                why: said!(
                    "its description cannot be read: {error}",
                    "실행 설명을 읽을 수 없습니다: {error}"
                ),
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

    fn damaged(&self, why: impl Into<Said>) -> StoreError {
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
            let case: Case = serde_json::from_str(&body).map_err(|error| {
                self.damaged(said!(
                    "a case cannot be read: {error}",
                    "읽을 수 없는 문항이 있습니다: {error}"
                ))
            })?;
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
            let case = serde_json::from_str(&body).map_err(|error| {
                self.damaged(said!(
                    "a case cannot be read: {error}",
                    "읽을 수 없는 문항이 있습니다: {error}"
                ))
            })?;
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
}

fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()
}
