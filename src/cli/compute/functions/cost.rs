//! Times and money.

use serde_json::{Value, json};

use super::fields::{gapped, same_length};
use super::{Fields, Function, Wrong, result};
use crate::stats::pareto::{self, Direction};
use crate::stats::{quantile, ratio, throughput};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "quantile_ci",
        checked: "numpy (quantile), scipy 1.12 (quantile_test)",
        run: quantiles,
    },
    Function {
        name: "throughput",
        checked: "the definitions of LLMPerf",
        run: speed,
    },
    Function {
        name: "pareto_front",
        checked: "its definition",
        run: front,
    },
    Function {
        name: "ratio",
        checked: "the delta method and Fieller's quadratic in closed form",
        run: |input| {
            let (numerator, denominator) = input.pair("numerator", "denominator")?;
            result(ratio::ratio(&numerator, &denominator, input.confidence()?))
        },
    },
];

fn quantiles(input: Fields<'_>) -> Result<Value, Wrong> {
    let mut values = input.numbers("values")?;
    values.sort_unstable_by(f64::total_cmp);
    let wanted = match input.get("quantiles") {
        Some(_) => input.numbers("quantiles")?,
        None => vec![0.5, 0.95],
    };
    if wanted.iter().any(|q| !(0.0..=1.0).contains(q)) {
        return Err("`quantiles` must lie between 0 and 1".to_owned());
    }
    let confidence = input.confidence()?;
    let found: Vec<_> = wanted.iter().map(|q| quantile::ci(&values, *q, confidence)).collect();
    Ok(json!({"n": values.len(), "quantiles": result(found)?}))
}

fn speed(input: Fields<'_>) -> Result<Value, Wrong> {
    let time = |name: &str| input.get(name).map(|_| input.size(name)).transpose();
    result(throughput::throughput(
        time("ttft")?,
        time("total")?,
        time("output_tokens")?,
    ))
}

fn front(input: Fields<'_>) -> Result<Value, Wrong> {
    let directions = input
        .list("directions")?
        .iter()
        .map(|direction| match direction.as_str() {
            Some("max") => Ok(Direction::Max),
            Some("min") => Ok(Direction::Min),
            _ => Err("`directions` must be a list of \"max\" and \"min\"".to_owned()),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let points = input.list("points")?;
    let mut values = Vec::with_capacity(points.len());
    for (at, point) in points.iter().enumerate() {
        let name = format!("points[{at}].values");
        let own = gapped(point.get("values").unwrap_or(&Value::Null), &name)?;
        same_length((&name, own.len()), ("directions", directions.len()))?;
        values.push(own);
    }
    let found = pareto::front(&values, &directions);
    let ids = |numbers: &[usize]| -> Vec<Value> {
        numbers
            .iter()
            .map(|at| points[*at].get("id").cloned().unwrap_or(json!(at)))
            .collect()
    };
    Ok(json!({"front": ids(&found.front), "excluded": ids(&found.excluded)}))
}
