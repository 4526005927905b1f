//! Several samples of a case.

use serde_json::{Value, json};

use super::fields::whole;
use super::{Fields, Function, Wrong, result};
use crate::stats::{majority, repeat};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "pass_at_k",
        checked: "exact rational arithmetic",
        run: |input| {
            let (n, c) = counts(input.whole("n")?, input.whole("c")?)?;
            result(repeat::pass_at_k(n, c, input.whole("k")?))
        },
    },
    Function {
        name: "pass_at_k_suite",
        checked: "the mean and standard error over cases",
        run: suite,
    },
    Function {
        name: "majority_vote",
        checked: "its definition",
        run: vote,
    },
    Function {
        name: "majority_at_k",
        checked: "every subset, listed",
        run: at_k,
    },
];

fn counts(n: usize, c: usize) -> Result<(usize, usize), Wrong> {
    if c > n {
        return Err(format!("`c` is {c}, more than `n`, which is {n}"));
    }
    if n > 10_000_000 {
        return Err("`n` is too large".to_owned());
    }
    Ok((n, c))
}

fn suite(input: Fields<'_>) -> Result<Value, Wrong> {
    let cases = input
        .list("cases")?
        .iter()
        .enumerate()
        .map(|(at, case)| {
            let part = |name: &str| {
                case.get(name)
                    .and_then(whole)
                    .ok_or_else(|| format!("`cases[{at}].{name}` must be a whole number of 0 or more"))
            };
            counts(part("n")?, part("c")?)
        })
        .collect::<Result<Vec<_>, _>>()?;
    result(repeat::suite(&cases, input.whole("k")?))
}

/// Answers as texts; numbers and truth values by how they are written, null when they could not be read.
fn answers(input: Fields<'_>) -> Result<Vec<Option<String>>, Wrong> {
    Ok(input.list("answers")?.iter().map(word).collect())
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn gold(input: Fields<'_>) -> Result<String, Wrong> {
    word(input.need("gold")?).ok_or_else(|| "`gold` is missing".to_owned())
}

fn vote(input: Fields<'_>) -> Result<Value, Wrong> {
    let (answers, gold) = (answers(input)?, gold(input)?);
    let borrowed: Vec<Option<&str>> = answers.iter().map(Option::as_deref).collect();
    let vote = majority::vote(&borrowed, &gold);
    Ok(json!({
        "winners": vote.winners,
        "score": vote.score,
        "votes": vote.votes,
        "agreement": vote.agreement,
        "reason": (vote.votes == 0).then_some("empty"),
    }))
}

fn at_k(input: Fields<'_>) -> Result<Value, Wrong> {
    let (answers, gold) = (answers(input)?, gold(input)?);
    let borrowed: Vec<Option<&str>> = answers.iter().map(Option::as_deref).collect();
    let k = input.whole("k")?;
    let expected = majority::at_k(&borrowed, &gold, k, input.seed()?);
    Ok(json!({
        "expected_score": expected,
        "reason": expected.is_none().then_some(if borrowed.is_empty() { "empty" } else { "too_few_samples" }),
    }))
}
