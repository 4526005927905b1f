//! The checker of whole suites: walks the tree of a suite file, sends every case to the bench, tells what is
//! wrong.

use crate::domain::{Case, Params, Place, Problem, Prompt, ScorerSpec};
use crate::said;

use super::bytes::whole;
use super::cases::{Bench, Tally};
use super::findings::Findings;
use super::path::{folder, stem, without_sheet};
use super::place::Origin;
use super::prompts::{self, Draft};
use super::scorers::{self, Kinds};
use super::shape::SUITE;
use super::sources::{Format, all_cases, format_of, parsed, stream};
use super::suggest::help;
use super::table::Renamed;
use super::template::Templates;
use super::tree::{Node, Span};
use super::values::Desk;
use super::{Against, Checked, Files, Open, Suite};

pub(super) fn read(path: &str, open: &mut Open<'_>, against: Against<'_>, each: &mut dyn FnMut(Case)) -> Checked {
    let mut findings = Findings::new();
    let mut files = Files {
        folder: folder(path).to_owned(),
        open,
        met: Vec::new(),
    };
    let kinds = Kinds::new(against.kinds);
    let mut reading = Reading {
        against,
        kinds: &kinds,
        each,
    };
    let suite = match reading.suite(path, &mut files, &mut findings) {
        Ok(suite) => Some(suite),
        Err(problem) => {
            findings.add(at_file(problem, path));
            None
        }
    };
    let suite = suite.filter(|_| !findings.failed());
    let (problems, more) = findings.finish();
    Checked { suite, problems, more }
}

struct Reading<'r> {
    against: Against<'r>,
    kinds: &'r Kinds<'r>,
    each: &'r mut dyn FnMut(Case),
}

/// What a suite file says besides its cases.
struct Head {
    name: String,
    description: String,
    prompts: Vec<Prompt>,
    templates: Option<Templates>,
    targets: Vec<String>,
    trials: Option<u32>,
    params: Params,
    scorers: Vec<ScorerSpec>,
}

impl Reading<'_> {
    fn suite(&mut self, path: &str, files: &mut Files<'_>, findings: &mut Findings) -> Result<Suite, Problem> {
        let format = format_of(path)?;
        let mut reader = files.at(path)?;
        if matches!(format, Format::Jsonl | Format::Csv | Format::Xlsx) {
            let head = bare(path);
            let mut bench = bench(&head, self, &files.folder);
            stream(format, path, reader, &Renamed::new(), &mut bench, findings);
            let tally = bench.tally;
            return Ok(finished(head, tally, files, findings));
        }
        let text = whole(path, &mut reader)?;
        drop(reader);
        let origin = Origin::record(path, &text.text, text.offset, 1);
        let Some(node) = parsed(format, &text.text, text.offset, &origin, findings) else {
            return Ok(finished(bare(path), Tally::default(), files, findings));
        };
        let mut desk = Desk {
            origin: &origin,
            findings,
        };
        let (head, cases) = if node.as_list().is_some() {
            (bare(path), Some(&node))
        } else {
            (self.head(&mut desk, &node, path, files), node.get("cases"))
        };
        let folder = files.folder.clone();
        let mut bench = bench(&head, self, &folder);
        match cases {
            Some(cases) => all_cases(&mut desk, cases, &mut bench, files),
            None if node.as_map().is_some() => {
                let problem = Problem::error(
                    "no_cases",
                    said!("this suite has no `cases`", "이 문항 세트에는 `cases`가 없습니다"),
                )
                .help(said!(
                    "list the questions under `cases:`, or name a file of them: `cases: {{file: questions.csv}}`",
                    "`cases:` 아래에 질문을 적거나 파일을 가리키세요: `cases: {{file: questions.csv}}`"
                ));
                desk.tell(Span::new(node.span.start, node.span.start), problem);
            }
            None => {}
        }
        let tally = bench.tally;
        Ok(finished(head, tally, files, findings))
    }

    /// Everything of a suite file but its cases.
    fn head(&self, desk: &mut Desk<'_, '_>, node: &Node, path: &str, files: &mut Files<'_>) -> Head {
        let mut head = bare(path);
        if desk.fields(node, &SUITE, &said!("a suite", "문항 세트")).is_none() {
            return head;
        }
        if let Some(name) = node.get("name").and_then(|node| desk.text(node, "name")) {
            name.trim().clone_into(&mut head.name);
        }
        if let Some(node) = node.get("description").filter(|node| !node.is_null()) {
            desk.text(node, "description")
                .unwrap_or_default()
                .trim()
                .clone_into(&mut head.description);
        }
        if let Some(list) = node.get("targets") {
            head.targets = self.targets(desk, list);
        }
        if let Some(node) = node.get("trials") {
            head.trials = desk
                .value(node, &SUITE, "trials")
                .and_then(|value| u32::try_from(value.as_u64()?).ok());
        }
        if let Some(node) = node.get("params") {
            head.params = desk.params(node);
        }
        if let Some(list) = node.get("scorers") {
            head.scorers = scorers::read(desk, list, self.kinds, &[]);
        }
        if let Some(list) = node.get("prompts").filter(|list| !list.is_null()) {
            let drafts = prompts::read(desk, list, files);
            head.templates = compiled(desk, &drafts, &head.params);
            head.prompts = drafts.into_iter().map(|draft| draft.prompt).collect();
        } else {
            head.templates = Templates::new(&head.prompts, &head.params).ok();
        }
        head
    }

    fn targets(&self, desk: &mut Desk<'_, '_>, list: &Node) -> Vec<String> {
        let mut targets = Vec::new();
        for (name, span) in desk.texts(list, "targets") {
            if let Some(known) = self.against.targets
                && !known.contains(&name)
            {
                let problem = Problem::error(
                    "unknown_target",
                    said!(
                        "`config.toml` has no target `{name}`",
                        "`config.toml`에 `{name}` 대상이 없습니다"
                    ),
                )
                .help(help(&name, known.iter().map(String::as_str)));
                desk.tell(span, problem);
            } else if targets.contains(&name) {
                let problem = Problem::error(
                    "duplicate_target",
                    said!(
                        "the target `{name}` is named twice",
                        "`{name}` 대상이 두 번 적혀 있습니다"
                    ),
                );
                desk.tell(span, problem);
            } else {
                targets.push(name);
            }
        }
        targets
    }
}

