//! The user's documentation of the scorers, made of their parameter types.

use std::fmt::Write as _;

use serde_json::Value;

use super::{ALL, Kind};

/// The page of one scorer in Markdown: its description, then its fields.
#[must_use]
pub fn page(kind: &Kind) -> String {
    let schema = Value::from((kind.schema)());
    let description = schema["description"].as_str().unwrap_or_default();
    let mut page = format!("## `{}`\n\n{}\n", kind.name, demoted(description));
    let Some(fields) = schema["properties"].as_object() else {
        page.push_str("\n### Fields\n\nNone of its own.\n");
        return page;
    };
    page.push_str("\n### Fields\n\n");
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, field) in fields {
        let mut facts = vec![takes(field)];
        if required.contains(&name.as_str()) {
            facts.push("required".to_owned());
        } else if let Some(default) = field.get("default").filter(|value| !value.is_null()) {
            facts.push(format!("default `{}`", as_yaml(default)));
        }
        let text = field["description"].as_str().unwrap_or_default();
        let text = text.replace("\n\n", " ").replace('\n', " ");
        let _ = writeln!(page, "- `{name}` ({}): {text}", facts.join(", "));
        for (word, meaning) in words(field) {
            let _ = writeln!(page, "  - `{word}`: {meaning}");
        }
    }
    page
}

/// Every scorer on one page: what `docs/scorers.md` holds.
#[must_use]
pub fn manual() -> String {
    let mut manual = INTRODUCTION.to_owned();
    for kind in ALL {
        let schema = Value::from((kind.schema)());
        let description = schema["description"].as_str().unwrap_or_default();
        let first = description.split("\n\n").next().unwrap_or_default();
        let first = first.replace('\n', " ");
        let _ = writeln!(manual, "| [`{0}`](#{0}) | {first} |", kind.name);
    }
    for kind in ALL {
        manual.push('\n');
        manual.push_str(&page(kind));
    }
    manual
}

const INTRODUCTION: &str = "\
<!-- Made from the doc comments in src/scorer by its tests; run them with NARANI_UPDATE=1 to renew it. -->

# Scorers

A scorer judges one answer. A suite lists its scorers under `scorers`; a case may add its own. An entry names the
scorer with `type`; one that needs no fields may be written as a bare name: `scorers: [includes]`. All scorers
take these fields:

- `type` (text, required): which scorer.
- `name` (text, default the type): its name in tables and exports; unique within the suite.
- `weight` (number, default `1`): its share in the score of an answer; `0` makes it informational.
- `threshold` (number from 0 to 1): points from which an answer passes, for scorers that give points.
- `not` (true or false, default `false`): turn the verdict round; points p become 1 − p.

An answer passes when every scorer of a weight above 0 passes it. A scorer that cannot judge leaves the answer
without a verdict, with the reason, even if another scorer failed it: such an answer is in no rate, else the failures
alone would be counted. A scorer that can judge only some answers (`latency` and `cost` of recorded ones cannot be
judged) informs best with `weight: 0`. The score of an answer is the weighted mean of its points, where pass is 1 and
failure 0.

Expectations are the case's `expect`: one value or a list of accepted ones, any of which is right. Answer and
expectation are compared in Unicode NFC, so that Hangul is the same however it was typed. Answers that the
provider's filter withheld are judged by `refusal` and `finish` only.

| scorer | what it does |
|---|---|
";

/// Headings inside a description, two levels down.
fn demoted(description: &str) -> String {
    let mut in_code = false;
    let lines: Vec<String> = description
        .lines()
        .map(|line| {
            if line.starts_with("```") {
                in_code = !in_code;
            }
            if !in_code && line.starts_with('#') {
                format!("##{line}")
            } else {
                line.to_owned()
            }
        })
        .collect();
    lines.join("\n")
}

/// What a field takes, in words.
fn takes(field: &Value) -> String {
    if !words(field).is_empty() {
        return match (field.get("items"), field.get("anyOf")) {
            (Some(_), _) => "list of the words below".to_owned(),
            (None, Some(_)) => "one of the words below or a list of them".to_owned(),
            (None, None) => "one of the words below".to_owned(),
        };
    }
    if let Some(values) = field["enum"].as_array() {
        let values: Vec<String> = values
            .iter()
            .filter(|value| !value.is_null())
            .map(|value| format!("`{}`", as_yaml(value)))
            .collect();
        return values.join(", ");
    }
    if let Some(choices) = field.get("anyOf").and_then(Value::as_array) {
        let mut choices: Vec<String> = choices
            .iter()
            .filter(|choice| choice["type"] != "null")
            .map(takes)
            .collect();
        choices.dedup();
        return choices.join(" or ");
    }
    let kinds: Vec<&str> = match &field["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let word = |kind: &&str| match *kind {
        "string" => Some("text".to_owned()),
        "boolean" => Some("true or false".to_owned()),
        "integer" => Some("whole number".to_owned()),
        "number" => Some("number".to_owned()),
        "object" => Some("map".to_owned()),
        "array" => Some(match field.get("items") {
            Some(items) => match takes(items).as_str() {
                "text" => "list of texts".to_owned(),
                other => format!("list of {other}"),
            },
            None => "list".to_owned(),
        }),
        _ => None,
    };
    let words: Vec<String> = kinds.iter().filter_map(word).collect();
    if words.is_empty() {
        "any value".to_owned()
    } else {
        words.join(" or ")
    }
}

/// The words a field knows with their meanings, its own, those of its items or of one of its forms.
fn words(field: &Value) -> Vec<(String, String)> {
    let own: Vec<(String, String)> = field["oneOf"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let word = one["const"].as_str()?;
            let meaning = one["description"].as_str().unwrap_or_default();
            Some((word.to_owned(), meaning.replace('\n', " ")))
        })
        .collect();
    if !own.is_empty() {
        return own;
    }
    if let Some(items) = field.get("items") {
        return words(items);
    }
    field["anyOf"]
        .as_array()
        .into_iter()
        .flatten()
        .map(words)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// A default as a suite would have it.
fn as_yaml(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(as_yaml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), super::shared::plain),
        other => other.to_string(),
    }
}
