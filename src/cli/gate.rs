//! `narani gate`: a finished run against rules and a baseline.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Global;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open::{self, Book};
use super::printer::Printer;
use crate::compare::{self, Grid};
use crate::config::{self, CheckKind, GateRules, Metric, Settings};
use crate::domain::{Problem, Record};
use crate::gate::baseline::{file_name, safe_name};
use crate::gate::{Against, Baseline, Trial, Trouble, Verdict, judge};
use crate::report;
use crate::said;
use crate::store::{self, Listed, Reader};

/// `narani gate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Rules stand under [gate] in config.toml, or in a file named with --rules. Without any, a gate fails when the passing rate of
a target is shown to have dropped by two points or more against results/baselines/SUITE.

Examples:
  narani gate last
  narani gate last --baseline last                against the run before
  narani gate last --github --junit gate.xml      in GitHub Actions
  narani gate last --confirm 2                    ask failing must-pass cases twice more

Exit codes: 0 pass · 1 fail · 2 rules or usage · 3 not enough evidence · 4 baseline missing, damaged or not comparable")]
pub(super) struct GateArgs {
    /// Run: id, beginning of it, path, or last
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// What to compare with: a folder of baselines, a run, or last for the run before [default: results/baselines/SUITE]
    #[arg(long, value_name = "PATH|RUN|last")]
    pub baseline: Option<String>,
    /// Rules from this file instead of config.toml
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// List every check and every case that moved
    #[arg(long)]
    pub list: bool,
    /// Write the verdict as Markdown; - for standard output
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Name in the marker of the Markdown, by which a workflow finds its comment [default: the suite]
    #[arg(long, value_name = "NAME", requires = "markdown")]
    pub marker: Option<String>,
    /// Add the answers of cases that moved to the Markdown
    #[arg(long)]
    pub with_answers: bool,
    /// Write the verdict as JSON; - for standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the verdict as `JUnit` XML; - for standard output
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// In GitHub Actions: job summary, outputs, annotations
    #[arg(long)]
    pub github: bool,
    /// Ask failing must-pass cases so many times more; the check fails when most trials fail
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub confirm: Option<u32>,
    /// Judge the baseline against itself, which must pass: shows that the rules raise no alarm by themselves
    #[arg(long)]
    pub self_check: bool,
}

/// Largest Markdown: what GitHub takes as a comment, with room; and as a job summary.
const COMMENT: usize = 60_000;
const SUMMARY: usize = 900_000 / 4;

pub(super) fn gate(global: &Global, args: &GateArgs, printer: &Printer) -> Outcome {
    let settings = open::settings(global)?;
    let rules = rules(args, &settings)?;
    let listed = open::find_run(global, &args.run)?;
    let reader = Reader::open(&listed)?;
    let now = Grid::read(&reader, wants_scorers(&rules, &reader))?;
    let results = open::results(global, Some(&settings));
    let mut against = against(args, &rules, &results, &listed, &now, printer)?;
    let today = jiff::ZonedDateTime::now().date();
    let mut confirmed = Vec::new();
    let first = judge(&Trial {
        now: &now,
        against: &against,
        rules: &rules,
        today,
        confirmed: &confirmed,
    })
    .map_err(|problems| Failure::of(Exit::Usage, problems))?;
    if let Some(times) = args.confirm {
        confirmed = super::confirm::confirm(global, (&listed, &reader), (&now, &first), times, printer)?;
    }
    propose(&now, &rules, &mut against, printer);
    let mut verdict = judge(&Trial {
        now: &now,
        against: &against,
        rules: &rules,
        today,
        confirmed: &confirmed,
    })
    .map_err(|problems| Failure::of(Exit::Usage, problems))?;
    explain(&reader, &mut verdict, args.with_answers)?;
    tell(args, &now, &verdict, printer)?;
    Ok(match verdict.exit() {
        0 => Exit::Done,
        1 => Exit::Quality,
        3 => Exit::Unmeasured,
        _ => Exit::Baseline,
    })
}

fn rules(args: &GateArgs, settings: &Settings) -> Result<GateRules, Failure> {
    match &args.rules {
        Some(path) => config::gate_rules(path).map_err(|problems| Failure::of(Exit::Usage, problems)),
        None => Ok(settings.gate.clone().unwrap_or_default()),
    }
}

/// Whether the points of single scorers are needed: a rule is about one, or a baseline has to hold them.
fn wants_scorers(rules: &GateRules, reader: &Reader) -> bool {
    let scorer = |metric: &Metric| matches!(metric, Metric::Scorer(_));
    let asked = rules.checks.iter().any(|check| match &check.kind {
        CheckKind::Regression { metric, .. } | CheckKind::Floor { metric, .. } => scorer(metric),
        _ => false,
    });
    asked || reader.info().scorers.len() > 1
}

