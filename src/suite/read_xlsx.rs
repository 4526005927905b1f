//! XLSX: the first visible sheet, or the one named behind `#`, row by row.
//!
//! Cells come as the text that stands for their value: whole numbers without a decimal point, dates as ISO 8601,
//! truths as `TRUE` and `FALSE`. So a table gives the same cases as a workbook and as CSV.

use std::io::{BufRead, Cursor};

use calamine::{DataRef, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::domain::{Place, Problem};

use super::bytes::{MOST_WORKBOOK, raw};
use super::cases::Bench;
use super::findings::Findings;
use super::path::without_sheet;
use super::place::Origin;
use super::suggest::help;
use super::table::{Head, Renamed};
use super::tree::Span;
use super::values::Desk;

/// Rightmost column read; a stray cell far out would otherwise make every row a long one.
const MOST_COLUMNS: usize = 512;

/// Reads a sheet and gives every row to `bench`. `path` may name the sheet behind `#`.
pub(super) fn read(
    path: &str,
    mut reader: Box<dyn BufRead>,
    renamed: &Renamed,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) {
    if let Err(problem) = sheet(path, &mut reader, renamed, bench, findings) {
        findings.add(problem);
    }
}

fn sheet(
    path: &str,
    reader: &mut dyn BufRead,
    renamed: &Renamed,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let (file, wanted) = without_sheet(path);
    let bytes = raw(file, reader, MOST_WORKBOOK)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| unopened(file, &error))?;
    let name = named(file, book.sheets_metadata(), wanted)?;
    let origin = Origin::sheet(file, &name);
    let mut cells = book
        .worksheet_cells_reader(&name)
        .map_err(|error| unopened(file, &error))?;
    let mut head: Option<Head> = None;
    let mut rows = 0u64;
    let mut row = Row::default();
    loop {
        let next = cells.next_cell().map_err(|error| unopened(file, &error))?;
        let (number, column, value) = match &next {
            Some(cell) => {
                let (row, column) = cell.get_position();
                (row as usize + 1, column as usize + 1, Some(cell.get_value()))
            }
            None => (usize::MAX, 0, None),
        };
        if number != row.number {
            let done = std::mem::replace(
                &mut row,
                Row {
                    number,
                    ..Row::default()
                },
            );
            let mut desk = Desk {
                origin: &origin,
                findings,
            };
            if !done.is_blank() {
                match &mut head {
                    None => {
                        let names = done.cells(done.width);
                        match Head::read(&mut desk, names, renamed, bench) {
                            Some(read) => head = Some(read),
                            None => return Ok(()),
                        }
                    }
                    Some(head) => {
                        rows += 1;
                        let whole = done.errors.is_empty();
                        for (column, error) in &done.errors {
                            let problem = Problem::error("cell_error", format!("this cell holds the error `{error}`"))
                                .help("correct its formula, or write the value");
                            desk.tell(Span::new(done.number, *column), problem);
                        }
                        if whole && let Some(node) = head.row(&mut desk, done.cells(head.len())) {
                            bench.take(&mut desk, &node);
                        }
                    }
                }
            }
        }
        match value {
            Some(value) if column <= MOST_COLUMNS => row.put(column, value),
            Some(_) => {}
            None => break,
        }
    }
    let nothing = |message: String| {
        Problem::error("no_cases", message)
            .help("the first row names the columns; each further row is a question")
            .at(Place::file(file))
    };
    match (head, rows) {
        (None, _) => Err(nothing(format!("sheet `{name}` of `{file}` is empty"))),
        (_, 0) => Err(nothing(format!(
            "sheet `{name}` of `{file}` has a first row but no others"
        ))),
        _ => Ok(()),
    }
}

/// A row while its cells come in.
#[derive(Default)]
struct Row {
    number: usize,
    width: usize,
    texts: Vec<(usize, String)>,
    errors: Vec<(usize, String)>,
}

impl Row {
    fn put(&mut self, column: usize, value: &DataRef<'_>) {
        let text = match value {
            DataRef::Empty => return,
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Int(number) => number.to_string(),
            DataRef::Float(number) => float(*number),
            DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            DataRef::DateTime(time) => moment(time),
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
            DataRef::Error(error) => {
                self.errors.push((column, error.to_string()));
                return;
            }
            // Kinds of cells that later versions may add have a text of their own.
            #[expect(unreachable_patterns, reason = "the enum may grow")]
            other => format!("{other:?}"),
        };
        self.width = self.width.max(column);
        self.texts.push((column, text));
    }

    fn is_blank(&self) -> bool {
        self.errors.is_empty() && self.texts.iter().all(|(_, text)| text.trim().is_empty())
    }

    /// The cells of the first `width` columns, empty ones included.
    fn cells(&self, width: usize) -> Vec<(String, Span)> {
        let mut cells: Vec<(String, Span)> = (1..=width)
            .map(|column| (String::new(), Span::new(self.number, column)))
            .collect();
        for (column, text) in &self.texts {
            if let Some((cell, _)) = cells.get_mut(column - 1) {
                cell.clone_from(text);
            }
        }
        cells
    }
}

/// A number as a spreadsheet shows it in a cell without a format.
fn float(number: f64) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A date, a time or both in ISO 8601; a duration as its number of days.
fn moment(time: &calamine::ExcelDateTime) -> String {
    if time.is_duration() {
        return float(time.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    let days = time.as_f64();
    if days < 1.0 {
        clock
    } else if days.fract() == 0.0 {
        date
    } else {
        format!("{date}T{clock}")
    }
}

/// The sheet that was named, or the first that people see.
fn named(file: &str, sheets: &[Sheet], wanted: Option<&str>) -> Result<String, Problem> {
    let tables: Vec<&Sheet> = sheets
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .collect();
    if let Some(wanted) = wanted {
        let found = tables.iter().find(|sheet| sheet.name == wanted);
        return found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
            Problem::error("no_sheet", format!("`{file}` has no sheet `{wanted}`"))
                .help(help(wanted, tables.iter().map(|sheet| sheet.name.as_str())))
                .at(Place::file(file))
        });
    }
    tables
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .ok_or_else(|| Problem::error("no_sheet", format!("`{file}` has no visible sheet")).at(Place::file(file)))
}

fn unopened(file: &str, error: &XlsxError) -> Problem {
    let problem = match error {
        XlsxError::Password => {
            Problem::error("workbook", format!("`{file}` is protected by a password")).help("save a copy without one")
        }
        _ => Problem::error("workbook", format!("`{file}` is not a whole XLSX workbook: {error}"))
            .help("open it in a spreadsheet program and save it as `.xlsx` again"),
    };
    problem.at(Place::file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_a_spreadsheet() {
        for (number, text) in [
            (3.0, "3"),
            (-0.5, "-0.5"),
            (12_345_678_901.0, "12345678901"),
            (1e-7, "0.0000001"),
        ] {
            assert_eq!(float(number), text);
        }
    }
}
