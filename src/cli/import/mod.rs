//! `narani import`: recorded answers or verdicts, of other tools or of published studies, as a run of their own.
//!
//! The run is marked as imported wherever it is shown. Verdicts that stand in the file are kept as they are; without any, answers
//! are scored by the scorers that are named, or those of a suite.

mod table;

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use self::table::{field, names, number, text, verdict};
use super::args::Global;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open;
use super::printer::Printer;
use super::{show, tables};
use crate::domain::{
    Case, Cost, CostSource, Fault, FaultKind, Finish, Limits, Outcome as Ended, Params, Prompt, PromptMessage,
    ProviderName, Reply, Role, RunInfo, Score, ScorerSpec, SkipReason, SuitePart, Target, Timing, Usage,
};
use crate::grade::{Grader, Which, pass};
use crate::plan::{Cell, Layout};
use crate::said;
use crate::store::{Folder, Listed, OutcomeRow, Reader, Writer};

/// `narani import`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Fields are named by their heads, or by paths such as model.answer in JSON. In a wide file each target has fields of its own:
--pass NAME=FIELD; NAME/PROMPT=FIELD where one model was asked in several ways. In a long file a field names the target
(--target FIELD), and --pass FIELD needs no name.

Examples:
  narani import recorded.jsonl --suite gsm8k --case id --pass small=6b.is_correct --pass large=175b.is_correct
  narani import bbh.jsonl --suite bbh --case task,i --group task --pass m/direct=direct_correct --pass m/cot=cot_correct
  narani import labels.csv --suite judges --case idx --answer ann1=annotator1 --answer judge=model --expect label
  narani import requests.csv --suite latency --case request --target endpoint --error error_code --latency-s end_to_end_s")]
pub(super) struct ImportArgs {
    /// CSV, JSON lines, a JSON list, or a JSON object of columns
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Name of the suite, or a suite file whose cases and scorers these answers belong to
    #[arg(long, value_name = "NAME|FILE", required = true)]
    pub suite: String,
    /// Fields that name a case, joined by - [default: the number of the row]
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub case: Vec<String>,
    /// Field with the question
    #[arg(long, value_name = "FIELD")]
    pub question: Option<String>,
    /// Field with the right answer
    #[arg(long, value_name = "FIELD", conflicts_with = "expect_majority")]
    pub expect: Option<String>,
    /// The right answer is what most of these fields say; without a majority there is none
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub expect_majority: Vec<String>,
    /// Field with a tag; repeatable
    #[arg(long, value_name = "FIELD")]
    pub tag: Vec<String>,
    /// Field by which cases belong together: the cluster of standard errors
    #[arg(long, value_name = "FIELD")]
    pub group: Option<String>,
    /// Field that names the target, in a long file
    #[arg(long, value_name = "FIELD")]
    pub target: Option<String>,
    /// Field that names the prompt, in a long file
    #[arg(long, value_name = "FIELD", requires = "target")]
    pub prompt: Option<String>,
    /// Field with the number of the trial, from 1, in a long file
    #[arg(long, value_name = "FIELD", requires = "target")]
    pub trial: Option<String>,
    /// Answers; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub answer: Vec<String>,
    /// Verdicts: 1 or 0, true or false, pass or fail; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub pass: Vec<String>,
    /// Scores from 0 to 1; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub score: Vec<String>,
    /// Error codes: a row that has one is not measured; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub error: Vec<String>,
    /// Times to the last byte in seconds; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub latency_s: Vec<String>,
    /// Times to the first text in seconds; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub first_text_s: Vec<String>,
    /// Generated tokens; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub tokens_out: Vec<String>,
    /// Scorer for answers without verdicts, such as equals, number, choice; its usual parameters [default: equals]
    #[arg(long, value_name = "KIND")]
    pub scorer: Option<String>,
}