/// The folder of a suite's baselines where nothing else is said.
pub(super) fn usual_folder(results: &Path, suite: &str) -> PathBuf {
    results.join("baselines").join(safe_name(suite))
}

fn against(
    args: &GateArgs,
    rules: &GateRules,
    results: &Path,
    listed: &Listed,
    now: &Grid,
    printer: &Printer,
) -> Result<Against, Failure> {
    let Some(named) = &args.baseline else {
        let folder = rules
            .baseline
            .clone()
            .unwrap_or_else(|| usual_folder(results, &now.info.suite));
        return Ok(from_folder(&folder, now));
    };
    if named == "last" {
        return match earlier(results, listed, now)? {
            Some(run) => from_run(&run, now),
            None => Ok(Against::new(
                "last".to_owned(),
                true,
                None,
                now,
                now.lanes.iter().map(|_| Err(Trouble::NoEarlier)).collect(),
            )),
        };
    }
    let path = Path::new(named);
    if path.is_dir() && !path.join("run.db").is_file() {
        return Ok(from_folder(path, now));
    }
    match store::find(results, named) {
        Ok(run) => {
            if run.id == listed.id && !args.self_check {
                printer.note(printer.say(
                    "note: the run is compared with itself",
                    "알림: 실행을 그 자신과 비교합니다",
                ));
            }
            from_run(&run, now)
        }
        // A folder that does not exist yet is one without baselines.
        Err(_) if named.contains(['/', '\\']) || path.exists() => Ok(from_folder(path, now)),
        Err(error) => Err(error.into()),
    }
}

/// The newest earlier run of the same suite.
fn earlier(results: &Path, listed: &Listed, now: &Grid) -> Result<Option<Listed>, Failure> {
    let runs = store::list(results)?;
    let until = runs.iter().position(|run| run.id == listed.id).unwrap_or(runs.len());
    for run in runs.into_iter().take(until).rev() {
        // A damaged run among the old ones is no reason to fail here.
        if Reader::open(&run).is_ok_and(|reader| reader.info().suite == now.info.suite) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

fn from_run(run: &Listed, now: &Grid) -> Result<Against, Failure> {
    let reader = Reader::open(run)?;
    let grid = Grid::read(&reader, now.scorers.len() > 1)?;
    let baselines = now
        .lanes
        .iter()
        .map(|lane| {
            let twin = grid
                .lanes
                .iter()
                .position(|known| known.target == lane.target && known.prompt == lane.prompt);
            twin.map(|twin| Baseline::of(&grid, twin)).ok_or(Trouble::NoColumn)
        })
        .collect();
    let started = jiff::Timestamp::from_microsecond(grid.info.started_us).ok();
    let age = started.map(|started| jiff::Timestamp::now().duration_since(started).as_secs() / 86_400);
    Ok(Against::new(run.id.to_string(), true, age, now, baselines))
}

fn from_folder(folder: &Path, now: &Grid) -> Against {
    let mut newest = None;
    let baselines = now
        .lanes
        .iter()
        .map(|lane| {
            let path = folder.join(file_name(&lane.target, lane.prompt.as_deref()));
            let shown = path.display().to_string();
            match fs::read(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Trouble::Missing {
                    path: shown,
                    pending: None,
                }),
                Err(error) => Err(Trouble::Damaged {
                    path: shown,
                    damage: crate::gate::Damage::Line(0, error.to_string()),
                }),
                Ok(bytes) => {
                    if let Ok(time) = fs::metadata(&path).and_then(|data| data.modified()) {
                        newest = newest.max(Some(time));
                    }
                    Baseline::read(&String::from_utf8_lossy(&bytes))
                        .map_err(|damage| Trouble::Damaged { path: shown, damage })
                }
            }
        })
        .collect();
    let age = newest
        .and_then(|time| time.elapsed().ok())
        .and_then(|age| i64::try_from(age.as_secs() / 86_400).ok());
    Against::new(folder.display().to_string(), false, age, now, baselines).lacking(absent(folder, now))
}

/// Targets with a baseline of this suite in the folder that the run does not have. Files that cannot be read are no
/// reason to fail here: nothing says that they are about this run.
fn absent(folder: &Path, now: &Grid) -> Vec<String> {
    let present: Vec<String> = now
        .lanes
        .iter()
        .map(|lane| file_name(&lane.target, lane.prompt.as_deref()))
        .collect();
    let mut absent: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".jsonl") && !present.iter().any(|file| *file == name)
        })
        .filter_map(|entry| Baseline::read(&fs::read_to_string(entry.path()).ok()?).ok())
        .filter(|baseline| baseline.head.suite == now.info.suite && baseline.simulated() == now.info.simulated)
        .map(|baseline| baseline.head.target)
        .collect();
    absent.sort();
    absent.dedup();
    absent
}

