//! How a cell ended.

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::money::Cost;
use super::reply::Reply;
use super::timing::Timing;

/// How a cell ended. Every planned cell of a finished run has exactly one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An answer came.
    Answered {
        /// The answer.
        reply: Box<Reply>,
        /// Its times; those of the original call when it was reused.
        timing: Timing,
        /// What it cost; nothing was paid when it was reused.
        cost: Cost,
        /// Taken from the answer cache.
        cached: bool,
        /// Tries on the wire, 0 when it was reused.
        attempts: u32,
    },
    /// No answer, after all tries.
    Failed {
        /// The last fault.
        fault: Box<Fault>,
        /// Times of the last attempt.
        timing: Timing,
        /// Tries on the wire.
        attempts: u32,
        /// What the provider's filter left, where the fault is a filter.
        reply: Option<Box<Reply>>,
    },
    /// Never asked.
    Skipped(SkipReason),
}

/// Why a cell was never asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The budget was used up.
    Budget,
    /// The target was stopped after refusals that would repeat; its fault in a few words.
    TargetStopped(String),
    /// Answers come from recordings, and there is none of this call.
    NoRecording,
    /// The imported file has no answer for it.
    NotImported,
}

/// Status word in exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// An answer came and counts.
    Measured,
    /// An error; no verdict.
    Error,
    /// Never asked.
    Skipped,
    /// Cut while running.
    Aborted,
}

impl Status {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::Aborted => "aborted",
        }
    }
}
