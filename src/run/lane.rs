//! The state of one target within a run.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::prepare::Prepared;
use super::retry::History;
use crate::domain::{Case, FaultKind, Money};

/// A cell on its way.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Number of the cell.
    pub(super) cell: u64,
    /// Position of the case.
    pub(super) position: u64,
    /// The case.
    pub(super) case: Arc<Case>,
    /// Index of the prompt.
    pub(super) prompt: usize,
    /// Repeat, from 0.
    pub(super) trial: u32,
    /// The request, once prepared.
    pub(super) prepared: Option<Arc<Prepared>>,
    /// What went before.
    pub(super) history: History,
    /// Tries so far.
    pub(super) tries: u32,
}

/// A cell that waits for its next try.
struct Delayed {
    due: Duration,
    cell: u64,
    item: Item,
}

impl PartialEq for Delayed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Delayed {}
impl PartialOrd for Delayed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Delayed {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.due, self.cell).cmp(&(other.due, other.cell))
    }
}

/// Why a target is not asked any more.
#[derive(Debug, Clone)]
pub(super) struct Stopped {
    pub(super) kind: FaultKind,
    pub(super) message: crate::domain::Said,
    /// When the quota is said to come back, in microseconds since 1970 UTC.
    pub(super) resets_us: Option<i64>,
}

/// One target's queue and counters.
#[derive(Default)]
pub(super) struct Lane {
    /// Index of the account.
    pub(super) account: usize,
    /// The next of the target's cells that was not taken yet.
    pub(super) next: u64,
    /// Cells by case that were taken and whose outcomes are not on disk yet; kept only while targets go abreast.
    pub(super) taken: BTreeMap<u64, u32>,
    /// Cells that are being prepared.
    pub(super) preparing: usize,
    /// Cells that may start.
    pub(super) ready: VecDeque<Item>,
    delayed: BinaryHeap<Reverse<Delayed>>,
    /// Calls that are open.
    pub(super) open: u32,
    /// Outcomes handed to the store and not yet confirmed.
    pub(super) storing: u32,
    /// Set by the user.
    pub(super) paused: bool,
    /// Set for good.
    pub(super) stopped: Option<Stopped>,
    /// Its next call costs more than the budget has left.
    pub(super) out_of_money: bool,
    /// Answers so far.
    pub(super) answers: u64,
    /// Cells that failed for good since the last answer, by faults that say something of the target.
    pub(super) failed_in_a_row: u32,
    /// When the pacer lets the next call start.
    pub(super) paced_until: Option<Duration>,
    /// A page of cases and the position of its first.
    pub(super) page: (u64, Vec<Arc<Case>>),
    /// Expected output tokens of a call: running mean of what was seen.
    pub(super) mean_output: Option<f64>,
    /// Kind of the fault that makes it wait and whether the server asked for that, for display.
    pub(super) waiting_for: Option<(FaultKind, bool)>,
    /// Pauses since the last answer, for display.
    pub(super) pauses: u32,
    /// Tries that failed since the last answer, rate limits aside; for display.
    pub(super) failed_tries: u32,
}

impl Lane {
    /// A fresh lane of an account.
    pub(super) fn of(account: usize) -> Self {
        Self {
            account,
            ..Self::default()
        }
    }

    /// Puts a cell off.
    pub(super) fn delay(&mut self, item: Item, due: Duration) {
        self.delayed.push(Reverse(Delayed {
            due,
            cell: item.cell,
            item,
        }));
    }

    /// Takes the next cell that may start at `now`: those put off and due first.
    pub(super) fn take(&mut self, now: Duration) -> Option<Item> {
        if self.delayed.peek().is_some_and(|Reverse(delayed)| delayed.due <= now) {
            return self.delayed.pop().map(|Reverse(delayed)| delayed.item);
        }
        self.ready.pop_front()
    }

    /// Whether [`Lane::take`] would give one.
    pub(super) fn can_take(&self, now: Duration) -> bool {
        !self.ready.is_empty() || self.delayed.peek().is_some_and(|Reverse(delayed)| delayed.due <= now)
    }

    /// Gives back a cell that could not start after all.
    pub(super) fn put_back(&mut self, item: Item) {
        self.ready.push_front(item);
    }

    /// When the first of the put-off cells is due.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.delayed.peek().map(|Reverse(delayed)| delayed.due)
    }

    /// Cells that were taken and wait for a start.
    pub(super) fn waiting(&self) -> usize {
        self.ready.len() + self.delayed.len()
    }

    /// Takes all that wait.
    pub(super) fn drain(&mut self) -> Vec<Item> {
        let mut items: Vec<Item> = self.ready.drain(..).collect();
        items.extend(self.delayed.drain().map(|Reverse(delayed)| delayed.item));
        items
    }

    /// Notes that a cell of a case is on disk.
    pub(super) fn stored(&mut self, case: u64) {
        if let Some(cells) = self.taken.get_mut(&case) {
            *cells -= 1;
            if *cells == 0 {
                self.taken.remove(&case);
            }
        }
    }

    /// Notes the output of an answer.
    #[expect(clippy::cast_precision_loss, reason = "token counts")]
    pub(super) fn saw_output(&mut self, tokens: u64) {
        let seen = tokens as f64;
        self.mean_output = Some(self.mean_output.map_or(seen, |mean| mean + (seen - mean) * 0.05));
    }
}

/// What a call is expected to use.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    pub(super) tokens: f64,
    pub(super) money: Option<Money>,
}
