//! The program as people meet it: what it prints, what it leaves behind, how it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod comparing;
mod documents;
mod flags;
mod imported;
mod lab;
mod language;
mod lasting;
mod planning;
mod scoring;

use lab::Lab;

const SUITE: &str = "\
name: small
scorers: [includes]
cases:
  - id: capital
    question: What is the capital of France?
    expect: Paris
    tags: [geography]
  - id: 수도
    question: 대한민국의 수도는 어디인가요?
    expect: 서울
    tags: [geography, 한국어]
";

const TWO_TARGETS: &str = "\
[targets.first]
provider = \"openai\"
model = \"one\"

[targets.second]
provider = \"gemini\"
model = \"two\"
";

fn small() -> Lab {
    let lab = Lab::new();
    lab.write("suite.yaml", SUITE);
    lab.write("config.toml", TWO_TARGETS);
    lab
}

#[test]
fn a_simulated_run_says_so_everywhere_and_leaves_a_whole_folder() {
    let lab = small();
    let ended = lab.run(&["run", "suite.yaml", "--simulate"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("SIMULATED"), "{}", ended.out);
    assert!(ended.err.contains("SIMULATED"), "{}", ended.err);
    let folder = lab.last_run();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["detail.csv", "lock", "run.db", "side-by-side.csv"],
        "no log or half-written file is left"
    );
    let detail = std::fs::read_to_string(folder.join("detail.csv")).unwrap();
    assert!(detail.starts_with('\u{feff}') && detail.contains("서울"));
    assert_eq!(detail.lines().count(), 1 + 4, "a heading and a row a cell");
}

/// Longer runs are read by two threads in turn: every page must come, once and in order.
#[test]
fn a_run_longer_than_a_page_is_read_whole_and_in_order() {
    for cases in [255, 256, 257, 512, 600] {
        let lab = small();
        let lines: String = (0..cases)
            .map(|n| {
                format!(
                    "{{\"id\": \"c{n}\", \"question\": \"{n} + 1?\", \"tags\": [\"t{}\"]}}\n",
                    n / 20
                )
            })
            .collect();
        lab.write("long.jsonl", lines);
        let ran = lab.run(&[
            "run",
            "long.jsonl",
            "--simulate",
            "--latency-ms",
            "0",
            "--targets",
            "first",
        ]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let shown = lab.run(&["show", "last", "--format", "json"]);
        let view: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
        assert_eq!(view["counts"]["planned"], cases, "{cases} cases");
        assert_eq!(view["counts"]["measured"], cases, "{cases} cases");
    }
}

#[test]
fn targets_without_a_key_are_left_out_with_a_line_unless_asked_for() {
    let lab = small();
    let ended = lab.run_with(&["run", "suite.yaml", "--dry-run"], &[("OPENAI_API_KEY", "k")]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.err.contains("second is left out: GEMINI_API_KEY"),
        "{}",
        ended.err
    );
    let ended = lab.run_with(
        &["run", "suite.yaml", "--targets", "second"],
        &[("OPENAI_API_KEY", "k")],
    );
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("GEMINI_API_KEY"), "{}", ended.err);
    let ended = lab.run(&["run", "suite.yaml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("no target can be asked"), "{}", ended.err);
}

/// Every mistake ends with exit code 2, names its place, and asks nobody.
#[test]
fn bad_suites_are_told_with_place_and_remedy() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("empty.yaml", b"", &["empty.yaml"]),
        ("binary.yaml", b"\0\x01\x02PNG", &["binary.yaml"]),
        ("latin.yaml", b"name: caf\xe9\n", &["latin.yaml", "UTF-8"]),
        ("syntax.yaml", b"cases: [", &["syntax.yaml:"]),
        (
            "field.yaml",
            b"cases:\n  - question: hi\n    expct: there\n",
            &["field.yaml:3", "did you mean `expect`"],
        ),
        (
            "scorer.yaml",
            b"scorers: [includs]\ncases:\n  - question: hi\n",
            &["scorer.yaml:1", "did you mean `includes`"],
        ),
        ("none.yaml", b"name: x\ncases: []\n", &["none.yaml"]),
        (
            "twice.yaml",
            b"cases:\n  - {id: a, question: x}\n  - {id: a, question: y}\n",
            &["twice.yaml:3", "`a`"],
        ),
        (
            "variable.yaml",
            b"prompts:\n  - {name: p, template: '{{ qestion }}'}\ncases:\n  - question: hi\n",
            &["variable.yaml:", "qestion"],
        ),
        ("header.csv", b"question,expect\n", &["header.csv"]),
        ("ragged.csv", b"question,expect\na,b,c,d\n", &["ragged.csv:2"]),
        (
            "line.jsonl",
            b"{\"question\": \"a\"}\n{\"question\": \n",
            &["line.jsonl:2"],
        ),
        ("what.docx", b"x", &["what.docx"]),
    ];
    for (name, bytes, expected) in cases {
        let lab = Lab::new();
        lab.write(name, bytes);
        let ended = lab.run(&["run", name, "--simulate"]);
        assert_eq!(ended.code, 2, "{name}: {ended:?}");
        for words in *expected {
            assert!(
                ended.err.contains(words),
                "{name} does not tell `{words}`:\n{}",
                ended.err
            );
        }
        assert!(
            !lab.home.path().join("results").exists(),
            "{name}: nothing is written for a run that never began"
        );
    }
    let lab = Lab::new();
    let ended = lab.run(&["check", "no-such.yaml"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("there is no file `no-such.yaml`"), "{}", ended.err);
}

#[test]
fn addresses_that_lead_nowhere_are_marked_outcomes() {
    let lab = Lab::new();
    lab.write("suite.yaml", SUITE);
    lab.write(
        "config.toml",
        "[targets.nobody]\nprovider = \"openai\"\naddress = \"http://127.0.0.1:9/v1\"\nmodel = \"m\"\nlocal = true\nretries = 0\n",
    );
    let ended = lab.run(&["run", "suite.yaml"]);
    assert_eq!(ended.code, 3, "nothing was measured: {ended:?}");
    assert!(ended.out.contains("network"), "{}", ended.out);
    let ended = lab.run(&["show", "last", "--case", "capital"]);
    assert!(ended.out.contains("nothing listens at"), "{}", ended.out);
}

#[test]
fn results_go_to_standard_output_alone() {
    let lab = small();
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--format", "jsonl"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let lines: Vec<serde_json::Value> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("only JSON lines"))
        .collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines
            .iter()
            .all(|line| line["simulated"] == true && line["answer"].is_string())
    );
}