/// What a cell is made of: a field a role.
#[derive(Debug, Clone, Default)]
struct Roles {
    answer: Option<String>,
    pass: Option<String>,
    score: Option<String>,
    error: Option<String>,
    latency: Option<String>,
    first_text: Option<String>,
    tokens: Option<String>,
}

/// Who a cell belongs to: target and prompt.
type Who = (String, Option<String>);

/// Everything that was read.
#[derive(Debug, Default)]
struct Read {
    cases: Vec<Case>,
    targets: Vec<String>,
    prompts: Vec<String>,
    trials: u32,
    /// (case, target, prompt, trial from 0) and how it ended.
    cells: Vec<((usize, usize, usize, u32), Taken)>,
}

/// A cell as the file has it.
#[derive(Debug)]
struct Taken {
    ended: Ended,
    pass: Option<bool>,
    score: Option<f64>,
}

pub(super) fn import(global: &Global, args: &ImportArgs, printer: &Printer) -> Outcome {
    let rows = table::read(&args.file)?;
    check_fields(args, &rows)?;
    let judged = !args.pass.is_empty() || !args.score.is_empty();
    let suite = suite_of(args)?;
    let mut read = gather(args, &rows)?;
    if let Some(suite) = &suite {
        adopt(suite, &mut read, args)?;
    }
    let scorers = match (&suite, judged, &args.scorer) {
        (Some(suite), false, None) => suite.scorers.clone(),
        (_, true, _) => vec![spec("imported")],
        (_, false, Some(kind)) => vec![spec(kind)],
        (None, false, None) if read.cases.iter().any(|case| !case.expect.is_empty()) => vec![spec("equals")],
        (None, false, None) => Vec::new(),
    };
    let name = suite
        .as_ref()
        .map_or_else(|| args.suite.clone(), |suite| suite.name.clone());
    let settings = open::settings(global).ok();
    let results = open::results(global, settings.as_ref());
    let stamp = jiff::ZonedDateTime::now().strftime("%Y%m%d-%H%M%S").to_string();
    let folder = Folder::create(&results, &stamp)?;
    let mut info = info(args, &folder, &name, &read, scorers);
    if let Some(suite) = &suite {
        info.suite_fp.clone_from(&suite.fingerprint);
    }
    let grader = if judged {
        None
    } else {
        match Grader::new(&info) {
            Ok(grader) => Some(grader),
            Err(problem) => {
                folder.discard();
                return Err(Failure::of(Exit::Usage, vec![problem]));
            }
        }
    };
    let listed = Listed {
        id: info.id.clone(),
        path: folder.path().to_owned(),
    };
    let stored = store(&folder, &listed, &info, read, grader.as_ref());
    if let Err(failure) = stored {
        folder.discard();
        return Err(failure);
    }
    let reader = Reader::open(&listed)?;
    let view = tables::write(&reader, &listed.path)?;
    show::known(&reader, view, super::args::Format::Text, printer)?;
    drop(reader);
    folder.settle();
    Ok(Exit::Done)
}

/// The suite file that is named, with its cases; none when it is only a name.
struct Adopted {
    name: String,
    fingerprint: String,
    scorers: Vec<ScorerSpec>,
    cases: HashMap<String, Case>,
}

fn suite_of(args: &ImportArgs) -> Result<Option<Adopted>, Failure> {
    if !std::path::Path::new(&args.suite).is_file() {
        return Ok(None);
    }
    let mut cases = HashMap::new();
    let checked = open::read_suite(&args.suite, None, false, &mut |case| {
        cases.insert(case.id.clone(), case);
    });
    let Some(suite) = checked.suite else {
        return Err(Failure::of(Exit::Usage, checked.problems).with_more(checked.more));
    };
    Ok(Some(Adopted {
        name: suite.name,
        fingerprint: suite.fingerprint,
        scorers: suite.scorers,
        cases,
    }))
}