/// Writes proposals for baselines that are missing, where enough was measured for one.
fn propose(now: &Grid, rules: &GateRules, against: &mut Against, printer: &Printer) {
    for lane in 0..now.lanes.len() {
        let Err(Trouble::Missing { path, .. }) = against.side(lane) else {
            continue;
        };
        let checked = rules.checks.iter().any(|check| {
            matches!(check.kind, CheckKind::Regression { .. })
                && (check.targets.is_empty() || check.targets.contains(&now.lanes[lane].target))
        });
        let counts = now.lanes[lane].counts;
        if !checked || counts.judged == 0 || !enough(counts, rules.coverage_min) {
            continue;
        }
        let pending = format!("{path}.pending");
        let written = Path::new(path)
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| write_whole(Path::new(&pending), Baseline::of(now, lane).write().as_bytes()));
        match written {
            Ok(()) => against.proposed(lane, pending),
            Err(error) => printer.note(&format!("could not write `{pending}`: {error}")),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cells stay far below 2^52")]
pub(super) fn enough(counts: compare::Counts, floor: f64) -> bool {
    counts.planned > 0 && counts.measured as f64 / counts.planned as f64 >= floor
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}

/// Looks up why moved cases fail, in the words of their scorers.
fn explain(reader: &Reader, verdict: &mut Verdict, answers: bool) -> Result<(), Failure> {
    const LOOKED_UP: usize = 1_000;
    let book = Book::new(reader.info())?;
    let info = std::sync::Arc::clone(reader.info());
    let question = |position: u64, prompt: usize, case: &crate::domain::Case| book.question(position, prompt, case);
    let mut left = LOOKED_UP;
    for check in &mut verdict.checks {
        let Some(lane) = check.lane else { continue };
        for moved in report::gate::markdown::listed(check) {
            if left == 0 {
                return Ok(());
            }
            left -= 1;
            let place = moved.place as u64;
            let mut records: Vec<Record> = Vec::new();
            compare::records(reader, &question, place..place + 1, |record| {
                if compare::row::column_of(&info, &record) == lane {
                    records.push(record);
                }
                Ok::<(), Failure>(())
            })?;
            let (why, answer) = why(&records);
            moved.why = why;
            if answers {
                moved.answer = answer;
            }
        }
    }
    Ok(())
}

/// Why a column fails a case: the reasons of the scorers of its first failing answer, and that answer.
pub(super) fn why(records: &[Record]) -> (String, String) {
    let Some(failing) = records.iter().find(|record| record.pass == Some(false)) else {
        return (String::new(), String::new());
    };
    let mut reasons: Vec<&str> = Vec::new();
    for score in &failing.scores {
        if score.pass == Some(false)
            && score.weight > 0.0
            && !score.why.is_empty()
            && !reasons.contains(&score.why.as_str())
        {
            reasons.push(&score.why);
        }
    }
    let answer = compare::row::reply_of(failing).map_or("", compare::row::text_of);
    (reasons.join("; "), answer.to_owned())
}

/// Prints the verdict and writes its files.
fn tell(args: &GateArgs, now: &Grid, verdict: &Verdict, printer: &Printer) -> Result<(), Failure> {
    use report::gate::markdown::{Manner, markdown};
    let dash = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
    let on_stdout = [&args.markdown, &args.json, &args.junit]
        .into_iter()
        .filter(|path| dash(path))
        .count();
    if on_stdout > 1 {
        return Err(Failure::usage(
            said!(
                "only one form can go to standard output",
                "표준 출력에는 한 형식만 쓸 수 있습니다"
            ),
            said!("name a file for the others", "나머지에는 파일 이름을 주세요"),
        ));
    }
    let write = |path: &Option<PathBuf>, text: &str| -> Result<(), Failure> {
        let Some(path) = path else { return Ok(()) };
        if path == Path::new("-") {
            return Ok(printer.out(text)?);
        }
        write_whole(path, text.as_bytes()).map_err(|error| {
            Failure::usage(
                said!(
                    "could not write `{}`: {error}",
                    "`{}` 파일을 쓰지 못했습니다: {error}",
                    path.display()
                ),
                said!("name another file", "다른 파일 이름을 주세요"),
            )
        })
    };
    let manner = Manner {
        marker: args.marker.as_deref(),
        most: COMMENT,
        answers: args.with_answers,
    };
    write(&args.markdown, &markdown(verdict, manner, printer.lang))?;
    write(&args.json, &report::gate::json(verdict))?;
    if args.junit.is_some() {
        let text = report::gate::junit(verdict, now).map_err(|why| {
            Failure::new(
                Exit::Internal,
                said!("could not write JUnit: {why}", "JUnit을 쓰지 못했습니다: {why}"),
            )
        })?;
        write(&args.junit, &text)?;
    }
    if on_stdout == 0 {
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
        printer.out_raw(&report::gate::github::annotations(verdict))?;
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
