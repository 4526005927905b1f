//! The reference cases, compared as their README says, and what wrong inputs are told.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::compute;
use super::*;

/// Whether `got` is `expected` within abs + rel·|expected|; extra keys of `got` are allowed.
fn matches(got: &Value, expected: &Value, abs: f64, rel: f64) -> bool {
    match (got, expected) {
        (Value::Number(got), Value::Number(expected)) => {
            let (got, expected) = (got.as_f64().unwrap(), expected.as_f64().unwrap());
            (got - expected).abs() <= abs + rel * expected.abs()
        }
        (Value::Array(got), Value::Array(expected)) => {
            got.len() == expected.len()
                && got
                    .iter()
                    .zip(expected)
                    .all(|(got, expected)| matches(got, expected, abs, rel))
        }
        (Value::Object(got), Value::Object(expected)) => expected
            .iter()
            .all(|(key, expected)| got.get(key).is_some_and(|got| matches(got, expected, abs, rel))),
        _ => got == expected,
    }
}

fn check_folder(folder: &Path) -> usize {
    let mut checked = 0;
    for function in FUNCTIONS.iter().map(|known| known.name) {
        let text = fs::read_to_string(folder.join(format!("{function}.json"))).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let tolerance = |which: &str| {
                case["tolerance"][which]
                    .as_f64()
                    .or_else(|| file["tolerance"][which].as_f64())
                    .unwrap_or(0.0)
            };
            let got = compute(function, &case["input"]).unwrap().unwrap();
            assert!(
                matches(&got, &case["expected"], tolerance("abs"), tolerance("rel")),
                "{}: got {got}, expected {}",
                case["id"],
                case["expected"]
            );
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_reference_case_is_met() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(check_folder(&root.join("tests/reference/stats")), 28);
    // Where the common set lies beside the project, it may have grown since.
    let shared = root.join("../shared/reference/stats");
    if shared.is_dir() {
        check_folder(&shared);
    }
}

#[test]
fn wrong_inputs_are_told_by_field() {
    for (function, input, wanted) in [
        ("rouge", json!(3), "`input` must be an object"),
        ("rouge", json!({"reference": "a"}), "`hypothesis` is missing"),
        (
            "rouge",
            json!({"hypothesis": "a", "reference": "b", "tokenizer": "words"}),
            "`tokenizer` must be one of rouge_score, unicode_words, chars",
        ),
        (
            "squad_em_f1",
            json!({"prediction": "a", "references": "a"}),
            "`references` must be a list of texts",
        ),
        (
            "bleu_corpus",
            json!({"hypotheses": ["a", "b"], "references": [["a"]]}),
            "`references` has 1 entries for 2 `hypotheses`",
        ),
        (
            "bleu_corpus",
            json!({"hypotheses": ["a"], "references": [[]]}),
            "`references[0]` is empty",
        ),
        (
            "bleu_sentence",
            json!({"hypothesis": "a", "references": ["a"], "lowercase": 1}),
            "`lowercase` must be true or false",
        ),
        (
            "cosine",
            json!({"a": [1, "x"], "b": [1, 2]}),
            "`a` must be a list of numbers",
        ),
        (
            "normalize_text",
            json!({"text": "a", "steps": ["upper"]}),
            "`steps` has `upper`, known are nfc, nfkc, lower, trim, collapse_spaces, remove_spaces, \
             remove_punctuation, strip_zero_width",
        ),
        (
            "extract_number",
            json!({"text": "1", "marker": 2}),
            "`marker` must be a text",
        ),
    ] {
        let told = compute(function, &input).unwrap().unwrap_err();
        assert_eq!(told, wanted);
    }
}

#[test]
fn whole_numbers_stay_whole() {
    let result = compute("edit_distance", &json!({"a": "kitten", "b": "sitting"}))
        .unwrap()
        .unwrap();
    assert_eq!(result["distance"].to_string(), "3");
    assert_eq!(result["similarity"].as_f64(), Some(1.0 - 3.0 / 7.0));
}
