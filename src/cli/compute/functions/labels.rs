//! Labels that may be texts, numbers or truth values, numbered in an order.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Fields, Wrong};

/// Labels in their order.
#[derive(Debug)]
pub(super) struct Labels(pub(super) Vec<Value>);

/// Same label: texts by their letters, numbers by their value (1 and 1.0 are one).
fn same(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}

/// Numbers before texts, each in their order.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => a.cmp(b),
            _ => a.to_string().cmp(&b.to_string()),
        },
    }
}

impl Labels {
    /// The labels given in field `name`, or else those that occur among `values`, sorted.
    pub(super) fn given_or_seen<'a>(
        input: Fields<'_>,
        name: &str,
        values: impl Iterator<Item = &'a Value>,
    ) -> Result<Self, Wrong> {
        if input.get(name).is_some() {
            let given = input.list(name)?.to_vec();
            for (at, label) in given.iter().enumerate() {
                if given[..at].iter().any(|earlier| same(earlier, label)) {
                    return Err(format!("`{name}` names {label} twice"));
                }
            }
            return Ok(Self(given));
        }
        let mut seen: Vec<Value> = values.filter(|value| !value.is_null()).cloned().collect();
        seen.sort_by(compare);
        seen.dedup_by(|a, b| same(a, b));
        Ok(Self(seen))
    }

    /// The number of a label.
    pub(super) fn number(&self, label: &Value) -> Option<usize> {
        self.0.iter().position(|known| same(known, label))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The labels as numbers: their own values where all are numbers, else their places.
    pub(super) fn values(&self) -> Vec<f64> {
        let own: Option<Vec<f64>> = self.0.iter().map(Value::as_f64).collect();
        own.unwrap_or_else(|| {
            (1..=u32::try_from(self.0.len()).unwrap_or(u32::MAX))
                .map(f64::from)
                .collect()
        })
    }
}
