//! Pretend providers: a server that speaks every protocol narani speaks, for trying things out without keys.
//!
//! Serves `narani simulate`, `run --simulate` and the tests. Answers come from a file of recorded ones, or are
//! made up; failures, limits and delays are drawn by seed, so a simulation repeats exactly. It does not imitate
//! what models say, only how services behave. How a protocol is read and written is the provider's knowledge
//! ([`Provider::asked`](crate::provider::Provider::asked) and `pretend…`), not the simulator's.
//!
//! A request goes through `server` (which protocol is it), `decide` (key, limits, failures, answer) and `respond`
//! (time and wire); `ticket` follows it into `log`. `faults`, `spoil`, `pace`, `limits`, `rights`, `invent`,
//! `phrases`, `recorded` and `schema` are pure.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

mod chance;
mod decide;
mod door;
mod faults;
mod invent;
mod knowledge;
mod limits;
mod lists;
mod log;
mod pace;
mod phrases;
mod recorded;
mod respond;
mod rights;
mod schema;
mod server;
mod spoil;
mod ticket;
mod tries;

#[cfg(test)]
mod tests;

pub use chance::text_key;
pub use faults::{Failure, Faults, FaultsError};
pub use knowledge::{Knowledge, Known, Oracle};
pub use limits::{Later, LaterError, Limits};
pub use log::{Counts, Entry, LogTo, Verdict};
pub use pace::{Latency, Slow, SlowError};
pub use recorded::{Answers, AnswersError, Unrecorded};
pub use respond::SIMULATED_HEADER;
pub use rights::{Rights, RightsError};
pub use server::{Running, SimulateError, start};

/// How a simulator behaves. The default answers at once-ish (300 ms), never fails and limits nothing.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; this machine only, unless chosen otherwise.
    pub host: IpAddr,
    /// Port to listen on; 0 takes any free one.
    pub port: u16,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Times of answers.
    pub latency: Latency,
    /// Limits of each model for each key.
    pub limits: Limits,
    /// Failures.
    pub fail: Faults,
    /// How long a drawn 429 asks to wait.
    pub retry_after: Duration,
    /// Recorded answers to play back.
    pub answers: Option<Answers>,
    /// What becomes of questions that have none.
    pub unrecorded: Unrecorded,
    /// What is known of the questions, so that made-up answers can be right.
    pub knowledge: Option<Oracle>,
    /// How often they are.
    pub right: Rights,
    /// Ask for no key.
    pub no_auth: bool,
    /// Models that lists name; any model is answered all the same.
    pub models: Vec<String>,
    /// Where requests are logged.
    pub log: LogTo,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            seed: 0,
            latency: Latency::default(),
            limits: Limits::default(),
            fail: Faults::default(),
            retry_after: Duration::from_secs(1),
            answers: None,
            unrecorded: Unrecorded::default(),
            knowledge: None,
            right: Rights::default(),
            no_auth: false,
            models: Vec::new(),
            log: LogTo::default(),
        }
    }
}
