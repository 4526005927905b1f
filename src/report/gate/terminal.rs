//! The verdict for the terminal and the log of a CI service.

use super::cells::{change, digits, scores, then_and_now, whom};
use crate::config::CheckKind;
use crate::gate::{Check, Moved, Overall, State, Undecided, Verdict};
use crate::report::Style;
use crate::report::lines::{hanging, item, paragraph};
use crate::report::number::{Purse, paid, points};
use crate::report::signs::plain_signs;
use crate::report::table::{Cell, Paint, Table};
use crate::report::words::{self, Lang};
use crate::text::sink::{ci_lines, terminal_line};
use crate::text::width::display_width;

/// Characters of a name or reason: what is longer is in the JSON.
const NAME: usize = 400;

/// Moved cases in a table, where not all are asked for.
const MOVED: usize = 10;

/// The verdict as text. `all` lists every moved case and every check whatever the verdict.
#[must_use]
pub fn terminal(verdict: &Verdict, all: bool, style: &Style) -> String {
    let verdict = &verdict.brief(NAME);
    let mut out = String::new();
    let overall = verdict.overall();
    let open = overall == Overall::Inconclusive && verdict.checks.iter().any(undecided_by_itself);
    if overall == Overall::Fail || open || all {
        out.push_str(&head(verdict, style));
        out.push('\n');
        out.push_str(&checks(verdict, style));
        out.push('\n');
    }
    let simulated = if verdict.simulated { "SIMULATED  " } else { "" };
    let word = words::verdict_word(overall);
    let first = format!("{simulated}{word}  ");
    match overall {
        Overall::Pass => out.push_str(&hanging(&passed(verdict, style), &first, "      ", style)),
        Overall::Fail => {
            out.push_str(&hanging(&words::tally(verdict, style.lang), &first, "      ", style));
            // What failed is told; what else could not be decided must not be lost behind it.
            out.push_str(&also_open(verdict, style));
        }
        Overall::Inconclusive => out.push_str(&inconclusive(verdict, &first, style)),
        Overall::NoBaseline => out.push_str(&no_baseline(verdict, &first, style)),
    }
    for check in &verdict.checks {
        let open = check.state == State::Inconclusive(Undecided::Either);
        let tells = matches!(check.rule, CheckKind::Regression { .. }) && (check.state == State::Fail || open || all);
        let moved = check.newly_failing.len() + check.newly_passing.len() + check.quarantined.len();
        if tells && check.paired.is_some() && (moved > 0 || check.state == State::Fail || all) {
            out.push('\n');
            out.push_str(&movement(verdict, check, all, style));
        }
    }
    out.push_str(&must_pass(verdict, style));
    out.push_str(&repeats(verdict, style));
    out.push_str(&notes(verdict, style));
    if overall == Overall::Fail
        && verdict
            .failed()
            .any(|check| matches!(check.rule, CheckKind::Regression { .. }))
    {
        out.push('\n');
        let (run, options) = (&verdict.run, &verdict.options);
        let against = terminal_line(verdict.against.as_deref().unwrap_or(""));
        let text = if verdict.against_run {
            let command = format!("narani compare {against} {run}{}", options.global);
            style.lang.pick(
                format!("To see all that moved:  {command}"),
                format!("달라진 것 모두 보기:  {command}"),
            )
        } else {
            let command = format!("narani baseline review {run}{}{}", options.baseline, options.global);
            style.lang.pick(
                format!("If this change is intended:  {command}   then commit {against}"),
                format!("의도한 변화라면:  {command}   그런 다음 {against} 커밋"),
            )
        };
        out.push_str(&advice(&text, 0, style));
    }
    let exit = verdict.exit();
    if exit != 0 {
        out.push_str(&format!("exit {exit}\n"));
    }
    ci_lines(&out).into_owned()
}

/// Whether a check is open for a reason of its own: then its figures are of use.
fn undecided_by_itself(check: &Check) -> bool {
    matches!(&check.state, State::Inconclusive(why) if *why != Undecided::Coverage)
}

