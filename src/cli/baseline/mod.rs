//! `narani baseline`: accepting results as what a target is known to do.
//!
//! Here is what is accepted and written; `review` asks a person about each change.

use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::files::{unwritable, write_with_folder};
use crate::cli::gate::usual_folder;
use crate::cli::open::{self, Book};
use crate::cli::printer::Printer;
use crate::compare::Grid;
use crate::domain::{Lang, Said};
use crate::gate::against::CHANGED_MOST;
use crate::gate::baseline::{Line, file_name};
use crate::gate::{Baseline, covered};
use crate::report;
use crate::said;
use crate::store::Reader;

mod review;

use review::{Asking, Page, Taken};

/// `narani baseline`.
#[derive(Debug, Clone, Args)]
pub(super) struct BaselineArgs {
    /// What to do
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// `narani baseline …`.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum BaselineCommand {
    /// Walk through what changed, case by case, and accept or skip each
    #[command(
        after_help = "Keys: a accept · s skip · A accept all of this tag · q quit\n\nExample:\n  narani baseline review last"
    )]
    Review(AcceptArgs),
    /// Accept the results of a run without questions
    #[command(after_help = "\
Examples:
  narani baseline accept last
  narani baseline accept last --target clova --case refund-004 --case refund-011")]
    Accept(AcceptArgs),
    /// Keep git from merging baseline files line by line
    Init {
        /// Folder of the baselines [default: results/baselines]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Whose results are accepted.
#[derive(Debug, Clone, Args)]
pub(super) struct AcceptArgs {
    /// Run: id, beginning of it, path, or last
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// Only these targets; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Only these cases; repeatable
    #[arg(long, value_name = "ID")]
    pub case: Vec<String>,
    /// Folder of the baselines [default: that of the rules, else results/baselines/SUITE]
    #[arg(long, value_name = "DIR")]
    pub baseline: Option<PathBuf>,
    /// Accept although too little was measured
    #[arg(long)]
    pub partial: bool,
}

pub(super) fn baseline(global: &Global, args: &BaselineArgs, printer: &Printer) -> Outcome {
    match &args.command {
        BaselineCommand::Init { folder } => init(global, folder.as_deref(), printer),
        BaselineCommand::Accept(args) => accept(global, args, None, printer),
        BaselineCommand::Review(args) => {
            if !std::io::stdin().is_terminal() {
                return Err(Failure::usage(
                    said!(
                        "baseline review asks questions and needs a terminal",
                        "baseline review는 물어보며 진행하므로 터미널이 필요합니다"
                    ),
                    said!(
                        "accept without questions: narani baseline accept RUN [--case ID] [--target NAME]",
                        "묻지 않고 받아들이기: narani baseline accept RUN [--case ID] [--target NAME]"
                    ),
                ));
            }
            accept(global, args, Some(&mut Asking::new()?), printer)
        }
    }
}

fn accept(global: &Global, args: &AcceptArgs, mut asking: Option<&mut Asking>, printer: &Printer) -> Outcome {
    if printer.ci {
        return Err(Failure::usage(
            said!(
                "CI is set: a baseline is accepted by a person, not by a job",
                "CI 환경입니다. 기준은 작업이 아니라 사람이 받아들입니다"
            ),
            said!(
                "take the .pending file from the artifact of the job, or run this command on your machine",
                "작업의 아티팩트에서 .pending 파일을 가져오거나, 이 명령을 자기 컴퓨터에서 실행하세요"
            ),
        ));
    }
    let settings = open::settings(global)?;
    let listed = open::find_run(global, &args.run)?;
    let reader = Reader::open(&listed)?;
    let grid = Grid::read(&reader, reader.info().scorers.len() > 1)?;
    let lanes = lanes(args, &grid)?;
    for id in &args.case {
        if grid.find(id).is_none() {
            let ids = grid.cases.iter().map(|case| case.id.as_str()).take(5000);
            return Err(Failure::usage(
                said!("the run has no case `{id}`", "실행에 `{id}` 문항이 없습니다"),
                crate::suite::suggest::help(id, ids),
            ));
        }
    }
    let rules = settings.gate.clone().unwrap_or_default();
    for lane in &lanes {
        let column = &grid.lanes[*lane];
        if column.counts.judged == 0 {
            return Err(Failure::new(
                Exit::Unmeasured,
                said!(
                    "`{}` has no verdict at all: there is nothing to accept",
                    "`{}` 대상에 채점 결과가 없어 받아들일 것이 없습니다",
                    column.label
                ),
            )
            .note(said!(
                "give the suite `scorers`, or its cases `expect`, then run it again",
                "문항 세트에 `scorers`를, 또는 문항에 `expect`를 적고 다시 실행하세요"
            )));
        }
        let coverage = covered(&grid, *lane, rules.coverage_min);
        if !args.partial && coverage.low {
            let told = |lang| report::words::low_coverage(&coverage, rules.coverage_min, lang);
            return Err(
                Failure::new(Exit::Unmeasured, Said::both(told(Lang::En), told(Lang::Ko))).note(said!(
                    "go on with `narani run --resume {}`, or accept what there is with --partial",
                    "`narani run --resume {}`로 이어 하거나, 있는 만큼만 --partial로 받아들이세요",
                    listed.id
                )),
            );
        }
    }
    let results = open::results(global, Some(&settings));
    let folder = args
        .baseline
        .clone()
        .or(rules.baseline)
        .unwrap_or_else(|| usual_folder(&results, &grid.info.suite));
    if grid.info.simulated {
        printer.note(printer.say(
            "SIMULATED: the baseline will say so and fits simulated runs only",
            "SIMULATED: 기준에 그렇게 적히며 모의 실행과만 비교됩니다",
        ));
    }
    let book = Book::new(reader.info())?;
    let mut written = 0;
    for lane in lanes {
        let newer = Baseline::of(&grid, lane);
        let path = folder.join(file_name(&grid.lanes[lane].target, grid.lanes[lane].prompt.as_deref()));
        let older = fs::read(&path)
            .ok()
            .and_then(|bytes| Baseline::read(&String::from_utf8_lossy(&bytes)).ok());
        let whole = args.case.is_empty() && asking.is_none();
        if let (Some(older), true, false) = (&older, whole, args.partial) {
            keeps_most(older, &newer, &grid.lanes[lane].label)?;
        }
        let next = match (&older, whole) {
            (_, true) => newer,
            (older, false) => {
                let older = older.clone().unwrap_or_else(|| Baseline {
                    lines: Vec::new(),
                    ..newer.clone()
                });
                let changed: Vec<Change<'_>> = changes(&older, &newer)
                    .into_iter()
                    .filter(|change| args.case.is_empty() || args.case.contains(&change.now.case))
                    // Nobody can decide on 0.51 → 0.51; who names a case has decided.
                    .filter(|change| asking.is_none() || !change.was.is_some_and(|was| was.looks_like(change.now)))
                    .collect();
                let mut taken: Vec<String> = Vec::new();
                for (at, change) in changed.iter().enumerate() {
                    let decision = match asking.as_deref_mut() {
                        None => Taken::Yes,
                        Some(asking) if asking.quit() => Taken::No,
                        Some(asking) => {
                            let page = Page {
                                grid: &grid,
                                lane,
                                at,
                                of: changed.len(),
                            };
                            asking.ask(&page, change, &reader, &book, printer)?
                        }
                    };
                    if decision == Taken::Yes {
                        taken.push(change.now.case.clone());
                    }
                }
                if taken.is_empty() {
                    // Nothing was accepted: no file is made or touched for it.
                    printer.note(&format!(
                        "{}: {}",
                        crate::text::sink::terminal_line(&grid.lanes[lane].label),
                        if changed.is_empty() {
                            printer.say("nothing changed", "바뀐 것이 없습니다")
                        } else {
                            printer.say("nothing accepted", "받아들인 것이 없습니다")
                        }
                    ));
                    continue;
                }
                older.with(&newer, &|case| taken.iter().any(|id| id == case))
            }
        };
        let cases = report::words::cases(next.lines.len() as u64, printer.lang);
        let remedy = said!(
            "give write permission, or name another folder with --baseline",
            "쓰기 권한을 주거나 --baseline으로 다른 폴더를 지정하세요"
        );
        if put(&path, &next.write(), &format!(" ({cases})"), remedy, printer)? {
            // The proposal has been decided on.
            let _ = fs::remove_file(format!("{}.pending", path.display()));
            written += 1;
        }
    }
    if written > 0 {
        printer.note(&format!(
            "{} {}",
            printer.say("now commit", "이제 커밋하세요:"),
            folder.display()
        ));
        if !attributes_of(&folder).is_file() && folder.parent().is_none_or(|parent| !attributes_of(parent).is_file()) {
            printer.note(printer.say(
                "narani baseline init   keeps git from merging these files line by line",
                "narani baseline init   git이 이 파일들을 줄 단위로 병합하지 않게 합니다",
            ));
        }
    }
    // What was accepted before Ctrl-C is written; the rest can be asked about again.
    if let Some(exit) = asking.and_then(|asking| asking.stopped()) {
        printer.note(printer.say(
            "stopped: the same command asks about the rest",
            "멈췄습니다. 같은 명령으로 나머지를 정할 수 있습니다",
        ));
        return Ok(exit);
    }
    Ok(Exit::Done)
}

fn lanes(args: &AcceptArgs, grid: &Grid) -> Result<Vec<usize>, Failure> {
    let known = || grid.info.targets.iter().map(|target| target.name.as_str());
    for name in &args.target {
        if !known().any(|target| target == name) {
            return Err(Failure::usage(
                said!("the run has no target `{name}`", "실행에 `{name}` 대상이 없습니다"),
                crate::suite::suggest::help(name, known()),
            ));
        }
    }
    Ok((0..grid.lanes.len())
        .filter(|lane| args.target.is_empty() || args.target.contains(&grid.lanes[*lane].target))
        .collect())
}

/// A case whose line differs.
struct Change<'b> {
    was: Option<&'b Line>,
    now: &'b Line,
}

