//! JSON into the tree: a whole file, or one line of JSONL.
//!
//! `serde_json` first says whether the text is JSON, and where it is not; then the places are found by walking
//! the text once more, which by then can be trusted.

use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::domain::Problem;
use crate::said;

use super::findings::Findings;
use super::place::Origin;
use super::read_yaml::{duplicate, twin};
use super::tree::{Data, Entry, Node, Span};

/// Deepest nesting of lists and maps.
const DEEPEST: usize = 64;

/// Reads a JSON text. `offset` is the byte of the file at which `text` begins. What is wrong goes to `findings`.
pub fn read(text: &str, offset: usize, origin: &Origin<'_>, findings: &mut Findings) -> Option<Node> {
    if let Err(error) = serde_json::from_str::<&RawValue>(text) {
        let at = byte_of(text, error.line(), error.column());
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or(&words);
        let mut problem = Problem::error(
            "syntax",
            said!("not valid JSON: {words}", "올바른 JSON이 아닙니다: {words}"),
        );
        if words.contains("trailing characters") {
            problem = problem.help(said!("one JSON value a line", "한 줄에 JSON 값 하나씩 씁니다"));
        } else if text[..text.floor_char_boundary(at)].contains('\'') && words.contains("key must be") {
            problem = problem.help(said!("JSON takes double quotes", "JSON에는 큰따옴표를 씁니다"));
        }
        findings.at(origin, Span::new(offset + at, offset + at), problem);
        return None;
    }
    let mut walk = Walk {
        text,
        at: 0,
        offset,
        origin,
        findings,
    };
    walk.value(0)
}

/// Byte of a line and column as `serde_json` counts them: both from 1, columns in bytes.
fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
}

struct Walk<'w, 'o> {
    text: &'w str,
    at: usize,
    offset: usize,
    origin: &'w Origin<'o>,
    findings: &'w mut Findings,
}

impl Walk<'_, '_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        self.blanks();
        let start = self.at;
        if depth > DEEPEST {
            self.findings.at(
                self.origin,
                Span::new(self.offset + start, self.offset + start + 1),
                Problem::error(
                    "too_deep",
                    said!("more than {DEEPEST} levels of nesting", "{DEEPEST}단계보다 깊습니다"),
                ),
            );
            return None;
        }
        let data = match self.peek() {
            b'{' => self.map(depth)?,
            b'[' => self.list(depth)?,
            b'"' => Data::Text(self.string()?),
            _ => {
                let rest = &self.text[self.at..];
                let length = rest
                    .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '+' | '.'))
                    .unwrap_or(rest.len());
                self.at += length;
                number_or_word(&rest[..length])
            }
        };
        Some(Node {
            data,
            span: self.span(start),
        })
    }

    fn list(&mut self, depth: usize) -> Option<Data> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.blanks();
            match self.peek() {
                b']' => {
                    self.at += 1;
                    return Some(Data::List(items));
                }
                b',' => self.at += 1,
                _ => items.push(self.value(depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Data> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        self.at += 1;
        loop {
            self.blanks();
            match self.peek() {
                b'}' => {
                    self.at += 1;
                    return Some(Data::Map(entries));
                }
                b',' => self.at += 1,
                _ => {
                    let start = self.at;
                    let key = self.string()?;
                    let key_span = self.span(start);
                    self.blanks();
                    self.at += 1;
                    let value = self.value(depth + 1)?;
                    if let Some(first) = twin(&entries, &mut seen, &key) {
                        let problem = duplicate(&key, self.origin.line(first));
                        self.findings.at(self.origin, key_span, problem);
                        continue;
                    }
                    entries.push(Entry { key, key_span, value });
                }
            }
        }
    }

    /// Reads the string that begins here.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        while bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.at = end + 1;
        let raw = &self.text[start..self.at];
        if !raw.contains('\\') {
            return Some(raw[1..raw.len() - 1].to_owned());
        }
        let text = serde_json::from_str(raw).ok();
        if text.is_none() {
            let problem = Problem::error(
                "syntax",
                said!(
                    "a `\\u` escape here stands for half a character",
                    "여기의 `\\u` 표기는 글자 반쪽입니다"
                ),
            )
            .help(said!(
                "characters beyond the first 65,536 need both halves (`\\ud83d\\ude00`)",
                "65,536번을 넘는 글자에는 두 쪽이 모두 필요합니다(`\\ud83d\\ude00`)"
            ));
            self.findings.at(self.origin, self.span(start), problem);
        }
        text
    }

    fn blanks(&mut self) {
        while matches!(self.text.as_bytes().get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b'}')
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.offset + start, self.offset + self.at)
    }
}

/// A JSON number is a number even where people would not write it so (`1e3`), as far as it can be held exactly.
fn number_or_word(raw: &str) -> Data {
    if super::tree::canonical(raw).is_string()
        && raw.contains(['e', 'E', '.'])
        && let Some(number) = raw.parse::<f64>().ok().and_then(serde_json::Number::from_f64)
    {
        return Data::Plain(number.to_string());
    }
    Data::Plain(raw.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Problem;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parse(text: &str) -> (Option<Node>, Vec<Problem>) {
        let origin = Origin::record("f.jsonl", text, 0, 1);
        let mut findings = Findings::new();
        let node = read(text, 0, &origin, &mut findings);
        (node, findings.finish().0)
    }

    #[test]
    fn values_and_places_are_right() {
        let text = r#" {"질문": "가\n나", "n": [1, -2.5, 1e3, true, null, {}], "빈": []} "#;
        let (node, problems) = parse(text);
        assert!(problems.is_empty());
        let node = node.unwrap();
        assert_eq!(
            node.to_value(),
            json!({"질문": "가\n나", "n": [1, -2.5, 1000.0, true, null, {}], "빈": []})
        );
        let entry = &node.as_map().unwrap()[1];
        assert_eq!(&text[entry.key_span.start..entry.key_span.end], "\"n\"");
        let item = &entry.value.as_list().unwrap()[1];
        assert_eq!(&text[item.span.start..item.span.end], "-2.5");
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, code, column) in [
            (r#"{"a": 1,}"#, "syntax", 9),
            (r#"{"a" 1}"#, "syntax", 6),
            (r#"{"a": 1} x"#, "syntax", 10),
            (r#"{"a": 1, "a": 2}"#, "duplicate_key", 10),
            (r#"{"a": "\ud83d"}"#, "syntax", 7),
            ("", "syntax", 1),
        ] {
            let (_, problems) = parse(text);
            assert_eq!(problems[0].code, code, "{text}");
            assert_eq!(problems[0].place.as_ref().unwrap().column, column, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_overflow() {
        let text = "[".repeat(50_000) + &"]".repeat(50_000);
        let (node, problems) = parse(&text);
        assert!(node.is_none());
        assert_eq!(problems.len(), 1);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(|f| if f.is_finite() { json!(f) } else { Value::Null }),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::hash_map("\\PC{0,5}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_reads_back(value in any_json()) {
            let (node, problems) = parse(&value.to_string());
            prop_assert!(problems.is_empty());
            prop_assert_eq!(node.unwrap().to_value(), value);
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[\\PC\\[\\]{}:,\"\\\\ 0-9eE.\\-]{0,80}") {
            let (node, problems) = parse(&text);
            prop_assert!(node.is_some() || !problems.is_empty());
        }
    }
}
