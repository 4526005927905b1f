//! Published results from recorded answers and verdicts: what the program says of them is what the reference libraries say.
//!
//! The data are other people's and not part of this repository; the test reads them where they are.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::lab::Lab;

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/datasets");
    if folder.join("expected.json").is_file() {
        return Some(folder);
    }
    assert!(
        std::env::var("NARANI_REQUIRE").as_deref() != Ok("all"),
        "the folder of datasets is missing: {}",
        folder.display()
    );
    println!("SKIPPED: no folder {}", folder.display());
    None
}

fn expected(folder: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap()
}

fn near(got: &Value, wanted: &Value, slack: f64, what: &str) {
    let (got, wanted) = (got.as_f64(), wanted.as_f64());
    match (got, wanted) {
        (Some(got), Some(wanted)) => assert!((got - wanted).abs() <= slack, "{what}: {got} is not {wanted}"),
        _ => panic!("{what}: {got:?} is not {wanted:?}"),
    }
}

/// Imports and gives the summary as JSON.
fn imported(lab: &Lab, file: &Path, words: &[&str]) -> Value {
    let mut all = vec!["import", file.to_str().unwrap()];
    all.extend(words);
    let ended = lab.run(&all);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("imported from"), "{}", ended.out);
    let shown = lab.run(&["show", "last", "--format", "json"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    serde_json::from_str(&shown.out).unwrap()
}

fn column<'v>(summary: &'v Value, label: &str) -> &'v Value {
    let columns = summary["columns"].as_array().unwrap();
    columns
        .iter()
        .find(|column| column["column"] == label)
        .unwrap_or_else(|| panic!("no column {label}"))
}

/// The pair of two columns, and whether it stands the other way round.
fn pair<'v>(summary: &'v Value, candidate: &str, baseline: &str) -> (&'v Value, f64) {
    let pairs = summary["pairs"].as_array().unwrap();
    pairs
        .iter()
        .find_map(|pair| match (pair["first"].as_str(), pair["second"].as_str()) {
            (Some(first), Some(second)) if first == candidate && second == baseline => Some((&pair["pass"], 1.0)),
            (Some(first), Some(second)) if first == baseline && second == candidate => Some((&pair["pass"], -1.0)),
            _ => None,
        })
        .unwrap_or_else(|| panic!("no pair {candidate}, {baseline}"))
}

#[test]
fn grade_school_maths() {
    let Some(folder) = shared() else { return };
    let expected = &expected(&folder)["gsm8k_200"];
    let lab = Lab::new();
    let mut words = vec!["--suite", "gsm8k", "--case", "id"];
    let names: Vec<&String> = expected["accuracy"].as_object().unwrap().keys().collect();
    let fields: Vec<String> = names
        .iter()
        .flat_map(|name| {
            [
                "--answer".to_owned(),
                format!("{name}={name}.solution"),
                "--pass".to_owned(),
                format!("{name}={name}.is_correct"),
            ]
        })
        .collect();
    words.extend(fields.iter().map(String::as_str));
    let summary = imported(&lab, &folder.join("gsm8k_200_recorded.jsonl"), &words);
    for (name, wanted) in expected["accuracy"].as_object().unwrap() {
        let column = column(&summary, name);
        near(&column["pass"]["value"], &wanted["mean"], 1e-9, name);
        near(&column["pass"]["standard_error_of_mean"], &wanted["se"], 1e-9, name);
        assert_eq!(column["pass"]["cases"], wanted["n"]);
    }
    for (names, wanted) in expected["paired"].as_object().unwrap() {
        let (candidate, baseline) = names.split_once(" minus ").unwrap();
        let (found, sign) = pair(&summary, candidate, baseline);
        near(
            &Value::from(sign * found["difference"].as_f64().unwrap()),
            &wanted["mean"],
            1e-9,
            names,
        );
        near(&found["standard_error"], &wanted["se"], 1e-9, names);
        let (better, worse) = if sign > 0.0 {
            ("better", "worse")
        } else {
            ("worse", "better")
        };
        assert_eq!(found[better], wanted["only_candidate_right"], "{names}");
        assert_eq!(found[worse], wanted["only_baseline_right"], "{names}");
    }
}

