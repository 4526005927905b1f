//! YAML into the tree.
//!
//! Anchors and aliases work, within a budget against files that multiply themselves. Merge keys (`<<`), tags
//! other than the core ones and several documents in one file are told instead of half read.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as YamlSpan, Tag};

use crate::domain::Problem;
use crate::said;

use super::findings::Findings;
use super::place::Origin;
use super::suggest::listed;
use super::tree::{Data, Entry, Node, Span};

/// Nodes that aliases may add to a file in all.
const MOST_COPIED: usize = 200_000;

/// Entries from which duplicate keys are looked up rather than compared one by one.
const MANY: usize = 16;

/// Reads a YAML text. `offset` is the byte of the file at which `text` begins. What is wrong goes to `findings`;
/// no tree comes back from text that is not YAML.
pub fn read(text: &str, offset: usize, origin: &Origin<'_>, findings: &mut Findings) -> Option<Node> {
    let mut builder = Builder {
        offset,
        origin,
        findings,
        open: Vec::new(),
        anchors: HashMap::new(),
        copied: 0,
        root: None,
        documents: 0,
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.take(event, span)?,
            Err(error) => {
                builder.syntax(&error, text);
                return None;
            }
        }
    }
    Some(builder.root.unwrap_or(Node {
        data: Data::Plain(String::new()),
        span: Span::new(offset, offset),
    }))
}

struct Builder<'b, 'o> {
    offset: usize,
    origin: &'b Origin<'o>,
    findings: &'b mut Findings,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    copied: usize,
    root: Option<Node>,
    documents: usize,
}

/// A list or map whose end has not come yet.
struct Open {
    start: Span,
    anchor: usize,
    holds: Holds,
}

enum Holds {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<(String, Span)>,
        seen: HashSet<String>,
    },
}

