//! Views over stored runs.

mod records;

pub use records::{Question, records};
