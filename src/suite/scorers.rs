//! Scorer entries of a suite or a case: which kind, with what parameters, under what name.

use std::collections::HashMap;

use serde_json::Map;

use crate::domain::{Problem, Said, ScorerSpec};
use crate::said;
use crate::scorer::{Kind, Refusal};

use super::shape::{SCORER, Shape};
use super::suggest::{help, nearest};
use super::tree::{Entry, Node};
use super::values::{Desk, unknown_field};

/// The kinds of scorers with their shapes at hand.
pub(super) struct Kinds<'k> {
    list: &'k [Kind],
    shapes: HashMap<&'static str, Shape>,
}

impl<'k> Kinds<'k> {
    /// Kinds of a list.
    #[must_use]
    pub(super) fn new(list: &'k [Kind]) -> Self {
        let shapes = list
            .iter()
            .map(|kind| (kind.name, Shape::new((kind.schema)())))
            .collect();
        Self { list, shapes }
    }

    fn find(&self, name: &str) -> Option<(&'k Kind, &Shape)> {
        let kind = self.list.iter().find(|kind| kind.name == name)?;
        Some((kind, &self.shapes[kind.name]))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.list.iter().map(|kind| kind.name)
    }
}

/// What judges when a suite has expectations and names no scorer: the answer has to include what is expected.
#[must_use]
pub(super) fn usual() -> ScorerSpec {
    ScorerSpec {
        name: "includes".to_owned(),
        kind: "includes".to_owned(),
        weight: 1.0,
        threshold: None,
        not: false,
        params: Map::new(),
    }
}

/// Reads a list of scorer entries. Names are unique among them and `above`, the suite's; entries that do not fit
/// are told and left out.
pub(super) fn read(desk: &mut Desk<'_, '_>, node: &Node, kinds: &Kinds<'_>, above: &[ScorerSpec]) -> Vec<ScorerSpec> {
    let mut specs: Vec<ScorerSpec> = Vec::new();
    for item in desk.list(node, "scorers").unwrap_or_default() {
        let Some((mut spec, named)) = entry(desk, item, kinds) else {
            continue;
        };
        let taken = |name: &str| above.iter().chain(&specs).any(|spec| spec.name == name);
        if taken(&spec.name) {
            if let Some(named) = named {
                let problem = Problem::error(
                    "duplicate_scorer",
                    said!(
                        "two scorers are called `{}`",
                        "`{}`라는 이름의 채점기가 둘입니다",
                        spec.name
                    ),
                )
                .help(said!(
                    "names stand in tables and exports; give each its own",
                    "표와 내보낸 파일에 쓰이므로 저마다 다른 이름을 주세요"
                ));
                desk.tell(named.span, problem);
                continue;
            }
            spec.name = (2..=above.len() + specs.len() + 2)
                .map(|count| format!("{}-{count}", spec.kind))
                .find(|name| !taken(name))
                .expect("there are more numbers than scorers");
        }
        specs.push(spec);
    }
    specs
}

/// Reads one entry; with the node of its name, when it was given one.
fn entry<'n>(desk: &mut Desk<'_, '_>, node: &'n Node, kinds: &Kinds<'_>) -> Option<(ScorerSpec, Option<&'n Node>)> {
    if node.as_map().is_none() {
        let word = desk.text(node, "scorers")?;
        let (kind, _) = known(desk, node, &word, kinds)?;
        let spec = ScorerSpec {
            name: kind.name.to_owned(),
            kind: kind.name.to_owned(),
            ..usual()
        };
        return accepted(desk, node, kind, spec).map(|spec| (spec, None));
    }
    let entries = node.as_map()?;
    let Some(type_node) = node.get("type") else {
        desk.tell(node.span, without_type(entries, kinds));
        return None;
    };
    let word = desk.text(type_node, "type")?;
    let (kind, shape) = known(desk, type_node, &word, kinds)?;
    let before = desk.findings.errors();
    let mut spec = ScorerSpec {
        name: kind.name.to_owned(),
        kind: kind.name.to_owned(),
        ..usual()
    };
    let mut named = None;
    for Entry { key, key_span, value } in entries {
        if SCORER.knows(key) {
            let read = desk.value(value, &SCORER, key);
            match (key.as_str(), read) {
                ("name", Some(_)) => {
                    spec.name = desk.text(value, "name")?;
                    named = Some(value);
                }
                ("weight", Some(weight)) => spec.weight = weight.as_f64().unwrap_or(1.0),
                ("threshold", Some(points)) => spec.threshold = points.as_f64(),
                ("not", Some(not)) => spec.not = not.as_bool().unwrap_or(false),
                _ => {}
            }
        } else if shape.knows(key) {
            if let Some(value) = desk.value(value, shape, key) {
                spec.params.insert(key.clone(), value);
            }
        } else {
            let fields = SCORER.fields().iter().chain(shape.fields());
            let problem = unknown_field(key, &said!("the scorer `{}`", "`{}` 채점기", kind.name))
                .help(help(key, fields.map(String::as_str)));
            desk.tell(*key_span, problem);
        }
    }
    if desk.findings.errors() > before {
        return None;
    }
    accepted(desk, node, kind, spec).map(|spec| (spec, named))
}

