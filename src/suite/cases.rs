//! Cases: every entry of every format comes here as a map of the tree and leaves as a checked [`Case`].
//!
//! A case that multiplies (`{each: […]}`) leaves as several. Nothing is kept of a case but its id and its part in
//! the suite's fingerprint, so that files of any length can pass.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::domain::case::text_of;
use crate::domain::{Case, Problem, ScorerSpec};

use super::identity::{self, Print};
use super::path::join;
use super::scorers::{self, Kinds};
use super::shape::CASE;
use super::suggest::{help, nearest};
use super::template::{Templates, is_address};
use super::tree::{Node, Span};
use super::values::{Desk, unknown_field};

/// Most cases that one entry may multiply to.
const MOST_EACH: usize = 10_000;

/// Longest id, in bytes.
const LONGEST_ID: usize = 200;

/// Longest value that stands in the id of a multiplied case, in characters.
const LONGEST_LABEL: usize = 24;

/// What cases are checked against, and what is known of those that passed.
pub(super) struct Bench<'b> {
    pub(super) kinds: &'b Kinds<'b>,
    /// Absent when the prompts were wrong; then variables are not checked.
    pub(super) templates: Option<&'b Templates>,
    pub(super) scorers: &'b [ScorerSpec],
    /// Folder of the suite file, from which pictures are named.
    pub(super) folder: &'b str,
    pub(super) has_image: Option<&'b dyn Fn(&str) -> bool>,
    pub(super) each: &'b mut dyn FnMut(Case),
    pub(super) tally: Tally,
}

/// What is known of the cases so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Cases that passed.
    pub(super) cases: u64,
    /// Those with an expectation.
    pub(super) expected: u64,
    /// Those with an expectation but no scorer of their own.
    pub(super) unscored: u64,
    /// Those with scorers of their own.
    pub(super) own_scorers: u64,
    /// Entries seen, right or wrong.
    pub(super) entries: u64,
    /// Fingerprint of the cases that passed.
    pub(super) print: Print,
    files: Vec<String>,
    ids: HashMap<u64, Seen>,
}

/// Where an id was met, and with what content.
#[derive(Debug, Clone, Copy)]
struct Seen {
    file: u32,
    line: u32,
    content: u64,
}

/// A case as read, before ids are given and variables multiplied.
struct Draft {
    case: Case,
    id: Option<(String, Span)>,
    /// Pictures as written.
    images: Vec<String>,
    /// Variables with several values each.
    each: Vec<(String, Vec<Value>)>,
}

