//! CSV files as bytes, and what a reader gets back.

use proptest::prelude::*;

use super::*;
use crate::compare::fixture::{Make, say, usual};
use crate::compare::row::rows;
use crate::domain::Record;
use crate::text::sink::{csv_unguard, hostile};

fn write(info: &RunInfo, records: &[Record], layout: Layout, audience: Audience) -> String {
    let mut report = CsvReport::begin(Vec::new(), info, layout, audience, Scorers::of(info)).unwrap();
    for row in rows(records.to_vec()) {
        report.case(&row).unwrap();
    }
    String::from_utf8(report.finish().unwrap()).unwrap()
}

/// Header and rows as a CSV reader sees them.
fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    (header, rows)
}

fn few(texts: &[&str]) -> (RunInfo, Vec<Record>) {
    let make = Make {
        targets: vec!["gpt-main", "clova-main"],
        cases: texts.len() as u64,
        trouble: false,
        ..Make::default()
    };
    let mut records = make.records();
    for (record, text) in records.iter_mut().filter(|record| record.target == 1).zip(texts) {
        say(record, text);
        record.scores[0].why = (*text).into();
    }
    (make.info(), records)
}

#[test]
fn long_for_people() {
    let (info, records) = few(&["=1+1 \"x\"\r\n끝"]);
    insta::assert_snapshot!(
        write(&info, &records, Layout::Long, Audience::People(Lang::En))
            .replace('\r', "␍")
            .replace('\u{feff}', "BOM ")
    );
}

#[test]
fn long_for_machines_with_trouble() {
    let (info, records) = usual();
    let some: Vec<Record> = records
        .into_iter()
        .filter(|record| matches!(record.case_index, 6 | 12) && record.target > 2)
        .collect();
    insta::assert_snapshot!(write(&info, &some, Layout::Long, Audience::Machine));
}

#[test]
fn wide_for_both() {
    let (info, records) = few(&["", "@SUM(1)"]);
    let people = write(&info, &records, Layout::Wide, Audience::People(Lang::En));
    assert!(
        people
            .starts_with("\u{feff}case_id,trial,tags,lang,question,reference,answer.gpt-main,answer.clova-main,pass.")
    );
    let machine = write(&info, &records, Layout::Wide, Audience::Machine);
    insta::assert_snapshot!(format!(
        "{}\n{machine}",
        people.replace('\r', "␍").replace('\u{feff}', "BOM ")
    ));
}

/// Why targets differ was told in English to people who read Korean.
#[test]
fn why_targets_differ_is_told_in_the_language_of_people() {
    let (info, records) = few(&["", "@SUM(1)"]);
    let why = |audience| {
        let (header, rows) = read(&write(&info, &records, Layout::Wide, audience));
        field(&header, &rows[1], "disagreement_why").to_owned()
    };
    let english = why(Audience::Machine);
    assert!(
        english.starts_with("worded differently") && why(Audience::People(Lang::En)) == english,
        "{english}"
    );
    let korean = why(Audience::People(Lang::Ko));
    assert!(korean.contains("표현") && !korean.contains("worded"), "{korean}");
}

#[test]
fn scores_for_machines() {
    let (info, records) = few(&["좋아요"]);
    insta::assert_snapshot!(write(&info, &records, Layout::Scores, Audience::Machine));
}

#[test]
fn an_empty_text_is_not_an_absent_one() {
    let (info, mut records) = few(&[""]);
    crate::compare::fixture::unreach(&mut records[0], None);
    let machine = write(&info, &records, Layout::Wide, Audience::Machine);
    let row = machine.lines().nth(1).unwrap();
    assert!(row.contains(",,\"\","), "absent, then empty: {row}");
    let people = write(&info, &records, Layout::Wide, Audience::People(Lang::En));
    assert!(!people.contains("\"\""), "{people}");
}

#[test]
fn several_prompts_and_trials_have_rows_and_columns_of_their_own() {
    let make = Make {
        targets: vec!["a", "b"],
        prompts: vec!["plain", "polite"],
        trials: 3,
        cases: 2,
        trouble: false,
        simulated: true,
        ..Make::default()
    };
    let (info, records) = (make.info(), make.records());
    let (header, rows) = read(&write(&info, &records, Layout::Wide, Audience::Machine));
    assert_eq!(rows.len(), 6);
    assert!(header.contains(&"answer.b/polite".to_owned()));
    let (header, rows) = read(&write(&info, &records, Layout::Long, Audience::People(Lang::En)));
    assert_eq!((rows.len(), header[8].as_str()), (24, "prompt"));
    assert_eq!(header.last().map(String::as_str), Some("simulated"));
    assert!(
        rows.iter()
            .all(|row| row.last().map(String::as_str) == Some("SIMULATED"))
    );
}

