//! Gates, baselines, comparisons, recordings and imports as people and CI services meet them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod again;
#[path = "../cli/lab.rs"]
mod lab;
mod mistakes;
mod published;
mod setup;
mod workflows;

use serde_json::Value;
use setup::{lab, plain, run, run_only, suite, without_times};

#[test]
fn from_no_baseline_to_a_failing_gate() {
    let lab = lab();
    run(&lab, "good.jsonl");
    let none = lab.run(&["gate", "last"]);
    assert_eq!(none.code, 4, "{none:?}");
    assert!(
        none.out.contains("NO BASELINE") && none.out.contains("with .pending after its name"),
        "{}",
        none.out
    );
    assert!(none.out.contains("SIMULATED"), "{}", none.out);
    let folder = lab.home.path().join("results/baselines/상담");
    assert!(folder.join("second.jsonl.pending").is_file());

    let accepted = lab.run(&["baseline", "accept", "last"]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    assert!(
        !folder.join("second.jsonl.pending").exists(),
        "the proposal was decided on"
    );
    let bytes = std::fs::read(folder.join("second.jsonl")).unwrap();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    let again = std::fs::read(folder.join("second.jsonl")).unwrap();
    assert!(
        without_times(&again) == without_times(&bytes),
        "accepting the same results again gives the same bytes"
    );
    let passed = lab.run(&["gate", "last"]);
    assert_eq!(passed.code, 0, "{passed:?}");
    assert!(passed.out.contains("PASS  2 of 2 checks"), "{}", passed.out);

    run(&lab, "bad.jsonl");
    lab.write(
        "rules.toml",
        "[gate]\n[[gate.check]]\nkind = \"regression\"\n[[gate.check]]\nkind = \"must_pass\"\ntag = \"critical\"\n",
    );
    let failed = lab.run(&[
        "gate",
        "last",
        "--rules",
        "rules.toml",
        "--json",
        "gate.json",
        "--junit",
        "gate.xml",
        "--markdown",
        "gate.md",
    ]);
    assert_eq!(failed.code, 1, "{failed:?}");
    insta::assert_snapshot!("a_failing_gate", plain(&failed.out));
    let json: Value =
        serde_json::from_str(&std::fs::read_to_string(lab.home.path().join("gate.json")).unwrap()).unwrap();
    assert_eq!(
        (json["verdict"].as_str(), json["exit"].as_u64()),
        (Some("fail"), Some(1))
    );
    assert_eq!(json["checks"][1]["newly_failing"].as_array().unwrap().len(), 15);
    let xml = std::fs::read_to_string(lab.home.path().join("gate.xml")).unwrap();
    assert!(
        xml.contains("type=\"must_pass\"") && xml.contains("known_fail"),
        "{xml}"
    );
    insta::assert_snapshot!(
        "a_failing_gate_in_markdown",
        plain(&std::fs::read_to_string(lab.home.path().join("gate.md")).unwrap())
    );
    let korean = lab.run_with(
        &["gate", "last", "--rules", "rules.toml", "--lang", "ko"],
        &[("COLUMNS", "80")],
    );
    insta::assert_snapshot!("a_failing_gate_in_korean_at_80_columns", plain(&korean.out));
}

#[test]
fn nothing_is_accepted_in_ci_and_damage_is_told() {
    let lab = lab();
    run(&lab, "good.jsonl");
    let refused = lab.run_with(&["baseline", "accept", "last"], &[("CI", "true")]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains(".pending"), "{}", refused.err);
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    let path = lab.home.path().join("results/baselines/상담/first.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let blended = [&lines[..5], &lines[6..]].concat().join("\n") + "\n";
    for (damaged, told) in [
        (blended, "its sum does not fit"),
        (whole.replace(lines[3], "<<<<<<< HEAD"), "unfinished merge"),
        (lines[..9].join("\n"), "ends before its sum"),
        ("PNG".to_owned(), "line 1"),
        (String::new(), "ends before its sum"),
    ] {
        std::fs::write(&path, &damaged).unwrap();
        let ended = lab.run(&["gate", "last"]);
        assert_eq!(ended.code, 4, "{told}: {ended:?}");
        let (back, anew) = (ended.out.find("git checkout"), ended.out.find("regenerate it"));
        assert!(
            ended.out.contains(told) && back.is_some() && back < anew,
            "{told}: {}",
            ended.out
        );
    }
    assert_eq!(lab.run(&["baseline", "init"]).code, 0);
    let attributes = lab.home.path().join("results/baselines/.gitattributes");
    let once = std::fs::read_to_string(&attributes).unwrap();
    assert!(once.contains("*.jsonl -merge"));
    assert_eq!(lab.run(&["baseline", "init"]).code, 0);
    assert_eq!(std::fs::read_to_string(&attributes).unwrap(), once, "twice is once");
}

#[test]
fn rules_with_mistakes_are_told_with_place_and_remedy() {
    let lab = lab();
    run(&lab, "good.jsonl");
    for (rules, told) in [
        ("[gate]\ncoverage_mim = 0.9\n", vec!["rules.toml:2", "coverage_min"]),
        ("[gate]\nmargin_pp = 2\n", vec!["margin_pp"]),
        (
            "[[gate.check]]\nkind = \"regresion\"\n",
            vec!["did you mean `regression`"],
        ),
        (
            "[[gate.check]]\nkind = \"must_pass\"\nmargin_pp = 2\ntag = \"critical\"\n",
            vec!["margin_pp"],
        ),
        ("[[gate.check]]\nkind = \"must_pass\"\n", vec!["lacks `tag`"]),
        (
            "[[gate.check]]\nkind = \"must_pass\"\ntag = \"crtical\"\n",
            vec!["did you mean `critical`"],
        ),
        (
            "[[gate.check]]\nkind = \"regression\"\ntargets = [\"frist\"]\n",
            vec!["did you mean `first`"],
        ),
        (
            "[[gate.check]]\nkind = \"cost\"\nmax = \"5 USD\"\n[[gate.quarantine]]\ncase = \"case-01\"\nreason = \"flaky\"\nuntil = \"2020-01-01\"\n",
            vec!["ended on 2020-01-01"],
        ),
        (
            "[[gate.quarantine]]\ncase = \"case-01\"\n",
            vec!["lacks `reason`", "lacks `until`"],
        ),
        (
            "[[gate.quarantine]]\ncase = \"case-99\"\nreason = \"x\"\nuntil = \"2999-01-01\"\n",
            vec!["no case `case-99`"],
        ),
        ("[gates]\n", vec!["no field `gates`"]),
        ("", vec!["empty"]),
    ] {
        lab.write("rules.toml", rules);
        let ended = lab.run(&["gate", "last", "--rules", "rules.toml"]);
        assert_eq!(ended.code, 2, "{rules}: {ended:?}");
        for part in told {
            assert!(ended.err.contains(part), "{rules}: {}", ended.err);
        }
    }
}

#[test]
fn github_gets_a_summary_outputs_and_at_most_ten_annotations() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    run(&lab, "bad.jsonl");
    let summary = lab.write("summary.md", "before\n");
    let output = lab.write("output.txt", "");
    let ended = lab.run_with(
        &["gate", "last", "--github", "--markdown", "gate.md"],
        &[
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ("GITHUB_OUTPUT", output.to_str().unwrap()),
            ("CI", "true"),
        ],
    );
    assert_eq!(ended.code, 1, "{ended:?}");
    let commands: Vec<&str> = ended.out.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 10, "{commands:?}");
    assert!(
        commands[0].starts_with("::error file=suite.yaml,line=") && commands[0].contains("score 1.00 → 0.00"),
        "{}",
        commands[0]
    );
    assert!(commands[9].contains("and 6 more"), "{}", commands[9]);
    assert!(!ended.out.contains("##["), "no other command");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(
        summary.starts_with("before\n<!-- narani:gate:") && summary.contains("[!CAUTION]"),
        "{summary}"
    );
    let output = std::fs::read_to_string(output).unwrap();
    assert_eq!(output, "verdict=fail\nfailed_checks=1\nreport=gate.md\n");
}

