//! A run as a workbook, for reading and pivoting, names visible. Rating happens in review packs, which are elsewhere.
//!
//! | sheet | what |
//! |---|---|
//! | Summary 요약 | scoreboard, sentences, tags, notes on one page |
//! | Side by side 나란히 | a row a case, the answers beside each other |
//! | Detail 상세 | the long layout of the CSV as an Excel table |
//! | Pairs 비교 | wins, ties, losses, difference and interval of every pair |
//! | Errors 오류 | every answer that was not measured, and what to do |
//! | Full text 전체본 | only where a text did not fit into a cell |
//! | About 실행 정보 | configuration, versions, prices, what was cut |
//!
//! Outside text is always a string cell with quote prefix; there are no formulas, macros, links or pictures. The sheets
//! that grow with the run go to disk row by row, so that memory does not grow with it. Nothing here reads a run.

mod about;
mod grid;
mod look;
mod pairs;
mod rows;
mod summary;
#[cfg(test)]
mod tests;
mod words;

#[cfg(test)]
pub(super) use tests::shown;

use std::io::{self, Seek, Write};

use jiff::tz::TimeZone;
use rust_xlsxwriter::{DocProperties, Workbook, Worksheet};

use super::csv::Scorers;
use super::csv::layouts::{self, CaseText};
use crate::compare::{Row, View, Weigher};
use crate::domain::{Lang, Record, RunInfo};
use grid::{DetailRow, Pen, failed};
use look::Look;
use words::Sheet;

/// Rows of one sheet of the detail; a sheet holds 1,048,576.
const DETAIL_ROWS: u32 = 1_048_000;

/// Cells that were cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cuts {
    /// In the sheet side by side; the whole text stands in the detail.
    pub side: u64,
    /// In the detail; the whole text stands in the sheet of full texts.
    pub detail: u64,
}

impl Cuts {
    /// What was cut and where the rest is; none when nothing was.
    #[must_use]
    pub fn note(&self, lang: Lang) -> Option<String> {
        about::cut_note(self, lang)
    }
}

/// Takes the records of a run in their order, and makes the workbook.
pub struct XlsxReport<'a> {
    book: Workbook,
    info: &'a RunInfo,
    lang: Lang,
    look: Look,
    /// People have columns.
    people: bool,
    scorers: Vec<String>,
    detail_keys: Vec<String>,
    details: usize,
    /// Rows of one sheet of the detail.
    most: u32,
    detail_row: u32,
    side_row: u32,
    error_row: u32,
    full_row: u32,
    case: Option<CaseText>,
    weigher: Weigher,
    cuts: Cuts,
}

impl<'a> XlsxReport<'a> {
    /// Begins a workbook for a run of `planned` records.
    ///
    /// # Errors
    /// When temporary files cannot be written.
    pub fn begin(info: &'a RunInfo, scorers: Scorers, planned: u64, lang: Lang) -> io::Result<Self> {
        Self::split(info, scorers, planned, lang, DETAIL_ROWS)
    }

    fn split(info: &'a RunInfo, scorers: Scorers, planned: u64, lang: Lang, most: u32) -> io::Result<Self> {
        let look = Look::new(lang);
        let mut book = Workbook::new();
        book.set_default_format(&look.plain, 20, 64).map_err(failed)?;
        let people = scorers.has_people();
        let scorers = scorers.into_names();
        let mut detail_keys = layouts::long_columns(info, &scorers);
        if info.simulated {
            detail_keys.push("simulated".to_owned());
        }
        let details = usize::try_from(planned.div_ceil(u64::from(most)).max(1)).unwrap_or(1);
        let name = |sheet: &mut Worksheet, of: Sheet, number: usize| -> io::Result<()> {
            let mut name = of.name(lang).to_owned();
            if number > 0 {
                name = format!("{name} {}", number + 1);
            }
            sheet.set_name(name).map_err(failed)?;
            if info.simulated {
                sheet.set_header("&LSIMULATED");
            }
            Ok(())
        };
        name(book.add_worksheet(), Sheet::Summary, 0)?;
        let side = book.add_worksheet_with_constant_memory().map_err(failed)?;
        name(side, Sheet::SideBySide, 0)?;
        rows::heads(side, &look, &rows::side_keys(info, people), lang)?;
        let mut left = planned;
        for number in 0..details {
            let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
            name(sheet, Sheet::Detail, number)?;
            let rows = u32::try_from(left.min(u64::from(most))).unwrap_or(most);
            left -= u64::from(rows);
            rows::detail_head(sheet, &look, &detail_keys, (rows, number), lang)?;
        }
        name(book.add_worksheet(), Sheet::Pairs, 0)?;
        let errors = book.add_worksheet_with_constant_memory().map_err(failed)?;
        name(errors, Sheet::Errors, 0)?;
        rows::heads(errors, &look, &rows::error_keys(info), lang)?;
        let full = book.add_worksheet_with_constant_memory().map_err(failed)?;
        name(full, Sheet::FullText, 0)?;
        rows::heads(full, &look, &rows::full_keys(), lang)?;
        name(book.add_worksheet(), Sheet::About, 0)?;
        let properties = DocProperties::new()
            .set_title(format!("narani {}", info.id))
            .set_creation_datetime(&created(info)?)
            .set_custom_property("narani.file", "report/1")
            .set_custom_property("narani.run", info.id.as_str());
        book.set_properties(&properties);
        Ok(Self {
            book,
            info,
            lang,
            look,
            people,
            scorers,
            detail_keys,
            details,
            most,
            detail_row: 0,
            side_row: 2,
            error_row: 2,
            full_row: 2,
            case: None,
            weigher: Weigher::default(),
            cuts: Cuts::default(),
        })
    }

