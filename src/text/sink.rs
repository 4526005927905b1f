//! The ways by which outside text reaches an output; there is no other.
//!
//! Questions, answers, reasons of scorers, error messages of providers, reported model names and file names were
//! written by others. Each sink makes them harmless where they arrive and changes nothing else; none of them
//! shortens (that is [`super::width`]) or translates. Names given by the user (targets, tags, cases) take the same way.
//!
//! | sink | function |
//! |---|---|
//! | terminal | [`terminal`], [`terminal_line`], [`terminal_word`] |
//! | log of a CI service | [`ci_log`], [`ci_lines`] |
//! | JSON that may stand in such a log | [`json_lines`] |
//! | spreadsheet, CSV | [`csv_guard`], [`csv_unguard`] |
//! | spreadsheet, workbook | [`sheet_text`], [`sheet_line`], cut by [`sheet_parts`], [`sheet_pages`] and [`sheet_cut_to_row`] |
//! | Markdown | [`markdown_inline`], [`markdown_fence`] |

mod csv;
mod hidden;
mod markdown;
mod sheet;
mod terminal;

pub use csv::{csv_guard, csv_unguard};
pub use markdown::{markdown_fence, markdown_inline};
pub use sheet::{
    CELL_BREAKS, CELL_UNITS, sheet_cut, sheet_cut_to_cell, sheet_cut_to_row, sheet_fits, sheet_height, sheet_line,
    sheet_lines, sheet_most_lines, sheet_pages, sheet_pages_wide, sheet_parts, sheet_text,
};
pub use terminal::{Breaks, ci_lines, ci_log, json_lines, terminal, terminal_line, terminal_word};

#[cfg(test)]
#[path = "../../testdata/hostile/mod.rs"]
pub(crate) mod hostile;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
pub(crate) mod parts;
