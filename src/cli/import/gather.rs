//! Rows into cases and cells: what each row says of which case, target, prompt and trial.
//!
//! A row that cannot be understood ends the import with its number; nothing is guessed and nothing is left out silently.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::ImportArgs;
use super::fields::{Roles, Who, roles};
use super::table::{answer, field, number, text, verdict};
use crate::cli::failure::Failure;
use crate::domain::{Case, Cost, CostSource, Fault, FaultKind, Finish, Outcome as Ended, Reply, Said, Timing, Usage};
use crate::said;

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) cases: Vec<Case>,
    pub(super) targets: Vec<String>,
    pub(super) prompts: Vec<String>,
    pub(super) trials: u32,
    /// Where each cell stands.
    pub(super) cells: Vec<Found>,
    /// Fields of each target and prompt.
    roles: Vec<(Who, Roles)>,
}

/// A cell, and where the file has it.
#[derive(Debug)]
pub(super) struct Found {
    /// Case, target, prompt, trial from 0.
    pub(super) at: (usize, usize, usize, u32),
    row: usize,
    roles: usize,
}

impl Read {
    /// What the file says of a cell. Read anew, because a million answers at once would need a gigabyte.
    pub(super) fn taken(&self, rows: &[Value], found: &Found) -> Option<Taken> {
        cell_of(&rows[found.row], &self.roles[found.roles].1).ok()?
    }
}

/// A cell as the file has it.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) ended: Ended,
    pub(super) pass: Option<bool>,
    pub(super) score: Option<f64>,
    /// Further numbers, by their fields.
    pub(super) numbers: Vec<(String, f64)>,
}

pub(super) fn gather(args: &ImportArgs, rows: &[Value]) -> Result<Read, Failure> {
    let roles = roles(args)?;
    let mut read = Read {
        trials: 1,
        ..Read::default()
    };
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut taken: HashMap<(usize, usize, usize, u32), usize> = HashMap::new();
    for (place_of_row, row) in rows.iter().enumerate() {
        let line = place_of_row + 1;
        let wrong = |why: Said| {
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
        for (number, ((target, prompt), fields)) in roles.iter().enumerate() {
            let named = |path: &Option<String>| path.as_ref().and_then(|path| text(field(row, path)?));
            let target = match &args.target {
                Some(_) => {
                    named(&args.target).ok_or_else(|| wrong(said!("it names no target", "대상 이름이 없습니다")))?
                }
                None => target.clone(),
            };
            let prompt = prompt
                .clone()
                .or_else(|| named(&args.prompt))
                .unwrap_or_else(|| "default".to_owned());
            let trial = match named(&args.trial) {
                Some(text) => match text.parse::<u32>() {
                    Ok(trial @ 1..=10_000) => trial,
                    _ => {
                        return Err(wrong(said!(
                            "`{text}` is no number of a trial, from 1",
                            "`{text}`은(는) 1부터 세는 회차가 아닙니다"
                        )));
                    }
                },
                None => 1,
            };
            read.trials = read.trials.max(trial);
            let target = place_in(&mut read.targets, &target);
            let prompt = place_in(&mut read.prompts, &prompt);
            let at = (place, target, prompt, trial - 1);
            if cell_of(row, fields).map_err(wrong)?.is_none() {
                continue;
            }
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
            read.cells.push(Found {
                at,
                row: place_of_row,
                roles: number,
            });
        }
    }
    read.roles = roles;
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

fn cell_of(row: &Value, roles: &Roles) -> Result<Option<Taken>, Said> {
    let at = |path: &Option<String>| path.as_ref().and_then(|path| field(row, path));
    let count = |path: &Option<String>| at(path).map_or(Ok(None), number);
    let micros = |path: &Option<String>| -> Result<Option<u64>, Said> {
        match count(path)? {
            Some(seconds) if (0.0..1e9).contains(&seconds) => Ok(Some(rounded(seconds * 1e6))),
            Some(seconds) => Err(said!(
                "`{seconds}` is no time in seconds",
                "`{seconds}`은(는) 초로 적은 시간이 아닙니다"
            )),
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
            numbers: Vec::new(),
        }));
    }
    let pass = at(&roles.pass).map_or(Ok(None), verdict)?;
    let score = count(&roles.score)?;
    if let Some(score) = score
        && !(0.0..=1.0).contains(&score)
    {
        return Err(said!(
            "a score is from 0 to 1, not {score}",
            "점수는 0과 1 사이인데 {score}입니다"
        ));
    }
    let mut numbers = Vec::new();
    for path in &roles.numbers {
        if let Some(value) = field(row, path).map_or(Ok(None), number)? {
            numbers.push((path.clone(), value));
        }
    }
    let answer = at(&roles.answer).and_then(answer);
    let verdicts = roles.pass.is_some() || roles.score.is_some();
    let absent = if verdicts {
        pass.is_none() && score.is_none()
    } else {
        answer.is_none() && timing.total_us == 0 && numbers.is_empty()
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
        numbers,
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
