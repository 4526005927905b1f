//! A throw-away folder, and the program run in it with nothing of this machine's settings.

use std::path::PathBuf;

use assert_cmd::Command;

pub(crate) struct Lab {
    pub(crate) home: tempfile::TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Writes a file below the folder.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::cargo_bin("narani").unwrap();
        command
            .current_dir(self.home.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "en_US.UTF-8")
            .env("TZ", "UTC")
            .env("COLUMNS", "100")
            .timeout(std::time::Duration::from_mins(1))
            .args(words);
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        Self::end(self.command(words))
    }

    pub(crate) fn run_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = self.command(words);
        command.envs(variables.iter().copied());
        Self::end(command)
    }

    fn end(mut command: Command) -> Ended {
        let output = command.output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }

    /// The newest run's folder. Names tell the second only: of two of one second it is the folder that was made later, as
    /// `last` is for the program.
    pub(crate) fn last_run(&self) -> PathBuf {
        let runs = std::fs::read_dir(self.home.path().join("results")).unwrap();
        let runs = runs.map(|entry| entry.unwrap().path()).filter_map(|path| {
            let second = path.file_name()?.to_str()?.strip_prefix("r-")?.get(..15)?.to_owned();
            Some((second, path.metadata().unwrap().created().ok(), path))
        });
        runs.max().expect("a run").2
    }
}
