//! Writing cells one after the other: what both the detail and the other sheets need of a worksheet.

use std::io;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::look::Look;
use crate::domain::Lang;
use crate::report::fields::Fields;
use crate::text::sink::{
    sheet_cut_to_cell, sheet_fits, sheet_height, sheet_line, sheet_lines, sheet_most_lines, sheet_pages, sheet_text,
};

/// The library's error as that of an output.
pub(super) fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

/// A text that did not fit into its cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overflow {
    pub(super) row_key: String,
    pub(super) column: String,
    pub(super) parts: Vec<String>,
}

/// A pen at a cell, which moves to the right.
pub(super) struct Pen<'b> {
    pub(super) sheet: &'b mut Worksheet,
    pub(super) row: u32,
    pub(super) column: u16,
    /// Lines of the tallest text so far.
    lines: u32,
}

impl<'b> Pen<'b> {
    pub(super) fn at(sheet: &'b mut Worksheet, row: u32) -> Self {
        Self {
            sheet,
            row,
            column: 0,
            lines: 1,
        }
    }

    /// Words of ours, or text that is through the sink. What does not fit is cut; whoever keeps the rest has cut before.
    pub(super) fn put(&mut self, text: &str, format: &Format) -> io::Result<()> {
        if !sheet_fits(text) {
            let cut = sheet_cut_to_cell(text, |_| "…".to_owned()).unwrap_or_default();
            self.sheet
                .write_string_with_format(self.row, self.column, cut, format)
                .map_err(failed)?;
        } else if !text.is_empty() {
            self.sheet
                .write_string_with_format(self.row, self.column, text, format)
                .map_err(failed)?;
        }
        self.column += 1;
        Ok(())
    }

    /// The same over several lines in a column of a width, which the row grows with.
    pub(super) fn tall(&mut self, text: &str, width: f64, format: &Format) -> io::Result<()> {
        self.lines = self.lines.max(sheet_lines(text, width));
        self.put(text, format)
    }

    /// The same with its lines counted by who calls.
    pub(super) fn tall_as(&mut self, text: &str, lines: u32, format: &Format) -> io::Result<()> {
        self.lines = self.lines.max(lines);
        self.put(text, format)
    }

    /// Ends a row: sets its height where a text takes several lines.
    pub(super) fn close(&mut self, lang: Lang) -> io::Result<()> {
        if self.lines > 1 {
            let height = sheet_height(self.lines, lang == Lang::Ko);
            self.sheet.set_row_height(self.row, height).map_err(failed)?;
        }
        Ok(())
    }

    /// Outside text on one line.
    pub(super) fn line(&mut self, text: &str, format: &Format) -> io::Result<()> {
        self.put(&sheet_line(text), format)
    }

    /// A number, or nothing.
    pub(super) fn number(&mut self, number: Option<f64>, format: &Format) -> io::Result<()> {
        if let Some(number) = number.filter(|number| number.is_finite()) {
            self.sheet
                .write_number_with_format(self.row, self.column, number, format)
                .map_err(failed)?;
        }
        self.column += 1;
        Ok(())
    }

    /// A count.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub(super) fn count(&mut self, number: u64, format: &Format) -> io::Result<()> {
        self.number(Some(number as f64), format)
    }

    /// Leaves cells empty.
    pub(super) fn skip(&mut self, cells: u16) {
        self.column += cells;
    }
}

/// A row of the detail: the fields of the long layout as typed cells.
pub(super) struct DetailRow<'b> {
    pub(super) lang: Lang,
    pub(super) pen: Pen<'b>,
    pub(super) look: &'b Look,
    pub(super) keys: &'b [String],
    pub(super) row_key: String,
    /// What stands behind a cut text, from its number of characters.
    pub(super) mark: &'b dyn Fn(u64) -> String,
    /// What did not fit.
    pub(super) overflow: Vec<Overflow>,
    pub(super) simulated: bool,
}

impl Fields for DetailRow<'_> {
    fn lang(&self) -> Lang {
        self.lang
    }

    fn absent(&mut self) -> io::Result<()> {
        self.pen.skip(1);
        Ok(())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        let text = sheet_text(text);
        if sheet_fits(&text) {
            return self.pen.put(&text, &self.look.line);
        }
        let cut = sheet_cut_to_cell(&text, self.mark).unwrap_or_default();
        self.overflow.push(Overflow {
            row_key: self.row_key.clone(),
            column: self.keys.get(usize::from(self.pen.column)).cloned().unwrap_or_default(),
            parts: sheet_pages(&text, super::rows::FULL, sheet_most_lines(true))
                .into_iter()
                .map(str::to_owned)
                .collect(),
        });
        self.pen.put(&cut, &self.look.line)
    }

    fn word(&mut self, word: &str) -> io::Result<()> {
        self.pen.put(super::words::fixed(word, self.lang), &self.look.line)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    fn integer(&mut self, number: Option<u64>) -> io::Result<()> {
        self.pen.number(number.map(|number| number as f64), &self.look.whole)
    }

    fn flag(&mut self, flag: Option<bool>) -> io::Result<()> {
        self.pen.number(flag.map(f64::from), &self.look.mark)
    }

    fn decimal(&mut self, number: Option<f64>) -> io::Result<()> {
        self.pen.number(number, &self.look.score)
    }

    #[expect(clippy::cast_precision_loss, reason = "times stay far below 2^52")]
    fn milliseconds(&mut self, micros: Option<u64>) -> io::Result<()> {
        let rounded = micros.map(|micros| ((micros + 500) / 1000) as f64);
        self.pen.number(rounded, &self.look.time)
    }

    #[expect(clippy::cast_precision_loss, reason = "six places are shown")]
    fn amount(&mut self, nano: Option<i64>) -> io::Result<()> {
        self.pen.number(nano.map(|nano| nano as f64 / 1e9), &self.look.money)
    }

    fn end(&mut self) -> io::Result<usize> {
        if self.simulated {
            self.pen.put("SIMULATED", &self.look.line)?;
        }
        Ok(0)
    }
}
