//! Drawing the live block: head, a line a target, the last error, the keys. Every line fits the terminal.

use super::{Board, Column, ENOUGH_FOR_ETA, clock};
use crate::domain::FaultKind;
use crate::domain::event::{LaneState, Wait};
use crate::price::format_sums;
use crate::report::Style;
use crate::report::number::{Purse, grouped};
use crate::report::words::Lang;
use crate::text::sink;
use crate::text::width::{cut, display_width, pad_left, pad_right};

/// How lines are drawn.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Look {
    pub(in crate::cli) width: usize,
    pub(in crate::cli) ascii: bool,
}

/// Longest name of a target in the block.
const LONGEST_NAME: usize = 24;

/// Cells that the state of a target should have, so that it can be read: `429, waits 0:17 (server asked)`. The same however the
/// targets stand at the moment, so that no column comes and goes while a run goes on.
const STATE_IN_WORDS: usize = 30;

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

impl Board {
    /// The fixed block, without a line break at its end.
    pub(in crate::cli) fn block(&self, now_us: i64, look: Look, keys: bool) -> String {
        let ko = self.lang == Lang::Ko;
        let mut lines = self.head(now_us, look);
        lines.push(String::new());
        lines.extend(self.rows(now_us, look));
        if let Some(error) = &self.last_error {
            lines.push(String::new());
            lines.push(format!("  {}  {error}", if ko { "마지막 오류" } else { "last error" }));
        }
        if keys {
            let keys = if ko {
                ["  키  Enter 현재 상태", "e 오류", "p 대상 멈춤", "q 진행 중인 답까지만"]
            } else {
                [
                    "  keys  Enter snapshot",
                    "e errors",
                    "p pause",
                    "q stop after running answers",
                ]
            };
            lines.extend(flowing(
                &keys.map(str::to_owned),
                " · ",
                if ko { "      " } else { "        " },
                look.width,
            ));
        }
        let lines: Vec<String> = lines.into_iter().map(|line| cut(&line, look.width)).collect();
        let text = lines.join("\n");
        if look.ascii {
            text.replace('–', "-").replace('·', "|").replace('±', "+-")
        } else {
            text
        }
    }

