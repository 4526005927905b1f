//! One entry of a suite, field by field, and the cases it multiplies to.

use serde_json::{Map, Value};

use crate::domain::case::text_of;
use crate::domain::{Case, Problem, Said};
use crate::said;

use super::cases::Bench;
use super::path::join;
use super::scorers;
use super::shape::CASE;
use super::suggest::nearest;
use super::template::is_address;
use super::tree::{Node, Span};
use super::values::{Desk, unknown_field};

/// Most cases that one entry may multiply to.
const MOST_EACH: usize = 10_000;

/// Longest id, in bytes.
const LONGEST_ID: usize = 200;

/// Longest value that stands in the id of a multiplied case, in characters.
const LONGEST_LABEL: usize = 24;

/// A case as read, before ids are given and variables multiplied.
pub(super) struct Draft {
    pub(super) case: Case,
    pub(super) id: Option<(String, Span)>,
    /// Pictures as written.
    pub(super) images: Vec<String>,
    /// Variables with several values each.
    pub(super) each: Vec<(String, Vec<Value>)>,
}

impl Bench<'_> {
    /// Reads an entry; tells what is wrong with it.
    pub(super) fn draft(&self, desk: &mut Desk<'_, '_>, node: &Node) -> Option<Draft> {
        let entries = desk.map(node, &said!("a case", "문항"), || {
            said!(
                "its text is a field: `question: …`, with `expect`, `tags` and others beside it",
                "글은 `question: …`으로 적습니다. `expect`, `tags` 등을 함께 적을 수 있습니다"
            )
        })?;
        let mut draft = Draft {
            case: Case {
                file: desk.origin.file.to_owned(),
                line: u32::try_from(desk.origin.line(node.span)).unwrap_or(u32::MAX),
                ..Case::default()
            },
            id: None,
            images: Vec::new(),
            each: Vec::new(),
        };
        for entry in entries {
            let value = &entry.value;
            if value.is_null() && entry.key != "question" {
                if !CASE.knows(&entry.key) {
                    desk.tell(entry.key_span, unknown_case_field(&entry.key));
                }
                continue;
            }
            match entry.key.as_str() {
                "id" => draft.id = id(desk, value).map(|id| (id, value.span)),
                "question" => {
                    if let Some(text) = desk.text(value, "question") {
                        draft.case.vars.insert("question".to_owned(), Value::String(text));
                    }
                }
                "expect" => draft.case.expect = expect(desk, value),
                "tags" => {
                    for (tag, _) in desk.texts(value, "tags") {
                        let tag = tag.trim().to_owned();
                        if !draft.case.tags.contains(&tag) {
                            draft.case.tags.push(tag);
                        }
                    }
                }
                "group" => draft.case.group = desk.text(value, "group").map(|text| text.trim().to_owned()),
                "images" => self.images(desk, value, &mut draft),
                "scorers" => draft.case.scorers = scorers::read(desk, value, self.kinds, self.scorers),
                "params" => draft.case.params = desk.params(value),
                "vars" => variables(desk, value, &mut draft),
                other => desk.tell(entry.key_span, unknown_case_field(other)),
            }
        }
        warn_of_braces(desk, node, &draft);
        Some(draft)
    }

    fn images(&self, desk: &mut Desk<'_, '_>, node: &Node, draft: &mut Draft) {
        for (written, span) in desk.texts(node, "images") {
            let written = written.trim().to_owned();
            let scheme = written
                .split_once(':')
                .filter(|(scheme, _)| scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphabetic()));
            let resolved = if is_address(&written) {
                written.clone()
            } else if scheme.is_some() {
                let problem = Problem::error(
                    "image",
                    said!(
                        "a picture is a path or an `https://` address",
                        "그림은 경로나 `https://` 주소로 적어야 합니다"
                    ),
                );
                desk.tell(span, problem);
                continue;
            } else {
                let path = join(self.folder, &written);
                if self.has_image.is_some_and(|has| !has(&path)) {
                    let problem = Problem::error(
                        "missing_image",
                        said!("there is no picture `{path}`", "`{path}` 그림 파일이 없습니다"),
                    )
                    .help(said!(
                        "pictures are named from the folder of the suite",
                        "그림 경로는 문항 세트가 있는 폴더를 기준으로 적습니다"
                    ));
                    desk.tell(span, problem);
                    continue;
                }
                path
            };
            draft.case.images.push(resolved);
            draft.images.push(written);
        }
    }
}

fn unknown_case_field(field: &str) -> Problem {
    let problem = unknown_field(field, &said!("a case", "문항"));
    match nearest(field, CASE.fields().iter().map(String::as_str)) {
        Some(near) => problem.help(said!(
            "did you mean `{near}`? A variable of your own stands under `vars`: `vars: {{{field}: …}}`",
            "혹시 `{near}`입니까? 직접 만든 변수는 `vars` 아래에 적습니다: `vars: {{{field}: …}}`"
        )),
        None => problem.help(said!(
            "a variable of your own stands under `vars`: `vars: {{{field}: …}}`",
            "직접 만든 변수는 `vars` 아래에 적습니다: `vars: {{{field}: …}}`"
        )),
    }
}

fn id(desk: &mut Desk<'_, '_>, node: &Node) -> Option<String> {
    let id = desk.text(node, "id")?.trim().to_owned();
    let wrong = if id.len() > LONGEST_ID {
        Some(said!(
            "an id has at most {LONGEST_ID} bytes, this one {}",
            "id는 {LONGEST_ID}바이트까지입니다. 이 id는 {}바이트입니다",
            id.len()
        ))
    } else if id.chars().any(char::is_control) {
        Some(said!(
            "an id stands on one line, without control characters",
            "id는 한 줄이어야 하고 제어 문자를 쓸 수 없습니다"
        ))
    } else {
        None
    };
    match wrong {
        Some(message) => {
            desk.tell(node.span, Problem::error("id", message));
            None
        }
        None => Some(id),
    }
}

