//! What holds for every scorer of the list.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use granit_parser::{Event, Parser, ScalarStyle};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::testing::{Scene, fields};
use super::*;
use crate::domain::{Mark, ScorerSpec};

/// Fields that every entry has besides the scorer's own.
const COMMON: [&str; 5] = ["type", "name", "weight", "threshold", "not"];

fn description(kind: &Kind) -> String {
    let schema = Value::from((kind.schema)());
    schema["description"].as_str().unwrap_or_default().to_owned()
}

/// The YAML block under `# Example`.
fn example(kind: &Kind) -> String {
    let description = description(kind);
    let (_, after) = description
        .split_once("# Example\n")
        .unwrap_or_else(|| panic!("{} has no example", kind.name));
    let (_, block) = after
        .split_once("```yaml\n")
        .unwrap_or_else(|| panic!("the example of {} is not YAML", kind.name));
    block.split("```").next().unwrap_or_default().to_owned()
}

/// As much of YAML as the examples use, plain scalars read as JSON would.
fn yaml(text: &str) -> Value {
    enum Open {
        List(Vec<Value>),
        Map(Map<String, Value>, Option<String>),
    }
    fn put(stack: &mut [Open], root: &mut Option<Value>, value: Value) {
        match stack.last_mut() {
            None => *root = Some(value),
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(fields, key)) => {
                if let Some(name) = key.take() {
                    let earlier = fields.insert(name, value);
                    assert!(earlier.is_none(), "a field stands twice");
                } else {
                    let name = value.as_str().map(str::to_owned);
                    *key = Some(name.unwrap_or_else(|| value.to_string()));
                }
            }
        }
    }
    let mut stack = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        match event.expect("the example is YAML").0 {
            Event::SequenceStart(..) => stack.push(Open::List(Vec::new())),
            Event::MappingStart(..) => stack.push(Open::Map(Map::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let value = match stack.pop() {
                    Some(Open::List(items)) => Value::Array(items),
                    Some(Open::Map(fields, _)) => Value::Object(fields),
                    None => panic!("an end without a start"),
                };
                put(&mut stack, &mut root, value);
            }
            Event::Scalar(scalar, style, ..) => {
                let plain = matches!(style, ScalarStyle::Plain);
                let value = match serde_json::from_str(&scalar) {
                    Ok(value) if plain => value,
                    _ => Value::String(scalar.to_string()),
                };
                put(&mut stack, &mut root, value);
            }
            _ => {}
        }
    }
    root.expect("the example says something")
}

