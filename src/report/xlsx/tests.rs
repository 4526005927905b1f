//! The workbook taken apart: what its parts say, and that no program has anything to repair.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use super::*;
use crate::compare::fixture::{Make, say, usual};
use crate::compare::row::rows;
use crate::text::sink::hostile;
use crate::text::sink::parts::parts;

fn written(info: &RunInfo, records: &[Record], lang: Lang, most: u32) -> (Vec<u8>, Cuts) {
    let mut report = XlsxReport::split(info, Scorers::of(info), records.len() as u64, lang, most).unwrap();
    for row in rows(records.to_vec()) {
        report.case(&row).unwrap();
    }
    let view = View::of(info, records.to_vec(), &[]);
    let mut out = Cursor::new(Vec::new());
    let cuts = report.finish(&mut out, &view, &TimeZone::UTC).unwrap();
    (out.into_inner(), cuts)
}

/// All that a workbook says, for the test of what every report says.
pub(in crate::report) fn shown(info: &RunInfo, records: &[Record], lang: Lang) -> String {
    let parts = parts(&written(info, records, lang, DETAIL_ROWS).0);
    parts.into_values().collect::<Vec<_>>().join("\n")
}

fn sheets(bytes: &[u8]) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    book.worksheets()
        .into_iter()
        .map(|(name, range)| (name, range.rows().map(<[Data]>::to_vec).collect()))
        .collect()
}

/// What the format asks for and programs repair without: well-formed parts, lengths, no formulas, no links.
fn is_whole(id: &str, bytes: &[u8]) {
    for (name, text) in parts(bytes) {
        let mut reader = quick_xml::Reader::from_str(&text);
        reader.config_mut().check_end_names = true;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{id}: {name}: {error}"),
            }
        }
        let bad = text.chars().find(|letter| {
            (letter.is_control() && !matches!(letter, '\n' | '\t')) || matches!(letter, '\u{fffe}' | '\u{ffff}')
        });
        assert_eq!(bad, None, "{id}: {name}");
        assert!(
            !text.contains("<f>") && !text.contains("<f "),
            "{id}: a formula in {name}"
        );
        assert!(
            !text.contains("<hyperlink") && !name.contains("externalLink"),
            "{id}: {name}"
        );
    }
    for (name, rows) in sheets(bytes) {
        for cell in rows.iter().flatten() {
            if let Data::String(text) = cell {
                assert!(text.encode_utf16().count() <= 32_767, "{id}: {name}");
                assert!(text.matches('\n').count() <= 253, "{id}: {name}");
            }
        }
    }
}

#[test]
fn the_sheets_in_korean() {
    let (info, records) = usual();
    let (bytes, cuts) = written(&info, &records, Lang::Ko, DETAIL_ROWS);
    assert_eq!(cuts, Cuts::default());
    is_whole("usual", &bytes);
    let mut told = String::new();
    for (name, rows) in sheets(&bytes) {
        told.push_str(&format!("## {name} ({} rows)\n", rows.len()));
        for row in rows.iter().take(if name == "상세" { 4 } else { 14 }) {
            let cells: Vec<String> = row.iter().map(|cell| cell.to_string().replace('\n', "⏎")).collect();
            told.push_str(cells.join(" | ").trim_end_matches([' ', '|']));
            told.push('\n');
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (info, records) = usual();
    let [one, two] = [0, 1].map(|_| written(&info, &records, Lang::En, DETAIL_ROWS).0);
    assert!(one == two);
}

#[test]
fn the_detail_is_split_where_a_sheet_is_full() {
    let (info, records) = usual();
    let (bytes, _) = written(&info, &records, Lang::En, 150);
    is_whole("split", &bytes);
    let sheets = sheets(&bytes);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Summary",
            "Side by side",
            "Detail",
            "Detail 2",
            "Pairs",
            "Errors",
            "About"
        ]
    );
    assert_eq!((sheets[2].1.len(), sheets[3].1.len()), (152, 52));
}

