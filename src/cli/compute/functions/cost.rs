//! Times and money.

use serde_json::{Value, json};

use super::{Fields, Function, Wrong, result};
use crate::stats::{quantile, ratio};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "quantile_ci",
        checked: "numpy (quantile), scipy 1.12 (quantile_test)",
        run: quantiles,
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
