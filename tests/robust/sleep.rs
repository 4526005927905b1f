//! A laptop that sleeps in the middle: what was open is kept, and left out of the latencies.

use std::process::Stdio;
use std::time::Duration;

use narani::domain::ProviderName;
use rustix::process::{Pid, Signal, kill_process};

use crate::lab::Lab;
use crate::world::{Left, Questions, Simulator, program};

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
    // In the middle, however long a busy machine takes to get there.
    let began = std::time::Instant::now();
    while lab.home.path().join("results").read_dir().map_or(0, Iterator::count) == 0
        || Left::of(&lab.last_run()).is_none_or(|left| left.outcomes.len() < 8)
    {
        assert!(began.elapsed() < Duration::from_secs(30), "the run never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    kill_process(id, Signal::STOP).unwrap();
    std::thread::sleep(Duration::from_millis(4500));
    kill_process(id, Signal::CONT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
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
    assert!((1..=16).contains(&slept), "{slept} calls were open when it slept");
    let shown = lab.run(&["export", "last", "jsonl"]);
    for line in shown.out.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let latency = line["latency_ms"].as_f64();
        assert!(latency.is_none_or(|ms| ms < 3500.0), "{line}");
    }
    drop(simulator);
}