fn expect(desk: &mut Desk<'_, '_>, node: &Node) -> Vec<Value> {
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    let mut accepted = Vec::new();
    for item in items {
        let empty = item.is_null() || item.as_text().is_some_and(|text| text.trim().is_empty());
        if empty {
            let problem = Problem::error(
                "empty",
                said!(
                    "an empty `expect` accepts every answer",
                    "`expect`가 비어 있으면 모든 답변이 정답이 됩니다"
                ),
            )
            .help(said!(
                "leave it out, or judge with the scorers `length` or `regex`",
                "빼거나, `length` 또는 `regex` 채점기로 채점하세요"
            ));
            desk.tell(item.span, problem);
        } else {
            // A text is compared as written; inside JSON a number is a number.
            let scalar = item.as_text().is_some();
            accepted.push(if scalar { item.to_value() } else { item.to_json() });
        }
    }
    accepted
}

fn variables(desk: &mut Desk<'_, '_>, node: &Node, draft: &mut Draft) {
    for entry in desk
        .map(node, &Said::from("`vars`"), || {
            said!(
                "the names are yours: `vars: {{city: Seoul}}`",
                "이름은 자유롭게 정합니다: `vars: {{city: Seoul}}`"
            )
        })
        .unwrap_or_default()
    {
        let wrong = match entry.key.as_str() {
            "" => Some(said!("a variable has no name", "변수에 이름이 없습니다")),
            "vars" => Some(said!(
                "`vars` names all variables together and cannot be one of them",
                "`vars`는 모든 변수를 아우르는 이름이라 변수 이름으로 쓸 수 없습니다"
            )),
            "question" if draft.case.vars.contains_key("question") => Some(said!(
                "`question` stands both in the case and under `vars`",
                "`question`이 문항과 `vars` 아래에 모두 있습니다"
            )),
            _ => None,
        };
        if let Some(message) = wrong {
            desk.tell(entry.key_span, Problem::error("variable", message));
            continue;
        }
        match entry.value.as_map() {
            Some([each]) if each.key == "each" => {
                let values = desk.list(&each.value, "each").unwrap_or_default();
                if values.is_empty() {
                    let problem = Problem::error(
                        "empty",
                        said!(
                            "`each` of `{}` has no values",
                            "`{}` 변수의 `each`에 값이 없습니다",
                            entry.key
                        ),
                    );
                    desk.tell(each.value.span, problem);
                } else {
                    let values = values.iter().map(Node::to_value).collect();
                    draft.each.push((entry.key.clone(), values));
                }
            }
            _ => {
                draft.case.vars.insert(entry.key.clone(), entry.value.to_value());
            }
        }
    }
    let count = draft
        .each
        .iter()
        .try_fold(1usize, |count, (_, values)| count.checked_mul(values.len()));
    if count.is_none_or(|count| count > MOST_EACH) {
        let problem = Problem::error(
            "too_many",
            said!(
                "this case multiplies to more than {MOST_EACH} cases",
                "이 문항은 {MOST_EACH}개가 넘는 문항으로 늘어납니다"
            ),
        );
        desk.tell(node.span, problem);
    }
}

/// Every combination of the values, the first variable varying slowest, with its part of the id.
pub(super) fn combinations(each: &[(String, Vec<Value>)]) -> Vec<(Map<String, Value>, String)> {
    let mut all = vec![(Map::new(), Vec::new())];
    for (name, values) in each {
        all = all
            .into_iter()
            .flat_map(|(vars, labels): (Map<String, Value>, Vec<String>)| {
                values.iter().zip(1..).map(move |(value, count)| {
                    let (mut vars, mut labels) = (vars.clone(), labels.clone());
                    vars.insert(name.clone(), value.clone());
                    labels.push(label(value, count));
                    (vars, labels)
                })
            })
            .collect();
    }
    all.into_iter()
        .map(|(vars, labels)| {
            let label = if labels.is_empty() {
                String::new()
            } else {
                format!("[{}]", labels.join(","))
            };
            (vars, label)
        })
        .collect()
}

/// A value in an id: itself when short and plain, else its number.
fn label(value: &Value, count: usize) -> String {
    let text = text_of(value);
    let plain = !text.is_empty()
        && text.chars().count() <= LONGEST_LABEL
        && !text.contains([',', '[', ']'])
        && !text.chars().any(char::is_control);
    if plain { text } else { format!("#{count}") }
}

/// A question that looks like a template is sent as it stands; people should know.
fn warn_of_braces(desk: &mut Desk<'_, '_>, node: &Node, draft: &Draft) {
    let Some(Value::String(question)) = draft.case.vars.get("question") else {
        return;
    };
    let mut rest = question.as_str();
    while let Some(open) = rest.find("{{") {
        rest = &rest[open + 2..];
        let Some(close) = rest.find("}}") else { return };
        let name = rest[..close].trim();
        let known = draft.case.vars.contains_key(name) || draft.each.iter().any(|(each, _)| each == name);
        if name != "question" && known {
            let span = node.get("question").map_or(node.span, |node| node.span);
            let problem = Problem::warning(
                "braces",
                said!(
                    "`{{{{ {name} }}}}` in a question is sent as it stands",
                    "질문 속의 `{{{{ {name} }}}}`는 글자 그대로 보냅니다"
                ),
            )
            .help(said!(
                "variables are put in by templates: move the wording to a prompt",
                "변수는 템플릿에서만 바뀝니다. 이 문장을 프롬프트로 옮기세요"
            ));
            desk.tell(span, problem);
            return;
        }
    }
}
