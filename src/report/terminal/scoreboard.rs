//! One line a column: rate, interval, score, times, cost. Narrow terminals lose the bar, then the median, the score and the
//! count; below 60 columns each column of the run becomes a block of lines.

use super::paragraph;
use crate::compare::{Column, Rate, View};
use crate::domain::RunInfo;
use crate::report::Style;
use crate::report::number::{Clock, Purse, grouped, interval, money, paid, percent, rate_digits, score, short_count};
use crate::report::signs::{dots, plain_signs};
use crate::report::table::{Cell, Paint, Table};
use crate::report::words;
use crate::text::sink::terminal_line;
use crate::text::width::cut_with;

/// Cells of a bar.
const BAR: usize = 25;

/// Below this width there are blocks instead of a table.
const BLOCKS: usize = 60;

/// What a narrow terminal loses, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Kept {
    All,
    NoBar,
    NoMedian,
    NoScore,
    NoCount,
}

/// The section.
pub(super) fn draw(info: &RunInfo, view: &View, style: &Style) -> String {
    let words = style.lang.words();
    let mut out = String::new();
    let mut bars = false;
    if style.width < BLOCKS {
        out.push_str(&blocks(view, style));
    } else {
        let orders = [Kept::All, Kept::NoBar, Kept::NoMedian, Kept::NoScore, Kept::NoCount];
        let room = style.width.saturating_sub(2);
        let table = |kept: Kept| {
            if view.judged() {
                judged(view, style, kept)
            } else {
                unjudged(view, style, kept)
            }
        };
        let fits = orders.into_iter().find(|kept| table(*kept).natural_width() <= room);
        let kept = fits.unwrap_or(Kept::NoCount);
        bars = kept == Kept::All;
        out.push_str(&table(kept).draw(style, 2));
    }
    out.push('\n');
    if view.judged() {
        out.push_str(&paragraph(
            if bars { words.rates_and_bars } else { words.rates_only },
            2,
            style,
        ));
        if info.trials > 1 {
            out.push_str(&paragraph(&words::over_trials(info.trials, style.lang), 2, style));
        }
    }
    out.push_str(&total(view, style));
    // Where the run stopped because all was settled, its own section says so.
    let settled = view.early.as_ref().is_some_and(|early| early.settled);
    if view.counts.missing > 0 && !settled {
        let (missing, planned) = (view.counts.missing, view.counts.planned);
        let text = if view.running {
            words::still_running(missing, planned, style.lang)
        } else {
            words::not_reached(missing, planned, info.id.as_str(), style.lang)
        };
        out.push_str(&paragraph(&text, 2, style));
    }
    if out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// The sum over the columns, where there is more than one to sum up.
fn total(view: &View, style: &Style) -> String {
    if view.columns.len() < 2 || view.paid.sums.is_empty() {
        return String::new();
    }
    let sums: Vec<String> = view.paid.money().map(|sum| money(&sum, style)).collect();
    paragraph(&format!("{} {}", style.lang.words().total, sums.join(" + ")), 2, style)
}

fn judged(view: &View, style: &Style, kept: Kept) -> Table {
    let words = style.lang.words();
    let digits = rate_digits(view.columns.iter().filter_map(|column| column.pass.as_ref()));
    let from_half = view
        .columns
        .iter()
        .filter_map(|column| column.pass)
        .all(|rate| rate.value >= 0.5);
    let mut table = Table::new().text(words.target).number(words.pass);
    if kept == Kept::All {
        let low = if from_half { "50%" } else { "0%" };
        table = table.whole(format!("{low}{}100%", " ".repeat(BAR - low.len() - 4)));
    }
    table = table.whole(words.interval);
    if kept < Kept::NoCount {
        table = table.number(words.passed);
    }
    table = table.number(words.errors);
    if kept < Kept::NoScore {
        table = table.number(words.score);
    }
    table = times(table, kept).number(words.cost);
    let looks = Looks::of(view);
    for column in asked(view) {
        let mut cells: Vec<Cell> = vec![Cell::new(terminal_line(&column.label))];
        cells.push(Cell::new(
            column
                .pass
                .as_ref()
                .map_or_else(|| absent(style), |rate| percent(rate, digits)),
        ));
        if kept == Kept::All {
            cells.push(Cell::new(
                column.pass.map(|rate| bar(&rate, from_half, style)).unwrap_or_default(),
            ));
        }
        cells.push(Cell::new(
            column
                .pass
                .as_ref()
                .map(|rate| interval(rate, style))
                .unwrap_or_default(),
        ));
        if kept < Kept::NoCount {
            cells.push(Cell::new(format!(
                "{}/{}",
                grouped(column.counts.passed),
                grouped(column.counts.judged)
            )));
        }
        cells.push(errors(column));
        if kept < Kept::NoScore {
            cells.push(Cell::new(column.score.map_or_else(|| absent(style), score)));
        }
        cells.extend(time_cells(column, kept, &looks, style));
        cells.push(Cell::new(paid(&column.paid, &looks.purse, style)));
        table.row(cells);
    }
    table
}

/// Without verdicts: who answered how much, how fast, for how much.
fn unjudged(view: &View, style: &Style, kept: Kept) -> Table {
    let words = style.lang.words();
    let mut table = Table::new()
        .text(words.target)
        .number(words.answered)
        .number(words.errors);
    if kept < Kept::NoCount {
        table = table.number(words.tokens_out);
    }
    table = times(table, kept).number(words.cost);
    let looks = Looks::of(view);
    for column in asked(view) {
        let counts = column.counts;
        let mut cells = vec![
            Cell::new(terminal_line(&column.label)),
            Cell::new(format!("{}/{}", grouped(counts.measured), grouped(counts.planned))),
            errors(column),
        ];
        if kept < Kept::NoCount {
            let told = column.output.told > 0;
            cells.push(Cell::new(if told {
                short_count(column.output.sum)
            } else {
                "?".to_owned()
            }));
        }
        cells.extend(time_cells(column, kept, &looks, style));
        cells.push(Cell::new(paid(&column.paid, &looks.purse, style)));
        table.row(cells);
    }
    table
}

/// How times and amounts are written, each column of the table in one way.
struct Looks {
    median: Clock,
    high: Clock,
    purse: Purse,
}

impl Looks {
    fn of(view: &View) -> Self {
        Self {
            median: Clock::of(view.columns.iter().filter_map(|column| column.latency.p50)),
            high: Clock::of(view.columns.iter().filter_map(|column| column.latency.p95)),
            purse: Purse::of(view.columns.iter().flat_map(|column| column.paid.money())),
        }
    }
}

/// The columns that were to be asked at all: of suites that ran together, not every target has every prompt.
fn asked(view: &View) -> impl Iterator<Item = &Column> {
    let any = view.counts.planned > 0;
    view.columns
        .iter()
        .filter(move |column| column.counts.planned > 0 || !any)
}

fn times(table: Table, kept: Kept) -> Table {
    if kept < Kept::NoMedian {
        table.number("p50").number("p95")
    } else {
        table.number("p95")
    }
}

fn time_cells(column: &Column, kept: Kept, looks: &Looks, style: &Style) -> Vec<Cell> {
    let shown =
        |time: Option<f64>, clock: Clock| Cell::new(time.map_or_else(|| absent(style), |time| clock.show(time)));
    let mut cells = Vec::new();
    if kept < Kept::NoMedian {
        cells.push(shown(column.latency.p50, looks.median));
    }
    cells.push(shown(column.latency.p95, looks.high));
    cells
}

fn errors(column: &Column) -> Cell {
    let failed = column.counts.failed();
    let cell = Cell::new(grouped(failed));
    if failed > 0 { cell.painted(Paint::Warn) } else { cell }
}

fn absent(style: &Style) -> String {
    plain_signs("–", style)
}

/// An interval on an axis from 50 % or 0 % to 100 %: `├──●─┤`.
fn bar(rate: &Rate, from_half: bool, style: &Style) -> String {
    let from = if from_half { 0.5 } else { 0.0 };
    let last = BAR - 1;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place between 0 and 24"
    )]
    let place = |share: f64| ((share - from).max(0.0) / (1.0 - from) * last as f64).round() as usize;
    let (low, middle, high) = (
        place(rate.low).min(last),
        place(rate.value).min(last),
        place(rate.high).min(last),
    );
    let [left, line, dot, right] = if style.ascii {
        ["|", "-", "o", "|"]
    } else {
        ["├", "─", "●", "┤"]
    };
    let mut out = " ".repeat(low);
    for at in low..=high {
        out.push_str(match at {
            _ if at == middle => dot,
            _ if at == low => left,
            _ if at == high => right,
            _ => line,
        });
    }
    out
}

