//! Suites written in spreadsheets, as programs save them.

use crate::lab::Lab;
use crate::office::{convert, libreoffice};

/// The rows of a CSV as a workbook.
fn workbook(lab: &Lab, name: &str, csv: &str) -> std::path::PathBuf {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    for (row, record) in (0u32..).zip(reader.records()) {
        for (column, cell) in (0u16..).zip(&record.unwrap()) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    let path = lab.home.path().join(name);
    book.save(&path).unwrap();
    path
}

const SUITE: &str = "번호,질문,정답,분류\n1,대한민국의 수도는?,서울,지리\n2,2 더하기 3은?,5,\"산수,쉬움\"\n";

fn checked(lab: &Lab, file: &str) -> (i32, String) {
    let ended = lab.run(&["check", file]);
    let told = format!("{}{}", ended.out, ended.err);
    (ended.code, told.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write(
        "config.toml",
        "[targets.gpt]\nprovider = \"openai\"\nmodel = \"gpt-5.2\"\n",
    );
    lab
}

/// ODS had to be saved as another form first.
#[test]
fn the_same_suite_as_csv_xlsx_and_ods_runs_the_same() {
    let Some(office) = libreoffice() else { return };
    let lab = lab();
    let home = lab.home.path().to_owned();
    let csv = lab.write("suite.csv", SUITE);
    let xlsx = workbook(&lab, "suite.xlsx", SUITE);
    let ods = convert(office, &home, &xlsx, "ods", "ods");
    let mut known: Option<Vec<String>> = None;
    for (form, file) in [("csv", csv), ("xlsx", xlsx), ("ods", ods)] {
        let ended = lab.run(&["run", file.to_str().unwrap(), "--simulate", "--latency-ms", "1"]);
        assert_eq!(ended.code, 0, "{form}: {ended:?}");
        let out = lab.run(&["export", "last", "jsonl"]).out;
        let cases: Vec<String> = out
            .lines()
            .map(|line| {
                let value: serde_json::Value = serde_json::from_str(line).unwrap();
                ["case_id", "question", "reference", "tags"]
                    .map(|key| value[key].to_string())
                    .join(" ")
            })
            .collect();
        assert_eq!(cases.len(), 2, "{form}");
        assert_eq!(*known.get_or_insert_with(|| cases.clone()), cases, "{form}");
    }
    // A mistake is told with its cell.
    let broken = workbook(&lab, "broken.xlsx", &SUITE.replace("2,2 더하기", "1,2 더하기"));
    let broken = convert(office, &home, &broken, "ods", "broken");
    let (code, told) = checked(&lab, broken.to_str().unwrap());
    assert!(
        code == 2 && told.contains("two cases have the id `1`") && told.contains("A3"),
        "{told}"
    );
    lab.write("torn.ods", "no workbook");
    let (code, told) = checked(&lab, "torn.ods");
    assert!(code == 2 && told.contains("not a whole ODS workbook"), "{told}");
}

/// CP949 was read without a word, though it loses letters.
#[test]
fn what_excel_in_korea_saves_is_read_and_said_once() {
    let lab = lab();
    let (bytes, _, lost) = encoding_rs::EUC_KR.encode(SUITE);
    assert!(!lost);
    lab.write("suite.csv", &bytes);
    let (code, told) = checked(&lab, "suite.csv");
    assert_eq!((code, told.matches("is read as CP949").count()), (0, 1), "{told}");
    let ended = lab.run(&["run", "suite.csv", "--simulate", "--latency-ms", "1"]);
    assert_eq!(
        (ended.code, ended.err.matches("is read as CP949").count()),
        (0, 1),
        "{ended:?}"
    );
    lab.write("utf8.csv", SUITE);
    assert!(!checked(&lab, "utf8.csv").1.contains("CP949"));
}

/// A title above the heads was taken for the only column.
#[test]
fn a_title_above_the_heads_is_passed_over() {
    let lab = lab();
    lab.write("suite.csv", format!("고객센터 문항 2026년 3월,,,\n,,,\n{SUITE}"));
    let (code, told) = checked(&lab, "suite.csv");
    assert!(code == 0 && told.contains("고객센터 문항 2026년 3월"), "{told}");
    assert!(told.contains("2 cases") || told.contains("cases 2"), "{told}");
    // Nothing but single cells stays what it was: a column that no prompt wants.
    lab.write("one.csv", "메모\n가나다\n");
    let (code, told) = checked(&lab, "one.csv");
    assert!(code == 2 && told.contains("question"), "{told}");
    // One column that is wanted needs no company.
    lab.write("plain.csv", "질문\n대한민국의 수도는?\n");
    assert_eq!(checked(&lab, "plain.csv").0, 0);
}

#[test]
fn a_slip_in_a_korean_head_is_told() {
    let lab = lab();
    lab.write("suite.csv", SUITE.replace("정답", "정담"));
    let (_, told) = checked(&lab, "suite.csv");
    assert!(told.contains("`정담` is read as a variable, not as `정답`"), "{told}");
}
