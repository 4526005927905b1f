//! Listening to a run: the live block on a terminal, plain lines elsewhere, and what the user's keys mean.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::mpsc;

use super::args::LogFormat;
use super::board::{Board, Look, clock, took};
use super::keys::Keyboard;
use super::printer::Printer;
use super::signals;
use crate::domain::{Event, FaultKind, RunInfo};
use crate::net::clock::now_us;
use crate::price::format_sums;
use crate::report::number::grouped;
use crate::report::words::Lang;
use crate::run::Command;
use crate::text::sink;

/// How a run is shown while it goes on.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// Redraw a block; else print lines.
    pub(super) live: bool,
    /// Take keys.
    pub(super) keys: bool,
    /// Time between two lines.
    pub(super) every: Duration,
    /// Form of lines.
    pub(super) log: LogFormat,
    /// The caps on money, in words; empty without any.
    pub(super) cap: String,
    /// The longest time of one try, by target.
    pub(super) timeouts: Vec<Duration>,
    /// Tries allowed in all, by target.
    pub(super) tries: Vec<u32>,
}

/// Shows events until their sender is gone. Returns the board as it stood then.
pub(super) async fn listen(
    mut board: Board,
    info: &RunInfo,
    mut events: mpsc::UnboundedReceiver<(i64, Event)>,
    commands: mpsc::UnboundedSender<Command>,
    manner: Manner,
    printer: &Printer,
) -> Board {
    let look = Look {
        width: printer.width,
        ascii: printer.ascii,
    };
    let mut snapshots = signals::snapshots();
    let mut keys = if manner.keys {
        Keyboard::listen()
    } else {
        Keyboard::none()
    };
    let bar = if manner.live && !printer.quiet {
        block_bar()
    } else {
        ProgressBar::hidden()
    };
    let live = manner.live && !printer.quiet;
    let lines = !manner.live;
    let mut tick = tokio::time::interval(manner.every);
    tick.reset();
    loop {
        tokio::select! {
            event = events.recv() => {
                let Some((at, event)) = event else { break };
                board.see(at, &event);
                if let Event::Pulse { .. } = event {
                    if live {
                        bar.set_message(board.block(at, look, keys.are_on()));
                        bar.tick();
                    }
                    continue;
                }
                let line = if lines { line(&board, info, at, &event, &manner) } else { spoken(info, &event, printer) };
                for line in line.into_iter().chain(verbose(info, &event, printer)) {
                    say(&bar, live, printer, &line);
                }
            }
            _ = tick.tick(), if lines => {
                say(&bar, live, printer, &running(&board, now_us(), manner.log));
            }
            Some(()) = snapshots.recv() => say(&bar, live, printer, &board.block(now_us(), look, false)),
            key = keys.next() => match key {
                b'q' => { let _ = commands.send(Command::Stop); }
                b'\n' | b'\r' => say(&bar, live, printer, &board.block(now_us(), look, false)),
                b'e' => for line in board.error_lines() { say(&bar, live, printer, &line); },
                b'p' => {
                    let names: Vec<String> = board.per_target().iter().enumerate().map(|(n, (name, _))| format!("{} {name}", n + 1)).collect();
                    say(&bar, live, printer, &format!("  {}  {}", printer.say("pause or resume which?", "어느 대상을 멈추거나 다시 시작할까요?"), names.join("  ")));
                }
                digit @ b'1'..=b'9' => { let _ = commands.send(Command::Pause(usize::from(digit - b'1'))); }
                _ => {}
            },
        }
    }
    if live {
        bar.finish_and_clear();
    }
    board
}

fn block_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    bar.set_style(ProgressStyle::with_template("{msg}").expect("a fixed template"));
    bar
}

fn say(bar: &ProgressBar, live: bool, printer: &Printer, line: &str) {
    if live && !bar.is_hidden() {
        bar.println(line);
    } else if !live {
        printer.note(line);
    }
}

