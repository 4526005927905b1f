//! Cases worth reading first, and why.

use super::{heading, paragraph};
use crate::compare::disagreement::WIDE;
use crate::compare::{Reading, Reason, Sign, View};
use crate::domain::RunInfo;
use crate::report::Style;
use crate::report::signs::{column_heads, plain_signs, sign, square};
use crate::report::table::{Cell, Table};
use crate::report::words;
use crate::text::sink::terminal_line;

/// Lines at most.
const LINES: usize = 8;

/// Widest head of a column.
const HEAD: usize = 14;

/// The section; empty when there is nothing to read.
pub(super) fn draw(info: &RunInfo, view: &View, style: &Style) -> String {
    let readings: Vec<&Reading> = worth(view).take(LINES).collect();
    if readings.is_empty() {
        return String::new();
    }
    let words = style.lang.words();
    let heads = column_heads(info, HEAD);
    let mut out = heading(&format!("{} (narani show {} --case ID)", words.reading, info.id), style);
    let room = style.width.saturating_sub(2);
    let draft = |brief: bool, signs: Signs| table(&readings, view, &heads, (brief, signs), style);
    let signs = if view.judged() { Signs::Columns } else { Signs::None };
    let ways = [
        (false, signs),
        (true, signs),
        (false, Signs::Together),
        (true, Signs::Together),
    ];
    let (brief, signs) = ways
        .into_iter()
        .find(|(brief, signs)| draft(*brief, *signs).natural_width() <= room)
        .unwrap_or((true, if signs == Signs::None { signs } else { Signs::Together }));
    out.push_str(&draft(brief, signs).draw(style, 2));
    if signs == Signs::Together {
        out.push_str(&paragraph(
            &words::signs_in_order(&heads.join(", "), style.lang),
            2,
            style,
        ));
    }
    if signs != Signs::None {
        out.push_str(&legend(&readings, style));
    }
    out
}

/// Where the signs stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signs {
    /// In a column for each column of the run, with the scores.
    Columns,
    /// All in one column, without the scores.
    Together,
    /// Nowhere: there are no verdicts.
    None,
}

/// The signs that do not speak for themselves, if there are any.
fn legend(readings: &[&Reading], style: &Style) -> String {
    let used = |wanted: &Sign| {
        readings
            .iter()
            .flat_map(|reading| &reading.squares)
            .any(|square| square.sign() == *wanted)
    };
    let told: Vec<String> = [Sign::Unstable, Sign::Error, Sign::NotMeasured, Sign::Answered]
        .into_iter()
        .filter(used)
        .filter_map(|each| Some(format!("{} {}", sign(each, style), words::meaning(each, style.lang)?)))
        .collect();
    if told.is_empty() {
        String::new()
    } else {
        paragraph(&told.join("  "), 2, style)
    }
}

/// Readings that tell more than other words, unless there is nothing but words.
pub(in crate::report) fn worth(view: &View) -> impl Iterator<Item = &Reading> {
    let judged = view.judged();
    view.readings
        .iter()
        .filter(move |reading| match reading.disagreement.reason {
            Reason::Alike => false,
            Reason::Words => !judged,
            Reason::Scores => reading.disagreement.spread.is_some_and(|spread| spread >= WIDE),
            Reason::NotMeasured { split, .. } => split || reading.disagreement.score >= 0.2,
            _ => true,
        })
}

fn table(readings: &[&Reading], view: &View, heads: &[String], (brief, signs): (bool, Signs), style: &Style) -> Table {
    let words = style.lang.words();
    let label = |column: usize| {
        view.columns
            .get(column)
            .map(|column| terminal_line(&column.label))
            .unwrap_or_default()
    };
    let mut table = Table::new().text(words.case).text(words.why);
    match signs {
        Signs::Columns => table = heads.iter().fold(table, Table::whole),
        Signs::Together => table = table.whole(words.signs),
        Signs::None => {}
    }
    for reading in readings {
        let why = words::reason(&reading.disagreement, &label, brief, style.lang);
        let mut cells = vec![
            Cell::new(terminal_line(&reading.case)),
            Cell::new(plain_signs(&why, style)),
        ];
        match signs {
            Signs::Columns => cells.extend(reading.squares.iter().map(|each| square(each, style))),
            Signs::Together => {
                let all: String = reading
                    .squares
                    .iter()
                    .map(|square| sign(square.sign(), style))
                    .collect();
                cells.push(Cell::new(all));
            }
            Signs::None => {}
        }
        table.row(cells);
    }
    table
}