/// One block a column, for very narrow terminals.
fn blocks(view: &View, style: &Style) -> String {
    let words = style.lang.words();
    let separator = plain_signs(" · ", style);
    let digits = rate_digits(view.columns.iter().filter_map(|column| column.pass.as_ref()));
    let mut out = String::new();
    let looks = Looks::of(view);
    for column in asked(view) {
        let name = terminal_line(&column.label);
        out.push_str(&format!(
            "  {}\n",
            cut_with(&name, style.width.saturating_sub(2), dots(style))
        ));
        let counts = column.counts;
        let mut facts: Vec<String> = Vec::new();
        match &column.pass {
            Some(rate) => {
                facts.push(format!("{} {}", words.pass, percent(rate, digits)));
                facts.push(format!("{} {}", words.interval, interval(rate, style)));
                facts.push(format!(
                    "{} {}/{}",
                    words.passed,
                    grouped(counts.passed),
                    grouped(counts.judged)
                ));
            }
            None => facts.push(format!(
                "{} {}/{}",
                words.answered,
                grouped(counts.measured),
                grouped(counts.planned)
            )),
        }
        facts.push(format!("{} {}", words.errors, grouped(counts.failed())));
        facts.extend(column.score.map(|value| format!("{} {}", words.score, score(value))));
        facts.extend(
            column
                .latency
                .p50
                .map(|time| format!("p50 {}", looks.median.show(time))),
        );
        facts.extend(column.latency.p95.map(|time| format!("p95 {}", looks.high.show(time))));
        facts.push(format!("{} {}", words.cost, paid(&column.paid, &looks.purse, style)));
        let mut line = String::new();
        for fact in facts {
            let joined = if line.is_empty() {
                fact.clone()
            } else {
                format!("{line}{separator}{fact}")
            };
            if crate::text::width::display_width(&joined) + 4 <= style.width {
                line = joined;
            } else {
                out.push_str(&format!("    {line}\n"));
                line = fact;
            }
        }
        out.push_str(&format!("    {line}\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Method;
    use crate::report::words::Lang;

    const STYLE: Style = Style {
        width: 100,
        ascii: false,
        color: false,
        lang: Lang::En,
    };

    fn rate(passed: u64, n: u64) -> Rate {
        let interval = crate::stats::proportion::wilson(passed, n, 0.95).unwrap();
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let value = passed as f64 / n as f64;
        Rate {
            value,
            low: interval.low,
            high: interval.high,
            method: Method::Wilson,
            error: 0.02,
            answers: n,
            cases: n,
        }
    }

    #[test]
    fn bars_stand_where_the_design_has_them() {
        for (passed, n, drawn) in [
            (211, 240, "                ├─●─┤"),
            (201, 240, "              ├─●─┤"),
            (193, 239, "            ├──●─┤"),
            (156, 237, "     ├──●─┤"),
        ] {
            assert_eq!(bar(&rate(passed, n), true, &STYLE), drawn, "{passed} of {n}");
        }
    }

    #[test]
    fn bars_stay_on_the_axis() {
        assert_eq!(bar(&rate(240, 240), true, &STYLE).chars().count(), BAR);
        assert_eq!(bar(&rate(0, 240), false, &STYLE).chars().next(), Some('●'));
        let ascii = Style { ascii: true, ..STYLE };
        assert!(bar(&rate(3, 10), false, &ascii).is_ascii());
        assert_eq!(bar(&rate(240, 240), true, &STYLE).chars().last(), Some('●'));
    }
}