/// Takes the cases of a suite in place of those of the file.
fn adopt(suite: &Adopted, read: &mut Read, args: &ImportArgs) -> Result<(), Failure> {
    let strangers: Vec<&str> = read
        .cases
        .iter()
        .filter(|case| !suite.cases.contains_key(&case.id))
        .map(|case| case.id.as_str())
        .collect();
    if let Some(first) = strangers.first() {
        return Err(Failure::usage(
            said!(
                "{} of {} cases are not in `{}`, the first is `{first}`",
                "{1}문항 중 {0}개가 `{2}`에 없습니다. 첫째는 `{first}`입니다",
                strangers.len(),
                read.cases.len(),
                args.suite
            ),
            said!(
                "name the field with the ids of the suite: --case FIELD",
                "문항 세트의 id가 있는 항목을 지정하세요: --case 항목"
            ),
        ));
    }
    for case in &mut read.cases {
        if let Some(known) = suite.cases.get(&case.id) {
            *case = known.clone();
        }
    }
    Ok(())
}

fn spec(kind: &str) -> ScorerSpec {
    ScorerSpec {
        name: kind.to_owned(),
        kind: kind.to_owned(),
        weight: 1.0,
        threshold: None,
        not: false,
        params: Map::new(),
    }
}

/// Every field that is named must stand in some row.
fn check_fields(args: &ImportArgs, rows: &[Value]) -> Result<(), Failure> {
    let single = [
        &args.question,
        &args.expect,
        &args.group,
        &args.target,
        &args.prompt,
        &args.trial,
    ];
    let mut wanted: Vec<&str> = single.into_iter().flatten().map(String::as_str).collect();
    wanted.extend(
        args.case
            .iter()
            .chain(&args.expect_majority)
            .chain(&args.tag)
            .map(String::as_str),
    );
    let lists = [
        &args.answer,
        &args.pass,
        &args.score,
        &args.error,
        &args.latency_s,
        &args.first_text_s,
        &args.tokens_out,
    ];
    for text in lists.into_iter().flatten() {
        wanted.push(split(text, args.target.is_some()).1);
    }
    for path in wanted {
        if !rows.iter().any(|row| field(row, path).is_some()) {
            let known = names(&rows[0]);
            return Err(Failure::usage(
                said!("no row has a field `{path}`", "`{path}` 항목이 있는 행이 없습니다"),
                crate::suite::suggest::help(path, known.iter().map(String::as_str)),
            ));
        }
    }
    Ok(())
}

/// `NAME=FIELD`, or in a long file `FIELD` alone.
fn split(text: &str, long: bool) -> (&str, &str) {
    match text.split_once('=') {
        Some((name, path)) if !long => (name, path),
        _ => ("", text),
    }
}

fn roles(args: &ImportArgs) -> Result<Vec<(Who, Roles)>, Failure> {
    let long = args.target.is_some();
    let mut all: Vec<(Who, Roles)> = Vec::new();
    let lists: [(&Vec<String>, fn(&mut Roles) -> &mut Option<String>); 7] = [
        (&args.answer, |roles| &mut roles.answer),
        (&args.pass, |roles| &mut roles.pass),
        (&args.score, |roles| &mut roles.score),
        (&args.error, |roles| &mut roles.error),
        (&args.latency_s, |roles| &mut roles.latency),
        (&args.first_text_s, |roles| &mut roles.first_text),
        (&args.tokens_out, |roles| &mut roles.tokens),
    ];
    for (texts, slot) in lists {
        for text in texts {
            let (name, path) = split(text, long);
            if name.is_empty() && !long {
                return Err(Failure::usage(
                    said!(
                        "`{text}` does not say whose field it is",
                        "`{text}`이(가) 누구의 항목인지 적혀 있지 않습니다"
                    ),
                    said!(
                        "write NAME=FIELD, or name the field with the target's name: --target FIELD",
                        "이름=항목으로 쓰거나, 대상 이름이 있는 항목을 지정하세요: --target 항목"
                    ),
                ));
            }
            let who = match name.rsplit_once('/') {
                Some((target, prompt)) if !target.is_empty() && !prompt.is_empty() => {
                    (target.to_owned(), Some(prompt.to_owned()))
                }
                _ => (name.to_owned(), None),
            };
            let at = all.iter().position(|(known, _)| *known == who).unwrap_or_else(|| {
                all.push((who, Roles::default()));
                all.len() - 1
            });
            *slot(&mut all[at].1) = Some(path.to_owned());
        }
    }
    if all.is_empty() {
        return Err(Failure::usage(
            said!("nothing is to be imported", "가져올 것이 없습니다"),
            said!(
                "name fields with answers or verdicts: --answer NAME=FIELD, --pass NAME=FIELD",
                "답변이나 판정이 있는 항목을 지정하세요: --answer 이름=항목, --pass 이름=항목"
            ),
        ));
    }
    Ok(all)
}