fn changes<'b>(older: &'b Baseline, newer: &'b Baseline) -> Vec<Change<'b>> {
    newer
        .lines
        .iter()
        .filter_map(|now| {
            let was = older.line(&now.case);
            (was != Some(now)).then_some(Change { was, now })
        })
        .collect()
}

fn attributes_of(folder: &Path) -> PathBuf {
    folder.join(".gitattributes")
}

/// The line that keeps git from merging, which would make a file that no run ever gave.
const ATTRIBUTES: &str = "*.jsonl -merge\n";

fn init(global: &Global, folder: Option<&Path>, printer: &Printer) -> Outcome {
    let settings = open::settings(global).ok();
    let folder = folder.map_or_else(
        || open::results(global, settings.as_ref()).join("baselines"),
        Path::to_owned,
    );
    let path = attributes_of(&folder);
    let present = fs::read_to_string(&path).unwrap_or_default();
    let mut text = present;
    if !text.lines().any(|line| line.trim() == ATTRIBUTES.trim()) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        if !text.contains("narani") {
            text.push_str("# Baselines of narani are accepted whole, never merged line by line.\n");
        }
        text.push_str(ATTRIBUTES);
    }
    let remedy = said!(
        "give write permission, or name another folder",
        "쓰기 권한을 주거나 다른 폴더를 지정하세요"
    );
    put(&path, &text, "", remedy, printer)?;
    Ok(Exit::Done)
}

