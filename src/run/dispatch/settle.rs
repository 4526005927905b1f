//! What becomes of a try: an outcome, another try, the end of a target.

use std::time::Duration;

use rand::RngExt as _;

use super::hedge::Answered;
use super::{Dispatcher, LOST_IN_A_ROW, skipped_row};
use crate::domain::{Event, Fault, FaultKind, Money, Outcome, RunInfo, Scope, SkipReason, Timing, Usage};
use crate::net::clock;
use crate::run::attempt::Tried;
use crate::run::lane::{Expected, Item, Stopped};
use crate::run::pacer::Sent;
use crate::run::retry::{Decision, decide};
use crate::said;
use crate::store::{Gone, OutcomeRow};

impl Dispatcher {
    pub(super) async fn tried(
        &mut self,
        index: usize,
        item: Item,
        sent: Sent,
        expected: &Expected,
        tried: Tried,
    ) -> Result<(), Gone> {
        let now = self.now();
        if tried.simulated && !self.simulated {
            self.simulated = true;
            self.mark_simulated().await?;
        }
        let first_try = item.tries == 0;
        let account = &mut self.accounts[self.lanes[index].account];
        let open = account.open;
        self.lanes[index].open -= 1;
        account.pacer.told(now, &tried.rate);
        if let Some(used) = used_tokens(&tried.usage) {
            account.pacer.settle(expected.tokens, used);
        }
        let Some((mut item, tried)) = self.course(index, item, expected, tried).await? else {
            return Ok(());
        };
        item.tries += 1;
        let Tried {
            attempt,
            result,
            reuse,
            usage,
            ..
        } = tried;
        let account = &mut self.accounts[self.lanes[index].account];
        match result {
            Ok(mut row) => {
                account.pacer.passed(sent, now);
                if first_try {
                    account.width.succeeded(open, now.saturating_sub(sent.at), now);
                }
                let lane = &mut self.lanes[index];
                lane.answers += 1;
                lane.failed_in_a_row = 0;
                (lane.pauses, lane.failed_tries) = (0, 0);
                if let Some(output) = usage.output {
                    lane.saw_output(output);
                }
                let cost = self.cost_of(index, &row);
                self.till.settle(expected.money.as_ref(), cost.as_ref());
                if let Outcome::Answered { attempts, .. } | Outcome::Failed { attempts, .. } = &mut row.outcome {
                    *attempts = item.tries;
                }
                let answer = Box::new(Answered {
                    item,
                    attempt,
                    reuse,
                    row,
                });
                match self.hold(answer) {
                    Some(answer) => self.answered(index, answer).await,
                    None => Ok(()),
                }
            }
            Err(fault) => {
                account.open -= 1;
                self.writer.attempt(attempt).await?;
                let (fault, timing) = *fault;
                self.till.settle(expected.money.as_ref(), None);
                self.faulted(index, item, sent, fault, timing).await
            }
        }
    }

    /// What an outcome of a target cost, as far as that is known: what a filter withholds is paid as well.
    pub(super) fn cost_of(&self, index: usize, row: &OutcomeRow) -> Option<Money> {
        match &row.outcome {
            Outcome::Answered { cost, .. } => cost.money.clone(),
            Outcome::Failed { reply: Some(reply), .. } => self.askers[index].pricing.cost(&reply.usage).money,
            _ => None,
        }
    }

    /// A simulator answers at a configured address: the run says so from its first answer on.
    async fn mark_simulated(&mut self) -> Result<(), Gone> {
        let marked = RunInfo {
            simulated: true,
            ..(*self.info).clone()
        };
        let text = serde_json::to_string(&marked).expect("plain data");
        self.writer.meta("info", text).await
    }

    /// Hands an answer and its outcome to the store, one right after the other.
    pub(super) async fn answered(&mut self, index: usize, answer: Box<Answered>) -> Result<(), Gone> {
        let Answered {
            item,
            attempt,
            reuse,
            row,
        } = *answer;
        self.writer.attempt(attempt).await?;
        if let Some((key, cached)) = reuse {
            self.writer.reuse(key, cached).await?;
        }
        self.store(index, &item, *row, true).await
    }

