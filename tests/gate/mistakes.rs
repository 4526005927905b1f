//! Slips of the pen, broken files and interruptions: each is told where it happened, and nothing is lost or made by it.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use super::lab::Lab;
use super::setup::{lab, plain, run, run_only};

/// A folder of baselines that was misspelt was made, with proposals in it, and the advice led to another folder.
#[test]
fn a_misspelt_baseline_makes_no_folder() {
    let lab = lab();
    run(&lab, "good.jsonl");
    let known = lab.home.path().join("baselines/support");
    let accepted = lab.run(&["baseline", "accept", "last", "--baseline", "baselines/support"]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    assert!(known.join("first.jsonl").is_file());
    for (typed, meant) in [
        ("baselines/suport", true),
        ("baselnes/support", true),
        ("elsewhere/x", false),
    ] {
        let ended = lab.run(&["gate", "last", "--baseline", typed]);
        assert_eq!(ended.code, 4, "{ended:?}");
        assert!(
            ended.out.contains(&format!("the folder {typed} does not exist")),
            "{}",
            ended.out
        );
        assert_eq!(
            ended.out.contains("did you mean baselines/support?"),
            meant,
            "{}",
            ended.out
        );
        assert!(!lab.home.path().join(typed).exists(), "{typed} was made");
    }
    // Whoever follows the advice lands in the folder that this gate looked at.
    std::fs::remove_file(known.join("second.jsonl")).unwrap();
    let ended = lab.run(&["gate", "last", "--baseline", "baselines/support"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.out.contains("--baseline baselines/support"), "{}", ended.out);
    // A name without a slash is a run's; a folder beside it is named all the same.
    let ended = lab.run(&["gate", "last", "--baseline", "baselnes"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended.err.contains("did you mean the folder baselines?"),
        "{}",
        ended.err
    );
}

/// Mistakes of rules were told in two rounds, and carets stood at `kind`.
#[test]
fn mistakes_of_rules_are_told_at_once_and_at_the_field() {
    let lab = lab();
    run(&lab, "good.jsonl");
    let rules = "\
[gate]
coverage_min = 2
[[gate.check]]
kind = \"regression\"
targets = [\"first\", \"secnd\"]
metric = \"includs\"
margin_pp = \"two\"
[[gate.check]]
kind = \"must_pass\"
tag = \"crtical\"
[[gate.check]]
kind = \"floor\"
targets = [\"frist\"]
[[gate.quarantine]]
case = \"case-01\"
reason = \"flaky\"
until = \"2020-01-01\"
";
    lab.write("rules.toml", rules);
    let ended = lab.run(&["gate", "last", "--rules", "rules.toml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    for place in [
        "rules.toml:2:16",
        "rules.toml:5:21",
        "rules.toml:6:10",
        "rules.toml:7:13",
        "rules.toml:10:7",
        "lacks `min`",
        "rules.toml:13:12",
        "rules.toml:17:9",
    ] {
        assert!(ended.err.contains(place), "{place}: {}", ended.err);
    }
    // The same rules in the configuration, which has a mistake elsewhere, too.
    let config = std::fs::read_to_string(lab.home.path().join("config.toml")).unwrap();
    lab.write("config.toml", format!("cach = true\n{config}\n{rules}"));
    let ended = lab.run(&["gate", "last"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    for part in [
        "`cach`",
        "did you mean `second`",
        "did you mean `critical`",
        "2020-01-01",
        "lacks `min`",
    ] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
}

/// Exit code 2 left the job's summary empty: whoever looked at it learned nothing.
#[test]
fn mistakes_stand_in_the_summary_of_the_job() {
    let lab = lab();
    run(&lab, "good.jsonl");
    lab.write(
        "rules.toml",
        "[gate]\n[[gate.check]]\nkind = \"must_pass\"\ntag = \"::error::x @team\"\n",
    );
    let (summary, output) = (lab.write("summary.md", ""), lab.write("output.txt", ""));
    let ended = lab.run_with(
        &["gate", "last", "--github", "--rules", "rules.toml"],
        &[
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ("GITHUB_OUTPUT", output.to_str().unwrap()),
            ("GITHUB_ACTIONS", "true"),
        ],
    );
    assert_eq!(ended.code, 2, "{ended:?}");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(
        summary.contains("nothing was judged") && summary.contains("no case of the run has the tag"),
        "{summary}"
    );
    assert!(!summary.contains("@team"), "nobody is mentioned: {summary}");
    assert_eq!(
        std::fs::read_to_string(output).unwrap(),
        "verdict=error\nfailed_checks=0\nreport=\n"
    );
    let commands: Vec<&str> = ended.out.lines().collect();
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert!(
        commands[0].starts_with("::error file=rules.toml,line=4,title=narani gate::no case"),
        "{commands:?}"
    );
}

/// A line of an answer that begins with `::` is a command to GitHub's runner.
#[test]
fn answers_give_no_commands_to_the_runner_of_a_job() {
    let lab = Lab::new();
    lab.write("config.toml", super::setup::CONFIG);
    let hostile = "fine\n::error file=a::x\n  ::add-mask::e\n##[error]y\n##vso[task.complete]z";
    lab.write(
        "suite.yaml",
        serde_json::json!({"name": "::error::suite", "scorers": ["includes"], "cases": [
            {"id": "::error::id", "question": "why?\n::error::q", "expect": "right", "tags": ["::error::tag"]},
            {"id": "two", "question": "what?", "expect": "::error::expect\n::error::again"},
        ]})
        .to_string(),
    );
    let answer = |model: &str, question: &str, text: &str| {
        serde_json::json!({"question": question, "model": model, "answer": text}).to_string()
    };
    lab.write(
        "answers.jsonl",
        [
            answer("one", "why?\n::error::q", hostile),
            answer("two", "why?\n::error::q", "right"),
            answer("one", "what?", hostile),
            answer("two", "what?", hostile),
        ]
        .join("\n"),
    );
    let words = [
        "run",
        "suite.yaml",
        "--simulate",
        "--answers",
        "answers.jsonl",
        "--latency-ms",
        "1",
    ];
    let simulated = |more: &[&'static str]| [&words[..], more].concat();
    let first = simulated(&["-v"]);
    let commands: Vec<Vec<&str>> = vec![
        first,
        simulated(&["--quiet"]),
        vec!["gate", "last", "--baseline", "last", "--list"],
        vec![
            "gate",
            "last",
            "--baseline",
            "last",
            "--markdown",
            "-",
            "--with-answers",
        ],
        vec!["gate", "last", "--baseline", "last", "--json", "-"],
        vec!["gate", "last", "--baseline", "last", "--junit", "-"],
        vec!["compare", "last", "last"],
        vec!["compare", "last", "last", "--format", "json"],
        vec!["show", "last"],
        vec!["show", "last", "--format", "markdown"],
        vec!["show", "last", "--format", "json"],
        vec!["show", "last", "--format", "jsonl"],
        vec!["show", "last", "--format", "csv"],
        vec!["show", "last", "--case", "::error::id", "--print-answers"],
        vec!["export", "last", "csv"],
        vec!["baseline", "accept", "last"],
    ];
    for words in commands {
        let ended = lab.run_with(&words, &[("GITHUB_ACTIONS", "true")]);
        let machine = ["json", "jsonl", "csv", "--json", "--junit"];
        if machine.iter().any(|form| words.contains(form)) {
            // Through a pipe in CI they were not what they are elsewhere.
            assert_eq!(ended.out, lab.run(&words).out, "{words:?}");
        }
        if words.contains(&"csv") {
            // Nothing can be done to a value in CSV, so there is a warning.
            assert!(ended.out.contains("\n::error"), "{words:?}: {}", ended.out);
            assert!(ended.err.contains("keep it out of the log"), "{words:?}: {}", ended.err);
            continue;
        }
        for line in ended.out.lines().chain(ended.err.lines()) {
            assert!(
                !line.trim_start().starts_with("::") && !line.contains("##[") && !line.contains("##vso["),
                "{words:?}: {line}"
            );
        }
        if words.contains(&"json") || words.contains(&"jsonl") {
            for value in ended.out.lines().filter(|_| words.contains(&"jsonl")) {
                serde_json::from_str::<serde_json::Value>(value).unwrap();
            }
        }
    }
}

/// Repeats that turned a failure into a pass were told nowhere.
#[test]
fn a_pass_that_rests_on_repeats_says_so() {
    let lab = lab();
    run(&lab, "good.jsonl");
    lab.write(
        "rules.toml",
        "[gate]\n[[gate.check]]\nkind = \"must_pass\"\ntag = \"critical\"\ntargets = [\"second\"]\n",
    );
    // What the repeats will be answered with: the simulator takes the answers anew.
    run(&lab, "bad.jsonl");
    let ended = lab.run(&[
        "gate",
        "last",
        "--rules",
        "rules.toml",
        "--confirm",
        "2",
        "--markdown",
        "gate.md",
    ]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.out.contains("case-00 was asked 2 times more and passed 0")
            && ended.out.contains("again cost is not known"),
        "{}",
        ended.out
    );
    let markdown = std::fs::read_to_string(lab.home.path().join("gate.md")).unwrap();
    assert!(
        markdown.contains("Asked again") && markdown.contains("was asked 2 times more"),
        "{markdown}"
    );
}

/// What nobody recorded was called `no_recording` in sentences, and in the summary of a run.
#[test]
fn reasons_are_words() {
    let lab = lab();
    run_only(&lab, &["--record", "recordings"]);
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    lab.write(
        "suite.yaml",
        super::setup::suite()
            .replace("question number 4?", "question no. 4?")
            .replace("question number 5?", "question no. 5?"),
    );
    let partly = lab.run(&["run", "suite.yaml", "--replay", "recordings"]);
    assert_eq!(partly.code, 0, "{partly:?}");
    assert!(
        partly.out.contains("no recording") && !partly.out.contains("no_recording"),
        "{}",
        partly.out
    );
    let ended = lab.run(&["gate", "last"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.out.contains("2 × no recording"), "{}", ended.out);
    let korean = lab.run(&["gate", "last", "--lang", "ko"]);
    assert!(korean.out.contains("2 × 녹음 없음"), "{}", korean.out);
}

/// Ctrl-C while `baseline review` asked lost what had been accepted.
#[cfg(unix)]
#[test]
fn what_was_accepted_survives_ctrl_c() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    run(&lab, "bad.jsonl");
    let file = lab.home.path().join("results/baselines/상담/second.jsonl");
    let before = std::fs::read_to_string(&file).unwrap();
    let narani = env!("CARGO_BIN_EXE_narani");
    let spawned = std::process::Command::new("script")
        .current_dir(lab.home.path())
        .args(["-qec", &format!("'{narani}' baseline review last"), "/dev/null"])
        .env_remove("CI")
        .env_remove("GITHUB_ACTIONS")
        .env("LANG", "en_US.UTF-8")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        assert!(
            std::env::var("NARANI_REQUIRE").as_deref() != Ok("all"),
            "the program `script` is missing, which makes a terminal"
        );
        println!("SKIPPED: no program `script` to make a terminal with");
        return;
    };
    let mut output = child.stdout.take().unwrap();
    let (said, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = output.read(&mut bytes) {
            if said.send(bytes[..n].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut keys = child.stdin.take().unwrap();
    let until = Instant::now() + Duration::from_secs(50);
    let (mut seen, mut pressed) = (String::new(), 0);
    while let Ok(bytes) = heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
        seen.push_str(&String::from_utf8_lossy(&bytes));
        let asked = seen.matches("accept?").count();
        if asked > pressed {
            pressed = asked;
            keys.write_all(if asked == 1 { b"a\n" } else { b"\x03" }).unwrap();
            keys.flush().unwrap();
        }
    }
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), Some(130), "{seen}");
    let after = std::fs::read_to_string(&file).unwrap();
    let moved = before.lines().zip(after.lines()).filter(|(was, is)| was != is);
    let cases: Vec<&str> = moved
        .map(|(_, is)| is)
        .filter(|line| line.contains("\"case\""))
        .collect();
    assert!(
        cases.len() == 1 && cases[0].contains("case-00"),
        "one case was accepted: {cases:?}: {seen}"
    );
}

/// What a check that is not decided shows, whole.
#[test]
fn an_open_gate_shows_its_figures() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    lab.write(
        "rules.toml",
        "[gate]\n[[gate.check]]\nkind = \"regression\"\nrule = \"no-drop\"\n\
         [[gate.check]]\nkind = \"floor\"\nmin = 0.95\n\
         [[gate.check]]\nkind = \"must_pass\"\ntag = \"critical\"\n",
    );
    for (name, lang) in [("an_open_gate", "en"), ("an_open_gate_in_korean", "ko")] {
        let ended = lab.run_with(
            &[
                "gate",
                "last",
                "--rules",
                "rules.toml",
                "--lang",
                lang,
                "--markdown",
                "gate.md",
            ],
            &[("COLUMNS", "80")],
        );
        assert_eq!(ended.code, 3, "{ended:?}");
        let markdown = std::fs::read_to_string(lab.home.path().join("gate.md")).unwrap();
        insta::assert_snapshot!(name, plain(&format!("{}\n{markdown}", ended.out)));
        for line in ended.out.lines() {
            assert!(narani::text::width::display_width(line) <= 80, "{line}");
        }
    }
}

/// A gate and a comparison in Korean told the reasons of scorers in English.
#[test]
fn reasons_of_scorers_are_told_in_the_language_of_the_reader() {
    let lab = lab();
    run(&lab, "good.jsonl");
    assert_eq!(lab.run(&["baseline", "accept", "last"]).code, 0);
    let first = lab.last_run();
    run(&lab, "bad.jsonl");
    let first = first.file_name().unwrap().to_str().unwrap();
    for words in [vec!["gate", "last"], vec!["compare", first, "last"]] {
        let english = lab.run(&[&words[..], &["--lang", "en"]].concat());
        assert!(english.out.contains("in the answer"), "{words:?}: {}", english.out);
        let korean = lab.run(&[&words[..], &["--lang", "ko"]].concat());
        assert!(
            korean.out.contains("없습니다") && !korean.out.contains("in the answer"),
            "{words:?}: {}",
            korean.out
        );
    }
}
