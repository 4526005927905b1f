//! The comparison for the terminal.

use jiff::tz::TimeZone;

use super::sentences;
use crate::compare::across::{Move, Pairwise};
use crate::compare::{Across, Paired};
use crate::report::Style;
use crate::report::lines::{item, paragraph, shown_by};
use crate::report::number::{Purse, grouped, list_digits, p_value, paid, points, score, seconds};
use crate::report::signs::plain_signs;
use crate::report::table::{Cell, Paint, Table};
use crate::report::words;
use crate::text::sink::terminal_line;
use crate::text::width::display_width;

/// Moved cases named in all, where not all are asked for, and how many a column and direction at least and at most.
const MOVED: (usize, usize, usize) = (24, 3, 8);

/// Columns whose moved cases are named whether they moved beyond chance or not, where not all are asked for.
const LISTED: usize = 3;

/// Rows of the table by tag, where not all are asked for.
const TAGS: usize = 6;

/// The comparison, with times in the zone of this computer.
#[must_use]
pub fn terminal(all: &[Across], list: bool, style: &Style) -> String {
    terminal_in(all, list, style, &TimeZone::system())
}

/// The comparison, with times in a zone.
#[must_use]
pub fn terminal_in(all: &[Across], list: bool, style: &Style, zone: &TimeZone) -> String {
    let mut pages: Vec<String> = Vec::new();
    if all.len() > 1 {
        pages.push(overview(all, style));
    }
    pages.extend(all.iter().map(|across| page(across, list, style, zone)));
    pages.join("\n")
}

/// Several runs: every change against the first, a row each, before the pages.
fn overview(all: &[Across], style: &Style) -> String {
    let lang = style.lang;
    let mut table = Table::new()
        .text(lang.words().run)
        .text(lang.words().target)
        .whole(lang.pick("passed", "통과율"))
        .whole(change_head(style))
        .number(p_head(all[0].family, style));
    let rows = all.iter().flat_map(|across| &across.rows);
    let digits = list_digits(rows.filter_map(|row| Some(row.pass.as_ref()?.error)));
    for across in all {
        for row in &across.rows {
            let Some(paired) = &row.pass else { continue };
            table.row([
                Cell::new(across.other.id.to_string()),
                Cell::new(label(row, style)),
                Cell::new(plain_signs(&then_now(paired), style)),
                change(paired, digits, style),
                p_of(paired, style),
            ]);
        }
    }
    if table.is_empty() {
        return String::new();
    }
    let (runs, first) = (all.len(), &all[0].base.id);
    let title = lang.pick(
        format!("{runs} runs against {first}"),
        format!("{first} 실행과 비교한 {runs}개 실행"),
    );
    paragraph(&title, 0, style) + &table.draw_without(&[2], style, 2)
}

fn page(across: &Across, list: bool, style: &Style, zone: &TimeZone) -> String {
    let mut out = title(across, style, zone);
    for sentence in sentences::joined(across, style.lang) {
        out.push_str(&paragraph(&terminal_line(&sentence), 0, style));
    }
    let lang = style.lang;
    let mut sections = vec![rates(across, style)];
    // What moved beyond chance is read first; of many columns it is all that is, unless all is asked for.
    let beyond = |row: &Pairwise| row.pass.as_ref().is_some_and(Paired::shown);
    let mut rows: Vec<&Pairwise> = across.rows.iter().collect();
    rows.sort_by_key(|row| !beyond(row));
    if !list && rows.len() > LISTED {
        let shown = rows.iter().filter(|row| beyond(row)).count();
        rows.truncate(if shown == 0 { LISTED } else { shown });
    }
    let left_out = across.rows.iter().any(|row| {
        let moved = row.newly_failing.len() + row.newly_passing.len() > 0;
        moved && !rows.iter().any(|kept| kept.lane == row.lane)
    });
    let lists: usize = rows
        .iter()
        .map(|row| usize::from(!row.newly_failing.is_empty()) + usize::from(!row.newly_passing.is_empty()))
        .sum();
    let (all, least, most) = MOVED;
    let each = if list {
        usize::MAX
    } else {
        (all / lists.max(1)).clamp(least, most)
    };
    sections.extend(rows.iter().map(|row| moved(across, row, each, style)));
    if left_out {
        let command = format!("narani compare {} {} --list", across.base.id, across.other.id);
        let more = lang.pick("Moved cases of the other columns", "다른 열의 바뀐 문항");
        sections.push(shown_by(more, &command, 0, style));
    }
    sections.extend([
        grouped_rates(across, style),
        tags(across, list, style),
        scores(across, style),
        times(across, style),
    ]);
    for section in sections.into_iter().filter(|section| !section.is_empty()) {
        out.push('\n');
        out.push_str(&section);
    }
    out
}

