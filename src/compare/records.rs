//! The records of a stored run, in suite order, without ever holding more than a page of them.

use std::sync::Arc;

use super::ratings::Ratings;
use crate::domain::{Case, Record, Status};
use crate::plan::{Cell, Layout};
use crate::store::{Reader, StoreError, Stored};

/// Cases read at once.
const PAGE: usize = 128;

/// Renders the last user message of a case (with its position) under a prompt (by index).
pub type Question<'a> = dyn Fn(u64, usize, &Case) -> String + 'a;

/// Calls `each` with every planned cell of the cases at `positions`, in the order case, trial, prompt, target, with what people
/// say of it.
///
/// # Errors
/// When the run cannot be read, or `each` fails.
pub fn records<E: From<StoreError>>(
    reader: &Reader,
    ratings: &Ratings,
    question: &Question<'_>,
    positions: std::ops::Range<u64>,
    mut each: impl FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let info = Arc::clone(reader.info());
    let layout = Layout::of(&info);
    let end = positions.end.min(info.cases);
    let mut position = positions.start;
    while position < end {
        let wanted = usize::try_from(end - position).unwrap_or(PAGE).min(PAGE);
        let cases = reader.cases(position, wanted)?;
        if cases.is_empty() {
            return Ok(());
        }
        let first = layout.number(Cell {
            case: position,
            trial: 0,
            prompt: 0,
            target: 0,
        });
        let last = first + cases.len() as u64 * layout.per_case();
        let mut stored: Vec<Stored> = Vec::new();
        reader.outcomes(first, last, |outcome| {
            stored.push(outcome);
            Ok::<(), StoreError>(())
        })?;
        let mut stored = stored.into_iter().peekable();
        for (offset, case) in cases.iter().enumerate() {
            let case_index = position + offset as u64;
            let mut asked: Vec<Option<Arc<str>>> = vec![None; layout.prompts];
            for trial in 0..layout.trials {
                for (prompt, asked) in asked.iter_mut().enumerate() {
                    for target in 0..layout.targets {
                        let number = layout.number(Cell {
                            case: case_index,
                            trial,
                            prompt,
                            target,
                        });
                        let found = stored.next_if(|outcome| outcome.cell == number);
                        if !info.asks(case_index, prompt, target, trial) {
                            continue;
                        }
                        let question = asked.get_or_insert_with(|| question(case_index, prompt, case).into());
                        let mut record = record(case, case_index, prompt, target, trial, question, found);
                        record.human = ratings.of(&info, &record).cloned().map(Box::new);
                        each(record)?;
                    }
                }
            }
        }
        position += cases.len() as u64;
    }
    Ok(())
}

fn record(
    case: &Arc<Case>,
    case_index: u64,
    prompt: usize,
    target: usize,
    trial: u32,
    question: &Arc<str>,
    found: Option<Stored>,
) -> Record {
    let blank = Record {
        case: Arc::clone(case),
        case_index,
        prompt,
        target,
        trial: trial + 1,
        question: Arc::clone(question),
        outcome: None,
        scores: Vec::new(),
        pass: None,
        score: None,
        status: Status::Skipped,
        human: None,
    };
    match found {
        None => blank,
        Some(stored) => Record {
            outcome: Some(stored.outcome),
            scores: stored.scores,
            pass: stored.pass,
            score: stored.score,
            status: stored.status,
            ..blank
        },
    }
}