    /// What stands over the table, on as many lines as it needs: suite and run, progress, time, cost.
    fn head(&self, now_us: i64, look: Look) -> Vec<String> {
        let ko = self.lang == Lang::Ko;
        let arrow = if look.ascii { "->" } else { "→" };
        let run = format!(" {arrow} {}", self.run);
        // Of a long name of a suite the beginning will do; the run must be readable to be named.
        let room = look.width.saturating_sub(display_width(&run)).max(8);
        let mut parts = vec![format!("{}{run}", cut(&sink::terminal_line(&self.suite), room))];
        if self.simulated {
            parts.push("SIMULATED".to_owned());
        }
        parts.push(format!("{}/{}", grouped(self.done), grouped(self.planned)));
        let elapsed = clock(now_us - self.started_us);
        parts.push(format!("{elapsed} {}", if ko { "지남" } else { "elapsed" }));
        if let Some((eta, give)) = self.eta(now_us) {
            let word = if ko { "남은 시간" } else { "ETA" };
            parts.push(format!("{word} {} ± {}", clock(eta), about(give, ko)));
        }
        let spent = self.spent();
        if spent.iter().any(|money| money.nano != 0) {
            parts.push(format_sums(&spent));
        }
        flowing(&parts, "   ", "  ", look.width)
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
        let states: Vec<Vec<String>> = self
            .targets
            .iter()
            .enumerate()
            .map(|(index, column)| self.state(column, self.lanes.get(index), now_us, slowest == Some(index)))
            .collect();
        let mut cells: Vec<[String; 7]> = self
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
                    format!("{}/{}", grouped(column.done), grouped(column.planned)),
                    column.errors.to_string(),
                    lane.map_or_else(|| "–".to_owned(), |lane| format!("{}/{}", lane.open, lane.width)),
                    self.rate(column, now_us).map_or_else(
                        || "–".to_owned(),
                        |rate| {
                            if ko {
                                format!("{rate:.0}/분")
                            } else {
                                format!("{rate:.0}/min")
                            }
                        },
                    ),
                    cost,
                    states[index].concat(),
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
        let shown = Shown::ORDER
            .into_iter()
            .find(|shown| taken(shown) + STATE_IN_WORDS <= look.width)
            .unwrap_or(Shown::ORDER[3]);
        let room = look.width.saturating_sub(taken(&shown));
        for (row, mut parts) in cells.iter_mut().zip(states) {
            while parts.len() > 1 && display_width(&parts.concat()) > room {
                parts.pop();
            }
            row[6] = parts.concat();
        }
        let state_width = cells.iter().map(|row| display_width(&row[6])).max().unwrap_or(0);
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
                rule.repeat((taken(&shown) - 2 + state_width.max(5)).min(look.width.saturating_sub(2)))
            ),
        ];
        for (column, row) in self.targets.iter().zip(&cells) {
            let bar = bar(column.done, column.planned, bar_width, look.ascii);
            lines.push(compose(std::array::from_fn(|at| row[at].as_str()), Some(bar)));
        }
        lines
    }

    /// How a target stands: what must be told, then what may be left out where it does not fit, the last first.
    fn state(&self, column: &Column, lane: Option<&LaneState>, now_us: i64, slowest: bool) -> Vec<String> {
        let ko = self.lang == Lang::Ko;
        let Some(lane) = lane else {
            return vec![(if ko { "대기" } else { "queued" }).to_owned()];
        };
        let cached = (column.cached > 0).then(|| {
            if ko {
                format!(", 재사용 {}", column.cached)
            } else {
                format!(", {} from cache", column.cached)
            }
        });
        if let Some(kind) = lane.stopped {
            let resets = lane.resets_us.and_then(|us| moment(us, now_us, ko));
            return match (kind, ko) {
                (FaultKind::Quota, true) => [
                    Some("할당량 소진, 중단".to_owned()),
                    resets.map(|time| format!(" ({time} 초기화)")),
                ],
                (FaultKind::Quota, false) => [
                    Some("quota: gave up".to_owned()),
                    resets.map(|time| format!(" (resets {time})")),
                ],
                (kind, true) => [Some(format!("중단: {}", kind.word())), None],
                (kind, false) => [Some(format!("gave up: {}", kind.word())), None],
            }
            .into_iter()
            .flatten()
            .collect();
        }
        if lane.paused {
            return vec![(if ko { "사용자가 멈춤" } else { "paused by you" }).to_owned()];
        }
        if !lane.exhausted
            && lane.open == 0
            && let Some(wait) = &lane.waiting
        {
            return waits(wait, lane.failed_tries, ko);
        }
        let word = match (lane.exhausted, ko) {
            (true, true) => "끝남",
            (true, false) => "done",
            (false, true) => "진행 중",
            (false, false) => "running",
        };
        let sets_the_end =
            !lane.exhausted && slowest && self.targets.len() > 1 && self.done - self.earlier >= ENOUGH_FOR_ETA;
        let slowest = sets_the_end.then(|| {
            if ko {
                ", 가장 느림"
            } else {
                ", slowest: sets the ETA"
            }
            .to_owned()
        });
        [Some(word.to_owned()), slowest, cached].into_iter().flatten().collect()
    }
}

