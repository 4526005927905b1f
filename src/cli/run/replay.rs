//! `run --replay` and `run --record`: answers kept as files that a repository can hold.
//!
//! A folder of recordings has one file a suite and target, one line an answer, under the identity of the very call: address, body,
//! version of the adapter, trial. Whoever replays them makes no client and opens no connection; a call that was never recorded,
//! or was recorded in other words, is not measured. Lines hold no times, costs or ids of answers, so that refreshing unchanged
//! answers changes no byte.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::exit_of;
use crate::cli::args::RunArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome as Ended};
use crate::cli::files::{unwritable, write_with_folder};
use crate::cli::open::Book;
use crate::cli::printer::Printer;
use crate::cli::{show, tables};
use crate::domain::{
    Case, Cost, CostSource, Fault, FaultKind, ImageSource, Outcome, Part, Reply, RunInfo, SkipReason, Target, Timing,
};
use crate::gate::baseline::safe_name;
use crate::grade::{Grader, Which, pass};
use crate::plan::{Cell, Layout};
use crate::said;
use crate::store::{Folder, Listed, OutcomeRow, Reader, Writer};
use crate::{provider, run};

/// The first line of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    narani: String,
    suite: String,
    target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    key: String,
    case: String,
    prompt: String,
    trial: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    /// Where the provider's filter withheld the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
}

const FORM: &str = "recordings/1";

/// Recordings of a suite, by identity of the call.
#[derive(Debug, Default)]
pub(super) struct Recordings {
    lines: HashMap<String, Line>,
    /// Targets that have a file.
    pub(super) targets: Vec<String>,
    /// They come from the simulator.
    pub(super) simulated: bool,
}

impl Recordings {
    /// Reads the recordings of suites below `folder`.
    pub(super) fn read(folder: &Path, suites: &[&str]) -> Result<Self, Failure> {
        let mut all = Self::default();
        for suite in suites {
            let below = folder.join(safe_name(suite));
            let Ok(entries) = std::fs::read_dir(&below) else {
                return Err(Failure::usage(
                    said!(
                        "there are no recordings of `{suite}`: no folder `{}`",
                        "`{suite}`의 녹음이 없습니다: `{}` 폴더가 없습니다",
                        below.display()
                    ),
                    said!(
                        "make them where the keys are: narani run SUITE --record FOLDER",
                        "키가 있는 곳에서 만드세요: narani run 세트 --record 폴더"
                    ),
                ));
            };
            let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
            paths.sort();
            for path in paths {
                let (head, lines) = file(&path)?;
                all.simulated |= head.notice.is_some();
                if !all.targets.contains(&head.target) {
                    all.targets.push(head.target);
                }
                all.lines.extend(lines.into_iter().map(|line| (line.key.clone(), line)));
            }
        }
        Ok(all)
    }
}

fn file(path: &Path) -> Result<(Head, Vec<Line>), Failure> {
    let shown = path.display();
    let damaged = |number: usize, why: &str| {
        Failure::usage(
            said!(
                "`{shown}`, line {number}, is no recording: {why}",
                "`{shown}` 파일 {number}번째 줄은 녹음이 아닙니다: {why}"
            ),
            said!(
                "make the recordings anew with --record; they are not merged by hand",
                "--record로 다시 만드세요. 손으로 병합하지 않습니다"
            ),
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| damaged(0, &error.to_string()))?;
    let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.is_empty());
    let head: Head = match lines.next() {
        Some((line, number)) => serde_json::from_str(line).map_err(|error| damaged(number, &error.to_string()))?,
        None => return Err(damaged(1, "the file is empty")),
    };
    if head.narani != FORM {
        return Err(damaged(1, "another form of file"));
    }
    let lines = lines
        .map(|(line, number)| serde_json::from_str(line).map_err(|error| damaged(number, &error.to_string())))
        .collect::<Result<Vec<Line>, Failure>>()?;
    Ok((head, lines))
}

