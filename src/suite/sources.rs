//! Where cases come from: the list in the suite file, files named in it, and which reader a file gets.

use std::io::BufRead;

use crate::domain::{Problem, Said};
use crate::said;

use super::bytes::whole;
use super::cases::Bench;
use super::findings::Findings;
use super::path::{ending, is_workbook, without_sheet};
use super::place::Origin;
use super::shape::{CASE, CASES};
use super::suggest::{help, nearest};
use super::table::Renamed;
use super::tree::{Node, Span};
use super::values::Desk;
use super::{Files, read_csv, read_json, read_jsonl, read_toml, read_xlsx, read_yaml};

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Yaml,
    Toml,
    Json,
    Jsonl,
    Csv,
    Xlsx,
}

/// The cases of a suite file: a list, a file, or files in a list.
pub(super) fn all_cases(desk: &mut Desk<'_, '_>, node: &Node, bench: &mut Bench<'_>, files: &mut Files<'_>) {
    if node.get("file").is_some() {
        return file_of_cases(desk, node, bench, files);
    }
    let Some(items) = node.as_list() else {
        let problem = Problem::error(
            "wrong_type",
            said!(
                "`cases` takes a list or `{{file: …}}`, not {}",
                "`cases`에는 목록이나 `{{file: …}}`을 써야 합니다. 지금은 {}입니다",
                node.describe()
            ),
        );
        return desk.tell(node.span, problem);
    };
    if items.is_empty() {
        let problem = Problem::error("no_cases", said!("`cases` is empty", "`cases`가 비어 있습니다"))
            .help(said!("each entry is a question", "항목 하나가 질문 하나입니다"));
        desk.tell(node.span, problem);
    }
    for item in items {
        if item.get("file").is_some() {
            file_of_cases(desk, item, bench, files);
        } else {
            bench.take(desk, item);
        }
    }
}

/// Cases kept in another file.
fn file_of_cases(desk: &mut Desk<'_, '_>, node: &Node, bench: &mut Bench<'_>, files: &mut Files<'_>) {
    let before = desk.findings.errors();
    desk.fields(node, &CASES, &said!("a file of cases", "문항 파일"));
    let renamed = node.get("columns").map(|node| columns(desk, node)).unwrap_or_default();
    let Some(named) = node.get("file") else { return };
    let Some(name) = desk.text(named, "file") else { return };
    if desk.findings.errors() > before {
        return;
    }
    let opened = format_of(&name).and_then(|format| {
        let (path, reader) = files.open(&name)?;
        Ok((format, path, reader))
    });
    match opened {
        Ok((format @ (Format::Jsonl | Format::Csv | Format::Xlsx), path, reader)) => {
            stream(format, &path, reader, &renamed, bench, desk.findings);
        }
        Ok((format, path, mut reader)) => {
            if !renamed.is_empty() {
                let problem = Problem::error(
                    "columns",
                    said!("`columns` is for tables and JSONL", "`columns`는 표와 JSONL에만 씁니다"),
                );
                desk.tell(node.span, problem);
            } else if let Err(problem) = listed_cases(format, &path, &mut reader, bench, desk.findings) {
                desk.tell(named.span, problem);
            }
        }
        Err(problem) => desk.tell(named.span, problem),
    }
}

/// A file in YAML, TOML or JSON that holds cases and nothing else.
fn listed_cases(
    format: Format,
    path: &str,
    reader: &mut dyn BufRead,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let text = whole(path, reader)?;
    let origin = Origin::record(path, &text.text, text.offset, 1);
    let Some(node) = parsed(format, &text.text, text.offset, &origin, findings) else {
        return Ok(());
    };
    let only = node.as_map().filter(|entries| entries.len() == 1);
    let list = only.and_then(|_| node.get("cases")).unwrap_or(&node);
    let mut desk = Desk {
        origin: &origin,
        findings,
    };
    let Some(items) = list.as_list() else {
        let problem = Problem::error(
            "wrong_type",
            said!(
                "`{path}` holds {}, not a list of cases",
                "`{path}` 파일에 문항 목록이 아니라 {}이(가) 있습니다",
                node.describe()
            ),
        )
        .help(said!(
            "what a suite says besides its cases stands in the file that names this one",
            "문항 말고 다른 것은 이 파일을 가리키는 파일에 적습니다"
        ));
        desk.tell(Span::new(node.span.start, node.span.start), problem);
        return Ok(());
    };
    if items.is_empty() {
        desk.tell(
            list.span,
            Problem::error(
                "no_cases",
                said!("`{path}` has no cases", "`{path}` 파일에 문항이 없습니다"),
            ),
        );
    }
    for item in items {
        bench.take(&mut desk, item);
    }
    Ok(())
}

