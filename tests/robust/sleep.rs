//! A laptop that sleeps in the middle: what was open is kept, and left out of the latencies.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use narani::domain::ProviderName;
use rustix::process::{Pid, Signal, kill_process};

use crate::lab::Lab;
use crate::world::{Left, Questions, Simulator, program, skipped};

#[test]
fn sleep_spoils_no_answer_and_no_latency() {
    let lab = Lab::new();
    let questions = Questions::new("sleep", 40);
    lab.write("suite.jsonl", questions.suite());
    let answers = lab.write("answers.jsonl", questions.answers());
    let simulator = Simulator::start(&lab, &["--latency-ms", "400", "--answers", answers.to_str().unwrap()]);
    // The sleep is longer than a try may take: the answers wait in the socket meanwhile and must not count as late.
    let targets = simulator.targets(
        &[ProviderName::OpenAi, ProviderName::Ollama],
        "timeout_s = 3\nlimits = { in_flight = 4 }",
    );
    lab.write("config.toml", targets);
    let mut child = program(&lab, &["run", "suite.jsonl", "--no-cache", "--quiet"])
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let stalls = Stalls::watch();
    wait_for_outcomes(&lab, 8);
    kill_process(id, Signal::STOP).unwrap();
    std::thread::sleep(Duration::from_millis(4500));
    kill_process(id, Signal::CONT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let stalls = stalls.seen();
    let left = Left::of(&lab.last_run()).unwrap();
    assert_eq!(left.outcomes.len(), 80);
    for (cell, stored) in &left.outcomes {
        let (id, _, answer) = &questions.all[usize::try_from(*cell).unwrap() / 2];
        assert_eq!(stored.answer.as_ref(), Some(answer), "{id}: {stored:?}");
        assert_eq!(left.answered_tries[cell], 1, "{id} was asked once");
        assert!(
            stored.suspended || stored.total_us < 3_500_000,
            "{id}: the sleep counts as latency: {stored:?}"
        );
    }
    let slept = left.outcomes.values().filter(|stored| stored.suspended).count();
    assert!(
        (1..=16 * (1 + stalls)).contains(&slept),
        "{slept} calls were open when it slept ({stalls} stalls of this machine)"
    );
    let shown = lab.run(&["export", "last", "jsonl"]);
    for line in shown.out.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let latency = line["latency_ms"].as_f64();
        assert!(latency.is_none_or(|ms| ms < 3500.0), "{line}");
    }
    drop(simulator);
}

/// A clock set back by an hour in the middle: times of calls come from another clock, and the run ends as if nothing were.
#[test]
fn a_clock_that_jumps_back_spoils_nothing() {
    let Some(library) = faketime() else {
        return skipped("a jumping clock needs the Debian package `faketime`");
    };
    let lab = Lab::new();
    let questions = Questions::new("clock", 60);
    lab.write("suite.jsonl", questions.suite());
    let answers = lab.write("answers.jsonl", questions.answers());
    let simulator = Simulator::start(&lab, &["--latency-ms", "300", "--answers", answers.to_str().unwrap()]);
    let targets = simulator.targets(
        &[ProviderName::OpenAi, ProviderName::Gemini],
        "limits = { in_flight = 4 }",
    );
    lab.write("config.toml", targets);
    let clock = lab.write("clock", "+0\n");
    let mut child = program(&lab, &["run", "suite.jsonl", "--no-cache", "--quiet"])
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", &clock)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_outcomes(&lab, 12);
    std::fs::write(&clock, "-3600\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let left = Left::of(&lab.last_run()).unwrap();
    assert_eq!(left.outcomes.len(), 120);
    let starts: Vec<i64> = left.outcomes.values().map(|stored| stored.started_us).collect();
    let span = starts.iter().max().unwrap() - starts.iter().min().unwrap();
    assert!(span > 3_000_000_000, "the clock was seen to jump: {span}");
    for (cell, stored) in &left.outcomes {
        let (id, _, answer) = &questions.all[usize::try_from(*cell).unwrap() / 2];
        assert_eq!(stored.answer.as_ref(), Some(answer), "{id}: {stored:?}");
        assert!((100_000..5_000_000).contains(&stored.total_us), "{id}: {stored:?}");
    }
    assert_eq!(lab.run(&["show", "last"]).code, 0);
    drop(simulator);
}

fn faketime() -> Option<PathBuf> {
    std::fs::read_dir("/usr/lib")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("faketime/libfaketimeMT.so.1")))
        .find(|path| path.is_file())
}

/// Counts the times at which this machine stood still for a second: each is a sleep for the calls that are open.
struct Stalls {
    over: Arc<AtomicBool>,
    watching: JoinHandle<usize>,
}

impl Stalls {
    fn watch() -> Self {
        let over = Arc::<AtomicBool>::default();
        let until = Arc::clone(&over);
        let watching = std::thread::spawn(move || {
            let (mut seen, mut last) = (0, Instant::now());
            while !until.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(50));
                seen += usize::from(last.elapsed() > Duration::from_secs(1));
                last = Instant::now();
            }
            seen
        });
        Self { over, watching }
    }

    fn seen(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.watching.join().unwrap()
    }
}

/// Waits until so many outcomes are stored, however long a busy machine takes to get there.
fn wait_for_outcomes(lab: &Lab, wanted: usize) {
    let began = Instant::now();
    while lab.home.path().join("results").read_dir().map_or(0, Iterator::count) == 0
        || Left::of(&lab.last_run()).is_none_or(|left| left.outcomes.len() < wanted)
    {
        assert!(began.elapsed() < Duration::from_secs(30), "the run never began");
        std::thread::sleep(Duration::from_millis(10));
    }
}
