//! Comparisons as people see them: whole outputs in both languages and at several widths, and the hostile corpus through all.

use std::sync::Arc;

use super::{csv, json, jsonl, markdown, terminal_in};
use crate::compare::across::{Move, together};
use crate::compare::fixture::Make;
use crate::compare::grid::Spot;
use crate::compare::{Across, Grid, across};
use crate::domain::{RunId, RunInfo};
use crate::report::Style;
use crate::report::words::Lang;
use crate::text::sink::hostile;
use crate::text::width::display_width;

/// A run of 40 cases with two tags, in which `fails` says who fails where.
fn grid(id: &str, targets: &[&'static str], fails: impl Fn(usize, usize) -> bool) -> Grid {
    let make = Make {
        targets: targets.to_vec(),
        trouble: false,
        ..Make::default()
    };
    let info = Arc::new(RunInfo {
        id: RunId::parse(id).unwrap(),
        ..make.info()
    });
    let columns: Vec<Vec<Spot>> = (0..targets.len())
        .map(|target| {
            (0..40)
                .map(|case| {
                    let passed = u16::from(!fails(target, case));
                    let score = f64::from(passed) * 0.8 + 0.1 + f64::from(u8::try_from(case % 5).unwrap()) / 50.0;
                    Spot::told(1, passed, Some(score))
                })
                .collect()
        })
        .collect();
    let mut grid = Grid::made(&info, &columns, None);
    for case in 0..40 {
        grid.give_tag(
            case,
            if case < 20 {
                "환불·교환"
            } else {
                "요금제 안내"
            },
        );
    }
    grid
}

const FIRST: &str = "r-20260313-184002-m2xa";
const SECOND: &str = "r-20260314-091207-k7qd";
const THIRD: &str = "r-20260315-100000-c9rt";

/// One column that fell, one that stayed, one of another name.
fn two() -> Vec<Across> {
    let then = grid(FIRST, &["claude-main", "gpt-main", "old-llama"], |target, case| {
        (case + target) % 10 == 0
    });
    let now = grid(SECOND, &["claude-main", "gpt-main", "new-llama"], |target, case| {
        (case + target) % 10 == 0 || (target == 0 && case % 3 == 0) || (target == 1 && case == 5)
    });
    let map = [("old-llama".to_owned(), "new-llama".to_owned())];
    let mut found = across(&then, &now, &map);
    why(&mut found);
    vec![found]
}

/// Reasons as they are looked up by the command.
fn why(found: &mut Across) {
    let told = |moved: &mut Move| moved.why = "no `14일` in the answer".into();
    for row in &mut found.rows {
        row.newly_failing.iter_mut().for_each(told);
        row.newly_passing.iter_mut().for_each(told);
    }
}

fn style(width: usize, lang: Lang) -> Style {
    Style {
        width,
        ascii: false,
        color: false,
        lang,
    }
}

fn shown(all: &[Across], width: usize, lang: Lang) -> String {
    terminal_in(all, false, &style(width, lang), &jiff::tz::TimeZone::UTC)
}

#[test]
fn two_runs_in_the_terminal() {
    let all = two();
    insta::assert_snapshot!("two_runs_at_80_columns", shown(&all, 80, Lang::En));
    insta::assert_snapshot!("two_runs_at_80_columns_in_korean", shown(&all, 80, Lang::Ko));
    insta::assert_snapshot!("two_runs_at_140_columns", shown(&all, 140, Lang::En));
    let ascii = Style {
        ascii: true,
        ..style(60, Lang::En)
    };
    insta::assert_snapshot!(
        "two_runs_at_60_columns_in_ascii",
        terminal_in(&all, false, &ascii, &jiff::tz::TimeZone::UTC)
    );
}

#[test]
fn two_runs_in_files() {
    let all = two();
    insta::assert_snapshot!("two_runs_in_markdown", markdown(&all, Lang::En));
    insta::assert_snapshot!("two_runs_in_markdown_in_korean", markdown(&all, Lang::Ko));
    insta::assert_snapshot!("two_runs_in_csv", csv(&all).unwrap());
    insta::assert_snapshot!("two_runs_in_json", json(&all));
    let lines = jsonl(&all);
    assert_eq!(lines.lines().count(), 1);
    let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(line["columns"].as_array().unwrap().len(), 3);
}

/// With three runs, an overview of all changes comes first, and p-values count all of it.
#[test]
fn three_runs_begin_with_an_overview() {
    let targets = ["claude-main", "gpt-main"];
    let first = grid(FIRST, &targets, |target, case| (case + target) % 10 == 0);
    let second = grid(SECOND, &targets, |target, case| {
        (case + target) % 10 == 0 || (target == 0 && case % 3 == 0)
    });
    let third = grid(THIRD, &targets, |_, case| case % 10 == 0);
    let mut all = vec![across(&first, &second, &[]), across(&first, &third, &[])];
    let alone = all[0].rows[0].pass.as_ref().unwrap().adjusted.unwrap();
    together(&mut all);
    let counted = all[0].rows[0].pass.as_ref().unwrap().adjusted.unwrap();
    assert!(counted > alone, "{counted} {alone}");
    insta::assert_snapshot!("three_runs", shown(&all, 80, Lang::En));
}

/// What the runs share decides what may be said: nothing, one case, all alike, all right.
#[test]
fn little_to_compare_is_said_so() {
    let targets = ["claude-main"];
    let all_right = || grid(FIRST, &targets, |_, _| false);
    let ties = vec![across(&all_right(), &grid(SECOND, &targets, |_, _| false), &[])];
    let text = shown(&ties, 80, Lang::En);
    assert!(
        text.contains("no change shown, at most ±") && text.contains("0 of 40 cases differ"),
        "{text}"
    );
    // One shared case; the others have other ids.
    let mut one = grid(SECOND, &targets, |_, _| true);
    for (at, case) in one.cases.iter_mut().enumerate().skip(1) {
        case.id = format!("other-{at}");
    }
    let found = vec![across(&all_right(), &one, &[])];
    let text = shown(&found, 80, Lang::En);
    assert!(text.contains("1 case that did not change"), "{text}");
    assert!(text.contains("too little to say anything"), "{text}");
    for (output, text) in everything(&ties).into_iter().chain(everything(&found)) {
        assert!(!text.contains("NaN") && !text.contains("inf"), "{output}: {text}");
    }
}

/// The mapped partner was taken away by a column of the old name that the second run had as well.
#[test]
fn a_mapped_column_wins_over_one_of_the_same_name() {
    let base = grid(FIRST, &["llama"], |_, _| false);
    let other = grid(SECOND, &["llama", "tuned"], |target, case| target == 1 && case % 4 == 0);
    let found = across(&base, &other, &[("llama".to_owned(), "tuned".to_owned())]);
    assert_eq!(found.rows.len(), 1);
    assert_eq!((found.rows[0].base_lane, found.rows[0].lane), (0, 1));
    assert_eq!(found.only_other, ["llama"]);
}

/// `adjusted p = <1e-12` was no sentence.
#[test]
fn a_tiny_p_is_below_not_equal() {
    let targets = ["claude-main"];
    let then = grid(FIRST, &targets, |_, _| false);
    let found = across(&then, &grid(SECOND, &targets, |_, _| true), &[]);
    for lang in [Lang::En, Lang::Ko] {
        let text = shown(std::slice::from_ref(&found), 120, lang);
        assert!(text.contains("p < 1e-12") || text.contains("p = "), "{text}");
        assert!(!text.contains("= <"), "{text}");
    }
}

fn everything(all: &[Across]) -> Vec<(&'static str, String)> {
    vec![
        ("terminal", shown(all, 100, Lang::En)),
        ("narrow", shown(all, 48, Lang::Ko)),
        ("markdown", markdown(all, Lang::En)),
        ("csv", csv(all).unwrap()),
        ("json", json(all)),
        ("jsonl", jsonl(all)),
    ]
}

#[test]
fn hostile_names_and_reasons_stay_text() {
    for (id, text, _) in hostile::corpus() {
        let text: String = text.chars().take(300).collect();
        let mut all = two();
        let found = &mut all[0];
        let named = |info: &Arc<RunInfo>| {
            Arc::new(RunInfo {
                suite: text.clone(),
                ..(**info).clone()
            })
        };
        (found.base, found.other) = (named(&found.base), named(&found.other));
        found.only_base = vec![text.clone()];
        found.joined.changed = vec![text.clone()];
        found.joined.changed_count = 1;
        for row in &mut found.rows {
            row.label = text.clone();
            row.base_label = Some(text.clone());
            for moved in row.newly_failing.iter_mut().chain(&mut row.newly_passing) {
                moved.id = text.clone();
                moved.why = text.as_str().into();
                moved.tags = vec![text.clone()];
            }
        }
        for tagged in &mut found.by_tag {
            tagged.tag = text.clone();
            tagged.label = text.clone();
        }
        for (output, shown) in everything(&all) {
            if output == "csv" {
                let mut read = ::csv::Reader::from_reader(shown.as_bytes());
                for record in read.records() {
                    for field in &record.unwrap() {
                        let number = field.parse::<f64>().is_ok();
                        assert!(number || !field.starts_with(['=', '+', '-', '@']), "{id}: {field}");
                    }
                }
                continue;
            }
            if output.starts_with("json") {
                for line in if output == "json" {
                    vec![shown.as_str()]
                } else {
                    shown.lines().collect()
                } {
                    serde_json::from_str::<serde_json::Value>(line).unwrap();
                }
                continue;
            }
            let bad = shown.chars().find(|letter| {
                (letter.is_control() && *letter != '\n')
                    || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}'
                        | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
            });
            assert_eq!(bad, None, "{id} in {output}");
            if output == "markdown" {
                assert!(
                    !shown.contains("\n<script") && !shown.contains("](http"),
                    "{id}: {shown}"
                );
            }
        }
    }
}

#[test]
fn lines_fit_the_width() {
    let all = two();
    for width in 60..150 {
        for lang in [Lang::En, Lang::Ko] {
            for line in shown(&all, width, lang)
                .lines()
                .filter(|line| !line.contains("narani "))
            {
                assert!(display_width(line) <= width, "{width}: {line}");
            }
        }
    }
}
