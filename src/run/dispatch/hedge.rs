//! Asking once more when an answer is slow: off unless a target has `hedge_after`.
//!
//! A second call starts as any other: when width, pace and budget allow. The first answer counts and the other call is
//! cut. Nothing of this is silent: both calls are stored as attempts, the cell's count of tries says two, and its cost
//! holds what the cut call is estimated to cost, since nobody tells what a cut call cost.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Dispatcher;
use crate::domain::{Cost, CostSource, Event, Fault, FaultKind, Money, Outcome};
use crate::run::attempt::Tried;
use crate::run::lane::{Expected, Item};
use crate::said;
use crate::store::{AttemptRow, CacheKey, Cached, Gone, OutcomeRow};

/// Calls that are open at targets with `hedge_after`.
#[derive(Default)]
pub(super) struct Hedges {
    /// Calls that may be made again, in order of the time from which.
    due: VecDeque<(Duration, usize, Item)>,
    open: HashMap<u64, Open>,
    /// Second calls made, by target.
    made: HashMap<usize, u64>,
}

/// A cell whose calls are open.
struct Open {
    running: u32,
    started: u32,
    cancel: CancellationToken,
    /// The answer, while the other call is being cut.
    won: Option<Box<Answered>>,
}

/// An answer and all that is stored of it.
pub(super) struct Answered {
    pub(super) item: Item,
    pub(super) attempt: AttemptRow,
    pub(super) reuse: Option<(CacheKey, Cached)>,
    pub(super) row: Box<OutcomeRow>,
}

impl Hedges {
    /// Second calls made, by target.
    pub(super) fn made(&self) -> Vec<(usize, u64)> {
        let mut made: Vec<_> = self.made.iter().map(|(target, count)| (*target, *count)).collect();
        made.sort_unstable();
        made
    }

    /// When the first call may be made again.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.front().map(|(due, ..)| *due)
    }

    /// A call of a cell starts; gives the token that cuts it.
    fn started(&mut self, cell: u64, all: &CancellationToken) -> CancellationToken {
        let open = self.open.entry(cell).or_insert_with(|| Open {
            running: 0,
            started: 0,
            cancel: all.child_token(),
            won: None,
        });
        open.running += 1;
        open.started += 1;
        open.cancel.clone()
    }
}

impl Dispatcher {
    /// The token of a call that starts now, and a note of when it may be made again.
    pub(super) fn watch(&mut self, index: usize, item: &Item, now: Duration) -> CancellationToken {
        let Some(after) = self.askers[index].target.hedge_after else {
            return self.cancel.clone();
        };
        let second = self.hedges.open.contains_key(&item.cell);
        if !second {
            // Targets may wait differently long; those in front are looked at first, which is near enough.
            self.hedges.due.push_back((now + after, index, item.clone()));
        }
        self.hedges.started(item.cell, &self.cancel)
    }

    /// Starts second calls that are due.
    pub(super) async fn hedge(&mut self, now: Duration) -> Result<(), Gone> {
        while self.hedges.next_due().is_some_and(|due| due <= now) {
            let Some((due, lane, mut item)) = self.hedges.due.pop_front() else {
                break;
            };
            let slow = self
                .hedges
                .open
                .get(&item.cell)
                .is_some_and(|open| open.running == 1 && open.won.is_none());
            if !slow || self.lanes[lane].paused || self.lanes[lane].stopped.is_some() {
                continue;
            }
            item.tries += 1;
            let case = item.case.id.clone();
            if let Some(mut back) = self.launch(lane, item, now).await? {
                // Not now: width, pace or budget are used up.
                back.tries -= 1;
                self.hedges
                    .due
                    .push_front((due.max(now + Duration::from_millis(50)), lane, back));
                break;
            }
            *self.hedges.made.entry(lane).or_default() += 1;
            let after = self.askers[lane].target.hedge_after.unwrap_or_default();
            self.tell(
                Event::Hedged {
                    target: lane,
                    case,
                    after,
                },
                true,
            )
            .await;
        }
        Ok(())
    }

    /// Looks at a try before anything is decided: whether another call of its cell is still open, or has won. Gives it back
    /// when it is to be treated as any other.
    pub(super) async fn course(
        &mut self,
        index: usize,
        mut item: Item,
        expected: &Expected,
        mut tried: Tried,
    ) -> Result<Option<(Item, Tried)>, Gone> {
        let Some(open) = self.hedges.open.get_mut(&item.cell) else {
            return Ok(Some((item, tried)));
        };
        open.running -= 1;
        item.tries = item.tries.max(open.started - 1);
        let last = open.running == 0;
        match (&tried.result, open.won.take()) {
            // The other call has won.
            (_, Some(mut winner)) => {
                self.hedges.open.remove(&item.cell);
                let cost = match &tried.result {
                    Ok(second) => self.cost_of(index, second),
                    Err(_) => expected.money.clone(),
                };
                if let Some(fault) = cut_by_us(&tried) {
                    tried.attempt.fault = Some(fault);
                }
                add_cost(&mut winner.row, cost.as_ref());
                self.till.settle(expected.money.as_ref(), cost.as_ref());
                self.accounts[self.lanes[index].account].open -= 1;
                tried.attempt.fault.get_or_insert_with(late);
                self.writer.attempt(tried.attempt).await?;
                self.answered(index, winner).await?;
                Ok(None)
            }
            (Ok(_), None) if !last => {
                open.cancel.cancel();
                Ok(Some((item, tried)))
            }
            // It failed; the other may still bring an answer.
            (Err(_), None) if !last => {
                self.till.settle(expected.money.as_ref(), None);
                self.accounts[self.lanes[index].account].open -= 1;
                self.writer.attempt(tried.attempt).await?;
                Ok(None)
            }
            (_, None) => {
                self.hedges.open.remove(&item.cell);
                Ok(Some((item, tried)))
            }
        }
    }

    /// Keeps an answer back until the other call of its cell is cut; gives it back when there is none.
    pub(super) fn hold(&mut self, answer: Box<Answered>) -> Option<Box<Answered>> {
        match self.hedges.open.get_mut(&answer.item.cell) {
            Some(open) => {
                open.won = Some(answer);
                None
            }
            None => Some(answer),
        }
    }
}

/// The words for a second answer, which came before it could be cut.
fn late() -> String {
    let fault = Fault::new(
        FaultKind::Aborted,
        said!(
            "another call to the same question answered first; this answer came as well and is paid",
            "같은 질문의 다른 호출이 먼저 답했습니다. 이 답변도 왔고 비용을 냈습니다"
        ),
    );
    crate::store::fault_json(&fault)
}

/// The words for a call that was cut because the other was faster.
fn cut_by_us(tried: &Tried) -> Option<String> {
    let fault = &tried.result.as_ref().err()?.0;
    (fault.kind == FaultKind::Aborted).then(|| {
        let fault = Fault::new(
            FaultKind::Aborted,
            said!(
                "cut, since another call to the same question answered first; its cost is an estimate",
                "같은 질문의 다른 호출이 먼저 답해 끊었습니다. 비용은 어림입니다"
            ),
        );
        crate::store::fault_json(&fault)
    })
}

fn add_cost(row: &mut OutcomeRow, more: Option<&Money>) {
    if let (Outcome::Answered { cost, .. }, Some(more)) = (&mut row.outcome, more)
        && let Some(money) = &mut cost.money
        && money.currency == more.currency
    {
        money.nano += more.nano;
        *cost = Cost {
            money: cost.money.take(),
            source: CostSource::Estimated,
        };
    }
}
