//! Review packs in a run's folder: `reviews/PACK/key.json`, and a file of JSON lines for each reviewer.
//!
//! The key tells which letter stands for whom; only its owner may read the file. What came back is appended, never
//! replaced: the last line of a row counts, the earlier ones stay.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

use super::{Listed, StoreError, list};
use crate::domain::Said;
use crate::domain::review::{Pack, Rating, Received, is_pack_id};
use crate::said;

/// Form of the key file.
pub const KEY_FORMAT: &str = "review-key/1";

/// Name under which decisions are kept; no reviewer's file can have it.
const DECISIONS: &str = "_decisions";

/// The folder of a pack.
#[derive(Debug, Clone)]
pub struct PackFolder {
    path: PathBuf,
}

/// All that a reviewer sent.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// What counts, by row.
    pub ratings: HashMap<String, Received>,
    /// Rows that were refused when they came last.
    pub refused: HashSet<String>,
    /// Digests of the files read so far.
    pub digests: Vec<String>,
    /// The last file and when it was read, in microseconds.
    pub last: Option<(String, i64)>,
}

impl Sent {
    /// The rating of a row that counts.
    #[must_use]
    pub fn rating(&self, row: &str) -> Option<&Rating> {
        self.ratings.get(row).map(|received| &received.rating)
    }
}

/// The packs of a run, in the order of their making.
///
/// # Errors
/// When the folder or a key cannot be read.
pub fn packs(run: &Path) -> Result<Vec<(PackFolder, Pack)>, StoreError> {
    let mut found = Vec::new();
    for folder in folders(run)? {
        let pack = folder.key()?;
        found.push((folder, pack));
    }
    found.sort_by(|a, b| (a.1.made_us, &a.1.id).cmp(&(b.1.made_us, &b.1.id)));
    Ok(found)
}

/// The folders of the packs of a run, whether or not their keys can be read.
///
/// # Errors
/// When the folder they are in cannot be read.
pub fn folders(run: &Path) -> Result<Vec<PackFolder>, StoreError> {
    let folder = run.join("reviews");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(io("read", &folder, source)),
    };
    let packs = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_pack_id));
    Ok(packs.map(|entry| PackFolder { path: entry.path() }).collect())
}

/// Finds a pack by its id among all runs of a results folder.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn find_pack(results: &Path, id: &str) -> Result<(Listed, PackFolder, Pack), StoreError> {
    let missing = |more: Said| {
        StoreError::NotFound(said!(
            "there is no review pack `{0}` in `{1}`{more}",
            "`{1}`에 심사 묶음 `{0}` 없음{more}",
            id,
            results.display()
        ))
    };
    if !is_pack_id(id) {
        return Err(missing(said!(
            ": an id is `p` and three letters or digits, as in `p7f3`",
            ": 묶음 이름은 `p7f3`처럼 `p`와 글자 셋입니다"
        )));
    }
    let mut known = Vec::new();
    for run in list(results)? {
        let path = run.path.join("reviews").join(id);
        if path.join("key.json").is_file() {
            let folder = PackFolder { path };
            let pack = folder.key()?;
            return Ok((run, folder, pack));
        }
        known.extend(
            fs::read_dir(run.path.join("reviews"))
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| {
                    let name = entry.file_name().into_string().ok()?;
                    is_pack_id(&name).then_some(name)
                }),
        );
    }
    Err(missing(if known.is_empty() {
        said!(
            ": `narani review export RUN` makes one",
            ": `narani review export RUN` 으로 만듭니다"
        )
    } else {
        let known = known.join(", ");
        said!("; there are {known}", " (있는 묶음: {known})")
    }))
}

