//! The cases that moved, or fail where they must not.

use super::MOVED;
use crate::config::CheckKind;
use crate::gate::{Check, Moved, Verdict};
use crate::report::Style;
use crate::report::gate::cells::{digits, scores, whom};
use crate::report::lines::{paragraph, shown_by};
use crate::report::signs::plain_signs;
use crate::report::table::{Cell, Table};
use crate::report::words;
use crate::text::sink::terminal_line;

pub(super) fn movement(verdict: &Verdict, check: &Check, all: bool, style: &Style) -> String {
    let lang = style.lang;
    let unmeasured = verdict
        .coverage
        .iter()
        .find(|coverage| Some(&coverage.label) == check.label.as_ref())
        .map_or(0, |coverage| coverage.planned - coverage.measured);
    let mut out = paragraph(&terminal_line(&words::moved_head(check, unmeasured, lang)), 0, style);
    let most = if all { usize::MAX } else { MOVED };
    if !check.newly_failing.is_empty() {
        let title = lang.pick("what changed", "달라진 점");
        out.push_str(&moved_table(&check.newly_failing, most, title, style));
        let rest = check.newly_failing.len().saturating_sub(most);
        if rest > 0 {
            let more = words::and_more(rest as u64, lang);
            let options = format!("{}{}", verdict.options.gate, verdict.options.global);
            let command = format!("narani gate {}{options} --list", verdict.run);
            out.push_str(&shown_by(&format!("… {more}"), &command, 2, style));
        }
    }
    if all && !check.newly_passing.is_empty() {
        out.push_str(&paragraph(lang.pick("newly passing", "새로 통과"), 2, style));
        out.push_str(&moved_table(&check.newly_passing, most, "", style));
    }
    if !check.quarantined.is_empty() {
        out.push_str(&paragraph(
            lang.pick("in quarantine, not counted", "격리되어 세지 않음"),
            2,
            style,
        ));
        out.push_str(&moved_table(
            &check.quarantined,
            most,
            lang.pick("reason", "이유"),
            style,
        ));
    }
    let sentences = words::drop_sentences(check, digits(verdict), lang).join(" ");
    if !sentences.is_empty() {
        out.push_str(&paragraph(&sentences, 2, style));
    }
    if let Some(tags) = words::by_tag(check, lang) {
        out.push_str(&paragraph(&terminal_line(&tags), 2, style));
    }
    out
}

fn moved_table(moved: &[Moved], most: usize, why: &str, style: &Style) -> String {
    let words = style.lang.words();
    let tagged = moved.iter().take(most).any(|moved| !moved.tags.is_empty());
    let scored = moved
        .iter()
        .take(most)
        .any(|moved| moved.before.is_some() || moved.now.is_some());
    let reasoned = !why.is_empty();
    let mut table = Table::new().text(words.case);
    if tagged {
        table = table.text(words.tags);
    }
    if scored {
        table = table.whole(words.score);
    }
    if reasoned {
        table = table.text(why);
    }
    for each in moved.iter().take(most) {
        let mark = match (each.critical, style.ascii) {
            (true, false) => " ‼",
            (true, true) => " !!",
            (false, _) => "",
        };
        let mut cells = vec![Cell::new(format!("{}{mark}", terminal_line(&each.case)))];
        if tagged {
            cells.push(Cell::new(terminal_line(&each.tags.join(" "))));
        }
        if scored {
            cells.push(Cell::new(plain_signs(&scores(each), style)));
        }
        if reasoned {
            let text = match &each.aside {
                Some((reason, until)) => format!("{reason} ({} {until})", style.lang.pick("until", "기한")),
                None => each.why.in_lang(style.lang).to_owned(),
            };
            cells.push(Cell::new(terminal_line(&text)));
        }
        table.row(cells);
    }
    table.draw(style, 2)
}

/// Failing must-pass cases that no regression check has listed already.
pub(super) fn must_pass(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    for check in verdict
        .failed()
        .filter(|check| matches!(check.rule, CheckKind::MustPass { .. }))
    {
        let listed = |moved: &Moved| {
            verdict.failed().any(|other| {
                other.lane == check.lane
                    && other
                        .newly_failing
                        .iter()
                        .take(MOVED)
                        .any(|known| known.case == moved.case)
            })
        };
        let rest: Vec<Moved> = check.failing.iter().filter(|moved| !listed(moved)).cloned().collect();
        if !rest.is_empty() {
            out.push('\n');
            let (label, name) = (whom(check, style), words::check_name(&check.rule, lang));
            out.push_str(&paragraph(&terminal_line(&format!("{label}: {name}")), 0, style));
            out.push_str(&moved_table(
                &rest,
                MOVED,
                lang.pick("why it fails", "실패한 이유"),
                style,
            ));
        }
    }
    out
}