#[test]
fn big_bench_hard_with_tasks_as_clusters() {
    let Some(folder) = shared() else { return };
    let expected = &expected(&folder)["bbh_60"];
    let file = folder.join("bbh_60.jsonl");
    let plain = [
        "--suite",
        "bbh",
        "--case",
        "task,i",
        "--expect",
        "target",
        "--answer",
        "m/direct=direct",
        "--pass",
        "m/direct=direct_correct",
        "--answer",
        "m/cot=cot",
        "--pass",
        "m/cot=cot_correct",
    ];
    let lab = Lab::new();
    let summary = imported(&lab, &file, &plain);
    for name in ["direct", "cot"] {
        let column = column(&summary, &format!("m/{name}"));
        near(&column["pass"]["value"], &expected[name]["mean"], 1e-9, name);
        near(
            &column["pass"]["standard_error_of_mean"],
            &expected[name]["se"],
            1e-9,
            name,
        );
    }
    let (found, sign) = pair(&summary, "m/cot", "m/direct");
    near(
        &Value::from(sign * found["difference"].as_f64().unwrap()),
        &expected["paired"]["mean"],
        1e-9,
        "paired",
    );
    near(&found["standard_error"], &expected["paired"]["se"], 1e-9, "paired");
    let clustered = imported(&lab, &file, &[&plain[..], &["--group", "task"]].concat());
    let (found, _) = pair(&clustered, "m/cot", "m/direct");
    near(
        &found["standard_error"],
        &expected["paired_se_clustered_by_task"],
        1e-9,
        "clustered",
    );
    assert_eq!(found["clusters"], 3);
}

/// A row of the agreement of a run.
fn agreement<'v>(rows: &'v Value, first: &str, second: &str) -> &'v Value {
    rows["agreement"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| {
            let names = (row["first"].as_str().unwrap(), row["second"].as_str().unwrap());
            names == (first, second) || names == (second, first)
        })
        .unwrap_or_else(|| panic!("no row {first}, {second}: {rows}"))
}