    /// Decides what becomes of a failed try.
    pub(super) async fn faulted(
        &mut self,
        index: usize,
        mut item: Item,
        sent: Sent,
        fault: Fault,
        timing: Timing,
    ) -> Result<(), Gone> {
        let now = self.now();
        let throttled = fault.kind == FaultKind::RateLimit;
        // Too fast is the pacer's matter, too much at once the width's.
        let overloaded = matches!(fault.status, Some(503 | 529));
        let account = &mut self.accounts[self.lanes[index].account];
        let mut width = None;
        if overloaded && account.width.troubled(now) {
            width = Some(account.width.limit());
        }
        if throttled {
            account.pacer.refused(sent, now, fault.retry_after);
            item.history.throttled += 1;
        } else {
            item.history.failures += 1;
            self.lanes[index].failed_tries += 1;
        }
        if let Some(width) = width {
            self.tell(Event::Width { target: index, width }, false).await;
        }
        if fault.scope == Scope::Target {
            return self.target_refused(index, item, fault, timing).await;
        }
        let retries = self.askers[index].target.retries;
        // Nothing is started at a stopped target any more: a cell put off there would wait for ever.
        let decision = if self.ending.is_some() || self.lanes[index].stopped.is_some() {
            Decision::GiveUp
        } else {
            decide(&fault, &item.history, retries, self.chance.random::<f64>())
        };
        match decision {
            Decision::Again { wait, asked } => {
                if throttled {
                    item.history.waited += wait;
                }
                let lane = &mut self.lanes[index];
                let first = lane.waiting_for.is_none_or(|(kind, _)| kind != fault.kind);
                lane.waiting_for = Some((fault.kind, asked));
                lane.pauses += u32::from(first);
                if throttled && first {
                    self.tell(
                        Event::Waiting {
                            target: index,
                            why: fault.kind,
                            wait,
                            asked,
                        },
                        false,
                    )
                    .await;
                } else if !throttled {
                    let event = Event::Retrying {
                        target: index,
                        case: item.case.id.clone(),
                        kind: fault.kind,
                        attempt: item.tries,
                        of: retries + 1,
                        wait,
                    };
                    self.tell(event, false).await;
                }
                self.lanes[index].delay(item, now + wait);
                Ok(())
            }
            Decision::GiveUp => {
                // A stop in the middle leaves the cell open: resuming asks it again.
                let is_final = self.ending.is_none() && !again_on_resume(fault.kind);
                if !is_final && self.ending.is_some() && fault.kind != FaultKind::Aborted {
                    return Ok(());
                }
                // A filter, a cut by the user or a bad question among good ones say nothing of the target.
                let says_something = match fault.kind {
                    FaultKind::ContentFilter | FaultKind::Aborted => false,
                    FaultKind::BadRequest => self.lanes[index].answers == 0,
                    _ => true,
                };
                self.fail(index, &item, fault.clone(), timing, is_final).await?;
                if says_something {
                    self.lanes[index].failed_in_a_row += 1;
                    if self.lanes[index].failed_in_a_row >= LOST_IN_A_ROW {
                        let message = said!(
                            "{LOST_IN_A_ROW} cases failed one after the other, the last: {}",
                            "문항 {LOST_IN_A_ROW}개가 잇따라 실패했습니다. 마지막 이유: {}",
                            fault.message
                        );
                        return self
                            .stop_target(
                                index,
                                Stopped {
                                    kind: fault.kind,
                                    message,
                                    resets_us: None,
                                },
                            )
                            .await;
                    }
                }
                Ok(())
            }
        }
    }