impl Builder<'_, '_> {
    /// Takes an event; nothing comes back when reading on is pointless.
    fn take(&mut self, event: Event<'_>, span: YamlSpan) -> Option<()> {
        let place = self.span(&span);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.tell(
                        place,
                        Problem::error(
                            "documents",
                            said!(
                                "a second document begins here (`---`)",
                                "여기서 두 번째 문서가 시작됩니다(`---`)"
                            ),
                        )
                        .help(said!("keep one suite a file", "파일 하나에 문항 세트 하나만 두세요")),
                    );
                    return None;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let quoted = self.tag(tag.as_deref(), place) || style != ScalarStyle::Plain;
                if let Some(slot) = self.key_slot() {
                    *slot = Some((text.into_owned(), place));
                    return self.key_known(place);
                }
                let data = if quoted {
                    Data::Text(text.into_owned())
                } else {
                    Data::Plain(text.into_owned())
                };
                self.done(Node { data, span: place }, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), place);
                self.begin(place, anchor, Holds::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), place);
                let holds = Holds::Map {
                    entries: Vec::new(),
                    key: None,
                    seen: HashSet::new(),
                };
                self.begin(place, anchor, holds)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                let data = match open.holds {
                    Holds::List(items) => Data::List(items),
                    Holds::Map { entries, .. } => Data::Map(entries),
                };
                let span = Span::new(open.start.start, place.end.max(open.start.start));
                self.done(Node { data, span }, open.anchor);
            }
            Event::Alias(anchor) => self.alias(anchor, place)?,
            _ => {}
        }
        Some(())
    }

    /// Where the key of the innermost open map goes, when a key is due.
    fn key_slot(&mut self) -> Option<&mut Option<(String, Span)>> {
        match self.open.last_mut() {
            Some(Open {
                holds: Holds::Map { key, .. },
                ..
            }) if key.is_none() => Some(key),
            _ => None,
        }
    }

    /// Looks at a key that was just read: merge keys are told.
    fn key_known(&mut self, place: Span) -> Option<()> {
        if let Some(Open {
            holds: Holds::Map {
                key: Some((key, _)), ..
            },
            ..
        }) = self.open.last()
            && key == "<<"
        {
            self.tell(
                place,
                Problem::error(
                    "merge_key",
                    said!("merge keys (`<<`) are not read", "병합 키(`<<`)는 읽지 않습니다"),
                )
                .help(said!(
                    "write the fields out, or use an alias for the whole value (`scorers: *usual`)",
                    "필드를 풀어 쓰거나, 값 전체에 별칭을 쓰세요(`scorers: *usual`)"
                )),
            );
            return None;
        }
        Some(())
    }

    fn begin(&mut self, start: Span, anchor: usize, holds: Holds) -> Option<()> {
        if self.key_slot().is_some() {
            self.tell(
                start,
                Problem::error(
                    "key_not_text",
                    said!(
                        "a key has to be text, not a list or a map",
                        "키는 글이어야 합니다. 목록이나 맵은 쓸 수 없습니다"
                    ),
                )
                .help(said!(
                    "in YAML, text that holds `{{`, `[` or `: ` needs quotes",
                    "YAML에서 `{{`, `[`, `: `가 든 글은 따옴표로 감싸야 합니다"
                )),
            );
            return None;
        }
        self.open.push(Open { start, anchor, holds });
        Some(())
    }

    fn alias(&mut self, anchor: usize, place: Span) -> Option<()> {
        let key_due = self.key_slot().is_some();
        let problem = match self.anchors.get(&anchor) {
            _ if key_due => Problem::error(
                "key_not_text",
                said!(
                    "a key has to be text, not an alias",
                    "키는 글이어야 합니다. 별칭은 쓸 수 없습니다"
                ),
            ),
            Some((node, weight)) if self.copied + weight <= MOST_COPIED => {
                self.copied += weight;
                let node = node.clone();
                self.done(node, 0);
                return Some(());
            }
            Some(_) => Problem::error(
                "alias_bomb",
                said!(
                    "aliases multiply this file to more than {MOST_COPIED} values",
                    "별칭 때문에 이 파일의 값이 {MOST_COPIED}개를 넘습니다"
                ),
            )
            .help(said!(
                "write the values out, or move the cases to a JSONL or CSV file",
                "값을 풀어 쓰거나 문항을 JSONL, CSV 파일로 옮기세요"
            )),
            None => Problem::error(
                "alias_loop",
                said!(
                    "an alias stands inside the value it names",
                    "별칭이 자기가 가리키는 값 안에 있습니다"
                ),
            ),
        };
        self.tell(place, problem);
        None
    }

    /// Puts a finished node where it belongs.
    fn done(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            let weight = weight(&node);
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        match self.open.last_mut().map(|open| &mut open.holds) {
            None => self.root = Some(node),
            Some(Holds::List(items)) => items.push(node),
            Some(Holds::Map { entries, key, seen }) => {
                let (key, key_span) = key.take().expect("a key comes before its value");
                if let Some(first) = twin(entries, seen, &key) {
                    let problem = duplicate(&key, self.origin.line(first));
                    self.findings.at(self.origin, key_span, problem);
                    return;
                }
                entries.push(Entry {
                    key,
                    key_span,
                    value: node,
                });
            }
        }
    }

    /// Whether a tag makes its scalar text; unknown tags are told.
    fn tag(&mut self, tag: Option<&Tag>, place: Span) -> bool {
        match tag {
            None => false,
            Some(tag) if tag.is_yaml_core_schema_tag("str") => true,
            Some(tag) if tag.is_yaml_core_schema() => false,
            Some(tag) => {
                let problem = Problem::error(
                    "tag",
                    said!("the tag `{tag}` is not read", "`{tag}` 태그는 읽지 않습니다"),
                )
                .help(said!(
                    "leave it out; quote text that begins with `!`",
                    "빼세요. `!`로 시작하는 글은 따옴표로 감쌉니다"
                ));
                self.tell(place, problem);
                false
            }
        }
    }

    fn syntax(&mut self, error: &ScanError, text: &str) {
        let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
        let place = Span::new(self.offset + at, self.offset + at);
        let line_start = text[..text.floor_char_boundary(at)]
            .rfind('\n')
            .map_or(0, |feed| feed + 1);
        let line = text[line_start..].lines().next().unwrap_or("");
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        let mut problem = Problem::error(
            "syntax",
            said!("not valid YAML: {}", "올바른 YAML이 아닙니다: {}", error.info()),
        );
        if indent.contains('\t') {
            problem = problem.help(said!(
                "YAML is indented with blanks; replace the tab",
                "YAML은 빈칸으로 들여 씁니다. 탭을 바꾸세요"
            ));
        } else if line.matches(": ").count() > 1 {
            problem = problem.help(said!(
                "text that holds `: ` needs quotes, or a block (`|`)",
                "`: `가 든 글은 따옴표로 감싸거나 블록(`|`)으로 쓰세요"
            ));
        } else if line.contains(": *") || line.contains(": @") || line.contains(": `") {
            problem = problem.help(said!(
                "text that begins with `*`, `@`, `&`, `%`, `!` or a back-tick needs quotes",
                "`*`, `@`, `&`, `%`, `!`, 백틱으로 시작하는 글은 따옴표로 감싸야 합니다"
            ));
        }
        self.tell(place, problem);
    }

    fn tell(&mut self, place: Span, problem: Problem) {
        self.findings.at(self.origin, place, problem);
    }

    fn span(&self, span: &YamlSpan) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        Span::new(range.start + self.offset, range.end + self.offset)
    }
}