impl PackFolder {
    /// Makes the folder of a new pack, with its key.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(run: &Path, pack: &Pack) -> Result<Self, StoreError> {
        let path = run.join("reviews").join(&pack.id);
        fs::create_dir_all(&path).map_err(|source| io("create", &path, source))?;
        let folder = Self { path };
        folder.keep(pack)?;
        Ok(folder)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the key.
    ///
    /// # Errors
    /// When it cannot be read, or was written by another version.
    pub fn key(&self) -> Result<Pack, StoreError> {
        let path = self.path.join("key.json");
        let text = fs::read_to_string(&path).map_err(|source| io("read", &path, source))?;
        let damaged = |why: String| StoreError::Damaged {
            path: path.clone(),
            why: why.into(),
        };
        let pack: Pack = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if pack.format != KEY_FORMAT {
            return Err(damaged(format!("its form is `{}`, not `{KEY_FORMAT}`", pack.format)));
        }
        let columns = |unit: &crate::domain::review::Unit| unit.digests.len() == unit.columns.len() + 2;
        let rows = pack
            .reviewers
            .iter()
            .chain(&pack.adjudication)
            .flat_map(|reviewer| &reviewer.rows);
        let whole = pack.units.iter().all(columns) && rows.into_iter().all(|row| row.unit < pack.units.len());
        if !whole {
            return Err(damaged("its rows do not fit together".to_owned()));
        }
        Ok(pack)
    }

    /// Writes the key, whole or not at all, for its owner's eyes only.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, pack: &Pack) -> Result<(), StoreError> {
        let path = self.path.join("key.json");
        let unfinished = self.path.join("key.json.part");
        let mut text = serde_json::to_string(pack).map_err(|error| StoreError::Other {
            path: path.clone(),
            why: error.to_string(),
        })?;
        text.push('\n');
        let mut options = File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let write = || -> std::io::Result<()> {
            let mut file = options.open(&unfinished)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().map_err(|source| io("write", &path, source))
    }

    /// All that a reviewer sent; nothing where nothing came yet. `None` names the decisions.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn sent(&self, reviewer: Option<&str>) -> Result<Sent, StoreError> {
        let path = self.path.join(file_of(reviewer));
        let mut sent = Sent::default();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(sent),
            Err(source) => return Err(io("read", &path, source)),
        };
        // As bytes: a line that was cut short may end within a letter.
        for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let received: Received = match serde_json::from_slice(line) {
                Ok(received) => received,
                // A last line that a crash cut short was never confirmed to anybody.
                Err(_) if !line.ends_with(b"\n") => break,
                Err(error) => {
                    return Err(StoreError::Damaged {
                        path,
                        why: format!("line {}: {error}", number + 1).into(),
                    });
                }
            };
            if !sent.digests.contains(&received.digest) {
                sent.digests.push(received.digest.clone());
            }
            sent.last = Some((received.file.clone(), received.at_us));
            if received.refused {
                sent.refused.insert(received.rating.row);
            } else {
                sent.refused.remove(&received.rating.row);
                sent.ratings.insert(received.rating.row.clone(), received);
            }
        }
        Ok(sent)
    }

    /// Appends what came in, and makes sure that it is on disk.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn append(&self, reviewer: Option<&str>, received: &[Received]) -> Result<(), StoreError> {
        let path = self.path.join(file_of(reviewer));
        let mut text = String::new();
        for each in received {
            text.push_str(&serde_json::to_string(each).map_err(|error| StoreError::Other {
                path: path.clone(),
                why: error.to_string(),
            })?);
            text.push('\n');
        }
        let write = || -> std::io::Result<()> {
            let mut file = File::options().create(true).read(true).append(true).open(&path)?;
            drop_half_line(&mut file)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| match source.kind() {
            std::io::ErrorKind::StorageFull => StoreError::Full { path: path.clone() },
            _ => io("write", &path, source),
        })
    }
}

/// Takes away a last line that a crash cut short: nobody was told that it was kept.
fn drop_half_line(file: &mut File) -> std::io::Result<()> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(());
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    if last[0] == b'\n' {
        return Ok(());
    }
    let mut whole = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut whole)?;
    let end = whole.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    file.set_len(end as u64)
}