#[test]
fn too_little_measured_is_no_regression() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    let ended = lab.run(&[
        "run",
        "suite.yaml",
        "--simulate",
        "--answers",
        "good.jsonl",
        "--fail",
        "400:0.4",
        "--latency-ms",
        "1",
        "--quiet",
    ]);
    assert!(ended.code == 0 || ended.code == 3, "{ended:?}");
    let gate = lab.run(&["gate", "last"]);
    assert_eq!(gate.code, 3, "{gate:?}");
    assert!(
        gate.out.contains("INCONCLUSIVE") && gate.out.contains("This is not a regression"),
        "{}",
        gate.out
    );
    lab.write("rules.toml", "[gate]\non_inconclusive = \"warn\"\n");
    assert_eq!(lab.run(&["gate", "last", "--rules", "rules.toml"]).code, 0);
    let refused = lab.run(&["baseline", "accept", "last"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert_eq!(lab.run(&["baseline", "accept", "last", "--partial"]).code, 0);
}

#[test]
fn failing_must_pass_cases_can_be_asked_again() {
    let lab = lab();
    run(&lab, "bad.jsonl");
    lab.write(
        "rules.toml",
        "[gate]\n[[gate.check]]\nkind = \"must_pass\"\ntag = \"critical\"\n",
    );
    let ended = lab.run(&["gate", "last", "--rules", "rules.toml", "--confirm", "2"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.out.contains("case-00 was asked 2 times more and passed 0"),
        "{}",
        ended.out
    );
    let repeats = std::fs::read_dir(lab.last_run().join("confirm")).unwrap().count();
    assert_eq!(repeats, 1, "the repeats are kept inside the run");
    the_first_gate_settles_the_repeats(&lab);
}

/// What had changed in the suite was told of each target in a sentence of its own, always the same.
#[test]
fn what_holds_of_all_targets_is_told_once() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    let changed = suite().replace("question number 5?", "question no. 5?");
    lab.write("suite.yaml", changed.replace("id: case-59", "id: case-60"));
    run(&lab, "good.jsonl");
    let ended = lab.run(&["gate", "last"]);
    for note in [
        "first, second: 1 case changed since the baseline and was taken out: case-05.",
        "first, second: 1 case of the baseline is not in this run.",
        "first, second: 1 case is not in the baseline",
    ] {
        assert_eq!(ended.out.matches(note).count(), 1, "{}", ended.out);
    }
}

/// `gate --confirm` forgot the repeats before: one could ask until a case passed.
fn the_first_gate_settles_the_repeats(lab: &lab::Lab) {
    let folders = || std::fs::read_dir(lab.last_run().join("confirm")).unwrap().count();
    let gate = |times: &str| lab.run(&["gate", "last", "--rules", "rules.toml", "--confirm", times]);
    // From now on every answer would be right.
    std::fs::copy(lab.home.path().join("good.jsonl"), lab.home.path().join("bad.jsonl")).unwrap();
    for times in ["2", "1", "20"] {
        let again = gate(times);
        assert_eq!((again.code, folders()), (1, 1), "nothing is asked anew: {again:?}");
        assert!(
            again
                .out
                .contains("case-00 was asked 2 times more and passed 0 (by an earlier gate)"),
            "{}",
            again.out
        );
        let refused = again.out.replace('\n', " ");
        assert_eq!(
            refused.contains("--confirm 20 asked no more of"),
            times == "20",
            "{refused}"
        );
    }
}

#[test]
fn two_runs_are_compared_case_by_case() {
    let lab = lab();
    run(&lab, "good.jsonl");
    let first = lab.last_run();
    run(&lab, "bad.jsonl");
    let first = first.file_name().unwrap().to_str().unwrap().to_owned();
    let ended = lab.run_with(&["compare", &first, "last"], &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let text = plain(&ended.out);
    assert!(
        text.contains("second passes fewer") && text.contains("first: no change shown"),
        "{text}"
    );
    assert!(text.contains("second: 15 newly failing"), "{text}");
    let json = lab.run(&["compare", &first, "last", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let second = &json["comparisons"][0]["columns"][1];
    assert_eq!(
        (second["pass"]["worse"].as_u64(), second["pass"]["better"].as_u64()),
        (Some(15), Some(0))
    );
    assert_eq!(second["pass"]["shown"], true);
    assert!(!second["newly_failing"][0]["why"].as_str().unwrap().is_empty());
    let csv = lab.run(&["compare", &first, "last", "--format", "csv"]);
    assert_eq!(
        csv.out.lines().filter(|line| line.contains("newly_failing")).count(),
        15
    );
    assert_eq!(lab.run(&["compare", &first, "last", "--format", "markdown"]).code, 0);
    let same = lab.run(&["compare", "last", "last"]);
    assert_eq!(same.code, 2, "{same:?}");

    // Another version of the suite: two cases changed, one is new.
    let changed = suite()
        .replace("expect: right3.", "expect: left3.")
        .replace("id: case-05", "id: case-5b");
    lab.write("suite.yaml", changed);
    run(&lab, "good.jsonl");
    let ended = lab.run(&["compare", &first, "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.out.contains("compared are the 58 cases that did not change"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("case-03") && ended.out.contains("Only in the first run: 1"),
        "{}",
        ended.out
    );
    lab.write(
        "other.yaml",
        "name: other\nscorers: [includes]\ncases:\n  - {id: x, question: q, expect: a}\n",
    );
    assert_eq!(
        lab.run(&["run", "other.yaml", "--simulate", "--latency-ms", "1", "--quiet"])
            .code,
        0
    );
    let none = lab.run(&["compare", &first, "last"]);
    assert_eq!(none.code, 3, "{none:?}");
    assert!(none.out.contains("share no unchanged case"), "{}", none.out);
}

#[test]
fn recordings_answer_without_any_connection() {
    let lab = lab();
    let recorded = lab.run(&[
        "run",
        "suite.yaml",
        "--simulate",
        "--answers",
        "bad.jsonl",
        "--latency-ms",
        "1",
        "--quiet",
        "--record",
        "recordings",
    ]);
    assert_eq!(recorded.code, 0, "{recorded:?}");
    let file = lab.home.path().join("recordings/상담/second.jsonl");
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes).lines().count(), 61);
    let again = lab.run(&[
        "run",
        "suite.yaml",
        "--simulate",
        "--answers",
        "bad.jsonl",
        "--latency-ms",
        "3",
        "--quiet",
        "--record",
        "recordings",
    ]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(
        std::fs::read(&file).unwrap() == bytes,
        "unchanged answers change no byte"
    );

    // No simulator, no key, and proxies that lead nowhere.
    let replayed = lab.run_with(
        &["run", "suite.yaml", "--replay", "recordings", "--format", "json"],
        &[
            ("HTTPS_PROXY", "http://127.0.0.1:9"),
            ("HTTP_PROXY", "http://127.0.0.1:9"),
        ],
    );
    assert_eq!(replayed.code, 0, "{replayed:?}");
    let summary: Value = serde_json::from_str(&replayed.out).unwrap();
    assert_eq!(summary["counts"]["measured"], 120);
    assert_eq!(summary["columns"][1]["counts"]["passed"], 44);
    assert_eq!(summary["simulated"], true, "recorded from the simulator");
    assert_eq!(summary["counts"]["calls"], 0);

    // A changed question was never recorded.
    lab.write(
        "suite.yaml",
        suite().replace("question number 4?", "question number four?"),
    );
    let partly = lab.run(&["run", "suite.yaml", "--replay", "recordings"]);
    assert_eq!(partly.code, 0, "{partly:?}");
    assert!(
        partly.out.contains("no recording") && partly.out.contains("118"),
        "{}",
        partly.out
    );
    let resumed = lab.run(&["run", "--resume", "last"]);
    assert_eq!(resumed.code, 2, "{resumed:?}");
    assert!(resumed.err.contains("recordings"), "{}", resumed.err);
    let nothing = lab.run(&["run", "suite.yaml", "--replay", "elsewhere"]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
    assert!(nothing.err.contains("--record"), "{}", nothing.err);
}

/// Leaving out the target that fell, or its recordings, passed the gate.
#[test]
fn a_target_that_stays_away_does_not_pass() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    run_only(&lab, &["--targets", "first"]);
    let ended = lab.run(&["gate", "last"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(
        ended.out.contains("second") && ended.out.contains("has a baseline, is not in the run"),
        "{}",
        ended.out
    );
    // Whoever names the targets of a check has said whom it is about.
    lab.write(
        "one.toml",
        "[gate]\n[[gate.check]]\nkind = \"regression\"\ntargets = [\"first\"]\n",
    );
    let named = lab.run(&["gate", "last", "--rules", "one.toml"]);
    assert_eq!(named.code, 0, "{named:?}");
}

/// A suite cut to a tenth passed the gate, and accepting it dropped the other cases of the baseline.
#[test]
fn cases_that_were_taken_out_do_not_pass_and_are_not_dropped_unasked() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    let file = lab.home.path().join("results/baselines/상담/first.jsonl");
    let before = std::fs::read(&file).unwrap();
    run_only(&lab, &["--filter", "tag=critical"]);
    let ended = lab.run(&["gate", "last"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.out.contains("54 are not in this run"), "{}", ended.out);
    let accepted = lab.run(&["baseline", "accept", "last"]);
    assert_eq!(accepted.code, 3, "{accepted:?}");
    assert!(accepted.err.contains("lacks 54 of 60 cases"), "{}", accepted.err);
    assert_eq!(std::fs::read(&file).unwrap(), before, "nothing was dropped");
    assert_eq!(lab.run(&["baseline", "accept", "last", "--partial"]).code, 0);
    assert_ne!(std::fs::read(&file).unwrap(), before);
}
