//! The hostile corpus through every output for people: whatever stands in names, questions, answers, reasons and
//! messages, nothing reaches a terminal that moves its cursor, and tables stay in shape.

use std::sync::Arc;

use super::words::Lang;
use super::{Style, case, markdown, runs, side_by_side, terminal};
use crate::compare::View;
use crate::compare::fixture::{Make, say};
use crate::domain::{Outcome, Record, RunInfo};
use crate::text::sink::hostile;
use crate::text::width::display_width;

/// A run in which `text` stands in every place that others write.
fn poisoned(text: &str) -> (RunInfo, Vec<Record>) {
    let make = Make {
        targets: vec!["gpt-main", "claude-main", "gemini-main", "clova-main", "llama-local"],
        prompts: vec!["plain", "polite"],
        cases: 14,
        ..Make::default()
    };
    let (mut info, mut records) = (make.info(), make.records());
    info.suite = text.to_owned();
    info.targets[1].name = format!("{text}1");
    info.targets[2].model = text.to_owned();
    info.prompts[1].name = text.to_owned();
    for record in &mut records {
        let case = Arc::make_mut(&mut record.case);
        case.id = format!("{text}{}", record.case_index);
        case.tags = vec![text.to_owned(), "plain".to_owned()];
        case.expect = vec![text.into()];
        case.file = text.to_owned();
        record.question = text.into();
        for score in &mut record.scores {
            score.why = text.into();
            score.scorer = text.to_owned();
        }
        say(record, text);
        match &mut record.outcome {
            Some(Outcome::Answered { reply, .. }) => {
                reply.model = Some(text.to_owned());
                reply.notes = vec![text.into()];
                reply.tool_calls = vec![crate::domain::ToolCall {
                    name: text.to_owned(),
                    arguments: text.to_owned(),
                }];
            }
            Some(Outcome::Failed { fault, .. }) => fault.message = text.into(),
            _ => {}
        }
    }
    (info, records)
}

fn outputs(text: &str) -> Vec<(&'static str, String)> {
    let (info, records) = poisoned(text);
    let view = View::of(&info, records.clone(), &[]);
    let one: Vec<Record> = records
        .iter()
        .filter(|record| record.case_index == 6)
        .cloned()
        .collect();
    let style = |width, ascii, lang| Style {
        width,
        ascii,
        color: false,
        lang,
    };
    let utc = jiff::tz::TimeZone::UTC;
    let listed = runs::Listed {
        trouble: Some(text.into()),
        ..runs::Listed::damaged(info.id.clone(), String::new().into())
    };
    vec![
        (
            "summary",
            terminal::summary_in(&info, &view, &style(100, false, Lang::En), &utc),
        ),
        (
            "narrow summary",
            terminal::summary_in(&info, &view, &style(48, true, Lang::Ko), &utc),
        ),
        (
            "case",
            case::page(&info, &one, &style(80, false, Lang::En), false, false),
        ),
        (
            "answers",
            side_by_side::row(&info, &one, &style(120, false, Lang::Ko), 12),
        ),
        ("runs", runs::table_in(&[listed], &style(80, false, Lang::En), &utc)),
        ("markdown", markdown::summary(&info, &view, Lang::En)),
    ]
}

#[test]
fn nothing_moves_the_cursor() {
    for (id, text, _) in hostile::corpus() {
        // Very long texts take the same ways; a few hundred letters of them tell as much.
        let text: String = text.chars().take(800).collect();
        for (output, shown) in outputs(&text) {
            let bad = shown.chars().find(|letter| {
                (letter.is_control() && *letter != '\n')
                    || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}'
                        | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
            });
            assert_eq!(bad, None, "{id} in {output}");
        }
    }
}

#[test]
fn tables_stay_in_shape() {
    for id in [
        "emoji-family",
        "emoji-flags",
        "combining-flood",
        "hangul-nfd",
        "hangul-old",
        "arabic-and-hebrew",
        "tabs",
    ] {
        let corpus = hostile::corpus();
        let (_, text, _) = corpus.iter().find(|(name, _, _)| name == id).unwrap();
        for (output, shown) in outputs(text).into_iter().filter(|(output, _)| *output != "markdown") {
            let lines: Vec<&str> = shown.lines().collect();
            for (at, line) in lines.iter().enumerate() {
                let rule = line.trim_start();
                if rule.is_empty() || !rule.chars().all(|letter| letter == '─' || letter == '-') {
                    continue;
                }
                // The rule is as wide as the table: so are the head above it and the first row below it.
                let width = display_width(line);
                assert_eq!(
                    display_width(lines[at - 1]),
                    width,
                    "{id} in {output}: {}",
                    lines[at - 1]
                );
                assert_eq!(
                    display_width(lines[at + 1]),
                    width,
                    "{id} in {output}: {}",
                    lines[at + 1]
                );
            }
        }
    }
}

#[test]
fn lines_fit_the_width() {
    let (info, records) = poisoned("환불·교환 👨‍👩‍👧‍👦 문의입니다");
    let view = View::of(&info, records, &[]);
    for width in 60..150 {
        let style = Style {
            width,
            ascii: false,
            color: false,
            lang: Lang::Ko,
        };
        let shown = terminal::summary_in(&info, &view, &style, &jiff::tz::TimeZone::UTC);
        for line in shown.lines().filter(|line| !line.contains("narani ")) {
            assert!(display_width(line) <= width, "{width}: {line}");
        }
    }
}
