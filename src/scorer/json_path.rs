//! One place in the answer's JSON.

use ::regex::Regex;
use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::{QueryRef, js_path_process};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::json::{Find, find_json, means, same};
use super::params::Rule;
use super::shared::quote;
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::Said;
use crate::domain::case::text_of;
use crate::said;
use crate::text::normalise::nfc;

/// Passes when a place in the answer's JSON holds what it should.
///
/// Use it when only part of a structured answer matters: one field, the number of items. The place is a JSONPath
/// (RFC 9535), for example `$.person.name`, `$.items[*].price` or `$.items[?@.stock > 0]`; a path may select
/// several values. By default the path has to select at least one. Every condition that is set must hold.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: List three Korean cities as JSON with a field cities.
///     expect: 서울
/// scorers:
///   - type: json_path
///     path: $.cities[*]
///     expected: true
///     min_count: 3
///     max_count: 3
///   - type: json_path
///     name: no-error
///     path: $.error
///     exists: false
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonPath {
    /// The JSONPath, beginning with `$`.
    path: String,
    /// Whether the path has to select something (`true`, the default) or nothing (`false`).
    #[serde(default = "yes")]
    exists: bool,
    /// One of the values has to equal this.
    #[serde(default, deserialize_with = "given")]
    equals: Option<Value>,
    /// One of the values has to equal one of the case's accepted answers.
    #[serde(default)]
    expected: bool,
    /// One of the values, as text, has to match this regular expression.
    matches: Option<String>,
    /// The path has to select at least this many values.
    min_count: Option<u32>,
    /// The path may select at most this many values.
    max_count: Option<u32>,
    /// Where the JSON may stand.
    #[serde(default)]
    find: Find,
}

fn yes() -> bool {
    true
}

/// Keeps `equals: null` apart from no `equals`.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

struct Compiled {
    query: JpQuery,
    matches: Option<Regex>,
    rule: JsonPath,
}

impl Rule for JsonPath {
    const NAME: &'static str = "json_path";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        let query = parse_json_path(&self.path).map_err(|error| {
            let told = error.to_string();
            let what = told
                .lines()
                .rev()
                .find_map(|line| line.trim().strip_prefix("= "))
                .map_or(String::new(), |what| format!(": {what}"));
            Refusal::of(
                "path",
                said!(
                    "`path` is not a JSONPath{what}",
                    "`path` 값이 JSONPath가 아닙니다{what}"
                ),
            )
            .help(said!("for example `$.items[0].name`", "예: `$.items[0].name`"))
        })?;
        let matches = match &self.matches {
            None => None,
            Some(pattern) => Some(Regex::new(&nfc(pattern)).map_err(|error| {
                let told = error.to_string();
                let what = told.lines().last().unwrap_or_default();
                let what = what.trim().trim_start_matches("error: ");
                Refusal::of(
                    "matches",
                    said!(
                        "`matches` is not a regular expression: {what}",
                        "`matches` 값이 정규식이 아닙니다: {what}"
                    ),
                )
            })?),
        };
        let conditions = self.equals.is_some()
            || self.expected
            || self.matches.is_some()
            || self.min_count.is_some()
            || self.max_count.is_some();
        if !self.exists && conditions {
            return Err(Refusal::of(
                "exists",
                said!(
                    "`exists: false` leaves nothing for other conditions",
                    "`exists: false`이면 다른 조건이 볼 것이 없습니다"
                ),
            )
            .help(said!(
                "leave out either `exists` or the others",
                "`exists`나 다른 조건 가운데 하나를 빼세요"
            )));
        }
        if let (Some(min), Some(max)) = (self.min_count, self.max_count)
            && min > max
        {
            return Err(Refusal::of(
                "max_count",
                said!(
                    "`max_count` is below `min_count`",
                    "`max_count`가 `min_count`보다 작습니다"
                ),
            ));
        }
        Ok(Box::new(Compiled {
            query,
            matches,
            rule: self,
        }))
    }
}

