//! Templates that do nothing but put variables into text, which most do: checked without rendering, rendered without the
//! engine. A test in `template` holds them against it.

use serde_json::{Map, Value};

/// A piece of such a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bit {
    /// Text as it stands.
    Text(String),
    /// A variable, or a part of one.
    Path(Vec<String>),
}

impl Bit {
    /// Whether the variable is there and prints as itself.
    pub(super) fn known(&self, vars: &Map<String, Value>) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Path(path) => looked_up(path, vars).is_some_and(|value| match value {
                Value::Null => false,
                Value::Array(items) => !items.contains(&Value::Null),
                _ => true,
            }),
        }
    }
}

/// The parts of a template that does nothing but put variables into text.
pub(super) fn plain(source: &str) -> Option<Vec<Bit>> {
    if source.contains("{%") || source.contains("{#") {
        return None;
    }
    let mut bits = Vec::new();
    let mut rest = source;
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            bits.push(Bit::Text(rest[..open].to_owned()));
        }
        let inner = &rest[open + 2..];
        let close = inner.find("}}")?;
        let path: Vec<String> = inner[..close].trim().split('.').map(str::to_owned).collect();
        if !path.iter().all(|name| is_identifier(name)) {
            return None;
        }
        bits.push(Bit::Path(path));
        rest = &inner[close + 2..];
    }
    if !rest.is_empty() {
        bits.push(Bit::Text(rest.to_owned()));
    }
    Some(bits)
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && letters.all(|letter| letter == '_' || letter.is_alphanumeric())
        && !matches!(
            name,
            "true" | "false" | "none" | "True" | "False" | "None" | "not" | "self" | "loop"
        )
}

/// The text of a plain template, when each of its variables is text or a whole number.
pub(super) fn filled(bits: &[Bit], vars: &Map<String, Value>) -> Option<String> {
    let mut text = String::new();
    for bit in bits {
        match bit {
            Bit::Text(piece) => text.push_str(piece),
            Bit::Path(path) => match looked_up(path, vars)? {
                Value::String(value) => text.push_str(value),
                Value::Number(number) if !number.is_f64() => text.push_str(&number.to_string()),
                _ => return None,
            },
        }
    }
    Some(text)
}

fn looked_up<'v>(path: &[String], vars: &'v Map<String, Value>) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    let (start, rest) = match (vars.get(first), rest.split_first()) {
        (Some(value), _) if first != "vars" => (value, rest),
        (_, Some((second, rest))) if first == "vars" => (vars.get(second)?, rest),
        _ => return None,
    };
    rest.iter().try_fold(start, |value, name| value.get(name))
}
