//! The life of one request: counted as open while it lasts, logged when it ends, however it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::log::{Entry, Log, Verdict};

/// Held by whatever still works on a request: first the handler, then the response body.
pub(super) struct Ticket {
    pub(super) entry: Entry,
    /// When the request came.
    pub(super) received: Instant,
    started: Instant,
    open: Option<Arc<AtomicU32>>,
    log: Arc<Log>,
}

impl Ticket {
    /// A request that has just come, at a server started at `started`.
    pub(super) fn new(log: &Arc<Log>, started: Instant) -> Self {
        let received = Instant::now();
        Self {
            entry: Entry {
                number: log.number(),
                received_us: micros(started, received),
                ended_us: 0,
                complete: false,
                protocol: None,
                model: String::new(),
                question: 0,
                nth: 0,
                verdict: Verdict::NotFound,
                status: None,
                stream: false,
                open: 0,
                tokens: 0,
            },
            received,
            started,
            open: None,
            log: Arc::clone(log),
        }
    }

    /// Counts the request among the open ones until the ticket is dropped; tells how many there are.
    pub(super) fn count(&mut self, open: &Arc<AtomicU32>) -> u32 {
        self.entry.open = open.fetch_add(1, Ordering::Relaxed) + 1;
        self.open = Some(Arc::clone(open));
        self.entry.open
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            open.fetch_sub(1, Ordering::Relaxed);
        }
        self.entry.ended_us = micros(self.started, Instant::now());
        self.log.write(&self.entry);
    }
}

fn micros(since: Instant, now: Instant) -> u64 {
    u64::try_from(now.saturating_duration_since(since).as_micros()).unwrap_or(u64::MAX)
}