fn title(across: &Across, style: &Style, zone: &TimeZone) -> String {
    let lang = style.lang;
    let mut parts = Vec::new();
    if across.base.simulated || across.other.simulated {
        parts.push(lang.words().simulated.to_owned());
    }
    parts.push(terminal_line(&across.other.suite));
    parts.push(words::cases(across.joined.same, lang));
    let told = |dated: bool| {
        let run = |info: &crate::domain::RunInfo| {
            let moment = words::moment(info.started_us, zone, false, lang);
            if dated {
                format!("{} ({moment})", info.id)
            } else {
                info.id.to_string()
            }
        };
        plain_signs(&format!("{} → {}", run(&across.base), run(&across.other)), style)
    };
    // An id tells day and time, too: no line is broken for the sake of telling them twice.
    let dated = told(true);
    parts.push(if display_width(&dated) <= style.width {
        dated
    } else {
        told(false)
    });
    crate::report::lines::parts(&parts, style)
}

/// `85.4% → 80.8%`.
fn then_now(paired: &Paired) -> String {
    format!(
        "{} → {}",
        words::percent_of(paired.before),
        words::percent_of(paired.after)
    )
}

fn change_head(style: &Style) -> &'static str {
    style.lang.pick("change, pp (95 % CI)", "변화 %p (95% 구간)")
}

fn change(paired: &Paired, digits: usize, style: &Style) -> Cell {
    let difference = points(paired.difference, digits);
    changed(difference, &words::span(paired, digits), paired, style)
}

fn score_change(paired: &Paired, digits: usize, style: &Style) -> Cell {
    changed(
        words::score_difference(paired, digits),
        &words::score_span(paired, digits),
        paired,
        style,
    )
}

fn changed(difference: String, span: &str, paired: &Paired, style: &Style) -> Cell {
    let text = match paired.interval {
        Some(_) => format!("{difference} ({span})"),
        None => difference,
    };
    let paint = match (paired.shown(), paired.difference < 0.0) {
        (false, _) => Paint::Plain,
        (true, true) => Paint::Bad,
        (true, false) => Paint::Good,
    };
    Cell::new(plain_signs(&text, style)).painted(paint)
}

fn p_of(paired: &Paired, style: &Style) -> Cell {
    Cell::new(
        paired
            .adjusted
            .or(paired.p)
            .map_or_else(|| plain_signs("–", style), p_value),
    )
}

fn p_head(rows: usize, style: &Style) -> &'static str {
    if rows > 1 {
        style.lang.pick("adjusted p", "보정한 p")
    } else {
        "p"
    }
}

fn label(row: &Pairwise, style: &Style) -> String {
    match &row.base_label {
        Some(base) => plain_signs(
            &format!("{} → {}", terminal_line(base), terminal_line(&row.label)),
            style,
        ),
        None => terminal_line(&row.label),
    }
}

fn rates(across: &Across, style: &Style) -> String {
    let lang = style.lang;
    let signs = if style.ascii { ("x", "+") } else { ("✗", "✓") };
    let mut table = Table::new()
        .text(lang.words().target)
        .whole(lang.pick("passed", "통과율"))
        .whole(change_head(style))
        .number(p_head(across.family, style))
        .number(lang.pick(
            format!("new {}/{}", signs.0, signs.1),
            format!("새 {}/{}", signs.0, signs.1),
        ));
    let (digits, score_digits) = sentences::digits(across);
    for row in &across.rows {
        let Some(paired) = &row.pass else { continue };
        table.row([
            Cell::new(label(row, style)),
            Cell::new(plain_signs(&then_now(paired), style)),
            change(paired, digits, style),
            p_of(paired, style),
            Cell::new(format!(
                "{}/{}",
                grouped(row.newly_failing.len() as u64),
                grouped(row.newly_passing.len() as u64)
            )),
        ]);
    }
    let mut out = if table.is_empty() {
        String::new()
    } else {
        table.draw_without(&[4, 1], style, 2) + "\n"
    };
    for sentence in sentences::rows(across, lang) {
        out.push_str(&item(&terminal_line(&sentence), style));
    }
    for row in &across.rows {
        if let Some(sentence) = sentences::score_moved(row, score_digits, lang) {
            out.push_str(&item(&terminal_line(&sentence), style));
        }
    }
    for row in &across.rows {
        if let Some(sentence) = sentences::slower(row, lang) {
            out.push_str(&item(&terminal_line(&sentence), style));
        }
    }
    out
}

