//! Opening the files that a suite names, within its folder.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::domain::{Place, Problem};

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
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            return Err(Problem::error("folder", format!("`{path}` is a folder"))
                .help("name the suite files in it, for example with a pattern: `suites/*.yaml`"));
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
        Err(
            Problem::error("outside", format!("`{path}` lies outside the folder of the suite"))
                .help("move the file beside the suite, or allow it with `--allow-outside`")
                .at(Place::file(self.suite.display().to_string())),
        )
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> Problem {
    let problem = match error.kind() {
        std::io::ErrorKind::NotFound => {
            let problem = Problem::error("missing_file", format!("there is no file `{path}`"));
            match similar(path) {
                Some(name) => problem.help(format!("did you mean `{name}`?")),
                None => problem.help("check the path; relative paths start at the folder of the suite, or at the working directory on the command line"),
            }
        }
        std::io::ErrorKind::PermissionDenied => {
            Problem::error("unreadable_file", format!("`{path}` may not be read")).help("give read permission")
        }
        _ => Problem::error("unreadable_file", format!("`{path}` could not be read: {error}")),
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
