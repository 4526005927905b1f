//! What GitHub's runner reads: outputs of a step, and annotations at lines of the suite.
//!
//! A line of the log that begins with `::` is a command to the runner. The only such lines are those made here, from fixed words
//! and numbers; names are percent-escaped and cut.

use std::collections::HashSet;

use super::cells::{scores, then_and_now, whom};
use crate::config::CheckKind;
use crate::domain::{Problem, Severity};
use crate::gate::{Check, Moved, State, Verdict};
use crate::report::Style;
use crate::report::words::{self, Lang};
use crate::text::sink::{markdown_inline, terminal_line};

/// Annotations of single cases; GitHub shows ten a step.
const ANNOTATIONS: usize = 9;

/// Characters of a message.
const MESSAGE: usize = 120;

/// The annotations, one a line: failing cases at their lines of the suite, then how many more there are. People read them, so
/// they are in their language as the summary is.
#[must_use]
pub fn annotations(verdict: &Verdict, lang: Lang) -> String {
    let style = Style {
        width: 80,
        ascii: false,
        color: false,
        lang,
    };
    let verdict = &verdict.brief(MESSAGE);
    let mut lines: Vec<String> = Vec::new();
    let mut more = 0u64;
    for (check, moved) in in_turn(verdict) {
        if lines.len() == ANNOTATIONS {
            more += 1;
            continue;
        }
        lines.push(if let Some(moved) = moved {
            at_case(moved, check.label.as_deref().unwrap_or(""), lang)
        } else {
            let figures = then_and_now(check, verdict, &style);
            let limit = words::limit(&check.rule, &style);
            let told = lang.pick(format!("{figures}, limit {limit}"), format!("{figures}, 한계 {limit}"));
            at_check(check, "error", &told, &style)
        });
    }
    for check in &verdict.checks {
        let told = match &check.state {
            State::Inconclusive(why) => {
                let why = words::undecided(why, lang);
                let needs = words::needs(check, &style).map_or(String::new(), |needs| format!("; {needs}"));
                lang.pick(
                    format!("not decided: {why}{needs}"),
                    format!("판정 못 함: {why}{needs}"),
                )
            }
            State::NoBaseline(trouble) => {
                words::trouble(trouble, check.label.as_deref().unwrap_or(""), verdict, lang).0
            }
            State::Fail | State::Pass => continue,
        };
        if lines.len() < ANNOTATIONS {
            lines.push(at_check(check, "warning", &told, &style));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        lines.push(rest(more, lang));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// That there are more than GitHub shows.
fn rest(more: u64, lang: Lang) -> String {
    let said = lang.pick(
        format!("and {more} more in the job summary"),
        format!("작업 요약에 {more}개 더 있습니다"),
    );
    format!("::notice title=narani gate::{said}")
}

/// Failing cases of all failed checks, each once, and the checks that have none: one of each check in turn, so that no target
/// leaves the others without a line.
fn in_turn(verdict: &Verdict) -> Vec<(&Check, Option<&Moved>)> {
    let mut checks: Vec<_> = verdict
        .failed()
        .map(|check| (check, moved_of(check).peekable()))
        .collect();
    let mut out: Vec<(&Check, Option<&Moved>)> = Vec::new();
    for (check, cases) in &mut checks {
        if cases.peek().is_none() {
            out.push((check, None));
        }
    }
    let mut seen: HashSet<(Option<&str>, &str)> = HashSet::new();
    loop {
        let before = out.len();
        for (check, cases) in &mut checks {
            let label = check.label.as_deref();
            if let Some(next) = cases.find(|moved| seen.insert((label, moved.case.as_str()))) {
                out.push((check, Some(next)));
            }
        }
        if out.len() == before {
            return out;
        }
    }
}

fn moved_of(check: &Check) -> impl Iterator<Item = &Moved> {
    match check.rule {
        CheckKind::MustPass { .. } => check.failing.iter(),
        _ => check.newly_failing.iter(),
    }
}

fn at_check(check: &Check, level: &str, told: &str, style: &Style) -> String {
    let whom = begin(&whom(check, style));
    let name = words::check_name(&check.rule, style.lang);
    format!(
        "::{level} title={}::{}",
        property(&terminal_line(&format!("narani gate ({whom})"))),
        message(&terminal_line(&format!("{}: {told}", begin(&name))))
    )
}

fn at_case(moved: &Moved, label: &str, lang: Lang) -> String {
    let mut place = String::new();
    if !moved.file.is_empty() {
        place.push_str(&format!("file={},", property(&terminal_line(&begin(&moved.file)))));
        if moved.line > 0 {
            place.push_str(&format!("line={},", moved.line));
        }
    }
    let title = terminal_line(&begin(&format!("{} ({label})", begin(&moved.case))));
    let mut said = format!("{} {}", lang.words().score, scores(moved));
    if !moved.why.is_empty() {
        said.push_str(": ");
        said.push_str(moved.why.in_lang(lang));
    }
    format!(
        "::error {place}title={}::{}",
        property(&title),
        message(&terminal_line(&begin(&said)))
    )
}

/// The beginning of a text, with room for what the sink makes of it: a name may be a megabyte, a line of a log may not.
fn begin(text: &str) -> String {
    text.chars().take(2 * MESSAGE).collect()
}

/// A property: cut, then escaped as the runner unescapes.
fn property(text: &str) -> String {
    let text: String = text.chars().take(MESSAGE).collect();
    message(&text.replace(':', "\u{1}"))
        .replace('\u{1}', "%3A")
        .replace(',', "%2C")
}

/// A message: cut at a word and marked as cut, then escaped as the runner unescapes. No text in it looks like the end of one
/// command and the beginning of another.
fn message(text: &str) -> String {
    cut(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace("::", ": :")
}

/// At most as many characters as a message has, `…` where some are left away: whole words, unless the last one is very long.
fn cut(text: &str) -> String {
    if text.chars().nth(MESSAGE).is_none() {
        return text.to_owned();
    }
    let begin: String = text.chars().take(MESSAGE - 1).collect();
    let goes_on = text.chars().nth(MESSAGE - 1).is_some_and(char::is_whitespace);
    let whole = if goes_on {
        None
    } else {
        begin.rfind(char::is_whitespace)
    };
    let end = whole.filter(|end| begin[*end..].chars().count() <= MESSAGE / 3);
    format!("{}…", begin[..end.unwrap_or(begin.len())].trim_end())
}

/// Lines for the file of outputs: `verdict`, `failed_checks`, `report`.
#[must_use]
pub fn outputs(verdict: &Verdict, report: &str) -> String {
    // A value of several lines would let its text name outputs of its own.
    let line = |text: &str| text.replace(['\r', '\n'], " ");
    format!(
        "verdict={}\nfailed_checks={}\nreport={}\n",
        verdict.overall().word(),
        verdict.failed().count(),
        line(report)
    )
}

/// The same where nothing could be judged: what is wrong, for the summary, the outputs and the log.
#[must_use]
pub fn mistakes(problems: &[Problem], lang: Lang) -> (String, String, String) {
    let mut summary = format!(
        "> [!CAUTION]\n> **narani gate: {}**\n\n",
        lang.pick("nothing was judged", "판정하지 못했습니다")
    );
    let mut lines = Vec::new();
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        let said = problem.message.in_lang(lang);
        let help = problem.help.as_ref().map(|help| help.in_lang(lang).replace('\n', " "));
        let place = problem.place.as_ref().map(|place| (begin(&place.file), place.line));
        let mut line = format!("- {}", markdown_inline(&begin(said)));
        if let Some((file, at)) = &place {
            line.push_str(&format!(" ({}:{at})", markdown_inline(file)));
        }
        if let Some(help) = &help {
            line.push_str(&format!(" — {}", markdown_inline(&begin(help))));
        }
        summary.push_str(&line);
        summary.push('\n');
        let mut at = String::new();
        if let Some((file, line)) = &place {
            at = format!("file={},line={},", property(&terminal_line(file)), (*line).max(1));
        }
        lines.push(format!(
            "::error {at}title=narani gate::{}",
            message(&terminal_line(&begin(said)))
        ));
    }
    let more = lines.len().saturating_sub(ANNOTATIONS);
    lines.truncate(ANNOTATIONS);
    if more > 0 {
        lines.push(rest(more as u64, lang));
    }
    let commands = lines.iter().map(|line| format!("{line}\n")).collect();
    (
        summary,
        "verdict=error\nfailed_checks=0\nreport=\n".to_owned(),
        commands,
    )
}
