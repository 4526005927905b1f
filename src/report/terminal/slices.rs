//! Rates by tag, and by prompt where several ways of asking are compared.

use super::heading;
use crate::compare::View;
use crate::domain::RunInfo;
use crate::report::Style;
use crate::report::number::{grouped, whole_percent};
use crate::report::signs::{column_heads, plain_signs, short_names};
use crate::report::table::{Cell, Paint, Table};
use crate::text::sink::terminal_line;

/// Widest head of a column of rates.
const HEAD: usize = 14;

/// Cases with a verdict below which a rate stands in brackets.
const FULL_FROM: u64 = 10;

/// The section by tag; empty when there are none.
pub(super) fn draw(info: &RunInfo, view: &View, style: &Style) -> String {
    if view.slices.is_empty() || !view.judged() {
        return String::new();
    }
    let words = style.lang.words();
    let heads = column_heads(info, HEAD);
    let thin = view
        .slices
        .iter()
        .flat_map(|slice| &slice.columns)
        .any(|rate| rate.rate.is_some() && rate.cases < FULL_FROM);
    let mut out = heading(if thin { words.by_tag_thin } else { words.by_tag }, style);
    // Columns that do not fit beside each other go into further tables below.
    let mut from = 0;
    while from < heads.len() {
        let mut to = heads.len();
        let table = loop {
            let table = part(view, &heads, from..to, style);
            if table.least_width() + 2 <= style.width || to == from + 1 {
                break table;
            }
            to -= 1;
        };
        if from > 0 {
            out.push('\n');
        }
        out.push_str(&table.draw(style, 2));
        from = to;
    }
    out
}

fn part(view: &View, heads: &[String], columns: std::ops::Range<usize>, style: &Style) -> Table {
    let words = style.lang.words();
    let mut table = Table::new().text(words.tag).number("n");
    for head in &heads[columns.clone()] {
        table = table.number(head);
    }
    for slice in &view.slices {
        let mut cells = vec![Cell::new(terminal_line(&slice.tag)), Cell::new(grouped(slice.cases))];
        for rate in &slice.columns[columns.clone()] {
            cells.push(match rate.rate {
                Some(share) if rate.cases >= FULL_FROM => Cell::new(whole_percent(share)),
                Some(share) => Cell::new(format!("({})", whole_percent(share))).painted(Paint::Dim),
                None => Cell::new(plain_signs("–", style)).painted(Paint::Dim),
            });
        }
        table.row(cells);
    }
    table
}

/// The sections by prompt: a row a target, a column a prompt, and how far they are apart; empty with one prompt.
///
/// Only prompts that asked the same cases stand beside each other. Suites that ran together with prompts of their own
/// give a table each.
pub(super) fn prompts(info: &RunInfo, view: &View, style: &Style) -> String {
    if info.prompts.len() < 2 || !view.judged() {
        return String::new();
    }
    let words = style.lang.words();
    let groups = alike(info);
    let all = groups.len() == 1 && groups[0].len() == info.prompts.len();
    let mut sections = Vec::new();
    for group in groups {
        let thin = |at: usize| group.iter().any(|prompt| thin(view, at * info.prompts.len() + prompt));
        let title = if (0..info.targets.len()).any(thin) {
            words.by_prompt_thin
        } else {
            words.by_prompt
        };
        let title = if all {
            title.to_owned()
        } else {
            format!("{title} · {}", suites(info, group[0]))
        };
        sections.push(format!(
            "{}{}",
            heading(&title, style),
            side_by_side(info, view, &group, style).draw(style, 2)
        ));
    }
    sections.join("\n")
}

/// Whether a column has a rate of so few cases that it stands in brackets, as by tag.
fn thin(view: &View, column: usize) -> bool {
    view.columns[column].pass.is_some_and(|rate| rate.cases < FULL_FROM)
}

/// Prompts in groups of two and more that were asked of the same suites.
fn alike(info: &RunInfo) -> Vec<Vec<usize>> {
    let asked_by = |prompt: usize| -> Vec<bool> {
        let parts = info.parts.iter();
        parts.map(|part| part.prompts.contains(&prompt)).collect()
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for prompt in 0..info.prompts.len() {
        match groups.iter_mut().find(|group| asked_by(group[0]) == asked_by(prompt)) {
            Some(group) => group.push(prompt),
            None => groups.push(vec![prompt]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// Names of the suites that a prompt asks.
fn suites(info: &RunInfo, prompt: usize) -> String {
    let parts = info.parts.iter().filter(|part| part.prompts.contains(&prompt));
    let names: Vec<String> = parts.map(|part| terminal_line(&part.name)).collect();
    names.join(" + ")
}

fn side_by_side(info: &RunInfo, view: &View, prompts: &[usize], style: &Style) -> Table {
    let words = style.lang.words();
    let names: Vec<String> = prompts.iter().map(|at| info.prompts[*at].name.clone()).collect();
    let mut table = Table::new().text(words.target);
    for head in short_names(&names, HEAD) {
        table = table.number(head);
    }
    table = table.number(words.widest);
    for (at, target) in info.targets.iter().enumerate() {
        let rates: Vec<Option<f64>> = prompts
            .iter()
            .map(|prompt| {
                let column = &view.columns[at * info.prompts.len() + prompt];
                column.pass.map(|rate| rate.value)
            })
            .collect();
        if rates.iter().all(Option::is_none) {
            continue;
        }
        let mut cells = vec![Cell::new(terminal_line(&target.name))];
        let thin: Vec<bool> = prompts
            .iter()
            .map(|prompt| thin(view, at * info.prompts.len() + prompt))
            .collect();
        let bracketed = |text: String, thin: bool| {
            if thin {
                Cell::new(format!("({text})")).painted(Paint::Dim)
            } else {
                Cell::new(text)
            }
        };
        cells.extend(rates.iter().zip(&thin).map(|(rate, thin)| match rate {
            Some(rate) => bracketed(whole_percent(*rate), *thin),
            None => Cell::new(plain_signs("–", style)),
        }));
        let told: Vec<f64> = rates.into_iter().flatten().collect();
        let highest = told.iter().copied().fold(f64::MIN, f64::max);
        let lowest = told.iter().copied().fold(f64::MAX, f64::min);
        cells.push(if told.len() > 1 {
            let unit = style.lang.pick(" pp", "%p");
            let shift = format!("{:.0}{unit}", (highest - lowest) * 100.0);
            bracketed(shift, thin.contains(&true))
        } else {
            Cell::new(plain_signs("–", style))
        });
        table.row(cells);
    }
    table
}
