//! The one thread that writes a run.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::mpsc;

use super::{Cache, CacheKey, Cached, StoreError, schema};
use crate::domain::{Event, Outcome, Score};

/// Most messages written in one transaction; bounds the wait of the first of them.
const BATCH: usize = 256;

/// Messages that may wait for the thread. When they are that many, whoever produces them waits: memory stays flat.
const QUEUE: usize = 1024;

/// A try on the wire as it is stored. Bodies are packed already, by the task that made the call.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// Number of the cell.
    pub cell: u64,
    /// Number of the try, from 1.
    pub n: u32,
    /// Start in microseconds since 1970 UTC.
    pub started_us: i64,
    /// Length in microseconds.
    pub total_us: u64,
    /// HTTP status, when a head came.
    pub status: Option<u16>,
    /// The request's id at the server.
    pub request_id: Option<String>,
    /// Address it went to.
    pub url: String,
    /// Request body, packed.
    pub request: Vec<u8>,
    /// Kept headers as JSON.
    pub head: Option<String>,
    /// Response body, packed.
    pub response: Option<Vec<u8>>,
    /// The fault as JSON; absent when the try brought the answer.
    pub fault: Option<String>,
}

/// An outcome as it is stored.
#[derive(Debug, Clone)]
pub struct OutcomeRow {
    /// Number of the cell.
    pub cell: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether resuming leaves it alone.
    pub is_final: bool,
    /// Judgements, when it was graded.
    pub scores: Option<Vec<Score>>,
    /// Verdict of the counting scorers.
    pub pass: Option<bool>,
    /// Weighted score.
    pub score: Option<f64>,
    /// A counting scorer broke: the answer is there, the verdict is not.
    pub scorer_broke: bool,
}

/// Judgements of an outcome that is stored already.
#[derive(Debug, Clone)]
pub(super) struct ScoresRow {
    cell: u64,
    scores: Vec<Score>,
    pass: Option<bool>,
    score: Option<f64>,
    scorer_broke: bool,
}

/// What the thread is asked to write.
enum Write {
    Attempt(Box<AttemptRow>),
    Outcome(Box<OutcomeRow>),
    Scores(Box<ScoresRow>),
    Event(i64, Box<Event>),
    Meta(&'static str, String),
    Reuse(CacheKey, Box<Cached>),
    /// Answer when everything before is on disk.
    Barrier(tokio::sync::oneshot::Sender<()>),
}

/// Outcomes that are on disk now, or the reason why nothing can be stored any more.
pub type StoredCells = Result<Vec<u64>, StoreError>;

impl Write {
    /// The outcome that belongs to it comes next.
    fn is_half(&self) -> bool {
        match self {
            Self::Attempt(row) => row.fault.is_none(),
            Self::Reuse(..) => true,
            _ => false,
        }
    }
}

/// Hands rows to the writing thread.
#[derive(Debug)]
pub struct Writer {
    sender: mpsc::Sender<Write>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Write")
    }
}

/// The writing thread is gone; it has told why through its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

