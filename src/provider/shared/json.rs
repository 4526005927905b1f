//! Lenient reading of JSON, deep merging, and clipping of quotes.

use serde_json::{Map, Value};

/// JSON as services write it; `None` when it is none.
///
/// Half of a surrogate pair (`\ud83d` alone) is no text and refused by the rules, but servers that cut answers in the middle
/// of an emoji write it; a replacement character stands for it then, as for any other broken byte.
pub(crate) fn json_of(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .ok()
        .or_else(|| serde_json::from_str(&mended(text)?).ok())
}

/// `text` with every escaped half of a surrogate pair replaced; `None` when there is none.
fn mended(text: &str) -> Option<String> {
    let half = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut mended, mut from, mut at) = (String::new(), 0, 0);
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        at += found;
        let pair = (half(at), half(at + 6));
        at += match pair {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str(&text[from..at]);
                mended.push_str("\\ufffd");
                from = at + 6;
                6
            }
            // Any other escape is at least two bytes; the second may itself be a backslash.
            _ => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    (from > 0).then(|| mended + &text[from..])
}

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
pub(crate) fn clip_to(text: &str, limit: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Whether an object tells an error: `null` is none.
pub(crate) fn has_error(value: &Value) -> bool {
    value.get("error").is_some_and(|error| !error.is_null())
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
    fn halves_of_surrogate_pairs_are_replaced_and_nothing_else() {
        for (text, expected) in [
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ude00b""#, "\u{fffd}b"),
            (r#""\uD83D\uDE00 \ud83d\u0041""#, "\u{1f600} \u{fffd}A"),
            (r#""\\ud83d \ud83d""#, "\\ud83d \u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        ] {
            assert_eq!(json_of(text), Some(json!(expected)), "{text}");
        }
        for text in [r#""\ud83"#, "\"\\", r#""\ud83d"#, "", r#""\ud83d\"#, "\"\\한\""] {
            assert_eq!(json_of(text), None, "{text}");
        }
    }

    #[test]
    fn quotes_are_cut_between_characters() {
        assert_eq!(clip_to("  나란히 놓다 ", 3), "나란히…");
        assert_eq!(clip_to("나란히 놓다", 4), "나란히…");
        assert_eq!(clip_to(" 나란히 ", 3), "나란히");
        assert_eq!(clip(&"가".repeat(700)).chars().count(), 601);
    }
}