/// A key that stands in a map twice.
pub(super) fn duplicate(key: &str, first: usize) -> Problem {
    Problem::error(
        "duplicate_key",
        said!("{} stands here twice", "{} 키가 여기에 두 번 있습니다", listed(&[key])),
    )
    .help(said!(
        "it stands on line {first} already; keep one",
        "{first}행에 이미 있습니다. 하나만 남기세요"
    ))
}

/// Where the same key stands in a map already. Remembers the key.
pub(super) fn twin(entries: &[Entry], seen: &mut HashSet<String>, key: &str) -> Option<Span> {
    if entries.len() < MANY {
        return entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| entry.key_span);
    }
    if seen.is_empty() {
        seen.extend(entries.iter().map(|entry| entry.key.clone()));
    }
    if seen.insert(key.to_owned()) {
        return None;
    }
    entries
        .iter()
        .find(|entry| entry.key == key)
        .map(|entry| entry.key_span)
}

fn weight(node: &Node) -> usize {
    match &node.data {
        Data::Plain(text) | Data::Text(text) => 1 + text.len() / 64,
        Data::List(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Data::Map(entries) => 1 + entries.iter().map(|e| 1 + weight(&e.value)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Problem;
    use proptest::prelude::*;
    use serde_json::json;
    use std::fmt::Write as _;

    fn parse(text: &str) -> (Option<Node>, Vec<Problem>) {
        let origin = Origin::text("f.yaml", text);
        let mut findings = Findings::new();
        let node = read(text, 0, &origin, &mut findings);
        (node, findings.finish().0)
    }

    fn value(text: &str) -> serde_json::Value {
        let (node, problems) = parse(text);
        assert!(problems.is_empty(), "{problems:?}");
        node.unwrap().to_value()
    }

    #[test]
    fn scalars_stay_what_people_wrote() {
        assert_eq!(
            value("a: 007\nb: no\nc: 1.0\nd: '3'\ne: 3\nf:\ng: |\n  두 줄\n  글\nh: !!str 5\ni: 1.50\n"),
            json!({"a": "007", "b": "no", "c": 1.0, "d": "3", "e": 3, "f": null, "g": "두 줄\n글\n", "h": "5", "i": "1.50"})
        );
    }

    #[test]
    fn places_are_bytes_of_the_file() {
        let text = "가: 나\n다: [라, 마]\n";
        let (node, _) = parse(text);
        let node = node.unwrap();
        let list = node.get("다").unwrap().as_list().unwrap();
        let span = list[1].span;
        assert_eq!(&text[span.start..span.end], "마");
        let entry = &node.as_map().unwrap()[1];
        assert_eq!(&text[entry.key_span.start..entry.key_span.end], "다");
    }

    #[test]
    fn aliases_copy_values() {
        assert_eq!(value("a: &x [1, 2]\nb: *x\n"), json!({"a": [1, 2], "b": [1, 2]}));
    }

    #[test]
    fn alias_bombs_are_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..9 {
            let before = format!("*a{}, ", n - 1).repeat(10);
            writeln!(text, "a{n}: &a{n} [{before}]").unwrap();
        }
        let (_, problems) = parse(&text);
        assert_eq!(problems[0].code, "alias_bomb");
    }

    #[test]
    fn what_is_not_read_is_told() {
        for (text, code) in [
            ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge_key"),
            ("a: 1\na: 2\n", "duplicate_key"),
            ("a: !secret x\n", "tag"),
            ("a: 1\n---\nb: 2\n", "documents"),
            ("[a, b]: 1\n", "key_not_text"),
            ("a: *nowhere\n", "syntax"),
            ("a: b: c\n", "syntax"),
            ("a: [1, 2\n", "syntax"),
            ("a:\n\t- b\n", "syntax"),
        ] {
            let (_, problems) = parse(text);
            assert_eq!(problems.first().map(|p| p.code), Some(code), "{text}");
            assert!(problems[0].place.as_ref().unwrap().line > 0);
        }
    }

    #[test]
    fn duplicates_name_both_lines_in_small_and_large_maps() {
        let (_, problems) = parse("a: 1\nb: 2\na: 3\n");
        assert_eq!(problems[0].place.as_ref().unwrap().line, 3);
        assert!(problems[0].help.as_ref().unwrap().contains("line 1"));
        let mut text = String::new();
        for n in 0..40 {
            writeln!(text, "k{n}: {n}").unwrap();
        }
        text.push_str("k30: again\n");
        let (_, problems) = parse(&text);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].help.as_ref().unwrap().contains("line 31"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[-\\PC:\\[\\]{}&*!|>'\"#%@,?\n\t ]{0,120}") {
            let (node, problems) = parse(&text);
            prop_assert!(node.is_some() || !problems.is_empty());
        }
    }
}
