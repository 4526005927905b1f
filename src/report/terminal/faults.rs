//! What was not measured, and what to do about each.

use super::{heading, paragraph};
use crate::compare::{FaultGroup, View};
use crate::domain::RunInfo;
use crate::report::Style;
use crate::report::number::grouped;
use crate::report::signs::plain_signs;
use crate::report::table::{Cell, Table};
use crate::report::words;
use crate::text::sink::terminal_line;
use crate::text::width::display_width;

/// The section; empty when all was measured.
pub(super) fn draw(info: &RunInfo, view: &View, style: &Style) -> String {
    if view.faults.is_empty() {
        return String::new();
    }
    let words = style.lang.words();
    let counts = view.counts;
    let cells: u64 = view.faults.iter().map(|group| group.cells).sum();
    let title = words::not_measured(cells, counts.planned, style.lang);
    let mut out = heading(&format!("{}: {title}", words.error_section), style);
    let name = |group: &FaultGroup| {
        info.targets
            .get(group.target)
            .map(|target| terminal_line(&target.name))
            .unwrap_or_default()
    };
    let mut bare = Table::new()
        .text(words.target)
        .whole(words.kind)
        .number("n")
        .text(words.cases);
    for group in &view.faults {
        bare.row([
            name(group),
            words::miss(group.kind.word(), style.lang).to_owned(),
            grouped(group.cells),
            String::new(),
        ]);
    }
    let room = style
        .width
        .saturating_sub(2 + bare.natural_width())
        .max(display_width(words.cases))
        + display_width(words.cases);
    let mut table = Table::new()
        .text(words.target)
        .whole(words.kind)
        .number("n")
        .text(words.cases);
    for group in &view.faults {
        table.row([
            Cell::new(name(group)),
            Cell::new(words::miss(group.kind.word(), style.lang)),
            Cell::new(grouped(group.cells)),
            Cell::new(ids(group, room, style)),
        ]);
    }
    out.push_str(&table.draw(style, 2));
    for group in &view.faults {
        let Some(target) = info.targets.get(group.target) else {
            continue;
        };
        out.push_str(&paragraph(
            &format!("{}: {}", target.name, words::remedy_in(info, group, target, style.lang)),
            2,
            style,
        ));
        if !group.message.trim().is_empty() {
            let said: String = terminal_line(group.message.in_lang(style.lang))
                .chars()
                .take(200)
                .collect();
            out.push_str(&paragraph(
                &format!("“{}”", said.trim()).replace(['“', '”'], "\""),
                4,
                style,
            ));
        }
    }
    out
}

/// As many ids as fit, and how many more there are.
fn ids(group: &FaultGroup, room: usize, style: &Style) -> String {
    let mut shown = String::new();
    for (at, id) in group.cases.iter().enumerate() {
        let id = terminal_line(id);
        let rest = group.case_count - at as u64 - 1;
        let more = if rest == 0 {
            String::new()
        } else {
            format!(" … {}", words::and_more(rest, style.lang))
        };
        let separator = if at == 0 { "" } else { "  " };
        if at > 0 && display_width(&shown) + display_width(separator) + display_width(&id) + display_width(&more) > room
        {
            let rest = group.case_count - at as u64;
            return plain_signs(&format!("{shown} … {}", words::and_more(rest, style.lang)), style);
        }
        shown = format!("{shown}{separator}{id}");
    }
    let rest = group.case_count - group.cases.len() as u64;
    if rest > 0 {
        shown = plain_signs(&format!("{shown} … {}", words::and_more(rest, style.lang)), style);
    }
    shown
}
