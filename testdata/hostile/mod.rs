//! Texts that break things, for every place that outside text reaches. For tests only.
//!
//! `corpus.jsonl` holds one JSON object a line, in ASCII so that invisible characters can be seen: `id` and either
//! `text`, or `repeat`, `times` and `tail` for texts too long to store, or `json`, a JSON string literal as a
//! provider may send it (a lone surrogate cannot stand in a text). Include this file with
//! `#[path = "…/testdata/hostile/mod.rs"] mod hostile;`.

use serde_json::Value;

/// All texts, each as its id, the text, and a JSON string literal of it with the quotes. Where the literal holds
/// lone surrogates, the text has U+FFFD in their place.
pub(crate) fn corpus() -> Vec<(String, String, String)> {
    include_str!("corpus.jsonl")
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("the corpus is JSON lines");
            let field = |name: &str| line[name].as_str();
            let id = field("id").expect("an id").to_owned();
            if let Some(literal) = field("json") {
                return (id, lenient(literal), literal.to_owned());
            }
            let text = match field("repeat") {
                None => field("text").expect("a text").to_owned(),
                Some(piece) => {
                    let times = line["times"].as_u64().expect("a count");
                    let times = usize::try_from(times).expect("a small count");
                    piece.repeat(times) + field("tail").unwrap_or_default()
                }
            };
            let literal = Value::from(text.as_str()).to_string();
            (id, text, literal)
        })
        .collect()
}

/// The text of a literal, lone surrogates replaced.
fn lenient(literal: &str) -> String {
    serde_json::from_str(literal).unwrap_or_else(|_| {
        let mut good = literal.to_owned();
        while let Some(at) = good.find("\\ud") {
            good.replace_range(at..at + 6, "\u{fffd}");
        }
        serde_json::from_str(&good).expect("nothing else is wrong with it")
    })
}
