//! What the simulator was asked and what it did: the other side of a run's record, to count calls by.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use serde::{Serialize, Serializer};

use super::faults::Failure;
use crate::domain::ProviderName;

/// Where the log goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogTo {
    /// A file of JSON lines, replaced when it exists.
    pub file: Option<PathBuf>,
    /// Kept in memory for [`Running::log`](super::Running::log). About 150 bytes a request; for tests.
    pub keep: bool,
}

/// One request, written when its response was fully sent or given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Number of the request, from 1, in order of arrival.
    pub number: u64,
    /// When it was received, in microseconds since the server started.
    pub received_us: u64,
    /// When the last byte of the response was handed over or the call ended otherwise, on the same clock.
    pub ended_us: u64,
    /// Everything meant for the client was handed over; false when the client went before.
    pub complete: bool,
    /// Protocol it was read as; none for lists and unknown paths.
    pub protocol: Option<ProviderName>,
    /// Model asked for.
    pub model: String,
    /// The question's [`text_key`](super::text_key); hexadecimal in the file.
    #[serde(serialize_with = "hexadecimal")]
    pub question: u64,
    /// How often this very call came, this one counted; 0 when it was turned away before counting.
    pub nth: u32,
    /// What was done.
    pub verdict: Verdict,
    /// HTTP status of the response, where there was one.
    pub status: Option<u16>,
    /// A stream was asked for.
    pub stream: bool,
    /// Calls of the same model and account open at the time, this one counted.
    pub open: u32,
    /// Tokens, input and output, that the answer tells.
    pub tokens: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn hexadecimal<S: Serializer>(key: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{key:016x}"))
}

/// What was done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// An answer, recorded or made up.
    Answered,
    /// Turned away by a limit.
    Limited,
    /// Turned away for its key.
    Unauthorised,
    /// Not a request of its protocol.
    BadRequest,
    /// No recorded answer.
    Unrecorded,
    /// A list of models or a sign of life.
    Listed,
    /// No such path.
    NotFound,
    /// A failure on purpose.
    Failed(Failure),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Answered => "answered",
            Self::Limited => "limited",
            Self::Unauthorised => "unauthorised",
            Self::BadRequest => "bad_request",
            Self::Unrecorded => "unrecorded",
            Self::Listed => "listed",
            Self::NotFound => "not_found",
            Self::Failed(failure) => return failure.fmt(f),
        };
        f.write_str(word)
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Requests so far, for a status line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All requests received.
    pub received: u64,
    /// Answered, as far as the client stayed.
    pub answered: u64,
    /// Turned away by a limit.
    pub limited: u64,
    /// Failed on purpose.
    pub failed: u64,
}

/// The log while the server runs.
#[derive(Debug, Default)]
pub(super) struct Log {
    received: AtomicU64,
    answered: AtomicU64,
    limited: AtomicU64,
    failed: AtomicU64,
    kept: Option<Mutex<Vec<Entry>>>,
    writer: Mutex<Option<Writer>>,
}

#[derive(Debug)]
struct Writer {
    lines: Sender<Entry>,
    thread: JoinHandle<std::io::Result<()>>,
}

impl Log {
    /// Opens the log.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(super) fn open(to: &LogTo) -> std::io::Result<Self> {
        let writer = match &to.file {
            Some(path) => Some(Writer::start(path)?),
            None => None,
        };
        Ok(Self {
            kept: to.keep.then(Mutex::default),
            writer: Mutex::new(writer),
            ..Self::default()
        })
    }

    /// The number of a request that has just come.
    pub(super) fn number(&self) -> u64 {
        self.received.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn write(&self, entry: &Entry) {
        let count = match entry.verdict {
            Verdict::Answered if entry.complete => Some(&self.answered),
            Verdict::Limited => Some(&self.limited),
            Verdict::Failed(_) => Some(&self.failed),
            _ => None,
        };
        if let Some(count) = count {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(kept) = &self.kept {
            let mut kept = kept.lock().expect("no holder of this lock panics");
            kept.push(entry.clone());
        }
        if let Some(writer) = &*self.writer.lock().expect("no holder of this lock panics") {
            // The thread ends early only when the disk refuses, which `close` tells.
            let _ = writer.lines.send(entry.clone());
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counts {
            received: read(&self.received),
            answered: read(&self.answered),
            limited: read(&self.limited),
            failed: read(&self.failed),
        }
    }

    /// The kept entries, in order of arrival.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let Some(kept) = &self.kept else {
            return Vec::new();
        };
        let mut entries = kept.lock().expect("no holder of this lock panics").clone();
        entries.sort_by_key(|entry| entry.number);
        entries
    }

    /// Writes out what is left and closes the file. Blocks for the disk.
    ///
    /// # Errors
    /// The first thing that went wrong with the file.
    pub(super) fn close(&self) -> std::io::Result<()> {
        let writer = self.writer.lock().expect("no holder of this lock panics").take();
        match writer {
            None => Ok(()),
            Some(Writer { lines, thread }) => {
                drop(lines);
                thread.join().expect("the log thread does not panic")
            }
        }
    }
}

impl Writer {
    fn start(path: &Path) -> std::io::Result<Self> {
        let file = std::fs::File::create(path)?;
        let (lines, received) = channel();
        let thread = std::thread::Builder::new()
            .name("simulate-log".to_owned())
            .spawn(move || write_lines(file, &received))?;
        Ok(Self { lines, thread })
    }
}

/// Writes entries as they come, out to the system whenever none is waiting.
fn write_lines(file: std::fs::File, received: &Receiver<Entry>) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(file);
    while let Ok(first) = received.recv() {
        for entry in std::iter::once(first).chain(received.try_iter()) {
            serde_json::to_writer(&mut out, &entry)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
    }
    Ok(())
}
