//! XLSX and ODS: the first visible sheet, or the one named behind `#`, row by row.
//!
//! Cells come as the text that stands for their value: whole numbers without a decimal point, dates as ISO 8601,
//! truths as `TRUE` and `FALSE`, numbers of XLSX under simple formats as the sheet shows them (`25%`, `1,234원`). So a table gives the same cases as a workbook and as CSV. Cells of XLSX that are merged over
//! several rows stand in each of them (the reader of ODS does not tell which are).

use std::io::{BufRead, Cursor};

use calamine::{Data, DataRef, Dimensions, Ods, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::domain::{Place, Problem, Said};
use crate::said;

use super::bytes::{MOST_WORKBOOK, raw};
use super::cases::Bench;
use super::findings::Findings;
use super::path::without_sheet;
use super::place::Origin;
use super::shown::shown;
use super::suggest::help;
use super::table::{Head, Renamed, Titles};
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

/// Takes the cells of a sheet in reading order and gives its rows to the bench.
struct Rows<'r, 'o, 'b> {
    origin: &'o Origin<'o>,
    renamed: &'r Renamed,
    bench: &'r mut Bench<'b>,
    findings: &'r mut Findings,
    titles: Titles,
    head: Option<Head>,
    taken: u64,
    row: Row,
    merged: Merged,
    /// Columns of which it was told that the sheet shows them otherwise.
    told: Vec<usize>,
}

