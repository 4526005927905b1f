//! Workbooks through LibreOffice and openpyxl: no rating is lost, nothing is a formula, no name is told.

use std::io::Read as _;
use std::path::Path;

use crate::lab::Lab;
use crate::office::{convert, libreoffice, python, tool};
use crate::start::{TARGETS, answered, kept, pack, run};

/// CSV of one sheet in CP949 (62 in LibreOffice's list), all columns of text quoted. The sheet is the second.
const CP949: &str = "csv:Text - txt - csv (StarCalc):44,34,62,1,,0,true,true,false,false,false,2";

fn import(lab: &Lab, pack: &str, file: &Path) -> (String, Vec<serde_json::Value>) {
    // Each way from the beginning: nothing of an earlier one is left.
    let folder = lab.last_run().join("reviews").join(pack);
    let _ = std::fs::remove_file(folder.join("지민.jsonl"));
    let ended = lab.run(&["review", "import", file.to_str().unwrap()]);
    assert_eq!(ended.code, 0, "{}: {ended:?}", file.display());
    (ended.out, kept(lab, pack, "지민"))
}

#[test]
fn no_rating_is_lost_on_the_way() {
    let (Some(office), Some(python)) = (libreoffice(), python()) else {
        return;
    };
    let lab = run(40);
    let pack = pack(
        &lab,
        &["--reviewers", "지민,서준", "--sample", "20", "--show-reference"],
    );
    let home = lab.home.path().to_owned();
    let sent = home.join("out/심사_지민.xlsx");
    let filled = home.join("심사_지민.xlsx");
    tool(&python, &["fill", sent.to_str().unwrap(), filled.to_str().unwrap()]);
    let (told, known) = import(&lab, &pack, &filled);
    assert!(told.contains("20 finished, 0 empty") && !told.contains('✗'), "{told}");
    assert!(told.contains("written unusually and accepted"), "{told}");
    assert_eq!(known.len(), 20);
    let shuffled = home.join("shuffled.xlsx");
    tool(
        &python,
        &["shuffle", filled.to_str().unwrap(), shuffled.to_str().unwrap()],
    );
    // Sorted as whoever marks what can be seen does: ratings went to the rows of other texts.
    let seen = home.join("seen.xlsx");
    tool(&python, &["visible", filled.to_str().unwrap(), seen.to_str().unwrap()]);
    let ways = [
        ("sorted without keys", seen.clone()),
        (
            "sorted without keys, cp949",
            convert(office, &home, &seen, CP949, "seen-cp949"),
        ),
        ("shuffled", shuffled.clone()),
        ("xlsx", convert(office, &home, &filled, "xlsx", "xlsx")),
        ("ods", convert(office, &home, &filled, "ods", "ods")),
        ("cp949", convert(office, &home, &filled, CP949, "cp949")),
        ("shuffled ods", convert(office, &home, &shuffled, "ods", "shuffled-ods")),
    ];
    for (way, file) in ways {
        let (told, found) = import(&lab, &pack, &file);
        assert!(!told.contains('✗') && !told.contains("edited"), "{way}: {told}");
        assert_eq!(found, known, "{way}");
        assert_eq!(
            way.contains("without keys"),
            told.contains("beside the key of another"),
            "{way}: {told}"
        );
        if way == "cp949" {
            assert!(told.contains("CP949"), "{told}");
        }
    }
}

#[test]
fn duplicate_edited_and_unclear_rows_are_told_with_their_cells() {
    let Some(python) = python() else { return };
    let lab = run(20);
    let pack = pack(&lab, &["--reviewers", "지민", "--sample", "10"]);
    let home = lab.home.path().to_owned();
    let paths =
        ["out/심사_지민.xlsx", "filled.xlsx", "damaged.xlsx"].map(|name| home.join(name).to_str().unwrap().to_owned());
    tool(&python, &["fill", &paths[0], &paths[1]]);
    tool(&python, &["damage", &paths[1], &paths[2]]);
    let (told, found) = import(&lab, &pack, Path::new(&paths[2]));
    for part in [
        "1 not understood: J4 “상”",
        "rows 6 and 14 are the same row with different ratings",
        "1 text was edited by the reviewer (row 5 답변 A)",
        "1 row has no key of this pack",
    ] {
        let part = part.replace("답변 A", "Answer A");
        assert!(told.contains(&part), "{part} in {told}");
    }
    assert_eq!(found.len(), 8);
}

/// A score in a cell that was merged over three rows counted for the first of them alone.
#[test]
fn merged_cells_rate_every_row_that_they_show_in() {
    let Some(python) = python() else { return };
    let lab = run(6);
    let pack = pack(&lab, &["--reviewers", "지민"]);
    let paths =
        ["out/심사_지민.xlsx", "merged.xlsx"].map(|name| lab.home.path().join(name).to_str().unwrap().to_owned());
    tool(&python, &["merge", &paths[0], &paths[1]]);
    let (told, found) = import(&lab, &pack, Path::new(&paths[1]));
    assert!(
        told.contains("3 finished") && told.contains("merged cells count for every row that they show in ("),
        "{told}"
    );
    let rated: Vec<_> = found
        .iter()
        .map(|row| (&row["scores"], &row["best"], &row["note"]))
        .collect();
    assert_eq!(rated.len(), 3, "{told}");
    assert_eq!(rated[0], rated[1]);
    assert_eq!(rated[0], rated[2]);
    assert_eq!(rated[0].0, &serde_json::json!([1, 2, 3, 4]));
}

