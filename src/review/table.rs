//! A file that came back, whatever saved it: XLSX, ODS, CSV or TSV in UTF-8, UTF-16 or CP949.
//!
//! All become one table of texts with the addresses that the reviewer sees. What the cells mean is not known here.

use std::collections::HashSet;
use std::io::Cursor;

use calamine::{Data, Dimensions, Reader as _, SheetType, SheetVisible, Sheets};

use super::doubles;
use crate::domain::Said;
use crate::said;
use crate::text::decode::{Encoding, decode};

/// Largest file that is read.
pub const MOST: u64 = 256 << 20;

/// Rows in which the keys are looked for.
const HEAD: usize = 10;

/// What a file was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Excel workbook.
    Xlsx,
    /// `OpenDocument` spreadsheet.
    Ods,
    /// Old or binary Excel workbook.
    OldExcel,
    /// Separated values, by what and in which encoding.
    Text(u8, Encoding),
}

impl Form {
    /// In a few words: `csv, CP949`.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Xlsx => "xlsx".to_owned(),
            Self::Ods => "ods".to_owned(),
            Self::OldExcel => "xls".to_owned(),
            Self::Text(b'\t', encoding) => format!("tsv, {}", encoding.word()),
            Self::Text(_, encoding) => format!("csv, {}", encoding.word()),
        }
    }

    /// Whether letters may have been lost on the way, so that texts cannot be compared.
    #[must_use]
    pub fn loses_letters(self) -> bool {
        matches!(self, Self::Text(_, Encoding::Cp949))
    }
}

/// A table with a row of keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the file was.
    pub form: Form,
    /// Name of the sheet; empty for text files. Outside text.
    pub sheet: String,
    /// All rows from the first of the sheet on.
    pub rows: Vec<Vec<String>>,
    /// Index of the row with the keys.
    pub keys: usize,
    /// Cells that show the value of the cell above which they are merged with, and were given it: row and column.
    pub merged: HashSet<(usize, usize)>,
    /// What a hidden sheet says: pack and reviewer. Outside text.
    pub marks: Option<(String, String)>,
}

/// Why a file could not be read: what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub what: Said,
    /// What to do.
    pub help: Said,
}

impl Mistake {
    /// A mistake and its remedy.
    pub fn new(what: impl Into<Said>, help: impl Into<Said>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// When it is no spreadsheet, or has no row of keys.
pub fn read(bytes: Vec<u8>) -> Result<Table, Mistake> {
    // A ZIP archive is a workbook of either kind; so is the container of old Excel files.
    if bytes.starts_with(b"PK") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return workbook(bytes);
    }
    let Some((text, encoding)) = decode(&bytes) else {
        return Err(Mistake::new(
            said!(
                "this is neither a spreadsheet nor text in UTF-8, UTF-16 or CP949",
                "표 파일도, UTF-8·UTF-16·CP949로 된 글도 아닙니다"
            ),
            said!(
                "save it as .xlsx, .ods or CSV, and import that",
                ".xlsx, .ods, CSV 가운데 하나로 저장해서 가져오세요"
            ),
        ));
    };
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            Mistake::new(
                said!("the CSV cannot be read: {error}", "CSV를 읽을 수 없습니다: {error}"),
                said!("save it again", "다시 저장하세요"),
            )
        })?;
        rows.push(record.iter().map(str::to_owned).collect());
    }
    let form = Form::Text(separator, encoding);
    match keys(&rows) {
        Some(keys) => Ok(Table {
            form,
            sheet: String::new(),
            rows,
            keys,
            merged: HashSet::new(),
            marks: None,
        }),
        None => Err(no_keys(&said!("the file", "파일"))),
    }
}

fn no_keys(place: &Said) -> Mistake {
    Mistake::new(
        said!(
            "{place} has no row of keys: none of its first 10 rows holds a cell `row_key`",
            "{place}에 키가 적힌 행이 없습니다. 첫 10개 행에 `row_key` 칸이 없습니다"
        ),
        said!(
            "the keys stand in the hidden row 2 of the sheet that was sent out; take the rows from there, or ask for the pack again",
            "키는 보낸 시트의 숨은 2행에 있습니다. 그 시트에서 행을 가져오거나 묶음을 다시 받으세요"
        ),
    )
}

/// The separator of a text file: the commonest in the row of keys.
fn separator(text: &str) -> u8 {
    let head = text.lines().take(HEAD).find(|line| line.contains("row_key"));
    let line = head.or_else(|| text.lines().next()).unwrap_or("");
    let count = |separator: char| line.matches(separator).count();
    let (tabs, semicolons, commas) = (count('\t'), count(';'), count(','));
    if tabs > commas && tabs > semicolons {
        b'\t'
    } else if semicolons > commas {
        b';'
    } else {
        b','
    }
}