fn gather(args: &ImportArgs, rows: &[Value]) -> Result<Read, Failure> {
    let roles = roles(args)?;
    let mut read = Read {
        trials: 1,
        ..Read::default()
    };
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut taken: HashMap<(usize, usize, usize, u32), usize> = HashMap::new();
    for (row, line) in rows.iter().zip(1usize..) {
        let wrong = |why: String| {
            Failure::usage(
                said!("row {line}: {why}", "{line}번째 행: {why}"),
                said!(
                    "mend the row, or name another field",
                    "행을 고치거나 다른 항목을 지정하세요"
                ),
            )
        };
        let case = case_of(args, row, line);
        let place = *by_id.entry(case.id.clone()).or_insert(read.cases.len());
        if place == read.cases.len() {
            read.cases.push(case);
        }
        for ((target, prompt), roles) in &roles {
            let named = |path: &Option<String>| path.as_ref().and_then(|path| text(field(row, path)?));
            let target = match &args.target {
                Some(_) => named(&args.target).ok_or_else(|| wrong("it names no target".to_owned()))?,
                None => target.clone(),
            };
            let prompt = prompt
                .clone()
                .or_else(|| named(&args.prompt))
                .unwrap_or_else(|| "default".to_owned());
            let trial = match named(&args.trial) {
                Some(text) => match text.parse::<u32>() {
                    Ok(trial @ 1..=10_000) => trial,
                    _ => return Err(wrong(format!("`{text}` is no number of a trial, from 1"))),
                },
                None => 1,
            };
            read.trials = read.trials.max(trial);
            let target = place_in(&mut read.targets, &target);
            let prompt = place_in(&mut read.prompts, &prompt);
            let at = (place, target, prompt, trial - 1);
            let Some(cell) = cell_of(row, roles).map_err(wrong)? else {
                continue;
            };
            if let Some(before) = taken.insert(at, line) {
                return Err(Failure::usage(
                    said!(
                        "rows {before} and {line} are both about case `{}` and target `{}`",
                        "{before}번째와 {line}번째 행이 모두 `{}` 문항, `{}` 대상에 관한 것입니다",
                        read.cases[place].id,
                        read.targets[target]
                    ),
                    said!(
                        "name further fields that tell cases apart (--case a,b), or the field of the trial (--trial)",
                        "문항을 가르는 항목을 더 지정하거나(--case a,b) 회차 항목을 지정하세요(--trial)"
                    ),
                ));
            }
            read.cells.push((at, cell));
        }
    }
    Ok(read)
}