/// The identity of a call, with the bytes of pictures on this machine in it.
fn key(book: &Book, target: &Target, position: u64, prompt: usize, case: &Case, trial: u32) -> Result<String, String> {
    let call = book.render(position, prompt, case)?;
    let mut pictures = blake3::Hasher::new();
    for part in call.messages.iter().flat_map(|message| &message.parts) {
        if let Part::Image(image) = part
            && let ImageSource::Url(url) = &image.source
            && let Some(path) = url.strip_prefix("file:")
        {
            let bytes = std::fs::read(path).map_err(|error| format!("could not read `{path}`: {error}"))?;
            pictures.update(&bytes);
        }
    }
    let provider = provider::of(target.provider);
    let request = run::wire_request(provider, target, call);
    let call = run::reuse_key(&request, provider.about().version, trial);
    pictures.update(&call);
    Ok(pictures.finalize().to_hex()[..24].to_owned())
}

/// Calls `each` with every cell of a run and the identity of its call.
fn cells(
    reader: &Reader,
    book: &Book,
    mut each: impl FnMut(u64, Cell, &Case, String) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let info = Arc::clone(reader.info());
    let layout = Layout::of(&info);
    let mut position = 0;
    while position < info.cases {
        let cases = reader.cases(position, 256)?;
        if cases.is_empty() {
            break;
        }
        for case in &cases {
            for trial in 0..info.trials {
                for prompt in 0..info.prompts.len() {
                    for (target, asked) in info.targets.iter().enumerate() {
                        if !info.asks(position, prompt, target, trial) {
                            continue;
                        }
                        let cell = Cell {
                            case: position,
                            trial,
                            prompt,
                            target,
                        };
                        let key = key(book, asked, position, prompt, case, trial + 1).map_err(|why| {
                            Failure::usage(
                                said!("case `{}`: {why}", "`{}` 문항: {why}", case.id),
                                said!("mend the suite", "문항 세트를 고치세요"),
                            )
                        })?;
                        each(layout.number(cell), cell, case, key)?;
                    }
                }
            }
            position += 1;
        }
    }
    Ok(())
}

/// Fills a frozen run from recordings, scores it and prints its summary.
pub(super) async fn carry(
    folder: Folder,
    info: &Arc<RunInfo>,
    book: &Book,
    recordings: &Recordings,
    args: &RunArgs,
    printer: &Printer,
) -> Ended {
    let listed = Listed {
        id: info.id.clone(),
        path: folder.path().to_owned(),
    };
    let reader = Reader::open(&listed)?;
    let grader = Grader::new(info).map_err(|problem| Failure::of(Exit::Usage, vec![problem]))?;
    let (stored, _keep) = mpsc::unbounded_channel();
    let writer = Writer::start(&folder.database(), None, stored)?;
    let mut rows: Vec<OutcomeRow> = Vec::new();
    cells(&reader, book, |number, _, _, key| {
        rows.push(OutcomeRow {
            cell: number,
            outcome: outcome(recordings.lines.get(&key)),
            is_final: true,
            scores: None,
            pass: None,
            score: None,
            scorer_broke: false,
        });
        Ok(())
    })?;
    for row in rows {
        writer.outcome(row).await?;
    }
    writer.barrier().await?;
    let question = |position: u64, prompt: usize, case: &Case| book.question(position, prompt, case);
    let passed = pass(&reader, &writer, &grader, Which::Missing, &question, &Arc::clone).await;
    writer.finish();
    passed.map_err(show::pass_failure)?;
    drop(reader);
    let reader = Reader::open(&listed)?;
    let view = tables::write(&reader, &listed.path, printer.lang)?;
    let view = show::known(&reader, view, args.format, printer)?;
    drop(reader);
    folder.settle();
    Ok(exit_of(info, &view, printer))
}

fn outcome(line: Option<&Line>) -> Outcome {
    match line {
        None => Outcome::Skipped(SkipReason::NoRecording),
        Some(Line {
            fault: Some(fault),
            reply,
            ..
        }) => Outcome::Failed {
            fault: Box::new(fault.clone()),
            timing: Timing::default(),
            attempts: 0,
            reply: reply.clone().map(Box::new),
        },
        Some(line) => Outcome::Answered {
            reply: Box::new(line.reply.clone().unwrap_or_default()),
            timing: Timing::default(),
            cost: Cost {
                money: None,
                source: CostSource::Unknown,
            },
            cached: true,
            attempts: 0,
        },
    }
}