/// Makes a file what it is to be and says so, with `more` behind its name. Gives whether it was otherwise before.
fn put(path: &Path, text: &str, more: &str, remedy: Said, printer: &Printer) -> Result<bool, Failure> {
    let shown = path.display();
    if fs::read_to_string(path).is_ok_and(|present| present == text) {
        let so = printer.say("is already so", "파일은 이미 그렇습니다");
        printer.note(&format!("{shown} {so}"));
        return Ok(false);
    }
    write_with_folder(path, text.as_bytes()).map_err(|error| unwritable(path, &error, remedy))?;
    printer.out(&format!("{} {shown}{more}", printer.say("wrote", "만듦")))?;
    Ok(true)
}

/// Refuses to accept a run that lacks more than a tenth of the cases of the baseline: it was filtered, or its suite was
/// cut, and the others would be lost.
#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn keeps_most(older: &Baseline, newer: &Baseline, label: &str) -> Result<(), Failure> {
    let gone = older
        .lines
        .iter()
        .filter(|line| newer.line(&line.case).is_none())
        .count();
    if older.head.suite != newer.head.suite || gone as f64 <= CHANGED_MOST * older.lines.len() as f64 {
        return Ok(());
    }
    let of = |lang| report::words::cases(older.lines.len() as u64, lang);
    Err(Failure::new(
        Exit::Unmeasured,
        said!(
            "`{}`: the run lacks {} of {} of the baseline, which would be dropped",
            "`{}`: 기준의 {2} 중 {1}개가 이 실행에 없어 사라지게 됩니다",
            label,
            gone,
            Said::both(of(Lang::En), of(Lang::Ko))
        ),
    )
    .note(said!(
        "take single cases with --case ID, or drop the others with --partial",
        "--case ID로 문항을 골라 받아들이거나, 나머지를 버리려면 --partial을 쓰세요"
    )))
}
