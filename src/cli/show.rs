//! `narani show` and `narani runs`: reading what is stored.

use std::io::BufWriter;
use std::sync::Arc;

use super::args::{Format, Global, RunsArgs, ShowArgs};
use super::cases::{each_case, each_record, of_case, tell_unread_ratings};
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open::{self, Book};
use super::printer::Printer;
use super::tables;
use crate::compare::{self, View};
use crate::domain::Record;
use crate::grade::PassError;
use crate::report::csv::{Audience, CsvReport, Layout};
use crate::report::{self, jsonl};
use crate::said;
use crate::store::{self, Reader, StoreError};

pub(super) fn show(global: &Global, args: &ShowArgs, printer: &Printer) -> Outcome {
    let run = open::find_run(global, &args.run)?;
    let reader = Reader::open(&run)?;
    tell_unread_ratings(&reader, printer);
    if let Some(id) = &args.case {
        return case(&reader, id, args, printer);
    }
    if args.answers {
        return answers(&reader, args, printer);
    }
    if args.agreement {
        return agreement(&reader, args, printer);
    }
    // The summary as JSON has the pairs, and all that belongs to them.
    if args.pairs && args.format != Format::Json {
        let book = Book::new(reader.info())?;
        let view = tables::view(&reader, &book)?;
        let text = match args.format {
            _ if view.pairs.is_empty() => String::new(),
            Format::Csv => report::pairs::csv(reader.info(), &view)?,
            Format::Jsonl => report::pairs::jsonl(reader.info(), &view),
            Format::Markdown => report::pairs::markdown(reader.info(), &view, printer.lang),
            Format::Text | Format::Json => report::terminal::pairs(&view, &printer.style()),
        };
        if text.is_empty() {
            printer.note(printer.say(
                "there are no pairs: one column, or no verdicts",
                "비교할 쌍이 없습니다: 대상이 하나이거나 채점 결과가 없습니다",
            ));
        } else {
            printer.out_as(args.format, &text)?;
        }
        return Ok(Exit::Done);
    }
    let running = store::is_open(&run);
    summary_of(&reader, running, args.format, printer)?;
    Ok(Exit::Done)
}

/// Agreement of columns whose answers are labels.
fn agreement(reader: &Reader, args: &ShowArgs, printer: &Printer) -> Outcome {
    let info = Arc::clone(reader.info());
    let book = Book::new(&info)?;
    let mut labels = compare::agreement::Labels::new(&info);
    each_record(reader, &book, |record| {
        labels.push(record);
        Ok(())
    })?;
    if !labels.are_labels() {
        return Err(Failure::usage(
            said!(
                "the answers of this run are no labels: there are more than 50 different ones, or none",
                "이 실행의 답변은 이름표가 아닙니다. 서로 다른 답변이 50개를 넘거나 하나도 없습니다"
            ),
            said!(
                "agreement is for verdicts, classes and ratings; `narani show RUN --pairs` compares verdicts of scorers",
                "일치도는 판정, 분류, 평점에 씁니다. 채점 결과의 비교는 `narani show RUN --pairs`입니다"
            ),
        ));
    }
    let rows = labels.agreements();
    match args.format {
        Format::Json | Format::Jsonl => printer.out_json(&report::agreement::json(&info, &rows))?,
        _ if rows.is_empty() => printer.note(printer.say(
            "there is nothing to agree with: one column, and no case says what is right",
            "견줄 것이 없습니다: 대상이 하나이고 정답이 적힌 문항이 없습니다",
        )),
        _ => printer.out(&report::agreement::table(&info, &rows, &printer.style()))?,
    }
    Ok(Exit::Done)
}

/// What is printed at the end of a run. Hands back what was told.
pub(super) fn summary(reader: &Reader, format: Format, printer: &Printer) -> Result<View, Failure> {
    summary_of(reader, false, format, printer)
}

/// The same of a run that another process may be working on.
fn summary_of(reader: &Reader, running: bool, format: Format, printer: &Printer) -> Result<View, Failure> {
    let book = Book::new(reader.info())?;
    match format {
        Format::Jsonl => {
            let mut out = printer.stream_json();
            write_jsonl(reader, &book, &mut out)?;
        }
        Format::Csv => {
            write_csv(reader, &book, printer.stream_exact(), Layout::Long, Audience::Machine)?;
        }
        Format::Text | Format::Json | Format::Markdown => {}
    }
    let view = View {
        running,
        ..tables::view(reader, &book)?
    };
    table(reader, view, format, printer)
}

