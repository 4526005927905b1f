//! Who a case is: an id made of what is asked, and the fingerprint of a whole suite.
//!
//! Both are hashes of content in one canonical form: maps sorted by key, text in Unicode form NFC, scalars as text.
//! So the same table gives the same ids whether it was saved as CSV, XLSX or JSONL, on macOS or on Windows.

use blake3::Hasher;
use serde_json::Value;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::domain::{Case, Params, ScorerSpec};

/// A hash in its making.
#[derive(Debug, Clone, Default)]
pub struct Print(Hasher);

impl Print {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        if is_nfc_quick(text.chars()) == IsNormalized::Yes {
            self.piece(b't', text.as_bytes());
        } else {
            self.piece(b't', text.nfc().collect::<String>().as_bytes());
        }
    }

    /// Adds a value; a number and the text of it count as the same.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.piece(b'n', &[]),
            Value::String(text) => self.text(text),
            Value::Bool(_) | Value::Number(_) => self.piece(b't', value.to_string().as_bytes()),
            Value::Array(items) => {
                self.count(b'l', items.len());
                for item in items {
                    self.value(item);
                }
            }
            Value::Object(map) => {
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort_unstable();
                self.count(b'm', keys.len());
                for key in keys {
                    self.text(key);
                    self.value(&map[key]);
                }
            }
        }
    }

    /// Adds texts in their order.
    pub fn texts(&mut self, texts: &[String]) {
        self.count(b'l', texts.len());
        for text in texts {
            self.text(text);
        }
    }

    /// Adds parameters.
    pub fn params(&mut self, params: &Params) {
        self.value(&serde_json::to_value(params).expect("parameters are plain data"));
    }

    /// Adds scorers in their order.
    pub fn scorers(&mut self, scorers: &[ScorerSpec]) {
        self.count(b'l', scorers.len());
        for scorer in scorers {
            self.value(&serde_json::to_value(scorer).expect("scorers are plain data"));
        }
    }

    /// The first 64 bits.
    #[must_use]
    pub fn bits(&self) -> u64 {
        let digest = self.0.finalize();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest.as_bytes()[..8]);
        u64::from_be_bytes(bytes)
    }

    /// The first `length` hexadecimal digits, at most 16.
    #[must_use]
    pub fn hex(&self, length: usize) -> String {
        let mut text = format!("{:016x}", self.bits());
        text.truncate(length);
        text
    }

    fn count(&mut self, kind: u8, count: usize) {
        self.0.update(&[kind]);
        self.0.update(&(count as u64).to_le_bytes());
    }

    fn piece(&mut self, kind: u8, bytes: &[u8]) {
        self.count(kind, bytes.len());
        self.0.update(bytes);
    }
}

/// What is asked: variables, pictures and parameters. A corrected expectation leaves it alone.
#[must_use]
pub fn asked(case: &Case, images: &[String]) -> Print {
    let mut print = Print::new();
    let mut keys: Vec<&String> = case.vars.keys().collect();
    keys.sort_unstable();
    for key in keys {
        print.text(key);
        print.value(&case.vars[key]);
    }
    print.texts(images);
    print.params(&case.params);
    print
}

/// All of a case but its id and place: what is asked and what is right. `images` are as written in the suite.
#[must_use]
pub fn whole(case: &Case, images: &[String]) -> Print {
    let mut print = asked(case, images);
    print.value(&Value::Array(case.expect.clone()));
    print.texts(&case.tags);
    print.text(case.group.as_deref().unwrap_or(""));
    print.scorers(&case.scorers);
    print
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bits(value: &Value) -> u64 {
        let mut print = Print::new();
        print.value(value);
        print.bits()
    }

    #[test]
    fn form_does_not_matter() {
        assert_eq!(bits(&json!({"a": 1, "b": "x"})), bits(&json!({"b": "x", "a": "1"})));
        let composed = "한글".nfc().collect::<String>();
        let decomposed = "한글".nfd().collect::<String>();
        assert_ne!(composed, decomposed);
        assert_eq!(bits(&json!(composed)), bits(&json!(decomposed)));
    }

    #[test]
    fn content_does() {
        let all = [
            json!("a"),
            json!(["a"]),
            json!(["a", ""]),
            json!({"a": ""}),
            json!(null),
            json!("null"),
            json!(["ab", "c"]),
            json!(["a", "bc"]),
            json!([["a"], "b"]),
            json!([["a", "b"]]),
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(bits(one), bits(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_corrected_expectation_keeps_the_id() {
        let mut case = Case::default();
        case.vars.insert("question".to_owned(), json!("2 + 2?"));
        case.expect = vec![json!("5")];
        let (asked_before, whole_before) = (asked(&case, &[]).hex(8), whole(&case, &[]).hex(8));
        case.expect = vec![json!("4")];
        assert_eq!(asked(&case, &[]).hex(8), asked_before);
        assert_ne!(whole(&case, &[]).hex(8), whole_before);
        assert_eq!(asked_before.len(), 8);
    }
}