fn file_of(reviewer: Option<&str>) -> String {
    format!("{}.jsonl", reviewer.map_or(DECISIONS.to_owned(), file_name))
}

/// A name as part of a file's name on every system: composed, without what Windows does not allow, at most 120 bytes.
#[must_use]
pub fn file_name(name: &str) -> String {
    let mut out = String::new();
    for letter in name.trim().nfc() {
        let letter = match letter {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        };
        if out.len() + letter.len_utf8() > 120 {
            break;
        }
        out.push(letter);
    }
    let out = out.trim_matches(['.', ' ']).to_owned();
    // Names of devices are no names of files on Windows; an underscore first is ours.
    let device = ["con", "prn", "aux", "nul"].contains(&out.to_lowercase().as_str());
    if out.is_empty() || device || out.starts_with('_') {
        format!("-{out}")
    } else {
        out
    }
}

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(row: &str, score: u8, digest: &str) -> Received {
        Received {
            refused: false,
            at_us: 5,
            file: "a.xlsx".to_owned(),
            digest: digest.to_owned(),
            rating: Rating {
                row: row.to_owned(),
                scores: vec![Some(score), None],
                ..Rating::default()
            },
        }
    }

    #[test]
    fn what_came_in_is_appended_and_the_last_counts() {
        let run = tempfile::tempdir().unwrap();
        let folder = PackFolder::create(run.path(), &Pack::sample()).unwrap();
        assert_eq!(packs(run.path()).unwrap()[0].1, Pack::sample());
        assert!(folder.sent(Some("지민")).unwrap().ratings.is_empty());
        folder.append(Some("지민"), &[received("p7f3-0001-K", 3, "x")]).unwrap();
        // A crash leaves half a line behind.
        let path = folder.path().join("지민.jsonl");
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"{\"at_us\":6,\"fi").unwrap();
        assert_eq!(folder.sent(Some("지민")).unwrap().ratings.len(), 1);
        folder.append(Some("지민"), &[received("p7f3-0001-K", 5, "y")]).unwrap();
        let sent = folder.sent(Some("지민")).unwrap();
        assert_eq!(sent.rating("p7f3-0001-K").unwrap().scores[0], Some(5));
        assert_eq!(sent.digests, ["x", "y"]);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join("key.json"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    /// A line cut within a Korean letter could not be read at all, and a whole last line that was damaged was passed over.
    #[test]
    fn only_a_line_that_was_cut_short_is_passed_over() {
        let run = tempfile::tempdir().unwrap();
        let folder = PackFolder::create(run.path(), &Pack::sample()).unwrap();
        folder.append(None, &[received("p7f3-0001-K", 3, "x")]).unwrap();
        let path = folder.path().join(file_of(None));
        let whole = fs::read(&path).unwrap();
        let mut cut = received("p7f3-0002-K", 4, "y");
        cut.rating.note = "좋습니다".to_owned();
        let line = serde_json::to_vec(&cut).unwrap();
        for length in 0..line.len() {
            fs::write(&path, [&whole[..], &line[..length]].concat()).unwrap();
            assert_eq!(folder.sent(None).unwrap().ratings.len(), 1, "{length} bytes");
        }
        fs::write(&path, [&whole[..], b"{\"at_us\":6}\n"].concat()).unwrap();
        let error = folder.sent(None).unwrap_err();
        assert!(
            matches!(&error, StoreError::Damaged { why, .. } if why.starts_with("line 2")),
            "{error}"
        );
    }

    #[test]
    fn names_become_file_names() {
        for (name, file) in [
            ("지민", "지민"),
            (" a/b:c ", "a_b_c"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("CON", "-CON"),
            ("..", "-"),
            ("_decisions", "-_decisions"),
        ] {
            assert_eq!(file_name(name), file);
        }
        assert!(file_name(&"가".repeat(100)).len() <= 120);
    }
}
