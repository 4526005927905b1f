//! What a run looks like from outside, made of its events alone: the live block and the lines without a terminal.
//!
//! Pure: time is handed in. A stored run's events can be fed through it as well. This file counts; `draw` draws the block.

mod draw;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::domain::event::LaneState;
use crate::domain::{Event, FaultKind, Money, RunInfo};
use crate::report::words::Lang;
use crate::text::sink;

pub(super) use draw::Look;

/// Answers before a forecast of the end is worth showing.
const ENOUGH_FOR_ETA: u64 = 20;

/// State of a run as far as events told.
#[derive(Debug)]
pub(super) struct Board {
    suite: String,
    run: String,
    simulated: bool,
    started_us: i64,
    planned: u64,
    done: u64,
    earlier: u64,
    /// Calls cut while they ran.
    cut: u64,
    targets: Vec<Column>,
    lanes: Vec<LaneState>,
    last_error: Option<String>,
    errors: BTreeMap<(usize, FaultKind), u64>,
    lang: Lang,
}

#[derive(Debug, Default)]
struct Column {
    name: String,
    local: bool,
    currency: Option<crate::domain::Currency>,
    planned: u64,
    done: u64,
    errors: u64,
    cached: u64,
    spent_nano: i64,
    /// Seconds and fresh answers in them, of the last minute.
    recent: VecDeque<(i64, u64)>,
    first_us: Option<i64>,
    fresh: u64,
}

impl Column {
    /// What was spent, where a price is known.
    fn spent(&self) -> Option<Money> {
        let currency = self.currency.clone()?;
        Some(Money {
            nano: self.spent_nano,
            currency,
        })
    }
}

impl Board {
    pub(super) fn new(
        info: &RunInfo,
        already: &[u64],
        now_us: i64,
        currencies: Vec<Option<crate::domain::Currency>>,
        lang: Lang,
    ) -> Self {
        let targets: Vec<Column> = info
            .targets
            .iter()
            .zip(already)
            .zip(currencies)
            .enumerate()
            .map(|(index, ((target, done), currency))| Column {
                name: target.name.clone(),
                local: target.local,
                currency,
                planned: info.planned_for(index),
                done: *done,
                ..Column::default()
            })
            .collect();
        let earlier = already.iter().sum();
        Self {
            suite: info.suite.clone(),
            run: info.id.to_string(),
            simulated: info.simulated,
            started_us: now_us,
            planned: info.planned(),
            done: earlier,
            earlier,
            cut: 0,
            targets,
            lanes: Vec::new(),
            last_error: None,
            errors: BTreeMap::new(),
            lang,
        }
    }

    /// Takes an event in.
    pub(super) fn see(&mut self, at_us: i64, event: &Event) {
        match event {
            Event::Stored {
                target,
                case,
                fault,
                message,
                cached,
                cost_nano,
                ..
            } => {
                let Some(column) = self.targets.get_mut(*target) else {
                    return;
                };
                // A cut call saved nothing: it is asked again when the run goes on.
                if *fault == Some(FaultKind::Aborted) {
                    self.cut += 1;
                    return;
                }
                self.done += 1;
                column.done += 1;
                if *cached {
                    column.cached += 1;
                } else {
                    column.fresh += 1;
                    column.first_us.get_or_insert(at_us);
                    let second = at_us / 1_000_000;
                    match column.recent.back_mut() {
                        Some((at, n)) if *at == second => *n += 1,
                        _ => column.recent.push_back((second, 1)),
                    }
                }
                column.spent_nano += cost_nano.unwrap_or(0);
                if let Some(kind) = fault {
                    column.errors += 1;
                    *self.errors.entry((*target, *kind)).or_default() += 1;
                    let message = message.as_ref().map_or("", |message| message.in_lang(self.lang));
                    self.last_error = Some(format!(
                        "{} {}: {} · {}",
                        column.name,
                        sink::terminal_line(case),
                        kind.word(),
                        sink::terminal_line(message)
                    ));
                }
            }
            Event::Pulse { lanes, .. } => {
                self.lanes.clone_from(lanes);
                let minute_ago = at_us / 1_000_000 - 60;
                for column in &mut self.targets {
                    while column.recent.front().is_some_and(|(at, _)| *at < minute_ago) {
                        column.recent.pop_front();
                    }
                }
            }
            Event::TargetStopped {
                target,
                kind,
                message,
                skipped,
            } => {
                if let Some(column) = self.targets.get(*target) {
                    let skipped = match self.lang {
                        Lang::En => format!("{skipped} skipped"),
                        Lang::Ko => format!("{skipped}칸 건너뜀"),
                    };
                    self.last_error = Some(format!(
                        "{}: {} · {} ({skipped})",
                        column.name,
                        kind.word(),
                        sink::terminal_line(message.in_lang(self.lang))
                    ));
                }
            }
            _ => {}
        }
    }

