//! The run folder and the answer cache, both SQLite.
//!
//! A run is `results/RUN_ID/`: `run.db` with everything, `lock` while a process works on it, and the files for people
//! beside it. All writing goes through one thread ([`Writer`]), so an outcome is on disk before anybody hears of it.
//! This module knows nothing of providers, scoring or tables.

mod cache;
mod compress;
mod folder;
mod marks;
mod reader;
pub mod reviews;
mod schema;
mod told;
mod writer;

pub use cache::{Cache, CacheKey, Cached};
pub use compress::{pack, unpack};
pub use folder::{Folder, Listed, find, is_open, list};
pub use marks::Marked;
pub use reader::{Attempt, Cells, Reader, Stored};
pub use schema::FORMAT;
pub use told::{fault_json, fault_of};
pub use writer::{AttemptRow, Gone, OutcomeRow, StoredCells, Writer};

use std::path::PathBuf;

use crate::domain::{Lang, Said};
use crate::said;

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
        why: Said,
    },
    /// The program was killed before the questions were written down, and so before anybody was asked.
    #[error("`{path}` holds no run: it was never begun")]
    NeverBegun {
        /// The database, which may not even be there.
        path: PathBuf,
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
        who: Said,
    },
    /// No run of that name.
    #[error("{0}")]
    NotFound(Said),
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
    /// What went wrong, for people.
    #[must_use]
    pub fn said(&self) -> Said {
        let ko = match self {
            Self::Io { doing, path, source } => {
                let doing = match *doing {
                    "create" => "만들지",
                    "read" => "읽지",
                    "write" => "쓰지",
                    "lock" => "잠그지",
                    _ => "처리하지",
                };
                let why = Said::from(source);
                format!(
                    "`{}` 경로를 {doing} 못했습니다: {}",
                    path.display(),
                    why.in_lang(Lang::Ko)
                )
            }
            Self::Full { path } => format!("`{}` 파일이 있는 디스크에 남은 공간이 없습니다", path.display()),
            Self::ReadOnly { path } => format!("`{}` 경로에 쓸 수 없습니다", path.display()),
            Self::Busy { path } => format!("`{}` 파일을 다른 프로그램이 쓰고 있습니다", path.display()),
            Self::Damaged { path, why } => {
                format!("`{}` 파일이 손상되었습니다: {}", path.display(), why.in_lang(Lang::Ko))
            }
            Self::NeverBegun { path } => format!("`{}`에 실행이 없습니다: 시작하기 전에 끝났습니다", path.display()),
            Self::Format { path, found } => format!(
                "`{}` 파일의 형식은 {found}인데 이 프로그램은 {FORMAT}을 읽습니다",
                path.display()
            ),
            Self::InUse { run, who } => {
                format!("{run} 실행은 다른 프로세스가 작업 중입니다{}", who.in_lang(Lang::Ko))
            }
            Self::NotFound(said) => return said.clone(),
            Self::Other { path, why } => format!("`{}` 데이터베이스 오류: {why}", path.display()),
        };
        Said::both(self.to_string(), ko)
    }

    /// What the user can do.
    #[must_use]
    pub fn help(&self) -> Option<Said> {
        Some(match self {
            Self::Full { .. } => said!(
                "make room, then go on with `narani run --resume RUN`; nothing stored is lost",
                "공간을 비운 뒤 `narani run --resume RUN`으로 이어 하세요. 저장된 것은 그대로 있습니다"
            ),
            Self::ReadOnly { .. } => said!(
                "give write permission, or name another folder with `--out`",
                "쓰기 권한을 주거나 `--out`으로 다른 폴더를 적으세요"
            ),
            Self::Busy { .. } => said!(
                "close the program that has it open (a database viewer?), then try again",
                "그 파일을 연 프로그램(데이터베이스 뷰어 등)을 닫고 다시 하세요"
            ),
            Self::Damaged { path, .. } if path.ends_with("key.json") => said!(
                "a review pack cannot be read without its key: put back a copy of the file; nothing else is harmed",
                "키가 없으면 심사 묶음을 읽을 수 없습니다. 사본을 되돌려 놓으세요. 다른 것은 그대로입니다"
            ),
            Self::Damaged { path, .. } if path.extension().is_some_and(|ending| ending == "jsonl") => said!(
                "put back a copy of the file, or move it away and import again what the reviewer sent",
                "사본을 되돌려 놓거나, 이 파일을 치우고 심사자가 보낸 파일을 다시 가져오세요"
            ),
            Self::Damaged { .. } => said!(
                "the raw answers may still be saved: `sqlite3 run.db .recover` writes out what can be read",
                "답변을 건질 수도 있습니다. `sqlite3 run.db .recover`가 읽을 수 있는 것을 꺼내 줍니다"
            ),
            Self::NeverBegun { .. } => said!(
                "nobody was asked, so nothing is lost: run the suite again; this folder may be removed",
                "아무에게도 묻지 않았으니 잃은 것이 없습니다. 다시 실행하세요. 이 폴더는 지워도 됩니다"
            ),
            Self::Format { found, .. } if *found > FORMAT => said!(
                "a newer narani made it: use that version",
                "더 새로운 narani로 만든 것입니다. 그 버전을 쓰세요"
            ),
            Self::Format { .. } => said!(
                "an older narani made it: read it with that version and run the suite again",
                "예전 narani로 만든 것입니다. 그 버전으로 읽거나 다시 실행하세요"
            ),
            Self::InUse { .. } => said!(
                "wait for it or stop it; `narani show` can read the run meanwhile",
                "끝나기를 기다리거나 멈추세요. 그동안에도 `narani show`로 볼 수 있습니다"
            ),
            Self::Io { doing: "create", .. } => {
                said!("name another folder with `--out`", "`--out`으로 다른 폴더를 적으세요")
            }
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
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged {
                path,
                why: Said::both(error.to_string(), "데이터베이스 내용이 깨졌습니다"),
            },
            Some(ErrorCode::NotADatabase) => Self::Damaged {
                path,
                why: Said::both(error.to_string(), "데이터베이스 파일이 아닙니다"),
            },
            _ => Self::Other {
                path,
                why: error.to_string(),
            },
        }
    }
}
