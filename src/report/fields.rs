//! A row of an export, field by field: what the layouts of a run fill and the forms (CSV, workbook) write.
//!
//! The layouts say what stands in a column; a form says how a text, a number or nothing looks in it. So a column of the
//! detail means the same in a CSV and in a workbook.

use std::io;

use crate::domain::Lang;

/// Takes the fields of one row after the other.
pub(super) trait Fields {
    /// The language of what this program says itself; English for machines.
    fn lang(&self) -> Lang;

    /// Nothing.
    fn absent(&mut self) -> io::Result<()>;

    /// Text from outside, or named by the user.
    fn text(&mut self, text: &str) -> io::Result<()>;

    /// A fixed word or a key; an empty one is absent.
    fn word(&mut self, word: &str) -> io::Result<()>;

    /// A whole number.
    fn integer(&mut self, number: Option<u64>) -> io::Result<()>;

    /// 1 or 0.
    fn flag(&mut self, flag: Option<bool>) -> io::Result<()>;

    /// A number.
    fn decimal(&mut self, number: Option<f64>) -> io::Result<()>;

    /// Microseconds, in milliseconds.
    fn milliseconds(&mut self, micros: Option<u64>) -> io::Result<()>;

    /// An amount of money in billionths.
    fn amount(&mut self, nano: Option<i64>) -> io::Result<()>;

    /// Ends the row; tells how many of its fields were guarded.
    fn end(&mut self) -> io::Result<usize>;

    /// Text that may be absent.
    fn maybe(&mut self, text: Option<&str>) -> io::Result<()> {
        match text {
            Some(text) => self.text(text),
            None => self.absent(),
        }
    }
}