    /// How many errors of a kind a target has had so far.
    pub(super) fn count(&self, target: usize, kind: FaultKind) -> u64 {
        self.errors.get(&(target, kind)).copied().unwrap_or(0)
    }

    /// Errors by target and kind, for people.
    pub(super) fn error_lines(&self) -> Vec<String> {
        self.errors
            .iter()
            .map(|((target, kind), n)| format!("  {}  {}  {n}", self.targets[*target].name, kind.word()))
            .collect()
    }

    /// Answers and errors so far, with those of earlier sessions, and all that are planned.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.done, self.planned)
    }

    /// Calls that were cut while they ran; nothing of them is saved.
    pub(super) fn cut_calls(&self) -> u64 {
        self.cut
    }

    /// Errors so far in this session.
    pub(super) fn error_count(&self) -> u64 {
        self.targets.iter().map(|column| column.errors).sum()
    }

    /// Time since the session began.
    pub(super) fn elapsed(&self, now_us: i64) -> Duration {
        Duration::from_micros(u64::try_from(now_us - self.started_us).unwrap_or(0))
    }

    /// What was spent in this session.
    pub(super) fn spent(&self) -> Vec<Money> {
        let mut sums: BTreeMap<crate::domain::Currency, i64> = BTreeMap::new();
        for column in &self.targets {
            if let Some(currency) = &column.currency {
                *sums.entry(currency.clone()).or_default() += column.spent_nano;
            }
        }
        sums.into_iter()
            .map(|(currency, nano)| Money { nano, currency })
            .collect()
    }

    /// `name=done` for every target, for log lines.
    pub(super) fn per_target(&self) -> Vec<(String, u64)> {
        self.targets
            .iter()
            .map(|column| (column.name.clone(), column.done))
            .collect()
    }

    /// Fresh answers a minute over the last minute, or since the first.
    #[expect(clippy::cast_precision_loss, reason = "a rate for display")]
    fn rate(&self, column: &Column, now_us: i64) -> Option<f64> {
        let first = column.first_us?;
        let answers: u64 = column.recent.iter().map(|(_, n)| n).sum();
        let since = column
            .recent
            .front()
            .map_or(now_us, |(at, _)| (at * 1_000_000).max(first.min(now_us)));
        let seconds = ((now_us - since.max(self.started_us)) as f64 / 1e6).clamp(1.0, 61.0);
        (answers > 0).then(|| answers as f64 / seconds * 60.0)
    }

    /// Time left in microseconds, and how far off it may be.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a forecast for display"
    )]
    fn eta(&self, now_us: i64) -> Option<(i64, i64)> {
        if self.done - self.earlier < ENOUGH_FOR_ETA {
            return None;
        }
        let column = &self.targets[self.slowest(now_us)?];
        let rate = self.rate(column, now_us)? / 60.0;
        let left = (column.planned - column.done.min(column.planned)) as f64 / rate;
        let give = left * 1.96 / (column.fresh.max(1) as f64).sqrt();
        Some(((left * 1e6) as i64, (give * 1e6) as i64))
    }

    /// The target that will be done last.
    #[expect(clippy::cast_precision_loss, reason = "a comparison of forecasts")]
    fn slowest(&self, now_us: i64) -> Option<usize> {
        let left = |column: &Column| {
            let rate = self.rate(column, now_us)?;
            let left = column.planned - column.done.min(column.planned);
            (left > 0).then(|| left as f64 / rate)
        };
        self.targets
            .iter()
            .enumerate()
            .filter(|(index, _)| {
                self.lanes
                    .get(*index)
                    .is_none_or(|lane| lane.stopped.is_none() && !lane.paused)
            })
            .filter_map(|(index, column)| Some((index, left(column)?)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(index, _)| index)
    }
}

/// `m:ss` or `h:mm:ss` of microseconds.
pub(super) fn clock(us: i64) -> String {
    let seconds = us.max(0) / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

/// `26m44s`, `1h02m`, `12s`, `0.8s` for a finished time.
pub(super) fn took(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", time.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(clock(252_000_000), "04:12");
        assert_eq!(clock(3_852_000_000), "1:04:12");
        assert_eq!(clock(-5), "00:00", "a clock set back is no time");
        assert_eq!(took(Duration::from_millis(840)), "0.8s");
        assert_eq!(took(Duration::from_secs(1604)), "26m44s");
    }
}
