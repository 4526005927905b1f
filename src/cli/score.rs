//! `narani score`: judging stored answers again, without asking again.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::args::{Format, Global, ScoreArgs};
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open::{self, Book};
use super::printer::Printer;
use super::{show, tables, trust};
use crate::domain::{Case, Problem, RunInfo, Severity};
use crate::grade::{Grader, Passed, Which, pass};
use crate::report::words::{Lang, counted};
use crate::said;
use crate::store::{Folder, Reader, Writer};

/// Whether the configuration allows the programs that suite and run name. Where none is named, a configuration with a
/// mistake keeps nobody from scoring.
fn allowed(global: &Global, info: &RunInfo, reader: &Reader, newer: &HashMap<String, Case>) -> Result<(), Failure> {
    let (settings, mistake) = match open::settings(global) {
        Ok(settings) => (settings, None),
        Err(mistake) => match crate::config::load(None, &|_| None) {
            Ok(settings) => (settings, Some(mistake)),
            Err(_) => return Err(mistake),
        },
    };
    let refused = trust::programs(&settings, newer.values().flat_map(|case| &case.scorers));
    let checked = if refused.is_empty() {
        trust::stored_programs(&settings, info, reader)
    } else {
        Err(Failure::of(Exit::Usage, refused))
    };
    checked.map_err(|refused| mistake.unwrap_or(refused))
}

pub(super) fn score(global: &Global, args: &ScoreArgs, printer: &Printer) -> Outcome {
    let run = open::find_run(global, &args.run)?;
    let folder = Folder::open(&run)?;
    let reader = Reader::open(&run)?;
    let mut info: RunInfo = (**reader.info()).clone();
    let newer = match &args.suite {
        Some(suite) => newer_cases(suite, args.allow_outside, &mut info, printer)?,
        None => HashMap::new(),
    };
    // A suite or a run from elsewhere may name programs.
    allowed(global, &info, &reader, &newer)?;
    let strangers = match &args.suite {
        Some(suite) => unmatched(&reader, &newer, suite)?,
        None => None,
    };
    if let Some(strangers) = &strangers {
        if strangers.matched == 0 {
            return Err(Failure::usage(
                said!(
                    "no case of `{}` has the id of a case of this run",
                    "`{}` 문항 가운데 이 실행의 문항과 id가 같은 것이 없습니다",
                    strangers.suite
                ),
                said!(
                    "the ids of the run begin with {}; cases without `id` take theirs from their content",
                    "이 실행의 id는 {} 등입니다. `id`가 없는 문항은 내용으로 id를 만듭니다",
                    strangers.examples
                ),
            ));
        }
        strangers.tell(printer);
    }
    if info.imported.is_some() && info.scorers.iter().any(|scorer| scorer.kind == "imported") {
        return Err(Failure::usage(
            said!(
                "the verdicts of {} were imported: there is no scorer to judge anew",
                "{} 실행의 판정은 가져온 것이라 다시 채점할 채점기가 없습니다",
                info.id
            ),
            said!(
                "name a suite with scorers and the same case ids: --suite SUITE",
                "채점기가 있고 문항 id가 같은 세트를 지정하세요: --suite 세트"
            ),
        ));
    }
    let grader = Grader::new(&info).map_err(|problem| Failure::of(Exit::Usage, vec![problem]))?;
    let book = Book::new(reader.info())?;
    let changed_suite = args.suite.is_some();
    let passed = super::runtime()?.block_on(async {
        let (stored, _keep) = mpsc::unbounded_channel();
        let writer = Writer::start(&folder.database(), None, stored)?;
        if changed_suite {
            writer
                .meta("info", serde_json::to_string(&info).expect("plain data"))
                .await?;
        }
        let question = |position: u64, prompt: usize, case: &Case| book.question(position, prompt, case);
        let replace = |case: &Arc<Case>| match newer.get(&case.id) {
            // The question stays the one that was asked; only how it is judged is newer.
            Some(newer) => Arc::new(Case {
                expect: newer.expect.clone(),
                scorers: newer.scorers.clone(),
                ..(**case).clone()
            }),
            None => Arc::clone(case),
        };
        let passed = pass(&reader, &writer, &grader, Which::All, &question, &replace)
            .await
            .map_err(show::pass_failure);
        writer.finish();
        passed
    })?;
    if changed_suite {
        folder.replace_cases(|case| {
            let newer = newer.get(&case.id)?;
            Some(Case {
                expect: newer.expect.clone(),
                scorers: newer.scorers.clone(),
                ..case.clone()
            })
        })?;
    }
    drop(reader);
    let reader = Reader::open(&run)?;
    let view = tables::write(&reader, &run.path, printer.lang)?;
    printer.note(&told(passed, printer.lang));
    show::known(&reader, view, Format::Text, printer)?;
    drop(reader);
    folder.settle();
    Ok(Exit::Done)
}

/// How the cases of a run and of another version of its suite fit together.
struct Strangers {
    suite: String,
    matched: u64,
    /// Cases of the run that the suite does not have: they keep their expectations.
    only_run: Vec<String>,
    /// Cases of the suite that the run does not have: nobody asked them.
    only_suite: Vec<String>,
    /// Cases whose question is not the one that was asked.
    asked_otherwise: Vec<String>,
    /// A few ids of the run.
    examples: String,
}

