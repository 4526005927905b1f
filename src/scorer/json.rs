//! JSON in the answer, and how scorers find it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Deserializer, Value};

use super::params::Rule;
use super::shared::quote;
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::Said;
use crate::said;
use crate::text::normalise::is_space;

/// Where in an answer JSON may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Find {
    /// The answer is JSON and nothing else.
    Whole,
    /// The answer is JSON, or has one fenced block (three back-ticks) that is.
    #[default]
    Fenced,
    /// The first object or list anywhere in the answer.
    Anywhere,
}

/// Passes when the answer is valid JSON.
///
/// Use it for answers that a program reads. By default the answer may be bare JSON or hold it in one fenced
/// block, as chat models like to; text around the block is allowed. Nothing is repaired: JSON that is cut off or
/// in single quotes is not valid.
///
/// With `equal: true` the value must also equal one of the case's accepted answers, written in the suite as a
/// value or as JSON text. Order of fields and spelling of numbers (`1`, `1.0`) do not count. To check the shape
/// use `json_schema`, to check one place `json_path`.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Return name and age of Kim Minsu, 31, as a JSON object.
///     expect: {name: Kim Minsu, age: 31}
/// scorers:
///   - type: json
///     equal: true
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Json {
    /// Where the JSON may stand.
    #[serde(default)]
    find: Find,
    /// The value must equal one of the case's accepted answers.
    #[serde(default)]
    equal: bool,
}

impl Rule for Json {
    const NAME: &'static str = "json";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(self))
    }
}

impl Scorer for Json {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        if self.equal && answer.case.expect.is_empty() {
            return Grade::unscored(super::no_expect());
        }
        let value = match find_json(answer.text(), self.find) {
            Ok(value) => value,
            Err(why) => return Grade::pass(false, why),
        };
        if !self.equal {
            return Grade::pass(true, said!("valid JSON", "올바른 JSON입니다"));
        }
        if answer.case.expect.iter().any(|one| means(one, &value)) {
            return Grade::pass(true, said!("the JSON is the expected value", "JSON이 예상한 값입니다"));
        }
        let difference = answer
            .case
            .expect
            .first()
            .and_then(|expected| first_difference(&as_value(expected), &value));
        Grade::pass(
            false,
            difference.unwrap_or_else(|| said!("the JSON is not the expected value", "JSON이 예상한 값이 아닙니다")),
        )
    }
}

/// The JSON of an answer, or why there is none.
pub(super) fn find_json(answer: &str, find: Find) -> Result<Value, Said> {
    let whole = answer.trim_matches(|c| is_space(c) || c == '\u{feff}');
    let error = match serde_json::from_str(whole) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let invalid = |error: &serde_json::Error| said!("not valid JSON: {error}", "올바른 JSON이 아닙니다: {error}");
    match find {
        Find::Whole => Err(invalid(&error)),
        Find::Fenced => {
            let blocks = fenced(whole);
            let mut read = blocks.iter().map(|block| serde_json::from_str(block));
            match (read.next(), read.next()) {
                (None, _) => Err(invalid(&error)),
                (Some(Ok(value)), None) => Ok(value),
                (Some(Err(error)), None) => Err(said!("the fenced block is {}", "코드 블록 안: {}", invalid(&error))),
                (Some(_), Some(_)) => Err(said!(
                    "several fenced blocks, not clear which counts",
                    "코드 블록이 여러 개라 어느 것이 답인지 알 수 없습니다"
                )),
            }
        }
        Find::Anywhere => {
            // Beyond that many brackets it is not an answer with JSON in it; the bound keeps the search linear.
            const TRIES: usize = 1000;
            whole
                .match_indices(['{', '['])
                .take(TRIES)
                .find_map(|(at, _)| {
                    let mut values = Deserializer::from_str(&whole[at..]).into_iter();
                    values.next().and_then(Result::ok)
                })
                .ok_or_else(|| {
                    said!(
                        "no JSON object or list in the answer",
                        "답변에 JSON 객체나 목록이 없습니다"
                    )
                })
        }
    }
}

/// The insides of fenced blocks; a block that is not closed ends with the text.
fn fenced(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if !line.trim_start().starts_with("```") {
            continue;
        }
        match open.take() {
            Some(inside) => blocks.push(&text[inside..start]),
            None => open = Some(at),
        }
    }
    if let Some(inside) = open {
        blocks.push(&text[inside..]);
    }
    blocks
}

/// Whether an accepted answer, a value or JSON text, means this value.
pub(super) fn means(expected: &Value, value: &Value) -> bool {
    same(expected, value) || same(&as_value(expected), value)
}

/// An accepted answer as a value: JSON text is read, other text stays text.
fn as_value(expected: &Value) -> Value {
    match expected {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| expected.clone()),
        other => other.clone(),
    }
}

