//! Numbers that were imported beside the answers.

use super::heading;
use crate::compare::View;
use crate::report::Style;
use crate::report::number::{grouped, plain_number};
use crate::report::signs::plain_signs;
use crate::report::table::{Cell, Table};
use crate::text::sink::terminal_line;

/// The section; empty where none was imported.
pub(super) fn draw(view: &View, style: &Style) -> String {
    let lang = style.lang;
    if view.columns.iter().all(|column| column.numbers.is_empty()) {
        return String::new();
    }
    let mut table = Table::new()
        .text(lang.pick("number", "수"))
        .text(lang.words().target)
        .number("n")
        .number(lang.pick("mean", "평균"))
        .number("p50")
        .number("p95")
        .number("p99");
    let told = |value: Option<f64>| value.map_or_else(|| plain_signs("–", style), plain_number);
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in view.columns.iter().flat_map(|column| &column.numbers) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    for name in names {
        for column in &view.columns {
            let Some((_, spread)) = column.numbers.iter().find(|(known, _)| known == name) else {
                continue;
            };
            let [_, p50, _, _, p95, p99] = spread.quantiles;
            table.row([
                Cell::new(terminal_line(name)),
                Cell::new(terminal_line(&column.label)),
                Cell::new(grouped(spread.n)),
                Cell::new(told(spread.mean)),
                Cell::new(told(p50)),
                Cell::new(told(p95)),
                Cell::new(told(p99)),
            ]);
        }
    }
    let title = lang.pick("Numbers as imported", "가져온 수");
    heading(title, style) + &table.draw_without(&[6, 3, 2], style, 2)
}
