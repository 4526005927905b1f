//! The fields of an input, read with messages that name them.
//!
//! A field that is absent and one that is null are the same. Messages are lower case, without a full stop.

use serde_json::{Map, Value};

use crate::stats::Clusters;

/// The object a function is asked with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

/// A message that names the missing or wrong field.
pub(crate) type Wrong = String;

impl<'a> Fields<'a> {
    /// The field, unless it is absent or null.
    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn need(self, name: &str) -> Result<&'a Value, Wrong> {
        self.get(name).ok_or_else(|| format!("`{name}` is missing"))
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str, Wrong> {
        self.need(name)?
            .as_str()
            .ok_or_else(|| format!("`{name}` must be a text"))
    }

    /// A list of texts; nulls in it are skipped, since some sets pad with them.
    pub(crate) fn texts(self, name: &str) -> Result<Vec<String>, Wrong> {
        texts(self.need(name)?, name)
    }

    /// True or false; false where it is absent.
    pub(crate) fn flag(self, name: &str) -> Result<bool, Wrong> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| format!("`{name}` must be true or false")),
        }
    }

    pub(crate) fn list(self, name: &str) -> Result<&'a [Value], Wrong> {
        self.need(name)?
            .as_array()
            .map(Vec::as_slice)
            .ok_or_else(|| format!("`{name}` must be a list"))
    }

    pub(crate) fn number(self, name: &str) -> Result<f64, Wrong> {
        number(self.need(name)?).ok_or_else(|| format!("`{name}` must be a number"))
    }

    pub(crate) fn number_or(self, name: &str, default: f64) -> Result<f64, Wrong> {
        self.get(name).map_or(Ok(default), |_| self.number(name))
    }

    /// A number that may be absent.
    pub(crate) fn maybe(self, name: &str) -> Result<Option<f64>, Wrong> {
        self.get(name).map(|_| self.number(name)).transpose()
    }

    /// A number strictly between 0 and 1.
    pub(crate) fn share_or(self, name: &str, default: f64) -> Result<f64, Wrong> {
        let share = self.number_or(name, default)?;
        if share > 0.0 && share < 1.0 {
            Ok(share)
        } else {
            Err(format!("`{name}` must be between 0 and 1"))
        }
    }

    pub(crate) fn confidence(self) -> Result<f64, Wrong> {
        self.share_or("confidence", 0.95)
    }

    pub(crate) fn alpha(self) -> Result<f64, Wrong> {
        self.share_or("alpha", 0.05)
    }

    /// A number of 0 or more.
    pub(crate) fn size(self, name: &str) -> Result<f64, Wrong> {
        let size = self.number(name)?;
        if size >= 0.0 {
            Ok(size)
        } else {
            Err(format!("`{name}` must not be below 0"))
        }
    }

    pub(crate) fn whole(self, name: &str) -> Result<usize, Wrong> {
        whole(self.need(name)?).ok_or_else(|| format!("`{name}` must be a whole number of 0 or more"))
    }

    pub(crate) fn whole_or(self, name: &str, default: usize) -> Result<usize, Wrong> {
        self.get(name).map_or(Ok(default), |_| self.whole(name))
    }

    pub(crate) fn seed(self) -> Result<u64, Wrong> {
        self.whole_or("seed", 1).map(|seed| seed as u64)
    }

    pub(crate) fn numbers(self, name: &str) -> Result<Vec<f64>, Wrong> {
        numbers(self.need(name)?, name)
    }

    pub(crate) fn wholes(self, name: &str) -> Result<Vec<usize>, Wrong> {
        wholes(self.need(name)?, name)
    }

    /// A list of lists of numbers.
    pub(crate) fn rows(self, name: &str) -> Result<Vec<Vec<f64>>, Wrong> {
        self.list(name)?
            .iter()
            .enumerate()
            .map(|(at, row)| numbers(row, &format!("{name}[{at}]")))
            .collect()
    }

    /// Two lists of numbers of one length.
    pub(crate) fn pair(self, first: &str, second: &str) -> Result<(Vec<f64>, Vec<f64>), Wrong> {
        let (a, b) = (self.numbers(first)?, self.numbers(second)?);
        same_length((first, a.len()), (second, b.len()))?;
        Ok((a, b))
    }

    /// The clusters of `n` values, when given.
    pub(crate) fn clusters(self, n: usize) -> Result<Option<Clusters>, Wrong> {
        if self.get("clusters").is_none() {
            return Ok(None);
        }
        let names: Vec<String> = self.list("clusters")?.iter().map(Value::to_string).collect();
        if names.iter().any(|name| name == "null") {
            return Err("`clusters` has a gap: name the cluster of every value".to_owned());
        }
        if names.len() != n {
            return Err(format!("`clusters` has {} entries for {n} values", names.len()));
        }
        Ok(Some(Clusters::of(&names)))
    }

    /// One of several words, or the default when the field is absent.
    pub(crate) fn choice<T: Copy>(self, name: &str, known: &[(&str, T)], default: T) -> Result<T, Wrong> {
        if self.get(name).is_none() {
            return Ok(default);
        }
        let given = self.text(name)?;
        known
            .iter()
            .find(|(word, _)| *word == given)
            .map(|(_, one)| *one)
            .ok_or_else(|| {
                let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
                format!("`{name}` must be one of {}", words.join(", "))
            })
    }
}

/// A number; true and false are 1 and 0.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        other => other.as_f64().filter(|number| number.is_finite()),
    }
}

/// Counts are kept below 2^53, where doubles are exact.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked: a whole number in range"
)]
pub(crate) fn whole(value: &Value) -> Option<usize> {
    let number = number(value)?;
    ((0.0..9e15).contains(&number) && number.fract() == 0.0).then_some(number as usize)
}

pub(crate) fn numbers(value: &Value, name: &str) -> Result<Vec<f64>, Wrong> {
    value
        .as_array()
        .and_then(|list| list.iter().map(number).collect())
        .ok_or_else(|| format!("`{name}` must be a list of numbers"))
}

/// A list of texts; nulls in it are skipped.
pub(crate) fn texts(value: &Value, name: &str) -> Result<Vec<String>, Wrong> {
    value
        .as_array()
        .and_then(|list| {
            list.iter()
                .filter(|one| !one.is_null())
                .map(|one| one.as_str().map(str::to_owned))
                .collect()
        })
        .ok_or_else(|| format!("`{name}` must be a list of texts"))
}

pub(crate) fn gapped(value: &Value, name: &str) -> Result<Vec<Option<f64>>, Wrong> {
    value
        .as_array()
        .and_then(|list| {
            list.iter()
                .map(|one| {
                    if one.is_null() {
                        Some(None)
                    } else {
                        number(one).map(Some)
                    }
                })
                .collect()
        })
        .ok_or_else(|| format!("`{name}` must be a list of numbers or nulls"))
}

pub(crate) fn wholes(value: &Value, name: &str) -> Result<Vec<usize>, Wrong> {
    value
        .as_array()
        .and_then(|list| list.iter().map(whole).collect())
        .ok_or_else(|| format!("`{name}` must be a list of whole numbers of 0 or more"))
}

pub(crate) fn same_length(first: (&str, usize), second: (&str, usize)) -> Result<(), Wrong> {
    if first.1 == second.1 {
        return Ok(());
    }
    Err(format!(
        "`{}` has {} entries and `{}` {}, they must have as many",
        first.0, first.1, second.0, second.1
    ))
}
