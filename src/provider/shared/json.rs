//! Lenient reading of JSON, deep merging, and clipping of quotes.

use serde_json::{Map, Value};

/// Longest quote of a provider's words, in characters.
const QUOTE_LIMIT: usize = 600;

/// A value as text: strings as they are, numbers and booleans as written; `None` for null and the rest.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// [`text`] of a member; `None` when it or the object is missing.
pub(crate) fn text_at(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(text)
}

/// A finite number, also one written as a string.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

/// A count: a whole number, a float without a fraction worth keeping, or digits in a string.
pub(crate) fn count(value: &Value) -> Option<u64> {
    if let Some(count) = value.as_u64() {
        return Some(count);
    }
    if let Value::String(text) = value {
        return text.trim().parse().ok();
    }
    let number = number(value)?.round();
    // Beyond 2^53 a float holds no exact count any more, so nothing is claimed.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole, not negative and below 2^53"
    )]
    (0.0..9_007_199_254_740_992.0)
        .contains(&number)
        .then_some(number as u64)
}

/// [`count`] of a member; `None` when it or the object is missing.
pub(crate) fn count_at(value: &Value, key: &str) -> Option<u64> {
    value.get(key).and_then(count)
}

/// Lays `extra` over `body`: objects deeply, everything else replaced.
pub(crate) fn merge(body: &mut Value, extra: &Map<String, Value>) {
    if !body.is_object() {
        *body = Value::Object(Map::new());
    }
    let Value::Object(members) = body else {
        return;
    };
    for (key, value) in extra {
        match (members.get_mut(key), value) {
            (Some(old @ Value::Object(_)), Value::Object(new)) => merge(old, new),
            _ => {
                members.insert(key.clone(), value.clone());
            }
        }
    }
}

/// A quote of outside text: blanks around it removed, at most 600 characters, an ellipsis where it was cut.
pub(crate) fn clip(text: &str) -> String {
    clip_to(text, QUOTE_LIMIT)
}

/// [`clip`] to another number of characters.
pub(super) fn clip_to(text: &str, limit: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_are_read_from_every_form_a_server_uses() {
        for (value, expected) in [
            (json!(30_000_000_000_u64), Some(30_000_000_000)),
            (json!(12.0), Some(12)),
            (json!("42"), Some(42)),
            (json!(-1), None),
            (json!(1e300), None),
            (json!(null), None),
            (json!([1]), None),
        ] {
            assert_eq!(count(&value), expected, "{value}");
        }
    }

    #[test]
    fn merging_goes_deep_and_replaces_the_rest() {
        let mut body = json!({"a": {"b": 1, "c": [1]}, "d": 2});
        let extra = json!({"a": {"c": [2], "e": null}, "d": {"f": 3}});
        merge(&mut body, extra.as_object().expect("an object"));
        assert_eq!(body, json!({"a": {"b": 1, "c": [2], "e": null}, "d": {"f": 3}}));
    }

    #[test]
    fn quotes_are_cut_between_characters() {
        assert_eq!(clip_to("  나란히 놓다 ", 3), "나란히…");
        assert_eq!(clip_to("나란히 놓다", 4), "나란히…");
        assert_eq!(clip_to(" 나란히 ", 3), "나란히");
        assert_eq!(clip(&"가".repeat(700)).chars().count(), 601);
    }
}
