//! The statistics of the reports, one JSON object in and one out.
//!
//! Names, inputs and results have the shapes of the reference cases (`tests/reference/stats`); results may have more keys.
//! Every function here calls the one the reports call.

mod classify;
mod compare;
mod cost;
mod fields;
mod gate;
mod judge;
mod labels;
mod pairwise;
mod power;
mod repeat;
mod resample;
mod score;
mod sequential;
mod text;
mod unpaired;
mod verdicts;

use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use fields::{Fields, Wrong};

/// A function by name.
#[derive(Debug)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it was checked against.
    pub(crate) checked: &'static str,
    /// Input to result.
    pub(crate) run: fn(Fields<'_>) -> Result<Value, Wrong>,
}

/// Groups of functions in the order of the help.
pub(crate) const GROUPS: &[(&str, &[&[Function]])] = &[
    ("score", &[score::FUNCTIONS]),
    ("bootstrap", &[resample::FUNCTIONS]),
    ("compare", &[compare::FUNCTIONS, unpaired::FUNCTIONS]),
    ("pairwise", &[pairwise::FUNCTIONS]),
    ("gate", &[gate::FUNCTIONS]),
    ("power", &[power::FUNCTIONS]),
    ("sequential", &[sequential::FUNCTIONS]),
    ("judge", &[judge::FUNCTIONS, verdicts::FUNCTIONS]),
    ("classification", &[classify::FUNCTIONS]),
    ("latency and cost", &[cost::FUNCTIONS]),
    ("repeat", &[repeat::FUNCTIONS]),
    ("text", &[text::FUNCTIONS]),
];

/// Every function.
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    GROUPS.iter().flat_map(|(_, parts)| parts.iter().copied().flatten())
}

/// Computes one function; `None` when it is not one of these.
///
/// # Errors
/// Inside the `Some`: a message that names the missing or wrong field, lower case, no full stop.
#[must_use]
pub(crate) fn compute(function: &str, input: &Value) -> Option<Result<Value, Wrong>> {
    let found = all().find(|known| known.name == function)?;
    Some(match input {
        Value::Object(fields) => (found.run)(Fields(fields)),
        _ => Err("`input` must be an object".to_owned()),
    })
}

/// A result as JSON; what is no number becomes null on the way.
fn result(found: impl Serialize) -> Result<Value, Wrong> {
    serde_json::to_value(found).map_err(|error| error.to_string())
}

/// A result with further keys.
fn with(found: impl Serialize, keys: &[(&str, Value)]) -> Result<Value, Wrong> {
    let mut value = result(found)?;
    if let Value::Object(object) = &mut value {
        for (key, more) in keys {
            object.insert((*key).to_owned(), more.clone());
        }
    }
    Ok(value)
}

/// Both ends of an interval that may be missing.
fn ends(interval: Option<crate::stats::Interval>) -> (Value, Value) {
    (
        json!(interval.map(|interval| interval.low)),
        json!(interval.map(|interval| interval.high)),
    )
}