fn place_in(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

fn case_of(args: &ImportArgs, row: &Value, line: usize) -> Case {
    let told = |path: &String| text(field(row, path)?);
    let parts: Vec<String> = args.case.iter().filter_map(told).collect();
    let id = if parts.is_empty() {
        format!("row-{line}")
    } else {
        parts.join("-")
    };
    let expect = if args.expect_majority.is_empty() {
        args.expect.as_ref().and_then(told)
    } else {
        majority(args.expect_majority.iter().filter_map(told).collect())
    };
    let question = args.question.as_ref().and_then(told).unwrap_or_default();
    Case {
        id,
        vars: Map::from_iter([("question".to_owned(), Value::from(question))]),
        expect: expect.map(Value::from).into_iter().collect(),
        tags: args.tag.iter().filter_map(told).collect(),
        group: args.group.as_ref().and_then(told),
        file: args.file.display().to_string(),
        ..Case::default()
    }
}

/// What more than half of them say.
fn majority(mut said: Vec<String>) -> Option<String> {
    said.sort();
    let half = said.len() / 2;
    let middle = said.get(half)?.clone();
    (2 * said.iter().filter(|text| **text == middle).count() > said.len()).then_some(middle)
}

fn cell_of(row: &Value, roles: &Roles) -> Result<Option<Taken>, String> {
    let at = |path: &Option<String>| path.as_ref().and_then(|path| field(row, path));
    let count = |path: &Option<String>| at(path).map_or(Ok(None), number);
    let micros = |path: &Option<String>| -> Result<Option<u64>, String> {
        match count(path)? {
            Some(seconds) if (0.0..1e9).contains(&seconds) => Ok(Some(rounded(seconds * 1e6))),
            Some(seconds) => Err(format!("`{seconds}` is no time in seconds")),
            None => Ok(None),
        }
    };
    let timing = Timing {
        total_us: micros(&roles.latency)?.unwrap_or(0),
        first_text_us: micros(&roles.first_text)?,
        ..Timing::default()
    };
    if let Some(code) = at(&roles.error).and_then(text) {
        return Ok(Some(Taken {
            ended: Ended::Failed {
                fault: Box::new(Fault {
                    code: Some(code.clone()),
                    ..Fault::new(FaultKind::Server, format!("error {code} in the imported file"))
                }),
                timing,
                attempts: 1,
                reply: None,
            },
            pass: None,
            score: None,
        }));
    }
    let pass = at(&roles.pass).map_or(Ok(None), verdict)?;
    let score = count(&roles.score)?;
    if let Some(score) = score
        && !(0.0..=1.0).contains(&score)
    {
        return Err(format!("a score is from 0 to 1, not {score}"));
    }
    let answer = at(&roles.answer).and_then(text);
    let verdicts = roles.pass.is_some() || roles.score.is_some();
    let absent = if verdicts {
        pass.is_none() && score.is_none()
    } else {
        answer.is_none() && timing.total_us == 0
    };
    if absent {
        return Ok(None);
    }
    Ok(Some(Taken {
        ended: Ended::Answered {
            reply: Box::new(Reply {
                text: answer.unwrap_or_default(),
                finish: Finish::Other,
                usage: Usage {
                    output: count(&roles.tokens)?.map(rounded),
                    ..Usage::default()
                },
                choices: 1,
                ..Reply::default()
            }),
            timing,
            cost: Cost {
                money: None,
                source: CostSource::Unknown,
            },
            cached: false,
            attempts: 1,
        },
        pass: pass.or(score.map(|score| score >= 0.5)),
        score: score.or(pass.map(|pass| if pass { 1.0 } else { 0.0 })),
    }))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be no less than 0"
)]
fn rounded(value: f64) -> u64 {
    value.max(0.0).round() as u64
}