/// `Text:  command   more text`: on one line where it fits, else the command on a line of its own, whole, to be copied.
fn advice(text: &str, indent: usize, style: &Style) -> String {
    let text = plain_signs(&terminal_line(text), style);
    let Some((lead, rest)) = text.split_once("  ") else {
        return paragraph(&text, indent, style);
    };
    if display_width(&text) + indent <= style.width {
        return format!("{}{text}\n", " ".repeat(indent));
    }
    let (command, more) = rest.split_once("   ").unwrap_or((rest, ""));
    let mut out = paragraph(lead, indent, style);
    out.push_str(&format!("{}{command}\n", " ".repeat(indent + 4)));
    if !more.is_empty() {
        out.push_str(&paragraph(more, indent, style));
    }
    out
}

/// Cases that were asked again, and what that cost.
fn repeats(verdict: &Verdict, style: &Style) -> String {
    let Some(cost) = words::repeats_cost(verdict, style) else {
        return String::new();
    };
    let mut out = "\n".to_owned();
    let again = verdict
        .checks
        .iter()
        .flat_map(|check| check.confirmed.iter().map(move |again| (check, again)));
    let mut left = 0;
    for (at, (check, again)) in again.enumerate() {
        if at < MOVED {
            out.push_str(&item(&terminal_line(&words::repeated(check, again, style.lang)), style));
        } else {
            left += 1;
        }
    }
    if left > 0 {
        out.push_str(&item(&format!("… {}", words::and_more(left, style.lang)), style));
    }
    out.push_str(&paragraph(&cost, 2, style));
    out
}

fn head(verdict: &Verdict, style: &Style) -> String {
    let (suite, run) = (terminal_line(&verdict.suite), &verdict.run);
    let simulated = if verdict.simulated {
        format!("{} · ", style.lang.words().simulated)
    } else {
        String::new()
    };
    let text = match &verdict.against {
        Some(against) => {
            let against = terminal_line(against);
            style.lang.pick(
                format!("narani gate · {simulated}{suite} · {run} against {against}"),
                format!("narani gate · {simulated}{suite} · {run}, 기준 {against}"),
            )
        }
        None => format!("narani gate · {simulated}{suite} · {run}"),
    };
    paragraph(&text, 0, style)
}

/// The sign of a state.
fn mark(state: &State, style: &Style) -> (&'static str, Paint) {
    match state {
        State::Pass => (if style.ascii { "+" } else { "✓" }, Paint::Good),
        State::Fail => (if style.ascii { "x" } else { "✗" }, Paint::Bad),
        State::Inconclusive(_) | State::NoBaseline(_) => (if style.ascii { "-" } else { "–" }, Paint::Warn),
    }
}

