//! Runs side by side: terminal, Markdown, JSON, CSV.
//!
//! Differences are second run minus first: positive is better now. Names and reasons are outside text.

mod csv;
mod json;
mod markdown;
mod sentences;
mod terminal;

pub use csv::csv;
pub use json::{json, jsonl};
pub use markdown::markdown;
pub use terminal::{terminal, terminal_in};

#[cfg(test)]
mod tests;
