//! The verdict as JSON, for programs: one object on one line, keys English and stable, absent numbers null.

use serde_json::{Map, Value, json as object};

use crate::compare::Paid;
use crate::config::{Bound, CheckKind};
use crate::gate::{Check, Moved, State, Verdict};
use crate::report::words::{self, Lang};

/// The verdict, ending with a line break.
#[must_use]
pub fn json(verdict: &Verdict) -> String {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("narani", "gate/1".into());
    if verdict.simulated {
        put("notice", crate::report::json::SIMULATED.into());
    }
    put("verdict", verdict.overall().word().into());
    put("exit", verdict.exit().into());
    put("run", verdict.run.as_str().into());
    put("suite", verdict.suite.as_str().into());
    put("suite_fp", verdict.suite_fp.as_str().into());
    put("against", object!(verdict.against));
    put("cases", verdict.cases.into());
    put("trials", verdict.trials.into());
    put(
        "checks",
        verdict.checks.iter().map(|each| check(each, verdict)).collect(),
    );
    put(
        "coverage",
        verdict
            .coverage
            .iter()
            .map(|coverage| {
                let kinds: Map<String, Value> = coverage
                    .kinds
                    .iter()
                    .map(|(kind, n)| (kind.clone(), object!(n)))
                    .collect();
                object!({
                    "column": coverage.label, "planned": coverage.planned, "measured": coverage.measured,
                    "floor": verdict.coverage_min, "below": coverage.low, "not_measured": kinds,
                })
            })
            .collect(),
    );
    put(
        "not_measured",
        verdict
            .misses
            .iter()
            .map(|(column, case, trial, kind)| object!({"target": column, "case": case, "trial": trial, "kind": kind}))
            .collect(),
    );
    put("not_measured_count", verdict.missed.into());
    put("cost", sums(&verdict.paid));
    if let Some(repeats) = &verdict.repeats {
        put("repeats_cost", sums(&repeats.paid));
    }
    put("unpriced_answers", verdict.paid.unknown.into());
    put("cached", verdict.cached.into());
    put(
        "notes",
        verdict
            .notes
            .iter()
            .map(|note| Value::from(words::remark(note, Lang::En)))
            .collect(),
    );
    format!("{}\n", Value::Object(out))
}

fn check(check: &Check, verdict: &Verdict) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("kind", check.kind().into());
    put("target", object!(check.target));
    if check.label != check.target {
        put("column", object!(check.label));
    }
    put("verdict", state(&check.state).into());
    match &check.state {
        State::Inconclusive(why) => put("why", words::undecided(why, Lang::En).into()),
        State::NoBaseline(trouble) => {
            let label = check.label.as_deref().unwrap_or("");
            put("why", words::trouble(trouble, label, verdict, Lang::En).0.into());
        }
        State::Pass | State::Fail => {}
    }
    if let Some(needs) = &check.needs {
        put("cases_needed", needs.cases.into());
    }
    put("n", check.n.into());
    let ids = |moved: &[Moved]| -> Value { moved.iter().map(|moved| Value::from(moved.case.as_str())).collect() };
    match &check.rule {
        CheckKind::Regression {
            metric,
            tag,
            margin,
            rule,
        } => {
            put("metric", metric.word().into());
            put("tag", object!(tag));
            put("rule", rule.word().into());
            put("changed_cases", check.changed.into());
            put("baseline", object!(check.before));
            put("now", object!(check.now));
            let paired = check.paired.as_ref();
            put("diff", object!(paired.map(|paired| paired.difference)));
            put(
                "ci",
                object!(paired.and_then(|paired| paired.interval).map(|(low, high)| [low, high])),
            );
            put("p", object!(paired.and_then(|paired| paired.p)));
            put("method", object!(paired.map(|paired| paired.way.word())));
            put("margin", object!(margin));
            put("detectable", object!(check.detectable()));
            put("newly_failing", ids(&check.newly_failing));
            put("newly_passing", ids(&check.newly_passing));
            put("quarantined", ids(&check.quarantined));
            put(
                "by_tag",
                check
                    .by_tag
                    .iter()
                    .map(|(tag, n, diff, p)| object!({"tag": tag, "n": n, "diff": diff, "p_adjusted": p}))
                    .collect(),
            );
        }
        CheckKind::MustPass { tag } => {
            put("tag", tag.as_str().into());
            put("passing", check.held.1.0.into());
            put("baseline_passing", object!(check.held.0.map(|(passed, _)| passed)));
            put("failing", ids(&check.failing));
            put("quarantined", ids(&check.quarantined));
            put(
                "confirmed",
                check
                    .confirmed
                    .iter()
                    .map(|again| {
                        object!({
                            "case": again.case, "asked": again.asked, "passed": again.passed, "of": again.measured,
                            "earlier": again.earlier,
                        })
                    })
                    .collect(),
            );
        }
        CheckKind::Floor {
            metric,
            tag,
            min,
            bound,
        } => {
            put("metric", metric.word().into());
            put("tag", object!(tag));
            put("now", object!(check.now));
            put("ci", object!(check.interval.map(|(low, high)| [low, high])));
            put("min", object!(min));
            put(
                "bound",
                match bound {
                    Bound::Lower => "lower",
                    Bound::Point => "point",
                }
                .into(),
            );
        }
        CheckKind::LatencyP95 { max_ms } => {
            put("baseline_ms", object!(check.before));
            put("now_ms", object!(check.now));
            put("max_ms", object!(max_ms));
        }
        CheckKind::Cost { max } => {
            let max: Map<String, Value> = max
                .iter()
                .map(|sum| (sum.currency.0.clone(), object!(sum.units())))
                .collect();
            put("max", Value::Object(max));
        }
    }
    Value::Object(out)
}

fn sums(paid: &Paid) -> Value {
    let sums = paid.money();
    Value::Object(sums.map(|sum| (sum.currency.0.clone(), object!(sum.units()))).collect())
}

fn state(state: &State) -> &'static str {
    match state {
        State::Pass => "pass",
        State::Fail => "fail",
        State::Inconclusive(_) => "inconclusive",
        State::NoBaseline(_) => "no_baseline",
    }
}