impl Bench<'_> {
    /// Checks an entry and passes on the cases it gives.
    pub(super) fn take(&mut self, desk: &mut Desk<'_, '_>, node: &Node) {
        self.tally.entries += 1;
        let before = desk.findings.errors();
        let Some(draft) = self.draft(desk, node) else {
            return;
        };
        let base = Self::base(&draft);
        if desk.findings.errors() > before {
            // A wrong case still has its id, which another must not have.
            if draft.id.is_some() && draft.each.is_empty() {
                self.named(desk, node, &draft, &base, "", 0);
            }
            return;
        }
        for (values, label) in combinations(&draft.each) {
            let mut case = draft.case.clone();
            case.vars.extend(values);
            if let Some(Err(mut problem)) = self.templates.map(|templates| templates.check(&case.vars)) {
                if let Some((id, _)) = &draft.id {
                    problem.message = problem.message.replace("this case", &format!("case `{id}`"));
                }
                desk.tell(node.span, problem);
                return;
            }
            let whole = identity::whole(&case, &draft.images);
            let Some(id) = self.named(desk, node, &draft, &base, &label, whole.bits()) else {
                continue;
            };
            case.id = id;
            self.pass(case, &whole);
        }
    }

    /// Whether every case of a table can be asked with these variables; otherwise told once, not for every row.
    pub(super) fn suits(&self, desk: &mut Desk<'_, '_>, span: Span, variables: &[String]) -> bool {
        let Some(templates) = self.templates else {
            return true;
        };
        let mut suits = true;
        for name in templates.wanted() {
            if !variables.iter().any(|variable| variable == name) {
                suits = false;
                let problem = Problem::error(
                    "undefined_variable",
                    format!("there is no column `{name}`, which a prompt wants"),
                )
                .help(help(name, variables.iter().map(String::as_str)));
                desk.tell(span, problem);
            }
        }
        suits
    }

    fn pass(&mut self, case: Case, whole: &Print) {
        self.tally.cases += 1;
        self.tally.print.text(&case.id);
        self.tally.print.text(&whole.hex(16));
        let own = !case.scorers.is_empty();
        self.tally.own_scorers += u64::from(own);
        if !case.expect.is_empty() {
            self.tally.expected += 1;
            self.tally.unscored += u64::from(!own);
        }
        (self.each)(case);
    }

    fn draft(&self, desk: &mut Desk<'_, '_>, node: &Node) -> Option<Draft> {
        let entries = desk.map(node, "a case")?;
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
                let problem = Problem::error("image", "a picture is a path or an `https://` address");
                desk.tell(span, problem);
                continue;
            } else {
                let path = join(self.folder, &written);
                if self.has_image.is_some_and(|has| !has(&path)) {
                    let problem = Problem::error("missing_image", format!("there is no picture `{path}`"))
                        .help("pictures are named from the folder of the suite");
                    desk.tell(span, problem);
                    continue;
                }
                path
            };
            draft.case.images.push(resolved);
            draft.images.push(written);
        }
    }

    /// The ids to try for a draft: its own, or those made of its content.
    fn base(draft: &Draft) -> Vec<String> {
        if let Some((id, _)) = &draft.id {
            return vec![id.clone()];
        }
        let asked = identity::asked(&draft.case, &draft.images);
        let whole = identity::whole(&draft.case, &draft.images);
        // Eight digits meet by chance in large suites, and one question may be asked twice with different
        // expectations: then more of the content goes in.
        vec![
            format!("c_{}", asked.hex(8)),
            format!("c_{}", whole.hex(8)),
            format!("c_{}", whole.hex(16)),
        ]
    }

    /// The first of the ids that is still free; told when none is.
    fn named(
        &mut self,
        desk: &mut Desk<'_, '_>,
        node: &Node,
        draft: &Draft,
        base: &[String],
        label: &str,
        content: u64,
    ) -> Option<String> {
        let seen = Seen {
            file: self.tally.file(desk.origin.file),
            line: draft.case.line,
            content,
        };
        let mut first = None;
        for id in base {
            let id = format!("{id}{label}");
            let mut print = Print::new();
            print.text(&id);
            match self.tally.ids.entry(print.bits()) {
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(seen);
                    return Some(id);
                }
                std::collections::hash_map::Entry::Occupied(taken) => {
                    let taken = *taken.get();
                    first = Some((id, taken));
                    if taken.content == content {
                        break;
                    }
                }
            }
        }
        let (id, taken) = first?;
        let there = self.tally.there(taken, desk.origin.file);
        let (span, problem) = match &draft.id {
            Some((_, span)) => (
                *span,
                Problem::error("duplicate_id", format!("two cases have the id `{id}`"))
                    .help(format!("the first stands {there}; ids tell cases apart in every table")),
            ),
            None => (
                node.span,
                Problem::error("duplicate_case", "this very case stands in the suite twice").help(format!(
                    "the first stands {there}; leave one out, give them ids, or use `trials` to ask several times"
                )),
            ),
        };
        desk.tell(span, problem);
        None
    }
}

impl Tally {
    fn file(&mut self, file: &str) -> u32 {
        let at = self.files.iter().position(|known| known == file).unwrap_or_else(|| {
            self.files.push(file.to_owned());
            self.files.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn there(&self, seen: Seen, here: &str) -> String {
        match self.files.get(seen.file as usize) {
            Some(file) if file != here => format!("on line {} of `{file}`", seen.line),
            _ => format!("on line {}", seen.line),
        }
    }
}

fn unknown_case_field(field: &str) -> Problem {
    let problem = unknown_field(field, "a case");
    match nearest(field, CASE.fields().iter().map(String::as_str)) {
        Some(near) => problem.help(format!(
            "did you mean `{near}`? A variable of your own stands under `vars`: `vars: {{{field}: …}}`"
        )),
        None => problem.help(format!(
            "a variable of your own stands under `vars`: `vars: {{{field}: …}}`"
        )),
    }
}

fn id(desk: &mut Desk<'_, '_>, node: &Node) -> Option<String> {
    let id = desk.text(node, "id")?.trim().to_owned();
    let wrong = if id.len() > LONGEST_ID {
        Some(format!("an id has at most {LONGEST_ID} bytes, this one {}", id.len()))
    } else if id.chars().any(char::is_control) {
        Some("an id stands on one line, without control characters".to_owned())
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
            let problem = Problem::error("empty", "an empty `expect` accepts every answer")
                .help("leave it out, or judge with the scorers `length` or `regex`");
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
    for entry in desk.map(node, "`vars`").unwrap_or_default() {
        let wrong = match entry.key.as_str() {
            "" => Some("a variable has no name"),
            "vars" => Some("`vars` names all variables together and cannot be one of them"),
            "question" if draft.case.vars.contains_key("question") => {
                Some("`question` stands both in the case and under `vars`")
            }
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
                    let problem = Problem::error("empty", format!("`each` of `{}` has no values", entry.key));
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
            format!("this case multiplies to more than {MOST_EACH} cases"),
        );
        desk.tell(node.span, problem);
    }
}

/// Every combination of the values, the first variable varying slowest, with its part of the id.
fn combinations(each: &[(String, Vec<Value>)]) -> Vec<(Map<String, Value>, String)> {
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
                format!("`{{{{ {name} }}}}` in a question is sent as it stands"),
            )
            .help("variables are put in by templates: move the wording to a prompt");
            desk.tell(span, problem);
            return;
        }
    }
}
