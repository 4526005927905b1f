//! The dispatcher: the one owner of a run's state.

mod hedge;
mod keep;
mod settle;
mod start;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::attempt::Tried;
use super::lane::{Expected, Item, Lane};
use super::pacer::{Pacer, Sent};
use super::prepare::Prepared;
use super::width::Width;
use super::{Asker, Command, Ending, Job, Reuse, Till, Why};
use crate::domain::{Event, Money, Status};
use crate::net::clock;
use crate::plan::Layout;
use crate::store::{Cache, Gone, OutcomeRow};
use keep::skipped_row;

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
        result: Result<Box<Prepared>, crate::domain::Said>,
        reused: Option<Box<OutcomeRow>>,
    },
    Tried {
        lane: usize,
        item: Item,
        sent: Sent,
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
    hedges: hedge::Hedges,
    /// The run says that answers are a simulator's.
    simulated: bool,
    /// Some answer could not be graded at once.
    ungraded: bool,
    /// Something was not asked for want of money, calls or time.
    over_budget: bool,
    /// Calls that the cap on money had no room for.
    too_dear: Vec<(usize, Money)>,
    /// No target goes far beyond the others.
    abreast: bool,
    /// Nothing new is started.
    ending: Option<Why>,
    cut_at: Option<Duration>,
    drain: Duration,
}

/// What tasks need, shared by all of them.
#[derive(Clone)]
struct Shared {
    render: Arc<crate::run::Render>,
    grade: Arc<crate::run::GradeNow>,
    images: Arc<crate::run::ImageBook>,
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
        abreast,
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
                    width: Width::new(&target.limits, target.local),
                    open: 0,
                });
                accounts.len() - 1
            });
        lanes.push(Lane::of(account));
    }
    let simulated = info.simulated;
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
        hedges: hedge::Hedges::default(),
        simulated,
        ungraded: false,
        over_budget: false,
        too_dear: Vec::new(),
        abreast,
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
        let usual = if self.over_budget { Why::Budget } else { Why::Finished };
        let why = self.ending.unwrap_or(usual);
        Ending {
            why,
            writer: self.writer,
            stored,
            till: self.till,
            hedged: self.hedges.made(),
            ungraded: self.ungraded,
            too_dear: self.too_dear,
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
        let taken = lane.waiting() == 0 && lane.next >= self.layout.per_target();
        (taken || lane.out_of_money) && lane.preparing == 0 && lane.open == 0
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
        if self.ending.is_some() {
            // Nothing starts any more, so nothing becomes due: what was due stays in the past.
            return self.start + far;
        }
        let wake = self
            .lanes
            .iter()
            .filter(|lane| !lane.paused && lane.stopped.is_none() && !lane.out_of_money)
            .flat_map(|lane| [lane.paced_until, lane.next_due().filter(|due| *due > now)])
            .flatten()
            .chain(self.hedges.next_due().filter(|due| *due > now))
            .chain(self.accounts.iter().filter_map(|account| account.width.next_due()))
            .fold(far, Duration::min);
        self.start + wake
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
