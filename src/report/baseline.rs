//! One changed case, as `narani baseline review` shows it: was, now, why, and the answers.

use super::Style;
use super::lines::{hanging, paragraph};
use super::number::score;
use super::signs::plain_signs;
use crate::compare::row::{reply_of, text_of};
use crate::domain::Record;
use crate::text::sink::{Breaks, terminal, terminal_line};

/// What is shown.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The column. User's text.
    pub label: &'a str,
    /// Which change, from 1.
    pub at: usize,
    /// Of how many.
    pub of: usize,
    /// The case. User's text.
    pub case: &'a str,
    /// Its tags.
    pub tags: &'a [String],
    /// Passed, of, score at the baseline; none for a new case.
    pub was: Option<(u16, u16, Option<f64>)>,
    /// The same now.
    pub now: (u16, u16, Option<f64>),
    /// The records of the column.
    pub records: &'a [Record],
    /// Why it fails, where it does. Outside text.
    pub reason: &'a str,
}

/// Lines of an answer.
const LINES: usize = 12;

/// The page.
#[must_use]
pub fn page(shown: &Shown<'_>, style: &Style) -> String {
    let lang = style.lang;
    let words = lang.words();
    let tags = if shown.tags.is_empty() {
        String::new()
    } else {
        format!(" · {}", shown.tags.join(" "))
    };
    let head = format!("{}/{} · {} · {}{tags}", shown.at, shown.of, shown.label, shown.case);
    let mut out = format!("\n{}", paragraph(&terminal_line(&head), 0, style));
    let state = |(passed, of, points): (u16, u16, Option<f64>)| {
        let verdict = match (passed, of) {
            (passed, of) if passed == of => lang.pick("passes", "통과").to_owned(),
            (0, _) => lang.pick("fails", "실패").to_owned(),
            (passed, of) => super::words::passes(u64::from(passed), u64::from(of), lang),
        };
        points.map_or(verdict.clone(), |points| format!("{verdict} {}", score(points)))
    };
    let was = shown.was.map_or_else(|| lang.pick("new", "새 문항").to_owned(), state);
    out.push_str(&plain_signs(&format!("  {was} → {}\n", state(shown.now)), style));
    if !shown.reason.is_empty() {
        let first = format!("  {}: ", lang.pick("why", "이유"));
        out.push_str(&hanging(&terminal_line(shown.reason), &first, "    ", style));
    }
    if let Some(first) = shown.records.first() {
        out.push_str(&block(words.question, &first.question, style));
        let expected: Vec<String> = first.case.expected_texts().collect();
        if !expected.is_empty() {
            out.push_str(&block(words.reference, &expected.join(" | "), style));
        }
    }
    for record in shown.records {
        let answer = reply_of(record).map_or("", text_of);
        if answer.is_empty() {
            out.push_str(&block(words.answer, words.no_answer, style));
        } else {
            out.push_str(&block(words.answer, answer, style));
        }
    }
    out
}

fn block(head: &str, text: &str, style: &Style) -> String {
    let mut out = format!("  {head}\n");
    let text = terminal(text.trim(), Breaks::Keep);
    let lines: Vec<&str> = text.lines().collect();
    for line in lines.iter().take(LINES) {
        out.push_str(&hanging(line, "    ", "    ", style));
    }
    if lines.len() > LINES {
        out.push_str(&plain_signs("    …\n", style));
    }
    out
}