/// The kind of a word, or the problem told.
fn known<'k, 's>(
    desk: &mut Desk<'_, '_>,
    node: &Node,
    word: &str,
    kinds: &'s Kinds<'k>,
) -> Option<(&'k Kind, &'s Shape)> {
    let found = kinds.find(word);
    if found.is_none() {
        let negated = word.strip_prefix("not-").or_else(|| word.strip_prefix("not_"));
        let problem = Problem::error(
            "unknown_scorer",
            said!("there is no scorer `{word}`", "`{word}`라는 채점기는 없습니다"),
        );
        let problem = match negated.and_then(|rest| nearest(rest, kinds.names())) {
            Some(kind) => problem.help(said!(
                "write `type: {kind}` and `not: true`",
                "`type: {kind}`와 `not: true`로 쓰세요"
            )),
            None => problem.help(help(word, kinds.names())),
        };
        desk.tell(node.span, problem);
    }
    found
}

/// The entry, when its kind accepts the parameters; else the refusal told where it belongs.
fn accepted(desk: &mut Desk<'_, '_>, node: &Node, kind: &Kind, spec: ScorerSpec) -> Option<ScorerSpec> {
    match (kind.build)(&spec.params) {
        Ok(_) => Some(spec),
        Err(Refusal { field, message, help }) => {
            let span = field
                .as_deref()
                .and_then(|field| node.get(field))
                .map_or(node.span, |node| node.span);
            let mut problem = Problem::error(
                "scorer",
                said!("scorer `{}`: {message}", "`{}` 채점기: {message}", kind.name),
            );
            problem.help = help;
            desk.tell(span, problem);
            None
        }
    }
}

