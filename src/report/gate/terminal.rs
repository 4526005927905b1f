//! The verdict for the terminal and the log of a CI service: what is told, in which order.

use crate::config::CheckKind;
use crate::gate::{Check, Overall, State, Undecided, Verdict};
use crate::report::Style;
use crate::report::lines::{advice, hanging, item, paragraph};
use crate::report::words;
use crate::text::sink::{ci_lines, terminal_line};

mod checks;
mod ended;
mod moved;

use checks::checks;
use ended::{also_open, inconclusive, no_baseline, passed};
use moved::{movement, must_pass};

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
