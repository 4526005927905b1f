//! JSON that has the right shape.

use jsonschema::Validator;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::json::{Find, find_json};
use super::params::Rule;
use super::shared::quote;
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::Said;
use crate::said;

/// Passes when the answer is JSON that fits a JSON Schema.
///
/// Use it for structured output: required fields, types, allowed values, lengths. The schema stands in the suite
/// under `schema`; it is compiled once, before anything is asked. Drafts 4 to 2020-12 are known (`$schema` says
/// which, 2020-12 by default). References have to stay inside the schema; nothing is fetched. The words of
/// `format` are checked only where the draft says so.
///
/// The reason given names the first places that do not fit.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Describe Seoul as JSON with the fields name and population.
/// scorers:
///   - type: json_schema
///     schema:
///       type: object
///       required: [name, population]
///       properties:
///         name: {type: string}
///         population: {type: integer, minimum: 1}
///       additionalProperties: false
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonSchemaRule {
    /// The JSON Schema.
    schema: Value,
    /// Where the JSON may stand.
    #[serde(default)]
    find: Find,
}

struct Compiled {
    validator: Validator,
    find: Find,
}

impl Rule for JsonSchemaRule {
    const NAME: &'static str = "json_schema";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        if !matches!(self.schema, Value::Object(_) | Value::Bool(_)) {
            return Err(Refusal::of(
                "schema",
                said!("`schema` must be a map", "`schema` 값은 맵이어야 합니다"),
            ));
        }
        if let Some(reference) = remote_reference(&self.schema) {
            return Err(Refusal::of(
                "schema",
                said!(
                    "`schema` refers to `{reference}`",
                    "`schema`가 `{reference}`를 가리킵니다"
                ),
            )
            .help(said!(
                "put it under `$defs` and refer to `#/$defs/NAME`; nothing is fetched",
                "`$defs` 아래에 두고 `#/$defs/이름`으로 가리키세요. 밖에서 받아 오지 않습니다"
            )));
        }
        let validator = jsonschema::options().offline().build(&self.schema).map_err(|error| {
            Refusal::of(
                "schema",
                said!(
                    "`schema` is not a JSON Schema: {error}",
                    "`schema` 값이 JSON 스키마가 아닙니다: {error}"
                ),
            )
        })?;
        Ok(Box::new(Compiled {
            validator,
            find: self.find,
        }))
    }
}

/// A reference that leads out of the schema. Those to the published meta-schemas are built in.
fn remote_reference(schema: &Value) -> Option<&str> {
    match schema {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| match value {
            Value::String(target)
                if matches!(key.as_str(), "$ref" | "$dynamicRef" | "$recursiveRef")
                    && target.contains(':')
                    && !target.contains("//json-schema.org/") =>
            {
                Some(target.as_str())
            }
            // What these hold are values, not schemas.
            _ if matches!(key.as_str(), "const" | "enum" | "examples" | "default") => None,
            other => remote_reference(other),
        }),
        Value::Array(items) => items.iter().find_map(remote_reference),
        _ => None,
    }
}

/// How many places that do not fit a reason names.
const SHOWN: usize = 3;

impl Scorer for Compiled {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let value = match find_json(answer.text(), self.find) {
            Ok(value) => value,
            Err(why) => return Grade::pass(false, why),
        };
        let mut faults: Vec<Said> = self
            .validator
            .iter_errors(&value)
            .take(SHOWN + 1)
            .map(|error| {
                let place = error.instance_path().to_string();
                let what = one_line(&error.to_string());
                if place.is_empty() {
                    what.into()
                } else {
                    said!("{} at {}", "{1} 자리: {0}", what, quote(&place))
                }
            })
            .collect();
        if faults.is_empty() {
            return Grade::pass(true, said!("the JSON fits the schema", "JSON이 스키마에 맞습니다"));
        }
        if faults.len() > SHOWN {
            faults.truncate(SHOWN);
            faults.push(said!("and more", "그 밖에도 더 있습니다"));
        }
        Grade::pass(false, Said::joined(&faults, "; "))
    }
}

/// The crate quotes the offending value, which is outside text of any length.
fn one_line(told: &str) -> String {
    quote(told).trim_matches('`').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::scorer::testing::{Scene, passes, refusal};

    #[test]
    fn shapes_are_checked() {
        let params = json!({"schema": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"$ref": "#/$defs/word"}, "n": {"type": "integer"}},
            "$defs": {"word": {"type": "string", "minLength": 2}},
        }});
        let judge = |text| passes("json_schema", &params, json!("x"), text);
        assert!(judge("{\"name\": \"서울\"}"));
        assert!(judge("```json\n{\"name\": \"서울\", \"n\": 3}\n```"));
        for text in [
            "{\"name\": \"a\"}",
            "{}",
            "{\"name\": \"ab\", \"n\": \"3\"}",
            "[]",
            "서울",
        ] {
            assert!(!judge(text), "{text}");
        }
        let grade = Scene::new("{\"name\": 1, \"n\": \"x\"}").grade("json_schema", &params);
        assert!(
            grade.why.contains("`/name`") && grade.why.contains("`/n`"),
            "{}",
            grade.why
        );
    }

    #[test]
    fn nothing_is_fetched() {
        for schema in [
            json!({"$ref": "https://example.com/a.json"}),
            json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}),
        ] {
            let told = refusal("json_schema", &json!({"schema": schema}));
            assert!(told.starts_with("`schema` refers to `"), "{told}");
        }
        let relative = json!({"schema": {"$ref": "other.json"}});
        let told = refusal("json_schema", &relative);
        assert!(told.starts_with("`schema` is not a JSON Schema"), "{told}");
        // A value that looks like a reference is none.
        let value = json!({"schema": {"const": {"$ref": "https://example.com"}}});
        assert!(passes(
            "json_schema",
            &value,
            json!("x"),
            "{\"$ref\": \"https://example.com\"}"
        ));
    }

    #[test]
    fn wrong_schemas_are_refused_before_the_run() {
        assert_eq!(refusal("json_schema", &json!({})), "`schema` is missing");
        assert_eq!(
            refusal("json_schema", &json!({"schema": "x"})),
            "`schema` must be a map"
        );
        let told = refusal("json_schema", &json!({"schema": {"type": "objekt"}}));
        assert!(told.starts_with("`schema` is not a JSON Schema"), "{told}");
    }
}