#[test]
fn names_are_unique_and_found() {
    let mut names: Vec<&str> = ALL.iter().map(|kind| kind.name).collect();
    for name in &names {
        assert!(kind(name).is_some_and(|kind| kind.name == *name));
        assert!(
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        );
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    assert!(kind("no_such_scorer").is_none());
}

#[test]
fn every_scorer_has_a_page_with_an_example_that_its_schema_accepts() {
    for kind in ALL {
        let description = description(kind);
        assert!(
            description.contains("Use it "),
            "{} does not say when to use it",
            kind.name
        );
        let suite = yaml(&example(kind));
        assert!(suite["cases"].as_array().is_some_and(|cases| !cases.is_empty()));
        let entries = suite["scorers"].as_array().unwrap();
        let schema = Value::from((kind.schema)());
        let validator = jsonschema::options().offline().build(&schema).unwrap();
        assert!(entries.iter().any(|entry| entry["type"] == kind.name), "{}", kind.name);
        for entry in entries {
            assert_eq!(entry["type"], kind.name);
            let mut params = entry.as_object().unwrap().clone();
            for field in COMMON {
                params.shift_remove(field);
            }
            if let Err(error) = validator.validate(&Value::Object(params.clone())) {
                panic!("the example of {}: {error}", kind.name);
            }
            if let Err(refusal) = (kind.build)(&params) {
                panic!("the example of {}: {}", kind.name, refusal.message);
            }
        }
    }
}

#[test]
fn schemas_know_every_field_and_no_common_one() {
    for kind in ALL {
        let schema = Value::from((kind.schema)());
        assert_eq!(schema["additionalProperties"], json!(false), "{}", kind.name);
        assert!(schema.get("$defs").is_none(), "{} refers elsewhere", kind.name);
        let known = schema["properties"].as_object().cloned().unwrap_or_default();
        for (name, field) in known {
            assert!(!COMMON.contains(&name.as_str()), "{}.{name}", kind.name);
            assert!(
                field["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{}.{name} is not described",
                kind.name
            );
        }
        let refused = (kind.build)(&fields(&json!({"no_such_field": 1})));
        let refusal = refused.err().unwrap_or_else(|| panic!("{} takes any field", kind.name));
        assert_eq!(refusal.field.as_deref(), Some("no_such_field"), "{}", kind.name);
    }
}

/// Renew with `NARANI_UPDATE=1`.
#[test]
fn the_manual_is_what_the_scorers_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scorers.md");
    let wanted = manual();
    if std::env::var("NARANI_UPDATE").as_deref() == Ok("1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &wanted).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == wanted,
        "docs/scorers.md differs from the doc comments; renew it with NARANI_UPDATE=1"
    );
}

/// Every scorer with the parameters of its first example.
fn all_built() -> Vec<(&'static str, Box<dyn Scorer>, ScorerSpec)> {
    ALL.iter()
        .map(|kind| {
            let suite = yaml(&example(kind));
            let entry = suite["scorers"][0].as_object().unwrap();
            let params: Map<String, Value> = entry
                .iter()
                .filter(|(name, _)| !COMMON.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let Ok(scorer) = (kind.build)(&params) else {
                panic!("the example of {} does not fit", kind.name);
            };
            let spec = ScorerSpec {
                name: kind.name.to_owned(),
                kind: kind.name.to_owned(),
                weight: 1.0,
                threshold: None,
                not: false,
                params,
            };
            (kind.name, scorer, spec)
        })
        .collect()
}

fn hostile_texts() -> Vec<String> {
    vec![
        String::new(),
        "\0".to_owned(),
        "\u{301}\u{302}\u{20dd}".to_owned(),
        "\u{202e}evil\u{2066}text\u{2069}".to_owned(),
        "\u{1100}".repeat(500),
        "👨‍👩‍👧".repeat(300),
        "1".repeat(5000),
        "((((((((((".repeat(300),
        "`".repeat(999),
        "\r\n\r\u{2028}\u{85}\u{1c}".to_owned(),
        "\\boxed{\\boxed{".repeat(50),
    ]
}

#[test]
fn hostile_answers_are_judged_without_a_crash() {
    for (name, scorer, spec) in all_built() {
        assert!((0.0..=1.0).contains(&scorer.threshold()), "{name}");
        for text in hostile_texts() {
            for expect in [json!([]), json!("B"), json!(text), json!({"a": null})] {
                let scene = Scene::new(&text).expect(expect);
                let score = grade_one(&spec, scorer.as_ref(), &scene.answer(), None);
                assert!(score.points.is_none_or(|points| (0.0..=1.0).contains(&points)));
                let parts = [score.pass.is_some(), score.label.is_some(), score.unscored.is_some()];
                assert_eq!(parts.iter().filter(|part| **part).count(), 1, "{name}");
                assert!(score.why.chars().count() < 600, "{name}: {}", score.why.len());
            }
        }
    }
}

/// A megabyte in one line takes seconds at most even in a build without optimisation.
#[test]
fn a_megabyte_in_one_line_is_judged() {
    let pieces = [
        "가나다 abc 12,345 (B) \"x\": [1] ",
        "답",
        "the answer is a ",
        "[1,",
        "-1 1/2 3만 ",
        "`",
        "a\u{301}",
    ];
    let all = all_built();
    for (at, piece) in pieces.into_iter().enumerate() {
        // The others are there for work that grows with the square, which shows earlier.
        let bytes = if at == 0 { 1_000_000 } else { 200_000 };
        let line = piece.repeat(bytes / piece.len());
        for (name, scorer, spec) in &all {
            let scene = Scene::new(&line).expect(json!("가나다라마 abc 12345"));
            let start = std::time::Instant::now();
            let score = grade_one(spec, scorer.as_ref(), &scene.answer(), None);
            assert!(score.why.chars().count() < 600, "{name}");
            let took = start.elapsed();
            assert!(took.as_secs() < 30, "{name} took {took:?} for {piece}");
        }
    }
}

#[test]
fn cases_without_expectation_are_unscored_where_one_is_needed() {
    let need: BTreeMap<&str, bool> = all_built()
        .iter()
        .map(|(name, scorer, _)| {
            let scene = Scene::new("an answer");
            let mark = scorer.grade(&scene.answer(), None).mark;
            let told = Mark::Unscored(super::no_expect());
            (*name, mark == told)
        })
        .collect();
    for name in [
        "equals",
        "includes",
        "number",
        "choice",
        "json",
        "json_path",
        "edit_similarity",
        "token_f1",
        "rouge_l",
        "bleu",
        "chrf",
    ] {
        assert!(need[name], "{name} judges without an expectation");
    }
    for name in [
        "excludes",
        "regex",
        "json_schema",
        "length",
        "language",
        "refusal",
        "finish",
    ] {
        assert!(!need[name], "{name} needs an expectation");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_answer_gives_one_sound_score(text in any::<String>(), expect in any::<String>()) {
        for (name, scorer, spec) in all_built() {
            let scene = Scene::new(&text).expect(json!(expect));
            let score = grade_one(&spec, scorer.as_ref(), &scene.answer(), None);
            prop_assert!(score.points.is_none_or(|points| (0.0..=1.0).contains(&points)), "{name}");
            prop_assert_eq!(score.points.is_some(), score.pass.is_some());
            let turned = ScorerSpec { not: true, ..spec };
            let other = grade_one(&turned, scorer.as_ref(), &scene.answer(), None);
            prop_assert_eq!(other.pass, score.pass.map(|pass| !pass), "{}", name);
        }
    }
}
