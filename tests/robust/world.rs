//! The simulator as a process of its own, and what a run left on disk.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use narani::domain::ProviderName;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::lab::Lab;

/// The program, in a lab's folder, with nothing of this machine's settings.
pub(crate) fn program(lab: &Lab, words: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("narani"));
    command
        .current_dir(lab.home.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "en_US.UTF-8")
        .env("TZ", "UTC")
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .args(words);
    command
}

/// `narani simulate`, ended when this is dropped.
pub(crate) struct Simulator {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Simulator {
    /// Starts it on a free port with a log.
    pub(crate) fn start(lab: &Lab, words: &[&str]) -> Self {
        let log = lab.home.path().join("simulator.jsonl");
        let mut all = vec!["simulate", "--port", "0", "--log", log.to_str().unwrap()];
        all.extend_from_slice(words);
        let mut child = program(lab, &all)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        // What it prints later goes nowhere, but must be taken.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut out, &mut std::io::sink());
        });
        Self { child, address, log }
    }

    /// The address for targets of a provider.
    pub(crate) fn base(&self, provider: ProviderName) -> String {
        let suffix = narani::provider::of(provider).about().simulated_suffix;
        format!("{}{suffix}", self.address)
    }

    /// A table of `config.toml` for each provider, each with a model of its own; `more` is added to each.
    pub(crate) fn targets(&self, providers: &[ProviderName], more: &str) -> String {
        providers
            .iter()
            .map(|provider| {
                let name = provider.word();
                format!(
                    "[targets.{name}]\nprovider = \"{name}\"\naddress = \"{}\"\nmodel = \"model-{name}\"\nlocal = true\nkey = {{ env = \"SIMULATOR_KEY\" }}\n{more}\n\n",
                    self.base(*provider)
                )
            })
            .collect()
    }

    /// Leaves a mark in the log: every request before it came before now.
    pub(crate) fn mark(&self) {
        let mut stream = TcpStream::connect(self.address.trim_start_matches("http://")).unwrap();
        write!(stream, "GET /mark HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.starts_with(b"HTTP/1.1 404"), "the mark is no known path");
    }

    /// Answers nobody from now on: a run that asks it stands still, however long a test takes for what it does meanwhile.
    pub(crate) fn hold(&self) {
        self.signal(Signal::STOP);
    }

    /// Answers again.
    pub(crate) fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(id, signal).unwrap();
    }

    /// Ends it and reads its log, in order of arrival.
    pub(crate) fn stop(mut self) -> Vec<Logged> {
        self.signal(Signal::TERM);
        self.child.wait().unwrap();
        let mut entries: Vec<Logged> = std::fs::read_to_string(&self.log)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        entries.sort_by_key(|entry: &Logged| entry.number);
        entries
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the simulator says of a request.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Logged {
    pub(crate) number: u64,
    pub(crate) model: String,
    /// Key of the question, hexadecimal.
    pub(crate) question: String,
    pub(crate) verdict: String,
}

/// Questions with known answers: a suite and the answers that the simulator gives.
pub(crate) struct Questions {
    /// Case ids with question and answer.
    pub(crate) all: Vec<(String, String, String)>,
}

impl Questions {
    /// So many, none of which any other `name` has.
    pub(crate) fn new(name: &str, count: usize) -> Self {
        let all = (0..count)
            .map(|n| {
                (
                    format!("case-{n:04}"),
                    format!("질문 {name}/{n}: what is {n} times three?"),
                    format!("정답은 {} 입니다 (question {n} of {name}).", n * 3),
                )
            })
            .collect();
        Self { all }
    }

    /// As a suite.
    pub(crate) fn suite(&self) -> String {
        self.lines(|(id, question, answer)| serde_json::json!({"id": id, "question": question, "expect": answer}))
    }

    /// As answers for the simulator.
    pub(crate) fn answers(&self) -> String {
        self.lines(|(_, question, answer)| serde_json::json!({"question": question, "answer": answer}))
    }

    fn lines(&self, line: impl Fn(&(String, String, String)) -> Value) -> String {
        self.all.iter().map(|row| line(row).to_string() + "\n").collect()
    }

    /// Position of a case by the simulator's key of its question.
    pub(crate) fn by_key(&self) -> HashMap<String, usize> {
        self.all
            .iter()
            .enumerate()
            .map(|(n, (_, question, _))| (format!("{:016x}", narani::simulate::text_key(question)), n))
            .collect()
    }
}

/// An outcome as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) status: String,
    pub(crate) kind: Option<String>,
    pub(crate) is_final: bool,
    pub(crate) answer: Option<String>,
    pub(crate) started_us: i64,
    pub(crate) total_us: i64,
    pub(crate) suspended: bool,
}

