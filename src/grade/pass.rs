//! A pass over stored outcomes that grades them, for the first time or again.

use std::sync::Arc;

use super::{Grader, Programs};
use crate::domain::{Case, FaultKind, Finish, Outcome, RunInfo};
use crate::plan::Layout;
use crate::run::Graded;
use crate::scorer::Answer;
use crate::store::{Gone, Reader, StoreError, Stored, Writer};

/// Which outcomes a pass grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that were not graded yet.
    Missing,
    /// All that have an answer.
    All,
}

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// Outcomes graded.
    pub graded: u64,
    /// Of those, never graded before.
    pub first: u64,
    /// Of the others, with another verdict than before.
    pub changed: u64,
    /// Of those, where a counting scorer broke.
    pub broke: u64,
}

/// Why a pass ended early.
#[derive(Debug)]
pub enum PassError {
    /// The run could not be read.
    Store(StoreError),
    /// The run could not be written.
    Gone,
}

impl From<StoreError> for PassError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Gone> for PassError {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// Grades stored outcomes. `question` renders the last user message of a case (with its position) under a prompt (by
/// index); `case` may replace a case by a newer version of itself (other expectations).
///
/// # Errors
/// When the run can no longer be read or written.
pub async fn pass(
    reader: &Reader,
    writer: &Writer,
    grader: &Grader,
    which: Which,
    question: &(dyn Fn(u64, usize, &Case) -> String + Sync),
    replace: &(dyn Fn(&Arc<Case>) -> Arc<Case> + Sync),
) -> Result<Passed, PassError> {
    let info: Arc<RunInfo> = Arc::clone(reader.info());
    let layout = Layout::of(&info);
    let mut programs = Programs::default();
    let mut done = Passed::default();
    let page = 64u64;
    let mut position = 0;
    while position < info.cases {
        let cases = reader.cases(position, usize::try_from(page).expect("a small page"))?;
        if cases.is_empty() {
            break;
        }
        let first = position * layout.per_case();
        let last = first + cases.len() as u64 * layout.per_case();
        let mut found: Vec<Stored> = Vec::new();
        reader.outcomes(first, last, |stored| {
            if which == Which::All || !stored.graded {
                found.push(stored);
            }
            Ok::<(), StoreError>(())
        })?;
        for stored in found {
            let cell = layout.cell(stored.cell);
            let at = usize::try_from(cell.case - position).expect("within the page");
            let case = replace(&cases[at]);
            let asked = question(cell.case, cell.prompt, &case);
            let target = &info.targets[cell.target].name;
            let Some(graded) = grade(grader, cell.case, &case, &asked, target, &stored.outcome, &mut programs).await
            else {
                continue;
            };
            done.graded += 1;
            done.first += u64::from(!stored.graded);
            done.changed += u64::from(stored.graded && stored.pass != graded.pass);
            done.broke += u64::from(graded.broke);
            writer
                .scores(stored.cell, graded.scores, (graded.pass, graded.score), graded.broke)
                .await?;
        }
        position += cases.len() as u64;
    }
    programs.finish().await;
    writer.barrier().await?;
    Ok(done)
}

async fn grade(
    grader: &Grader,
    position: u64,
    case: &Case,
    question: &str,
    target: &str,
    outcome: &Outcome,
    programs: &mut Programs,
) -> Option<Graded> {
    let (reply, timing, cost, filtered) = match outcome {
        Outcome::Answered {
            reply,
            timing,
            cost,
            cached,
            ..
        } => {
            // Of an answer that was brought in from elsewhere no time may be known.
            let timed = timing.total_us > 0 || timing.first_text_us.is_some();
            let fresh = !cached && !timing.suspended && timed;
            (
                reply,
                fresh.then_some(timing),
                cost.money.as_ref(),
                reply.finish == Finish::Filter,
            )
        }
        Outcome::Failed {
            fault,
            reply: Some(reply),
            timing,
            ..
        } if fault.kind == FaultKind::ContentFilter => (reply, Some(timing), None, true),
        _ => return None,
    };
    let answer = Answer {
        case,
        question,
        reply,
        timing,
        cost,
        target,
    };
    Some(grader.with_programs(position, &answer, filtered, programs).await)
}