#[test]
fn scorers_of_single_cases_get_columns() {
    let (info, mut records) = few(&["x"]);
    let mut own = records[0].scores[0].clone();
    "case_only".clone_into(&mut own.scorer);
    records[0].scores.push(own);
    let mut scorers = Scorers::of(&info);
    let mut case = (*records[0].case).clone();
    case.scorers = vec![crate::domain::ScorerSpec {
        name: "case_only".to_owned(),
        kind: "contains".to_owned(),
        weight: 1.0,
        threshold: None,
        not: false,
        params: serde_json::Map::new(),
    }];
    scorers.case(&case);
    scorers.case(&case);
    let mut report = CsvReport::begin(Vec::new(), &info, Layout::Long, Audience::Machine, scorers).unwrap();
    for row in rows(records) {
        report.case(&row).unwrap();
    }
    let (header, rows) = read(&String::from_utf8(report.finish().unwrap()).unwrap());
    let at = header.iter().position(|name| name == "score.case_only").unwrap();
    assert_eq!(header.iter().filter(|name| name.ends_with(".case_only")).count(), 3);
    assert!(!rows[0][at].is_empty() && rows[1][at].is_empty());
}

#[test]
fn bytes_are_as_promised() {
    let (info, records) = usual();
    for layout in [Layout::Long, Layout::Wide, Layout::Scores] {
        let people = write(&info, &records, layout, Audience::People(Lang::En));
        assert!(people.starts_with('\u{feff}') && people.ends_with("\r\n"));
        assert_eq!(people.matches('\r').count(), people.matches("\r\n").count());
        let machine = write(&info, &records, layout, Audience::Machine);
        assert!(!machine.starts_with('\u{feff}') && machine.ends_with('\n') && !machine.contains('\r'));
        let (people, machine) = (read(&people), read(&machine));
        assert_eq!(people.0[..people.0.len() - 1], machine.0[..]);
        assert_eq!(people.1.len(), machine.1.len());
    }
}

/// Takes the guard off by the column `guarded`, and by the second character; both must agree.
fn unguarded(header: &[String], row: &[String]) -> Vec<String> {
    let list = header.iter().position(|name| name == "guarded").unwrap();
    let guarded: Vec<&str> = row[list].split(';').filter(|name| !name.is_empty()).collect();
    let fields = header.iter().zip(row).map(|(name, field)| {
        if guarded.contains(&name.as_str()) {
            assert_eq!(csv_unguard(field), &field[1..]);
            field[1..].to_owned()
        } else {
            field.clone()
        }
    });
    fields.collect()
}

fn field<'a>(header: &[String], row: &'a [String], name: &str) -> &'a str {
    &row[header.iter().position(|head| head == name).unwrap()]
}

fn comes_back(text: &str) {
    let (info, records) = few(&[text]);
    let (header, rows) = read(&write(&info, &records, Layout::Long, Audience::Machine));
    assert_eq!(field(&header, &rows[1], "answer"), text);
    assert_eq!(field(&header, &rows[1], "why.faithful"), text);
    assert_eq!(rows[1][0], row_key(&info, &records[1]).as_str());
    let (header, rows) = read(&write(&info, &records, Layout::Long, Audience::People(Lang::En)));
    for cell in &rows[1] {
        let number = cell
            .strip_prefix(['+', '-'])
            .is_some_and(|rest| rest.parse::<f64>().is_ok());
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        assert!(!formula || number, "{cell:?}");
    }
    let row = unguarded(&header, &rows[1]);
    assert_eq!(
        field(&header, &row, "answer"),
        text.replace("\r\n", "\n").replace('\r', "\n")
    );
    let (header, rows) = read(&write(&info, &records, Layout::Wide, Audience::Machine));
    assert_eq!(field(&header, &rows[0], "answer.clova-main"), text);
}

#[test]
fn the_hostile_corpus_comes_back() {
    for (_, text, _) in hostile::corpus() {
        comes_back(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_comes_back(text in "[-+=@'\"',;\t\r\n ＝a0.가\u{301}👨\u{200d}]{0,12}|.{0,40}") {
        comes_back(&text);
    }
}
