//! Resampling.

use serde_json::{Value, json};

use super::{Fields, Function, Wrong, ends, with};
use crate::stats::bootstrap::{self, Bootstrap, Options};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "bootstrap_ci_from_indices",
        checked: "scipy 1.12 (bootstrap, the same replicates)",
        run: from_indices,
    },
    Function {
        name: "bootstrap_ci",
        checked: "scipy 1.12 (bootstrap, 100,000 resamples)",
        run: drawn,
    },
    Function {
        name: "cluster_bootstrap_ci",
        checked: "numpy, 200,000 resamples of whole clusters",
        run: clustered,
    },
];

/// Draws that a machine can do in some seconds.
const MOST_DRAWS: usize = 20_000_000_000;

fn options(input: Fields<'_>, n: usize) -> Result<Options, Wrong> {
    let resamples = input.whole_or("resamples", Options::default().resamples)?;
    if resamples == 0 {
        return Err("`resamples` must be at least 1".to_owned());
    }
    if resamples > 10_000_000 || resamples.saturating_mul(n) > MOST_DRAWS {
        return Err(format!("`resamples` is too large for {n} values"));
    }
    Ok(Options {
        confidence: input.confidence()?,
        resamples,
        seed: input.seed()?,
    })
}

/// A statistic of a list, which it may put into another order.
type Statistic = fn(&mut [f64]) -> Option<f64>;

fn statistic(input: Fields<'_>) -> Result<Statistic, Wrong> {
    input.choice(
        "statistic",
        &[("mean", mean as Statistic), ("median", median as Statistic)],
        mean as Statistic,
    )
}

fn mean(values: &mut [f64]) -> Option<f64> {
    bootstrap::statistic_mean(values)
}

fn median(values: &mut [f64]) -> Option<f64> {
    bootstrap::statistic_median(values)
}

fn from_indices(input: Fields<'_>) -> Result<Value, Wrong> {
    let values = input.numbers("values")?;
    let statistic = statistic(input)?;
    let mut replicates = Vec::new();
    let mut drawn = Vec::new();
    for (at, row) in input.list("indices")?.iter().enumerate() {
        let places = super::fields::wholes(row, &format!("indices[{at}]"))?;
        drawn.clear();
        for place in places {
            drawn.push(*values.get(place).ok_or_else(|| {
                format!(
                    "`indices[{at}]` names value {place} of {}, counted from 0",
                    values.len()
                )
            })?);
        }
        replicates.push(statistic(&mut drawn).unwrap_or(f64::NAN));
    }
    let left_out = bootstrap::without_each(values.len(), |rest| {
        let mut kept: Vec<f64> = rest.iter().map(|at| values[*at as usize]).collect();
        statistic(&mut kept)
    });
    let theta = statistic(&mut values.clone());
    flat(&bootstrap::intervals(theta, replicates, &left_out, input.confidence()?))
}

/// The keys of the reference cases, beside those of the struct.
fn flat(found: &Bootstrap) -> Result<Value, Wrong> {
    let (percentile_low, percentile_high) = ends(found.percentile);
    let (basic_low, basic_high) = ends(found.basic);
    let (bca_low, bca_high) = ends(found.bca);
    with(
        found,
        &[
            ("percentile_low", percentile_low),
            ("percentile_high", percentile_high),
            ("basic_low", basic_low),
            ("basic_high", basic_high),
            ("bca_low", bca_low),
            ("bca_high", bca_high),
        ],
    )
}

#[derive(Clone, Copy)]
enum Method {
    Percentile,
    Basic,
    Bca,
}

fn drawn(input: Fields<'_>) -> Result<Value, Wrong> {
    let values = input.numbers("values")?;
    let options = options(input, values.len())?;
    let method = method(input)?;
    let found = if input.choice("statistic", &[("mean", true), ("median", false)], true)? {
        bootstrap::mean(&values, options)
    } else {
        bootstrap::by_index(
            values.len(),
            |places| {
                let mut drawn: Vec<f64> = places.iter().map(|at| values[*at as usize]).collect();
                median(&mut drawn)
            },
            matches!(method, Method::Bca),
            options,
        )
    };
    chosen(&found, method)
}

fn method(input: Fields<'_>) -> Result<Method, Wrong> {
    input.choice(
        "method",
        &[
            ("percentile", Method::Percentile),
            ("basic", Method::Basic),
            ("bca", Method::Bca),
        ],
        Method::Percentile,
    )
}

fn chosen(found: &Bootstrap, method: Method) -> Result<Value, Wrong> {
    let interval = match method {
        Method::Percentile => found.percentile,
        Method::Basic => found.basic,
        Method::Bca => found.bca,
    };
    let (low, high) = ends(interval);
    with(
        json!({"theta": found.theta, "se_boot": found.se_boot, "resamples": found.resamples, "seed": found.seed,
            "confidence": found.confidence, "reason": found.reason}),
        &[("low", low), ("high", high)],
    )
}

fn clustered(input: Fields<'_>) -> Result<Value, Wrong> {
    let values = input.numbers("values")?;
    let options = options(input, values.len())?;
    let method = method(input)?;
    let found = match input.clusters(values.len())? {
        Some(clusters) => bootstrap::clustered_mean(&values, &clusters, options),
        None => bootstrap::mean(&values, options),
    };
    chosen(&found, method)
}
