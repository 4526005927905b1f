//! The gate.

use serde_json::{Value, json};

use super::fields::number;
use super::{Fields, Function, Wrong, result};
use crate::stats::flaky::{self, Passes, State};
use crate::stats::noninferiority::{self, Distribution};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "noninferiority",
        checked: "scipy 1.12 (ttest_1samp against minus the margin)",
        run: noninferiority,
    },
    Function {
        name: "noninferiority_binary",
        checked: "Tango's score test solved numerically",
        run: binary,
    },
    Function {
        name: "flaky_cases",
        checked: "scipy 1.12 (fisher_exact), statsmodels 0.15 (Benjamini-Hochberg)",
        run: flaky,
    },
];

fn margin(input: Fields<'_>) -> Result<f64, Wrong> {
    let margin = input.number_or("margin", 0.02)?;
    if margin >= 0.0 {
        Ok(margin)
    } else {
        Err("`margin` must not be below 0".to_owned())
    }
}

fn noninferiority(input: Fields<'_>) -> Result<Value, Wrong> {
    let (baseline, candidate) = input.pair("baseline", "candidate")?;
    let clusters = input.clusters(baseline.len())?;
    let distribution = input.choice(
        "distribution",
        &[("t", Distribution::T), ("z", Distribution::Z)],
        Distribution::T,
    )?;
    result(noninferiority::test(
        &baseline,
        &candidate,
        clusters.as_ref(),
        margin(input)?,
        input.alpha()?,
        distribution,
    ))
}

fn binary(input: Fields<'_>) -> Result<Value, Wrong> {
    let (fixed, broken, n) = (input.whole("fixed")?, input.whole("broken")?, input.whole("n")?);
    if fixed + broken > n {
        return Err(format!(
            "`fixed` and `broken` are {}, more than `n`, which is {n}",
            fixed + broken
        ));
    }
    result(noninferiority::binary(fixed, broken, n, margin(input)?, input.alpha()?))
}

/// Samples that are right or wrong; a null one was not measured.
fn passes(case: &Value, name: &str, side: &str) -> Result<Passes, Wrong> {
    let wrong = || format!("`{name}.{side}` must be a list of 0 and 1");
    let mut passes = Passes::default();
    for sample in case.get(side).and_then(Value::as_array).ok_or_else(wrong)? {
        if sample.is_null() {
            continue;
        }
        passes.of += 1;
        match number(sample) {
            Some(1.0) => passes.passed += 1,
            Some(0.0) => {}
            _ => return Err(wrong()),
        }
    }
    Ok(passes)
}

fn flaky(input: Fields<'_>) -> Result<Value, Wrong> {
    let cases = input.list("cases")?;
    let mut pairs = Vec::with_capacity(cases.len());
    for (at, case) in cases.iter().enumerate() {
        let name = format!("cases[{at}]");
        pairs.push((passes(case, &name, "baseline")?, passes(case, &name, "candidate")?));
    }
    let changes = flaky::changes(&pairs, input.alpha()?);
    let id = |at: usize| cases[at].get("id").cloned().unwrap_or(Value::Null);
    let ids = |holds: fn(&flaky::CaseChange) -> bool| -> Vec<Value> {
        changes
            .iter()
            .enumerate()
            .filter(|(_, change)| holds(change))
            .map(|(at, _)| id(at))
            .collect()
    };
    let count = |side: fn(&flaky::CaseChange) -> State| {
        let of = |state| changes.iter().filter(|change| side(change) == state).count();
        json!({"pass": of(State::Pass), "fail": of(State::Fail), "flaky": of(State::Flaky), "unknown": of(State::Unknown)})
    };
    let listed = changes
        .iter()
        .enumerate()
        .map(|(at, change)| {
            let mut entry = json!({"id": id(at)});
            if let (Value::Object(entry), Value::Object(rest)) = (&mut entry, result(change)?) {
                entry.extend(rest);
            }
            Ok(entry)
        })
        .collect::<Result<Vec<_>, Wrong>>()?;
    Ok(json!({
        "cases": listed,
        "baseline": count(|change| change.baseline),
        "candidate": count(|change| change.candidate),
        "regressed": ids(|change| change.regressed),
        "newly_flaky": ids(|change| change.newly_flaky),
    }))
}