fn checks(verdict: &Verdict, style: &Style) -> String {
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

fn passed(verdict: &Verdict, style: &Style) -> String {
    let (lang, digits) = (style.lang, digits(verdict));
    let mut parts = vec![words::tally(verdict, lang), words::cases(verdict.cases, lang)];
    // The column that moved down most is the one to know of.
    let worst = verdict
        .checks
        .iter()
        .filter_map(|check| Some((check, check.paired.as_ref()?)))
        .min_by(|a, b| a.1.difference.total_cmp(&b.1.difference));
    if let Some((check, paired)) = worst {
        let label = terminal_line(check.label.as_deref().unwrap_or(""));
        let difference = words::difference(paired, digits, lang);
        parts.push(match paired.interval {
            Some(_) => format!("{label} {difference} ({})", words::span(paired, digits)),
            None => format!("{label} {difference}"),
        });
    }
    if verdict.paid.known + verdict.paid.local + verdict.paid.unknown > 0 {
        parts.push(paid(&verdict.paid, &Purse::of(verdict.paid.money()), style));
    }
    let half = verdict
        .checks
        .iter()
        .filter_map(Check::detectable)
        .max_by(f64::total_cmp);
    if let Some(half) = half {
        let half = points(half, digits).replace('+', "");
        parts.push(lang.pick(
            format!("drops under about {half} pp would not show"),
            format!("약 {half}%p보다 작은 하락은 드러나지 않음"),
        ));
    }
    parts.join(" · ")
}

fn inconclusive(verdict: &Verdict, first: &str, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    let mut sentences: Vec<String> = verdict
        .coverage
        .iter()
        .filter(|coverage| coverage.low)
        .map(|coverage| words::low_coverage(coverage, verdict.coverage_min, lang))
        .collect();
    // Figures stand in the table above them.
    sentences.extend(words::open_checks(verdict, style));
    if sentences.is_empty() {
        sentences.push(
            lang.pick("there is nothing to check", "검사할 것이 없습니다")
                .to_owned(),
        );
    }
    if let [sentence] = &sentences[..] {
        out.push_str(&hanging(&terminal_line(sentence), first, "    ", style));
    } else {
        out.push_str(&hanging(&words::tally(verdict, lang), first, "    ", style));
        for sentence in &sentences {
            out.push_str(&item(&terminal_line(sentence), style));
        }
    }
    for text in words::open_advice(verdict, lang) {
        out.push_str(&advice(&text, 2, style));
    }
    out
}

/// After a failure: what else is open.
fn also_open(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    let low = verdict.coverage.iter().filter(|coverage| coverage.low);
    for coverage in low {
        out.push_str(&item(
            &terminal_line(&words::low_coverage(coverage, verdict.coverage_min, lang)),
            style,
        ));
    }
    for (sentence, _) in troubles(verdict, lang) {
        out.push_str(&item(&terminal_line(&sentence), style));
    }
    for sentence in words::open_checks(verdict, style) {
        out.push_str(&item(&terminal_line(&sentence), style));
    }
    out
}

fn troubles(verdict: &Verdict, lang: Lang) -> Vec<(String, String)> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for check in &verdict.checks {
        if let State::NoBaseline(trouble) = &check.state {
            let told = words::trouble(trouble, check.label.as_deref().unwrap_or(""), verdict, lang);
            if !seen.contains(&told) {
                seen.push(told);
            }
        }
    }
    seen
}

fn no_baseline(verdict: &Verdict, first: &str, style: &Style) -> String {
    let mut out = String::new();
    let troubles = troubles(verdict, style.lang);
    if let [(sentence, _)] = &troubles[..] {
        out.push_str(&hanging(&terminal_line(sentence), first, "    ", style));
    } else {
        out.push_str(&hanging(&words::tally(verdict, style.lang), first, "    ", style));
        for (sentence, _) in &troubles {
            out.push_str(&item(&terminal_line(sentence), style));
        }
    }
    // What was written first, then what to do; what holds for all is said once.
    let mut lines: Vec<&str> = Vec::new();
    for line in troubles.iter().flat_map(|(_, remedy)| remedy.lines()) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let (commands, mut written): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(|line| line.contains("  "));
    if written.len() > 1 {
        written = vec![style.lang.pick(
            "Proposals were written beside them, each with .pending after its name.",
            "각 파일 옆에 이름 뒤에 .pending을 붙인 제안을 썼습니다.",
        )];
    }
    for line in written.into_iter().chain(commands) {
        out.push_str(&advice(line, 2, style));
    }
    out
}

fn movement(verdict: &Verdict, check: &Check, all: bool, style: &Style) -> String {
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
            let line = plain_signs(&format!("  … {more}: {command}"), style);
            out.push_str(&if display_width(&line) <= style.width {
                format!("{line}\n")
            } else {
                advice(&format!("… {more}:  {command}"), 2, style)
            });
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
                None => each.why.clone(),
            };
            cells.push(Cell::new(terminal_line(&text)));
        }
        table.row(cells);
    }
    table.draw(style, 2)
}

/// Failing must-pass cases that no regression check has listed already.
fn must_pass(verdict: &Verdict, style: &Style) -> String {
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

fn notes(verdict: &Verdict, style: &Style) -> String {
    if verdict.notes.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", style.lang.words().notes);
    for note in &verdict.notes {
        out.push_str(&hanging(
            &terminal_line(&words::remark(note, style.lang)),
            "  ",
            "    ",
            style,
        ));
    }
    out
}
