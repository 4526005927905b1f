//! What numbers over many answers mean: estimates with their uncertainty.
//!
//! Pure functions over numbers. A quantity that does not exist is `None`, never zero and never a not-a-number.
//! Formulas are those of the design notes' `statistics.md`; each function names its source.

#![expect(
    clippy::doc_markdown,
    clippy::many_single_char_names,
    reason = "formulas are written as their sources write them"
)]

pub mod alpha;
mod beta;
mod binomial;
pub mod bootstrap;
pub mod chance;
pub mod clusters;
pub mod epochs;
pub mod flaky;
mod float;
pub mod gamma;
pub mod kappa;
pub mod mcnemar;
pub mod mean;
pub mod multiple;
pub mod noninferiority;
pub mod normal;
pub mod paired;
pub mod ppi;
pub mod proportion;
pub mod quantile;
pub mod ratio;
mod reason;
pub mod sign_flip;
pub mod student;
mod sum;
pub mod tango;
pub mod wilcoxon;

use serde::Serialize;

pub use clusters::Clusters;
pub use reason::{Note, Reason};
pub use sum::mean as average;

/// An interval, low to high.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

#[cfg(test)]
mod reference_tests;