fn workbook(bytes: Vec<u8>) -> Result<Table, Mistake> {
    let broken = |error: &calamine::Error| {
        Mistake::new(
            said!(
                "the workbook cannot be read: {error}",
                "표 파일을 읽을 수 없습니다: {error}"
            ),
            said!(
                "open it in a spreadsheet program and save it again, without a password",
                "표 프로그램에서 열어 암호 없이 다시 저장하세요"
            ),
        )
    };
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let form = match &book {
        Sheets::Xlsx(_) => Form::Xlsx,
        Sheets::Ods(_) => Form::Ods,
        _ => Form::OldExcel,
    };
    let sheets = book.sheets_metadata().to_vec();
    let tables = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let (visible, hidden): (Vec<_>, Vec<_>) = tables.partition(|sheet| sheet.visible == SheetVisible::Visible);
    let marks = hidden
        .iter()
        .chain(&visible)
        .find(|sheet| sheet.name == "_narani")
        .and_then(|sheet| rows_of(&mut book, &sheet.name).ok())
        .and_then(|rows| {
            let of = |key: &str| {
                let row = rows.iter().find(|row| row.first().is_some_and(|cell| cell == key))?;
                row.get(1).map(|value| value.trim().to_owned())
            };
            Some((of("pack")?, of("reviewer")?))
        });
    let mut looked = Vec::new();
    let mut found: Option<Table> = None;
    for sheet in &visible {
        let mut rows = rows_of(&mut book, &sheet.name).map_err(|error| broken(&error))?;
        let Some(keys) = keys(&rows) else {
            looked.push(format!("`{}`", sheet.name));
            continue;
        };
        let areas = match &mut book {
            Sheets::Xlsx(book) => book
                .merge_cells_by_sheet_name(&sheet.name)
                .map_err(|error| broken(&error.into()))?,
            // Of other workbooks they are not told.
            _ => Vec::new(),
        };
        let merged = spread(&mut rows, keys, &areas);
        match &found {
            Some(first) if doubles::alike(&first.rows[first.keys..], &rows[keys..]) => {}
            Some(first) => return Err(doubles::two_sheets(&first.sheet, &sheet.name)),
            None => {
                found = Some(Table {
                    form,
                    sheet: sheet.name.clone(),
                    rows,
                    keys,
                    merged,
                    marks: marks.clone(),
                });
            }
        }
    }
    if let Some(table) = found {
        return Ok(table);
    }
    Err(no_keys(&if looked.is_empty() {
        said!("the workbook (it has no visible sheet)", "표 파일(보이는 시트가 없음)")
    } else {
        let looked = looked.join(", ");
        said!("the workbook (sheets {looked})", "표 파일(시트 {looked})")
    }))
}

fn rows_of(book: &mut Sheets<Cursor<Vec<u8>>>, name: &str) -> Result<Vec<Vec<String>>, calamine::Error> {
    let range = book.worksheet_range(name)?;
    let (Some((top, left)), Some((bottom, _))) = (range.start(), range.end()) else {
        return Ok(Vec::new());
    };
    // Rows and columns are counted from the first of the sheet, as its reader counts them.
    let mut rows = vec![Vec::new(); top as usize];
    rows.reserve((bottom - top) as usize + 1);
    for row in range.rows() {
        let mut cells = vec![String::new(); left as usize];
        cells.extend(row.iter().map(text));
        rows.push(cells);
    }
    Ok(rows)
}

/// Gives every row below the keys what the merged cells it is part of show: who rates several answers alike may merge them.
/// Cells that are merged with others of their row alone are none of them: one value is one cell.
fn spread(rows: &mut [Vec<String>], keys: usize, areas: &[Dimensions]) -> HashSet<(usize, usize)> {
    let mut given = HashSet::new();
    // A key is of one row.
    let key = rows[keys].iter().position(|cell| is_key(cell));
    for area in areas {
        let (first, column) = (area.start.0 as usize, area.start.1 as usize);
        if first <= keys || Some(column) == key {
            continue;
        }
        let shown = rows.get(first).and_then(|row| row.get(column)).cloned();
        let Some(shown) = shown.filter(|shown| !shown.is_empty()) else {
            continue;
        };
        for (at, row) in rows
            .iter_mut()
            .enumerate()
            .take(area.end.0 as usize + 1)
            .skip(first + 1)
        {
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if row[column].is_empty() {
                row[column].clone_from(&shown);
                given.insert((at, column));
            }
        }
    }
    given
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        other => other.to_string(),
    }
}

fn is_key(cell: &str) -> bool {
    let cell = cell.trim().trim_start_matches('\u{feff}');
    cell.eq_ignore_ascii_case("row_key")
}

fn keys(rows: &[Vec<String>]) -> Option<usize> {
    rows.iter()
        .take(HEAD)
        .position(|row| row.iter().any(|cell| is_key(cell)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_files_of_every_kind() {
        let text = "row_key;q;s.A\np7f3-0001-K;환불은?;4\n";
        let wide: Vec<u8> = text
            .replace(';', "\t")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let (cp949, _, _) = encoding_rs::EUC_KR.encode(text);
        for (bytes, form) in [
            (text.as_bytes().to_vec(), "csv, UTF-8"),
            (cp949.to_vec(), "csv, CP949"),
            ([b"\xff\xfe".to_vec(), wide].concat(), "tsv, UTF-16"),
        ] {
            let table = read(bytes).unwrap();
            assert_eq!(table.form.word(), form);
            assert_eq!(table.rows[1], ["p7f3-0001-K", "환불은?", "4"]);
            assert_eq!(table.form.loses_letters(), form.contains("CP949"));
        }
    }

    #[test]
    fn what_is_no_pack_is_told() {
        assert!(read(b"a,b\n1,2\n".to_vec()).unwrap_err().what.contains("row_key"));
        assert!(read(b"PK\x03\x04 nothing".to_vec()).is_err());
        assert!(read(vec![0xff, 0xff, 0x80]).is_err());
        assert!(read(Vec::new()).is_err());
    }
}
