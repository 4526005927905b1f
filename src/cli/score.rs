//! `narani score`: judging stored answers again, without asking again.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::args::{Format, Global, ScoreArgs};
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open::{self, Book};
use super::printer::Printer;
use super::{show, trust};
use crate::domain::{Case, Problem, RunInfo, Severity};
use crate::grade::{Grader, Which, pass};
use crate::report::words::Lang;
use crate::store::{Folder, Reader, Writer};

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
    let settings = open::settings(global)?;
    let refused = trust::programs(&settings, newer.values().flat_map(|case| &case.scorers));
    if !refused.is_empty() {
        return Err(Failure::of(Exit::Usage, refused));
    }
    trust::stored_programs(&settings, &info, &reader)?;
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
    show::write_files(&reader, &run.path)?;
    printer.note(&match printer.lang {
        Lang::Ko => format!(
            "답변 {}개를 다시 채점했습니다. 판정이 바뀐 것 {}개",
            passed.graded, passed.changed
        ),
        Lang::En => format!(
            "{} answers scored again, {} verdicts changed",
            passed.graded, passed.changed
        ),
    });
    show::summary(&reader, Format::Text, printer)?;
    drop(reader);
    folder.settle();
    Ok(Exit::Done)
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
            "several suites ran together: one cannot take the place of all",
            "score each suite in a run of its own",
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
            vec![Problem::error("suite", format!("`{path}` could not be read"))],
        ));
    };
    printer.problems(&checked.problems);
    info.scorers.clone_from(&suite.scorers);
    info.suite_fp.clone_from(&suite.fingerprint);
    info.parts[0].scorers.clone_from(&suite.scorers);
    Ok(cases)
}
