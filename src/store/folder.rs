//! Run folders: making, finding, locking.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::Rng as _;
use rusqlite::Connection;

use super::{StoreError, schema};
use crate::domain::ids::RUN_ALPHABET;
use crate::domain::{Case, RunId, Said};
use crate::said;

/// A run folder that this process may write to; nobody else may while it lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    id: RunId,
    /// Held locked; the lock goes when the file is closed, however the process ends.
    _lock: File,
}

/// A run as found in a results folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: RunId,
    /// Its folder.
    pub path: PathBuf,
}

impl Folder {
    /// A new folder in `results`, named after the time `stamp` (`YYYYMMDD-HHMMSS`, local), with empty tables.
    ///
    /// # Errors
    /// When the folder cannot be made or written.
    pub fn create(results: &Path, stamp: &str) -> Result<Self, StoreError> {
        fs::create_dir_all(results).map_err(|source| io("create", results, source))?;
        let mut chance = rand::rng();
        loop {
            let end: String = (0..4)
                .map(|_| char::from(RUN_ALPHABET[(chance.next_u32() % 31) as usize]))
                .collect();
            let id = RunId::parse(&format!("r-{stamp}-{end}")).expect("the stamp has the form of a run id");
            let path = results.join(id.as_str());
            match fs::create_dir(&path) {
                Ok(()) => {
                    let lock = lock(&path, &id)?;
                    let database = path.join("run.db");
                    let connection =
                        Connection::open(&database).map_err(|error| StoreError::from_sqlite(&error, &database))?;
                    schema::tune(&connection, true).map_err(|error| StoreError::from_sqlite(&error, &database))?;
                    schema::create(&connection, &database)?;
                    return Ok(Self { path, id, _lock: lock });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(io("create", &path, source)),
            }
        }
    }

    /// An existing folder, for going on or scoring again.
    ///
    /// # Errors
    /// When another process works on it, it is damaged or cannot be written.
    pub fn open(run: &Listed) -> Result<Self, StoreError> {
        let lock = lock(&run.path, &run.id)?;
        schema::open(&run.path.join("run.db"), true)?;
        Ok(Self {
            path: run.path.clone(),
            id: run.id.clone(),
            _lock: lock,
        })
    }

    /// The run's id.
    #[must_use]
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("run.db")
    }

    /// Writes what the run is to do: `meta` pairs, and the cases as `fill` hands them over. All or nothing.
    ///
    /// # Errors
    /// When the database cannot be written, or `fill` fails.
    pub fn freeze<E: From<StoreError>>(
        &self,
        meta: &[(&str, String)],
        fill: impl FnOnce(&mut dyn FnMut(Case) -> Result<(), StoreError>) -> Result<(), E>,
    ) -> Result<(), E> {
        let path = self.database();
        let mut connection = schema::open(&path, true)?;
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(&error, &path);
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(fail)?;
        {
            let mut insert = transaction
                .prepare("INSERT INTO cases (idx, id, body) VALUES (?1, ?2, ?3)")
                .map_err(fail)?;
            let mut index = 0i64;
            fill(&mut |case: Case| {
                let body = serde_json::to_string(&case).map_err(|error| StoreError::Other {
                    path: path.clone(),
                    why: error.to_string(),
                })?;
                insert.execute((index, &case.id, body)).map_err(fail)?;
                index += 1;
                Ok(())
            })?;
            for (key, value) in meta {
                transaction
                    .execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", (key, value))
                    .map_err(fail)?;
            }
        }
        transaction.commit().map_err(fail)?;
        Ok(())
    }

