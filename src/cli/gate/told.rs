//! Telling a verdict: the terminal, the files, GitHub's summary, outputs and annotations.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::GateArgs;
use crate::cli::cases::of_column;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::files::{unwritable, write_whole};
use crate::cli::open::{self, Book};
use crate::cli::printer::Printer;
use crate::compare::{self, Grid};
use crate::domain::{Problem, Record, Said};
use crate::gate::{Told, Verdict};
use crate::report;
use crate::said;
use crate::store::Reader;

/// Largest Markdown: what GitHub takes as a comment, with room; and as a job summary.
const COMMENT: usize = 60_000;
const SUMMARY: usize = 900_000 / 4;

fn on_stdout(args: &GateArgs) -> usize {
    [&args.markdown, &args.json, &args.junit]
        .into_iter()
        .filter(|path| path.as_deref() == Some(Path::new("-")))
        .count()
}

/// Standard output takes one form.
pub(super) fn one_on_stdout(args: &GateArgs) -> Result<(), Failure> {
    if on_stdout(args) > 1 {
        return Err(Failure::usage(
            said!(
                "only one form can go to standard output",
                "표준 출력에는 한 형식만 쓸 수 있습니다"
            ),
            said!("name a file for the others", "나머지에는 파일 이름을 주세요"),
        ));
    }
    Ok(())
}

/// Looks up why moved cases fail, in the words of their scorers.
pub(super) fn explain(reader: &Reader, verdict: &mut Verdict, answers: bool) -> Result<(), Failure> {
    const LOOKED_UP: usize = 1_000;
    let book = Book::new(reader.info())?;
    let mut left = LOOKED_UP;
    for check in &mut verdict.checks {
        let Some(lane) = check.lane else { continue };
        for moved in report::gate::markdown::listed(check) {
            if left == 0 {
                return Ok(());
            }
            left -= 1;
            let (why, answer) = why(&of_column(reader, &book, moved.place as u64, lane)?);
            moved.why = why;
            if answers {
                moved.answer = answer;
            }
        }
    }
    Ok(())
}

/// Looks up the trials of cases of which some passed and some failed, for forms that tell them one by one.
pub(super) fn tell_trials(reader: &Reader, now: &Grid, verdict: &mut Verdict) -> Result<(), Failure> {
    const LOOKED_UP: usize = 1_000;
    let book = Book::new(reader.info())?;
    let differ = (0..now.lanes.len())
        .flat_map(|lane| (0..now.cases.len()).map(move |case| (lane, case)))
        .filter(|(lane, case)| {
            let spot = now.spot(*case, *lane);
            spot.passed > 0 && spot.passed < spot.judged
        });
    for (lane, case) in differ.take(LOOKED_UP) {
        let records = of_column(reader, &book, case as u64, lane)?;
        let trials = records.iter().map(|record| Told {
            trial: record.trial,
            passed: record.pass,
            why: why(std::slice::from_ref(record)).0,
        });
        verdict.flaky.insert((lane, case), trials.collect());
    }
    Ok(())
}

/// Why a column fails a case: the reasons of the scorers of its first failing answer, and that answer.
pub(in crate::cli) fn why(records: &[Record]) -> (Said, String) {
    let Some(failing) = records.iter().find(|record| record.pass == Some(false)) else {
        return (Said::default(), String::new());
    };
    let mut reasons: Vec<&Said> = Vec::new();
    for score in &failing.scores {
        if score.pass == Some(false) && score.weight > 0.0 && !score.why.is_empty() && !reasons.contains(&&score.why) {
            reasons.push(&score.why);
        }
    }
    let answer = compare::row::reply_of(failing).map_or("", compare::row::text_of);
    (Said::joined(reasons, "; "), answer.to_owned())
}

/// Prints the verdict and writes its files.
pub(super) fn tell(args: &GateArgs, now: &Grid, verdict: &Verdict, printer: &Printer) -> Result<(), Failure> {
    use report::gate::markdown::{Manner, markdown};
    type Print = fn(&Printer, &str) -> io::Result<()>;
    let write = |path: &Option<PathBuf>, print: Print, text: &str| -> Result<(), Failure> {
        let Some(path) = path else { return Ok(()) };
        if path == Path::new("-") {
            return Ok(print(printer, text)?);
        }
        write_whole(path, text.as_bytes()).map_err(|error| {
            let remedy = said!("name another file", "다른 파일 이름을 주세요");
            unwritable(path, &error, remedy)
        })
    };
    let manner = Manner {
        marker: args.marker.as_deref(),
        most: COMMENT,
        answers: args.with_answers,
    };
    write(&args.markdown, Printer::out, &markdown(verdict, manner, printer.lang))?;
    write(&args.json, Printer::out_json, &report::gate::json(verdict))?;
    if args.junit.is_some() {
        let text = report::gate::junit(verdict, now).map_err(|why| {
            Failure::new(
                Exit::Internal,
                said!("could not write JUnit: {why}", "JUnit을 쓰지 못했습니다: {why}"),
            )
        })?;
        write(&args.junit, Printer::out_exact, &text)?;
    }
    if on_stdout(args) == 0 {
        printer.out(&report::gate::terminal(verdict, args.list, &printer.style()))?;
    }
    if args.github {
        let summary = markdown(
            verdict,
            Manner {
                most: SUMMARY,
                ..manner
            },
            printer.lang,
        );
        append("GITHUB_STEP_SUMMARY", &summary, printer)?;
        let report = args.markdown.as_ref().filter(|path| path.as_path() != Path::new("-"));
        let report = report.map(|path| path.display().to_string()).unwrap_or_default();
        append(
            "GITHUB_OUTPUT",
            &report::gate::github::outputs(verdict, &report),
            printer,
        )?;
        printer.out_raw(&report::gate::github::annotations(verdict, printer.lang))?;
    }
    Ok(())
}

/// Appends to a file that GitHub names in a variable.
fn append(variable: &str, text: &str, printer: &Printer) -> Result<(), Failure> {
    let Some(path) = open::variable(variable).filter(|path| !path.is_empty()) else {
        printer.note(&format!(
            "{variable} {}",
            printer.say("is not set: nothing was written for it", "값이 없어 쓰지 않았습니다")
        ));
        return Ok(());
    };
    let cannot = |error: std::io::Error| {
        Failure::of(
            Exit::Usage,
            vec![Problem::error(
                "github",
                said!(
                    "could not append to the file of {variable}: {error}",
                    "{variable} 파일에 덧붙이지 못했습니다: {error}"
                ),
            )],
        )
    };
    let mut file = fs::File::options()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)
}

/// For GitHub: what stood in the way of a verdict.
pub(super) fn mistakes(problems: &[Problem], printer: &Printer) -> Result<(), Failure> {
    let (summary, outputs, commands) = report::gate::github::mistakes(problems, printer.lang);
    append("GITHUB_STEP_SUMMARY", &summary, printer)?;
    append("GITHUB_OUTPUT", &outputs, printer)?;
    Ok(printer.out_raw(&commands)?)
}