impl Writer {
    /// Starts the thread on the database at `path`. `stored` hears of every commit that holds outcomes, in order, and
    /// of the first failure, after which the thread is gone. `cache` receives answers for reuse.
    ///
    /// # Errors
    /// When the database cannot be opened for writing.
    pub fn start(
        path: &Path,
        cache: Option<Cache>,
        stored: mpsc::UnboundedSender<StoredCells>,
    ) -> Result<Self, StoreError> {
        let connection = schema::open(path, true)?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let path = path.to_owned();
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                Thread {
                    connection,
                    cache,
                    path,
                    receiver,
                    stored,
                }
                .run();
            })
            .map_err(|source| StoreError::Io {
                doing: "start a thread for",
                path: PathBuf::from("run.db"),
                source,
            })?;
        Ok(Self {
            sender,
            thread: Some(thread),
        })
    }

    /// Stores a try.
    ///
    /// # Errors
    /// When the thread is gone.
    pub async fn attempt(&self, row: AttemptRow) -> Result<(), Gone> {
        self.send(Write::Attempt(Box::new(row))).await
    }

    /// Stores an outcome; `stored` hears of it once it is on disk.
    ///
    /// # Errors
    /// When the thread is gone.
    pub async fn outcome(&self, row: OutcomeRow) -> Result<(), Gone> {
        self.send(Write::Outcome(Box::new(row))).await
    }

    /// Replaces the judgements of a stored outcome.
    ///
    /// # Errors
    /// When the thread is gone.
    pub async fn scores(
        &self,
        cell: u64,
        scores: Vec<Score>,
        verdict: (Option<bool>, Option<f64>),
        scorer_broke: bool,
    ) -> Result<(), Gone> {
        let (pass, score) = verdict;
        self.send(Write::Scores(Box::new(ScoresRow {
            cell,
            scores,
            pass,
            score,
            scorer_broke,
        })))
        .await
    }

    /// Stores an event.
    ///
    /// # Errors
    /// When the thread is gone.
    pub async fn event(&self, at_us: i64, event: Event) -> Result<(), Gone> {
        self.send(Write::Event(at_us, Box::new(event))).await
    }

    /// Stores a `meta` value.
    ///
    /// # Errors
    /// When the thread is gone.
    pub async fn meta(&self, key: &'static str, value: String) -> Result<(), Gone> {
        self.send(Write::Meta(key, value)).await
    }

    /// Keeps an answer for reuse.
    ///
    /// # Errors
    /// When the thread is gone.
    pub async fn reuse(&self, key: CacheKey, cached: Cached) -> Result<(), Gone> {
        self.send(Write::Reuse(key, Box::new(cached))).await
    }

    /// Waits until everything handed over so far is on disk.
    ///
    /// # Errors
    /// When the thread is gone.
    pub async fn barrier(&self) -> Result<(), Gone> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.send(Write::Barrier(sender)).await?;
        receiver.await.map_err(|_| Gone)
    }

    async fn send(&self, write: Write) -> Result<(), Gone> {
        self.sender.send(write).await.map_err(|_| Gone)
    }

    /// Ends the thread after it has written what it was given.
    pub fn finish(mut self) {
        let thread = self.thread.take();
        drop(self);
        if let Some(thread) = thread {
            // A panic in the thread has been reported by its hook; there is nothing more to save.
            let _ = thread.join();
        }
    }
}

struct Thread {
    connection: Connection,
    cache: Option<Cache>,
    path: PathBuf,
    receiver: mpsc::Receiver<Write>,
    stored: mpsc::UnboundedSender<StoredCells>,
}

impl Thread {
    fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(first) = self.receiver.blocking_recv() {
            batch.push(first);
            while batch.len() < BATCH {
                match self.receiver.try_recv() {
                    Ok(write) => batch.push(write),
                    Err(_) => break,
                }
            }
            // An answer and its outcome, which follows at once, are stored together or not at all: an answer on disk
            // without its outcome would be asked for, and paid for, again.
            while batch.last().is_some_and(Write::is_half) {
                match self.receiver.blocking_recv() {
                    Some(write) => batch.push(write),
                    None => break,
                }
            }
            match self.commit(&batch) {
                Ok(cells) => {
                    if !cells.is_empty() {
                        let _ = self.stored.send(Ok(cells));
                    }
                }
                Err(error) => {
                    let error = StoreError::from_sqlite(&error, &self.path);
                    let _ = self.stored.send(Err(error));
                    return;
                }
            }
            self.keep_for_reuse(&mut batch);
            for write in batch.drain(..) {
                if let Write::Barrier(sender) = write {
                    let _ = sender.send(());
                }
            }
        }
    }

    fn commit(&mut self, batch: &[Write]) -> rusqlite::Result<Vec<u64>> {
        let mut cells = Vec::new();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for write in batch {
            match write {
                Write::Attempt(row) => insert_attempt(&transaction, row)?,
                Write::Outcome(row) => {
                    insert_outcome(&transaction, row)?;
                    cells.push(row.cell);
                }
                Write::Scores(row) => update_scores(&transaction, row)?,
                Write::Event(at_us, event) => {
                    transaction
                        .prepare_cached("INSERT INTO events (at_us, body) VALUES (?1, ?2)")?
                        .execute((at_us, json(event)))?;
                }
                Write::Meta(key, value) => {
                    transaction
                        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
                        .execute((key, value))?;
                }
                Write::Reuse(..) | Write::Barrier(_) => {}
            }
        }
        transaction.commit()?;
        Ok(cells)
    }

    fn keep_for_reuse(&mut self, batch: &mut [Write]) {
        let Some(cache) = &mut self.cache else { return };
        let answers = batch.iter().filter_map(|write| match write {
            Write::Reuse(key, cached) => Some((key, &**cached)),
            _ => None,
        });
        if cache.keep(answers).is_err() {
            // Reuse is a convenience: the answers themselves are in the run. Do not try again for every batch.
            self.cache = None;
        }
    }
}