impl Strangers {
    fn tell(&self, printer: &Printer) {
        let few = |ids: &[String]| {
            let shown: Vec<String> = ids
                .iter()
                .take(5)
                .map(|id| crate::text::sink::terminal_line(id))
                .collect();
            let dots = if ids.len() > 5 { ", …" } else { "" };
            format!("{}{dots}", shown.join(", "))
        };
        let told = [
            (
                &self.only_run,
                "of the run not in the suite: expectations stay as they were",
                "문항은 세트에 없어 원래 정답 그대로 채점합니다",
            ),
            (
                &self.only_suite,
                "of the suite not in the run: not asked, so not scored",
                "문항은 이 실행에서 묻지 않은 것이라 채점하지 않습니다",
            ),
            (
                &self.asked_otherwise,
                "with another question than the run asked: the answers to the old one are judged",
                "문항은 질문이 실행 때와 다릅니다. 그때의 답변을 채점합니다",
            ),
        ];
        for (ids, en, ko) in told {
            let n = ids.len();
            if n > 0 {
                let cases = crate::report::words::cases(n as u64, Lang::En);
                printer.note(&match printer.lang {
                    Lang::Ko => format!("알림: {n}개 {ko} ({})", few(ids)),
                    Lang::En => format!("note: {cases} {en} ({})", few(ids)),
                });
            }
        }
    }
}

/// Compares ids and questions; none when all fit.
fn unmatched(reader: &Reader, newer: &HashMap<String, Case>, suite: &str) -> Result<Option<Strangers>, Failure> {
    let mut found = Strangers {
        suite: suite.to_owned(),
        matched: 0,
        only_run: Vec::new(),
        only_suite: Vec::new(),
        asked_otherwise: Vec::new(),
        examples: String::new(),
    };
    let mut known: std::collections::HashSet<String> = std::collections::HashSet::new();
    let mut position = 0;
    loop {
        let cases = reader.cases(position, 512)?;
        if cases.is_empty() {
            break;
        }
        position += cases.len() as u64;
        for case in cases {
            match newer.get(&case.id) {
                Some(newer) => {
                    found.matched += 1;
                    if newer.vars != case.vars {
                        found.asked_otherwise.push(case.id.clone());
                    }
                }
                None => found.only_run.push(case.id.clone()),
            }
            known.insert(case.id.clone());
        }
    }
    let examples: Vec<&str> = found.only_run.iter().take(3).map(String::as_str).collect();
    found.examples = crate::suite::suggest::listed(&examples);
    let mut only_suite: Vec<(u32, String)> = newer
        .values()
        .filter(|case| !known.contains(&case.id))
        .map(|case| (case.line, case.id.clone()))
        .collect();
    only_suite.sort();
    found.only_suite = only_suite.into_iter().map(|(_, id)| id).collect();
    let all_fit = found.only_run.is_empty() && found.only_suite.is_empty() && found.asked_otherwise.is_empty();
    Ok((!all_fit).then_some(found))
}

/// The cases of another version of the suite by id; its scorers take the place of the run's.
fn newer_cases(
    path: &str,
    allow_outside: bool,
    info: &mut RunInfo,
    printer: &Printer,
) -> Result<HashMap<String, Case>, Failure> {
    if info.parts.len() != 1 {
        return Err(Failure::usage(
            said!(
                "several suites ran together: one cannot take the place of all",
                "여러 문항 세트를 함께 실행해서 하나로 바꿀 수 없습니다"
            ),
            said!("score each suite in a run of its own", "문항 세트마다 따로 실행하세요"),
        ));
    }
    let mut cases = HashMap::new();
    let checked = open::read_suite(path, None, allow_outside, &mut |case| {
        cases.insert(case.id.clone(), case);
    });
    if checked
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Err(Failure::of(Exit::Usage, checked.problems).with_more(checked.more));
    }
    let Some(suite) = checked.suite else {
        return Err(Failure::of(
            Exit::Usage,
            vec![Problem::error(
                "suite",
                said!("`{path}` could not be read", "`{path}` 파일을 읽지 못했습니다"),
            )],
        ));
    };
    printer.problems(&checked.problems);
    info.scorers.clone_from(&suite.scorers);
    info.suite_fp.clone_from(&suite.fingerprint);
    info.parts[0].scorers.clone_from(&suite.scorers);
    Ok(cases)
}

/// What the pass did. Answers that nobody had judged yet (the run was stopped before) are no changed verdicts.
fn told(passed: Passed, lang: Lang) -> String {
    let again = passed.graded - passed.first;
    let answers = |count| counted(count, "answer", "answers");
    let changed = counted(passed.changed, "verdict", "verdicts");
    match (passed.first, again) {
        (0, _) => lang.pick(
            format!("{} scored again, {changed} changed", answers(again)),
            format!(
                "답변 {again}개를 다시 채점했습니다. 판정이 바뀐 것 {}개",
                passed.changed
            ),
        ),
        (first, 0) => lang.pick(
            format!("{} scored, never judged before", answers(first)),
            format!("처음 채점한 답변 {first}개"),
        ),
        (first, again) => lang.pick(
            format!(
                "{} scored for the first time, {again} again, {changed} changed",
                answers(first)
            ),
            format!(
                "답변 {first}개를 처음으로, {again}개를 다시 채점했습니다. 판정이 바뀐 것 {}개",
                passed.changed
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 55 answers of a stopped run were "scored again, 0 verdicts changed", although none had a verdict before.
    #[test]
    fn answers_that_nobody_judged_before_are_told_as_such() {
        let passed = |first, graded, changed| Passed {
            graded,
            first,
            changed,
            broke: 0,
        };
        assert_eq!(
            told(passed(55, 55, 0), Lang::En),
            "55 answers scored, never judged before"
        );
        assert_eq!(
            told(passed(0, 2, 1), Lang::En),
            "2 answers scored again, 1 verdict changed"
        );
        assert_eq!(
            told(passed(1, 3, 2), Lang::En),
            "1 answer scored for the first time, 2 again, 2 verdicts changed"
        );
    }
}
