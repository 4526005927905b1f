//! Outcomes on their way to the disk, and what is told of them: stored, then said.

use super::{Dispatcher, Pending};
use crate::domain::event::{LaneState, Wait};
use crate::domain::{Event, Fault, FaultKind, Outcome, SkipReason, Status, Timing};
use crate::net::clock;
use crate::run::Why;
use crate::run::lane::Item;
use crate::store::{Gone, OutcomeRow, StoreError};

impl Dispatcher {
    /// Hands a failed cell to the store.
    pub(super) async fn fail(
        &mut self,
        lane: usize,
        item: &Item,
        fault: Fault,
        timing: Timing,
        is_final: bool,
    ) -> Result<(), Gone> {
        let outcome = Outcome::Failed {
            fault: Box::new(fault),
            timing,
            attempts: item.tries,
            reply: None,
        };
        let row = OutcomeRow {
            cell: item.cell,
            outcome,
            is_final,
            scores: None,
            pass: None,
            score: None,
            scorer_broke: false,
        };
        self.store(lane, item, row, false).await
    }

    /// Hands an outcome to the store and remembers what to tell when it is on disk.
    pub(super) async fn store(
        &mut self,
        lane: usize,
        item: &Item,
        row: OutcomeRow,
        in_flight: bool,
    ) -> Result<(), Gone> {
        let (fault, message, cached, attempts, cost, status) = match &row.outcome {
            Outcome::Answered {
                cached, attempts, cost, ..
            } => {
                let status = if row.scorer_broke {
                    Status::Error
                } else {
                    Status::Measured
                };
                (
                    None,
                    None,
                    *cached,
                    *attempts,
                    cost.money.as_ref().map(|money| money.nano),
                    status,
                )
            }
            Outcome::Failed { fault, attempts, .. } => {
                let status = match fault.kind {
                    FaultKind::ContentFilter if row.pass.is_some() => Status::Measured,
                    FaultKind::Aborted => Status::Aborted,
                    _ => Status::Error,
                };
                (
                    Some(fault.kind),
                    Some(fault.message.clone()),
                    false,
                    *attempts,
                    None,
                    status,
                )
            }
            Outcome::Skipped(_) => (None, None, false, 0, None, Status::Skipped),
        };
        let event = Event::Stored {
            target: lane,
            case: item.case.id.clone(),
            fault,
            message,
            cached,
            pass: row.pass,
            score: row.score,
            attempts,
            cost_nano: if cached { None } else { cost },
        };
        self.ungraded |= row.scores.is_none() && !matches!(row.outcome, Outcome::Skipped(_));
        let pending = Pending {
            lane,
            event,
            status,
            in_flight,
        };
        self.pending.insert(row.cell, pending);
        self.lanes[lane].storing += 1;
        self.writer.outcome(row).await
    }

    pub(super) async fn committed(&mut self, cells: &[u64]) {
        for cell in cells {
            self.done.insert(*cell);
            if let Some(Pending {
                lane,
                event,
                status,
                in_flight,
            }) = self.pending.remove(cell)
            {
                self.lanes[lane].storing -= 1;
                if self.abreast {
                    let case = self.layout.cell(*cell).case;
                    self.lanes[lane].stored(case);
                }
                self.accounts[self.lanes[lane].account].open -= u32::from(in_flight);
                match status {
                    Status::Measured => self.counts.measured += 1,
                    Status::Error | Status::Aborted => self.counts.errors += 1,
                    Status::Skipped => {}
                }
                self.tell(event, false).await;
            }
        }
    }

    pub(super) fn store_failed(&mut self, error: StoreError) {
        self.cancel.cancel();
        self.pending.clear();
        if !matches!(self.ending, Some(Why::Store(_))) {
            self.ending = Some(Why::Store(error));
        }
    }

    /// Tells listeners; `keep` also stores the event.
    pub(super) async fn tell(&mut self, event: Event, keep: bool) {
        let at = clock::now_us();
        if keep {
            // When the thread is gone the run is ending anyway.
            let _ = self.writer.event(at, event.clone()).await;
        }
        let _ = self.events.send((at, event));
    }

    /// Tells listeners how each target stands.
    pub(super) fn pulse(&mut self) {
        let now = self.now();
        let lanes = self
            .lanes
            .iter()
            .map(|lane| {
                let account = &self.accounts[lane.account];
                let wait = account
                    .pacer
                    .paused(now)
                    .or_else(|| if lane.open == 0 { lane.next_due() } else { None });
                LaneState {
                    open: lane.open,
                    width: account.width.limit(),
                    waiting: lane.waiting_for.zip(wait).map(|((kind, asked), until)| Wait {
                        kind,
                        left: until.saturating_sub(now),
                        asked,
                        time: lane.pauses,
                    }),
                    failed_tries: lane.failed_tries,
                    paused: lane.paused,
                    stopped: lane.stopped.as_ref().map(|stopped| stopped.kind),
                    resets_us: lane.stopped.as_ref().and_then(|stopped| stopped.resets_us),
                    exhausted: self.exhausted(lane),
                }
            })
            .collect();
        let _ = self.events.send((
            clock::now_us(),
            Event::Pulse {
                lanes,
                spent: self.till.spent(),
            },
        ));
    }
}

pub(super) fn skipped_row(cell: u64, reason: SkipReason) -> OutcomeRow {
    OutcomeRow {
        cell,
        outcome: Outcome::Skipped(reason),
        is_final: false,
        scores: None,
        pass: None,
        score: None,
        scorer_broke: false,
    }
}