/// The scores, where they say more than the verdicts.
fn scores(across: &Across, style: &Style) -> String {
    let lang = style.lang;
    // Where a score is the verdict as a number, a second table would say the same again.
    if !across.rows.iter().any(sentences::graded) {
        return String::new();
    }
    let mut table = Table::new()
        .text(lang.words().target)
        .whole(lang.words().score)
        .whole(lang.pick("change (95 % CI)", "변화 (95% 구간)"))
        .number(p_head(across.family, style));
    let (_, digits) = sentences::digits(across);
    for row in &across.rows {
        let Some(paired) = &row.score else { continue };
        let figures = format!("{} → {}", score(paired.before), score(paired.after));
        table.row([
            Cell::new(label(row, style)),
            Cell::new(plain_signs(&figures, style)),
            score_change(paired, digits, style),
            p_of(paired, style),
        ]);
    }
    let title = lang.pick("Scores between 0 and 1", "점수 (0–1)");
    paragraph(title, 0, style) + &table.draw_without(&[1], style, 2)
}

/// By target over prompts and by prompt over targets, where there are several prompts.
fn grouped_rates(across: &Across, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    for (rows, title, head) in sentences::groups(across, lang) {
        let mut table = Table::new()
            .text(head)
            .whole(lang.pick("passed", "통과율"))
            .whole(change_head(style))
            .number(p_head(rows.len(), style));
        let digits = list_digits(rows.iter().map(|(_, paired)| paired.error));
        for (name, paired) in rows {
            table.row([
                Cell::new(terminal_line(name)),
                Cell::new(plain_signs(&then_now(paired), style)),
                change(paired, digits, style),
                p_of(paired, style),
            ]);
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{title}\n{}", table.draw_without(&[1], style, 2)));
    }
    out
}

/// The tags that moved most; p-values are adjusted for every tag and column.
fn tags(across: &Across, list: bool, style: &Style) -> String {
    if across.by_tag.is_empty() {
        return String::new();
    }
    let lang = style.lang;
    let mut rows: Vec<_> = across.by_tag.iter().collect();
    rows.sort_by(|a, b| b.pass.difference.abs().total_cmp(&a.pass.difference.abs()));
    let all = rows.len();
    if !list {
        rows.truncate(TAGS);
    }
    rows.retain(|row| row.pass.better + row.pass.worse > 0);
    if rows.is_empty() {
        return paragraph(
            lang.pick(
                "No case changed within any tag.",
                "어느 분류에서도 바뀐 문항이 없습니다.",
            ),
            0,
            style,
        );
    }
    let mut table = Table::new()
        .text(lang.words().tag)
        .text(lang.words().target)
        .number("n")
        .whole(lang.pick("passed", "통과율"))
        .whole(change_head(style))
        .number(lang.pick("adjusted p", "보정한 p"));
    let digits = list_digits(rows.iter().map(|row| row.pass.error));
    for row in &rows {
        table.row([
            Cell::new(terminal_line(&row.tag)),
            Cell::new(terminal_line(&row.label)),
            Cell::new(grouped(row.pass.cases)),
            Cell::new(plain_signs(&then_now(&row.pass), style)),
            change(&row.pass, digits, style),
            p_of(&row.pass, style),
        ]);
    }
    let title = lang.pick(
        format!("By tag, most moved first (p adjusted for all {all} tag × target)"),
        format!("분류별, 많이 움직인 것부터 (p는 분류 × 대상 {all}개에 대해 보정)"),
    );
    paragraph(&title, 0, style) + &table.draw_without(&[3, 2], style, 2)
}

fn times(across: &Across, style: &Style) -> String {
    let lang = style.lang;
    let told = |row: &Pairwise| row.latency.0.p50.is_some() || row.latency.1.p50.is_some();
    let paid_any = |row: &Pairwise| {
        [&row.paid.0, &row.paid.1]
            .iter()
            .any(|paid| paid.known + paid.local > 0)
    };
    if !across.rows.iter().any(|row| told(row) || paid_any(row)) {
        return String::new();
    }
    let mut table = Table::new()
        .text(lang.words().target)
        .whole("p50")
        .whole("p95")
        .whole(lang.words().cost);
    let dash = || "–".to_owned();
    let sums = across
        .rows
        .iter()
        .flat_map(|row| row.paid.0.money().chain(row.paid.1.money()));
    let purse = Purse::of(sums);
    for row in &across.rows {
        let both = |of: fn(&crate::compare::Latency) -> Option<f64>| {
            let text = |value: Option<f64>| value.map_or_else(dash, seconds);
            format!("{} → {}", text(of(&row.latency.0)), text(of(&row.latency.1)))
        };
        table.row([
            Cell::new(terminal_line(&row.label)),
            Cell::new(plain_signs(&both(|latency| latency.p50), style)),
            Cell::new(plain_signs(&both(|latency| latency.p95), style)),
            Cell::new(plain_signs(
                &format!(
                    "{} → {}",
                    paid(&row.paid.0, &purse, style),
                    paid(&row.paid.1, &purse, style)
                ),
                style,
            )),
        ]);
    }
    let title = lang.pick(
        "Time and cost, then → now (fresh answers only)",
        "시간과 비용, 전 → 후 (새 답변만)",
    );
    paragraph(&plain_signs(title, style), 0, style) + &table.draw_without(&[2], style, 2)
}

fn moved(across: &Across, row: &Pairwise, most: usize, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    let lists = [
        (
            &row.newly_failing,
            lang.pick("newly failing", "새로 실패"),
            lang.pick("why it fails now", "지금 실패한 이유"),
        ),
        (
            &row.newly_passing,
            lang.pick("newly passing", "새로 통과"),
            lang.pick("why it failed then", "그때 실패한 이유"),
        ),
    ];
    for (moves, title, why) in lists {
        if moves.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        let n = grouped(moves.len() as u64);
        let head = lang.pick(
            format!("{}: {n} {title}", row.label),
            format!("{}: {title} {n}문항", row.label),
        );
        out.push_str(&paragraph(&terminal_line(&head), 0, style));
        out.push_str(&table_of(moves, most, why, style));
        let rest = moves.len().saturating_sub(most);
        if rest > 0 {
            let more = words::and_more(rest as u64, lang);
            let command = format!("narani compare {} {} --list", across.base.id, across.other.id);
            out.push_str(&shown_by(&format!("… {more}"), &command, 2, style));
        }
    }
    out
}

fn table_of(moves: &[Move], most: usize, why: &str, style: &Style) -> String {
    let words = style.lang.words();
    let shown = &moves[..moves.len().min(most)];
    let tagged = shown.iter().any(|moved| !moved.tags.is_empty());
    let trials = shown.iter().any(|moved| moved.trials.0.1 > 1 || moved.trials.1.1 > 1);
    let mut table = Table::new().text(words.case);
    if tagged {
        table = table.text(words.tags);
    }
    if trials {
        table = table.whole(words.passed);
    }
    table = table.whole(words.score).text(why);
    for moved in shown {
        let mut cells = vec![Cell::new(terminal_line(&moved.id))];
        if tagged {
            cells.push(Cell::new(terminal_line(&moved.tags.join(" "))));
        }
        if trials {
            let ((a, b), (c, d)) = moved.trials;
            cells.push(Cell::new(plain_signs(&format!("{a}/{b} → {c}/{d}"), style)));
        }
        let told = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), score);
        let scores = format!("{} → {}", told(moved.before), told(moved.after));
        cells.push(Cell::new(plain_signs(&scores, style)));
        cells.push(Cell::new(terminal_line(moved.why.in_lang(style.lang))));
        table.row(cells);
    }
    table.draw(style, 2)
}
