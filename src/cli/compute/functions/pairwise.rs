//! Pairwise verdicts.

use serde_json::{Value, json};

use super::fields::same_length;
use super::{Fields, Function, Wrong, result, with};
use crate::stats::bradley_terry::{self, Games};
use crate::stats::length::{self, Compared};
use crate::stats::position::{self, Verdict};
use crate::stats::{davidson, ranks};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "bradley_terry",
        checked: "choix 0.4 (opt_pairwise), statsmodels 0.15 (standard errors)",
        run: |input| strengths(input, |games| result(bradley_terry::fit(games))),
    },
    Function {
        name: "bradley_terry_ridge",
        checked: "choix 0.4 (opt_pairwise with alpha)",
        run: ridge,
    },
    Function {
        name: "davidson",
        checked: "scipy 1.12 (minimize), statsmodels 0.15 (Poisson log-linear form)",
        run: |input| strengths(input, |games| result(davidson::fit(games))),
    },
    Function {
        name: "rank_intervals",
        checked: "numpy (quantile)",
        run: rank_intervals,
    },
    Function {
        name: "position_swap",
        checked: "scikit-learn 1.9 (cohen_kappa_score), scipy 1.12 (binomtest)",
        run: swap,
    },
    Function {
        name: "length_controlled",
        checked: "statsmodels 0.15 (binomial regression)",
        run: length_controlled,
    },
];

/// Models that a fit in memory takes.
const MOST_MODELS: usize = 500;

fn square(input: Fields<'_>, name: &str) -> Result<Vec<Vec<f64>>, Wrong> {
    let rows = input.rows(name)?;
    if rows.iter().any(|row| row.len() != rows.len()) {
        return Err(format!("`{name}` must have as many columns as rows"));
    }
    if rows.len() > MOST_MODELS {
        return Err(format!("`{name}` has more than {MOST_MODELS} models"));
    }
    if rows.iter().flatten().any(|count| *count < 0.0) {
        return Err(format!("`{name}` must not have counts below 0"));
    }
    Ok(rows)
}

fn games(input: Fields<'_>) -> Result<Games, Wrong> {
    let mut games = Games::without_ties(square(input, "wins")?);
    if input.get("ties").is_some() {
        games.ties = square(input, "ties")?;
        same_length(("wins", games.wins.len()), ("ties", games.ties.len()))?;
        let n = games.models();
        if (0..n).any(|i| (0..n).any(|j| games.ties[i][j] != games.ties[j][i])) {
            return Err("`ties` must be the same in both triangles".to_owned());
        }
    }
    if input.get("models").is_some() {
        same_length(("models", input.list("models")?.len()), ("wins", games.models()))?;
    }
    Ok(games)
}

/// A fit, with models named rather than numbered where the input names them.
fn strengths(input: Fields<'_>, fit: impl Fn(&Games) -> Result<Value, Wrong>) -> Result<Value, Wrong> {
    let mut found = fit(&games(input)?)?;
    if let Some(Value::Array(models)) = input.get("models") {
        for key in ["never_lost", "never_won"] {
            let named: Vec<Value> = found[key]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|at| models.get(usize::try_from(at.as_u64()?).ok()?).cloned())
                .collect();
            found[key] = Value::Array(named);
        }
    }
    Ok(found)
}

fn ridge(input: Fields<'_>) -> Result<Value, Wrong> {
    let alpha = input.number_or("alpha", 0.1)?;
    if alpha <= 0.0 {
        return Err("`alpha` must be above 0".to_owned());
    }
    strengths(input, |games| result(bradley_terry::ridge(games, alpha)))
}

fn rank_intervals(input: Fields<'_>) -> Result<Value, Wrong> {
    let rows = input.rows("strength_samples")?;
    let models = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != models) {
        return Err("`strength_samples` must have rows of one length".to_owned());
    }
    result(ranks::intervals(&rows, input.confidence()?))
}

fn verdicts(input: Fields<'_>, name: &str) -> Result<Vec<Option<Verdict>>, Wrong> {
    input
        .list(name)?
        .iter()
        .map(|verdict| match verdict.as_str() {
            None if verdict.is_null() => Ok(None),
            Some("A") => Ok(Some(Verdict::A)),
            Some("B") => Ok(Some(Verdict::B)),
            Some("tie") => Ok(Some(Verdict::Tie)),
            _ => Err(format!("`{name}` has {verdict}, known are \"A\", \"B\" and \"tie\"")),
        })
        .collect()
}

fn swap(input: Fields<'_>) -> Result<Value, Wrong> {
    let (first, second) = (verdicts(input, "order_1")?, verdicts(input, "order_2")?);
    same_length(("order_1", first.len()), ("order_2", second.len()))?;
    // A pair that lacks a verdict in one order says nothing about the order.
    let pairs: Vec<_> = first.into_iter().zip(second).filter_map(|(a, b)| a.zip(b)).collect();
    result(position::swap(&pairs))
}

fn length_controlled(input: Fields<'_>) -> Result<Value, Wrong> {
    let (preferences, baselines) = input.pair("preference", "length_baseline")?;
    let models = input.numbers("length_model")?;
    same_length(("preference", preferences.len()), ("length_model", models.len()))?;
    let difficulties = match input.get("difficulty") {
        Some(_) => Some(input.numbers("difficulty")?),
        None => None,
    };
    if let Some(difficulties) = &difficulties {
        same_length(("preference", preferences.len()), ("difficulty", difficulties.len()))?;
    }
    if preferences.iter().any(|preference| !(0.0..=1.0).contains(preference)) {
        return Err("`preference` must lie between 0 and 1".to_owned());
    }
    let cases: Vec<Compared> = preferences
        .iter()
        .enumerate()
        .map(|(at, preference)| Compared {
            preference: *preference,
            length_baseline: baselines[at],
            length_model: models[at],
            difficulty: difficulties.as_ref().map(|all| all[at]),
        })
        .collect();
    with(
        length::controlled(&cases),
        &[("method", json!("fractional logistic regression"))],
    )
}
