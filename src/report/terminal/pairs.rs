//! What may be said of the columns, and the table of all pairs behind it.

use super::heading;
use crate::compare::View;
use crate::report::Style;
use crate::report::lines::item;
use crate::report::number::{grouped, list_digits, p_value, points};
use crate::report::signs::plain_signs;
use crate::report::table::{Cell, Paint, Table};
use crate::report::words;
use crate::text::sink::terminal_line;

/// The sentences; empty with one column or without verdicts.
pub(super) fn sentences(view: &View, style: &Style) -> String {
    let sentences = words::said(view, style.lang);
    sentences.iter().map(|text| item(&terminal_line(text), style)).collect()
}

/// What caused the differences; empty when it cannot be told.
pub(super) fn causes(view: &View, style: &Style) -> String {
    let Some(causes) = &view.causes else {
        return String::new();
    };
    let sentences = words::causes(causes, style.lang);
    sentences.iter().map(|sentence| item(sentence, style)).collect()
}

/// Every pair of columns: difference, interval, p-values, cases on which the one or the other is better.
#[must_use]
pub fn table(view: &View, style: &Style) -> String {
    let words = style.lang.words();
    if view.pairs.is_empty() {
        return String::new();
    }
    let lang = style.lang;
    let mut table = Table::new()
        .text(lang.pick("better rate", "통과율이 높은 쪽"))
        .text(lang.pick("other", "다른 쪽"))
        .number(lang.pick("difference", "차이 %p"))
        .whole(words.interval)
        .number("p")
        .number(lang.pick("adjusted p", "보정한 p"))
        .number(lang.pick("better–same–worse", "이김–비김–짐"));
    let dash = || plain_signs("–", style);
    let digits = list_digits(view.pairs.iter().filter_map(|pair| Some(pair.paired.as_ref()?.error)));
    for pair in &view.pairs {
        let label = |at: usize| terminal_line(&view.columns[at].label);
        let mut cells = vec![Cell::new(label(pair.first)), Cell::new(label(pair.second))];
        match &pair.paired {
            Some(paired) => {
                let paint = if paired.shown() { Paint::Good } else { Paint::Plain };
                cells.push(Cell::new(plain_signs(&points(paired.difference, digits), style)).painted(paint));
                cells.push(Cell::new(plain_signs(&words::span(paired, digits), style)));
                cells.push(Cell::new(paired.p.map_or_else(dash, p_value)));
                cells.push(Cell::new(paired.adjusted.map_or_else(dash, p_value)));
                let counts = [paired.better, paired.same(), paired.worse].map(grouped);
                cells.push(Cell::new(plain_signs(&counts.join("–"), style)));
            }
            None => cells.extend((0..5).map(|_| Cell::new(dash()))),
        }
        table.row(cells);
    }
    let title = lang.pick(
        "Pairs, on the cases measured in both (pp, 95 % CI, p adjusted by Holm for all rows)",
        "둘씩 비교 (둘 다 측정된 문항만, %p, 95% 구간, p는 모든 줄에 대해 Holm 보정)",
    );
    format!("{}{}", heading(title, style), table.draw_without(&[6, 4, 5], style, 2))
}
