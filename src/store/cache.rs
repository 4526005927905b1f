//! Answers that may be reused: `results/cache.db`.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{StoreError, schema};
use crate::domain::{Timing, WireHead};

/// Identity of a call: a hash made by `run::reuse` over everything that shapes the answer, and nothing else.
pub type CacheKey = [u8; 32];

/// An answer as it came, for reading again.
#[derive(Debug, Clone, PartialEq)]
pub struct Cached {
    /// Status and kept headers.
    pub head: WireHead,
    /// The body as received, packed (`store::pack`).
    pub response: Vec<u8>,
    /// Times of the original call.
    pub timing: Timing,
}

/// Number of the cache format; another one is thrown away, since everything in it can be asked again.
const FORMAT: i64 = 1;

fn format(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Makes the table, unless another process did so meanwhile and may have put answers into it.
fn make(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if format(&transaction)? != FORMAT {
        transaction.execute_batch(&format!(
            "DROP TABLE IF EXISTS answers;
             CREATE TABLE answers (
               key      BLOB PRIMARY KEY,
               head     TEXT NOT NULL,
               timing   TEXT NOT NULL,
               response BLOB NOT NULL
             ) STRICT;
             PRAGMA user_version = {FORMAT};"
        ))?;
    }
    transaction.commit()
}

/// The cache of a results folder. Several processes may use it at once.
#[derive(Debug)]
pub struct Cache {
    connection: Connection,
    path: PathBuf,
}

impl Cache {
    /// Opens or makes the cache in a results folder.
    ///
    /// # Errors
    /// When it can neither be opened nor made anew.
    pub fn open(results: &Path) -> Result<Self, StoreError> {
        let path = results.join("cache.db");
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(&error, &path);
        let mut connection = Connection::open(&path).map_err(fail)?;
        schema::tune(&connection, true).map_err(fail)?;
        if format(&connection).map_err(fail)? != FORMAT {
            make(&mut connection).map_err(fail)?;
        }
        Ok(Self { connection, path })
    }

    /// The answer to a call, when it was asked before.
    ///
    /// # Errors
    /// When the database fails; a damaged row counts as absent.
    pub fn get(&self, key: &CacheKey) -> Result<Option<Cached>, StoreError> {
        let row = self
            .connection
            .prepare_cached("SELECT head, timing, response FROM answers WHERE key = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([key.as_slice()], |row| {
                        Ok((
                            row.get::<_, String>(0)?,
                            row.get::<_, String>(1)?,
                            row.get::<_, Vec<u8>>(2)?,
                        ))
                    })
                    .optional()
            })
            .map_err(|error| StoreError::from_sqlite(&error, &self.path))?;
        Ok(row.and_then(|(head, timing, response)| {
            Some(Cached {
                head: serde_json::from_str(&head).ok()?,
                timing: serde_json::from_str(&timing).ok()?,
                response,
            })
        }))
    }

    /// Whether a call was asked before; cheaper than [`Cache::get`].
    ///
    /// # Errors
    /// When the database fails.
    pub fn holds(&self, key: &CacheKey) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached("SELECT 1 FROM answers WHERE key = ?1")
            .and_then(|mut statement| statement.exists([key.as_slice()]))
            .map_err(|error| StoreError::from_sqlite(&error, &self.path))
    }

    /// Keeps answers, replacing older ones, in one transaction.
    pub(super) fn keep<'a>(
        &mut self,
        answers: impl Iterator<Item = (&'a CacheKey, &'a Cached)>,
    ) -> Result<(), StoreError> {
        let mut answers = answers.peekable();
        if answers.peek().is_none() {
            return Ok(());
        }
        let run = || -> rusqlite::Result<()> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (key, cached) in answers {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO answers (key, head, timing, response) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute((
                        key.as_slice(),
                        serde_json::to_string(&cached.head).expect("a head is plain JSON"),
                        serde_json::to_string(&cached.timing).expect("times are plain JSON"),
                        &cached.response,
                    ))?;
            }
            transaction.commit()
        };
        run().map_err(|error| StoreError::from_sqlite(&error, &self.path))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    /// The switch to a write-ahead log is refused at once, without waiting, when two do it together; so two runs begun in the
    /// same moment in a new folder once ended with "locked by another process". Opening, keeping and closing at once must not
    /// lose an answer either.
    #[test]
    fn many_may_open_a_new_cache_at_once() {
        const OPENERS: u8 = 6;
        for round in 0..40 {
            let folder = tempfile::tempdir().unwrap();
            let together = Barrier::new(usize::from(OPENERS));
            std::thread::scope(|scope| {
                for who in 0..OPENERS {
                    let (folder, together) = (folder.path(), &together);
                    scope.spawn(move || {
                        together.wait();
                        let mut cache = Cache::open(folder).unwrap_or_else(|error| panic!("round {round}: {error}"));
                        let cached = Cached {
                            head: serde_json::from_str("{\"status\":200,\"headers\":[]}").unwrap(),
                            response: vec![who],
                            timing: Timing::default(),
                        };
                        cache.keep(std::iter::once((&[who; 32], &cached))).unwrap();
                    });
                }
            });
            let cache = Cache::open(folder.path()).unwrap();
            for who in 0..OPENERS {
                let kept = cache.get(&[who; 32]).unwrap().map(|cached| cached.response);
                assert_eq!(kept, Some(vec![who]), "round {round}");
            }
        }
    }
}
