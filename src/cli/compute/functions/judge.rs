//! Agreement, and what a judge is worth.

use serde_json::Value;

use super::fields::{same_length, wholes};
use super::labels::Labels;
use super::{Fields, Function, Wrong, result};
use crate::stats::alpha::{self, Level};
use crate::stats::kappa::{self, Weights};
use crate::stats::ppi;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "cohen_kappa",
        checked: "scikit-learn 1.9 (cohen_kappa_score), statsmodels 0.15 (cohens_kappa)",
        run: cohen,
    },
    Function {
        name: "fleiss_kappa",
        checked: "statsmodels 0.15 (fleiss_kappa)",
        run: fleiss,
    },
    Function {
        name: "krippendorff_alpha",
        checked: "krippendorff 0.9",
        run: krippendorff,
    },
    Function {
        name: "ppi_mean",
        checked: "ppi-python 0.2.3 (ppi_mean_ci)",
        run: ppi_mean,
    },
];

fn cohen(input: Fields<'_>) -> Result<Value, Wrong> {
    let (a, b) = (input.list("a")?, input.list("b")?);
    same_length(("a", a.len()), ("b", b.len()))?;
    let labels = Labels::given_or_seen(input, "labels", a.iter().chain(b))?;
    let weights = weights(input)?;
    let mut pairs = Vec::with_capacity(a.len());
    for pair in a.iter().zip(b) {
        // An item that one of them did not label says nothing about their agreement.
        if pair.0.is_null() || pair.1.is_null() {
            continue;
        }
        let number = |label| {
            labels
                .number(label)
                .ok_or_else(|| format!("{label} is not among `labels`"))
        };
        pairs.push((number(pair.0)?, number(pair.1)?));
    }
    result(kappa::cohen(&pairs, labels.count(), weights, input.confidence()?))
}

/// How much labels that differ count as alike.
pub(super) fn weights(input: Fields<'_>) -> Result<Weights, Wrong> {
    input.choice(
        "weights",
        &[
            ("identity", Weights::Identity),
            ("linear", Weights::Linear),
            ("quadratic", Weights::Quadratic),
        ],
        Weights::Identity,
    )
}

fn fleiss(input: Fields<'_>) -> Result<Value, Wrong> {
    let counts = input
        .list("counts")?
        .iter()
        .enumerate()
        .map(|(at, row)| wholes(row, &format!("counts[{at}]")))
        .collect::<Result<Vec<_>, _>>()?;
    result(kappa::fleiss(&counts))
}

/// Ratings by item from rows of raters with gaps, as numbers of labels.
pub(super) fn by_item(input: Fields<'_>, categories: &str) -> Result<(Vec<Vec<usize>>, Labels), Wrong> {
    let mut rows = Vec::new();
    for (at, row) in input.list("ratings")?.iter().enumerate() {
        let row = row
            .as_array()
            .ok_or_else(|| format!("`ratings[{at}]` must be a list"))?;
        rows.push(row.as_slice());
    }
    let labels = Labels::given_or_seen(input, categories, rows.iter().flat_map(|row| row.iter()))?;
    let items = rows.first().map_or(0, |row| row.len());
    let mut ratings = vec![Vec::new(); items];
    for (at, row) in rows.iter().enumerate() {
        same_length(("ratings[0]", items), (&format!("ratings[{at}]"), row.len()))?;
        for (item, rating) in row.iter().enumerate() {
            if !rating.is_null() {
                let number = labels
                    .number(rating)
                    .ok_or_else(|| format!("{rating} is not among `{categories}`"))?;
                ratings[item].push(number);
            }
        }
    }
    Ok((ratings, labels))
}

fn krippendorff(input: Fields<'_>) -> Result<Value, Wrong> {
    let (items, labels) = by_item(input, "categories")?;
    let level = input.choice(
        "level",
        &[
            ("nominal", Level::Nominal),
            ("ordinal", Level::Ordinal),
            ("interval", Level::Interval),
            ("ratio", Level::Ratio),
        ],
        Level::Nominal,
    )?;
    result(alpha::krippendorff(&items, &labels.values(), level))
}

fn ppi_mean(input: Fields<'_>) -> Result<Value, Wrong> {
    let (y, f) = input.pair("y", "yhat")?;
    let ddof = input.whole_or("ddof", 1)?;
    if ddof > 1 {
        return Err("`ddof` must be 0 or 1".to_owned());
    }
    result(ppi::mean(
        &y,
        &f,
        &input.numbers("yhat_unlabeled")?,
        input.alpha()?,
        input.maybe("lambda")?,
        ddof,
    ))
}
