//! What people and programs read of a run. One file a format; [`ALL`] is the list.
//!
//! Reports turn views and records into text. They read nothing, open nothing and never look at a clock: what they are
//! given is all they know, so the same run gives the same bytes.

mod answer;
pub mod case;
pub mod csv;
pub mod json;
pub mod jsonl;
pub mod markdown;
pub mod number;
pub mod plan;
pub mod runs;
pub mod side_by_side;
pub mod signs;
pub mod table;
pub mod terminal;
pub mod words;

/// How to draw for a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// ASCII only, as far as our own signs and words go.
    pub ascii: bool,
    /// Colour. Meaning is never carried by colour alone.
    pub color: bool,
    /// Language of our words.
    pub lang: words::Lang,
}