/// The rows of one reviewer in the file of another were taken without a word.
#[test]
fn a_hidden_sheet_of_another_reviewer_is_told() {
    let Some(python) = python() else { return };
    let lab = run(4);
    let pack = pack(&lab, &["--reviewers", "지민,서준"]);
    let home = lab.home.path();
    let paths =
        ["out/심사_지민.xlsx", "filled.xlsx", "pasted.xlsx"].map(|name| home.join(name).to_str().unwrap().to_owned());
    tool(&python, &["fill", &paths[0], &paths[1]]);
    tool(&python, &["paste", &paths[1], &paths[2]]);
    let ended = lab.run(&["review", "import", &paths[2]]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended
            .err
            .contains("the hidden sheet is that of 서준, the rows are those of 지민"),
        "{ended:?}"
    );
    assert!(kept(&lab, &pack, "지민").is_empty());
}

#[test]
fn no_part_of_a_pack_tells_a_name() {
    let lab = run(30);
    answered(&lab, 30, |_, (name, provider, model)| {
        format!("저는 {model}입니다. {provider}가 만들었고 {name}라고도 합니다. Claude, 제미나이, 챗GPT.")
    });
    pack(&lab, &["--reviewers", "지민,서준"]);
    for name in ["심사_지민.xlsx", "심사_서준.xlsx"] {
        let mut archive =
            zip::ZipArchive::new(std::fs::File::open(lab.home.path().join("out").join(name)).unwrap()).unwrap();
        for at in 0..archive.len() {
            let mut part = archive.by_index(at).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            let text = text.to_lowercase();
            for (target, _, model) in TARGETS {
                for word in [
                    target,
                    model,
                    "claude",
                    "제미나이",
                    "챗gpt",
                    "anthropic",
                    "gemini",
                    "openai",
                    "clova",
                ] {
                    assert!(!text.contains(&word.to_lowercase()), "{word} in {at} of {name}");
                }
            }
            assert!(!text.contains("latency") && !text.contains("seed"), "{name}");
        }
    }
}

#[test]
fn another_reader_finds_nothing_to_repair() {
    let Some(python) = python() else { return };
    let lab = run(20);
    pack(&lab, &["--reviewers", "지민"]);
    let ended = lab.run(&["export", "last", "xlsx", "--lang", "ko", "-o", "report.xlsx"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let home = lab.home.path();
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_str(&tool(&python, &["read", home.join(name).to_str().unwrap()])).unwrap()
    };
    let report = read("report.xlsx");
    let names: Vec<&String> = report.as_object().unwrap().keys().collect();
    assert_eq!(names, ["요약", "나란히", "상세", "비교", "오류", "실행 정보"]);
    for (name, sheet) in report.as_object().unwrap() {
        assert_eq!(sheet["formulas"].as_array().unwrap().len(), 0, "{name}");
    }
    assert_eq!(report["상세"]["tables"], serde_json::json!(["tbl_detail"]));
    assert_eq!(report["나란히"]["frozen"], "D3");
    assert_eq!(report["나란히"]["hidden_rows"], serde_json::json!([1]));
    let pack = read("out/심사_지민.xlsx");
    assert_eq!(pack["_narani"]["state"], "hidden");
    assert_eq!(pack["목록"]["state"], "hidden");
    let formulas = pack["심사"]["formulas"].as_array().unwrap();
    assert!(
        formulas.iter().all(|cell| cell.as_str().unwrap().ends_with('1')),
        "formulas in row 1 only: {formulas:?}"
    );
    assert_eq!(pack["심사"]["frozen"], "F4");
}

#[test]
fn libreoffice_opens_the_report_and_the_csv_without_a_formula() {
    let (Some(office), Some(python)) = (libreoffice(), python()) else {
        return;
    };
    let lab = run(12);
    let hostile = [
        "=1+1",
        "+82-10",
        "@SUM(A1)",
        "-2+3",
        "＝1+1",
        "\t=1",
        "'=1",
        "=cmd|' /C calc'!A0",
    ];
    answered(&lab, 12, |case, _| hostile[case % hostile.len()].to_owned());
    let home = lab.home.path().to_owned();
    for words in [
        ["export", "last", "xlsx", "-o", "report.xlsx"],
        ["export", "last", "csv", "-o", "detail.csv"],
    ] {
        assert_eq!(lab.run(&words).code, 0);
    }
    for (name, folder) in [("report.xlsx", "again"), ("detail.csv", "opened")] {
        let file = convert(office, &home, &home.join(name), "xlsx", folder);
        let read: serde_json::Value = serde_json::from_str(&tool(&python, &["read", file.to_str().unwrap()])).unwrap();
        for (sheet, about) in read.as_object().unwrap() {
            assert_eq!(about["formulas"].as_array().unwrap().len(), 0, "{name}: {sheet}");
        }
    }
    // Opened and saved as CSV, a key is what it was.
    let saved = convert(office, &home, &home.join("detail.csv"), "csv", "saved");
    let keys = |path: &Path| -> Vec<String> {
        let text = std::fs::read_to_string(path).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.records().map(|row| row.unwrap()[0].to_owned()).collect()
    };
    assert_eq!(keys(&saved), keys(&home.join("detail.csv")));
}