/// The state of a target that waits, in parts: for a limit, after failures in a row, or after a single one.
fn waits(wait: &Wait, failed_tries: u32, ko: bool) -> Vec<String> {
    // A part of a second is one: `0:00` is no wait.
    let seconds = i64::try_from(wait.left.as_millis().div_ceil(1000)).unwrap_or(i64::MAX / 1_000_000);
    let left = clock(seconds.saturating_mul(1_000_000));
    let left = left.strip_prefix('0').unwrap_or(&left);
    let (first, why, time) = match (wait.kind, ko) {
        (FaultKind::RateLimit, true) => (
            format!("429, {left} 기다림"),
            if wait.asked { " (서버 요청)" } else { " (스스로)" },
            format!(", {}번째", wait.time),
        ),
        (FaultKind::RateLimit, false) => (
            format!("429, waits {left}"),
            if wait.asked { " (server asked)" } else { " (back-off)" },
            format!(", {} time", nth(wait.time)),
        ),
        (_, true) if failed_tries > 1 => {
            return vec![format!("연속 {failed_tries}회 실패"), format!(", {left} 뒤 다시")];
        }
        (_, false) if failed_tries > 1 => {
            return vec![
                format!("down: {failed_tries} failures in a row"),
                format!(", next try {left}"),
            ];
        }
        (kind, true) => return vec![format!("{}, {left} 뒤 다시", kind.word())],
        (kind, false) => return vec![format!("{}, next try {left}", kind.word())],
    };
    let mut parts = vec![first, why.to_owned()];
    if wait.time > 1 {
        parts.push(time);
    }
    parts
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`.
fn nth(n: u32) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// `09:00 KST` of a moment, where the user is; with its day (`5 Dec 09:00 KST`) where that is not within the next.
fn moment(us: i64, now_us: i64, ko: bool) -> Option<String> {
    const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;
    let here = jiff::Timestamp::from_microsecond(us)
        .ok()?
        .to_zoned_datetime(jiff::tz::TimeZone::system());
    let form = match (us - now_us < DAY_US, ko) {
        (true, _) => "%H:%M %Z",
        (false, true) => "%-m월 %-d일 %H:%M %Z",
        (false, false) => "%-d %b %H:%M %Z",
    };
    Some(here.strftime(form).to_string())
}

/// Parts on as few lines as they fit on, later lines behind an indent; a part is never broken.
fn flowing(parts: &[String], between: &str, indent: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if display_width(line) + display_width(between) + display_width(part) <= width => {
                line.push_str(between);
                line.push_str(part);
            }
            Some(_) => lines.push(format!("{indent}{part}")),
            None => lines.push(part.clone()),
        }
    }
    lines
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

fn about(us: i64, ko: bool) -> String {
    let seconds = us.max(0) / 1_000_000;
    match (seconds, ko) {
        (90.., true) => format!("{}분", (seconds + 30) / 60),
        (90.., false) => format!("{} min", (seconds + 30) / 60),
        (_, true) => format!("{seconds}초"),
        (_, false) => format!("{seconds} s"),
    }
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

    /// A run of five targets after four minutes: one waits, one is paused, one gave up.
    fn after_four_minutes(lang: Lang) -> (Board, i64) {
        use crate::compare::fixture;
        use crate::domain::{Currency, Event};
        let info = fixture::usual().0;
        let begun = fixture::STARTED_US;
        let dollars = Currency("USD".to_owned());
        let won = Currency("KRW".to_owned());
        let currencies = [Some(&dollars), Some(&dollars), Some(&dollars), Some(&won), None];
        let currencies = currencies.map(Option::<&Currency>::cloned).to_vec();
        let mut board = Board::new(&info, &[0; 5], begun, currencies, lang);
        for n in 0..120u64 {
            let target = usize::try_from(n % 5).expect("small");
            let failed = n % 40 == 13;
            board.see(
                begun + i64::try_from(n).expect("small") * 2_000_000,
                &Event::Stored {
                    target,
                    case: "safety-003".to_owned(),
                    fault: failed.then_some(FaultKind::ContentFilter),
                    message: failed.then(|| "refused by the filter of the service, because of its rules".into()),
                    cached: false,
                    pass: None,
                    score: None,
                    attempts: 1,
                    cost_nano: (target < 4).then_some(if target == 3 { 8_000_000_000 } else { 6_000_000 }),
                },
            );
        }
        let lane = |open, waiting, paused, stopped| LaneState {
            open,
            width: 8,
            waiting,
            failed_tries: 0,
            paused,
            stopped,
            resets_us: None,
            exhausted: false,
        };
        let now = begun + 252_000_000;
        let lanes = vec![
            lane(8, None, false, None),
            lane(
                0,
                Some(Wait {
                    kind: FaultKind::RateLimit,
                    left: std::time::Duration::from_secs(17),
                    asked: true,
                    time: 3,
                }),
                false,
                None,
            ),
            lane(0, None, true, None),
            lane(0, None, false, Some(FaultKind::Quota)),
            lane(2, None, false, None),
        ];
        board.see(
            now,
            &Event::Pulse {
                lanes,
                spent: Vec::new(),
            },
        );
        (board, now)
    }

    #[test]
    fn the_block_loses_nothing_of_its_head_and_keys_on_a_narrow_terminal() {
        let mut drawn = String::new();
        for lang in [Lang::En, Lang::Ko] {
            let (board, now) = after_four_minutes(lang);
            for width in [60, 80, 100, 140] {
                let look = Look { width, ascii: false };
                let block = board.block(now, look, true);
                for line in block.lines() {
                    assert!(display_width(line) <= width, "{width}: {line}");
                }
                let (run, last) = match lang {
                    Lang::En => ("r-20260314-091207-k7qd", "q stop after running answers"),
                    Lang::Ko => ("r-20260314-091207-k7qd", "q 진행 중인 답까지만"),
                };
                assert!(block.contains(run) && block.contains(last), "{width}:\n{block}");
                assert!(block.contains("₩192"), "the cost is shown at {width}:\n{block}");
                drawn.push_str(&format!("{width} {lang:?}\n{block}\n\n"));
            }
        }
        insta::assert_snapshot!(drawn);
    }

    /// The block told neither whose pause it is, nor which, nor how often a server that is down has failed.
    #[test]
    fn a_target_that_waits_says_why_and_how_often() {
        let wait = |kind, asked, time| Wait {
            kind,
            left: std::time::Duration::from_millis(76_200),
            asked,
            time,
        };
        let limit = FaultKind::RateLimit;
        for (wait, failed, english, korean) in [
            (
                wait(limit, true, 1),
                0,
                "429, waits 1:17 (server asked)",
                "429, 1:17 기다림 (서버 요청)",
            ),
            (
                wait(limit, false, 2),
                0,
                "429, waits 1:17 (back-off), 2nd time",
                "429, 1:17 기다림 (스스로), 2번째",
            ),
            (
                wait(FaultKind::Server, false, 1),
                1,
                "server, next try 1:17",
                "server, 1:17 뒤 다시",
            ),
            (
                wait(FaultKind::Network, false, 1),
                8,
                "down: 8 failures in a row, next try 1:17",
                "연속 8회 실패, 1:17 뒤 다시",
            ),
        ] {
            assert_eq!(waits(&wait, failed, false).concat(), english);
            assert_eq!(waits(&wait, failed, true).concat(), korean);
        }
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 103].map(nth).join(" "),
            "1st 2nd 3rd 4th 11th 12th 13th 21st 103rd"
        );
    }

    /// A quota that comes back in nine days was told as `resets 09:00`, as if it were the next morning.
    #[test]
    fn a_moment_that_is_days_away_is_told_with_its_day() {
        const HOUR_US: i64 = 60 * 60 * 1_000_000;
        let at = 1_765_000_000_000_000;
        let soon = moment(at, at - HOUR_US, false).unwrap();
        assert_eq!(soon.find(':'), Some(2), "{soon}");
        assert_eq!(moment(at, at - HOUR_US, true).as_ref(), Some(&soon));
        // The 6th of December 2025, or near it, wherever this runs.
        let far = moment(at, at - 9 * 24 * HOUR_US, false).unwrap();
        assert!(far.contains(" Dec ") && far.ends_with(&soon), "{far}");
        let far = moment(at, at - 9 * 24 * HOUR_US, true).unwrap();
        assert!(far.starts_with("12월 ") && far.ends_with(&soon), "{far}");
    }
}
