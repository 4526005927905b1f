//! The gate: rules turn a run, and what it is compared with, into pass, fail, or not enough evidence.
//!
//! [`judge`] is pure: squares, baselines, rules and the day go in, one [`Verdict`] comes out, from which the printed words, the
//! files and the exit code all come. Reading and writing files is the command's; words and tables are `report`'s.

pub mod against;
pub mod baseline;
mod brief;
pub mod decide;
pub mod verdict;

pub use against::Against;
pub use baseline::{Baseline, Damage};
pub use decide::{Trial, covered, judge, misfits};
pub use verdict::{
    Check, Coverage, Earlier, Moved, Needs, Options, Overall, Remark, Repeated, Repeats, State, Told, Trouble,
    Undecided, Verdict,
};

#[cfg(test)]
mod tests;
