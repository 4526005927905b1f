//! Several processes at once: on one run the second is refused, in one folder both are fine.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use narani::domain::ProviderName;

use crate::lab::Lab;
use crate::world::{Left, Questions, Simulator, program};

const TARGETS: [ProviderName; 2] = [ProviderName::Anthropic, ProviderName::Clova];

fn prepared(latency: &str) -> (Lab, Questions, Simulator) {
    let lab = Lab::new();
    let questions = Questions::new("together", 60);
    lab.write("suite.jsonl", questions.suite());
    let answers = lab.write("answers.jsonl", questions.answers());
    let simulator = Simulator::start(&lab, &["--latency-ms", latency, "--answers", answers.to_str().unwrap()]);
    lab.write("config.toml", simulator.targets(&TARGETS, "limits = { in_flight = 4 }"));
    (lab, questions, simulator)
}

fn spawn(mut command: Command) -> Child {
    command
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_second_process_on_a_run_is_refused_and_the_first_goes_on() {
    let (lab, questions, simulator) = prepared("300");
    let first = spawn(program(&lab, &["run", "suite.jsonl", "--no-cache", "--quiet"]));
    let began = Instant::now();
    while lab.home.path().join("results").read_dir().map_or(0, Iterator::count) == 0
        || Left::of(&lab.last_run()).is_none_or(|left| left.outcomes.is_empty())
    {
        assert!(began.elapsed() < Duration::from_secs(30), "the run never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    // The first cannot end while the second is looked at.
    simulator.hold();
    let second = spawn(program(&lab, &["run", "--resume", "last"]))
        .wait_with_output()
        .unwrap();
    let err = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(2), "{err}");
    assert!(
        err.contains("being worked on by another process") && err.contains("wait for it"),
        "{err}"
    );
    // Reading is for everybody.
    assert_eq!(lab.run(&["show", "last"]).code, 0);
    simulator.go_on();
    let first = first.wait_with_output().unwrap();
    assert_eq!(
        first.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    let left = Left::of(&lab.last_run()).unwrap();
    assert_eq!(left.outcomes.len(), 120);
    let asked = simulator.stop();
    assert_eq!(asked.len(), 120, "nothing was asked twice");
    assert!(
        left.outcomes.values().all(|stored| stored.status == "answered"),
        "{} questions",
        questions.all.len()
    );
}

/// Also shares the cache of answers, which both write.
#[test]
fn two_runs_at_once_in_one_folder_are_both_whole() {
    let (lab, questions, simulator) = prepared("20");
    let children: Vec<Child> = (0..3)
        .map(|_| spawn(program(&lab, &["run", "suite.jsonl", "--quiet"])))
        .collect();
    for child in children {
        let ended = child.wait_with_output().unwrap();
        assert_eq!(
            ended.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&ended.stderr)
        );
    }
    let runs: Vec<_> = std::fs::read_dir(lab.home.path().join("results"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    assert_eq!(runs.len(), 3);
    for run in runs {
        let left = Left::of(&run).unwrap();
        assert_eq!(left.integrity, "ok");
        for (cell, stored) in &left.outcomes {
            let (id, _, answer) = &questions.all[usize::try_from(*cell).unwrap() / TARGETS.len()];
            assert_eq!(stored.answer.as_ref(), Some(answer), "{id}");
        }
        assert_eq!(left.outcomes.len(), 120);
    }
    drop(simulator);
}
