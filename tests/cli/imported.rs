//! Answers that were brought in from elsewhere: what is not known of them is not made up.

use super::lab::Lab;

/// `latency` passed answers whose time nobody knows, as if they had taken none.
#[test]
fn an_answer_without_a_time_is_not_fast() {
    let lab = Lab::new();
    lab.write(
        "fast.json",
        r#"{"name": "fast", "cases": [{"id": "1", "question": "q"}],
            "scorers": [{"type": "latency", "max_ms": 1}, {"type": "expression", "expression": "latency_ms < 10"}]}"#,
    );
    lab.write("answers.jsonl", "{\"id\": 1, \"m\": \"x\"}\n");
    let words = [
        "import",
        "answers.jsonl",
        "--suite",
        "fast.json",
        "--case",
        "id",
        "--answer",
        "m=m",
    ];
    assert_eq!(lab.run(&words).code, 0);
    let shown = lab.run(&["show", "last", "--format", "jsonl"]);
    assert!(shown.out.contains("\"unscored\":\"no time of its own"), "{}", shown.out);
    assert!(shown.out.contains("needs `latency_ms`, unknown"), "{}", shown.out);
}

/// Of several accepted answers the first alone was the reference: right answers counted as wrong.
#[test]
fn agreement_knows_every_accepted_answer() {
    let lab = Lab::new();
    lab.write(
        "either.json",
        r#"{"name": "either", "scorers": ["equals"], "cases": [
            {"id": "1", "question": "q", "expect": ["a", "b"]},
            {"id": "2", "question": "q", "expect": "a"},
            {"id": "3", "question": "q", "expect": ["b", "a"]}]}"#,
    );
    lab.write(
        "answers.jsonl",
        "{\"id\": 1, \"m\": \"b\", \"k\": \"a\"}\n{\"id\": 2, \"m\": \"a\", \"k\": \"a\"}\n{\"id\": 3, \"m\": \"a\", \"k\": \"b\"}\n",
    );
    let words = [
        "import",
        "answers.jsonl",
        "--suite",
        "either.json",
        "--case",
        "id",
        "--answer",
        "m=m",
    ];
    assert_eq!(lab.run(&[&words[..], &["--answer", "k=k"]].concat()).code, 0);
    let told = lab.run(&["show", "last", "--agreement"]).out;
    let row = |first: &str, other: &str| -> Vec<String> {
        let mut rows = told
            .lines()
            .map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        rows.find(|cells| cells.len() > 4 && cells[0] == first && cells[1] == other)
            .unwrap_or_else(|| panic!("{told}"))
    };
    assert_eq!(row("m", "k")[2..5], ["3", "1", "3"], "n, alike, both right: {told}");
    assert_eq!(row("m", "reference")[2..4], ["1", "1"], "{told}");
}

/// An empty answer in JSON was taken for a missing one: whoever answers nothing looked better than they are.
#[test]
fn an_empty_answer_is_an_answer() {
    let lab = Lab::new();
    let rows = "{\"id\": 1, \"g\": \"yes\", \"m\": \"yes\"}\n{\"id\": 2, \"g\": \"yes\", \"m\": \"\"}\n{\"id\": 3, \"g\": \"yes\", \"m\": null}\n";
    lab.write("answers.jsonl", rows);
    lab.write("answers.csv", "id,g,m\n1,yes,yes\n2,yes,\"\"\n3,yes,\n");
    for (file, measured) in [("answers.jsonl", "1/2"), ("answers.csv", "1/1")] {
        let words = [
            "import", file, "--suite", "e", "--case", "id", "--expect", "g", "--answer", "m=m",
        ];
        let told = lab.run(&words);
        assert!(told.code == 0 && told.out.contains(measured), "{told:?}");
    }
}
