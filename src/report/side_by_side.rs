//! The answers to one case laid side by side in the terminal.

use super::Style;
use super::answer::{brief_facts, joined, sign_of, text, trouble};
use super::lines;
use super::signs::{dots, paint, sign};
use super::table::{Cell, Paint, Table};
use super::words;
use crate::domain::{Record, RunInfo};
use crate::text::sink::{Breaks, terminal, terminal_line};
use crate::text::width::{cut_with, wrap};

/// Narrowest column in which an answer can be read.
const NARROWEST: usize = 24;

/// Widest column; longer lines are harder to read.
const WIDEST: usize = 60;

/// The answers of one case and trial: the question, then a column a target, each cut to `lines` lines. Columns that find
/// no room beside each other follow below.
#[must_use]
pub fn row(info: &RunInfo, records: &[Record], style: &Style, lines: usize) -> String {
    let Some(first) = records.first() else {
        return String::new();
    };
    let mut out = head(info, first, style);
    let columns = info.columns();
    let label = |record: &Record| {
        let found = columns
            .iter()
            .find(|(target, prompt, _)| (*target, *prompt) == (record.target, record.prompt));
        found.map(|(_, _, label)| terminal_line(label)).unwrap_or_default()
    };
    let room = style.width.saturating_sub(2);
    let most = ((room + 2) / (NARROWEST + 2)).max(1);
    for asked_alike in records.chunk_by(|one, next| one.prompt == next.prompt) {
        // As many columns in each band as in the others, so that all are equally wide.
        let bands = asked_alike.len().div_ceil(most);
        let each = asked_alike.len().div_ceil(bands);
        let width = ((room + 2) / each).saturating_sub(2).clamp(NARROWEST.min(room), WIDEST);
        for band in asked_alike.chunks(each) {
            out.push('\n');
            out.push_str(&table(band, &label, (width, lines), style));
        }
    }
    out.push('\n');
    out
}

/// Columns beside each other, each `width` wide and cut to `lines` lines.
fn table(band: &[Record], label: &dyn Fn(&Record) -> String, (width, lines): (usize, usize), style: &Style) -> String {
    let mut table = Table::new();
    for record in band {
        let name = cut_with(&label(record), width.saturating_sub(2), dots(style)).into_owned();
        table = table.whole(format!("{} {name}", sign(sign_of(record), style)));
    }
    table.row(band.iter().map(|record| {
        let text = joined(&brief_facts(record, style), style);
        Cell::new(wrap(&text, width).join("\n")).painted(Paint::Dim)
    }));
    table.row(band.iter().map(|record| answer(record, width, lines, style)));
    table.draw(style, 2)
}

fn head(info: &RunInfo, first: &Record, style: &Style) -> String {
    let words = style.lang.words();
    let mut parts = Vec::new();
    if info.simulated {
        parts.push(words.simulated.to_owned());
    }
    parts.push(terminal_line(&first.case.id));
    if info.trials > 1 {
        parts.push(
            style
                .lang
                .pick(format!("trial {}", first.trial), format!("{}회차", first.trial)),
        );
    }
    if !first.case.tags.is_empty() {
        parts.push(terminal_line(&first.case.tags.join(", ")));
    }
    let mut out = lines::parts(&parts, style);
    let expected: Vec<String> = first.case.expected_texts().collect();
    let texts = [
        (words.question, first.question.to_string()),
        (words.reference, expected.join(" | ")),
    ];
    for (name, text) in texts {
        if text.trim().is_empty() {
            continue;
        }
        let text = format!("{name}: {}", terminal(text.trim(), Breaks::Keep));
        for line in wrap(&text, style.width.saturating_sub(2).max(NARROWEST)) {
            out.push_str(&format!("  {line}\n"));
        }
    }
    out
}

fn answer(record: &Record, width: usize, most: usize, style: &Style) -> Cell {
    let mut shown = Vec::new();
    if let Some(trouble) = trouble(record, style) {
        shown.extend(wrap(&trouble, width));
    }
    if let Some(text) = text(record) {
        let lines = wrap(&text, width);
        let kept = if lines.len() <= most.saturating_add(1) {
            lines.len()
        } else {
            most
        };
        shown.extend_from_slice(&lines[..kept]);
        if kept < lines.len() {
            let more = words::more_lines(lines.len() - kept, style.lang);
            shown.extend(wrap(&more, width));
        }
    } else if shown.is_empty() {
        let words = style.lang.words();
        let empty = crate::compare::row::reply_of(record).is_some();
        shown.push(if empty { words.empty_answer } else { words.no_answer }.to_owned());
    }
    let sign = sign_of(record);
    let cell = Cell::new(shown.join("\n"));
    if record.outcome.is_none() {
        cell.painted(paint(sign))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::usual;
    use crate::report::words::Lang;
    use crate::text::width::display_width;

    fn case(index: u64) -> (RunInfo, Vec<Record>) {
        let (info, records) = usual();
        (
            info,
            records
                .into_iter()
                .filter(|record| record.case_index == index)
                .collect(),
        )
    }

    fn style(width: usize, lang: Lang) -> Style {
        Style {
            width,
            ascii: false,
            color: false,
            lang,
        }
    }

    #[test]
    fn at_140_columns_in_korean() {
        let (info, records) = case(12);
        insta::assert_snapshot!(row(&info, &records, &style(140, Lang::Ko), 12));
    }

    #[test]
    fn at_80_columns_in_two_bands() {
        let (info, records) = case(1);
        insta::assert_snapshot!(row(&info, &records, &style(80, Lang::En), 2));
    }

    #[test]
    fn fits_every_width() {
        let (info, records) = case(0);
        for width in 40..160 {
            let drawn = row(&info, &records, &style(width, Lang::Ko), 12);
            for line in drawn.lines() {
                assert!(display_width(line) <= width, "{width}: {line}");
            }
        }
    }
}
