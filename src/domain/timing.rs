//! Times of one answer.

use serde::{Deserialize, Serialize};

/// Times of the attempt that brought the answer; retries and queueing inside the program are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// When the request was handed over, in microseconds since 1970 UTC.
    pub started_us: i64,
    /// From hand-over to the last byte, in microseconds (monotonic clock).
    pub total_us: u64,
    /// From hand-over to the first visible text, in microseconds; absent when not streamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_text_us: Option<u64>,
    /// From hand-over to the first thinking text, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_thinking_us: Option<u64>,
    /// The process slept (laptop lid, SIGSTOP) while the call was open: keep the answer, drop the figure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
}
