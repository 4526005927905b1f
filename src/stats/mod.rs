//! What numbers over many answers mean: estimates with their uncertainty.
//!
//! Pure functions over numbers. A quantity that does not exist is `None`, never zero and never a not-a-number.
//! Formulas are those of the design notes' `statistics.md`; each function names its source.

pub mod mean;
pub mod proportion;
pub mod quantile;

/// An interval, low to high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

#[cfg(test)]
mod reference_tests;