fn insert_attempt(connection: &Connection, row: &AttemptRow) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO attempts (cell, n, started_us, total_us, status, request_id, url, request, head, response, fault)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            row.cell.cast_signed(),
            row.n,
            row.started_us,
            row.total_us.cast_signed(),
            row.status,
            row.request_id,
            row.url,
            row.request,
            row.head,
            row.response,
            row.fault,
        ])?;
    Ok(())
}

fn insert_outcome(connection: &Connection, row: &OutcomeRow) -> rusqlite::Result<()> {
    let empty = crate::domain::Timing::default();
    let (status, kind, reply, fault, timing, cost, cached, attempts) = match &row.outcome {
        Outcome::Answered {
            reply,
            timing,
            cost,
            cached,
            attempts,
        } => {
            let kind = row.scorer_broke.then(|| "scorer".to_owned());
            (
                "answered",
                kind,
                Some(reply),
                None,
                timing,
                Some(cost),
                *cached,
                *attempts,
            )
        }
        Outcome::Failed {
            fault,
            timing,
            attempts,
            reply,
        } => (
            "failed",
            Some(fault.kind.word().to_owned()),
            reply.as_ref(),
            Some(super::told::fault_json(fault)),
            timing,
            None,
            false,
            *attempts,
        ),
        Outcome::Skipped(reason) => ("skipped", Some(json(reason)), None, None, &empty, None, false, 0),
    };
    let usage = reply.map(|reply| reply.usage).unwrap_or_default();
    let money = cost.and_then(|cost| cost.money.as_ref());
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO outcomes (cell, status, kind, final, answer, reply, fault, tokens_in, tokens_out,
               tokens_cached, tokens_cache_write, tokens_reasoning, started_us, total_us, first_text_us,
               first_thinking_us, suspended, cost_nano, currency, cost_source, cached, attempts, scores, pass, score)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
               ?22, ?23, ?24, ?25)",
        )?
        .execute(params![
            row.cell.cast_signed(),
            status,
            kind,
            row.is_final,
            reply.map(|reply| reply.text.as_str()),
            reply.map(|reply| super::reader::rest_of(reply)),
            fault,
            usage.input.map(u64::cast_signed),
            usage.output.map(u64::cast_signed),
            usage.cached.map(u64::cast_signed),
            usage.cache_write.map(u64::cast_signed),
            usage.reasoning.map(u64::cast_signed),
            timing.started_us,
            timing.total_us.cast_signed(),
            timing.first_text_us.map(u64::cast_signed),
            timing.first_thinking_us.map(u64::cast_signed),
            timing.suspended,
            money.map(|money| money.nano),
            money.map(|money| money.currency.0.as_str()),
            cost.map(|cost| cost.source.word()),
            cached,
            attempts,
            row.scores.as_deref().map(super::told::scores_json),
            row.pass,
            row.score,
        ])?;
    Ok(())
}

fn update_scores(connection: &Connection, row: &ScoresRow) -> rusqlite::Result<()> {
    let kind = row.scorer_broke.then_some("scorer");
    connection
        .prepare_cached(
            "UPDATE outcomes SET scores = ?2, pass = ?3, score = ?4,
               kind = CASE WHEN status = 'answered' THEN ?5 ELSE kind END
             WHERE cell = ?1",
        )?
        .execute(params![
            row.cell.cast_signed(),
            super::told::scores_json(&row.scores),
            row.pass,
            row.score,
            kind
        ])?;
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types are plain JSON")
}