    /// Replaces cases by newer versions of themselves; `newer` gives none for those that stay. All or nothing.
    ///
    /// # Errors
    /// When the database cannot be written or a case cannot be read.
    pub fn replace_cases(&self, newer: impl Fn(&Case) -> Option<Case>) -> Result<(), StoreError> {
        let path = self.database();
        let mut connection = schema::open(&path, true)?;
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(&error, &path);
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(fail)?;
        {
            let mut select = transaction
                .prepare("SELECT idx, body FROM cases ORDER BY idx")
                .map_err(fail)?;
            let mut update = transaction
                .prepare("UPDATE cases SET body = ?2 WHERE idx = ?1")
                .map_err(fail)?;
            let mut rows = select.query([]).map_err(fail)?;
            while let Some(row) = rows.next().map_err(fail)? {
                let index: i64 = row.get(0).map_err(fail)?;
                let body: String = row.get(1).map_err(fail)?;
                let damaged = |error: serde_json::Error| StoreError::Damaged {
                    path: path.clone(),
                    why: error.to_string().into(),
                };
                let case: Case = serde_json::from_str(&body).map_err(damaged)?;
                if let Some(newer) = newer(&case) {
                    update
                        .execute((index, serde_json::to_string(&newer).map_err(damaged)?))
                        .map_err(fail)?;
                }
            }
        }
        transaction.commit().map_err(fail)
    }

    /// Folds the write-ahead log into the database, so that the folder is whole as it stands and can be copied or read
    /// from a disk that cannot be written. Another reader may keep that from happening, which harms nothing.
    pub fn settle(&self) {
        if let Ok(connection) = schema::open(&self.database(), true) {
            let _ = connection.pragma_update(None, "journal_mode", "DELETE");
        }
    }

    /// Deletes the folder of a run that never began.
    pub fn discard(self) {
        // Nothing was asked yet, so nothing is lost; a folder that cannot be deleted is only untidy.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn lock(folder: &Path, id: &RunId) -> Result<File, StoreError> {
    let path = folder.join("lock");
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly {
                path: folder.to_owned(),
            },
            _ => io("lock", &path, source),
        })?;
    match within(GLANCE, || file.try_lock()) {
        Ok(()) => {
            // Who holds it is told to others as a help only; the lock itself is the system's.
            let _ = file.set_len(0);
            let _ = write!(file, "{}", std::process::id());
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut who = String::new();
            let _ = file.read_to_string(&mut who);
            let who = who.trim();
            let who = if who.is_empty() {
                Said::default()
            } else {
                said!(" (process {who})", " (프로세스 {who})")
            };
            Err(StoreError::InUse {
                run: id.to_string(),
                who,
            })
        }
        Err(TryLockError::Error(source)) => Err(io("lock", &path, source)),
    }
}

/// How long somebody who only looks whether a run is being worked on ([`is_open`]) may keep its lock, on a busy machine.
const GLANCE: Duration = Duration::from_millis(300);

