//! What a run looks like from outside, made of its events alone: the live block and the lines without a terminal.
//!
//! Pure: time is handed in. A stored run's events can be fed through it as well.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

use crate::domain::event::LaneState;
use crate::domain::{Event, FaultKind, Money, RunInfo};
use crate::price::format_sums;
use crate::report::Style;
use crate::report::number::Purse;
use crate::report::words::Lang;
use crate::text::sink;
use crate::text::width::{cut, display_width, pad_left, pad_right};

/// Answers before a forecast of the end is worth showing.
const ENOUGH_FOR_ETA: u64 = 20;

/// Longest name of a target in the block.
const LONGEST_NAME: usize = 24;

/// Cells that the state of a target should have, so that it can be read.
const STATE_IN_WORDS: usize = 34;

/// What of the block is drawn.
#[derive(Debug, Clone, Copy)]
struct Shown {
    bar: bool,
    cost: bool,
    rate: bool,
}

impl Shown {
    /// From all to what must be there.
    const ORDER: [Self; 4] = [
        Self {
            bar: true,
            cost: true,
            rate: true,
        },
        Self {
            bar: false,
            cost: true,
            rate: true,
        },
        Self {
            bar: false,
            cost: false,
            rate: true,
        },
        Self {
            bar: false,
            cost: false,
            rate: false,
        },
    ];
}

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

/// How lines are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) width: usize,
    pub(super) ascii: bool,
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
                    let message = message.as_deref().unwrap_or("");
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
                    self.last_error = Some(format!(
                        "{}: {} · {} ({skipped} skipped)",
                        column.name,
                        kind.word(),
                        sink::terminal_line(message)
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

    /// The fixed block, without a line break at its end.
    pub(super) fn block(&self, now_us: i64, look: Look, keys: bool) -> String {
        let ko = self.lang == Lang::Ko;
        let arrow = if look.ascii { "->" } else { "→" };
        let mut head = format!("{} {arrow} {}", sink::terminal_line(&self.suite), self.run);
        if self.simulated {
            head.push_str("   SIMULATED");
        }
        let _ = write!(head, "   {}/{}", group(self.done), group(self.planned));
        let elapsed = clock(now_us - self.started_us);
        let _ = if ko {
            write!(head, "   {elapsed} 지남")
        } else {
            write!(head, "   {elapsed} elapsed")
        };
        if let Some((eta, give)) = self.eta(now_us) {
            let _ = if ko {
                write!(head, "   남은 시간 {} ± {}", clock(eta), about(give, true))
            } else {
                write!(head, "   ETA {} ± {}", clock(eta), about(give, false))
            };
        }
        let spent = self.spent();
        if spent.iter().any(|money| money.nano != 0) {
            let _ = write!(head, "   {}", format_sums(&spent));
        }
        let mut lines = vec![cut(&head, look.width), String::new()];
        lines.extend(self.rows(now_us, look));
        if let Some(error) = &self.last_error {
            lines.push(String::new());
            lines.push(format!("  {}  {error}", if ko { "마지막 오류" } else { "last error" }));
        }
        if keys {
            lines.push(
                if ko {
                    "  키  Enter 현재 상태 · e 오류 · p 대상 멈춤 · q 진행 중인 답까지만"
                } else {
                    "  keys  Enter snapshot · e errors · p pause · q stop after running answers"
                }
                .to_owned(),
            );
        }
        let lines: Vec<String> = lines.into_iter().map(|line| cut(&line, look.width)).collect();
        let text = lines.join("\n");
        if look.ascii {
            text.replace('–', "-").replace('·', "|").replace('±', "+-")
        } else {
            text
        }
    }

    /// The table of the block: a line a target under a head and a rule. Columns are as wide as they need to be; where the
    /// terminal is too narrow for the state in words, bar, cost and rate go first.
    fn rows(&self, now_us: i64, look: Look) -> Vec<String> {
        let ko = self.lang == Lang::Ko;
        let words: [&str; 7] = if ko {
            ["대상", "완료", "오류", "진행", "속도", "비용", "상태"]
        } else {
            ["target", "done", "err", "busy", "rate", "cost", "state"]
        };
        let slowest = self.slowest(now_us);
        let purse = Purse::of(self.targets.iter().filter_map(Column::spent));
        let style = Style {
            width: look.width,
            ascii: look.ascii,
            color: false,
            lang: self.lang,
        };
        let cells: Vec<[String; 7]> = self
            .targets
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let lane = self.lanes.get(index);
                let cost = match &column.currency {
                    Some(_) => column.spent().map(|sum| purse.show(&sum, &style)).unwrap_or_default(),
                    None if column.local => (if ko { "로컬" } else { "local" }).to_owned(),
                    None => "?".to_owned(),
                };
                [
                    cut(&sink::terminal_line(&column.name), LONGEST_NAME),
                    format!("{}/{}", group(column.done), group(column.planned)),
                    column.errors.to_string(),
                    lane.map_or_else(|| "–".to_owned(), |lane| format!("{}/{}", lane.open, lane.width)),
                    self.rate(column, now_us)
                        .map_or_else(|| "–".to_owned(), |rate| format!("{rate:.0}/min")),
                    cost,
                    self.state(column, lane, slowest == Some(index), ko),
                ]
            })
            .collect();
        let widths: Vec<usize> = words
            .iter()
            .enumerate()
            .map(|(at, word)| {
                let cells = cells.iter().map(|row| display_width(&row[at]));
                // Numbers grow while the run goes on; a little air keeps the columns from jumping.
                let least = [6, 7, 3, 5, 6, 6, 5][at];
                cells.chain([display_width(word), least]).max().unwrap_or(least)
            })
            .collect();
        let bar_width = if look.width >= 100 { 12 } else { 6 };
        let taken = |shown: &Shown| -> usize {
            let fixed = widths[..4].iter().sum::<usize>() + 2 * 5;
            fixed
                + if shown.rate { widths[4] + 2 } else { 0 }
                + if shown.cost { widths[5] + 2 } else { 0 }
                + if shown.bar { bar_width + 2 } else { 0 }
        };
        let wanted = widths[6].min(STATE_IN_WORDS);
        let shown = Shown::ORDER
            .into_iter()
            .find(|shown| taken(shown) + wanted <= look.width)
            .unwrap_or(Shown::ORDER[3]);
        let compose = |row: [&str; 7], bar: Option<String>| {
            let mut line = format!("  {}", pad_right(row[0], widths[0]));
            if shown.bar {
                line.push_str("  ");
                line.push_str(&bar.unwrap_or_else(|| " ".repeat(bar_width)));
            }
            for at in 1..6 {
                if (at == 4 && !shown.rate) || (at == 5 && !shown.cost) {
                    continue;
                }
                line.push_str("  ");
                line.push_str(&pad_left(row[at], widths[at]));
            }
            line.push_str("  ");
            line.push_str(row[6]);
            line
        };
        let rule = if look.ascii { "-" } else { "─" };
        let mut lines = vec![
            compose(words, None),
            format!(
                "  {}",
                rule.repeat((taken(&shown) - 2 + widths[6]).min(look.width.saturating_sub(2)))
            ),
        ];
        for (column, row) in self.targets.iter().zip(&cells) {
            let bar = bar(column.done, column.planned, bar_width, look.ascii);
            lines.push(compose(std::array::from_fn(|at| row[at].as_str()), Some(bar)));
        }
        lines
    }

    fn state(&self, column: &Column, lane: Option<&LaneState>, slowest: bool, ko: bool) -> String {
        let Some(lane) = lane else {
            return (if ko { "대기" } else { "queued" }).to_owned();
        };
        let cached = if column.cached > 0 {
            if ko {
                format!(", 재사용 {}", column.cached)
            } else {
                format!(", {} from cache", column.cached)
            }
        } else {
            String::new()
        };
        if let Some(kind) = lane.stopped {
            return match (kind, ko) {
                (FaultKind::Quota, true) => "할당량 소진, 중단".to_owned(),
                (FaultKind::Quota, false) => "quota: gave up".to_owned(),
                (kind, true) => format!("중단: {}", kind.word()),
                (kind, false) => format!("gave up: {}", kind.word()),
            };
        }
        if lane.paused {
            return (if ko { "사용자가 멈춤" } else { "paused by you" }).to_owned();
        }
        if lane.exhausted {
            return if ko {
                format!("끝남{cached}")
            } else {
                format!("done{cached}")
            };
        }
        if lane.open == 0
            && let Some((kind, wait)) = lane.waiting
        {
            let wait = clock(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX));
            return match (kind, ko) {
                (FaultKind::RateLimit, true) => format!("429, {wait} 기다림"),
                (FaultKind::RateLimit, false) => format!("429, waits {wait}"),
                (kind, true) => format!("{}, {wait} 뒤 다시", kind.word()),
                (kind, false) => format!("{}, next try in {wait}", kind.word()),
            };
        }
        if slowest && self.targets.len() > 1 && self.done - self.earlier >= ENOUGH_FOR_ETA {
            return if ko {
                format!("진행 중, 가장 느림{cached}")
            } else {
                format!("running, slowest: sets the ETA{cached}")
            };
        }
        if ko {
            format!("진행 중{cached}")
        } else {
            format!("running{cached}")
        }
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

