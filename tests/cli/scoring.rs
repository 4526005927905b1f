//! Scoring a run again.

use super::lab::Lab;
use super::{SUITE, TWO_TARGETS, small};

#[test]
fn scoring_again_asks_nobody_and_takes_newer_expectations() {
    let lab = small();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    lab.write(
        "newer.yaml",
        SUITE.replace("expect: Paris", "expect: zzz-no-answer-says-this"),
    );
    let ended = lab.run(&["score", "last", "--suite", "newer.yaml"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let exported = lab.run(&["export", "last", "jsonl"]);
    for line in exported
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
    {
        if line["case_id"] == "capital" {
            assert_eq!(line["pass"], false, "{line}");
            assert_eq!(line["reference"][0], "zzz-no-answer-says-this");
        }
    }
}

#[test]
fn rescoring_tells_which_cases_do_not_match() {
    let lab = small();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    lab.write(
        "newer.yaml",
        SUITE
            .replace("id: 수도", "id: 도시")
            .replace("capital of France", "capital of Italy"),
    );
    let ended = lab.run(&["score", "last", "--suite", "newer.yaml"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    for words in [
        "1 case of the run not in the suite",
        "(수도)",
        "1 case of the suite not in the run",
        "(도시)",
        "1 case with another question",
        "(capital)",
    ] {
        assert!(ended.err.contains(words), "{words}:\n{}", ended.err);
    }
    lab.write("other.yaml", "cases:\n  - {id: zzz, question: a, expect: b}\n");
    let ended = lab.run(&["score", "last", "--suite", "other.yaml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
}

#[test]
fn a_case_without_expectation_is_judged_by_its_own_scorers() {
    let lab = Lab::new();
    lab.write("config.toml", TWO_TARGETS);
    lab.write(
        "own.yaml",
        "scorers: [includes]\ncases:\n  - {question: hi, expect: hi}\n  - id: own\n    question: Say something\n    scorers: [{type: length, max: 100000}]\n",
    );
    assert_eq!(lab.run(&["run", "own.yaml", "--simulate"]).code, 0);
    let exported = lab.run(&["export", "last", "jsonl"]);
    for line in exported
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
    {
        if line["case_id"] == "own" {
            assert_eq!(line["pass"], true, "{line}");
        }
    }
}
