//! XLSX and ODS: the first visible sheet, or the one named behind `#`, row by row.
//!
//! Cells come as the text that stands for their value: whole numbers without a decimal point, dates as ISO 8601, truths as
//! `TRUE` and `FALSE`, numbers of XLSX under simple formats as the sheet shows them (`25%`, `1,234원`). So a table gives the
//! same cases as a workbook and as CSV. Cells of XLSX that are merged over several rows stand in each of them (the reader of
//! ODS does not tell which are).

mod content;
mod rows;
mod shown;

use std::io::{BufRead, Cursor};

use calamine::{Ods, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::domain::{Place, Problem};
use crate::said;

use super::bytes::{MOST_WORKBOOK, raw};
use super::cases::Bench;
use super::findings::Findings;
use super::path::without_sheet;
use super::place::Origin;
use super::suggest::help;
use super::table::Renamed;
use content::Content;
use rows::{Merged, Rows};

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
    let bytes = Cursor::new(raw(file, reader, MOST_WORKBOOK)?);
    let kind = Kind::of(file);
    if kind == Kind::Ods {
        // Held whole: its reader knows no other way.
        let mut book: Ods<_> = Ods::new(bytes).map_err(|error| unopened(file, kind, &error))?;
        let name = named(file, book.sheets_metadata(), wanted)?;
        let range = book
            .worksheet_range(&name)
            .map_err(|error| unopened(file, kind, &error))?;
        let origin = Origin::sheet(file, &name);
        let mut rows = Rows::new(&origin, (renamed, bench), findings);
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let (row, column) = (row + top as usize + 1, column + left as usize + 1);
            if !rows.cell(row, column, Content::of_data(value)) {
                return Ok(());
            }
        }
        return rows.finish(file, &name);
    }
    let mut book: Xlsx<_> = Xlsx::new(bytes).map_err(|error| match error {
        XlsxError::Password => protected(file),
        error => unopened(file, kind, &error),
    })?;
    let name = named(file, book.sheets_metadata(), wanted)?;
    let origin = Origin::sheet(file, &name);
    let merged = book
        .merge_cells_by_sheet_name(&name)
        .map_err(|error| unopened(file, kind, &error))?;
    let mut cells = book
        .worksheet_cells_reader(&name)
        .map_err(|error| unopened(file, kind, &error))?;
    let mut rows = Rows::new(&origin, (renamed, bench), findings);
    rows.merged = Merged::new(merged);
    let formats: Vec<Option<String>> = cells
        .styles()
        .iter()
        .map(|style| Some(style.number_format.as_ref()?.format_code.clone()))
        .collect();
    while let Some((cell, style)) = cells
        .next_cell_with_style_id()
        .map_err(|error| unopened(file, kind, &error))?
    {
        let (row, column) = cell.get_position();
        let format = formats.get(style).and_then(Option::as_deref).unwrap_or("General");
        if !rows.cell(
            row as usize + 1,
            column as usize + 1,
            Content::of(cell.get_value(), format),
        ) {
            return Ok(());
        }
    }
    rows.finish(file, &name)
}

/// What program's form a workbook has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Xlsx,
    Ods,
}

impl Kind {
    fn of(file: &str) -> Self {
        if super::path::ending(file) == "ods" {
            Self::Ods
        } else {
            Self::Xlsx
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Xlsx => "XLSX",
            Self::Ods => "ODS",
        }
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
            Problem::error(
                "no_sheet",
                said!(
                    "`{file}` has no sheet `{wanted}`",
                    "`{file}`에 `{wanted}` 시트가 없습니다"
                ),
            )
            .help(help(wanted, tables.iter().map(|sheet| sheet.name.as_str())))
            .at(Place::file(file))
        });
    }
    tables
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .ok_or_else(|| {
            Problem::error(
                "no_sheet",
                said!("`{file}` has no visible sheet", "`{file}`에 보이는 시트가 없습니다"),
            )
            .at(Place::file(file))
        })
}

fn protected(file: &str) -> Problem {
    Problem::error(
        "workbook",
        said!("`{file}` is protected by a password", "`{file}`에 암호가 걸려 있습니다"),
    )
    .help(said!("save a copy without one", "암호 없이 다른 이름으로 저장하세요"))
    .at(Place::file(file))
}

fn unopened(file: &str, kind: Kind, error: &dyn std::fmt::Display) -> Problem {
    let (kind, ending) = (kind.word(), kind.word().to_lowercase());
    Problem::error(
        "workbook",
        said!(
            "`{file}` is not a whole {kind} workbook: {error}",
            "`{file}`은(는) 온전한 {kind} 파일이 아닙니다: {error}"
        ),
    )
    .help(said!(
        "open it in a spreadsheet program and save it as `.{ending}` again, without a password",
        "스프레드시트 프로그램에서 열어 암호 없이 `.{ending}`로 다시 저장하세요"
    ))
    .at(Place::file(file))
}

#[cfg(test)]
mod tests;