/// Which columns of a file play the part of which fields.
fn columns(desk: &mut Desk<'_, '_>, node: &Node) -> Renamed {
    let mut renamed = Renamed::new();
    for entry in desk
        .map(node, &Said::from("`columns`"), || {
            said!(
                "a field, then the name of its column: `columns: {{expect: gold}}`",
                "필드와 그 열의 이름을 적습니다: `columns: {{expect: gold}}`"
            )
        })
        .unwrap_or_default()
    {
        if !CASE.knows(&entry.key) {
            let near = help(&entry.key, CASE.fields().iter().map(String::as_str));
            let problem = Problem::error(
                "unknown_field",
                said!("a case has no field `{}`", "문항에는 `{}` 필드가 없습니다", entry.key),
            )
            .help(said!(
                "{}; `columns` says which column holds a field: `columns: {{expect: gold}}`",
                "{} `columns`는 어느 열이 어떤 필드인지 알려 줍니다: `columns: {{expect: gold}}`",
                near
            ));
            desk.tell(entry.key_span, problem);
        } else if let Some(column) = desk.text(&entry.value, &entry.key) {
            if renamed.values().any(|other| *other == column) {
                let problem = Problem::error(
                    "columns",
                    said!(
                        "column `{column}` is named twice",
                        "`{column}` 열이 두 번 적혀 있습니다"
                    ),
                );
                desk.tell(entry.value.span, problem);
            }
            renamed.insert(entry.key.clone(), column);
        }
    }
    renamed
}

pub(super) fn stream(
    format: Format,
    path: &str,
    reader: Box<dyn BufRead>,
    renamed: &Renamed,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) {
    match format {
        Format::Csv => read_csv::read(path, reader, renamed, bench, findings),
        Format::Xlsx => read_xlsx::read(path, reader, renamed, bench, findings),
        _ => read_jsonl::read(path, reader, renamed, bench, findings),
    }
}

pub(super) fn parsed(
    format: Format,
    text: &str,
    offset: usize,
    origin: &Origin<'_>,
    findings: &mut Findings,
) -> Option<Node> {
    match format {
        Format::Toml => read_toml::read(text, offset, origin, findings),
        Format::Json => read_json::read(text, offset, origin, findings),
        _ => read_yaml::read(text, offset, origin, findings),
    }
}

/// How to read a file, by its ending.
pub(super) fn format_of(path: &str) -> Result<Format, Problem> {
    let ending = ending(without_sheet(path).0);
    match ending.as_str() {
        "yaml" | "yml" => Ok(Format::Yaml),
        "toml" => Ok(Format::Toml),
        "json" => Ok(Format::Json),
        "jsonl" | "ndjson" => Ok(Format::Jsonl),
        "csv" | "tsv" => Ok(Format::Csv),
        ending if is_workbook(ending) => Ok(Format::Xlsx),
        _ => {
            let message = if ending.is_empty() {
                said!(
                    "`{path}` has no ending that says what it is",
                    "`{path}` 파일은 확장자가 없어 종류를 알 수 없습니다"
                )
            } else {
                said!(
                    "`{path}` is of no kind that is read here (`.{ending}`)",
                    "`{path}` 파일은 읽을 수 없는 종류입니다(`.{ending}`)"
                )
            };
            let known = ["yaml", "toml", "json", "jsonl", "csv", "tsv", "xlsx", "ods"];
            let remedy = match ending.as_str() {
                "xls" | "numbers" | "hcell" | "cell" => said!("save it as `.xlsx`", "`.xlsx`로 저장하세요"),
                "txt" | "md" => said!(
                    "put the questions into a CSV, one a row, below a first line `question`",
                    "첫 줄에 `question`이라고 쓰고 그 아래 한 줄에 질문 하나씩 적은 CSV로 만드세요"
                ),
                _ => match nearest(&ending, known) {
                    Some(near) => said!("did you mean `.{near}`?", "혹시 `.{near}`입니까?"),
                    None => said!(
                        "suites are .yaml, .toml, .json, .jsonl, .csv, .tsv, .xlsx or .ods",
                        "문항 세트는 .yaml, .toml, .json, .jsonl, .csv, .tsv, .xlsx, .ods 파일입니다"
                    ),
                },
            };
            Err(Problem::error("unknown_format", message).help(remedy))
        }
    }
}
