//! The dispatcher: the one owner of a run's state.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::attempt::{Tried, attempt, reused};
use super::lane::{Expected, Item, Lane, Stopped};
use super::pacer::{Admission, Pacer};
use super::prepare::{Prepared, prepare};
use super::retry::{Decision, decide};
use super::width::Width;
use super::{Asker, Command, Ending, Job, Pricing, Reuse, Till, Why};
use crate::domain::event::LaneState;
use crate::domain::{Event, Fault, FaultKind, Money, Outcome, Scope, SkipReason, Status, Timing, Usage};
use crate::net::clock;
use crate::plan::Layout;
use crate::store::{Cache, Gone, OutcomeRow, StoreError};

/// Cases read at once for a target.
const PAGE: usize = 64;

/// Cells prepared ahead of their start, beyond what may start at once.
const AHEAD: usize = 8;

/// Cells of a target that fail one after the other, with no answer between, before it is given up.
const LOST_IN_A_ROW: u32 = 12;

/// Time between two [`Event::Pulse`].
const PULSE: Duration = Duration::from_millis(100);

/// Reports of tasks.
enum Report {
    Prepared {
        lane: usize,
        item: Item,
        result: Result<Box<Prepared>, String>,
        reused: Option<Box<OutcomeRow>>,
    },
    Tried {
        lane: usize,
        item: Item,
        sent: Duration,
        expected: Expected,
        tried: Box<Tried>,
    },
}

/// Calls of one account share these.
struct Account {
    pacer: Pacer,
    width: Width,
    /// Calls that are open, and answers on their way to the disk: only what is stored makes room for the next call, so
    /// that whatever happens no more is lost than was in flight.
    open: u32,
}

/// What is told once the outcome is on disk.
struct Pending {
    lane: usize,
    event: Event,
    status: Status,
    /// It came from a call, which is in flight until then.
    in_flight: bool,
}

struct Dispatcher {
    info: Arc<crate::domain::RunInfo>,
    layout: Layout,
    askers: Vec<Arc<Asker>>,
    lanes: Vec<Lane>,
    accounts: Vec<Account>,
    shared: Shared,
    cache: Option<Arc<std::sync::Mutex<Cache>>>,
    keep: bool,
    reader: crate::store::Reader,
    writer: crate::store::Writer,
    done: crate::store::Cells,
    till: Till,
    events: mpsc::UnboundedSender<(i64, Event)>,
    tasks: JoinSet<Report>,
    cancel: CancellationToken,
    pending: HashMap<u64, Pending>,
    start: Instant,
    chance: rand_chacha::ChaCha8Rng,
    counts: Counts,
    /// Some answer came from the simulator.
    simulated: bool,
    /// Nothing new is started.
    ending: Option<Why>,
    cut_at: Option<Duration>,
    drain: Duration,
}

/// What tasks need, shared by all of them.
#[derive(Clone)]
struct Shared {
    render: Arc<super::Render>,
    grade: Arc<super::GradeNow>,
    images: Arc<super::ImageBook>,
    heart: Arc<clock::Heart>,
}

#[derive(Default)]
struct Counts {
    measured: u64,
    errors: u64,
}

/// Carries out a run until every cell has its outcome, the user stops it, the budget is used up, or nothing can be
/// stored any more. What was stored by then is safe in every case.
pub async fn carry_out(job: Job) -> Ending {
    let Job {
        info,
        askers,
        reader,
        writer,
        stored,
        reuse,
        done,
        render,
        grade,
        images,
        till,
        heart,
        drain,
        events,
        commands,
    } = job;
    let (cache, keep) = match reuse {
        Reuse::Off => (None, false),
        Reuse::Refresh => (None, true),
        Reuse::On(cache) => (Some(Arc::new(std::sync::Mutex::new(cache))), true),
    };
    let mut lanes: Vec<Lane> = Vec::with_capacity(askers.len());
    let mut accounts: Vec<Account> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for asker in &askers {
        let target = &asker.target;
        let account = names
            .iter()
            .position(|name| *name == target.account)
            .unwrap_or_else(|| {
                names.push(target.account.clone());
                accounts.push(Account {
                    pacer: Pacer::new(&target.limits),
                    width: Width::new(target.limits.in_flight, target.local),
                    open: 0,
                });
                accounts.len() - 1
            });
        lanes.push(Lane::of(account));
    }
    let dispatcher = Dispatcher {
        layout: Layout::of(&info),
        info,
        askers: askers.into_iter().map(Arc::new).collect(),
        lanes,
        accounts,
        shared: Shared {
            render,
            grade,
            images,
            heart,
        },
        cache,
        keep,
        reader,
        writer,
        done,
        till,
        events,
        tasks: JoinSet::new(),
        cancel: CancellationToken::new(),
        pending: HashMap::new(),
        start: Instant::now(),
        // Pauses need no repeatable chance; a run's figures do not depend on it.
        chance: rand_chacha::ChaCha8Rng::seed_from_u64(clock::now_us().cast_unsigned()),
        counts: Counts::default(),
        simulated: false,
        ending: None,
        cut_at: None,
        drain,
    };
    // Beats on its own, so that a slow disk under the dispatcher is not taken for sleep.
    let heart = Arc::clone(&dispatcher.shared.heart);
    let beating = tokio::spawn(async move {
        let mut beat = tokio::time::interval(clock::BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            beat.tick().await;
            heart.beat();
        }
    });
    let ending = dispatcher.run(stored, commands).await;
    beating.abort();
    ending
}

