//! Reports (stub).
pub mod csv;
pub mod jsonl;
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
