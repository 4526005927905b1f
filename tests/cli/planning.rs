//! Planning a run, and stopping one early.

use super::lab::Lab;

const TWO_TARGETS: &str = "\
[targets.strong]
provider = \"openai\"
model = \"one\"

[targets.weak]
provider = \"gemini\"
model = \"two\"
";

/// A suite of sums, long enough to stop in.
fn sums(cases: u32) -> Lab {
    let lab = Lab::new();
    lab.write("config.toml", TWO_TARGETS);
    let lines: String = (0..cases)
        .map(|n| {
            format!(
                "{{\"question\": \"What is {n} plus {n}?\", \"expect\": \"{}\"}}\n",
                2 * n
            )
        })
        .collect();
    lab.write("sums.jsonl", lines);
    lab
}

#[test]
fn planning_asks_nobody_and_needs_no_key() {
    let lab = sums(40);
    let ended = lab.run(&["plan", "sums.jsonl"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("40 cases · 2 targets"), "{}", ended.out);
    assert!(ended.out.contains("To find a difference of 5 points"), "{}", ended.out);
    assert!(ended.out.contains("626"), "{}", ended.out);
    let ended = lab.run(&["plan", "sums.jsonl", "--difference", "3", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(json["ways"][0]["cases"], 1742);
    let ended = lab.run(&["plan", "sums.jsonl", "--difference", "0"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    let ended = lab.run(&["plan", "sums.jsonl", "--from", "last"]);
    assert_ne!(ended.code, 0, "{ended:?}");
}

#[test]
fn planning_measures_the_noise_of_a_run() {
    let lab = sums(40);
    let run = ["run", "sums.jsonl", "--simulate", "--trials", "3", "--latency-ms", "0"];
    assert_eq!(lab.run(&run).code, 0);
    let ended = lab.run(&["plan", "sums.jsonl", "--from", "last", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    assert_eq!(json["basis"]["chance_measured"], true);
    assert_eq!(json["basis"]["pairs"][0]["cases"], 40);
}

#[test]
fn a_settled_run_stops_early_and_says_what_it_saved() {
    let lab = sums(300);
    let ended = lab.run(&[
        "run",
        "sums.jsonl",
        "--simulate",
        "--stop-early",
        "--right",
        "strong=0.95,weak=0.2",
        "--latency-ms",
        // Slow enough that a busy machine sees the pair settled long before the last case is asked.
        "100",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("Stopped early after"), "{ended:?}");
    assert!(ended.out.contains("worse"), "{}", ended.out);
    assert!(!ended.err.contains("continue with"), "{}", ended.err);
    let told = lab.run(&["export", "last", "jsonl", "-o", "out.jsonl"]);
    assert_eq!(told.code, 0, "{told:?}");
}

/// A fast target ran ahead: it was asked everything while the pair was settled at a dozen cases.
#[test]
fn no_target_runs_ahead_of_a_run_that_may_stop_early() {
    let lab = sums(300);
    let config = TWO_TARGETS.replace(
        "provider = \"openai\"",
        "provider = \"openai\"\nlimits = {in_flight = 64}",
    );
    let config = config.replace(
        "provider = \"gemini\"",
        "provider = \"gemini\"\nlimits = {in_flight = 2}",
    );
    lab.write("config.toml", config);
    // Slow enough that what a busy machine asks until it hears that the pair is settled is not taken for running ahead.
    let words = "run sums.jsonl --simulate --stop-early --right strong=1,weak=0 --latency-ms 100 --format json";
    let ended = lab.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(ended.code, 0, "{ended:?}");
    let run: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let settled = run["stop_early"]["pairs"][0]["settled_at"].as_u64().unwrap();
    let asked = run["columns"][0]["counts"]["calls"].as_u64().unwrap();
    assert!(asked <= settled + 16, "{asked} asked, settled at {settled}");
    // What was said at the end is said later, too, by every face.
    let shown = lab.run(&["show", "last"]);
    assert!(shown.out.contains("Stopped early after"), "{}", shown.out);
    assert!(!shown.out.contains("Stopped: "), "{}", shown.out);
    for format in ["markdown", "json"] {
        let told = lab.run(&["export", "last", format]);
        assert!(
            told.out.contains("Stopped early") || told.out.contains("\"stop_early\""),
            "{}",
            told.out
        );
    }
}

#[test]
fn scores_may_settle_a_run() {
    let lab = sums(300);
    let words = "run sums.jsonl --simulate --stop-early=score --right strong=1,weak=0 --latency-ms 1 --format json";
    let ended = lab.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(ended.code, 0, "{ended:?}");
    let run: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(run["stop_early"]["measure"], "score", "{run}");
    assert_eq!(run["stop_early"]["settled"], true, "{run}");
}

/// The run named with --from told its noise, but another one the lengths, and its suite was never looked at.
#[test]
fn planning_takes_lengths_from_the_run_it_names() {
    let lab = sums(40);
    lab.write(
        "config.toml",
        TWO_TARGETS.replace("model = \"one\"", "model = \"gpt-6.2-sol\""),
    );
    lab.write(
        "other.csv",
        "question,expect\nWhat is 1 plus 1?,2\nWhat is 2 plus 2?,4\n",
    );
    let run = ["run", "sums.jsonl", "--simulate", "--latency-ms", "0"];
    assert_eq!(lab.run(&run).code, 0);
    let ended = lab.run(&["plan", "sums.jsonl", "--from", "last"]);
    assert!(
        ended.out.contains("Cost by the lengths of answers in run r-"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("SIMULATED") && !ended.out.contains("another suite"),
        "{}",
        ended.out
    );
    let ended = lab.run(&["plan", "other.csv", "--from", "last"]);
    assert!(
        ended.out.contains("That run is of another suite (sums)"),
        "{}",
        ended.out
    );
}

#[test]
fn stopping_early_wants_two_targets() {
    let lab = sums(10);
    let ended = lab.run(&["run", "sums.jsonl", "--simulate", "--stop-early", "--targets", "weak"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("only one is asked"), "{}", ended.err);
}