/// The lines of a file in order of case, prompt, trial.
type Lines = BTreeMap<(String, String, u32), Line>;

/// Writes the answers of a run below `folder`, one file a target. Recordings of calls that were not measured this time stay.
pub(super) fn record(reader: &Reader, book: &Book, folder: &Path, printer: &Printer) -> Result<(), Failure> {
    let info = Arc::clone(reader.info());
    let mut outcomes: HashMap<u64, Outcome> = HashMap::new();
    reader.outcomes(0, u64::MAX, |stored| {
        outcomes.insert(stored.cell, stored.outcome);
        Ok::<(), Failure>(())
    })?;
    let suite_of = |position: u64| {
        info.part_of(position)
            .map_or(info.suite.as_str(), |part| part.name.as_str())
    };
    let mut files: BTreeMap<(String, usize), Lines> = BTreeMap::new();
    let mut kept: HashMap<(String, usize), HashMap<String, Line>> = HashMap::new();
    cells(reader, book, |number, cell, case, key| {
        let place = (suite_of(cell.case).to_owned(), cell.target);
        if !kept.contains_key(&place) {
            let path = path_of(folder, &place.0, &info.targets[place.1].name);
            let lines = if path.is_file() { file(&path)?.1 } else { Vec::new() };
            kept.insert(
                place.clone(),
                lines.into_iter().map(|line| (line.key.clone(), line)).collect(),
            );
        }
        let old = &kept[&place];
        let order = (case.id.clone(), info.prompts[cell.prompt].name.clone(), cell.trial + 1);
        let fresh = outcomes.get(&number).and_then(kept_outcome).map(|(reply, fault)| Line {
            key: key.clone(),
            case: order.0.clone(),
            prompt: order.1.clone(),
            trial: order.2,
            reply,
            fault,
        });
        if let Some(line) = fresh.or_else(|| old.get(&key).cloned()) {
            files.entry(place).or_default().insert(order, line);
        }
        Ok(())
    })?;
    let mut count = 0;
    for ((suite, target), lines) in files {
        let name = &info.targets[target].name;
        let head = Head {
            narani: FORM.to_owned(),
            suite: suite.clone(),
            target: name.clone(),
            notice: info.simulated.then(|| crate::gate::baseline::SIMULATED.to_owned()),
        };
        let mut text = format!("{}\n", serde_json::to_string(&head).expect("plain data"));
        for line in lines.values() {
            text.push_str(&serde_json::to_string(line).expect("plain data"));
            text.push('\n');
        }
        count += lines.len();
        let path = path_of(folder, &suite, name);
        write_with_folder(&path, text.as_bytes()).map_err(|error| {
            let remedy = said!("name another folder with --record", "--record로 다른 폴더를 지정하세요");
            unwritable(&path, &error, remedy)
        })?;
    }
    printer.note(&format!(
        "{} {} ({})",
        printer.say("recorded in", "녹음을 쓴 곳:"),
        folder.display(),
        printer.say(
            &crate::report::words::counted(count as u64, "answer", "answers"),
            &format!("답변 {count}개")
        )
    ));
    Ok(())
}

fn path_of(folder: &Path, suite: &str, target: &str) -> PathBuf {
    folder
        .join(safe_name(suite))
        .join(format!("{}.jsonl", safe_name(target)))
}

/// What of an outcome is worth replaying: answers, and what a filter withheld. Errors are asked again.
fn kept_outcome(outcome: &Outcome) -> Option<(Option<Reply>, Option<Fault>)> {
    // Ids of answers are new every time and say nothing.
    let plain = |reply: &Reply| Reply {
        id: None,
        ..reply.clone()
    };
    match outcome {
        Outcome::Answered { reply, .. } => Some((Some(plain(reply)), None)),
        Outcome::Failed { fault, reply, .. } if fault.kind == FaultKind::ContentFilter => {
            Some((reply.as_deref().map(plain), Some(Fault::clone(fault))))
        }
        _ => None,
    }
}