/// Tries again while somebody else has the lock, so long.
fn within(patience: Duration, lock: impl Fn() -> Result<(), TryLockError>) -> Result<(), TryLockError> {
    let began = Instant::now();
    loop {
        match lock() {
            Err(TryLockError::WouldBlock) if began.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

/// Whether a process works on a run at this moment. Do not ask of a run whose [`Folder`] this very process holds: the
/// answer would be yes.
#[must_use]
pub fn is_open(run: &Listed) -> bool {
    // Shared and for a moment only: it keeps no other reader away, and a writer waits for it.
    File::open(run.path.join("lock")).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The runs in a results folder, oldest first. Other folders and files are passed over.
///
/// # Errors
/// When the folder cannot be read; a missing one has no runs.
pub fn list(results: &Path) -> Result<Vec<Listed>, StoreError> {
    let entries = match fs::read_dir(results) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(io("read", results, source)),
    };
    let mut runs: Vec<Listed> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let id = RunId::parse(entry.file_name().to_str()?)?;
            Some(Listed { id, path: entry.path() })
        })
        .collect();
    // Ids tell the second; of two runs of one second the folder that was made later is the later run.
    let made = |run: &Listed| {
        let second = run.id.as_str()[..17].to_owned();
        let made = fs::metadata(&run.path).and_then(|data| data.created()).ok();
        (second, made)
    };
    runs.sort_by_cached_key(|run| (made(run), run.id.clone()));
    Ok(runs)
}

/// The run that `name` means: `last`, a unique beginning of an id (with or without `r-`), its random end, or a path.
///
/// # Errors
/// When none or several fit; the message names them.
pub fn find(results: &Path, name: &str) -> Result<Listed, StoreError> {
    let as_path = Path::new(name);
    if as_path.join("run.db").is_file() {
        let canonical = fs::canonicalize(as_path).map_err(|source| io("read", as_path, source))?;
        let id = canonical
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(RunId::parse);
        return match id {
            Some(id) => Ok(Listed {
                id,
                path: as_path.to_owned(),
            }),
            None => Err(StoreError::NotFound(said!(
                "the folder `{name}` holds a run but is not named like one: give it its id as name (r-YYYYMMDD-HHMMSS-xxxx)",
                "`{name}` 폴더에 실행이 들어 있지만 이름이 다릅니다. 실행 id(r-YYYYMMDD-HHMMSS-xxxx)로 이름을 바꾸세요"
            ))),
        };
    }
    let runs = list(results)?;
    let none = || {
        said!(
            "no run `{name}` in `{}`",
            "`{}` 폴더에 `{name}` 실행이 없습니다",
            results.display()
        )
    };
    if name == "last" {
        return runs.into_iter().next_back().ok_or_else(|| {
            StoreError::NotFound(said!(
                "no run in `{}` yet: start one with `narani run`",
                "`{}` 폴더에 아직 실행이 없습니다. `narani run`으로 시작하세요",
                results.display()
            ))
        });
    }
    let fits = |run: &&Listed| {
        let id = run.id.as_str();
        !name.is_empty() && (id.starts_with(name) || id[2..].starts_with(name) || &id[18..] == name)
    };
    let mut found: Vec<Listed> = runs.iter().filter(fits).cloned().collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(StoreError::NotFound(match runs.last() {
            Some(last) => said!(
                "{}; the newest is {} (`narani runs` lists them)",
                "{}. 가장 최근 것은 {}입니다(`narani runs`로 목록 보기)",
                none(),
                last.id
            ),
            None => none(),
        })),
        n => {
            let names: Vec<&str> = found.iter().take(5).map(|run| run.id.as_str()).collect();
            Err(StoreError::NotFound(said!(
                "`{name}` fits {n} runs: {}",
                "`{name}`에 맞는 실행이 {n}개입니다: {}",
                names.join(", ")
            )))
        }
    }
}

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    let path = path.to_owned();
    match source.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full { path },
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem if doing != "read" => {
            StoreError::ReadOnly { path }
        }
        _ => StoreError::Io { doing, path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `narani runs` looks whether a run is being worked on; a run that was resumed in that moment was refused as in use.
    #[test]
    fn who_only_looks_keeps_nobody_from_working() {
        let results = tempfile::tempdir().unwrap();
        let folder = Folder::create(results.path(), "20260314-091207").unwrap();
        let run = list(results.path()).unwrap().remove(0);
        assert!(is_open(&run));
        assert!(matches!(Folder::open(&run), Err(StoreError::InUse { .. })));
        drop(folder);
        let looking = File::open(run.path.join("lock")).unwrap();
        looking.try_lock_shared().unwrap();
        // The third time somebody wants the lock, who looked is gone.
        let wanted = std::cell::Cell::new(0);
        let lock = File::options().write(true).open(run.path.join("lock")).unwrap();
        let got = within(Duration::from_mins(1), || {
            wanted.set(wanted.get() + 1);
            if wanted.get() == 3 {
                looking.unlock().unwrap();
            }
            lock.try_lock()
        });
        assert!(got.is_ok() && wanted.get() == 3, "{got:?}");
    }
}
