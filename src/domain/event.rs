//! What happens during a run, in the order in which it happened. Written by the dispatcher alone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fault::FaultKind;
use super::money::Money;
use super::said::Said;

/// One happening. Listeners (progress block, log lines, pages) see the same ordered events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The run begins or goes on.
    Started {
        /// Cells planned in all.
        planned: u64,
        /// Cells that already had a final outcome.
        done: u64,
    },
    /// An outcome was stored.
    Stored {
        /// Index of the target in the run.
        target: usize,
        /// Id of the case.
        case: String,
        /// The kind of fault, when it was one.
        fault: Option<FaultKind>,
        /// The provider's words, when it was a fault. Outside text.
        message: Option<Said>,
        /// Taken from the answer cache.
        cached: bool,
        /// Whether all counting scorers passed, where there was a verdict.
        pass: Option<bool>,
        /// The weighted score between 0 and 1, where there was a verdict.
        #[serde(default)]
        score: Option<f64>,
        /// Tries on the wire.
        attempts: u32,
        /// Cost in billionths of its currency, where known.
        cost_nano: Option<i64>,
    },
    /// A target waits before its next call.
    Waiting {
        /// Index of the target.
        target: usize,
        /// Why.
        why: FaultKind,
        /// How long.
        wait: Duration,
        /// The server asked for this wait; otherwise our own back-off.
        asked: bool,
    },
    /// An attempt failed and will be made again.
    Retrying {
        /// Index of the target.
        target: usize,
        /// Id of the case.
        case: String,
        /// What went wrong.
        kind: FaultKind,
        /// Number of the failed attempt, from 1.
        attempt: u32,
        /// Attempts allowed in all.
        of: u32,
        /// Pause before the next.
        wait: Duration,
    },
    /// A call was made a second time because the first was slow.
    Hedged {
        /// Index of the target.
        target: usize,
        /// Id of the case.
        case: String,
        /// Time without an answer.
        after: Duration,
    },
    /// A target was given up; its remaining cells are skipped.
    TargetStopped {
        /// Index of the target.
        target: usize,
        /// What went wrong.
        kind: FaultKind,
        /// The provider's words. Outside text.
        message: Said,
        /// Cells that were not asked because of it.
        skipped: u64,
    },
    /// The adaptive width of an account changed.
    Width {
        /// Index of the target.
        target: usize,
        /// Calls allowed at once from now on.
        width: u32,
    },
    /// How each target stands; told often, never stored.
    Pulse {
        /// In run order.
        lanes: Vec<LaneState>,
        /// Spent in this session, by currency.
        spent: Vec<Money>,
    },
    /// The budget is used up; nothing more is asked.
    BudgetReached,
    /// The user asked to stop; running answers are awaited.
    Stopping {
        /// Calls still open.
        open: usize,
    },
    /// The run is over, finished or not.
    Ended {
        /// Cells with an answer that counts.
        measured: u64,
        /// Cells with an error.
        errors: u64,
        /// Cells never asked.
        missing: u64,
    },
}

/// How a target stands at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneState {
    /// Calls open.
    pub open: u32,
    /// Calls that may be open.
    pub width: u32,
    /// Why it waits and for how long, when it does.
    pub waiting: Option<Wait>,
    /// Tries that failed one after the other since the last answer, rate limits aside.
    pub failed_tries: u32,
    /// Paused by the user.
    pub paused: bool,
    /// Given up, and why.
    pub stopped: Option<FaultKind>,
    /// When the quota that made it stop is said to come back, in microseconds since 1970 UTC.
    pub resets_us: Option<i64>,
    /// Nothing is left to ask.
    pub exhausted: bool,
}

/// A pause of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Why.
    pub kind: FaultKind,
    /// How much of it is left.
    pub left: Duration,
    /// The server asked for it; otherwise it is our own back-off.
    pub asked: bool,
    /// Which pause since the last answer, from 1.
    pub time: u32,
}
