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
        "20",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("Stopped early after"), "{ended:?}");
    assert!(ended.out.contains("worse"), "{}", ended.out);
    assert!(!ended.err.contains("continue with"), "{}", ended.err);
    let told = lab.run(&["export", "last", "jsonl", "-o", "out.jsonl"]);
    assert_eq!(told.code, 0, "{told:?}");
}

#[test]
fn stopping_early_wants_two_targets() {
    let lab = sums(10);
    let ended = lab.run(&["run", "sums.jsonl", "--simulate", "--stop-early", "--targets", "weak"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("only one is asked"), "{}", ended.err);
}
