//! The summary of a run as JSON, for programs.
//!
//! One object; keys are English and stable, absent numbers are null, money is exact in decimals of its currency. The
//! fields are described in `docs/formats.md`.

use serde_json::{Map, Value, json};

use crate::compare::{Column, Note, Paid, People, Reading, Reason, Sign, View};
use crate::domain::RunInfo;
use crate::report::words::{self, Lang};

/// What every machine form of a simulated run says under `notice`.
pub const SIMULATED: &str = "SIMULATED: the answers come from the simulator, not from any model";

/// The summary, pretty-printed, ending with a line break.
#[must_use]
pub fn summary(info: &RunInfo, view: &View) -> String {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    put("narani", "summary/1".into());
    if info.simulated {
        put("notice", SIMULATED.into());
    }
    put("run_id", info.id.as_str().into());
    put("suite", info.suite.as_str().into());
    put("suite_fp", info.suite_fp.as_str().into());
    put("version", info.version.as_str().into());
    put("started_at", super::csv::instant(info.started_us).into());
    put("simulated", info.simulated.into());
    if let Some(file) = &info.imported {
        put("imported", file.as_str().into());
    }
    put("cases", info.cases.into());
    put("trials", info.trials.into());
    put(
        "prompts",
        json!(info.prompts.iter().map(|prompt| &prompt.name).collect::<Vec<_>>()),
    );
    put("scorers", json!(view.scorers));
    put("counts", counts(&view.counts));
    put("paid", paid(&view.paid));
    put("columns", view.columns.iter().map(|column| one(info, column)).collect());
    put("pairs", pairs(view));
    put("sentences", sentences(view));
    put(
        "variance",
        json!(view.causes.as_ref().map(|causes| json!({
            "split": causes.split,
            "ratio": causes.ratio.map(|(one, other, times)| json!({
                "of": one, "to": other, "times": times,
                "low": causes.interval.map(|(low, _)| low), "high": causes.interval.map(|(_, high)| high),
            })),
        }))),
    );
    if let Some(early) = &view.early {
        put("stop_early", json!(early));
    }
    put("tags", tags(view));
    put(
        "worth_reading",
        view.readings.iter().map(|each| reading(each, view)).collect(),
    );
    put("not_measured", not_measured(info, view));
    put(
        "notes",
        view.notes
            .iter()
            .map(|note| sentence(note, info, &view.columns))
            .collect(),
    );
    format!("{:#}\n", Value::Object(object))
}

fn counts(counts: &crate::compare::Counts) -> Value {
    json!({
        "planned": counts.planned,
        "measured": counts.measured,
        "errors": counts.errors,
        "aborted": counts.aborted,
        "skipped": counts.skipped,
        "missing": counts.missing,
        "cached": counts.cached,
        "judged": counts.judged,
        "passed": counts.passed,
        "calls": counts.attempts,
    })
}

fn paid(paid: &Paid) -> Value {
    let sums: Map<String, Value> = paid
        .money()
        .map(|sum| (sum.currency.0.clone(), json!(sum.units())))
        .collect();
    json!({
        "sums": sums,
        "priced_answers": paid.known,
        "estimated_answers": paid.estimated,
        "unpriced_answers": paid.unknown,
        "local_answers": paid.local,
    })
}

/// What people say of a column on one scale.
fn people(people: &People) -> Value {
    json!({
        "answers": people.answers,
        "ratings": people.ratings,
        "scale": [people.scale.0, people.scale.1],
        "mean": people.mean,
        "low": people.interval.map(|interval| interval.low),
        "high": people.interval.map(|interval| interval.high),
        "best": people.best,
        "choices": people.choices,
    })
}

fn one(info: &RunInfo, column: &Column) -> Value {
    let target = &info.targets[column.target];
    let milliseconds = |micros: Option<f64>| micros.map(|micros| micros / 1000.0);
    json!({
        "column": column.label,
        "target": target.name,
        "prompt": info.prompts[column.prompt].name,
        "provider": info.provider_word(target),
        "model": target.model,
        "models_reported": column.models.iter().map(|(name, n)| json!({"model": name, "answers": n})).collect::<Vec<_>>(),
        "counts": counts(&column.counts),
        "pass": column.pass.map(|rate| json!({
            "value": rate.value,
            "low": rate.low,
            "high": rate.high,
            "confidence": crate::compare::figures::CONFIDENCE,
            "standard_error": rate.error,
            "standard_error_of_mean": column.pass_error,
            "method": rate.method.word(),
            "cases": rate.cases,
            "answers": rate.answers,
        })),
        "score": column.score,
        "people": column.people.first().map(people),
        "people_on_other_scales": column.people.iter().skip(1).map(people).collect::<Vec<_>>(),
        "latency_ms": {
            "n": column.latency.n,
            "p50": milliseconds(column.latency.p50),
            "p95": milliseconds(column.latency.p95),
            "p95_bounded": column.latency.p95_bounded,
            "first_text_p50": milliseconds(column.latency.first_text_p50),
            "total": spread(&column.latency.total, 1000.0),
            "first_text": spread(&column.latency.first_text, 1000.0),
        },
        "tokens": {
            "input": column.input.sum, "input_unknown": column.input.unknown,
            "output": column.output.sum, "output_unknown": column.output.unknown,
            "reasoning": column.reasoning.sum, "reasoning_unknown": column.reasoning.unknown,
        },
        "tokens_out": spread(&column.output_spread, 1.0),
        "numbers": column.numbers.iter().map(|(name, found)| (name.clone(), spread(found, 1.0))).collect::<Map<_, _>>(),
        "paid": paid(&column.paid),
    })
}