/// The summary of a run whose view is known, in a form that needs no more than it.
fn table(reader: &Reader, view: View, format: Format, printer: &Printer) -> Result<View, Failure> {
    if matches!(format, Format::Text | Format::Json | Format::Markdown) {
        printer.out_as(format, &worded(reader, &view, format, printer))?;
    }
    Ok(view)
}

/// The summary of a run whose view is known; lines of every answer are read anew.
pub(super) fn known(reader: &Reader, view: View, format: Format, printer: &Printer) -> Result<View, Failure> {
    match format {
        Format::Jsonl | Format::Csv => summary(reader, format, printer),
        Format::Text | Format::Json | Format::Markdown => table(reader, view, format, printer),
    }
}

/// The summary in a form, as text.
pub(super) fn told(reader: &Reader, format: Format, printer: &Printer) -> Result<String, Failure> {
    let book = Book::new(reader.info())?;
    let view = tables::view(reader, &book)?;
    Ok(worded(reader, &view, format, printer))
}

fn worded(reader: &Reader, view: &View, format: Format, printer: &Printer) -> String {
    let info = reader.info();
    match format {
        Format::Json => report::json::summary(info, view),
        Format::Markdown => report::markdown::summary(info, view, printer.lang),
        _ => report::terminal::summary(info, view, &printer.style()),
    }
}

/// Writes a run as JSON lines.
pub(super) fn write_jsonl(reader: &Reader, book: &Book, out: &mut impl std::io::Write) -> Result<(), Failure> {
    let info = Arc::clone(reader.info());
    let mut out = BufWriter::new(out);
    each_record(reader, book, |record| {
        let call = book.render(record.case_index, record.prompt, &record.case).ok();
        jsonl::write(&mut out, &info, record, call.as_ref())?;
        Ok(())
    })?;
    std::io::Write::flush(&mut out)?;
    Ok(())
}

/// Writes a run as CSV. Tells how many cells were guarded against being read as formulas.
pub(super) fn write_csv(
    reader: &Reader,
    book: &Book,
    out: impl std::io::Write,
    layout: Layout,
    audience: Audience,
) -> Result<(), Failure> {
    let info = Arc::clone(reader.info());
    let mut report = CsvReport::begin(out, &info, layout, audience, tables::scorers(reader)?)?;
    each_case(reader, book, |row| Ok(report.case(row)?))?;
    report.finish()?;
    Ok(())
}

/// One case: question, every answer, scores with reasons.
fn case(reader: &Reader, id: &str, args: &ShowArgs, printer: &Printer) -> Outcome {
    let Some(index) = reader.case_index(id)? else {
        let ids = reader.case_ids(5000)?;
        return Err(Failure::usage(
            said!("the run has no case `{id}`", "이 실행에 `{id}` 문항이 없습니다"),
            crate::suite::suggest::help_id(id, ids.iter().map(String::as_str)),
        ));
    };
    let book = Book::new(reader.info())?;
    let records = of_case(reader, &book, index)?;
    if args.raw {
        return raw(reader, &records, printer);
    }
    if args.format == Format::Jsonl || args.format == Format::Json {
        let mut out = Vec::new();
        for record in &records {
            let call = book.render(record.case_index, record.prompt, &record.case).ok();
            jsonl::write(&mut out, reader.info(), record, call.as_ref())?;
        }
        printer.out_json(&String::from_utf8_lossy(&out))?;
        return Ok(Exit::Done);
    }
    let hidden = printer.ci && !args.print_answers;
    printer.out(&report::case::page(
        reader.info(),
        &records,
        &printer.style(),
        args.full,
        hidden,
    ))?;
    if hidden {
        printer.note(printer.say(
            "CI is set: answers are not printed; --print-answers prints them",
            "CI 환경이라 답변을 출력하지 않습니다. --print-answers를 붙이면 출력합니다",
        ));
    }
    Ok(Exit::Done)
}

/// What was sent and received for a case.
fn raw(reader: &Reader, records: &[Record], printer: &Printer) -> Outcome {
    let info = reader.info();
    let layout = crate::plan::Layout::of(info);
    for record in records {
        let cell = layout.number(crate::plan::Cell {
            case: record.case_index,
            trial: record.trial - 1,
            prompt: record.prompt,
            target: record.target,
        });
        for attempt in reader.attempts(cell)? {
            let mut text = format!(
                "== {} · try {} · {} ms{}\n> POST {}\n> {}\n",
                info.targets[record.target].name,
                attempt.n,
                attempt.total_us / 1000,
                attempt
                    .request_id
                    .as_deref()
                    .map_or_else(String::new, |id| format!(" · request {id}")),
                attempt.url,
                String::from_utf8_lossy(&attempt.request),
            );
            if let Some(status) = attempt.status {
                text.push_str(&format!("< {status} {}\n", attempt.head.as_deref().unwrap_or("")));
            }
            if let Some(response) = &attempt.response {
                text.push_str(&format!("{}\n", String::from_utf8_lossy(response).trim_end()));
            }
            if let Some(fault) = &attempt.fault {
                let told = match crate::store::fault_of(fault) {
                    Ok(fault) => format!("{}: {}", fault.kind.word(), fault.message.in_lang(printer.lang)),
                    Err(_) => fault.clone(),
                };
                text.push_str(&format!("! {told}\n"));
            }
            printer.out(&crate::text::sink::terminal(&text, crate::text::sink::Breaks::Keep))?;
        }
    }
    Ok(Exit::Done)
}

