//! Workbooks made here, read as suites.

use std::fmt::Write as _;

use super::content::float;
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