    /// A fault that every call to the target would share: it is given up at the first when nothing was ever answered,
    /// else at the third in a row, since a service may stumble.
    pub(super) async fn target_refused(
        &mut self,
        index: usize,
        item: Item,
        fault: Fault,
        timing: Timing,
    ) -> Result<(), Gone> {
        self.fail(index, &item, fault.clone(), timing, false).await?;
        let lane = &mut self.lanes[index];
        lane.failed_in_a_row += 1;
        if lane.answers == 0 || lane.failed_in_a_row >= 3 {
            return self
                .stop_target(
                    index,
                    Stopped {
                        kind: fault.kind,
                        resets_us: resets_us(&fault),
                        message: fault.message,
                    },
                )
                .await;
        }
        Ok(())
    }

    pub(super) async fn stop_target(&mut self, index: usize, stopped: Stopped) -> Result<(), Gone> {
        if self.lanes[index].stopped.is_some() {
            return Ok(());
        }
        self.lanes[index].stopped = Some(stopped.clone());
        let waiting = self.lanes[index].drain();
        let mut skipped = waiting.len() as u64 + self.lanes[index].preparing as u64;
        self.skip(index, waiting).await?;
        let reason = skip_reason(&stopped);
        let per_target = self.layout.per_target();
        while self.lanes[index].next < per_target {
            let cell = self.layout.of_target(index, self.lanes[index].next);
            let number = self.layout.number(cell);
            self.lanes[index].next += 1;
            if self.done.holds(number) || !self.info.asks(cell.case, cell.prompt, cell.target, cell.trial) {
                continue;
            }
            skipped += 1;
            self.done.insert(number);
            self.writer.outcome(skipped_row(number, reason.clone())).await?;
        }
        let event = Event::TargetStopped {
            target: index,
            kind: stopped.kind,
            message: stopped.message,
            skipped,
        };
        self.tell(event, true).await;
        Ok(())
    }

    pub(super) async fn skip(&mut self, lane: usize, items: Vec<Item>) -> Result<(), Gone> {
        let Some(stopped) = &self.lanes[lane].stopped else {
            return Ok(());
        };
        let reason = skip_reason(stopped);
        for item in items {
            self.done.insert(item.cell);
            self.writer.outcome(skipped_row(item.cell, reason.clone())).await?;
        }
        Ok(())
    }
}

/// When a used-up quota comes back, where the server says so. A quota of the day is told with the seconds of the minute's limit,
/// too: those are no word on the day.
fn resets_us(fault: &Fault) -> Option<i64> {
    const OF_A_MINUTE: Duration = Duration::from_mins(2);
    let wait = fault.retry_after.filter(|wait| *wait > OF_A_MINUTE)?;
    let wait = i64::try_from(wait.as_micros()).ok()?;
    let at = clock::now_us().checked_add(wait)?;
    (fault.kind == FaultKind::Quota).then_some(at)
}

/// Kinds that `--resume` asks again.
fn again_on_resume(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::Timeout
            | FaultKind::RateLimit
            | FaultKind::Server
            | FaultKind::Network
            | FaultKind::Truncated
            | FaultKind::Quota
            | FaultKind::Auth
            | FaultKind::Aborted
            | FaultKind::Budget
    )
}

fn skip_reason(stopped: &Stopped) -> SkipReason {
    SkipReason::TargetStopped(stopped.kind.word().to_owned())
}

#[expect(clippy::cast_precision_loss, reason = "token counts")]
fn used_tokens(usage: &Usage) -> Option<f64> {
    Some((usage.input? + usage.output?) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `retry-after: 9223372036854` (a largest number counted in other units) ended the run with an overflow.
    #[test]
    fn a_quota_that_comes_back_beyond_all_time_is_no_date() {
        let told = |wait: Duration| {
            let mut fault = Fault::new(FaultKind::Quota, "");
            fault.retry_after = Some(wait);
            resets_us(&fault)
        };
        assert!(told(Duration::from_hours(5)).is_some_and(|at| at > clock::now_us()));
        assert_eq!(told(Duration::from_secs(30)), None, "a word on the minute");
        for wait in [Duration::from_secs(9_223_372_036_854), Duration::MAX] {
            assert_eq!(told(wait), None, "{wait:?}");
        }
    }
}
