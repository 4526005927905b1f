//! What GitHub's runner reads: outputs of a step, and annotations at lines of the suite.
//!
//! A line of the log that begins with `::` is a command to the runner. The only such lines are those made here, from fixed words
//! and numbers; names are percent-escaped and cut.

use super::cells::scores;
use crate::config::CheckKind;
use crate::gate::{Check, Moved, State, Verdict};
use crate::report::words::{self, Lang};
use crate::text::sink::terminal_line;

/// Annotations of single cases; GitHub shows ten a step.
const ANNOTATIONS: usize = 9;

/// Characters of a message.
const MESSAGE: usize = 120;

/// The annotations, one a line: failing cases at their lines of the suite, then how many more there are.
#[must_use]
pub fn annotations(verdict: &Verdict) -> String {
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut more = 0u64;
    for check in verdict.failed() {
        let label = check.label.as_deref().unwrap_or("");
        for moved in moved_of(check) {
            let key = (label.to_owned(), moved.case.clone());
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            if lines.len() < ANNOTATIONS {
                lines.push(at_case(moved, label));
            } else {
                more += 1;
            }
        }
    }
    for check in &verdict.checks {
        let told = match (&check.rule, &check.state) {
            (CheckKind::Regression { .. } | CheckKind::MustPass { .. }, State::Fail)
                if moved_of(check).next().is_some() =>
            {
                None
            }
            (_, State::Fail) => Some("failed".to_owned()),
            (_, State::Inconclusive(why)) => Some(format!("not decided: {}", words::undecided(why, Lang::En))),
            (_, State::NoBaseline(trouble)) => Some(words::trouble_short(trouble, Lang::En).to_owned()),
            (_, State::Pass) => None,
        };
        let Some(told) = told else { continue };
        if lines.len() < ANNOTATIONS {
            let whom = check.label.as_deref().unwrap_or("all");
            let name = words::check_name(&check.rule, Lang::En);
            let level = if check.state == State::Fail { "error" } else { "warning" };
            lines.push(format!(
                "::{level} title={}::{}",
                property(&format!("narani gate ({})", terminal_line(whom))),
                message(&terminal_line(&format!("{name}: {told}")))
            ));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        lines.push(format!(
            "::notice title=narani gate::and {more} more in the job summary"
        ));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn moved_of(check: &Check) -> impl Iterator<Item = &Moved> {
    match check.rule {
        CheckKind::MustPass { .. } => check.failing.iter(),
        _ => check.newly_failing.iter(),
    }
}

fn at_case(moved: &Moved, label: &str) -> String {
    let mut place = String::new();
    if !moved.file.is_empty() {
        place.push_str(&format!("file={},", property(&terminal_line(&moved.file))));
        if moved.line > 0 {
            place.push_str(&format!("line={},", moved.line));
        }
    }
    let title = terminal_line(&format!("{} ({label})", moved.case));
    format!(
        "::error {place}title={}::{}",
        property(&title),
        message(&format!("score {}", scores(moved)))
    )
}

/// A property: cut, then escaped as the runner unescapes.
fn property(text: &str) -> String {
    let text: String = text.chars().take(MESSAGE).collect();
    message(&text).replace(':', "%3A").replace(',', "%2C")
}

fn message(text: &str) -> String {
    let text: String = text.chars().take(MESSAGE).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
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
