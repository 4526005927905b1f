//! Imported cases and cells as a run folder like any other.

use serde_json::Value;

use super::ImportArgs;
use super::gather::{Read, Taken};
use crate::cli::failure::Failure;
use crate::cli::{open, show};
use crate::domain::{
    Case, Outcome as Ended, Params, Prompt, PromptMessage, ProviderName, Role, RunInfo, Score, ScorerSpec, SkipReason,
    SuitePart, Target,
};
use crate::grade::{Grader, Which, pass};
use crate::plan::{Cell, Layout};
use crate::said;
use crate::store::{Folder, Listed, OutcomeRow, Reader, Writer};

pub(super) fn info(args: &ImportArgs, folder: &Folder, suite: &str, read: &Read, scorers: Vec<ScorerSpec>) -> RunInfo {
    let mut print = crate::suite::identity::Print::new();
    for case in &read.cases {
        print.text(&case.id);
        print.text(&format!("{:x}", crate::compare::grid::print_of(case)));
    }
    let targets: Vec<Target> = read
        .targets
        .iter()
        .map(|name| Target::plain(name, ProviderName::OpenAi, "", name))
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
pub(super) fn store(
    folder: &Folder,
    listed: &Listed,
    info: &RunInfo,
    mut read: Read,
    rows: &[Value],
    grader: Option<&Grader>,
) -> Result<(), Failure> {
    let meta = [
        ("info", serde_json::to_string(info).expect("plain data")),
        ("command", std::env::args().skip(1).collect::<Vec<_>>().join(" ")),
    ];
    let cases = std::mem::take(&mut read.cases);
    folder.freeze(&meta, |insert| {
        for case in cases {
            insert(case)?;
        }
        Ok::<(), crate::store::StoreError>(())
    })?;
    let layout = Layout::of(info);
    let judged = grader.is_none();
    crate::cli::runtime()?.block_on(async {
        let (stored, _keep) = tokio::sync::mpsc::unbounded_channel();
        let writer = Writer::start(&folder.database(), None, stored)?;
        let mut absent: Vec<bool> = vec![true; usize::try_from(layout.planned()).unwrap_or(0)];
        for found in &read.cells {
            let Some(taken) = read.taken(rows, found) else { continue };
            let (case, target, prompt, trial) = found.at;
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
    let mut scores = Vec::new();
    if taken.pass.is_some() || taken.score.is_some() {
        scores.push(Score {
            scorer: "imported".to_owned(),
            pass: taken.pass,
            points: taken.score,
            label: None,
            unscored: None,
            why: said!("as imported", "가져온 그대로"),
            weight: 1.0,
        });
    }
    // Numbers that judge nothing are labels without weight: they pass through every export as they are.
    scores.extend(taken.numbers.iter().map(|(name, value)| Score {
        scorer: name.clone(),
        pass: None,
        points: None,
        label: Some(value.to_string()),
        unscored: None,
        why: said!("as imported", "가져온 그대로"),
        weight: 0.0,
    }));
    scores
}
