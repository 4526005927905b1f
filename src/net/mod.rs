//! The network: the one function that talks to a provider, what is kept of an exchange, the clock.
//!
//! Knows no wire format (that is `provider`) and no policy (that is `run`): one attempt, timed and captured.

pub mod capture;
pub mod clock;
pub mod image;
mod send;
mod trouble;

pub(crate) use send::install_tls;
pub use send::{Exchange, Line, LineError, MAX_ANSWER_BYTES};