    /// Takes the records of the next case.
    ///
    /// # Errors
    /// When temporary files cannot be written.
    pub fn case(&mut self, row: &Row) -> io::Result<()> {
        row.records.iter().try_for_each(|record| self.detail(record))?;
        row.trials().try_for_each(|records| self.side_by_side(records))
    }

    fn detail(&mut self, record: &Record) -> io::Result<()> {
        let lang = self.lang;
        let row_key = super::csv::row_key(self.info, record);
        let sheet = usize::try_from(self.detail_row / self.most).unwrap_or(0);
        let mark = move |characters| words::cut_mark(characters, lang);
        let sheet = self.book.worksheet_from_index(2 + sheet).map_err(failed)?;
        let mut fields = DetailRow {
            lang,
            pen: Pen::at(sheet, self.detail_row % self.most + 2),
            look: &self.look,
            keys: &self.detail_keys,
            row_key: row_key.as_str().to_owned(),
            mark: &mark,
            overflow: Vec::new(),
            simulated: self.info.simulated,
        };
        layouts::long(&mut fields, self.info, &self.scorers, &mut self.case, record)?;
        let overflow = std::mem::take(&mut fields.overflow);
        self.detail_row += 1;
        if !overflow.is_empty() {
            self.cuts.detail += overflow.len() as u64;
            let full = self.sheet(Sheet::FullText);
            let sheet = self.book.worksheet_from_index(full).map_err(failed)?;
            for text in &overflow {
                rows::full_rows(sheet, &self.look, &mut self.full_row, (text, lang))?;
            }
        }
        let errors = self.sheet(Sheet::Errors);
        let sheet = self.book.worksheet_from_index(errors).map_err(failed)?;
        let mut pen = Pen::at(sheet, self.error_row);
        if rows::error_row(&mut pen, &self.look, self.info, record, (lang, row_key.as_str()))? {
            self.error_row += 1;
        }
        Ok(())
    }

    fn side_by_side(&mut self, records: &[Record]) -> io::Result<()> {
        let sheet = self.book.worksheet_from_index(1).map_err(failed)?;
        let side = rows::Side {
            info: self.info,
            look: &self.look,
            lang: self.lang,
            people: self.people,
        };
        let mut pen = Pen::at(sheet, self.side_row);
        side.row(&mut pen, records, &mut self.weigher, &mut self.cuts)?;
        self.side_row += 1;
        Ok(())
    }

    /// Place of a sheet in the workbook.
    fn sheet(&self, sheet: Sheet) -> usize {
        match sheet {
            Sheet::Summary => 0,
            Sheet::SideBySide => 1,
            Sheet::Detail => 2,
            Sheet::Pairs => 2 + self.details,
            Sheet::Errors => 3 + self.details,
            Sheet::FullText => 4 + self.details,
            Sheet::About => 5 + self.details,
        }
    }

    /// Writes what is left, with the view over the same records, and the workbook to `out`. Tells what was cut.
    ///
    /// # Errors
    /// When `out` or temporary files cannot be written.
    pub fn finish(mut self, out: impl Write + Seek + Send, view: &View, zone: &TimeZone) -> io::Result<Cuts> {
        let (info, lang) = (self.info, self.lang);
        let places = [Sheet::Errors, Sheet::FullText, Sheet::Pairs, Sheet::About].map(|sheet| self.sheet(sheet));
        let [errors, full, pair_sheet, about] = places;
        let side = rows::Side {
            info,
            look: &self.look,
            lang,
            people: self.people,
        };
        let sheets = self.book.worksheets_mut();
        side.finish(&mut sheets[1], self.side_row - 2)?;
        for (at, keys, next) in [
            (errors, rows::error_keys(info), self.error_row),
            (full, rows::full_keys(), self.full_row),
        ] {
            let last = u16::try_from(keys.len()).unwrap_or(1) - 1;
            sheets[at].set_freeze_panes(2, 0).map_err(failed)?;
            sheets[at].autofilter(1, 0, next.max(3) - 1, last).map_err(failed)?;
            rows::print(&mut sheets[at], &keys, lang)?;
            rows::rule(&mut sheets[at], &self.look, &keys, next)?;
        }
        pairs::write(&mut sheets[pair_sheet], &self.look, view, lang)?;
        about::write(&mut sheets[about], &self.look, info, (&self.cuts, lang, zone))?;
        let sentences = super::words::said(view, lang);
        let summary = summary::Summary {
            info,
            view,
            look: &self.look,
            lang,
            zone,
            sentences: &sentences,
        };
        summary.write(&mut sheets[0])?;
        if self.cuts.detail == 0 {
            sheets.remove(full);
        }
        self.book.save_to_writer(out).map_err(failed)?;
        Ok(self.cuts)
    }
}

/// When the run began: the same run gives the same bytes.
fn created(info: &RunInfo) -> io::Result<rust_xlsxwriter::ExcelDateTime> {
    let seconds = u64::try_from(info.started_us.div_euclid(1_000_000)).unwrap_or(0);
    rust_xlsxwriter::ExcelDateTime::from_timestamp(i64::try_from(seconds).unwrap_or(0)).map_err(failed)
}