/// Lines above the live block: only what a person must know.
fn spoken(info: &RunInfo, event: &Event, printer: &Printer) -> Option<String> {
    let name = |target: &usize| info.targets[*target].name.clone();
    let ko = printer.lang == Lang::Ko;
    Some(match event {
        Event::TargetStopped {
            target,
            kind,
            message,
            skipped,
        } => {
            let message = sink::terminal_line(message.in_lang(printer.lang));
            if ko {
                format!(
                    "! {} 중단 ({}): {message} · {skipped}칸 건너뜀",
                    name(target),
                    kind.word()
                )
            } else {
                format!(
                    "! {} stopped ({}): {message} · {skipped} cells skipped",
                    name(target),
                    kind.word()
                )
            }
        }
        Event::BudgetReached => printer
            .say(
                "! the budget is used up: nothing more is asked that costs",
                "! 예산을 다 써서, 비용이 드는 질문은 더 하지 않습니다",
            )
            .to_owned(),
        Event::Stopping { open } => {
            if ko {
                format!("멈추는 중: 진행 중인 답 {open}개를 기다립니다 (Ctrl-C를 다시 누르면 끊습니다)")
            } else {
                format!("stopping: {open} answers still running (Ctrl-C again to cut them)")
            }
        }
        _ => return None,
    })
}

/// With `--verbose`, a line an answer.
fn verbose(info: &RunInfo, event: &Event, printer: &Printer) -> Option<String> {
    if !printer.verbose {
        return None;
    }
    let Event::Stored {
        target,
        case,
        fault,
        pass,
        cached,
        message,
        ..
    } = event
    else {
        return None;
    };
    let mark = match (fault, pass, printer.ascii) {
        (Some(_), _, _) => "!",
        (None, Some(true), false) => "✓",
        (None, Some(true), true) => "+",
        (None, Some(false), false) => "✗",
        (None, Some(false), true) => "x",
        (None, None, _) => "·",
    };
    let mut line = format!("{mark} {} {}", info.targets[*target].name, sink::terminal_line(case));
    if *cached {
        line.push_str(printer.say(" (cache)", " (재사용)"));
    }
    if let Some(kind) = fault {
        line.push_str(&format!(
            ": {} {}",
            kind.word(),
            sink::terminal_line(message.as_ref().map_or("", |message| message.in_lang(printer.lang)))
        ));
    }
    Some(line)
}

/// The line of an event without a terminal, when it has one: `09:12:07 start run=… …`.
fn line(board: &Board, info: &RunInfo, at: i64, event: &Event, manner: &Manner) -> Option<String> {
    let target = |index: &usize| ("target", info.targets[*index].name.clone());
    let (word, fields): (&str, Vec<(&str, String)>) = match event {
        Event::Started { planned, done } => (
            "start",
            vec![
                ("run", info.id.to_string()),
                ("suite", info.suite.clone()),
                ("cases", info.cases.to_string()),
                ("targets", info.targets.len().to_string()),
                ("trials", info.trials.to_string()),
                ("planned", planned.to_string()),
                ("done", done.to_string()),
            ]
            .into_iter()
            .chain((!manner.cap.is_empty()).then(|| ("cap", manner.cap.clone())))
            .chain(info.simulated.then(|| ("simulated", "SIMULATED".to_owned())))
            .collect(),
        ),
        Event::Waiting {
            target: index,
            why: FaultKind::RateLimit,
            wait,
            asked,
        } => (
            "wait",
            vec![
                target(index),
                ("reason", "429".to_owned()),
                ("for", took(*wait)),
                ("by", (if *asked { "server" } else { "back-off" }).to_owned()),
            ],
        ),
        Event::Stored {
            target: index,
            case,
            fault: Some(kind),
            message,
            attempts,
            ..
        } => {
            // The first of a kind and then powers of ten: a thousand equal lines tell no more than four.
            let n = board.count(*index, *kind);
            if !is_power_of_ten(n) {
                return None;
            }
            (
                "error",
                vec![
                    target(index),
                    ("case", case.clone()),
                    ("kind", kind.word().to_owned()),
                    ("count", n.to_string()),
                    (
                        "try",
                        manner
                            .tries
                            .get(*index)
                            .map_or_else(|| attempts.to_string(), |of| format!("{attempts}/{of}")),
                    ),
                ]
                .into_iter()
                .chain(
                    manner
                        .timeouts
                        .get(*index)
                        .filter(|_| *kind == FaultKind::Timeout)
                        .map(|after| ("after", took(*after))),
                )
                .chain([(
                    "message",
                    crate::text::width::cut(message.as_deref().unwrap_or(""), 200),
                )])
                .collect(),
            )
        }
        Event::TargetStopped {
            target: index,
            kind,
            message,
            skipped,
        } => (
            "stopped",
            vec![
                target(index),
                ("kind", kind.word().to_owned()),
                ("skipped", skipped.to_string()),
                ("message", crate::text::width::cut(message, 200)),
            ],
        ),
        Event::BudgetReached => ("budget", Vec::new()),
        Event::Stopping { open } => ("stopping", vec![("open", open.to_string())]),
        Event::Ended { .. } => {
            let (done, planned) = board.progress();
            (
                "end",
                vec![
                    ("done", format!("{done}/{planned}")),
                    ("errors", board.error_count().to_string()),
                ]
                .into_iter()
                .chain((board.cut_calls() > 0).then(|| ("cut", board.cut_calls().to_string())))
                .chain((!board.spent().is_empty()).then(|| ("cost", format_sums(&board.spent()))))
                .chain([("took", took(board.elapsed(at)))])
                .collect(),
            )
        }
        _ => return None,
    };
    Some(compose(at, word, &fields, manner.log))
}

