//! The run folder and the answer cache, both SQLite.
//!
//! A run is `results/RUN_ID/`: `run.db` with everything, `lock` while a process works on it, and the files for people
//! beside it. All writing goes through one thread ([`Writer`]), so an outcome is on disk before anybody hears of it.
//! This module knows nothing of providers, scoring or tables.

mod cache;
mod compress;
mod folder;
mod reader;
mod schema;
mod writer;

pub use cache::{Cache, CacheKey, Cached};
pub use compress::{pack, unpack};
pub use folder::{Folder, Listed, find, list};
pub use reader::{Attempt, Cells, Reader, Stored};
pub use schema::FORMAT;
pub use writer::{AttemptRow, Gone, OutcomeRow, StoredCells, Writer};

use std::path::PathBuf;

/// What can go wrong with a run folder, each with what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("could not {doing} `{path}`: {source}")]
    Io {
        /// What was tried, for example `create`.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The disk is full.
    #[error("no space left on the disk that holds `{path}`")]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The folder cannot be written.
    #[error("`{path}` cannot be written")]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// Another process holds the database.
    #[error("`{path}` is locked by another process")]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// The file is no database, or a damaged one.
    #[error("`{path}` is damaged: {why}")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// Written by another version of the program.
    #[error("`{path}` has run format {found}, this program reads {FORMAT}")]
    Format {
        /// The database.
        path: PathBuf,
        /// Its format number.
        found: i64,
    },
    /// Another process works on the run.
    #[error("run {run} is being worked on by another process{who}")]
    InUse {
        /// The run.
        run: String,
        /// ` (process 123)` where known.
        who: String,
    },
    /// No run of that name.
    #[error("{0}")]
    NotFound(String),
    /// Something else the database said.
    #[error("the database `{path}` failed: {why}")]
    Other {
        /// The database.
        path: PathBuf,
        /// What it said.
        why: String,
    },
}

impl StoreError {
    /// What the user can do.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Full { .. } => {
                "make room, then go on with `narani run --resume RUN`; nothing stored is lost".to_owned()
            }
            Self::ReadOnly { .. } => "give write permission, or name another folder with `--out`".to_owned(),
            Self::Busy { .. } => "close the program that has it open (a database viewer?), then try again".to_owned(),
            Self::Damaged { .. } => {
                "the raw answers may still be saved: `sqlite3 run.db .recover` writes out what can be read".to_owned()
            }
            Self::Format { found, .. } if *found > FORMAT => "a newer narani made it: use that version".to_owned(),
            Self::Format { .. } => {
                "an older narani made it: read it with that version and run the suite again".to_owned()
            }
            Self::InUse { .. } => "wait for it or stop it; `narani show` can read the run meanwhile".to_owned(),
            Self::Io { doing: "create", .. } => "name another folder with `--out`".to_owned(),
            _ => return None,
        })
    }

    fn from_sqlite(error: &rusqlite::Error, path: &std::path::Path) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged {
                path,
                why: error.to_string(),
            },
            _ => Self::Other {
                path,
                why: error.to_string(),
            },
        }
    }
}
