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
pub mod anytime;
pub mod auroc;
mod beta;
mod binomial;
pub mod bootstrap;
pub mod bradley_terry;
pub mod calibration;
pub mod chance;
pub mod classification;
pub mod clusters;
pub mod confusion;
pub mod correlation;
pub mod davidson;
pub mod effect;
pub mod epochs;
pub mod flaky;
mod float;
pub mod gamma;
pub mod gwet;
pub mod kappa;
pub mod length;
mod linear;
pub mod looks;
pub mod majority;
pub mod mcnemar;
pub mod mean;
mod multinomial;
pub mod multiple;
pub mod noninferiority;
pub mod normal;
pub mod omnibus;
pub mod paired;
pub mod pareto;
pub mod position;
pub mod power;
pub mod ppi;
#[cfg(test)]
mod property_tests;
pub mod proportion;
pub mod quantile;
pub mod ranks;
pub mod ratio;
mod reason;
pub mod repeat;
pub mod sign_flip;
#[cfg(test)]
mod simulation_tests;
pub mod stopping;
pub mod strata;
pub mod student;
mod sum;
pub mod tango;
pub mod throughput;
pub mod unpaired;
pub mod variance;
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