#[test]
fn compute_answers_line_by_line_and_mistakes_too() {
    let lab = Lab::new();
    let mut command = lab.command(&["compute"]);
    command.write_stdin("{\"id\":1,\"function\":\"cosine\",\"input\":{\"a\":[1,0],\"b\":[1,0]}}\nnot json\n{\"id\":\"x\",\"function\":\"cosin\",\"input\":{}}\n");
    let output = command.output().unwrap();
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["result"]["cosine"], 1.0);
    assert!(lines[1]["error"].as_str().unwrap().contains("line 2"));
    assert!(lines[2]["error"].as_str().unwrap().contains("cosine"), "{}", lines[2]);
}

#[test]
fn init_writes_what_runs_and_keeps_what_is_there() {
    let lab = Lab::new();
    assert_eq!(lab.run(&["init"]).code, 0);
    lab.write("config.toml", TWO_TARGETS);
    let ended = lab.run(&["init"]);
    assert!(ended.out.contains("kept"), "{}", ended.out);
    assert_eq!(
        std::fs::read_to_string(lab.home.path().join("config.toml")).unwrap(),
        TWO_TARGETS
    );
    let ended = lab.run(&["run", "suites/first.yaml", "--simulate"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_target_that_measured_nothing_ends_the_run_with_exit_code_3() {
    let lab = Lab::new();
    lab.write("suite.yaml", SUITE);
    let simulator = "provider = \"openai\"\nmodel = \"m\"\nlocal = true\nretries = 0\n";
    lab.write(
        "config.toml",
        format!(
            "[targets.nobody]\naddress = \"http://127.0.0.1:9/v1\"\n{simulator}[targets.other]\naddress = \"http://127.0.0.1:9/v1\"\n{simulator}"
        ),
    );
    let ended = lab.run(&["run", "suite.yaml"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(
        ended.err.contains("nothing was measured of nobody, other"),
        "{}",
        ended.err
    );
}

#[test]
fn the_simulator_is_right_as_often_as_it_is_told() {
    let lab = small();
    for (right, passed) in [("1", true), ("first=0,second=1", false)] {
        let ended = lab.run(&["run", "suite.yaml", "--simulate", "--right", right, "--format", "jsonl"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        for line in ended.out.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["pass"], line["target"] == "second" || passed, "{right}: {line}");
        }
    }
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--right", "first=2"]);
    assert_eq!(ended.code, 2, "{ended:?}");
}

#[test]
fn log_lines_tell_caps_errors_and_time() {
    let lab = small();
    let words = "run suite.yaml --simulate --max-cost 5USD --allow-unpriced";
    let ended = lab.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(ended.code, 0, "{ended:?}");
    let line = |word: &str| {
        let mut lines = ended.err.lines().filter(|line| line.contains(word));
        lines.next_back().unwrap_or_default().to_owned()
    };
    assert!(line(" start ").contains("cap=$5.00"), "{}", ended.err);
    assert!(
        line(" end ").contains("errors=0") && line(" end ").contains("took="),
        "{}",
        ended.err
    );
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--log-format", "json"]);
    let first: serde_json::Value = serde_json::from_str(ended.err.lines().next().unwrap()).unwrap();
    assert_eq!((&first["cases"], &first["targets"]), (&2.into(), &2.into()), "{first}");
}

#[test]
fn a_second_dry_run_learns_from_the_first_run() {
    let lab = small();
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--dry-run"]);
    assert!(ended.out.contains("time  not known"), "{}", ended.out);
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate", "--trials", "3"]).code, 0);
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--dry-run"]);
    assert!(ended.out.contains("expected lengths from r-"), "{}", ended.out);
    assert!(ended.out.contains("time  about"), "{}", ended.out);
}

#[test]
fn a_cap_must_cover_every_currency_that_is_spent() {
    let lab = small();
    lab.write(
        "config.toml",
        "[targets.first]\nprovider = \"openai\"\nmodel = \"gpt-6.2-sol\"\n",
    );
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--max-cost", "1KRW"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("no cap covers USD"), "{}", ended.err);
}

/// One case has no interval; a cheap target that failed it was called "not clearly worse than the best".
#[test]
fn one_case_recommends_nobody_for_being_cheap() {
    let lab = Lab::new();
    lab.write(
        "config.toml",
        "[targets.gpt]\nprovider = \"openai\"\nmodel = \"gpt-6.2-sol\"\n\n[targets.llama]\nprovider = \"ollama\"\nmodel = \"llama3.2\"\n",
    );
    lab.write("suite.yaml", SUITE);
    let ended = lab.run(&[
        "run",
        "suite.yaml",
        "--simulate",
        "--filter",
        "id=capital",
        "--right",
        "gpt=1,llama=0",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("local") && ended.out.contains('$'), "{}", ended.out);
    assert!(!ended.out.contains("Cheapest"), "{}", ended.out);
}
