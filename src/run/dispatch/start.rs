//! Taking, preparing and starting cells.

use std::sync::Arc;
use std::time::Duration;

use super::{AHEAD, Dispatcher, PAGE, Report};
use crate::domain::{Event, Fault, FaultKind, Money, Timing, Usage};
use crate::run::attempt::{attempt, reused};
use crate::run::lane::{Expected, Item, Lane};
use crate::run::pacer::Admission;
use crate::run::prepare::{Prepared, prepare};
use crate::run::{Asker, GradeNow, Pricing, Room, Why};
use crate::store::{Cache, Gone, OutcomeRow};

impl Dispatcher {
    /// Takes, prepares and starts what may be started.
    pub(super) async fn fill(&mut self) -> Result<(), Gone> {
        if self.ending.is_some() {
            return Ok(());
        }
        let now = self.now();
        for account in &mut self.accounts {
            account.width.open_due(now);
        }
        for lane in 0..self.lanes.len() {
            self.prepare_ahead(lane);
        }
        self.hedge(now).await?;
        // One call a lane and round, so that targets of one account take turns.
        let mut progress = true;
        while progress {
            progress = false;
            for lane in 0..self.lanes.len() {
                progress |= self.start_one(lane, now).await?;
            }
        }
        Ok(())
    }

    /// Keeps enough cells of a lane prepared.
    pub(super) fn prepare_ahead(&mut self, index: usize) {
        let account = &self.accounts[self.lanes[index].account];
        let free = account.width.limit().saturating_sub(account.open) as usize;
        let wanted = free.min(256) + AHEAD;
        while self.lanes[index].stopped.is_none()
            && !self.lanes[index].out_of_money
            && self.lanes[index].ready.len() + self.lanes[index].preparing < wanted
        {
            let Some(item) = self.next_item(index) else { break };
            let asker = Arc::clone(&self.askers[index]);
            let shared = self.shared.clone();
            let cache = self.cache.clone();
            let keep = self.keep;
            self.lanes[index].preparing += 1;
            self.tasks.spawn(async move {
                let result = prepare(&asker, &*shared.render, &shared.images, &item, keep).await;
                let reused = match (&result, cache) {
                    (Ok(prepared), Some(cache)) => lookup(&cache, &asker, &item, prepared, &*shared.grade),
                    _ => None,
                };
                Report::Prepared {
                    lane: index,
                    item,
                    result: result.map(Box::new),
                    reused: reused.map(Box::new),
                }
            });
        }
    }

    /// The next cell of a lane that has no final outcome.
    pub(super) fn next_item(&mut self, index: usize) -> Option<Item> {
        let per_target = self.layout.per_target();
        loop {
            let nth = self.lanes[index].next;
            if nth >= per_target {
                return None;
            }
            let cell = self.layout.of_target(index, nth);
            let number = self.layout.number(cell);
            if self.done.holds(number) || !self.info.asks(cell.case, cell.prompt, cell.target, cell.trial) {
                self.lanes[index].next += 1;
                continue;
            }
            if self.abreast && cell.case > self.furthest() {
                return None;
            }
            self.lanes[index].next += 1;
            let (first, page) = &self.lanes[index].page;
            let inside = cell.case >= *first && cell.case < *first + page.len() as u64;
            if !inside {
                match self.reader.cases(cell.case, PAGE) {
                    Ok(cases) if !cases.is_empty() => self.lanes[index].page = (cell.case, cases),
                    Ok(_) => return None,
                    Err(error) => {
                        self.store_failed(error);
                        return None;
                    }
                }
            }
            if self.abreast {
                *self.lanes[index].taken.entry(cell.case).or_default() += 1;
            }
            let (first, page) = &self.lanes[index].page;
            let at = usize::try_from(cell.case - *first).expect("within the page");
            return Some(Item {
                cell: number,
                position: cell.case,
                case: Arc::clone(&page[at]),
                prompt: cell.prompt,
                trial: cell.trial,
                prepared: None,
                history: crate::run::retry::History::default(),
                tries: 0,
            });
        }
    }

    /// The last case that may be asked while targets go abreast: as far beyond the first case that somebody still owes an
    /// answer to as the narrowest target has calls open at once. More would be paid for and not be needed; less would leave
    /// the slowest target, which sets the pace, idle.
    fn furthest(&self) -> u64 {
        let asked = self.lanes.iter().enumerate().filter(|(_, lane)| {
            !lane.paused
                && lane.stopped.is_none()
                && !lane.out_of_money
                && (lane.next < self.layout.per_target() || !lane.taken.is_empty())
        });
        let (mut first, mut narrowest) = (u64::MAX, u64::from(u32::MAX));
        for (index, lane) in asked {
            let next = || self.layout.of_target(index, lane.next).case;
            first = first.min(lane.taken.first_key_value().map_or_else(next, |(case, _)| *case));
            narrowest = narrowest.min(u64::from(self.accounts[lane.account].width.limit()));
        }
        let cells_a_case = (self.layout.per_case() / self.layout.targets.max(1) as u64).max(1);
        first.saturating_add((narrowest / cells_a_case).max(1))
    }