impl<'r, 'o, 'b> Rows<'r, 'o, 'b> {
    fn new(
        origin: &'o Origin<'o>,
        (renamed, bench): (&'r Renamed, &'r mut Bench<'b>),
        findings: &'r mut Findings,
    ) -> Self {
        Self {
            origin,
            renamed,
            bench,
            findings,
            titles: Titles::default(),
            head: None,
            taken: 0,
            row: Row::default(),
            merged: Merged::default(),
            told: Vec::new(),
        }
    }

    /// Takes a cell; false when no row can be right.
    fn cell(&mut self, number: usize, column: usize, content: Content) -> bool {
        if number != self.row.number {
            let next = Row {
                number,
                ..Row::default()
            };
            let done = std::mem::replace(&mut self.row, next);
            if !self.row(done) {
                return false;
            }
        }
        if column <= MOST_COLUMNS {
            self.row.put(column, content);
        }
        true
    }

    fn row(&mut self, mut done: Row) -> bool {
        if done.is_blank() {
            return true;
        }
        let mut desk = Desk {
            origin: self.origin,
            findings: self.findings,
        };
        let Some(head) = &mut self.head else {
            let names = done.cells(done.width);
            if self.titles.takes(&names, self.renamed, self.bench) {
                return true;
            }
            self.titles.tell(&mut desk, &names);
            self.head = Head::read(&mut desk, names, self.renamed, self.bench);
            self.merged.below(done.number);
            return self.head.is_some();
        };
        self.merged.fill(&mut done);
        self.taken += 1;
        for (column, error) in &done.errors {
            let problem = Problem::error(
                "cell_error",
                said!(
                    "this cell holds the error `{error}`",
                    "이 칸에 오류 `{error}`가 있습니다"
                ),
            )
            .help(said!(
                "correct its formula, or write the value",
                "수식을 고치거나 값을 쓰세요"
            ));
            desk.tell(Span::new(done.number, *column), problem);
        }
        for (column, text) in &done.loose {
            if head.expects(column - 1) && !self.told.contains(column) {
                self.told.push(*column);
                desk.tell(Span::new(done.number, *column), shown_otherwise(text));
            }
        }
        if done.errors.is_empty()
            && let Some(node) = head.row(&mut desk, done.cells(head.len()))
        {
            self.bench.take(&mut desk, &node);
        }
        true
    }

    fn finish(mut self, file: &str, name: &str) -> Result<(), Problem> {
        let last = std::mem::take(&mut self.row);
        if !self.row(last) {
            return Ok(());
        }
        if self.head.is_none()
            && let Some(names) = self.titles.first()
        {
            // Nothing but single cells: the first is what it must be, and what is wrong with it is told.
            let mut desk = Desk {
                origin: self.origin,
                findings: self.findings,
            };
            if Head::read(&mut desk, names, self.renamed, self.bench).is_none() {
                return Ok(());
            }
        }
        let nothing = |message: Said| {
            Problem::error("no_cases", message)
                .help(said!(
                    "the first row names the columns; each further row is a question",
                    "첫 행은 열 이름이고, 그다음 행부터 한 행이 질문 하나입니다"
                ))
                .at(Place::file(file))
        };
        match (self.head, self.taken) {
            (None, _) => Err(nothing(said!(
                "sheet `{name}` of `{file}` is empty",
                "`{file}`의 `{name}` 시트가 비어 있습니다"
            ))),
            (_, 0) => Err(nothing(said!(
                "sheet `{name}` of `{file}` has a first row but no others",
                "`{file}`의 `{name}` 시트에는 첫 행뿐입니다"
            ))),
            _ => Ok(()),
        }
    }
}

fn shown_otherwise(text: &str) -> Problem {
    Problem::warning(
        "cell_format",
        said!(
            "this accepted answer is read as `{text}`, which may not be what the sheet shows",
            "이 정답은 `{text}`(으)로 읽습니다. 시트에 보이는 것과 다를 수 있습니다"
        ),
    )
    .help(said!(
        "format the column as text and write the answer as it should be; further cells of the column are not told",
        "열의 서식을 텍스트로 바꾸고 정답을 그대로 적으세요. 같은 열의 다른 칸은 따로 알리지 않습니다"
    ))
}

/// Cells that are one over several rows: only the first of them holds the value, all of them show it.
#[derive(Default)]
struct Merged {
    /// First row, last row and column, from 1; those that begin last come first.
    waiting: Vec<(usize, usize, usize)>,
    /// Last row, column and value of those that were met.
    open: Vec<(usize, usize, String)>,
}

impl Merged {
    /// Cells that are merged with others of their row alone are none of them: one value is one cell.
    fn new(areas: Vec<Dimensions>) -> Self {
        let mut waiting: Vec<(usize, usize, usize)> = areas
            .into_iter()
            .filter(|area| area.end.0 > area.start.0)
            .map(|area| {
                let row = |number: u32| number as usize + 1;
                (row(area.start.0), row(area.end.0), row(area.start.1))
            })
            .collect();
        waiting.sort_unstable_by(|one, other| other.cmp(one));
        Self {
            waiting,
            open: Vec::new(),
        }
    }

    /// The names of the columns stand in this row: what is merged in it or above is no part of a case.
    fn below(&mut self, head: usize) {
        self.waiting.retain(|(first, _, _)| *first > head);
    }

    /// Gives a row what the merged cells it is part of show. Rows come from above to below.
    fn fill(&mut self, row: &mut Row) {
        self.open.retain(|(last, _, _)| *last >= row.number);
        for (_, column, text) in &self.open {
            if !row.texts.iter().any(|(at, own)| at == column && !own.is_empty()) {
                row.put(*column, Content::Text(text.clone()));
            }
        }
        while let Some((first, last, column)) = self.waiting.pop_if(|(first, _, _)| *first <= row.number) {
            let held = row.texts.iter().find(|(at, _)| *at == column);
            if let Some((_, text)) = held.filter(|_| first == row.number) {
                self.open.push((last, column, text.clone()));
            }
        }
    }
}

/// What a cell holds.
enum Content {
    Nothing,
    Text(String),
    /// A text for a value that the sheet shows in another way.
    Loose(String),
    Error(String),
}

impl Content {
    fn of(value: &DataRef<'_>, format: &str) -> Self {
        let number = |number: f64| match shown(number, format) {
            Some(text) => Self::Text(text),
            None if format.contains(['%', ',']) => Self::Loose(float(number)),
            None => Self::Text(float(number)),
        };
        Self::Text(match value {
            DataRef::Empty => return Self::Nothing,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Int(whole) => match i32::try_from(*whole) {
                Ok(whole) => return number(f64::from(whole)),
                Err(_) => whole.to_string(),
            },
            DataRef::Float(value) => return number(*value),
            DataRef::Bool(truth) => truth_word(*truth),
            DataRef::DateTime(time) if format == "yyyy-mm-dd" => moment(time),
            DataRef::DateTime(time) => return Self::Loose(moment(time)),
            DataRef::Error(error) => return Self::Error(error.to_string()),
        })
    }

