//! Everything that goes wrong on a network at once: every cell is measured in the end, or marked with what really
//! happened to it, and no broken answer is ever taken for an answer.

use std::collections::{BTreeMap, BTreeSet};

use narani::domain::ProviderName;

use crate::lab::Lab;
use crate::world::{Left, Logged, Questions, Simulator, program};

const CASES: usize = 60;

#[test]
fn faults_of_every_kind_at_once_measure_nothing_wrong() {
    let lab = Lab::new();
    let questions = Questions::new("faults", CASES);
    lab.write("suite.jsonl", questions.suite());
    let answers = lab.write("answers.jsonl", questions.answers());
    let simulator = Simulator::start(
        &lab,
        &[
            "--latency-ms",
            "10",
            "--seed",
            "11",
            "--answers",
            answers.to_str().unwrap(),
            "--fail",
            "500:0.10,429:0.10,cut:0.10,garbage:0.03,hang:0.02,reset:0.03",
        ],
    );
    // Half of the targets stream, so that whole bodies are cut as well as streams.
    let (whole, streamed) = ProviderName::ALL.split_at(3);
    let mut config = simulator.targets(whole, "timeout_s = 3\nstream = false\nlimits = { in_flight = 16 }");
    config += &simulator.targets(streamed, "timeout_s = 3\nlimits = { in_flight = 16 }");
    lab.write("config.toml", config);
    let output = program(&lab, &["run", "suite.jsonl", "--no-cache", "--quiet"])
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert!(
        matches!(code, 0 | 3),
        "{code}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let left = Left::of(&lab.last_run()).unwrap();
    let log = simulator.stop();
    let order: Vec<ProviderName> = config_order();
    assert_eq!(left.outcomes.len(), CASES * order.len(), "every cell has its outcome");
    let done_to = what_was_done(&log, &questions, &order);
    let (mut measured, mut marked) = (0, BTreeMap::<String, usize>::new());
    for (cell, stored) in &left.outcomes {
        let case = usize::try_from(*cell).unwrap() / order.len();
        let (id, _, answer) = &questions.all[case];
        if stored.status == "answered" {
            assert_eq!(
                stored.answer.as_ref(),
                Some(answer),
                "{id}: a broken answer was measured"
            );
            measured += 1;
            continue;
        }
        assert_eq!(stored.status, "failed", "{id}: {stored:?}");
        let kind = stored.kind.clone().unwrap();
        let seen: BTreeSet<&str> = done_to[cell].iter().map(|verdict| kind_of(verdict)).collect();
        assert!(
            seen.contains(kind.as_str()) && done_to[cell].len() >= 5,
            "{id} is marked `{kind}`, but the simulator did {:?}",
            done_to[cell]
        );
        *marked.entry(kind).or_default() += 1;
    }
    assert!(
        measured * 100 >= left.outcomes.len() * 97,
        "{measured} measured, {marked:?}"
    );
    let mut verdicts = BTreeMap::<&str, usize>::new();
    for entry in &log {
        *verdicts.entry(entry.verdict.as_str()).or_default() += 1;
    }
    for fault in ["500", "429", "cut", "garbage", "hang", "reset"] {
        assert!(verdicts.contains_key(fault), "`{fault}` never happened: {verdicts:?}");
    }
    say(&format!(
        "{measured} of {} measured, marked {marked:?}; the simulator did {verdicts:?}",
        left.outcomes.len()
    ));
}

/// Targets stand in a run in the order of the configuration.
fn config_order() -> Vec<ProviderName> {
    ProviderName::ALL.to_vec()
}

/// What the simulator did to each cell, in order.
fn what_was_done(log: &[Logged], questions: &Questions, order: &[ProviderName]) -> BTreeMap<i64, Vec<String>> {
    let by_key = questions.by_key();
    let mut done: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for entry in log {
        let Some(case) = by_key.get(&entry.question) else {
            continue;
        };
        let target = order
            .iter()
            .position(|provider| entry.model == format!("model-{}", provider.word()))
            .unwrap();
        let cell = i64::try_from(case * order.len() + target).unwrap();
        done.entry(cell).or_default().push(entry.verdict.clone());
    }
    done
}

/// The kinds of error that a failure on purpose may rightly be told as.
fn kind_of(verdict: &str) -> &str {
    match verdict {
        "500" => "server",
        "429" => "rate_limit",
        "cut" => "truncated",
        "hang" => "timeout",
        "garbage" | "reset" => "network",
        other => other,
    }
}

#[expect(clippy::print_stdout, reason = "figures for who runs it")]
fn say(text: &str) {
    println!("{text}");
}
