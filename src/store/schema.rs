//! Tables of a run, and their version.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::StoreError;
use crate::said;

/// Number of the run format; raised with every change that older programs would misread.
pub const FORMAT: i64 = 1;

/// `narn` as a number, in the file's header, so that `file run.db` and we know it for ours.
const APPLICATION_ID: i64 = 0x6e61_726e;

/// Tables of `run.db`.
///
/// `outcomes.cell` is the cell's number: ((case × trials + trial − 1) × prompts + prompt) × targets + target, all from 0,
/// so that the cells of a case stand together and in the order of tables.
const TABLES: &str = "
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The suite, frozen: one case a row, as JSON.
CREATE TABLE cases (
  idx  INTEGER PRIMARY KEY,
  id   TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

-- How each cell ended; a cell that was not reached has no row.
CREATE TABLE outcomes (
  cell              INTEGER PRIMARY KEY,
  status            TEXT NOT NULL,      -- answered | failed | skipped
  kind              TEXT,               -- of the fault, or why skipped
  final             INTEGER NOT NULL,   -- 0 when resuming asks again
  answer            TEXT,               -- the visible text
  reply             TEXT,               -- the rest of the answer as JSON
  fault             TEXT,               -- the last fault as JSON
  tokens_in         INTEGER,
  tokens_out        INTEGER,
  tokens_cached     INTEGER,
  tokens_cache_write INTEGER,
  tokens_reasoning  INTEGER,
  started_us        INTEGER NOT NULL,   -- since 1970 UTC
  total_us          INTEGER NOT NULL,
  first_text_us     INTEGER,
  first_thinking_us INTEGER,
  suspended         INTEGER NOT NULL,
  cost_nano         INTEGER,            -- billionths of the currency
  currency          TEXT,
  cost_source       TEXT,
  cached            INTEGER NOT NULL,   -- 1 when reused
  attempts          INTEGER NOT NULL,
  scores            TEXT,               -- JSON list; absent until graded
  pass              INTEGER,
  score             REAL
) STRICT;

-- Every try on the wire, as sent and received, without the key; bodies packed.
CREATE TABLE attempts (
  id         INTEGER PRIMARY KEY,
  cell       INTEGER NOT NULL,
  n          INTEGER NOT NULL,          -- from 1
  started_us INTEGER NOT NULL,
  total_us   INTEGER NOT NULL,
  status     INTEGER,                   -- HTTP
  request_id TEXT,
  url        TEXT NOT NULL,
  request    BLOB NOT NULL,
  head       TEXT,
  response   BLOB,
  fault      TEXT                       -- JSON; absent when it brought the answer
) STRICT;
CREATE INDEX attempts_cell ON attempts (cell);

-- What happened, in order, as JSON.
CREATE TABLE events (
  id    INTEGER PRIMARY KEY,
  at_us INTEGER NOT NULL,
  body  TEXT NOT NULL
) STRICT;
";

/// Makes the tables in a new database.
pub(super) fn create(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    // At once or not at all: a program killed in between leaves a database that says it holds nothing.
    let run = || -> rusqlite::Result<()> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", FORMAT)?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch("COMMIT")
    };
    run().map_err(|error| StoreError::from_sqlite(&error, path))
}

/// Opens a database of ours, for writing or reading, and checks that it is one we can read.
pub(super) fn open(path: &Path, write: bool) -> Result<Connection, StoreError> {
    use rusqlite::OpenFlags;
    let flags = if write {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX
    };
    let fail = |error: rusqlite::Error| StoreError::from_sqlite(&error, path);
    if !path.exists() {
        return Err(StoreError::NeverBegun { path: path.to_owned() });
    }
    let connection = match Connection::open_with_flags(path, flags) {
        // A write-ahead log beside a database in a folder we may only read needs this way of opening.
        Err(_) if !write => open_immutable(path)?,
        other => other.map_err(fail)?,
    };
    let version = match connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)) {
        Err(_) if !write => {
            let connection = open_immutable(path)?;
            let version = connection
                .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
                .map_err(fail)?;
            check(version, path, &connection)?;
            tune(&connection, false).map_err(fail)?;
            return Ok(connection);
        }
        other => other.map_err(fail)?,
    };
    check(version, path, &connection)?;
    tune(&connection, write).map_err(fail)?;
    Ok(connection)
}

fn open_immutable(path: &Path) -> Result<Connection, StoreError> {
    use rusqlite::OpenFlags;
    let mut address =
        url::Url::from_file_path(std::path::absolute(path).unwrap_or_else(|_| path.to_owned())).map_err(|()| {
            StoreError::Other {
                path: path.to_owned(),
                why: "the path cannot be opened".to_owned(),
            }
        })?;
    address.set_query(Some("immutable=1"));
    Connection::open_with_flags(
        address.as_str(),
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
    )
    .map_err(|error| StoreError::from_sqlite(&error, path))
}

fn check(version: i64, path: &Path, connection: &Connection) -> Result<(), StoreError> {
    if version == FORMAT {
        return Ok(());
    }
    let ours = connection
        .pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0))
        .is_ok_and(|id| id == APPLICATION_ID);
    if ours {
        return Err(StoreError::Format {
            path: path.to_owned(),
            found: version,
        });
    }
    let is_empty = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .is_ok_and(|tables| tables == 0);
    if is_empty {
        return Err(StoreError::NeverBegun { path: path.to_owned() });
    }
    Err(StoreError::Damaged {
        path: path.to_owned(),
        why: said!("it is not a run of narani", "narani의 실행이 아닙니다"),
    })
}

/// How long a connection waits for another that holds the database.
const PATIENCE: Duration = Duration::from_secs(10);

/// Switches to a write-ahead log. Two connections that do this at once each wait for the other to let go, which SQLite
/// answers by refusing one of them without waiting (<https://sqlite.org/c3ref/busy_handler.html>); so it waits here.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                    && began.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// Settings of every connection. Two megabytes of page cache are enough: writing goes to the end, reading in order.
pub(super) fn tune(connection: &Connection, write: bool) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    // Plans do not hang on what is bound: statements are not compiled anew for every page that is read.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -2000)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if write {
        write_ahead(connection)?;
        // In WAL mode a crash of the program loses nothing that was committed; only a power cut may take the last
        // moments, and never damages the file.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // Folding the log into the database waits for the disk, and answers wait with it: seldom is better. 16 MB.
        connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    }
    Ok(())
}