#[test]
fn hostile_texts_are_only_text() {
    let make = Make {
        targets: vec!["gpt-main", "clova-main"],
        cases: 1,
        trouble: false,
        ..Make::default()
    };
    for (id, text, _) in hostile::corpus() {
        // The longest texts of the corpus are cut by a test of their own; a beginning of them tells as much here.
        let text: String = text.chars().take(40_000).collect();
        let (mut info, mut records) = (make.info(), make.records());
        info.suite.clone_from(&text);
        info.targets[1].name.clone_from(&text);
        info.scorers[0].name.clone_from(&text);
        for record in &mut records {
            let case = std::sync::Arc::make_mut(&mut record.case);
            case.tags = vec![text.clone()];
            record.question = text.clone().into();
            record.scores[0].scorer.clone_from(&text);
            record.scores[0].why = (&text).into();
            say(record, &text);
        }
        let (bytes, cuts) = written(&info, &records, Lang::Ko, DETAIL_ROWS);
        is_whole(&id, &bytes);
        let sheets = sheets(&bytes);
        let detail = &sheets.iter().find(|(name, _)| name == "상세").unwrap().1;
        let answer = detail[0]
            .iter()
            .position(|cell| *cell == Data::String("answer".to_owned()))
            .unwrap();
        let wanted = crate::text::sink::sheet_text(&text).into_owned();
        if cuts.detail == 0 && !wanted.is_empty() {
            assert_eq!(detail[2][answer].to_string(), wanted, "{id}");
        }
    }
}

#[test]
fn long_texts_are_whole_in_parts() {
    let make = Make {
        targets: vec!["gpt-main"],
        cases: 3,
        trouble: false,
        ..Make::default()
    };
    let (info, mut records) = (make.info(), make.records());
    let texts = ["😀".repeat(40_000), "가나다\n".repeat(300), "a".repeat(100_000)];
    for (record, text) in records.iter_mut().zip(&texts) {
        say(record, text);
    }
    let (bytes, cuts) = written(&info, &records, Lang::Ko, DETAIL_ROWS);
    assert_eq!(cuts, Cuts { side: 3, detail: 3 });
    assert_eq!(
        cuts.note(Lang::En).as_deref(),
        Some("3 cells cut in Side by side (full text in Detail), 3 in Detail (Full text)")
    );
    assert_eq!(
        Cuts { side: 1, detail: 0 }.note(Lang::Ko).as_deref(),
        Some("줄인 칸: 나란히(상세 시트에 전체) 1개")
    );
    assert_eq!(Cuts::default().note(Lang::En), None);
    is_whole("long", &bytes);
    let sheets = sheets(&bytes);
    let full = &sheets.iter().find(|(name, _)| name == "전체본").unwrap().1;
    for (record, text) in records.iter().zip(&texts) {
        let key = crate::report::csv::row_key(&info, record);
        let parts = full
            .iter()
            .filter(|row| row[0] == Data::String(key.as_str().to_owned()));
        let whole: String = parts.map(|row| row[3].to_string()).collect();
        assert!(whole == *text);
    }
    let side = &sheets[1].1;
    assert!(side[2][4].to_string().ends_with("😀…(전체 40,000자)"));
}

/// 1,200 characters, 40 lines, or what a row of 409 points shows, whichever comes first: below that nobody sees the mark.
#[test]
fn what_stands_side_by_side_is_seen_to_its_end() {
    let make = Make {
        targets: vec!["gpt-main"],
        cases: 5,
        trouble: false,
        ..Make::default()
    };
    let (info, mut records) = (make.info(), make.records());
    let texts = [
        "a".repeat(1_200),
        "a".repeat(1_201),
        "가".repeat(700),
        "가".repeat(1_100),
        "가\n".repeat(41),
    ];
    for (record, text) in records.iter_mut().zip(&texts) {
        say(record, text);
    }
    let (bytes, cuts) = written(&info, &records, Lang::Ko, DETAIL_ROWS);
    assert_eq!(cuts, Cuts { side: 3, detail: 0 });
    let rows = &sheets(&bytes)[1].1;
    for ((row, text), whole) in rows[2..].iter().zip(&texts).zip([true, false, true, false, false]) {
        let shown = row[4].to_string();
        assert_eq!(shown == *text, whole, "{shown}");
        assert!(whole || shown.ends_with("자)"), "{shown}");
        let (kept, _) = shown.split_once("…(전체").unwrap_or((&shown, ""));
        assert!(kept.chars().count() <= 1_200 && shown.lines().count() <= 40);
        let lines = crate::text::sink::sheet_lines(&shown, 52.0);
        assert!(lines <= crate::text::sink::sheet_most_lines(true), "{lines}: {shown}");
    }
}
