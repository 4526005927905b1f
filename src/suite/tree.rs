//! The one form into which every file is read before it is checked: scalars, lists and maps with places.
//!
//! A scalar keeps the text that stands in the file and whether it was quoted. What it means is decided late,
//! by who reads it: a field that wants text gets `007` as written, a field that wants a number gets 7. This
//! module does not read files and knows nothing of suites; `config` uses it too.

use crate::domain::Said;
use crate::said;
use serde_json::{Map, Number, Value};

/// Where a node stands: bytes of the file for texts; row and column, from 1, for sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte, or the row.
    pub start: usize,
    /// Byte after the last, or the column.
    pub end: usize,
}

impl Span {
    /// From one byte to another.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What stands there.
    pub data: Data,
    /// Where.
    pub span: Span,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// A scalar without quotes, as written: perhaps a number, `true`, `null`, or plain text.
    Plain(String),
    /// Text that can be nothing but text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the file; no key stands in it twice.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Text that can be nothing but text.
    #[must_use]
    pub fn text(text: impl Into<String>, span: Span) -> Self {
        Self {
            data: Data::Text(text.into()),
            span,
        }
    }

    /// The scalar as written; nothing for lists, maps and null.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Plain(_) if self.is_null() => None,
            Data::Plain(text) | Data::Text(text) => Some(text),
            Data::List(_) | Data::Map(_) => None,
        }
    }

    /// Nothing stands there: `null`, `~`, or a key without a value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.data, Data::Plain(text) if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// The entries of a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The same as JSON; plain scalars by [`canonical`].
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.data {
            Data::Plain(text) => canonical(text),
            Data::Text(text) => Value::String(text.clone()),
            Data::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Data::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// The same as JSON for machines (schemas, request bodies): a plain scalar that is a number in JSON is one, however
    /// it is written, so that `0.10` is not sent as text.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.data {
            Data::Plain(text) => canonical_json(text),
            Data::Text(text) => Value::String(text.clone()),
            Data::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Data::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// What it is, for sentences like "takes a list, not a map".
    #[must_use]
    pub fn describe(&self) -> Said {
        match &self.data {
            _ if self.is_null() => said!("nothing", "빈 값"),
            Data::Plain(text) => format!("`{}`", shortened(text)).into(),
            Data::Text(text) => said!("the text `{}`", "글 `{}`", shortened(text)),
            Data::List(_) => said!("a list", "목록"),
            Data::Map(_) => said!("a map", "맵"),
        }
    }
}

/// At most forty characters of `text`, on one line.
#[must_use]
pub fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    let mut short: String = line.chars().take(40).collect();
    if short.len() < text.trim_end().len() {
        short.push('…');
    }
    short
}

/// What an unquoted scalar means where any value may stand.
///
/// It becomes a number, `true`, `false` or null only when that value, printed, gives the very text that was
/// written. So `007`, `1_000`, `+5`, `no` and `1e3` stay text, and no value ever reads differently from what
/// people wrote.
#[must_use]
pub fn canonical(text: &str) -> Value {
    match text {
        "" | "~" | "null" => return Value::Null,
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    let numeric = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit() || byte == b'-');
    numeric
        .then(|| canonical_number(text))
        .flatten()
        .map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// What an unquoted scalar is in JSON.
fn canonical_json(text: &str) -> Value {
    match canonical(text) {
        Value::String(text) => match serde_json::from_str::<Number>(&text) {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text),
        },
        value => value,
    }
}

fn canonical_number(text: &str) -> Option<Number> {
    let number = if let Ok(whole) = text.parse::<i64>() {
        Number::from(whole)
    } else if let Ok(whole) = text.parse::<u64>() {
        Number::from(whole)
    } else {
        Number::from_f64(text.parse::<f64>().ok()?)?
    };
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::text_of;
    use proptest::prelude::*;

    #[test]
    fn only_what_prints_back_becomes_a_number() {
        for (text, number) in [
            ("0", true),
            ("42", true),
            ("-3", true),
            ("0.5", true),
            ("1.0", true),
            ("18446744073709551615", true),
            ("007", false),
            ("+5", false),
            ("1_000", false),
            ("1.50", false),
            (".5", false),
            ("1e3", false),
            ("0x10", false),
            ("-0", false),
            ("99999999999999999999", false),
            ("nan", false),
            ("-inf", false),
            ("2026-11-23", false),
        ] {
            assert_eq!(canonical(text).is_number(), number, "{text}");
        }
        assert_eq!(canonical("no"), Value::String("no".to_owned()));
        assert_eq!(canonical("True"), Value::String("True".to_owned()));
    }

    #[test]
    fn machines_get_numbers_where_json_has_them() {
        let json = |text: &str| {
            Node {
                data: Data::Plain(text.to_owned()),
                span: Span::default(),
            }
            .to_json()
        };
        assert_eq!(json("0.10"), 0.1);
        assert_eq!(json("1e3"), 1000.0);
        for text in ["007", "+5", ".5", "1_000", "no", "1e999"] {
            assert_eq!(json(text), text);
        }
    }

    #[test]
    fn quoted_scalars_stay_text() {
        assert_eq!(Node::text("3", Span::default()).to_value(), "3");
        assert!(!Node::text("", Span::default()).is_null());
    }

    #[test]
    fn long_scalars_are_shortened_in_messages() {
        assert_eq!(shortened("가나다"), "가나다");
        assert_eq!(shortened("a\nb"), "a…");
        assert_eq!(shortened(&"가".repeat(50)).chars().count(), 41);
    }

    proptest! {
        #[test]
        fn values_read_as_they_were_written(text in "\\PC{0,12}") {
            let value = canonical(&text);
            prop_assert!(value.is_null() || text_of(&value) == text);
        }

        #[test]
        fn numbers_read_as_they_were_written(text in "-?[0-9]{1,22}(\\.[0-9]{1,4})?(e[0-9])?") {
            prop_assert_eq!(text_of(&canonical(&text)), text);
        }
    }
}
