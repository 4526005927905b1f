//! Files: those that a suite names are opened, within its folder; those that a command makes are written whole.

use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::domain::{Place, Problem, Said};
use crate::said;

/// Opens files for the suite reader. A suite from elsewhere must not read what it likes on this machine, so files it names
/// have to lie in its own folder, unless the user allows more.
#[derive(Debug)]
pub(super) struct Shelf {
    suite: PathBuf,
    folder: Option<PathBuf>,
    allow_outside: bool,
}

impl Shelf {
    pub(super) fn of(suite: &str, allow_outside: bool) -> Self {
        let suite = PathBuf::from(suite);
        let folder = match suite.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new(".").canonicalize().ok(),
            Some(parent) => parent.canonicalize().ok(),
            None => None,
        };
        Self {
            suite,
            folder,
            allow_outside,
        }
    }

    /// Opens `path`, as the suite reader resolved it.
    pub(super) fn open(&self, path: &str) -> Result<Box<dyn BufRead>, Problem> {
        self.allowed(path)?;
        // Opening a pipe would wait for somebody to write into it, so what it is is asked first.
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if let Some(problem) = crate::suite::bytes::no_file(path, metadata.is_file() || metadata.is_dir()) {
            return Err(problem);
        }
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            return Err(
                Problem::error("folder", said!("`{path}` is a folder", "`{path}`은(는) 폴더입니다")).help(said!(
                    "name the suite files in it, for example with a pattern: `suites/*.yaml`",
                    "안에 있는 파일을 적으세요(예: `suites/*.yaml`)"
                )),
            );
        }
        Ok(Box::new(BufReader::with_capacity(64 * 1024, file)))
    }

    /// Whether a suite may name `path`; it need not exist.
    pub(super) fn allowed(&self, path: &str) -> Result<(), Problem> {
        if self.allow_outside || Path::new(path) == self.suite {
            return Ok(());
        }
        // What does not exist is told when it is opened.
        let Ok(real) = Path::new(path).canonicalize() else {
            return Ok(());
        };
        let inside = self.folder.as_ref().is_some_and(|folder| real.starts_with(folder));
        if inside {
            return Ok(());
        }
        Err(Problem::error(
            "outside",
            said!(
                "`{path}` lies outside the folder of the suite",
                "`{path}` 파일은 문항 세트 폴더 밖에 있습니다"
            ),
        )
        .help(said!(
            "move the file beside the suite, or allow it with `--allow-outside`",
            "파일을 문항 세트 옆으로 옮기거나 `--allow-outside`로 허락하세요"
        ))
        .at(Place::file(self.suite.display().to_string())))
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> Problem {
    let problem = match error.kind() {
        std::io::ErrorKind::NotFound => {
            let problem = Problem::error(
                "missing_file",
                said!("there is no file `{path}`", "`{path}` 파일이 없습니다"),
            );
            match similar(path) {
                Some(name) => problem.help(said!("did you mean `{name}`?", "혹시 `{name}`입니까?")),
                None => problem.help(said!("check the path; relative paths start at the folder of the suite, or at the working directory on the command line", "경로를 확인하세요. 문항 세트 안의 경로는 그 폴더에서, 명령줄의 경로는 지금 폴더에서 시작합니다")),
            }
        }
        std::io::ErrorKind::PermissionDenied => Problem::error(
            "unreadable_file",
            said!("`{path}` may not be read", "`{path}` 파일을 읽을 권한이 없습니다"),
        )
        .help(said!("give read permission", "읽기 권한을 주세요")),
        _ => Problem::error(
            "unreadable_file",
            said!(
                "`{path}` could not be read: {error}",
                "`{path}` 파일을 읽지 못했습니다: {error}"
            ),
        ),
    };
    problem.at(Place::file(path))
}

/// A file in the same folder with nearly the same name.
fn similar(path: &str) -> Option<String> {
    let path = Path::new(path);
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let wanted = path.file_name()?.to_str()?;
    let names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .take(2000)
        .collect();
    let nearest = crate::suite::suggest::nearest(wanted, names.iter().map(String::as_str))?;
    let shown = if path.parent().is_none_or(|parent| parent.as_os_str().is_empty()) {
        nearest.to_owned()
    } else {
        folder.join(nearest).display().to_string()
    };
    Some(shown)
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let (mut file, unfinished) = Unfinished::create(path)?;
    file.write_all(bytes)?;
    unfinished.done()
}

/// The same, together with the folder it is in.
pub(super) fn write_with_folder(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    write_whole(path, bytes)
}

/// A file that cannot be written, and what to do instead.
pub(super) fn unwritable(path: &Path, error: &std::io::Error, remedy: Said) -> Failure {
    Failure::usage(could_not_write(path, error), remedy)
}

pub(super) fn could_not_write(path: &Path, error: &std::io::Error) -> Said {
    said!(
        "could not write `{}`: {}",
        "`{}` 파일을 쓰지 못했습니다: {}",
        path.display(),
        Said::from(error)
    )
}

/// A file that has another name until it is whole, so that nobody meets half of one. Given up, it is taken away.
///
/// A link stays a link to what is written. What is no file, as `/dev/stdout` or a pipe, is written to as it is.
pub(super) struct Unfinished {
    path: PathBuf,
    // What it is called until then, and the file it becomes.
    part: Option<(PathBuf, PathBuf)>,
}

impl Unfinished {
    /// Begins what will be the file at `path`.
    pub(super) fn create(path: &Path) -> std::io::Result<(File, Self)> {
        let path = path.to_owned();
        if path.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir()) {
            return Ok((File::create(&path)?, Self { path, part: None }));
        }
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let mut part = real.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part)?;
        let part = Some((part, real));
        Ok((file, Self { path, part }))
    }

    /// Where it will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// It is whole.
    pub(super) fn done(self) -> std::io::Result<()> {
        match &self.part {
            Some((part, real)) => std::fs::rename(part, real),
            None => Ok(()),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.part {
            // Gone already when it was done.
            let _ = std::fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        use super::*;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        let device = folder.path().join("device");
        std::os::unix::fs::symlink("/dev/null", &device).unwrap();
        write_whole(&device, b"lost").unwrap();
        assert!(device.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