fn info(args: &ImportArgs, folder: &Folder, suite: &str, read: &Read, scorers: Vec<ScorerSpec>) -> RunInfo {
    let mut print = crate::suite::identity::Print::new();
    for case in &read.cases {
        print.text(&case.id);
        print.text(&format!("{:x}", crate::compare::grid::print_of(case)));
    }
    let targets: Vec<Target> = read
        .targets
        .iter()
        .map(|name| Target {
            name: name.clone(),
            provider: ProviderName::OpenAi,
            address: String::new(),
            model: name.clone(),
            params: Params::default(),
            extra: Map::new(),
            stream: false,
            timeout: std::time::Duration::from_mins(2),
            retries: 0,
            limits: Limits::default(),
            price: None,
            local: false,
            account: name.clone(),
            http1_only: false,
            hedge_after: None,
        })
        .collect();
    let prompts: Vec<Prompt> = read
        .prompts
        .iter()
        .map(|name| Prompt {
            name: name.clone(),
            system: None,
            messages: vec![PromptMessage {
                role: Role::User,
                content: "{{ question }}".to_owned(),
            }],
            params: Params::default(),
        })
        .collect();
    let cases = read.cases.len() as u64;
    RunInfo {
        id: folder.id().clone(),
        suite: suite.to_owned(),
        description: String::new(),
        suite_fp: format!("sf_{}", print.hex(6)),
        trials: read.trials,
        cases,
        started_us: crate::net::clock::now_us(),
        simulated: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        parts: vec![SuitePart {
            name: suite.to_owned(),
            file: args.file.display().to_string(),
            first: 0,
            cases,
            prompts: (0..prompts.len()).collect(),
            targets: (0..targets.len()).collect(),
            trials: read.trials,
            params: Params::default(),
            scorers: scorers.clone(),
        }],
        scorers,
        prompts,
        targets,
        imported: Some(
            args.file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
        ),
    }
}

/// Writes the run, and scores what has no verdict yet.
fn store(folder: &Folder, listed: &Listed, info: &RunInfo, read: Read, grader: Option<&Grader>) -> Result<(), Failure> {
    let meta = [
        ("info", serde_json::to_string(info).expect("plain data")),
        ("command", std::env::args().skip(1).collect::<Vec<_>>().join(" ")),
    ];
    let Read { cases, cells, .. } = read;
    folder.freeze(&meta, |insert| {
        for case in cases {
            insert(case)?;
        }
        Ok::<(), crate::store::StoreError>(())
    })?;
    let layout = Layout::of(info);
    let judged = grader.is_none();
    super::runtime()?.block_on(async {
        let (stored, _keep) = tokio::sync::mpsc::unbounded_channel();
        let writer = Writer::start(&folder.database(), None, stored)?;
        let mut absent: Vec<bool> = vec![true; usize::try_from(layout.planned()).unwrap_or(0)];
        for ((case, target, prompt, trial), taken) in cells {
            let cell = layout.number(Cell {
                case: case as u64,
                trial,
                prompt,
                target,
            });
            if let Some(slot) = usize::try_from(cell).ok().and_then(|cell| absent.get_mut(cell)) {
                *slot = false;
            }
            let scores = judged.then(|| scores(&taken));
            writer
                .outcome(OutcomeRow {
                    cell,
                    outcome: taken.ended,
                    is_final: true,
                    scores,
                    pass: taken.pass,
                    score: taken.score,
                    scorer_broke: false,
                })
                .await?;
        }
        for cell in absent
            .iter()
            .zip(0..)
            .filter(|(absent, _)| **absent)
            .map(|(_, cell)| cell)
        {
            writer
                .outcome(OutcomeRow {
                    cell,
                    outcome: Ended::Skipped(SkipReason::NotImported),
                    is_final: true,
                    scores: None,
                    pass: None,
                    score: None,
                    scorer_broke: false,
                })
                .await?;
        }
        writer.barrier().await?;
        if let Some(grader) = grader {
            let reader = Reader::open(listed)?;
            let book = open::Book::new(reader.info())?;
            let question = |position: u64, prompt: usize, case: &Case| book.question(position, prompt, case);
            pass(
                &reader,
                &writer,
                grader,
                Which::Missing,
                &question,
                &std::sync::Arc::clone,
            )
            .await
            .map_err(show::pass_failure)?;
        }
        writer.finish();
        Ok::<(), Failure>(())
    })
}

fn scores(taken: &Taken) -> Vec<Score> {
    if taken.pass.is_none() && taken.score.is_none() {
        return Vec::new();
    }
    vec![Score {
        scorer: "imported".to_owned(),
        pass: taken.pass,
        points: taken.score,
        label: None,
        unscored: None,
        why: "as imported".to_owned(),
        weight: 1.0,
    }]
}
