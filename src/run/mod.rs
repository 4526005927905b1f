//! Carrying out a plan: asking every target at once, each at its own pace, and losing nothing that was paid for.
//!
//! One task, the dispatcher, owns the state of a run. It takes cells in order, has them prepared, starts calls as
//! pace, width and budget allow, decides about failures, and hands outcomes to the store. An event goes out only when
//! its outcome is on disk. Tasks that prepare and call share nothing with each other; they send messages.
//!
//! Not here: wire formats (`provider`), sockets (`net`), tables (`report`), what an answer is worth (`grade` hands in a
//! function).

mod attempt;
mod budget;
mod dispatch;
mod lane;
mod pacer;
mod prepare;
mod retry;
mod reuse;
mod width;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

pub use budget::{Budget, Room, Till};
pub use dispatch::carry_out;
pub use prepare::{ImageBook, wire_request};
pub use reuse::key as reuse_key;

use crate::domain::{Call, Case, Cost, CostSource, Event, Money, Price, RunInfo, Score, Target, Usage};
use crate::net::Line;
use crate::net::clock::Heart;
use crate::provider::Provider;
use crate::scorer::Answer;
use crate::store::{Cache, Cells, Reader, StoreError, Writer};

/// A target with what is needed to ask it.
pub struct Asker {
    /// Who answers.
    pub target: Target,
    /// Its protocol.
    pub provider: &'static dyn Provider,
    /// Its connections and key.
    pub line: Line,
    /// What its answers cost.
    pub pricing: Pricing,
}

/// What is known of a target's price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pricing {
    /// A price, stated by the user or listed.
    Known(Price),
    /// It runs on the user's machine.
    Local,
    /// Nobody knows; never read as free.
    Unknown,
}

impl Pricing {
    /// What an answer with this usage cost.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Cost {
        match self {
            Self::Known(price) => match crate::price::cost(usage, price) {
                Some(money) => Cost {
                    money: Some(money),
                    source: CostSource::Priced,
                },
                None => Cost {
                    money: None,
                    source: CostSource::Unknown,
                },
            },
            Self::Local => Cost {
                money: None,
                source: CostSource::Local,
            },
            Self::Unknown => Cost {
                money: None,
                source: CostSource::Unknown,
            },
        }
    }
}

/// Renders a case (with its position) under a prompt (by index); the message says what is wrong.
pub type Render = dyn Fn(u64, usize, &Case) -> Result<Call, String> + Send + Sync;

/// Grades an answer to the case at a position at once, when its scorers need nothing from outside; `None` leaves it for a
/// later pass. The last argument says that the provider's filter withheld the answer.
pub type GradeNow = dyn Fn(u64, &Answer<'_>, bool) -> Option<Graded> + Send + Sync;

/// Judgements of an answer and what they add up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graded {
    /// Judgements in scorer order.
    pub scores: Vec<Score>,
    /// Whether all counting scorers passed; absent without a verdict.
    pub pass: Option<bool>,
    /// Weighted score; absent without a verdict.
    pub score: Option<f64>,
    /// A counting scorer broke.
    pub broke: bool,
}

/// Whether answers are reused and kept.
#[derive(Debug)]
pub enum Reuse {
    /// Neither.
    Off,
    /// Kept, and asked anew all the same.
    Refresh,
    /// Both; the cache is for looking up, the writer has its own for keeping.
    On(Cache),
}

/// Everything a run needs.
pub struct Job {
    /// What it is to do.
    pub info: Arc<RunInfo>,
    /// Who answers, in the order of `info.targets`.
    pub askers: Vec<Asker>,
    /// The frozen cases.
    pub reader: Reader,
    /// The store.
    pub writer: Writer,
    /// Hears of commits.
    pub stored: mpsc::UnboundedReceiver<crate::store::StoredCells>,
    /// Reuse of answers.
    pub reuse: Reuse,
    /// Cells that are done already.
    pub done: Cells,
    /// Renders prompts.
    pub render: Arc<Render>,
    /// Grades what can be graded at once.
    pub grade: Arc<GradeNow>,
    /// Pictures.
    pub images: Arc<ImageBook>,
    /// What may still be used up.
    pub till: Till,
    /// Notices sleep.
    pub heart: Arc<Heart>,
    /// Every target finishes a case before any goes far beyond it: for those who may stop once enough is known, and pay for
    /// what was asked by then.
    pub abreast: bool,
    /// How long running answers are awaited after a stop.
    pub drain: Duration,
    /// Where events go, with their time in microseconds since 1970 UTC.
    pub events: mpsc::UnboundedSender<(i64, Event)>,
    /// Wishes of the user while it runs.
    pub commands: mpsc::UnboundedReceiver<Command>,
}

/// A wish of the user while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Start nothing more; wait for what is open.
    Stop,
    /// Cut what is open, too.
    Cut,
    /// Start nothing at this target (by index) until told otherwise; told twice, it goes on.
    Pause(usize),
}

/// How a run ended.
#[derive(Debug)]
pub struct Ending {
    /// Why.
    pub why: Why,
    /// The store, still open, for what comes after (grading that needs processes, derived files).
    pub writer: Writer,
    /// Hears of further commits.
    pub stored: mpsc::UnboundedReceiver<crate::store::StoredCells>,
    /// What was spent in this session.
    pub till: Till,
    /// Calls made a second time because the first was slow, by index of the target.
    pub hedged: Vec<(usize, u64)>,
    /// Some answer of this session waits for a later pass that grades it.
    pub ungraded: bool,
    /// Calls that the cap on money had no room for: the target by index, and what the call was expected to cost.
    pub too_dear: Vec<(usize, Money)>,
}

/// Why a run ended.
#[derive(Debug)]
pub enum Why {
    /// Every cell has its outcome.
    Finished,
    /// The user stopped it.
    Stopped,
    /// The budget is used up.
    Budget,
    /// Nothing could be stored any more.
    Store(StoreError),
}