/// Every case with its answers side by side.
fn answers(reader: &Reader, args: &ShowArgs, printer: &Printer) -> Outcome {
    if printer.ci && !args.print_answers {
        return Err(Failure::usage(
            said!(
                "CI is set: answers are not printed",
                "CI 환경에서는 답변을 출력하지 않습니다"
            ),
            said!("--print-answers prints them", "--print-answers를 붙이면 출력합니다"),
        ));
    }
    let book = Book::new(reader.info())?;
    let info = Arc::clone(reader.info());
    let style = printer.style();
    let lines = if args.full { usize::MAX } else { 12 };
    each_case(reader, &book, |row| {
        row.trials().try_for_each(|records| {
            printer.out(&report::side_by_side::row(&info, records, &style, lines))?;
            Ok(())
        })
    })?;
    Ok(Exit::Done)
}

pub(super) fn runs(global: &Global, args: &RunsArgs, printer: &Printer) -> Outcome {
    let settings = open::settings(global).ok();
    let results = open::results(global, settings.as_ref());
    let listed = store::list(&results)?;
    let mut rows: Vec<report::runs::Listed> = Vec::new();
    for run in listed.iter().rev().take(args.number) {
        // One that is damaged, wherever in it, hides no other.
        rows.push(row_of(run).unwrap_or_else(|error| report::runs::Listed::damaged(run.id.clone(), error.said())));
    }
    if rows.is_empty() {
        printer.note(&match printer.lang {
            report::words::Lang::Ko => format!("`{}`에 아직 실행이 없습니다", results.display()),
            report::words::Lang::En => format!("no run in `{}` yet", results.display()),
        });
        return Ok(Exit::Done);
    }
    match args.format {
        Format::Json | Format::Jsonl => printer.out_json(&report::runs::json_lines(&rows))?,
        _ => {
            printer.out(&report::runs::table(&rows, &printer.style()))?;
            let troubles = report::runs::troubles(&rows, printer.lang);
            if !troubles.is_empty() {
                printer.note(&troubles);
            }
            if rows
                .iter()
                .any(|run| !run.running && !run.settled && run.trouble.is_none() && run.done < run.planned)
            {
                printer.note(printer.say(
                    "narani run --resume RUN goes on with one that is stopped",
                    "멈춘 실행은 narani run --resume RUN 명령으로 이어 합니다",
                ));
            }
        }
    }
    if listed.len() > rows.len() {
        printer.note(&match printer.lang {
            report::words::Lang::Ko => format!("전체 {}개 중 최근 {}개", listed.len(), rows.len()),
            report::words::Lang::En => format!("the newest {} of {}; -n shows more", rows.len(), listed.len()),
        });
    }
    Ok(Exit::Done)
}

fn row_of(run: &store::Listed) -> Result<report::runs::Listed, StoreError> {
    let reader = Reader::open(run)?;
    let (done, _) = reader.counts()?;
    let info = reader.info();
    Ok(report::runs::Listed {
        id: run.id.clone(),
        suite: info.suite.clone(),
        targets: info.targets.len(),
        cases: info.cases,
        done,
        planned: info.planned(),
        started_us: info.started_us,
        spent: reader.spent()?,
        simulated: info.simulated,
        running: store::is_open(run),
        settled: tables::early(&reader)?.is_some_and(|early| early.settled),
        trouble: None,
    })
}

/// The failure of a grading pass.
pub(super) fn pass_failure(error: PassError) -> Failure {
    match error {
        PassError::Store(error) => error.into(),
        PassError::Gone => Failure::new(
            Exit::Unmeasured,
            said!("the scores could not be stored", "채점 결과를 저장하지 못했습니다"),
        )
        .note(said!(
            "make room, then `narani score RUN`",
            "공간을 비운 뒤 `narani score RUN`을 실행하세요"
        )),
    }
}