impl Dispatcher {
    async fn run(
        mut self,
        mut stored: mpsc::UnboundedReceiver<crate::store::StoredCells>,
        mut commands: mpsc::UnboundedReceiver<Command>,
    ) -> Ending {
        self.tell(
            Event::Started {
                planned: self.info.planned(),
                done: self.done.count(),
            },
            true,
        )
        .await;
        let mut pulse = tokio::time::interval(PULSE);
        pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut listening = true;
        loop {
            if let Err(Gone) = self.fill().await {
                // The thread has told why, or will in a moment.
                if let Some(Err(error)) = last_of(&mut stored).await {
                    self.store_failed(error);
                }
            }
            if self.idle() {
                break;
            }
            let wake = self.next_wake();
            tokio::select! {
                Some(report) = self.tasks.join_next() => {
                    let mut gone = self.take(report).await.is_err();
                    // Whatever else has ended meanwhile is taken at once: filling is the dear part.
                    while let Some(report) = self.tasks.try_join_next() {
                        gone |= self.take(report).await.is_err();
                    }
                    if gone && let Some(Err(error)) = last_of(&mut stored).await {
                        self.store_failed(error);
                    }
                }
                Some(news) = stored.recv() => match news {
                    Ok(cells) => self.committed(&cells).await,
                    Err(error) => self.store_failed(error),
                },
                command = commands.recv(), if listening => match command {
                    Some(command) => self.obey(command).await,
                    None => listening = false,
                },
                _ = pulse.tick() => self.pulse(),
                () = tokio::time::sleep_until(wake.into()) => {}
            }
        }
        self.pulse();
        let reached = self.done.count();
        let missing = self.info.planned().saturating_sub(reached);
        self.tell(
            Event::Ended {
                measured: self.counts.measured,
                errors: self.counts.errors,
                missing,
            },
            true,
        )
        .await;
        let why = self.ending.unwrap_or(Why::Finished);
        Ending {
            why,
            writer: self.writer,
            stored,
            till: self.till,
            simulated: self.simulated,
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Nothing is open, nothing will start, everything is on disk.
    fn idle(&self) -> bool {
        if matches!(self.ending, Some(Why::Store(_))) {
            return self.tasks.is_empty();
        }
        self.tasks.is_empty()
            && self.pending.is_empty()
            && (self.ending.is_some() || self.lanes.iter().all(|lane| self.exhausted(lane)))
    }

    fn exhausted(&self, lane: &Lane) -> bool {
        lane.waiting() == 0 && lane.preparing == 0 && lane.open == 0 && lane.next >= self.layout.per_target()
    }

    /// Takes, prepares and starts what may be started.
    async fn fill(&mut self) -> Result<(), Gone> {
        if self.ending.is_some() {
            return Ok(());
        }
        let now = self.now();
        for lane in 0..self.lanes.len() {
            self.prepare_ahead(lane);
        }
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
    fn prepare_ahead(&mut self, index: usize) {
        let account = &self.accounts[self.lanes[index].account];
        let free = account.width.limit().saturating_sub(account.open) as usize;
        let wanted = free.min(256) + AHEAD;
        while self.lanes[index].stopped.is_none()
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
    fn next_item(&mut self, index: usize) -> Option<Item> {
        let per_target = self.layout.per_target();
        loop {
            let nth = self.lanes[index].next;
            if nth >= per_target {
                return None;
            }
            self.lanes[index].next += 1;
            let cell = self.layout.of_target(index, nth);
            let number = self.layout.number(cell);
            if self.done.holds(number) || !self.info.asks(cell.case, cell.prompt, cell.target, cell.trial) {
                continue;
            }
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
            let (first, page) = &self.lanes[index].page;
            let at = usize::try_from(cell.case - *first).expect("within the page");
            return Some(Item {
                cell: number,
                position: cell.case,
                case: Arc::clone(&page[at]),
                prompt: cell.prompt,
                trial: cell.trial,
                prepared: None,
                history: super::retry::History::default(),
                tries: 0,
            });
        }
    }

    /// Starts one call of a lane, if everything allows it.
    async fn start_one(&mut self, index: usize, now: Duration) -> Result<bool, Gone> {
        let lane = &mut self.lanes[index];
        let account = &mut self.accounts[lane.account];
        lane.paced_until = None;
        if self.ending.is_some()
            || lane.paused
            || lane.stopped.is_some()
            || account.open >= account.width.limit()
            || !lane.can_take(now)
        {
            return Ok(false);
        }
        let Some(item) = lane.take(now) else { return Ok(false) };
        let prepared = Arc::clone(item.prepared.as_ref().expect("only prepared cells wait"));
        let expected = expect(&self.askers[index], lane, &prepared);
        match account.pacer.admit(now, expected.tokens) {
            Admission::Go => {}
            Admission::Wait(until) => {
                lane.paced_until = Some(until);
                lane.put_back(item);
                return Ok(false);
            }
        }
        if !self.till.reserve(expected.money.as_ref(), now) {
            lane.put_back(item);
            self.ending = Some(Why::Budget);
            self.tell(Event::BudgetReached, true).await;
            return Ok(false);
        }
        lane.open += 1;
        lane.waiting_for = None;
        account.open += 1;
        let asker = Arc::clone(&self.askers[index]);
        let shared = self.shared.clone();
        let cancel = self.cancel.clone();
        let keep = self.keep;
        self.tasks.spawn(async move {
            let tried = attempt(&asker, &item, &prepared, keep, &*shared.grade, &shared.heart, &cancel).await;
            Report::Tried {
                lane: index,
                item,
                sent: now,
                expected,
                tried: Box::new(tried),
            }
        });
        Ok(true)
    }

    async fn take(&mut self, report: Result<Report, tokio::task::JoinError>) -> Result<(), Gone> {
        match report {
            Ok(Report::Prepared {
                lane,
                item,
                result,
                reused,
            }) => self.prepared(lane, item, result, reused).await,
            Ok(Report::Tried {
                lane,
                item,
                sent,
                expected,
                tried,
            }) => self.tried(lane, item, sent, &expected, *tried).await,
            // A bug in a reader or scorer must not hide as a lost cell: it goes on up.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Ok(()),
        }
    }

    async fn prepared(
        &mut self,
        lane: usize,
        mut item: Item,
        result: Result<Box<Prepared>, String>,
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

    async fn tried(
        &mut self,
        index: usize,
        mut item: Item,
        sent: Duration,
        expected: &Expected,
        tried: Tried,
    ) -> Result<(), Gone> {
        let now = self.now();
        let Tried {
            attempt,
            result,
            reuse,
            rate,
            usage,
            simulated,
        } = tried;
        self.simulated |= simulated;
        let first_try = item.tries == 0;
        item.tries += 1;
        let account = &mut self.accounts[self.lanes[index].account];
        let open = account.open;
        self.lanes[index].open -= 1;
        account.pacer.told(now, &rate);
        if let Some(used) = used_tokens(&usage) {
            account.pacer.settle(expected.tokens, used);
        }
        self.writer.attempt(attempt).await?;
        if let Some((key, cached)) = reuse {
            self.writer.reuse(key, cached).await?;
        }
        match result {
            Ok(row) => {
                account.pacer.passed(now);
                if first_try {
                    account.width.succeeded(open);
                }
                let lane = &mut self.lanes[index];
                lane.answers += 1;
                lane.failed_in_a_row = 0;
                if let Some(output) = usage.output {
                    lane.saw_output(output);
                }
                let cost = match &row.outcome {
                    Outcome::Answered { cost, .. } => cost.money.clone(),
                    Outcome::Failed { reply: Some(reply), .. } => self.askers[index].pricing.cost(&reply.usage).money,
                    _ => None,
                };
                self.till.settle(expected.money.as_ref(), cost.as_ref());
                self.store(index, &item, *row, true).await
            }
            Err(fault) => {
                account.open -= 1;
                let (fault, timing) = *fault;
                self.till.settle(expected.money.as_ref(), None);
                self.faulted(index, item, sent, fault, timing).await
            }
        }
    }

    /// Decides what becomes of a failed try.
    async fn faulted(
        &mut self,
        index: usize,
        mut item: Item,
        sent: Duration,
        fault: Fault,
        timing: Timing,
    ) -> Result<(), Gone> {
        let now = self.now();
        let throttled = fault.kind == FaultKind::RateLimit;
        let overloaded = throttled || matches!(fault.status, Some(503 | 529));
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
                let first = self.lanes[index].waiting_for != Some(fault.kind);
                self.lanes[index].waiting_for = Some(fault.kind);
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
                        let message = format!(
                            "{LOST_IN_A_ROW} cases failed one after the other, the last: {}",
                            fault.message
                        );
                        return self
                            .stop_target(
                                index,
                                Stopped {
                                    kind: fault.kind,
                                    message,
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
    async fn target_refused(&mut self, index: usize, item: Item, fault: Fault, timing: Timing) -> Result<(), Gone> {
        self.fail(index, &item, fault.clone(), timing, false).await?;
        let lane = &mut self.lanes[index];
        lane.failed_in_a_row += 1;
        if lane.answers == 0 || lane.failed_in_a_row >= 3 {
            return self
                .stop_target(
                    index,
                    Stopped {
                        kind: fault.kind,
                        message: fault.message,
                    },
                )
                .await;
        }
        Ok(())
    }

    async fn stop_target(&mut self, index: usize, stopped: Stopped) -> Result<(), Gone> {
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

    async fn skip(&mut self, lane: usize, items: Vec<Item>) -> Result<(), Gone> {
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

    /// Hands a failed cell to the store.
    async fn fail(
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
    async fn store(&mut self, lane: usize, item: &Item, row: OutcomeRow, in_flight: bool) -> Result<(), Gone> {
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
            attempts,
            cost_nano: if cached { None } else { cost },
        };
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

    async fn committed(&mut self, cells: &[u64]) {
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

    fn store_failed(&mut self, error: StoreError) {
        self.cancel.cancel();
        self.pending.clear();
        if !matches!(self.ending, Some(Why::Store(_))) {
            self.ending = Some(Why::Store(error));
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Stop if self.ending.is_none() => {
                self.ending = Some(Why::Stopped);
                self.cut_at = Some(self.now() + self.drain);
                let open = self.lanes.iter().map(|lane| lane.open as usize).sum();
                self.tell(Event::Stopping { open }, true).await;
            }
            Command::Stop | Command::Cut => {
                if self.ending.is_none() {
                    self.ending = Some(Why::Stopped);
                }
                self.cancel.cancel();
            }
            Command::Pause(index) => {
                if let Some(lane) = self.lanes.get_mut(index) {
                    lane.paused = !lane.paused;
                }
            }
        }
    }

    /// When something may have to be done without anything having happened.
    fn next_wake(&mut self) -> Instant {
        let now = self.now();
        if let Some(cut_at) = self.cut_at {
            if now >= cut_at {
                self.cancel.cancel();
                self.cut_at = None;
            } else {
                return self.start + cut_at;
            }
        }
        let far = now + Duration::from_secs(1);
        let wake = self
            .lanes
            .iter()
            .filter(|lane| !lane.paused && lane.stopped.is_none())
            .flat_map(|lane| [lane.paced_until, lane.next_due().filter(|due| *due > now)])
            .flatten()
            .fold(far, Duration::min);
        self.start + wake
    }

    /// Tells listeners; `keep` also stores the event.
    async fn tell(&mut self, event: Event, keep: bool) {
        let at = clock::now_us();
        if keep {
            // When the thread is gone the run is ending anyway.
            let _ = self.writer.event(at, event.clone()).await;
        }
        let _ = self.events.send((at, event));
    }

    /// Tells listeners how each target stands.
    fn pulse(&mut self) {
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
                    waiting: lane
                        .waiting_for
                        .and_then(|kind| wait.map(|until| (kind, until.saturating_sub(now)))),
                    paused: lane.paused,
                    stopped: lane.stopped.as_ref().map(|stopped| stopped.kind),
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

/// What the thread said last, waiting a moment for it.
async fn last_of(stored: &mut mpsc::UnboundedReceiver<crate::store::StoredCells>) -> Option<crate::store::StoredCells> {
    let mut last = None;
    while let Ok(Some(news)) = tokio::time::timeout(Duration::from_secs(5), stored.recv()).await {
        let bad = news.is_err();
        last = Some(news);
        if bad {
            break;
        }
    }
    last
}

fn lookup(
    cache: &std::sync::Mutex<Cache>,
    asker: &Asker,
    item: &Item,
    prepared: &Prepared,
    grade: &super::GradeNow,
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

fn skipped_row(cell: u64, reason: SkipReason) -> OutcomeRow {
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

#[expect(clippy::cast_precision_loss, reason = "token counts")]
fn used_tokens(usage: &Usage) -> Option<f64> {
    Some((usage.input? + usage.output?) as f64)
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
