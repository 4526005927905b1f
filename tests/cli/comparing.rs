//! Comparing runs, and what is told of one.

use super::lab::Lab;

const TARGETS: &str = "\
[targets.first]
provider = \"openai\"
model = \"gpt-6.2-sol\"

[targets.second]
provider = \"anthropic\"
model = \"two\"
local = true
";

/// Two runs of thirty questions: the first target falls, the second does not.
fn two_runs() -> Lab {
    let lab = Lab::new();
    lab.write("config.toml", TARGETS);
    let lines: String = (0..30)
        .map(|n| {
            format!(
                "{{\"id\": \"c{n}\", \"question\": \"What is {n} plus {n}?\", \"expect\": \"{}\"}}\n",
                2 * n
            )
        })
        .collect();
    lab.write("sums.jsonl", lines);
    for right in ["first=1,second=0.8", "first=0.2,second=0.8"] {
        let ended = lab.run(&[
            "run",
            "sums.jsonl",
            "--simulate",
            "--latency-ms",
            "0",
            "--no-summary",
            "--right",
            right,
        ]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    lab
}

/// Ids of the runs, the older first.
fn ids(lab: &Lab) -> (String, String) {
    let listed = lab.run(&["runs", "--format", "json"]);
    let mut ids: Vec<String> = listed
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["run_id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 2);
    let then = ids.pop().unwrap();
    (then, ids.pop().unwrap())
}

#[test]
fn a_drop_is_said_in_every_form() {
    let lab = two_runs();
    let listed = lab.run(&["runs", "--format", "json"]);
    // Runs of one second are listed by their random letters.
    let mut by_rate: Vec<(String, u64)> = Vec::new();
    let (a, b) = ids(&lab);
    for id in [a, b] {
        let shown: serde_json::Value = serde_json::from_str(&lab.run(&["show", &id, "--format", "json"]).out).unwrap();
        by_rate.push((id, shown["columns"][0]["counts"]["passed"].as_u64().unwrap()));
    }
    by_rate.sort_by_key(|(_, passed)| *passed);
    let [(now, _), (then, _)] = by_rate.as_slice() else {
        panic!("{listed:?}")
    };
    let ended = lab.run(&["compare", then, now]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("first passes fewer"), "{}", ended.out);
    let ended = lab.run(&["compare", then, now, "--format", "jsonl"]);
    assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
    let line: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(line["columns"][0]["pass"]["shown"], true);
    for format in ["csv", "markdown", "json"] {
        let ended = lab.run(&["compare", then, now, "--format", format]);
        assert!(ended.code == 0 && ended.out.contains("SIMULATED"), "{ended:?}");
    }
}

/// Unknown and reversed names in --map were taken without a word.
#[test]
fn names_in_map_are_looked_at() {
    let lab = two_runs();
    let (then, now) = ids(&lab);
    for (map, words) in [
        ("frist=second", "has no target or column `frist`"),
        ("first=secnod", "did you mean `second`?"),
        ("first", "names no pair"),
    ] {
        let ended = lab.run(&["compare", &then, &now, "--map", map]);
        assert_eq!(ended.code, 2, "{map}: {ended:?}");
        assert!(ended.err.contains(words), "{map}: {}", ended.err);
    }
    let ended = lab.run(&["compare", &then, &now, "--map", "first=second", "--map", "first=first"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    let ended = lab.run(&["compare", &then, &now, "--map", "first=second", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let columns = &json["comparisons"][0]["columns"];
    assert_eq!(
        (&columns[0]["column"], &columns[0]["base_column"]),
        (&"second".into(), &"first".into()),
        "{json}"
    );
}

/// `| head` ended in exit code 3 and a complaint.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let lab = two_runs();
    for words in [
        "export last csv",
        "export last jsonl",
        "show last --format csv",
        "show last --answers",
        "runs",
        "scorers",
        "schema suite",
        "compute --list",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(assert_cmd::cargo::cargo_bin("narani"))
            .current_dir(lab.home.path())
            .env_remove("CI")
            .env("LANG", "en_US.UTF-8")
            .args(words.split(' '))
            .stdin(Stdio::null())
            .stdout(writer)
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(141), "{words}: {err}");
        assert_eq!(err, "", "{words}");
    }
}

#[test]
fn pairs_come_in_other_forms() {
    let lab = two_runs();
    let csv = lab.run(&["show", "last", "--pairs", "--format", "csv"]);
    assert!(
        csv.code == 0 && csv.out.starts_with("run_id,suite,first,second,"),
        "{csv:?}"
    );
    assert_eq!(csv.out.lines().count(), 2, "{}", csv.out);
    let lines = lab.run(&["show", "last", "--pairs", "--format", "jsonl"]);
    assert!(lines.out.contains("\"notice\""), "{}", lines.out);
}

/// The run went on without its cap.
#[test]
fn a_resumed_run_keeps_its_cap_and_says_why_it_stops() {
    let lab = two_runs();
    let words = "run sums.jsonl --simulate --latency-ms 0 --max-cost 0.000001USD --format json";
    let ended = lab.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(ended.code, 5, "{ended:?}");
    assert!(
        ended.err.contains("first: its next call is expected to cost about"),
        "{}",
        ended.err
    );
    let run: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let capped = run["run_id"].as_str().unwrap().to_owned();
    let ended = lab.run(&["run", "--resume", &capped]);
    assert_eq!(ended.code, 5, "{ended:?}");
    let ended = lab.run(&["run", "--resume", &capped, "--max-cost", "1USD"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_name_in_right_that_stands_for_nobody_is_refused() {
    let lab = two_runs();
    let ended = lab.run(&["run", "sums.jsonl", "--simulate", "--right", "frist=0.5"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("did you mean `first`?"), "{}", ended.err);
}

/// Imported answers without times were of 1970 and took 0 ms.
#[test]
fn imported_answers_without_times_have_none() {
    let lab = Lab::new();
    lab.write("a.csv", "id,say,right\na,yes,1\nb,no,0\n");
    let words = "import a.csv --suite s --case id --answer m=say --pass m=right";
    let ended = lab.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(ended.code, 0, "{ended:?}");
    for words in [
        "export last csv",
        "export last jsonl",
        "show last --case a",
        "show last --answers",
    ] {
        let told = lab.run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(told.code, 0, "{told:?}");
        assert!(
            !told.out.contains("1970") && !told.out.contains("0ms"),
            "{words}: {}",
            told.out
        );
        assert!(
            !told.out.contains("· ·") && !told.out.contains("\"started_us\":0"),
            "{words}: {}",
            told.out
        );
    }
}

/// A table of heads and nothing below them was all that was said.
#[test]
fn one_column_without_answers_to_compare_has_no_agreement() {
    let lab = two_runs();
    lab.write("open.csv", "question\nyes or no?\nno or yes?\n");
    let run = [
        "run",
        "open.csv",
        "--simulate",
        "--latency-ms",
        "0",
        "--targets",
        "first",
    ];
    assert_eq!(lab.run(&run).code, 0);
    let ended = lab.run(&["show", "last", "--agreement"]);
    assert!(
        ended.code == 0 && ended.out.is_empty() && ended.err.contains("nothing to agree with: one column"),
        "{ended:?}"
    );
}
