//! `narani import`: recorded answers or verdicts, of other tools or of published studies, as a run of their own.
//!
//! The run is marked as imported wherever it is shown. Verdicts that stand in the file are kept as they are; without any, answers
//! are scored by the scorers that are named, or those of a suite.

mod adopt;
mod fields;
mod gather;
mod store;
mod table;

use std::path::PathBuf;

use clap::Args;
use serde_json::Map;

use super::args::Global;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open;
use super::printer::Printer;
use super::{show, tables};
use crate::domain::ScorerSpec;
use crate::grade::Grader;
use crate::said;
use crate::store::{Folder, Listed, Reader};

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
    /// Further numbers, such as other times: kept and summed up, but no judgement; repeatable
    #[arg(long, value_name = "[NAME=]FIELD")]
    pub number: Vec<String>,
    /// Scorer for answers without verdicts, such as equals, number, choice; its usual parameters [default: equals]
    #[arg(long, value_name = "KIND")]
    pub scorer: Option<String>,
}

pub(super) fn import(global: &Global, args: &ImportArgs, printer: &Printer) -> Outcome {
    let rows = table::read(&args.file)?;
    fields::check_fields(args, &rows)?;
    let judged = !args.pass.is_empty() || !args.score.is_empty();
    let suite = adopt::suite_of(args)?;
    let mut read = gather::gather(args, &rows)?;
    if let Some(suite) = &suite {
        adopt::adopt(suite, &mut read, args)?;
    }
    let mut scorers = match (&suite, judged, &args.scorer) {
        (Some(suite), false, None) => suite.scorers.clone(),
        (_, true, _) => vec![spec("imported")],
        (_, false, Some(kind)) => vec![spec(kind)],
        (None, false, None) if read.cases.iter().any(|case| !case.expect.is_empty()) => vec![spec("equals")],
        (None, false, None) => Vec::new(),
    };
    if !args.number.is_empty() && !judged && !scorers.is_empty() {
        return Err(Failure::usage(
            said!(
                "--number goes with verdicts that stand in the file, or with none",
                "--number는 파일에 판정이 있거나 채점하지 않을 때만 쓸 수 있습니다"
            ),
            said!(
                "name the verdicts with --pass or --score, or leave --expect, --scorer and --number to two imports",
                "--pass나 --score로 판정을 지정하거나, --expect·--scorer와 --number를 따로 가져오세요"
            ),
        ));
    }
    // Nothing is left to judge where numbers are all there is to keep.
    let judged = judged || !args.number.is_empty();
    scorers.extend(numbers(args));
    let name = suite
        .as_ref()
        .map_or_else(|| args.suite.clone(), |suite| suite.name.clone());
    let settings = open::settings(global).ok();
    let results = open::results(global, settings.as_ref());
    let stamp = jiff::ZonedDateTime::now().strftime("%Y%m%d-%H%M%S").to_string();
    let folder = Folder::create(&results, &stamp)?;
    let mut info = store::info(args, &folder, &name, &read, scorers);
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
    let stored = store::store(&folder, &listed, &info, read, &rows, grader.as_ref());
    if let Err(failure) = stored {
        folder.discard();
        return Err(failure);
    }
    let reader = Reader::open(&listed)?;
    let view = tables::write(&reader, &listed.path, printer.lang)?;
    show::known(&reader, view, super::args::Format::Text, printer)?;
    drop(reader);
    folder.settle();
    Ok(Exit::Done)
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

/// Numbers that judge nothing, as scorers without weight: so they have columns in every export.
fn numbers(args: &ImportArgs) -> Vec<ScorerSpec> {
    let mut names: Vec<&str> = Vec::new();
    for text in &args.number {
        let (_, path) = fields::split(text, args.target.is_some());
        if !names.contains(&path) {
            names.push(path);
        }
    }
    names
        .into_iter()
        .map(|name| ScorerSpec {
            name: name.to_owned(),
            weight: 0.0,
            ..spec("imported")
        })
        .collect()
}