/// A suite that says nothing but its cases.
fn bare(path: &str) -> Head {
    let prompts = vec![prompts::usual()];
    Head {
        name: stem(path).to_owned(),
        description: String::new(),
        templates: Templates::new(&prompts, &Params::default()).ok(),
        prompts,
        targets: Vec::new(),
        trials: None,
        params: Params::default(),
        scorers: Vec::new(),
    }
}

fn bench<'b>(head: &'b Head, reading: &'b mut Reading<'_>, folder: &'b str) -> Bench<'b> {
    Bench {
        kinds: reading.kinds,
        templates: head.templates.as_ref(),
        scorers: &head.scorers,
        folder,
        has_image: reading.against.has_image,
        each: &mut *reading.each,
        tally: Tally::default(),
    }
}

/// The templates of the prompts; those that do not compile are told where they stand, and cases are checked against the
/// others all the same.
fn compiled(desk: &mut Desk<'_, '_>, drafts: &[Draft], params: &Params) -> Option<Templates> {
    let prompts: Vec<Prompt> = drafts.iter().map(|draft| draft.prompt.clone()).collect();
    match Templates::compile(&prompts, params) {
        Ok(templates) => Some(templates),
        Err(flaws) => {
            let mut whole = prompts;
            let broken: Vec<usize> = flaws.iter().map(|flaw| flaw.prompt).collect();
            for flaw in flaws {
                let draft = &drafts[flaw.prompt];
                let span = flaw.message.map_or(draft.system, |index| draft.messages[index]);
                desk.tell(span, flaw.problem);
            }
            let mut at = 0..;
            whole.retain(|_| at.next().is_some_and(|at| !broken.contains(&at)));
            Templates::compile(&whole, params).ok()
        }
    }
}

fn at_file(problem: Problem, path: &str) -> Problem {
    if problem.place.is_some() {
        return problem;
    }
    problem.at(Place::file(without_sheet(path).0))
}

