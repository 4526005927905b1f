//! What people say of the answers, beside the scores.

use super::heading;
use crate::compare::View;
use crate::report::Style;
use crate::report::number::{grouped, rating, score};
use crate::report::table::{Cell, Table};

/// The section; empty when nobody was asked, or names may not be told yet.
pub(super) fn draw(view: &View, style: &Style) -> String {
    let scales = view.scales();
    scales
        .into_iter()
        .map(|scale| on_scale(view, scale, style))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The ratings of the packs with one scale.
fn on_scale(view: &View, (low, high): (u8, u8), style: &Style) -> String {
    let lang = style.lang;
    let mut out = heading(
        &lang.pick(
            format!("People's ratings ({low}–{high})"),
            format!("사람 심사 ({low}–{high}점)"),
        ),
        style,
    );
    let dash = if style.ascii { "-" } else { "–" };
    let mut table = Table::new()
        .text(lang.words().target)
        .number(lang.pick("answers", "답변"))
        .number(lang.pick("ratings", "심사 수"))
        .number(lang.pick("mean", "평균"))
        .whole(lang.words().interval)
        .number(lang.pick("best in", "가장 나음"))
        .number(lang.pick("their auto score", "그 답변의 자동 점수"));
    for column in &view.columns {
        let people = column.people.iter().find(|people| people.scale == (low, high));
        // Of the same answers: a mean over other cases would say nothing beside it.
        let auto = people
            .and_then(|people| people.auto)
            .map_or_else(|| dash.to_owned(), score);
        match people {
            Some(people) => table.row([
                Cell::new(&column.label),
                Cell::new(grouped(people.answers)),
                Cell::new(grouped(people.ratings)),
                Cell::new(rating(people.mean)),
                Cell::new(people.interval.map_or_else(String::new, |interval| {
                    format!("{}{dash}{}", rating(interval.low), rating(interval.high))
                })),
                Cell::new(format!("{}/{}", people.best, people.choices)),
                Cell::new(auto),
            ]),
            None => table.row([
                Cell::new(&column.label),
                Cell::new("0"),
                Cell::new("0"),
                Cell::new(dash),
                Cell::new(""),
                Cell::new(""),
                Cell::new(auto),
            ]),
        }
    }
    out.push_str(&table.draw(style, 2));
    out
}
