//! Cases: every entry of every format comes here as a map of the tree and leaves as a checked [`Case`].
//!
//! A case that multiplies (`{each: […]}`) leaves as several. Nothing is kept of a case but its id and its part in
//! the suite's fingerprint, so that files of any length can pass.

use std::collections::HashMap;

use crate::domain::{Case, Problem, Said, ScorerSpec};
use crate::said;

use super::draft::{Draft, combinations};
use super::identity::{self, Print};
use super::scorers::Kinds;
use super::suggest::help;
use super::template::Templates;
use super::tree::{Node, Span};
use super::values::Desk;

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
    /// Whether any of them shows a picture.
    pub(super) images: bool,
    /// Those with an expectation.
    pub(super) expected: u64,
    /// Those with an expectation but no scorer of their own.
    pub(super) unscored: u64,
    /// Those with scorers of their own.
    pub(super) own_scorers: u64,
    /// Names of their variables.
    pub(super) variables: std::collections::BTreeSet<String>,
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

impl Bench<'_> {
    /// Checks an entry and passes on the cases it gives.
    pub(super) fn take(&mut self, desk: &mut Desk<'_, '_>, node: &Node) {
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
            let problems = self
                .templates
                .map(|templates| templates.check(&case.vars))
                .unwrap_or_default();
            if !problems.is_empty() {
                // One slip in a template is one mistake, however many cases meet it.
                for problem in problems {
                    desk.findings.once(desk.origin, node.span, problem);
                }
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
                    said!(
                        "there is no column `{name}`, which a prompt wants",
                        "프롬프트에 필요한 `{name}` 열이 없습니다"
                    ),
                )
                .help(help(name, variables.iter().map(String::as_str)));
                desk.tell(span, problem);
            }
        }
        suits
    }

    fn pass(&mut self, case: Case, whole: &Print) {
        self.tally.cases += 1;
        self.tally.images |= !case.images.is_empty();
        for name in case.vars.keys() {
            if !self.tally.variables.contains(name) {
                self.tally.variables.insert(name.clone());
            }
        }
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
                Problem::error(
                    "duplicate_id",
                    said!("two cases have the id `{id}`", "id가 `{id}`인 문항이 둘입니다"),
                )
                .help(said!(
                    "the first stands {there}; ids tell cases apart in every table",
                    "첫 문항은 {there}에 있습니다. id는 모든 표에서 문항을 구별합니다"
                )),
            ),
            None => (
                node.span,
                Problem::error(
                    "duplicate_case",
                    said!(
                        "this very case stands in the suite twice",
                        "똑같은 문항이 두 번 있습니다"
                    ),
                )
                .help(said!(
                    "the first stands {there}; leave one out, give them ids, or use `trials` to ask several times",
                    "첫 문항은 {there}에 있습니다. 하나를 빼거나, id를 주거나, 여러 번 묻고 싶으면 `trials`를 쓰세요"
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

    fn there(&self, seen: Seen, here: &str) -> Said {
        match self.files.get(seen.file as usize) {
            Some(file) if file != here => said!("on line {} of `{file}`", "`{file}` {}행", seen.line),
            _ => said!("on line {}", "{}행", seen.line),
        }
    }
}
