//! The table of the checks, or two lines a check where it is too narrow for one.

use crate::gate::{State, Verdict};
use crate::report::Style;
use crate::report::gate::cells::{change, digits, then_and_now, whom};
use crate::report::lines::{hanging, paragraph};
use crate::report::signs::plain_signs;
use crate::report::table::{Cell, Paint, Table};
use crate::report::words;
use crate::text::sink::terminal_line;
use crate::text::width::display_width;

/// The sign of a state.
fn mark(state: &State, style: &Style) -> (&'static str, Paint) {
    match state {
        State::Pass => (if style.ascii { "+" } else { "✓" }, Paint::Good),
        State::Fail => (if style.ascii { "x" } else { "✗" }, Paint::Bad),
        State::Inconclusive(_) | State::NoBaseline(_) => (if style.ascii { "-" } else { "–" }, Paint::Warn),
    }
}

pub(super) fn checks(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let mut table = Table::new()
        .whole("")
        .text(lang.pick("check", "검사"))
        .text(lang.words().target)
        .whole(plain_signs(lang.pick("baseline → now", "기준 → 지금"), style))
        .whole(lang.pick("change (95% CI)", "변화 (95% 구간)"))
        .whole(lang.pick("limit", "한계"));
    let signs = |text: String| plain_signs(&text, style);
    let digits = digits(verdict);
    for check in &verdict.checks {
        let (sign, paint) = mark(&check.state, style);
        table.row([
            Cell::new(sign).painted(paint),
            Cell::new(terminal_line(&words::check_name(&check.rule, lang))),
            Cell::new(terminal_line(&whom(check, style))),
            Cell::new(signs(then_and_now(check, verdict, style))),
            Cell::new(signs(terminal_line(&change(check, &terminal_line, "", digits, style)))).painted(
                match check.state {
                    State::Fail => Paint::Bad,
                    _ => Paint::Plain,
                },
            ),
            Cell::new(signs(words::limit(&check.rule, style))),
        ]);
    }
    if table.natural_width() + 2 <= style.width {
        return table.draw(style, 2);
    }
    // Too narrow for a table whose figures may not be cut: two lines a check.
    let mut out = String::new();
    for check in &verdict.checks {
        let (sign, _) = mark(&check.state, style);
        let name = terminal_line(&words::check_name(&check.rule, lang));
        let whom = terminal_line(&whom(check, style));
        out.push_str(&hanging(
            &format!("{name} · {whom}"),
            &format!("  {sign}  "),
            "     ",
            style,
        ));
        let figures: Vec<String> = [
            then_and_now(check, verdict, style),
            terminal_line(&change(check, &terminal_line, "", digits, style)),
            words::limit(&check.rule, style),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
        out.push_str(&figures_below(&figures, style));
    }
    out
}

/// Figures under the name of their check; a line breaks between them where it can.
fn figures_below(figures: &[String], style: &Style) -> String {
    const INDENT: usize = 5;
    const GAP: &str = "   ";
    let mut lines: Vec<String> = Vec::new();
    for figure in figures {
        match lines.last_mut() {
            Some(line) if INDENT + display_width(line) + GAP.len() + display_width(figure) <= style.width => {
                line.push_str(GAP);
                line.push_str(figure);
            }
            _ => lines.push(figure.clone()),
        }
    }
    lines.iter().map(|line| paragraph(line, INDENT, style)).collect()
}
