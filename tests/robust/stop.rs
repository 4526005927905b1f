//! Stopped by the user: once, twice, or by the system. What is stored stays, and the run goes on later.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use narani::domain::ProviderName;
use rustix::process::{Pid, Signal, kill_process};

use crate::lab::Lab;
use crate::world::{Left, Questions, Simulator, program};

const TARGETS: [ProviderName; 2] = [ProviderName::OpenAi, ProviderName::Anthropic];

struct Going {
    lab: Lab,
    questions: Questions,
    simulator: Simulator,
    child: Child,
    run: PathBuf,
    /// Lines of standard error as they come, and those heard so far.
    lines: mpsc::Receiver<String>,
    heard: String,
}

/// A run in the middle, whose simulator holds its answers back.
fn going(latency: &str) -> Going {
    let lab = Lab::new();
    let questions = Questions::new("stop", 80);
    lab.write("suite.jsonl", questions.suite());
    let answers = lab.write("answers.jsonl", questions.answers());
    let simulator = Simulator::start(&lab, &["--latency-ms", latency, "--answers", answers.to_str().unwrap()]);
    lab.write("config.toml", simulator.targets(&TARGETS, "limits = { in_flight = 5 }"));
    let mut child = program(&lab, &["run", "suite.jsonl", "--no-cache"])
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (hearing, lines) = mpsc::channel();
    let err = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || {
        for line in err.lines() {
            let _ = hearing.send(line.unwrap() + "\n");
        }
    });
    let began = Instant::now();
    while lab.home.path().join("results").read_dir().map_or(0, Iterator::count) == 0
        || Left::of(&lab.last_run()).is_none_or(|left| left.outcomes.len() < 10)
    {
        assert!(began.elapsed() < Duration::from_secs(30), "the run never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    simulator.hold();
    let run = lab.last_run();
    Going {
        lab,
        questions,
        simulator,
        child,
        run,
        lines,
        heard: String::new(),
    }
}

impl Going {
    fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(id, signal).unwrap();
    }

    /// Waits until it has said so.
    fn says(&mut self, word: &str) {
        while !self.heard.contains(word) {
            let line = self.lines.recv_timeout(Duration::from_secs(30));
            self.heard += &line.unwrap_or_else(|_| panic!("never said `{word}`: {}", self.heard));
        }
    }

    /// Waits for the end; exit code and what it said.
    fn ended(&mut self) -> (i32, String) {
        self.heard.extend(self.lines.iter());
        (self.child.wait().unwrap().code().unwrap(), self.heard.clone())
    }

    /// Goes on to the end; every cell must be answered, and only `again` calls made twice.
    fn goes_on(self, again: usize) {
        let ended = self.lab.run_with(
            &["run", "--resume", "last", "--quiet"],
            &[("SIMULATOR_KEY", "a-key-for-the-simulator")],
        );
        assert_eq!(ended.code, 0, "{ended:?}");
        let left = Left::of(&self.run).unwrap();
        assert_eq!(left.integrity, "ok");
        let cells = self.questions.all.len() * TARGETS.len();
        assert_eq!(left.outcomes.len(), cells);
        for (cell, stored) in &left.outcomes {
            let (id, _, answer) = &self.questions.all[usize::try_from(*cell).unwrap() / TARGETS.len()];
            assert_eq!(stored.answer.as_ref(), Some(answer), "{id}: {stored:?}");
        }
        let asked = self.simulator.stop().len();
        assert!(asked <= cells + again, "{asked} calls for {cells} cells");
    }
}

#[test]
fn once_waits_for_what_is_paid_for() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut going = going("250");
        going.signal(signal);
        going.says("stopping");
        going.simulator.go_on();
        let (ended, err) = going.ended();
        assert_eq!(ended, code, "{err}");
        assert!(
            err.contains("continue with") && err.contains("narani run --resume r-"),
            "{err}"
        );
        let left = Left::of(&going.run).unwrap();
        assert!(left.outcomes.len() < 160 && left.outcomes.values().all(|stored| stored.status == "answered"));
        going.goes_on(0);
    }
}

/// SIGUSR1 ended a run as it ends any program; it is a wish to see how far things are.
#[test]
fn asked_by_a_signal_a_run_tells_how_far_it_is_and_goes_on() {
    let mut going = going("250");
    going.signal(Signal::USR1);
    going.says("busy");
    going.simulator.go_on();
    let (ended, err) = going.ended();
    assert_eq!(ended, 0, "{err}");
    assert!(err.contains("/160"), "{err}");
    going.goes_on(0);
}

#[test]
fn twice_cuts_what_is_open_and_leaves_a_valid_run() {
    let mut going = going("300");
    going.signal(Signal::INT);
    going.says("stopping");
    going.signal(Signal::INT);
    let stopped = Instant::now();
    let (ended, err) = going.ended();
    going.simulator.go_on();
    assert_eq!(ended, 130, "{err}");
    assert!(stopped.elapsed() < Duration::from_secs(10), "{:?}", stopped.elapsed());
    let left = Left::of(&going.run).unwrap();
    assert_eq!(left.integrity, "ok");
    let cut = left
        .outcomes
        .values()
        .filter(|stored| stored.kind.as_deref() == Some("aborted"))
        .count();
    assert!((1..=10).contains(&cut), "{cut} were cut");
    going.goes_on(cut);
}

/// The third is for who will not wait at all: even then the run is whole.
#[test]
fn three_times_ends_at_once_and_leaves_a_valid_run() {
    let mut going = going("300");
    going.signal(Signal::INT);
    going.says("stopping");
    for _ in 0..2 {
        going.signal(Signal::INT);
        std::thread::sleep(Duration::from_millis(30));
    }
    let (ended, err) = going.ended();
    going.simulator.go_on();
    assert_eq!(ended, 130, "{err}");
    going.goes_on(10);
}
