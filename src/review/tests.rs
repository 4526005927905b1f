//! A pack out and in again, with texts made to hurt in every place that others write.

use std::collections::HashMap;
use std::io::Cursor;

use super::draw::{Wish, reviewers};
use super::import::understand;
use super::page::{Column, Texts};
use super::workbook::{self, Making};
use super::{table, twin};
use crate::domain::Lang;
use crate::domain::review::{Drawn, Pack, Rating, Reviewer, Unit};
use crate::text::sink::parts::parts;
use crate::text::sink::{hostile, sheet_text};

/// A pack of two answers a row whose every text is one of the corpus.
fn poisoned() -> (Pack, Vec<Texts>) {
    let (mut units, mut texts) = (Vec::new(), Vec::new());
    for (index, (_, text, _)) in (0..).zip(hostile::corpus()) {
        let shown = sheet_text(&text).into_owned();
        let found = Texts {
            tags: shown.clone(),
            question: shown.clone(),
            reference: shown.clone(),
            answers: vec![shown.clone(), format!("{shown}.")],
            flagged: Vec::new(),
        };
        units.push(Unit {
            case: text,
            index,
            trial: 1,
            columns: vec![0, 1],
            flagged: Vec::new(),
            digests: found.digests(Lang::Ko),
        });
        texts.push(found);
    }
    let wish = Wish {
        reviewers: vec!["=1+1\"&A1".to_owned(), "서준".to_owned()],
        sample: None,
        drawn: Drawn::Random,
        shown: None,
        overlap: None,
        seed: 7,
    };
    let pack = Pack {
        reference: true,
        reviewers: reviewers("p7f3", &units, &wish),
        units,
        ..Pack::sample()
    };
    (pack, texts)
}

fn book(pack: &Pack, reviewer: &Reviewer, texts: &[Texts], filled: Option<&HashMap<String, Rating>>) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let making = Making {
        pack,
        reviewer,
        texts,
        said: None,
        filled,
        protect: false,
    };
    workbook::write(&mut out, &making).unwrap();
    out.into_inner()
}

/// Every part is well-formed, and formulas stand in row 1 of the rows only.
fn is_whole(bytes: &[u8]) {
    for (name, text) in parts(bytes) {
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
        assert!(!text.contains("<hyperlink"), "{name}");
        let below = text.split_once("</row>").map_or("", |(_, below)| below);
        assert!(!below.contains("<f>") && !below.contains("<f "), "{name}");
    }
}

#[test]
fn hostile_texts_go_out_and_come_back_unharmed() {
    let (pack, texts) = poisoned();
    for reviewer in &pack.reviewers {
        let workbook = book(&pack, reviewer, &texts, None);
        is_whole(&workbook);
        let mut csv = Vec::new();
        twin::write(&mut csv, &pack, reviewer, &texts).unwrap();
        for bytes in [workbook, csv] {
            let table = table::read(bytes).unwrap();
            for cell in table.rows.iter().flatten().filter(|_| table.sheet.is_empty()) {
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
                assert!(!formula || cell.parse::<f64>().is_ok(), "{cell:?}");
            }
            let whole = &mut |unit: usize| Some(texts[unit].clone());
            let understood = understand(&table, &pack, None, whole).unwrap();
            assert_eq!(understood.reviewer.as_ref(), Some(&reviewer.name));
            let form = table.form.word();
            assert_eq!(
                (understood.missing, understood.empty),
                (0, reviewer.rows.len()),
                "{form}"
            );
            let edited: Vec<(&str, Column)> = understood
                .edited
                .iter()
                .map(|(row, column)| (table.rows[row - 1][1].as_str(), *column))
                .collect();
            assert!(edited.is_empty(), "{form}: {edited:?}");
            assert!(understood.unknown.is_empty() && understood.refused.is_empty(), "{form}");
        }
    }
}

/// A comment that was written back into a workbook of decisions had no mark that it is a text.
#[test]
fn what_was_decided_before_is_text_too() {
    let (pack, texts) = poisoned();
    let reviewer = &pack.reviewers[0];
    let said = Rating {
        row: reviewer.rows[0].key.clone(),
        scores: vec![Some(3), None],
        issue: "-2+3".to_owned(),
        note: "=cmd|' /C calc'!A0".to_owned(),
        done: true,
        ..Rating::default()
    };
    let filled = HashMap::from([(said.row.clone(), said)]);
    let bytes = book(&pack, reviewer, &texts, Some(&filled));
    is_whole(&bytes);
    let parts = parts(&bytes);
    let forms: Vec<&str> = parts["xl/styles.xml"]
        .split_once("<cellXfs")
        .unwrap()
        .1
        .split("<xf ")
        .skip(1)
        .collect();
    let rows = &parts["xl/worksheets/sheet2.xml"];
    let at = Column::all(&pack, 0);
    for column in [Column::Issue, Column::Note] {
        let place = u16::try_from(at.iter().position(|known| *known == column).unwrap()).unwrap();
        let cell = format!("<c r=\"{}4\" s=\"", workbook::letters(place));
        let form = rows.split_once(&cell).unwrap().1.split_once('"').unwrap().0;
        let form = forms[form.parse::<usize>().unwrap()];
        assert!(form.contains("quotePrefix=\"1\""), "{column:?}: {form}");
    }
}

/// The sheet of somebody who got no rows divided by their number: `#DIV/0!` where it tells how far it is.
#[test]
fn a_reviewer_without_rows_gets_no_error_in_the_sheet() {
    let (pack, texts) = poisoned();
    let reviewer = Reviewer {
        rows: Vec::new(),
        ..pack.reviewers[0].clone()
    };
    let bytes = book(&pack, &reviewer, &texts, None);
    is_whole(&bytes);
    let parts = parts(&bytes);
    assert!(parts.values().any(|text| text.contains("/1,0)")));
    assert!(parts.values().all(|text| !text.contains("/0,0)")));
}
