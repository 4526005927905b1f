//! Pretend providers: a server that speaks every protocol narani speaks, for trying things out without keys.
//!
//! Serves `narani simulate`, `run --simulate` and the tests. Answers come from a file of recorded ones, or are
//! made up; failures, limits and delays are drawn by seed, so a simulation repeats exactly. It does not imitate
//! what models say, only how services behave. How a protocol is read and written is the provider's knowledge
//! ([`crate::provider::Provider::asked`] and `pretend…`), not the simulator's.

mod chance;
mod faults;
mod invent;
mod knowledge;
mod limits;
mod pace;
mod recorded;
mod rights;
mod schema;
mod tries;

pub use chance::text_key;
pub use faults::{Failure, Faults, FaultsError};
pub use knowledge::{Knowledge, Known, Oracle};
pub use limits::Limits;
pub use pace::{Latency, Slow, SlowError};
pub use recorded::{Answers, AnswersError, Unrecorded};
pub use rights::{Rights, RightsError};