impl Compiled {
    /// What does not hold for the selected values; `Ok` with a reason when all does.
    fn judge(&self, values: &[&Value], answer: &Answer<'_>) -> Result<Said, Said> {
        let shown = match values {
            [] => said!("nothing", "없음"),
            [one] => quote(&one.to_string()).into(),
            many => said!("{} values", "값 {}개", many.len()),
        };
        let selected = said!("the path selects {shown}", "경로가 고른 것: {shown}");
        if !self.rule.exists {
            return if values.is_empty() { Ok(selected) } else { Err(selected) };
        }
        let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let (min, max) = (self.rule.min_count, self.rule.max_count);
        // Where counts are asked for, they decide whether nothing is too few.
        if min.is_some_and(|min| count < min)
            || max.is_some_and(|max| count > max)
            || (values.is_empty() && min.is_none() && max.is_none())
        {
            return Err(selected);
        }
        if let Some(equals) = &self.rule.equals
            && !values.iter().any(|value| same(equals, value))
        {
            return Err(said!(
                "{selected}, not {}",
                "{selected}. {}이(가) 아닙니다",
                quote(&equals.to_string())
            ));
        }
        if let Some(pattern) = &self.matches
            && !values.iter().any(|value| pattern.is_match(&nfc(&text_of(value))))
        {
            return Err(said!(
                "{selected}, which does not match the pattern",
                "{selected}. 패턴과 맞지 않습니다"
            ));
        }
        if self.rule.expected {
            let expect = &answer.case.expect;
            let meant = |value: &&Value| expect.iter().any(|one| means(one, value));
            if !values.iter().any(meant) {
                return Err(said!(
                    "{selected}, not what was expected",
                    "{selected}. 예상과 다릅니다"
                ));
            }
        }
        Ok(selected)
    }
}

impl Scorer for Compiled {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        if self.rule.expected && answer.case.expect.is_empty() {
            return Grade::unscored(super::no_expect());
        }
        let value = match find_json(answer.text(), self.rule.find) {
            Ok(value) => value,
            Err(why) => return Grade::pass(false, why),
        };
        let values: Vec<&Value> = match js_path_process(&self.query, &value) {
            Ok(found) => found.into_iter().map(QueryRef::val).collect(),
            Err(error) => return Grade::unscored(said!("the path failed: {error}", "경로를 찾지 못했습니다: {error}")),
        };
        match self.judge(&values, answer) {
            Ok(why) => Grade::pass(true, why),
            Err(why) => Grade::pass(false, why),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, passes, refusal};

    const TEXT: &str = r#"{"이름": "김민수", "items": [{"n": 1}, {"n": 2.0}], "none": null}"#;

    #[test]
    fn places_are_judged() {
        for (params, wanted) in [
            (json!({"path": "$.items"}), true),
            (json!({"path": "$.other"}), false),
            (json!({"path": "$.other", "exists": false}), true),
            (json!({"path": "$.items", "exists": false}), false),
            (json!({"path": "$.items[*].n", "equals": 2}), true),
            (json!({"path": "$.items[?@.n > 1].n", "equals": 1}), false),
            (json!({"path": "$.none", "equals": null}), true),
            (json!({"path": "$.other", "equals": null}), false),
            (json!({"path": "$['이름']", "matches": "^김"}), true),
            (json!({"path": "$.items[*]", "min_count": 2, "max_count": 2}), true),
            (json!({"path": "$.items[*]", "min_count": 3}), false),
            (json!({"path": "$.other", "max_count": 0}), true),
            (json!({"path": "$['이름']", "expected": true}), true),
            (json!({"path": "$.items[0].n", "expected": true}), false),
        ] {
            assert_eq!(passes("json_path", &params, json!("김민수"), TEXT), wanted, "{params}");
        }
        assert!(!passes("json_path", &json!({"path": "$.a"}), json!("x"), "no JSON"));
        let grade = Scene::new(TEXT).grade("json_path", &json!({"path": "$.items", "expected": true}));
        assert!(matches!(grade.mark, Mark::Unscored(_)));
    }

    #[test]
    fn wrong_parameters_are_refused_before_the_run() {
        assert_eq!(refusal("json_path", &json!({})), "`path` is missing");
        let told = refusal("json_path", &json!({"path": "items[0"}));
        assert!(told.starts_with("`path` is not a JSONPath"), "{told}");
        assert_eq!(
            refusal("json_path", &json!({"path": "$", "exists": false, "min_count": 1})),
            "`exists: false` leaves nothing for other conditions"
        );
        assert_eq!(
            refusal("json_path", &json!({"path": "$", "max_count": 1, "min_count": 2})),
            "`max_count` is below `min_count`"
        );
    }
}