    /// Starts one call of a lane, if everything allows it.
    pub(super) async fn start_one(&mut self, index: usize, now: Duration) -> Result<bool, Gone> {
        let lane = &mut self.lanes[index];
        let account = &mut self.accounts[lane.account];
        lane.paced_until = None;
        if self.ending.is_some()
            || lane.paused
            || lane.stopped.is_some()
            || lane.out_of_money
            || account.open >= account.width.limit()
            || !lane.can_take(now)
        {
            return Ok(false);
        }
        let Some(item) = lane.take(now) else { return Ok(false) };
        match self.launch(index, item, now).await? {
            None => Ok(true),
            Some(item) => {
                self.lanes[index].put_back(item);
                Ok(false)
            }
        }
    }

    /// Starts a call, or gives the cell back when width, budget or pace do not allow it.
    pub(super) async fn launch(&mut self, index: usize, item: Item, now: Duration) -> Result<Option<Item>, Gone> {
        let lane = &mut self.lanes[index];
        let account = &mut self.accounts[lane.account];
        let prepared = Arc::clone(item.prepared.as_ref().expect("only prepared cells are started"));
        let expected = expect(&self.askers[index], lane, &prepared);
        if account.open >= account.width.limit() {
            return Ok(Some(item));
        }
        match self.till.room(expected.money.as_ref(), now) {
            Room::Yes => {}
            Room::Later => return Ok(Some(item)),
            Room::Spent => {
                // What is free goes on.
                lane.out_of_money = true;
                self.too_dear.extend(expected.money.map(|money| (index, money)));
                self.budget_reached().await;
                return Ok(Some(item));
            }
            Room::End => {
                self.ending = Some(Why::Budget);
                self.budget_reached().await;
                return Ok(Some(item));
            }
        }
        let sent = match account.pacer.admit(now, expected.tokens) {
            Admission::Go(sent) => sent,
            Admission::Wait(until) => {
                lane.paced_until = Some(until);
                return Ok(Some(item));
            }
        };
        self.till.take(expected.money.as_ref());
        lane.open += 1;
        lane.waiting_for = None;
        account.open += 1;
        let cancel = self.watch(index, &item, now);
        let asker = Arc::clone(&self.askers[index]);
        let shared = self.shared.clone();
        let keep = self.keep;
        self.tasks.spawn(async move {
            let tried = attempt(&asker, &item, &prepared, keep, &*shared.grade, &shared.heart, &cancel).await;
            Report::Tried {
                lane: index,
                item,
                sent,
                expected,
                tried: Box::new(tried),
            }
        });
        Ok(None)
    }

    /// Tells, once, that the budget is reached.
    async fn budget_reached(&mut self) {
        if !std::mem::replace(&mut self.over_budget, true) {
            self.tell(Event::BudgetReached, true).await;
        }
    }

    pub(super) async fn prepared(
        &mut self,
        lane: usize,
        mut item: Item,
        result: Result<Box<Prepared>, crate::domain::Said>,
        reused: Option<Box<OutcomeRow>>,
    ) -> Result<(), Gone> {
        self.lanes[lane].preparing -= 1;
        if let Some(row) = reused {
            return self.store(lane, &item, *row, false).await;
        }
        match result {
            Ok(prepared) => {
                item.prepared = Some(Arc::new(*prepared));
                if self.lanes[lane].stopped.is_some() {
                    return self.skip(lane, vec![item]).await;
                }
                self.lanes[lane].ready.push_back(item);
                Ok(())
            }
            Err(message) => {
                let fault = Fault::new(FaultKind::BadRequest, message);
                self.fail(lane, &item, fault, Timing::default(), true).await
            }
        }
    }
}

fn lookup(
    cache: &std::sync::Mutex<Cache>,
    asker: &Asker,
    item: &Item,
    prepared: &Prepared,
    grade: &GradeNow,
) -> Option<OutcomeRow> {
    let key = prepared.key.as_ref()?;
    // A cache that cannot be read costs a call, no more.
    let cached = cache
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .get(key)
        .ok()??;
    reused(asker, item, prepared, &cached, grade)
}

/// Output tokens expected of a call before any answer was seen.
const FIRST_OUTPUT: f64 = 300.0;

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "estimates of token counts"
)]
fn expect(asker: &Asker, lane: &Lane, prepared: &Prepared) -> Expected {
    let cap = prepared.output_cap.map_or(f64::MAX, f64::from);
    let output = lane.mean_output.unwrap_or(FIRST_OUTPUT).min(cap);
    let money: Option<Money> = match &asker.pricing {
        Pricing::Known(price) => {
            let usage = Usage {
                input: Some(prepared.input_tokens),
                output: Some(output as u64),
                ..Usage::default()
            };
            crate::price::cost(&usage, price)
        }
        _ => None,
    };
    Expected {
        tokens: prepared.input_tokens as f64 + output,
        money,
    }
}