/// A bar of `width` cells in eighths.
fn bar(done: u64, of: u64, width: usize, ascii: bool) -> String {
    let eighths = usize::try_from(u128::from(done) * width as u128 * 8 / u128::from(of.max(1)))
        .unwrap_or(width * 8)
        .min(width * 8);
    let (full, rest) = (eighths / 8, eighths % 8);
    if ascii {
        return format!("{}{}", "#".repeat(full), ".".repeat(width - full));
    }
    let mut text = "█".repeat(full);
    if full < width {
        if rest > 0 {
            text.push(['▏', '▎', '▍', '▌', '▋', '▊', '▉'][rest - 1]);
        }
        text.push_str(&"░".repeat(width - full - usize::from(rest > 0)));
    }
    text
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

fn about(us: i64, ko: bool) -> String {
    let seconds = us.max(0) / 1_000_000;
    match (seconds, ko) {
        (90.., true) => format!("{}분", (seconds + 30) / 60),
        (90.., false) => format!("{} min", (seconds + 30) / 60),
        (_, true) => format!("{seconds}초"),
        (_, false) => format!("{seconds} s"),
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

/// A count with thousands separators.
pub(super) fn group(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_wide_as_asked() {
        for done in 0..=240 {
            assert_eq!(display_width(&bar(done, 240, 12, false)), 12, "{done}");
            assert_eq!(bar(done, 240, 12, true).len(), 12);
        }
        assert_eq!(bar(0, 0, 4, false), "░░░░", "nothing planned is no division by zero");
    }

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(group(0), "0");
        assert_eq!(group(1_234_567), "1,234,567");
        assert_eq!(clock(252_000_000), "04:12");
        assert_eq!(clock(3_852_000_000), "1:04:12");
        assert_eq!(clock(-5), "00:00", "a clock set back is no time");
        assert_eq!(took(Duration::from_millis(840)), "0.8s");
        assert_eq!(took(Duration::from_secs(1604)), "26m44s");
    }
}