/// Equality that takes 1 and 1.0 for one number and text for one however it is composed.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // Of two whole numbers every digit counts; as fractions large ones would be alike.
        (Value::Number(x), Value::Number(y)) => x == y || ((x.is_f64() || y.is_f64()) && x.as_f64() == y.as_f64()),
        (Value::String(x), Value::String(y)) => crate::text::normalise::nfc(x) == crate::text::normalise::nfc(y),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| same(x, y)))
        }
        _ => a == b,
    }
}

/// Where two values first differ, in words.
fn first_difference(expected: &Value, got: &Value) -> Option<Said> {
    fn walk(path: &str, expected: &Value, got: &Value) -> Option<Said> {
        if same(expected, got) {
            return None;
        }
        match (expected, got) {
            (Value::Object(x), Value::Object(y)) => {
                for (key, x) in x {
                    let path = format!("{path}.{key}");
                    match y.get(key) {
                        None => return Some(said!("{} is missing", "{} 항목이 없습니다", quote(&path))),
                        Some(y) => {
                            if let Some(found) = walk(&path, x, y) {
                                return Some(found);
                            }
                        }
                    }
                }
                let extra = y.keys().find(|key| !x.contains_key(*key))?;
                Some(said!(
                    "{} is not expected",
                    "{} 항목은 예상에 없습니다",
                    quote(&format!("{path}.{extra}"))
                ))
            }
            (Value::Array(x), Value::Array(y)) if x.len() == y.len() => x
                .iter()
                .zip(y)
                .enumerate()
                .find_map(|(at, (x, y))| walk(&format!("{path}[{at}]"), x, y)),
            _ => Some(said!(
                "{} is {}, expected {}",
                "{} 값은 {}, 예상한 값은 {}입니다",
                quote(path),
                quote(&got.to_string()),
                quote(&expected.to_string())
            )),
        }
    }
    walk("$", expected, got)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, passes};

    #[test]
    fn json_is_found_where_it_may_stand() {
        let fence = "Here:\n```json\n{\"a\": [1, 2]}\n```\nDone.";
        let inline = "The object {\"a\": [1, 2]} it is.";
        for (text, whole, fenced, anywhere) in [
            (" {\"a\": [1, 2]}\n", true, true, true),
            (fence, false, true, true),
            ("```\n{\"a\": [1, 2]}", false, true, true),
            (inline, false, false, true),
            ("{'a': 1}", false, false, false),
            ("{\"a\": [1, 2]", false, false, true),
            ("no", false, false, false),
            ("", false, false, false),
            ("\u{feff}[]", true, true, true),
        ] {
            assert_eq!(find_json(text, Find::Whole).is_ok(), whole, "{text}");
            assert_eq!(find_json(text, Find::Fenced).is_ok(), fenced, "{text}");
            assert_eq!(find_json(text, Find::Anywhere).is_ok(), anywhere, "{text}");
        }
        let two = "```\n1\n```\n```\n2\n```";
        assert!(find_json(two, Find::Fenced).unwrap_err().contains("several"));
    }

    #[test]
    fn values_are_compared_deeply() {
        let params = json!({"equal": true});
        let expect = json!({"이름": "한글", "n": [1, 2.0]});
        let judge = |text: &str| passes("json", &params, expect.clone(), text);
        assert!(judge("{\"n\": [1.0, 2], \"이름\": \"\u{1112}\u{1161}\u{11ab}글\"}"));
        assert!(!judge("{\"n\": [2, 1], \"이름\": \"한글\"}"));
        assert!(passes("json", &params, json!("{\"a\": 1}"), "{\"a\": 1}"));
        assert!(passes("json", &params, json!(42), "42"));
        // As fractions both would be 1234567890123456800.
        let id = json!(1_234_567_890_123_456_789u64);
        assert!(passes("json", &params, id.clone(), "1234567890123456789"));
        assert!(!passes("json", &params, id, "1234567890123456788"));
        let missing = Scene::new("{\"n\": [1, 2]}").expect(expect.clone());
        assert_eq!(missing.grade("json", &params).why, "`$.이름` is missing");
        let other = Scene::new("{\"이름\": \"한글\", \"n\": [1, 3]}").expect(expect);
        assert_eq!(&*other.grade("json", &params).why, "`$.n[1]` is `3`, expected `2.0`");
        let none = Scene::new("{}").grade("json", &params);
        assert!(matches!(none.mark, Mark::Unscored(_)));
    }

    #[test]
    fn hostile_nesting_is_an_error_not_a_crash() {
        for text in ["[".repeat(1_000_000), "[0,".repeat(300_000), "{\"a\":".repeat(200_000)] {
            assert!(find_json(&text, Find::Anywhere).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            for find in ["whole", "fenced", "anywhere"] {
                let mark = Scene::new(&text).grade("json", &json!({"find": find})).mark;
                prop_assert!(matches!(mark, Mark::Pass(_)));
            }
        }
    }
}