fn is_power_of_ten(n: u64) -> bool {
    let mut power = 1;
    while power < n {
        power *= 10;
    }
    power == n
}

/// The regular line: how far each target is.
fn running(board: &Board, at: i64, form: LogFormat) -> String {
    let (done, planned) = board.progress();
    let mut fields: Vec<(&str, String)> = vec![("done", format!("{done}/{planned}"))];
    let counts = board.per_target();
    fields.extend(counts.iter().map(|(name, n)| (name.as_str(), n.to_string())));
    if board.error_count() > 0 {
        fields.push(("errors", board.error_count().to_string()));
    }
    let spent = board.spent();
    if spent.iter().any(|money| money.nano != 0) {
        fields.push(("cost", format_sums(&spent)));
    }
    compose(at, "running", &fields, form)
}

fn compose(at: i64, word: &str, fields: &[(&str, String)], form: LogFormat) -> String {
    match form {
        LogFormat::Json => {
            let mut object = serde_json::Map::new();
            object.insert(
                "at".to_owned(),
                moment(at).map_or(serde_json::Value::Null, |moment| moment.to_string().into()),
            );
            object.insert("event".to_owned(), word.into());
            for (key, value) in fields {
                // Counts are numbers; a name may look like one and stays text.
                let number = (!matches!(*key, "run" | "suite" | "case" | "target" | "message"))
                    .then(|| value.parse::<u64>().ok())
                    .flatten();
                let value = number.map_or_else(|| value.as_str().into(), serde_json::Value::from);
                object.insert((*key).to_owned(), value);
            }
            serde_json::Value::Object(object).to_string()
        }
        LogFormat::Text => {
            let time = moment(at).map_or_else(
                || clock(at),
                |moment| {
                    moment
                        .to_zoned_datetime(jiff::tz::TimeZone::system())
                        .strftime("%H:%M:%S")
                        .to_string()
                },
            );
            let mut text = format!("{time} {word:<8}");
            for (key, value) in fields {
                text.push_str(&format!(" {key}={}", quoted(value)));
            }
            text
        }
    }
}

fn moment(us: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(us).ok()
}

/// A value as it stands in a line: quoted when it holds blanks, harmless in any log.
fn quoted(value: &str) -> String {
    let value = sink::terminal_line(value);
    if value.is_empty() || value.contains([' ', '"', '=']) {
        format!("\"{}\"", value.replace('"', "'"))
    } else {
        value
    }
}

/// What is left to say of a count: used by the hint after a stop.
pub(super) fn saved(board: &Board, printer: &Printer) -> String {
    let (done, planned) = board.progress();
    let spent = board.spent();
    let money = if spent.iter().any(|money| money.nano != 0) {
        format!(", {}", format_sums(&spent))
    } else {
        String::new()
    };
    let cut = match (board.cut_calls(), printer.lang) {
        (0, _) => String::new(),
        (n, Lang::Ko) => format!(" · 끊긴 호출 {}개(비용 알 수 없음)", grouped(n)),
        (1, Lang::En) => " · 1 running call was cut, its cost is unknown".to_owned(),
        (n, Lang::En) => format!(" · {} running calls were cut, their cost is unknown", grouped(n)),
    };
    if printer.lang == Lang::Ko {
        format!("답변 {}개 중 {}개 저장됨{money}{cut}", grouped(planned), grouped(done))
    } else {
        format!("saved {} of {} answers{money}{cut}", grouped(done), grouped(planned))
    }
}
