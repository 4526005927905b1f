//! A judge against people.

use serde_json::Value;

use super::fields::{number, same_length};
use super::judge::{by_item, weights};
use super::{Fields, Function, Wrong, result};
use crate::stats::{confusion, correlation, gwet};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "gwet_ac",
        checked: "irrCAC 0.4.4 (CAC.gwet)",
        run: gwet,
    },
    Function {
        name: "judge_confusion",
        checked: "scikit-learn 1.9 (matthews_corrcoef, f1_score, cohen_kappa_score)",
        run: confusion,
    },
    Function {
        name: "rogan_gladen",
        checked: "its closed form",
        run: true_rate,
    },
    Function {
        name: "correlation",
        checked: "scipy 1.12 (pearsonr, spearmanr, kendalltau)",
        run: |input| {
            let (x, y) = input.pair("x", "y")?;
            result(correlation::correlate(&x, &y))
        },
    },
];

fn gwet(input: Fields<'_>) -> Result<Value, Wrong> {
    let (items, labels) = by_item(input, "categories")?;
    result(gwet::ac(&items, &labels.values(), weights(input)?))
}

/// Verdicts of 1 or 0; a null one is missing.
fn verdicts(input: Fields<'_>, name: &str) -> Result<Vec<Option<bool>>, Wrong> {
    input
        .list(name)?
        .iter()
        .map(|value| match number(value) {
            Some(1.0) => Ok(Some(true)),
            Some(0.0) => Ok(Some(false)),
            None if value.is_null() => Ok(None),
            _ => Err(format!("`{name}` must be a list of 0 and 1")),
        })
        .collect()
}

fn confusion(input: Fields<'_>) -> Result<Value, Wrong> {
    let (human, judge) = (verdicts(input, "human")?, verdicts(input, "judge")?);
    same_length(("human", human.len()), ("judge", judge.len()))?;
    let pairs: Vec<_> = human.into_iter().zip(judge).filter_map(|(a, b)| a.zip(b)).collect();
    result(confusion::judge(&pairs))
}

fn true_rate(input: Fields<'_>) -> Result<Value, Wrong> {
    let share = |name: &str| {
        let share = input.number(name)?;
        if (0.0..=1.0).contains(&share) {
            Ok(share)
        } else {
            Err(format!("`{name}` must lie between 0 and 1"))
        }
    };
    result(confusion::rogan_gladen(
        share("judge_rate")?,
        share("sensitivity")?,
        share("specificity")?,
    ))
}
