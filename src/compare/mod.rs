//! What stored runs say when put side by side: views over one run so far.
//!
//! Numbers, not words and not layout: those are `report`. Everything is made in one pass over the records, in suite
//! order, so that a run of any length can be looked at.

pub mod across;
pub mod agreement;
pub mod causes;
pub mod disagreement;
pub mod early;
pub mod faults;
pub mod figures;
pub mod grid;
pub mod noise;
pub mod notes;
pub mod paired;
pub mod pairs;
pub mod ratings;
mod records;
pub mod row;
pub mod slices;
pub mod tally;
pub mod view;

pub use across::{Across, across};
pub use causes::Causes;
pub use disagreement::{Disagreement, Reason, Weigher};
pub use faults::FaultGroup;
pub use figures::{Counts, Latency, Method, Paid, Rate, Tokens};
pub use grid::{Grid, Lane, Spot};
pub use notes::{Note, Peculiar, Unexpressed};
pub use paired::{Estimate, Measure, Paired, Pairing, estimate, holm, pairing};
pub use pairs::{Pair, Said};
pub use records::{Question, records};
pub use row::{Row, Rows, Sign, Square, squares};
pub use tally::{Column, People};
pub use view::{Reading, View, Viewer};

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
