//! The cells of the table of checks, the same in the terminal and in Markdown. Signs are not yet made ASCII, names not yet
//! through a sink.

use crate::config::{CheckKind, Metric};
use crate::gate::{Check, State, Verdict};
use crate::report::Style;
use crate::report::number::{Purse, list_digits, paid, score, seconds};
use crate::report::words;

/// `85.4% → 80.8%`, `24/24 → 23/24`, `→ 0.79`.
pub(super) fn then_and_now(check: &Check, verdict: &Verdict, style: &Style) -> String {
    let figure = |value: f64| match &check.rule {
        CheckKind::Regression {
            metric: Metric::Pass, ..
        }
        | CheckKind::Floor {
            metric: Metric::Pass, ..
        } => words::percent_of(value),
        CheckKind::LatencyP95 { .. } => seconds(value * 1e3),
        _ => score(value),
    };
    match &check.rule {
        CheckKind::MustPass { .. } => {
            let now = format!("{}/{}", check.held.1.0, check.held.1.1);
            match check.held.0 {
                Some((passed, of)) => format!("{passed}/{of} → {now}"),
                None => format!("→ {now}"),
            }
        }
        CheckKind::Cost { .. } => format!("→ {}", paid(&verdict.paid, &Purse::of(verdict.paid.money()), style)),
        _ => match (check.before, check.now) {
            (Some(before), Some(now)) => format!("{} → {}", figure(before), figure(now)),
            (None, Some(now)) => format!("→ {}", figure(now)),
            _ => String::new(),
        },
    }
}

/// Digits of the differences of a verdict's checks, which stand in one table.
pub(super) fn digits(verdict: &Verdict) -> usize {
    list_digits(
        verdict
            .checks
            .iter()
            .filter_map(|check| Some(check.paired.as_ref()?.error)),
    )
}

/// `−4.6 pp (−8.3 … −0.9)`, ids that fail, `(0.76 … 0.82)`, `+4%`; or why nothing can be said. `strong` is put round the
/// figure of a failure.
///
/// `digits` are those of the list, see [`digits`].
pub(super) fn change(
    check: &Check,
    name: &dyn Fn(&str) -> String,
    strong: &str,
    digits: usize,
    style: &Style,
) -> String {
    let lang = style.lang;
    let bold = if check.state == State::Fail { strong } else { "" };
    let said = match &check.rule {
        CheckKind::Regression { .. } => check.paired.as_ref().map(|paired| {
            let difference = words::difference(paired, digits, lang);
            match paired.interval {
                Some(_) => format!("{bold}{difference}{bold} ({})", words::span(paired, digits)),
                None => format!("{bold}{difference}{bold}"),
            }
        }),
        CheckKind::MustPass { .. } => {
            const IDS: usize = 2;
            let mut ids: Vec<String> = check.failing.iter().take(IDS).map(|moved| name(&moved.case)).collect();
            if check.failing.len() > IDS {
                ids.push(words::and_more((check.failing.len() - IDS) as u64, lang));
            }
            (!ids.is_empty()).then(|| ids.join(" "))
        }
        CheckKind::Floor { metric, .. } => check.interval.map(|(low, high)| match metric {
            Metric::Pass => format!("({:.0} … {:.0}%)", low * 100.0, high * 100.0),
            _ => format!("({} … {})", score(low), score(high)),
        }),
        CheckKind::LatencyP95 { .. } => {
            check
                .before
                .zip(check.now)
                .filter(|(before, _)| *before > 0.0)
                .map(|(before, now)| {
                    let share = (now / before - 1.0) * 100.0;
                    if share.abs() < 0.5 {
                        "0%".to_owned()
                    } else {
                        format!("{}{:.0}%", if share < 0.0 { "−" } else { "+" }, share.abs())
                    }
                })
        }
        CheckKind::Cost { .. } => None,
    };
    match (&check.state, said) {
        (State::Inconclusive(why), Some(said)) => format!("{said}; {}", words::undecided(why, lang)),
        (State::Inconclusive(why), None) => words::undecided(why, lang),
        (State::NoBaseline(trouble), _) => words::trouble_short(trouble, lang).to_owned(),
        (_, said) => said.unwrap_or_default(),
    }
}

/// The column of a check, or that it is about all.
pub(super) fn whom(check: &Check, style: &Style) -> String {
    check
        .label
        .clone()
        .unwrap_or_else(|| style.lang.pick("all", "전체").to_owned())
}

/// `0.92 → 0.21`, with `?` for what is not known.
pub(super) fn scores(moved: &crate::gate::Moved) -> String {
    let told = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), score);
    format!("{} → {}", told(moved.before), told(moved.now))
}