/// What stands in a run's database, read from a copy so that looking changes nothing.
pub(crate) struct Left {
    pub(crate) outcomes: BTreeMap<i64, Stored>,
    /// Cells with the number of tries that brought an answer.
    pub(crate) answered_tries: BTreeMap<i64, usize>,
    pub(crate) integrity: String,
}

impl Left {
    /// Reads a run folder; none when it has no tables yet.
    pub(crate) fn of(run: &Path) -> Option<Self> {
        let copy = tempfile::tempdir().unwrap();
        while !copied(run, copy.path()) {}
        let database = rusqlite::Connection::open(copy.path().join("run.db")).unwrap();
        let tables: i64 = database
            .query_row(
                "SELECT count(*) FROM sqlite_master WHERE name = 'outcomes'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        if tables == 0 {
            return None;
        }
        let integrity = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        let mut outcomes = BTreeMap::new();
        let mut select = database
            .prepare("SELECT cell, status, kind, final, answer, started_us, total_us, suspended FROM outcomes")
            .unwrap();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let stored = Stored {
                status: row.get(1).unwrap(),
                kind: row.get(2).unwrap(),
                is_final: row.get(3).unwrap(),
                answer: row.get(4).unwrap(),
                started_us: row.get(5).unwrap(),
                total_us: row.get(6).unwrap(),
                suspended: row.get(7).unwrap(),
            };
            let before = outcomes.insert(row.get(0).unwrap(), stored);
            assert!(before.is_none(), "a cell has two outcomes");
        }
        let mut answered_tries = BTreeMap::new();
        let mut select = database
            .prepare("SELECT cell FROM attempts WHERE fault IS NULL")
            .unwrap();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            *answered_tries.entry(row.get(0).unwrap()).or_default() += 1;
        }
        drop(rows);
        drop(select);
        Some(Self {
            outcomes,
            answered_tries,
            integrity,
        })
    }
}

/// Copies a run's database, which may be written to meanwhile. Both files are of one state unless the log began anew between
/// them: then its first 32 bytes, with the salts, are others, and the copy is no good.
fn copied(run: &Path, to: &Path) -> bool {
    let log = |folder: &Path| -> Option<[u8; 32]> {
        let mut head = [0; 32];
        let mut file = std::fs::File::open(folder.join("run.db-wal")).ok()?;
        file.read_exact(&mut head).ok()?;
        Some(head)
    };
    let before = log(run);
    let copy = |name: &str| {
        let _ = std::fs::remove_file(to.join(name));
        match std::fs::copy(run.join(name), to.join(name)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            done => drop(done.unwrap()),
        }
    };
    copy("run.db");
    copy("run.db-wal");
    before == log(to)
}

/// Says what a test left out and why; under `NARANI_REQUIRE=all` that is a failure.
#[expect(clippy::print_stdout, reason = "what was not tested is said")]
pub(crate) fn skipped(why: &str) {
    let needed = std::env::var("NARANI_REQUIRE").is_ok_and(|value| value == "all");
    assert!(!needed, "SKIPPED where nothing may be: {why}");
    println!("SKIPPED: {why}");
}