    fn of_data(value: &Data) -> Self {
        Self::Text(match value {
            Data::Empty => return Self::Nothing,
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
            Data::Int(number) => number.to_string(),
            Data::Float(number) => float(*number),
            Data::Bool(truth) => truth_word(*truth),
            Data::DateTime(time) => moment(time),
            Data::Error(error) => return Self::Error(error.to_string()),
        })
    }
}

fn truth_word(truth: bool) -> String {
    if truth { "TRUE" } else { "FALSE" }.to_owned()
}

/// A row while its cells come in.
#[derive(Default)]
struct Row {
    number: usize,
    width: usize,
    texts: Vec<(usize, String)>,
    errors: Vec<(usize, String)>,
    loose: Vec<(usize, String)>,
}

impl Row {
    fn put(&mut self, column: usize, content: Content) {
        match content {
            Content::Nothing => {}
            Content::Loose(text) => {
                self.loose.push((column, text.clone()));
                self.put(column, Content::Text(text));
            }
            Content::Text(text) => {
                self.width = self.width.max(column);
                self.texts.push((column, text));
            }
            Content::Error(error) => self.errors.push((column, error)),
        }
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
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::domain::Case;
    use crate::suite::tests::{Shelf, read_from, told};

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

    /// A ZIP archive of stored files: enough of the format for readers.
    fn zip(files: &[(&str, String)]) -> Vec<u8> {
        let mut body = Vec::new();
        let mut directory = Vec::new();
        for (name, text) in files {
            let mut crc = flate2::Crc::new();
            crc.update(text.as_bytes());
            let offset = u32::try_from(body.len()).unwrap();
            let size = u32::try_from(text.len()).unwrap();
            let name_length = u16::try_from(name.len()).unwrap();
            let mut common = Vec::new();
            common.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
            common.extend(crc.sum().to_le_bytes());
            common.extend(size.to_le_bytes());
            common.extend(size.to_le_bytes());
            common.extend(name_length.to_le_bytes());
            common.extend([0, 0]);
            body.extend(b"PK\x03\x04");
            body.extend(&common);
            body.extend(name.as_bytes());
            body.extend(text.as_bytes());
            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let count = u16::try_from(files.len()).unwrap().to_le_bytes();
        let start = u32::try_from(body.len()).unwrap().to_le_bytes();
        let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
        body.extend(directory);
        body.extend(b"PK\x05\x06\0\0\0\0");
        body.extend([count, count].concat());
        body.extend(length);
        body.extend(start);
        body.extend([0, 0]);
        body
    }

    /// A workbook of sheets: name, whether it is hidden, and the XML of its rows.
    fn workbook(sheets: &[(&str, bool, &str)]) -> Vec<u8> {
        workbook_with(sheets, None)
    }

    fn workbook_with(sheets: &[(&str, bool, &str)], styles: Option<&str>) -> Vec<u8> {
        let mut list = String::new();
        let mut relations = String::new();
        let mut files = Vec::new();
        for (number, (name, hidden, rows)) in sheets.iter().enumerate() {
            let state = if *hidden { " state=\"hidden\"" } else { "" };
            write!(
                list,
                "<sheet name=\"{name}\" sheetId=\"{0}\"{state} r:id=\"r{0}\"/>",
                number + 1
            )
            .unwrap();
            write!(relations, "<Relationship Id=\"r{0}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/s{0}.xml\"/>", number + 1).unwrap();
            files.push((
                format!("xl/worksheets/s{}.xml", number + 1),
                format!("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"),
            ));
        }
        files.extend(styles.map(|styles| ("xl/styles.xml".to_owned(), styles.to_owned())));
        files.push((
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{list}</sheets></workbook>"),
        ));
        files.push((
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}</Relationships>"),
        ));
        files.push((
            "_rels/.rels".to_owned(),
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned(),
        ));
        let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        zip(&files)
    }

    /// A row from its number and cells: `B=text`, `B#3` for a number, `B!#REF!` for an error.
    fn row(number: usize, cells: &[&str]) -> String {
        let mut xml = format!("<row r=\"{number}\">");
        for cell in cells {
            let (column, value) = cell.split_at(cell.find(['=', '#', '!']).unwrap());
            let (kind, value) = value.split_at(1);
            let value = value.replace('&', "&amp;").replace('<', "&lt;");
            match kind {
                "=" => write!(
                    xml,
                    "<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{value}</t></is></c>"
                ),
                "#" => write!(xml, "<c r=\"{column}{number}\"><v>{value}</v></c>"),
                _ => write!(xml, "<c r=\"{column}{number}\" t=\"e\"><v>{value}</v></c>"),
            }
            .unwrap();
        }
        xml + "</row>"
    }

    fn book() -> Vec<u8> {
        let hidden = row(1, &["A=x"]);
        let first = [
            row(2, &["A=번호", "B=질문", "C=정답", "D=지문"]),
            row(3, &["A#7", "B=수도는?", "C=서울|||Seoul"]),
            row(5, &["A=b", "B=1 < 2 & 3?", "C#1.5", "XFD=far out"]),
            row(6, &["A=b", "B=again"]),
            row(7, &["B!#REF!"]),
        ]
        .concat();
        let second = row(1, &["A=question"]) + &row(2, &["A=from the second"]);
        workbook(&[
            ("숨은", true, &hidden),
            ("문항", false, &first),
            ("Other 2", false, &second),
        ])
    }

    #[test]
    fn the_first_visible_sheet_is_read_with_places() {
        let (checked, cases) = read_from("q.xlsx", &Shelf::from([("q.xlsx", book())]));
        assert_eq!(
            told(&checked),
            [
                "문항!A6 two cases have the id `b` (the first stands on line 5; ids tell cases apart in every table)",
                "문항!B7 this cell holds the error `#REF!` (correct its formula, or write the value)",
            ]
        );
        assert_eq!(cases.len(), 2);
        assert_eq!((cases[0].id.as_str(), cases[0].line), ("7", 3));
        assert_eq!(cases[0].expect.len(), 2);
        assert_eq!(cases[0].vars["지문"], "");
        assert_eq!(cases[1].vars["question"], "1 < 2 & 3?");
        assert_eq!(cases[1].expect, ["1.5"]);
    }

    /// A tag merged over ten rows was that of the first row alone.
    #[test]
    fn merged_cells_stand_in_every_row_of_theirs() {
        let rows = [
            row(1, &["A=분류", "B=질문", "C=정답"]),
            row(2, &["A=환불", "B=하나?", "C=1"]),
            row(3, &["B=둘?", "C=2"]),
            row(4, &["B=셋?"]),
            row(5, &["A=배송", "B=넷?", "C=4"]),
            // Two rows for one question: nothing of its own stands in the second.
            row(6, &["A=기타", "B=다섯?", "C=5"]),
            row(7, &["D="]),
        ]
        .concat();
        let areas = ["A2:A4", "C3:C4", "B1:C1", "A6:A7", "B6:B7", "C6:C7", "D1:XFD1048576"];
        let areas: String = areas.map(|area| format!("<mergeCell ref=\"{area}\"/>")).concat();
        let rows = format!("{rows}</sheetData><mergeCells>{areas}</mergeCells><sheetData>");
        let shelf = Shelf::from([("q.xlsx", workbook(&[("a", false, &rows)]))]);
        let (checked, cases) = read_from("q.xlsx", &shelf);
        assert!(checked.suite.is_some(), "{:?}", told(&checked));
        let found: Vec<(String, String)> = cases
            .iter()
            .map(|case| (case.tags.join(","), case.expected_texts().collect::<Vec<_>>().join(",")))
            .collect();
        let wanted = [
            ("환불", "1"),
            ("환불", "2"),
            ("환불", "2"),
            ("배송", "4"),
            ("기타", "5"),
        ];
        assert_eq!(found, wanted.map(|(tag, expect)| (tag.to_owned(), expect.to_owned())));
    }

    /// 25 % was read as `0.25`, which no answer says.
    #[test]
    fn percentages_and_thousands_are_read_as_the_sheet_shows_them() {
        let cell = |at: &str, style: u8, value: &str| format!("<c r=\"{at}\" s=\"{style}\"><v>{value}</v></c>");
        let case = |number: usize, style: u8, value: &str| {
            let question = row(number, &[&format!("A=q{number}")]).replace("</row>", "");
            format!("{question}{}</row>", cell(&format!("B{number}"), style, value))
        };
        let rows = [
            row(1, &["A=질문", "B=정답"]),
            case(2, 1, "0.25"),
            case(3, 2, "1234567"),
            case(4, 0, "0.25"),
            case(5, 1, "0.256"),
            case(6, 3, "45356"),
        ]
        .concat();
        let styles = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"#,##0&quot;원&quot;\"/><numFmt numFmtId=\"165\" formatCode=\"yyyy-mm-dd\"/></numFmts><cellXfs count=\"4\"><xf numFmtId=\"0\"/><xf numFmtId=\"9\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>";
        let book = workbook_with(&[("a", false, &rows)], Some(styles));
        let (checked, cases) = read_from("q.xlsx", &Shelf::from([("q.xlsx", book)]));
        let found: Vec<String> = cases.iter().flat_map(Case::expected_texts).collect();
        assert_eq!(found, ["25%", "1,234,567원", "0.25", "0.256", "2024-03-05"]);
        assert_eq!(
            told(&checked),
            [
                "~ a!B5 this accepted answer is read as `0.256`, which may not be what the sheet shows (format the column as text and write the answer as it should be; further cells of the column are not told)"
            ]
        );
    }

    #[test]
    fn a_sheet_can_be_named() {
        let shelf = Shelf::from([("q.xlsx", book())]);
        let (checked, cases) = read_from("q.xlsx#Other 2", &shelf);
        assert!(checked.suite.is_some(), "{:?}", told(&checked));
        assert_eq!(cases[0].vars["question"], "from the second");
        assert_eq!(cases[0].file, "q.xlsx");
        let (checked, _) = read_from("q.xlsx#문황", &shelf);
        assert_eq!(checked.problems[0].help.as_deref(), Some("did you mean `문항`?"));
        let empty = Shelf::from([("q.xlsx", workbook(&[("a", false, "")]))]);
        assert_eq!(read_from("q.xlsx", &empty).0.problems[0].code, "no_cases");
    }

    #[test]
    fn cut_and_changed_workbooks_do_not_panic() {
        let whole = book();
        for length in (0..whole.len()).step_by(41) {
            let (checked, _) = read_from("q.xlsx", &Shelf::from([("q.xlsx", whole[..length].to_vec())]));
            assert_eq!(checked.problems.len(), 1);
        }
        for at in (0..whole.len()).step_by(17) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            let (checked, _) = read_from("q.xlsx", &Shelf::from([("q.xlsx", bytes)]));
            assert!(!checked.problems.is_empty());
        }
    }
}
