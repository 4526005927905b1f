//! Answers made to hurt, through a whole run and every output: terminals, spreadsheets, pages and logs stay unharmed, and
//! nothing is lost.

use std::collections::BTreeMap;

use crate::hostile::corpus;
use crate::lab::Lab;
use crate::peer::{Peer, response};

/// Characters that may move a cursor, hide text or turn its direction. Line breaks belong to the layout.
fn dangerous(character: char) -> bool {
    matches!(character,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[test]
fn hostile_answers_harm_no_output_and_are_all_kept() {
    let texts = corpus();
    let literals: Vec<String> = texts.iter().map(|(_, _, literal)| literal.clone()).collect();
    // Answers case number n with the nth text, byte by byte as a provider may send it.
    let peer = Peer::start(move |_, request| {
        let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        let question = body["messages"][0]["content"].as_str().unwrap();
        let n: usize = question.trim_start_matches("text ").parse().unwrap();
        let body = format!(
            "{{\"model\":\"m\",\"choices\":[{{\"index\":0,\"finish_reason\":\"stop\",\"message\":{{\"role\":\"assistant\",\"content\":{}}}}}],\"usage\":{{\"prompt_tokens\":1,\"completion_tokens\":1}}}}",
            literals[n]
        );
        response("200 OK", "content-type: application/json\r\n", body.as_bytes())
    });
    let lab = Lab::new();
    let suite: String = texts
        .iter()
        .enumerate()
        .map(|(n, (id, text, _))| {
            // Hostile in the suite, too, which comes from elsewhere just as well.
            let note: String = text.chars().take(300).collect();
            let expect = if note.trim().is_empty() { "x" } else { &note };
            serde_json::json!({"id": format!("{n}-{id}"), "question": format!("text {n}"), "expect": expect, "note": note}).to_string() + "\n"
        })
        .collect();
    lab.write("suite.jsonl", suite);
    lab.write(
        "config.toml",
        format!(
            "[targets.odd]\nprovider = \"openai\"\naddress = \"{}/v1\"\nmodel = \"m\"\nlocal = true\nstream = false\nretries = 0\n",
            peer.address()
        ),
    );
    let ended = lab.run(&["run", "suite.jsonl", "-v"]);
    assert!(matches!(ended.code, 0 | 3), "{}", ended.err);
    harmless("run", &ended.out);
    harmless("run", &ended.err);
    for words in [
        &["show", "last"][..],
        &["show", "last", "--answers", "--full", "--print-answers"],
        &["show", "last", "--format", "markdown"],
        &["runs"],
    ] {
        let ended = lab.run(words);
        assert_eq!(ended.code, 0, "{words:?}: {}", ended.err);
        harmless(&format!("{words:?}"), &ended.out);
        harmless(&format!("{words:?}"), &ended.err);
    }
    for (n, (id, _, _)) in texts.iter().enumerate() {
        let ended = lab.run(&["show", "last", "--case", &format!("{n}-{id}"), "--raw"]);
        assert_eq!(ended.code, 0, "{id}: {}", ended.err);
        harmless(id, &ended.out);
    }
    // Lossless where programs read.
    let exported = lab.run(&["export", "last", "jsonl"]);
    let rows: BTreeMap<String, serde_json::Value> = exported
        .out
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("one JSON object a line");
            (row["case_id"].as_str().unwrap().to_owned(), row)
        })
        .collect();
    for (n, (id, text, _)) in texts.iter().enumerate() {
        let row = &rows[&format!("{n}-{id}")];
        if row["answer"].is_string() {
            assert_eq!(row["answer"].as_str(), Some(text.as_str()), "{id}");
        } else {
            assert!(
                row["error_kind"].is_string(),
                "{id} is neither answered nor marked: {row}"
            );
        }
    }
    assert_eq!(rows.len(), texts.len());
    // No cell that a spreadsheet opens begins a formula.
    for name in ["detail.csv", "side-by-side.csv"] {
        let bytes = std::fs::read(lab.last_run().join(name)).unwrap();
        let mut rows = 0;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        for record in reader.records() {
            rows += 1;
            for field in &record.unwrap() {
                let begins = field.trim_start_matches('\u{feff}').chars().next();
                let number = field.trim().parse::<f64>().is_ok();
                assert!(
                    number || !matches!(begins, Some('=' | '+' | '-' | '@' | '\t' | '\r')),
                    "{name} has a formula: {:?}",
                    field.chars().take(80).collect::<String>()
                );
            }
        }
        assert!(rows > texts.len(), "{name}: {rows} rows");
    }
}

#[track_caller]
fn harmless(what: &str, text: &str) {
    if let Some(at) = text.find(dangerous) {
        let from = text[..at].char_indices().rev().take(40).last().map_or(at, |(at, _)| at);
        let around: String = text[from..].chars().take(80).collect();
        panic!("{what} prints {:?} in {around:?}", text[at..].chars().next());
    }
    // Orders to a CI runner stand at the start of a line.
    for line in text.lines() {
        assert!(!line.starts_with("::") && !line.starts_with("##["), "{what}: {line:?}");
    }
}
