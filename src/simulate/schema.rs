//! The smallest value that fits a JSON Schema, for calls that ask for structured output.
//!
//! Covers what vendors accept in strict mode. Patterns and formats are not obeyed.

use serde_json::{Map, Value, json};

use super::chance::Chance;

/// Deepest nesting that is followed; recursive schemas end there.
const DEEPEST: usize = 12;

/// A value that fits `schema`. Enumerations and booleans are drawn, but `answer` is taken where it is one of the
/// choices, and stands in the first free text or number.
pub(super) fn instance(schema: &Value, answer: &str, chance: &mut Chance) -> Value {
    let mut maker = Maker {
        root: schema,
        answer: Some(answer),
        chance,
    };
    maker.make(schema, 0)
}

struct Maker<'a> {
    root: &'a Value,
    /// Taken by the first place it fits.
    answer: Option<&'a str>,
    chance: &'a mut Chance,
}

impl<'a> Maker<'a> {
    fn make(&mut self, schema: &'a Value, depth: usize) -> Value {
        let Some(rules) = schema.as_object().filter(|_| depth < DEEPEST) else {
            return Value::Null;
        };
        if let Some(target) = rules.get("$ref").and_then(Value::as_str) {
            let root = self.root;
            return match target.strip_prefix('#').and_then(|pointer| root.pointer(pointer)) {
                Some(found) => self.make(found, depth + 1),
                None => Value::Null,
            };
        }
        if let Some(value) = rules.get("const") {
            return value.clone();
        }
        if let Some(choices) = rules.get("enum").and_then(Value::as_array)
            && !choices.is_empty()
        {
            return self.choose(choices);
        }
        for word in ["anyOf", "oneOf", "allOf"] {
            if let Some(Value::Array(inner)) = rules.get(word)
                && let Some(first) = inner.iter().find(|one| !is_null_type(one))
            {
                return self.make(first, depth + 1);
            }
        }
        match type_of(rules) {
            "object" => self.object(rules, depth),
            "array" => {
                let count = rules.get("minItems").and_then(Value::as_u64).unwrap_or(1).min(100);
                let item = rules.get("items");
                Value::Array(
                    (0..count)
                        .filter_map(|_| item.map(|item| self.make(item, depth + 1)))
                        .collect(),
                )
            }
            "integer" => self.number(rules, true),
            "number" => self.number(rules, false),
            "boolean" => Value::Bool(self.chance.unit() < 0.5),
            "null" => Value::Null,
            _ => self.text(rules),
        }
    }

    fn choose(&mut self, choices: &[Value]) -> Value {
        let wanted = self
            .answer
            .and_then(|answer| choices.iter().find(|choice| choice.as_str() == Some(answer.trim())));
        if let Some(choice) = wanted {
            self.answer = None;
            return choice.clone();
        }
        self.chance.pick(choices).clone()
    }

    fn object(&mut self, rules: &'a Map<String, Value>, depth: usize) -> Value {
        let required: Option<Vec<&str>> = rules
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect());
        let mut object = Map::new();
        if let Some(properties) = rules.get("properties").and_then(Value::as_object) {
            for (name, inner) in properties {
                if required.as_ref().is_none_or(|names| names.contains(&name.as_str())) {
                    let value = self.make(inner, depth + 1);
                    object.insert(name.clone(), value);
                }
            }
        }
        Value::Object(object)
    }

    fn number(&mut self, rules: &Map<String, Value>, whole: bool) -> Value {
        let bound = |word: &str| rules.get(word).and_then(Value::as_f64);
        let low = bound("minimum").or(bound("exclusiveMinimum").map(|low| low + 1.0));
        let high = bound("maximum").or(bound("exclusiveMaximum").map(|high| high - 1.0));
        let within = |value: f64| low.is_none_or(|low| value >= low) && high.is_none_or(|high| value <= high);
        let given = self.answer.and_then(|answer| answer.trim().parse::<f64>().ok());
        if let Some(value) = given
            && value.is_finite()
            && within(value)
            && (!whole || value.fract() == 0.0)
        {
            self.answer = None;
            return number(value, whole);
        }
        let low = low.unwrap_or(high.map_or(0.0, |high| high.min(0.0)));
        let high = high.unwrap_or(low + 10.0).max(low);
        let drawn = low + (high - low) * self.chance.unit();
        number(if whole { drawn.round() } else { drawn }, whole)
    }

    fn text(&mut self, rules: &Map<String, Value>) -> Value {
        let length = |word: &str| {
            rules
                .get(word)
                .and_then(Value::as_u64)
                .and_then(|count| usize::try_from(count).ok())
        };
        let mut text: String = self.answer.take().unwrap_or("simulated").to_owned();
        if let Some(most) = length("maxLength") {
            text = text.chars().take(most).collect();
        }
        let least = length("minLength").unwrap_or(0).min(10_000);
        let missing = least.saturating_sub(text.chars().count());
        text.extend(std::iter::repeat_n('.', missing));
        Value::String(text)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "drawn between bounds; a cut end is still a number"
)]
fn number(value: f64, whole: bool) -> Value {
    if whole { json!(value as i64) } else { json!(value) }
}

fn is_null_type(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn type_of(rules: &Map<String, Value>) -> &str {
    match rules.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .unwrap_or("null"),
        _ if rules.contains_key("properties") => "object",
        _ if rules.contains_key("items") => "array",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(schema: &Value, answer: &str) -> Value {
        instance(schema, answer, &mut Chance::of(1, "schema", &[]))
    }

    #[test]
    fn values_fit_their_schema() {
        let schemas = [
            json!({"type": "object", "properties": {"verdict": {"enum": ["A", "B", "tie"]}, "why": {"type": "string", "minLength": 3}},
                   "required": ["verdict", "why"], "additionalProperties": false}),
            json!({"type": "object", "properties": {"score": {"type": "integer", "minimum": 1, "maximum": 5}, "sure": {"type": "boolean"}},
                   "required": ["score"]}),
            json!({"type": "array", "items": {"type": "number", "exclusiveMinimum": 2}, "minItems": 3}),
            json!({"$defs": {"node": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 4}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]}},
                   "required": ["name"]}}, "$ref": "#/$defs/node"}),
            json!({"type": ["null", "string"]}),
            json!({"const": {"a": 1}}),
            json!({}),
            json!(true),
        ];
        for schema in &schemas {
            for answer in ["B", "42", "3", "긴 한국어 답변입니다"] {
                let value = made(schema, answer);
                let validator = jsonschema::validator_for(schema).unwrap();
                assert!(validator.is_valid(&value), "{schema} {value}");
            }
        }
    }

    #[test]
    fn the_answer_stands_where_it_fits() {
        let verdict =
            json!({"type": "object", "properties": {"why": {"enum": ["x"]}, "verdict": {"enum": ["A", "B"]}}});
        for answer in ["A", "B"] {
            assert_eq!(made(&verdict, answer)["verdict"], answer);
        }
        let number = json!({"properties": {"sum": {"type": "number"}}});
        assert_eq!(made(&number, "12.5")["sum"], json!(12.5));
    }

    #[test]
    fn recursion_ends() {
        let endless = json!({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]});
        assert!(made(&endless, "x").to_string().len() < 1000);
    }
}
