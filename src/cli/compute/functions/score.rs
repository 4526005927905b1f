//! One model.

use serde_json::{Map, Value, json};

use super::fields::{number, numbers};
use super::{Fields, Function, Wrong, result, with};
use crate::stats::clusters::clustered_mean;
use crate::stats::epochs::epoch_mean;
use crate::stats::strata::{self, Weighting};
use crate::stats::{Clusters, mean, proportion};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "mean_ci",
        checked: "scipy 1.12 (sem, t.interval)",
        run: |input| result(mean::ci(&input.numbers("values")?, input.confidence()?)),
    },
    Function {
        name: "clustered_mean",
        checked: "statsmodels 0.15 (OLS on a constant, cov_type cluster)",
        run: clustered,
    },
    Function {
        name: "epoch_mean",
        checked: "scipy 1.12 (one-way analysis of variance)",
        run: epochs,
    },
    Function {
        name: "proportion_ci",
        checked: "statsmodels 0.15 (proportion_confint), scipy 1.12",
        run: share,
    },
    Function {
        name: "stratified_mean",
        checked: "stratified sampling in closed form",
        run: stratified,
    },
];

fn clustered(input: Fields<'_>) -> Result<Value, Wrong> {
    let values = input.numbers("values")?;
    let clusters = match input.clusters(values.len())? {
        Some(clusters) => clusters,
        None if values.is_empty() => Clusters::of::<u8>(&[]),
        None => return Err("`clusters` is missing".to_owned()),
    };
    result(clustered_mean(&values, &clusters, input.confidence()?))
}

fn epochs(input: Fields<'_>) -> Result<Value, Wrong> {
    let cases = input
        .list("cases")?
        .iter()
        .enumerate()
        .map(|(at, case)| match case {
            // A sample that was not measured is left out.
            Value::Array(samples) => {
                let measured: Vec<Value> = samples.iter().filter(|one| !one.is_null()).cloned().collect();
                numbers(&Value::Array(measured), &format!("cases[{at}]"))
            }
            _ => Err(format!("`cases[{at}]` must be a list of numbers")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let ks = match input.get("ks") {
        Some(_) => input.wholes("ks")?,
        None => vec![1],
    };
    let found = epoch_mean(&cases, input.confidence()?);
    let at: Map<String, Value> = ks.iter().map(|k| (k.to_string(), json!(found.se_at(*k)))).collect();
    with(found, &[("se_at_k", Value::Object(at))])
}

fn share(input: Fields<'_>) -> Result<Value, Wrong> {
    let (successes, n) = (input.whole("successes")?, input.whole("n")?);
    if successes > n {
        return Err(format!("`successes` is {successes}, more than `n`, which is {n}"));
    }
    result(proportion::ci(successes, n, input.confidence()?))
}

fn stratified(input: Fields<'_>) -> Result<Value, Wrong> {
    let mode = input.choice(
        "mode",
        &[
            ("macro", Weighting::Macro),
            ("micro", Weighting::Micro),
            ("weights", Weighting::Weights),
        ],
        Weighting::Macro,
    )?;
    let (mut groups, mut weights) = (Vec::new(), Vec::new());
    for (at, group) in input.list("groups")?.iter().enumerate() {
        let name = format!("groups[{at}].values");
        groups.push(numbers(group.get("values").unwrap_or(&Value::Null), &name)?);
        if let Weighting::Weights = mode {
            let weight = group.get("weight").and_then(number).filter(|weight| *weight >= 0.0);
            weights.push(weight.ok_or_else(|| format!("`groups[{at}].weight` must be a number of 0 or more"))?);
        }
    }
    result(strata::stratified(&groups, mode, &weights))
}