fn agreements(lab: &Lab) -> Value {
    let shown = lab.run(&["show", "last", "--agreement", "--format", "json"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    serde_json::from_str(&shown.out).unwrap()
}

#[test]
fn judges_in_both_orders() {
    let Some(folder) = shared() else { return };
    let expected = &expected(&folder)["llmbar_natural"];
    let lab = Lab::new();
    let judges: Vec<&String> = expected.as_object().unwrap().keys().collect();
    let mut words = vec![
        "--suite".to_owned(),
        "llmbar".to_owned(),
        "--expect".to_owned(),
        "label".to_owned(),
    ];
    for judge in &judges {
        for order in ["order_1", "order_2"] {
            words.push("--answer".to_owned());
            words.push(format!("{judge}/{order}={judge}.{order}"));
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let summary = imported(&lab, &folder.join("llmbar_natural_verdicts.json"), &words);
    let rows = agreements(&lab);
    for judge in judges {
        let wanted = &expected[judge.as_str()];
        for order in ["order_1", "order_2"] {
            let column = column(&summary, &format!("{judge}/{order}"));
            assert_eq!(
                column["counts"]["passed"],
                wanted[format!("correct_{order}")],
                "{judge} {order}"
            );
        }
        let (one, two) = (format!("{judge}/order_1"), format!("{judge}/order_2"));
        let orders = agreement(&rows, &one, &two);
        assert_eq!(orders["alike"], wanted["positional_agreement"], "{judge}");
        near(&orders["kappa"], &wanted["kappa_orders"], 1e-9, judge);
        assert_eq!(orders["both_right"], wanted["correct_both"], "{judge}");
        near(
            &agreement(&rows, &one, "reference")["kappa"],
            &wanted["kappa_order_1_vs_human"],
            1e-9,
            judge,
        );
    }
}

#[test]
fn people_and_judges_who_label() {
    let Some(folder) = shared() else { return };
    let expected = &expected(&folder)["pandalm_200"];
    let lab = Lab::new();
    let summary = imported(
        &lab,
        &folder.join("pandalm_labels_200.csv"),
        &[
            "--suite",
            "pandalm",
            "--case",
            "idx",
            "--expect-majority",
            "annotator1,annotator2,annotator3",
            "--answer",
            "annotator1=annotator1",
            "--answer",
            "annotator2=annotator2",
            "--answer",
            "annotator3=annotator3",
            "--answer",
            "pandalm7b=pandalm7b",
        ],
    );
    let rows = agreements(&lab);
    for (one, two) in [(1, 2), (1, 3), (2, 3)] {
        let row = agreement(&rows, &format!("annotator{one}"), &format!("annotator{two}"));
        near(&row["kappa"], &expected[format!("kappa_{one}{two}")], 1e-9, "people");
    }
    let judge = &expected["pandalm7b_vs_majority"];
    near(
        &column(&summary, "pandalm7b")["pass"]["value"],
        &judge["accuracy"],
        1e-9,
        "accuracy",
    );
    near(
        &agreement(&rows, "pandalm7b", "reference")["kappa"],
        &judge["kappa"],
        1e-9,
        "judge",
    );
}

#[test]
fn times_of_two_services() {
    let Some(folder) = shared() else { return };
    let expected = &expected(&folder)["latency"];
    let lab = Lab::new();
    let summary = imported(
        &lab,
        &folder.join("latency_two_endpoints.csv"),
        &[
            "--suite",
            "latency",
            "--case",
            "request",
            "--target",
            "endpoint",
            "--error",
            "error_code",
            "--latency-s",
            "end_to_end_latency_s",
            "--first-text-s",
            "ttft_s",
            "--tokens-out",
            "number_output_tokens",
            "--number",
            "inter_token_latency_s",
            "--number",
            "request_output_throughput_token_per_s",
        ],
    );
    for (name, wanted) in expected.as_object().unwrap() {
        let column = column(&summary, name);
        assert_eq!(column["counts"]["planned"], wanted["requests"]);
        assert_eq!(column["counts"]["errors"], wanted["errors"]);
        for (ours, theirs) in [("total", "end_to_end_latency_s"), ("first_text", "ttft_s")] {
            for figure in ["mean", "sd", "p25", "p50", "p75", "p90", "p95", "p99"] {
                let found = Value::from(column["latency_ms"][ours][figure].as_f64().unwrap() / 1000.0);
                // Times are kept to the microsecond.
                near(
                    &found,
                    &wanted[theirs][figure],
                    2e-6,
                    &format!("{name} {ours} {figure}"),
                );
            }
        }
        for number in ["inter_token_latency_s", "request_output_throughput_token_per_s"] {
            for figure in ["mean", "sd", "p25", "p50", "p75", "p90", "p95", "p99"] {
                let wanted = &wanted[number][figure];
                assert!(wanted.is_number(), "{number} {figure}");
                let found = &column["numbers"][number][figure];
                near(found, wanted, 1e-9, &format!("{name} {number} {figure}"));
            }
        }
        for figure in ["mean", "sd", "p50", "p99"] {
            let wanted = &wanted["number_output_tokens"][figure];
            near(
                &column["tokens_out"][figure],
                wanted,
                1e-6,
                &format!("{name} tokens {figure}"),
            );
        }
    }
}

/// The commands of a page, each with the lines of output that stand below it.
fn commands(page: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let (mut inside, mut goes_on) = (false, false);
    for line in page.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
            continue;
        }
        if !inside {
            continue;
        }
        let (text, more) = match line.strip_suffix('\\') {
            Some(text) => (text, true),
            None => (line, false),
        };
        if goes_on {
            found.last_mut().unwrap().0.push_str(text);
        } else if let Some(command) = text.strip_prefix("$ narani ") {
            found.push((command.to_owned(), Vec::new()));
        } else if !line.trim().is_empty() {
            found.last_mut().unwrap().1.push(line.trim_end().to_owned());
        }
        goes_on = more;
    }
    found
}

#[test]
fn every_command_of_the_page_prints_what_the_page_shows() {
    let Some(folder) = shared() else { return };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/published.md");
    let lab = Lab::new();
    for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), lab.home.path().join(entry.file_name())).unwrap();
        }
    }
    let commands = commands(&std::fs::read_to_string(page).unwrap());
    assert!(commands.len() >= 8, "{commands:?}");
    for (command, wanted) in commands {
        let (ours, piped) = command.split_once(" | ").unwrap_or((&command, ""));
        let ended = lab.run(&ours.split_whitespace().collect::<Vec<_>>());
        assert_eq!(ended.code, 0, "{command}: {ended:?}");
        if !piped.is_empty() {
            continue;
        }
        // Ids and times of runs differ from day to day.
        let told = |line: &&String| !line.trim().starts_with('…') && !line.contains("r-2026") && !line.ends_with("UTC");
        for line in wanted.iter().filter(told) {
            let shown = ended.out.lines().any(|shown| shown.trim_end() == line.as_str());
            assert!(shown, "{command}\nwithout the line\n{line}\nin\n{}", ended.out);
        }
    }
}
