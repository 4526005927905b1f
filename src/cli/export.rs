//! `narani export`: a run as a file.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::args::{AudienceArg, ExportArgs, ExportFormat, Format, Global, LayoutArg};
use super::cases::{each_case, tell_unread_ratings};
use super::exit::Exit;
use super::failure::Outcome;
use super::files::{Unfinished, unwritable};
use super::open::{self, Book};
use super::printer::Printer;
use super::{show, tables};
use crate::compare::Viewer;
use crate::report::csv::{Audience, Layout};
use crate::report::xlsx::XlsxReport;
use crate::said;
use crate::store::Reader;

pub(super) fn export(global: &Global, args: &ExportArgs, printer: &Printer) -> Outcome {
    if let Some(path) = &args.output {
        let form = match args.format {
            ExportFormat::Csv => "csv",
            ExportFormat::Jsonl => "jsonl",
            ExportFormat::Json => "json",
            ExportFormat::Markdown => "markdown",
            ExportFormat::Xlsx => "xlsx",
        };
        super::ending::check(path, form)?;
    }
    let run = open::find_run(global, &args.run)?;
    let reader = Reader::open(&run)?;
    tell_unread_ratings(&reader, printer);
    let book = Book::new(reader.info())?;
    if args.format == ExportFormat::Xlsx {
        return workbook(&reader, &book, args, printer);
    }
    // `-` is standard output, as for other programs.
    let file = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let cannot = |path: &Path, error: &std::io::Error| {
        let remedy = said!("name another file", "다른 파일 이름을 쓰세요");
        unwritable(path, error, remedy)
    };
    // An export that fails leaves what was exported before.
    let mut unfinished = None;
    let mut out: Box<dyn Write> = match file {
        Some(path) => {
            let (begun, part) = Unfinished::create(path).map_err(|error| cannot(path, &error))?;
            unfinished = Some(part);
            Box::new(BufWriter::with_capacity(64 * 1024, begun))
        }
        None if args.format == ExportFormat::Csv => printer.stream_exact(),
        None => printer.stream_json(),
    };
    let mut hint = None;
    match args.format {
        ExportFormat::Csv => {
            let layout = match args.layout {
                LayoutArg::Long => Layout::Long,
                LayoutArg::Wide => Layout::Wide,
                LayoutArg::Scores => Layout::Scores,
            };
            let audience = match args.audience {
                AudienceArg::People => Audience::People(printer.lang),
                AudienceArg::Machine => Audience::Machine,
            };
            show::write_csv(&reader, &book, &mut out, layout, audience)?;
            hint = audience.is_people().then(|| {
                let run = &reader.info().id;
                printer.lang.pick(
                    format!(
                        "for reading, `narani export {run} xlsx` is better: a spreadsheet program may redraw texts such as 007 or 1-2 \
                         when it opens a CSV, and texts that it could take for formulas have an apostrophe in front (column `guarded`)"
                    ),
                    format!(
                        "읽기에는 `narani export {run} xlsx` 가 낫습니다. 표 프로그램은 CSV를 열 때 007, 1-2 같은 글을 바꿔 보여 주기도 하고, \
                         수식으로 읽힐 수 있는 글 앞에는 작은따옴표가 있습니다 (`guarded` 열)"
                    ),
                )
            });
        }
        ExportFormat::Jsonl => show::write_jsonl(&reader, &book, &mut out)?,
        ExportFormat::Json | ExportFormat::Markdown => {
            let format = if args.format == ExportFormat::Json {
                Format::Json
            } else {
                Format::Markdown
            };
            let text = show::told(&reader, format, printer)?;
            match file {
                Some(_) => out.write_all(text.as_bytes())?,
                None => printer.out_as(format, &text)?,
            }
        }
        ExportFormat::Xlsx => {}
    }
    out.flush()?;
    drop(out);
    if let Some((path, unfinished)) = file.zip(unfinished) {
        unfinished.done().map_err(|error| cannot(path, &error))?;
        printer.note(&format!("{} {}", printer.say("wrote", "만듦"), path.display()));
    }
    if let Some(hint) = hint {
        printer.note(&crate::report::hanging(&hint, ("", ""), &printer.style()));
    }
    Ok(Exit::Done)
}

/// A workbook. It is no text, so it goes to a file: the one that was named, else one in the run's folder.
fn workbook(reader: &Reader, book: &Book, args: &ExportArgs, printer: &Printer) -> Outcome {
    let info = std::sync::Arc::clone(reader.info());
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| reader.folder().join("report.xlsx"));
    let cannot = |error: &std::io::Error| {
        let remedy = said!(
            "close it where it is open, or name another file with -o",
            "열려 있으면 닫고, 아니면 -o 로 다른 파일을 고르세요"
        );
        unwritable(&path, error, remedy)
    };
    let (file, unfinished) = Unfinished::create(&path).map_err(|error| cannot(&error))?;
    let scorers = tables::scorers(reader)?;
    let mut viewer = Viewer::new(&info);
    let mut report = XlsxReport::begin(&info, scorers, info.planned(), printer.lang)?;
    each_case(reader, book, |row| {
        viewer.row(row);
        Ok(report.case(row)?)
    })?;
    let view = tables::finished(reader, viewer)?;
    let cuts = report.finish(BufWriter::new(file), &view, &jiff::tz::TimeZone::system())?;
    unfinished.done().map_err(|error| cannot(&error))?;
    if let Some(note) = cuts.note(printer.lang) {
        printer.note(&note);
    }
    printer.note(&format!("{} {}", printer.say("wrote", "만듦"), path.display()));
    Ok(Exit::Done)
}
