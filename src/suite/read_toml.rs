//! TOML into the tree, for suites and for `config.toml`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::Problem;
use crate::said;

use super::findings::Findings;
use super::place::Origin;
use super::tree::{Data, Entry, Node, Span};

/// Reads a TOML text. `offset` is the byte of the file at which `text` begins. Every syntax mistake goes to
/// `findings`; no tree comes back when there was one.
pub fn read(text: &str, offset: usize, origin: &Origin<'_>, findings: &mut Findings) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().lines().next().unwrap_or("").to_owned();
            let problem = if message.contains("duplicate key") {
                Problem::error(
                    "duplicate_key",
                    said!("this key stands in its table twice", "이 키가 같은 표에 두 번 있습니다"),
                )
                .help(said!("keep one", "하나만 남기세요"))
            } else {
                Problem::error(
                    "syntax",
                    said!("not valid TOML: {message}", "올바른 TOML이 아닙니다: {message}"),
                )
            };
            findings.at(origin, Span::new(span.start + offset, span.end + offset), problem);
        }
        return None;
    }
    let span = Span::new(offset, offset + text.len());
    Some(map(table.get_ref(), span, offset))
}

fn map(table: &DeTable<'_>, span: Span, offset: usize) -> Node {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: shifted(key.span(), offset),
            value: node(value, offset),
        })
        .collect();
    // Tables come in alphabetical order; people expect that of the file.
    entries.sort_by_key(|entry| entry.key_span.start);
    Node {
        data: Data::Map(entries),
        span,
    }
}

fn node(value: &Spanned<DeValue<'_>>, offset: usize) -> Node {
    let span = shifted(value.span(), offset);
    let data = match value.get_ref() {
        DeValue::String(text) => Data::Text(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Data::Plain(number.as_str().to_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).map_or_else(
            |_| Data::Text(number.to_string()),
            |whole| Data::Plain(whole.to_string()),
        ),
        DeValue::Float(number) => Data::Plain(number.as_str().trim_start_matches('+').to_owned()),
        DeValue::Boolean(truth) => Data::Plain(truth.to_string()),
        DeValue::Datetime(time) => Data::Text(time.to_string()),
        DeValue::Array(items) => Data::List(items.iter().map(|item| node(item, offset)).collect()),
        DeValue::Table(table) => return map(table, span, offset),
    };
    Node { data, span }
}

fn shifted(span: std::ops::Range<usize>, offset: usize) -> Span {
    Span::new(span.start + offset, span.end + offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Problem;
    use proptest::prelude::*;
    use serde_json::json;

    fn parse(text: &str) -> (Option<Node>, Vec<Problem>) {
        let origin = Origin::text("f.toml", text);
        let mut findings = Findings::new();
        let node = read(text, 0, &origin, &mut findings);
        (node, findings.finish().0)
    }

    #[test]
    fn values_and_order_are_those_of_the_file() {
        let (node, problems) =
            parse("z = 1\na = 2.50\nm = [true, \"1\"]\nh = 0x1F\nd = 2026-11-23\n[t.b]\nx = 'y'\n[t.a]\nk = 1_000\n");
        assert!(problems.is_empty(), "{problems:?}");
        let node = node.unwrap();
        assert_eq!(
            node.to_value(),
            json!({"z": 1, "a": "2.50", "m": [true, "1"], "h": 31, "d": "2026-11-23",
                   "t": {"b": {"x": "y"}, "a": {"k": 1000}}})
        );
        let keys: Vec<&str> = node.as_map().unwrap().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["z", "a", "m", "h", "d", "t"]);
        assert_eq!(node.get("a").unwrap().as_text(), Some("2.50"));
    }

    #[test]
    fn all_syntax_mistakes_come_at_once() {
        let (node, problems) = parse("a = \nb = 1\nb = 2\nc = \"open\n");
        assert!(node.is_none());
        assert!(problems.len() >= 2, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.code == "duplicate_key"));
        assert_eq!(problems[0].place.as_ref().unwrap().line, 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[\\PC\\[\\]{}='\"#.,\n ]{0,100}") {
            let (node, problems) = parse(&text);
            prop_assert!(node.is_some() || !problems.is_empty());
        }
    }
}