/// The suite, with what is only known once all cases have gone by.
fn finished(head: Head, tally: Tally, files: &Files<'_>, findings: &mut Findings) -> Suite {
    let mut scorers = head.scorers;
    let file = files.met.first().cloned().unwrap_or_default();
    if scorers.is_empty() && tally.expected > 0 && tally.own_scorers == 0 {
        scorers.push(scorers::usual());
    } else if !findings.failed() && scorers.is_empty() {
        let warning = if tally.own_scorers == 0 {
            Some(
                Problem::warning(
                    "unjudged",
                    said!(
                        "nothing judges the answers: no case has `expect`, and there are no scorers",
                        "답변을 채점할 것이 없습니다. `expect`가 있는 문항도, 채점기도 없습니다"
                    ),
                )
                .help(said!(
                    "that is fine for reading answers side by side; add `expect` to see who is right",
                    "답변을 나란히 읽기만 할 때는 괜찮습니다. 누가 맞는지 보려면 `expect`를 적으세요"
                )),
            )
        } else if tally.unscored > 0 {
            let have = if tally.unscored == 1 { "case has" } else { "cases have" };
            Some(
                Problem::warning(
                    "unjudged",
                    said!(
                        "{} {have} `expect` but no scorer looks at it",
                        "{}개 문항에 `expect`가 있지만 그것을 보는 채점기가 없습니다",
                        tally.unscored
                    ),
                )
                .help(said!(
                    "some cases have scorers of their own; add `scorers: [includes]` for all",
                    "일부 문항에만 채점기가 있습니다. 전체에 쓰려면 `scorers: [includes]`를 적으세요"
                )),
            )
        } else {
            None
        };
        if let Some(warning) = warning {
            findings.add(warning.at(Place::file(&file)));
        }
    } else if !findings.failed()
        && let Some(warning) = unexpected(&scorers, &tally)
    {
        findings.add(warning.at(Place::file(&file)));
    }
    if !findings.failed() && tally.cases > 0 {
        for warning in scorers.iter().filter_map(|spec| nowhere(spec, &tally)) {
            findings.add(warning.at(Place::file(&file)));
        }
    }
    let mut print = tally.print;
    print.scorers(&scorers);
    Suite {
        name: head.name,
        description: head.description,
        prompts: head.prompts,
        targets: head.targets,
        trials: head.trials,
        params: head.params,
        scorers,
        cases: tally.cases,
        images: tally.images,
        fingerprint: format!("sf_{}", print.hex(6)),
        files: files.met.clone(),
    }
}

/// A formula of the whole suite that names a variable which no case has: it would never judge.
fn nowhere(spec: &ScorerSpec, tally: &Tally) -> Option<Problem> {
    let named = crate::scorer::variables(spec);
    let name = named.iter().find(|name| !tally.variables.contains(*name))?;
    Some(
        Problem::warning(
            "undefined_variable",
            said!(
                "scorer `{}` names `vars.{name}`, which no case has: it judges no answer",
                "`{}` 채점기의 식에 쓰인 `vars.{name}` 변수가 있는 문항이 없습니다. 채점되는 답변이 없게 됩니다",
                spec.name
            ),
        )
        .help(help(name, tally.variables.iter().map(String::as_str))),
    )
}

/// Scorers of the whole suite that compare with `expect`, where no case has one: nothing would get a verdict.
fn unexpected(scorers: &[ScorerSpec], tally: &Tally) -> Option<Problem> {
    if tally.cases == 0 || tally.expected > 0 {
        return None;
    }
    let names: Vec<String> = scorers
        .iter()
        .filter(|spec| spec.weight > 0.0 && needs_expect(spec))
        .map(|spec| format!("`{}`", spec.name))
        .collect();
    if names.is_empty() {
        return None;
    }
    let names = names.join(", ");
    Some(
        Problem::warning(
            "no_expect",
            said!(
                "no case has `expect`, with which {names} would compare: no answer gets a verdict",
                "`expect`가 있는 문항이 없는데 {names} 채점기는 그것과 비교합니다. 채점되는 답변이 없게 됩니다"
            ),
        )
        .help(said!(
            "add `expect` to the cases, or use a scorer that needs none, such as regex, json_schema or length",
            "문항에 `expect`를 적거나 regex, json_schema, length처럼 그것 없이 채점하는 채점기를 쓰세요"
        )),
    )
}

/// Whether a scorer does not judge a case without `expect`: asked of the scorer itself, with an empty case.
fn needs_expect(spec: &ScorerSpec) -> bool {
    let (case, reply) = (Case::default(), crate::domain::Reply::default());
    let answer = crate::scorer::Answer {
        case: &case,
        question: "",
        reply: &reply,
        timing: None,
        cost: None,
        target: "",
    };
    let Ok(scorer) = crate::scorer::build(spec) else {
        return false;
    };
    if scorer.need(&answer).is_some() {
        return false;
    }
    let mark = scorer.grade(&answer, None).mark;
    matches!(mark, crate::domain::Mark::Unscored(why) if why == crate::scorer::NO_EXPECT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A formula over `vars.contxt` judged nothing, and the check said that all was well.
    #[test]
    fn a_formula_over_a_variable_of_no_case_is_told() {
        let mut tally = Tally::default();
        tally.variables = ["context".to_owned(), "question".to_owned()].into();
        for (formula, wanted) in [
            ("vars.contxt in answer", Some("did you mean `context`?")),
            ("vars.context in answer", None),
            ("vars.contxt is defined and vars.contxt in answer", None),
        ] {
            let mut spec = scorers::usual();
            spec.kind = "expression".to_owned();
            spec.params.insert("expression".to_owned(), json!(formula));
            let told = nowhere(&spec, &tally);
            assert_eq!(told.and_then(|told| told.help).as_deref(), wanted, "{formula}");
        }
    }
}