fn pairs(view: &View) -> Value {
    let label = |column: usize| view.columns.get(column).map(|column| column.label.as_str());
    let pairs = view.pairs.iter().map(|pair| {
        json!({
            "first": label(pair.first),
            "second": label(pair.second),
            "pass": pair.paired.as_ref().map(paired),
        })
    });
    pairs.collect()
}

/// A paired comparison; differences are first minus second in pairs of one run, after minus before between runs.
pub(super) fn paired(paired: &crate::compare::Paired) -> Value {
    json!({
        "cases": paired.cases,
        "clusters": paired.clusters,
        "difference": paired.difference,
        "standard_error": paired.error,
        "low": paired.interval.map(|(low, _)| low),
        "high": paired.interval.map(|(_, high)| high),
        "confidence": crate::compare::figures::CONFIDENCE,
        "p": paired.p,
        "p_adjusted": paired.adjusted,
        "method": paired.way.word(),
        "shown": paired.shown(),
        "better": paired.better,
        "same": paired.same(),
        "worse": paired.worse,
        "both_right": paired.both,
    })
}

fn sentences(view: &View) -> Value {
    words::said(view, Lang::En).into_iter().collect()
}

/// A distribution, each figure divided by `unit`.
fn spread(spread: &crate::compare::figures::Spread, unit: f64) -> Value {
    let in_unit = |value: Option<f64>| value.map(|value| value / unit);
    let mut out = Map::new();
    out.insert("n".to_owned(), spread.n.into());
    out.insert("mean".to_owned(), json!(in_unit(spread.mean)));
    out.insert("sd".to_owned(), json!(in_unit(spread.deviation)));
    for (name, value) in ["p25", "p50", "p75", "p90", "p95", "p99"]
        .into_iter()
        .zip(spread.quantiles)
    {
        out.insert(name.to_owned(), json!(in_unit(value)));
    }
    Value::Object(out)
}

fn tags(view: &View) -> Value {
    let slice = |slice: &crate::compare::slices::Slice| {
        let rates = view.columns.iter().zip(&slice.columns);
        let rates: Map<String, Value> = rates
            .map(|(column, rate)| (column.label.clone(), json!({"pass": rate.rate, "cases": rate.cases})))
            .collect();
        json!({"tag": slice.tag, "cases": slice.cases, "columns": rates})
    };
    view.slices.iter().map(slice).collect()
}

fn reading(reading: &Reading, view: &View) -> Value {
    let label = |column: usize| {
        view.columns
            .get(column)
            .map(|column| column.label.clone())
            .unwrap_or_default()
    };
    let found = &reading.disagreement;
    let squares = view.columns.iter().zip(&reading.squares);
    let squares: Map<String, Value> = squares
        .map(|(column, square)| {
            let state = json!({"state": state(square.sign()), "score": square.score, "passed": square.passed, "judged": square.judged});
            (column.label.clone(), state)
        })
        .collect();
    json!({
        "case_id": reading.case,
        "question": reading.question,
        "disagreement": found.score,
        "entropy": found.entropy,
        "score_spread": found.spread,
        "text_dissimilarity": found.dissimilarity,
        "reason": reason(&found.reason),
        "why": words::reason(found, &label, false, Lang::En),
        "columns": squares,
    })
}

/// A square in one word.
fn state(sign: Sign) -> &'static str {
    match sign {
        Sign::Pass => "pass",
        Sign::Fail => "fail",
        Sign::Unstable => "unstable",
        Sign::Answered => "no_verdict",
        Sign::Error => "error",
        Sign::NotMeasured => "not_measured",
    }
}

fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::NotMeasured { .. } => "not_measured",
        Reason::OnlyPasses(_) => "only_passes",
        Reason::OnlyFails(_) => "only_fails",
        Reason::Split { .. } => "split",
        Reason::Unstable(_) => "unstable",
        Reason::Scores => "score_spread",
        Reason::Words => "wording",
        Reason::Alike => "alike",
    }
}

fn not_measured(info: &RunInfo, view: &View) -> Value {
    let groups = view.faults.iter().map(|group| {
        let target = &info.targets[group.target];
        json!({
            "target": target.name,
            "kind": group.kind.word(),
            "cells": group.cells,
            "never_asked": group.skipped,
            "cases": group.case_count,
            "first_cases": group.cases,
            "message": group.message,
            "remedy": words::remedy_in(info, group, target, Lang::En),
        })
    });
    groups.collect()
}

fn sentence(note: &Note, info: &RunInfo, columns: &[Column]) -> Value {
    words::note(note, info, columns, Lang::En).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::{Make, usual};

    #[test]
    fn the_usual_run() {
        let (info, records) = usual();
        insta::assert_snapshot!(summary(&info, &View::of(&info, records, &[])));
    }

    #[test]
    fn simulated_runs_say_so() {
        let make = Make {
            simulated: true,
            cases: 2,
            ..Make::default()
        };
        let text = summary(&make.info(), &View::of(&make.info(), make.records(), &[]));
        assert!(text.contains("SIMULATED"));
    }

    #[test]
    fn what_does_not_exist_is_null() {
        let make = Make {
            scored: false,
            ..Make::default()
        };
        let info = make.info();
        let value: Value = serde_json::from_str(&summary(&info, &View::of(&info, [], &[]))).unwrap();
        assert_eq!(value["columns"][0]["pass"], Value::Null);
        assert_eq!(value["columns"][0]["latency_ms"]["p50"], Value::Null);
    }
}
