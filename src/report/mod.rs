//! Reports (stub).
pub mod case;
pub mod csv;
pub mod json;
pub mod jsonl;
pub mod markdown;
pub mod plan;
pub mod runs;
pub mod side_by_side;
pub mod table;
pub mod terminal;
pub mod words;
/// How to draw.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// ASCII only.
    pub ascii: bool,
    /// Colour.
    pub color: bool,
    /// Language.
    pub lang: words::Lang,
}
