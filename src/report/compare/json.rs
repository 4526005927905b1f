//! The comparison as JSON, for programs: one object, keys English and stable, absent numbers null.

use serde_json::{Map, Value, json as object};

use super::sentences;
use crate::compare::across::{Move, Pairwise};
use crate::compare::{Across, Latency, Paid};
use crate::domain::RunInfo;
use crate::report::json::paired;
use crate::report::words::Lang;

/// All comparisons, pretty-printed, ending with a line break.
#[must_use]
pub fn json(all: &[Across]) -> String {
    let comparisons: Vec<Value> = all.iter().map(one).collect();
    let mut out = Map::new();
    out.insert("narani".to_owned(), "compare/1".into());
    if all.iter().any(|across| across.base.simulated || across.other.simulated) {
        out.insert("notice".to_owned(), crate::report::json::SIMULATED.into());
    }
    out.insert("comparisons".to_owned(), comparisons.into());
    format!("{:#}\n", Value::Object(out))
}

/// All comparisons, one object a line.
#[must_use]
pub fn jsonl(all: &[Across]) -> String {
    let mut out = String::new();
    for across in all {
        let mut line = Map::new();
        line.insert("narani".to_owned(), "compare/1".into());
        if across.base.simulated || across.other.simulated {
            line.insert("notice".to_owned(), crate::report::json::SIMULATED.into());
        }
        if let Value::Object(rest) = one(across) {
            line.extend(rest);
        }
        out.push_str(&format!("{}\n", Value::Object(line)));
    }
    out
}

fn one(across: &Across) -> Value {
    let joined = &across.joined;
    let (_, score_digits) = sentences::digits(across);
    let named = |rows: &[(String, crate::compare::Paired)]| -> Value {
        rows.iter()
            .map(|(name, pass)| object!({"name": name, "pass": paired(pass)}))
            .collect()
    };
    object!({
        "base": run(&across.base),
        "other": run(&across.other),
        "cases": {
            "compared": joined.same,
            "changed": joined.changed_count,
            "changed_ids": joined.changed,
            "only_base": joined.only_base,
            "only_other": joined.only_other,
        },
        "differs": {
            "scorers": joined.scorers_differ,
            "prompts": joined.prompts_differ,
            "targets": joined.targets_differ,
            "simulation": joined.one_simulated,
        },
        "only_base": across.only_base,
        "only_other": across.only_other,
        "columns": across.rows.iter().map(column).collect::<Vec<_>>(),
        "targets": named(&across.by_target),
        "prompts": named(&across.by_prompt),
        "tags": across
            .by_tag
            .iter()
            .map(|row| object!({"tag": row.tag, "column": row.label, "pass": paired(&row.pass)}))
            .collect::<Vec<_>>(),
        "sentences": sentences::joined(across, Lang::En)
            .into_iter()
            .chain(sentences::rows(across, Lang::En))
            .chain(across.rows.iter().filter_map(|row| sentences::score_moved(row, score_digits, Lang::En)))
            .chain(across.rows.iter().filter_map(|row| sentences::slower(row, Lang::En)))
            .collect::<Vec<_>>(),
    })
}

fn run(info: &RunInfo) -> Value {
    object!({
        "run_id": info.id.as_str(), "suite": info.suite, "suite_fp": info.suite_fp, "cases": info.cases,
        "trials": info.trials, "simulated": info.simulated, "started_at": crate::report::csv::instant(info.started_us),
    })
}

fn column(row: &Pairwise) -> Value {
    let latency = |latency: &Latency, median: Option<(f64, f64)>| {
        let millis = |micros: Option<f64>| micros.map(|micros| micros / 1000.0);
        object!({
            "n": latency.n, "p50": millis(latency.p50), "p95": millis(latency.p95),
            "p50_low": millis(median.map(|(low, _)| low)), "p50_high": millis(median.map(|(_, high)| high)),
        })
    };
    object!({
        "column": row.label,
        "base_column": row.base_label.as_ref().unwrap_or(&row.label),
        "pass": row.pass.as_ref().map(paired),
        "pass_then": row.pass.as_ref().map(|paired| paired.before),
        "pass_now": row.pass.as_ref().map(|paired| paired.after),
        "score": row.score.as_ref().map(paired),
        "score_then": row.score.as_ref().map(|paired| paired.before),
        "score_now": row.score.as_ref().map(|paired| paired.after),
        "not_measured": {"then": row.unmeasured.0, "now": row.unmeasured.1},
        "latency_ms": {
            "then": latency(&row.latency.0, row.medians.0),
            "now": latency(&row.latency.1, row.medians.1),
            "slower": row.slower(),
        },
        "paid": {"then": sums(&row.paid.0), "now": sums(&row.paid.1)},
        "newly_failing": row.newly_failing.iter().map(moved).collect::<Vec<_>>(),
        "newly_passing": row.newly_passing.iter().map(moved).collect::<Vec<_>>(),
    })
}

fn sums(paid: &Paid) -> Value {
    paid.money()
        .map(|sum| (sum.currency.0.clone(), object!(sum.units())))
        .collect::<Map<String, Value>>()
        .into()
}

fn moved(moved: &Move) -> Value {
    object!({
        "case_id": moved.id, "tags": moved.tags, "score_then": moved.before, "score_now": moved.after,
        "passed_then": moved.trials.0.0, "of_then": moved.trials.0.1,
        "passed_now": moved.trials.1.0, "of_now": moved.trials.1.1,
        "why": moved.why,
    })
}