/// An entry that does not say its type, with what its writer probably had in mind.
fn without_type(entries: &[Entry], kinds: &Kinds<'_>) -> Problem {
    let problem = Problem::error(
        "missing_field",
        said!("this scorer does not say its `type`", "이 채점기에는 `type`이 없습니다"),
    );
    let meant = entries.iter().find_map(|entry| Some((entry, kinds.find(&entry.key)?)));
    let slip = entries.iter().find(|entry| nearest(&entry.key, ["type"]).is_some());
    match (meant, slip) {
        (Some((_, (kind, shape))), _) => {
            let own = shape.fields().first();
            let beside = own.map_or_else(
                || Said::from(""),
                |field| said!(" with `{field}: …` beside it", "(`{field}: …` 포함)"),
            );
            problem.help(said!(
                "write `type: {}`{beside}",
                "`type: {}`{beside}로 쓰세요",
                kind.name
            ))
        }
        (None, Some(entry)) => problem.help(said!(
            "it has `{}`; did you mean `type`?",
            "`{}`가 있는데, 혹시 `type`입니까?",
            entry.key
        )),
        (None, None) => problem.help(said!(
            "write `type: includes`, for example",
            "예를 들어 `type: includes`라고 쓰세요"
        )),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::Grade;
    use crate::scorer::{Answer, Got, Scorer};
    use crate::suite::findings::Findings;
    use crate::suite::place::Origin;
    use crate::suite::read_yaml;
    use schemars::{JsonSchema, Schema};
    use serde_json::Value;

    struct Nothing;

    impl Scorer for Nothing {
        fn grade(&self, _: &Answer<'_>, _: Option<&Got>) -> Grade {
            Grade::pass(true, "")
        }
    }

    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Plain {
        /// Compare capitals and small letters as they are.
        case: Option<bool>,
        /// Values instead of those of the case.
        values: Option<Vec<String>>,
    }

    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Pattern {
        pattern: String,
    }

    fn pattern(params: &Map<String, Value>) -> Result<Box<dyn Scorer>, Refusal> {
        let refuse = |message: &str| Refusal {
            field: Some("pattern".to_owned()),
            message: message.into(),
            help: Some("see the manual".into()),
        };
        match params.get("pattern").and_then(Value::as_str) {
            None => Err(refuse("`pattern` is missing")),
            Some("(") => Err(refuse("unclosed group")),
            Some(_) => Ok(Box::new(Nothing)),
        }
    }

    fn plain_schema() -> Schema {
        schemars::schema_for!(Plain)
    }

    #[expect(clippy::unnecessary_wraps, reason = "the list asks for this shape")]
    fn plain(_: &Map<String, Value>) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(Nothing))
    }

    /// A few kinds for the tests of this module, whatever the real ones are.
    pub(crate) const KINDS: &[Kind] = &[
        Kind {
            name: "includes",
            build: plain,
            schema: plain_schema,
        },
        Kind {
            name: "equals",
            build: plain,
            schema: plain_schema,
        },
        Kind {
            name: "regex",
            build: pattern,
            schema: || schemars::schema_for!(Pattern),
        },
    ];

    fn parse(text: &str) -> (Vec<ScorerSpec>, Vec<String>) {
        let origin = Origin::text("f.yaml", text);
        let mut findings = Findings::new();
        let node = read_yaml::read(text, 0, &origin, &mut findings).unwrap();
        let mut desk = Desk {
            origin: &origin,
            findings: &mut findings,
        };
        let specs = read(&mut desk, &node, &Kinds::new(KINDS), &[usual()]);
        let told = findings.finish().0.into_iter().map(|problem| {
            let place = problem.place.unwrap();
            let help = problem.help.map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{}:{} {}{help}", place.line, place.column, problem.message)
        });
        (specs, told.collect())
    }

    #[test]
    fn entries_are_words_or_maps() {
        let (specs, told) = parse(
            "- equals\n- type: regex\n  pattern: 007\n  weight: 0\n  not: true\n  name: no seven\n- includes\n- type: includes\n  case: true\n  threshold: 0.5\n",
        );
        assert_eq!(told, Vec::<String>::new());
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        assert_eq!(names, ["equals", "no seven", "includes-2", "includes-3"]);
        assert_eq!(specs[1].params["pattern"], "007");
        assert!(specs[1].not && specs[1].weight.abs() < f64::EPSILON);
        assert_eq!(specs[3].threshold, Some(0.5));
    }

    #[test]
    fn mistakes_are_told_where_they_stand() {
        let (specs, told) = parse(
            "- equal\n- regexp: x\n- typ: regex\n- type: regex\n  pattern: (\n- type: regex\n  patern: x\n- {type: equals, weight: -1, threshold: 2, not: yes}\n- not-includes\n- {type: equals, name: includes}\n- [x]\n- regex\n- regex: x\n",
        );
        assert!(specs.is_empty(), "{specs:?}");
        assert_eq!(
            told,
            [
                "1:3 there is no scorer `equal` (did you mean `equals`?)",
                "2:3 this scorer does not say its `type` (write `type: includes`, for example)",
                "3:3 this scorer does not say its `type` (it has `typ`; did you mean `type`?)",
                "5:12 scorer `regex`: unclosed group (see the manual)",
                "7:3 the scorer `regex` has no field `patern` (did you mean `pattern`?)",
                "8:26 `weight` takes a number from 0 on, not `-1`",
                "8:41 `threshold` takes a number from 0 to 1, not `2`",
                "8:49 `not` takes `true` or `false`, not `yes` (write `true` or `false`, in lower case and without quotes)",
                "9:3 there is no scorer `not-includes` (write `type: includes` and `not: true`)",
                "10:24 two scorers are called `includes` (names stand in tables and exports; give each its own)",
                "11:3 `scorers` takes text, not a list",
                "12:3 scorer `regex`: `pattern` is missing (see the manual)",
                "13:3 this scorer does not say its `type` (write `type: regex` with `pattern: …` beside it)",
            ]
        );
    }
}
