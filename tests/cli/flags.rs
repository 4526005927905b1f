//! Flags of `run` in pairs: what goes together does what both say, what does not is refused with a word on why.

use std::collections::BTreeSet;

use crate::lab::Lab;

const SUITE: &str = "scorers: [includes]
cases:
  - {id: a1, question: one, expect: '1', tags: [a]}
  - {id: a2, question: two, expect: '2', tags: [a]}
  - {id: a3, question: three, expect: '3', tags: [a]}
  - {id: b1, question: four, expect: '4', tags: [b], group: g}
";

const TARGETS: &str = "[targets.paid]
provider = \"openai\"
model = \"gpt-6.2-sol\"

[targets.own]
provider = \"ollama\"
model = \"llama3.2\"
local = true
";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("config.toml", TARGETS);
    lab.write("suite.yaml", SUITE);
    lab
}

/// Every answer of the last run: case, target, trial.
fn asked(lab: &Lab) -> Vec<(String, String, u64)> {
    let exported = lab.run(&["export", "last", "jsonl"]);
    assert_eq!(exported.code, 0, "{exported:?}");
    let mut asked = Vec::new();
    for line in exported.out.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["status"] == "skipped" {
            continue;
        }
        assert_eq!(line["status"], "measured", "{line}");
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        asked.push((text("case_id"), text("target"), line["trial"].as_u64().unwrap()));
    }
    asked
}

#[test]
fn choices_of_cases_targets_and_trials_multiply() {
    let lab = lab();
    for (flags, cases, targets, trials) in [
        (&["--filter", "tag=a"][..], 3, 2, 1),
        (&["--filter", "tag=a", "--sample", "2"], 2, 2, 1),
        (&["--filter", "tag=a", "--sample", "99"], 3, 2, 1),
        (&["--filter", "tag=a", "--filter", "id=a2"], 1, 2, 1),
        (&["--filter", "group=g", "--targets", "own"], 1, 1, 1),
        (&["--targets", "own", "--trials", "3"], 4, 1, 3),
        (&["--targets", "own,paid", "--trials", "2", "--sample", "1"], 1, 2, 2),
        // A name that stood twice once doubled the plan, which could then never be carried out.
        (&["--targets", "own,own"], 4, 1, 1),
    ] {
        let ended = lab.run(&[&["run", "suite.yaml", "--simulate"], flags].concat());
        assert_eq!(ended.code, 0, "{flags:?}: {ended:?}");
        let asked = asked(&lab);
        let set = |part: fn(&(String, String, u64)) -> String| asked.iter().map(part).collect::<BTreeSet<_>>().len();
        let found = (
            set(|cell| cell.0.clone()),
            set(|cell| cell.1.clone()),
            set(|cell| cell.2.to_string()),
        );
        assert_eq!(found, (cases, targets, trials), "{flags:?}");
        assert_eq!(asked.len(), cases * targets * trials, "{flags:?}");
        // More than there is was once taken without a word.
        assert_eq!(
            ended.err.contains("--sample 99"),
            flags.contains(&"99"),
            "{}",
            ended.err
        );
        assert!(
            ended.err.contains(&format!("planned={}", asked.len())),
            "{flags:?}: {}",
            ended.err
        );
    }
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_alone() {
    let lab = lab();
    let mut drawn = Vec::new();
    for seed in ["1", "1", "2", "3", "4", "5"] {
        let run = [
            "run",
            "suite.yaml",
            "--simulate",
            "--targets",
            "own",
            "--sample",
            "2",
            "--seed",
            seed,
        ];
        assert_eq!(lab.run(&run).code, 0);
        drawn.push(asked(&lab));
    }
    assert_eq!(drawn[0], drawn[1]);
    assert!(drawn[2..].iter().any(|other| *other != drawn[0]), "{drawn:?}");
}

#[test]
fn caps_stop_what_costs_and_nothing_else() {
    let lab = lab();
    let capped = |target: &str, cap: &[&str]| {
        let ended = lab.run(&[&["run", "suite.yaml", "--simulate", "--targets", target], cap].concat());
        (ended.code, asked(&lab).len(), ended.err)
    };
    let (code, answers, _) = capped("own", &["--max-cost", "0.000001USD"]);
    assert_eq!((code, answers), (0, 4), "what costs nothing goes on");
    let (code, answers, err) = capped("paid", &["--max-cost", "0.000001USD"]);
    assert_eq!((code, answers), (5, 0), "{err}");
    let (code, answers, err) = capped("paid", &["--max-calls", "3"]);
    assert_eq!((code, answers), (5, 3), "{err}");
    let ended = lab.run(&["run", "--resume", "last"]);
    assert_eq!((ended.code, asked(&lab).len()), (0, 4), "{ended:?}");
}

#[test]
fn what_contradicts_itself_is_refused_by_name() {
    let lab = lab();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    for (flags, words) in [
        (
            &["suite.yaml", "--no-cache", "--refresh"][..],
            &["--no-cache", "--refresh"][..],
        ),
        (
            &["suite.yaml", "--simulate", "--replay", "r"],
            &["--simulate", "--replay"],
        ),
        (
            &["suite.yaml", "--record", "r", "--replay", "r"],
            &["--record", "--replay"],
        ),
        (&["suite.yaml", "--resume", "last"], &["SUITE", "--resume"]),
        (&["--resume", "last", "--trials", "2"], &["--resume", "--trials"]),
        (&["--resume", "last", "--simulate"], &["--resume", "--simulate"]),
        (&["--resume", "last", "--dry-run"], &["--resume", "--dry-run"]),
        (&["suite.yaml", "--fail", "500:0.5"], &["--simulate"]),
        (&["suite.yaml", "--latency-ms", "5"], &["--simulate"]),
        (
            &["suite.yaml", "--simulate", "--trials", "0"],
            &["--trials", "1..=1000"],
        ),
        (&["suite.yaml", "--simulate", "--sample", "0"], &["--sample"]),
        (
            &["suite.yaml", "--simulate", "--targets", "owm"],
            &["`owm`", "did you mean `own`"],
        ),
        (
            &["suite.yaml", "--simulate", "--filter", "tag=zz"],
            &["no case is left", "--filter"],
        ),
        (&["suite.yaml", "--simulate", "--filter", "tga=a"], &["tga"]),
        (
            &["suite.yaml", "--simulate", "--targets", "own", "--stop-early"],
            &["only one is asked", "--targets"],
        ),
        (
            &["suite.yaml", "--simulate", "--max-cost", "-1USD"],
            &["--max-cost -1USD", "not an amount"],
        ),
        (&["suite.yaml", "--simulate", "--retry", "none"], &["--retry"]),
        (
            &["suite.yaml", "--simulate", "--max-cost", "0"],
            &["--max-cost 0", "5USD"],
        ),
        // Once told case by case, for every case there is.
        (
            &["suite.yaml", "./suite.yaml", "--simulate"],
            &["named twice", "--trials 2"],
        ),
    ] {
        let ended = lab.run(&[&["run"], flags].concat());
        assert_eq!(ended.code, 2, "{flags:?}: {ended:?}");
        for word in words {
            assert!(ended.err.contains(word), "{flags:?} lacks {word:?}:\n{}", ended.err);
        }
        assert!(ended.err.lines().count() <= 12, "{flags:?}:\n{}", ended.err);
    }
}

#[test]
fn ids_that_stand_in_two_suites_are_told_and_then_counted() {
    let lab = lab();
    let cases: String = (0..50).map(|n| format!("  - {{id: c{n}, question: q{n}}}\n")).collect();
    for file in ["first.yaml", "second.yaml"] {
        lab.write(file, format!("name: same\ncases:\n{cases}"));
    }
    let ended = lab.run(&["run", "first.yaml", "second.yaml", "--simulate"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(ended.err.matches("stands in two suites").count(), 20, "{}", ended.err);
    assert!(ended.err.contains("30 more"), "{}", ended.err);
}

/// `-o -` wrote a file of that name.
#[test]
fn a_minus_is_standard_output() {
    let lab = lab();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate", "--quiet"]).code, 0);
    for form in ["csv", "jsonl", "json", "markdown"] {
        let usual = lab.run(&["export", "last", form]);
        let minus = lab.run(&["export", "last", form, "-o", "-"]);
        assert_eq!((minus.code, &minus.out), (0, &usual.out), "{form}");
        assert!(!minus.out.is_empty(), "{form}");
    }
    assert!(!lab.home.path().join("-").exists());
}

/// Words of the database and of the lock stood in English in Korean sentences.
#[test]
fn damaged_runs_are_told_in_korean() {
    let lab = lab();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate", "--quiet"]).code, 0);
    std::fs::write(
        lab.last_run().join("run.db"),
        "no database at all, but long enough to be looked at ".repeat(99),
    )
    .unwrap();
    for words in [&["runs", "--lang", "ko"][..], &["show", "last", "--lang", "ko"]] {
        let told = lab.run(words);
        assert!(
            told.err.contains("파일이 손상되었습니다: 데이터베이스 파일이 아닙니다"),
            "{told:?}"
        );
    }
}

/// What a single case wished for was dropped in silence where its provider cannot express it.
#[test]
fn wishes_of_single_cases_are_told_before_the_run() {
    let lab = Lab::new();
    lab.write(
        "config.toml",
        "[targets.claude]\nprovider = \"anthropic\"\nmodel = \"claude-sonnet-5-5\"\n",
    );
    let suite =
        "cases:\n  - {id: a, question: one, expect: 1}\n  - {id: b, question: two, expect: 2, params: {seed: 4}}\n";
    lab.write("suite.yaml", suite);
    let told = "claude is asked without `seed`: Anthropic takes no seed";
    let dry = lab.run(&["run", "suite.yaml", "--simulate", "--dry-run"]);
    assert_eq!((dry.code, dry.err.matches(told).count()), (0, 1), "{dry:?}");
    let stopped = lab.run(&["run", "suite.yaml", "--simulate", "--max-calls", "1"]);
    assert_eq!((stopped.code, stopped.err.matches(told).count()), (5, 1), "{stopped:?}");
    assert!(stopped.err.find(told) < stopped.err.find(" start "), "{stopped:?}");
    for words in [&["run", "--resume", "last"][..], &["show", "last"]] {
        let summary = lab.run(words);
        assert_eq!(summary.code, 0, "{summary:?}");
        assert!(summary.out.contains("asked without seed"), "{summary:?}");
    }
    let other = lab.run(&["run", "suite.yaml", "--simulate", "--filter", "id=a"]);
    assert_eq!((other.code, other.err.contains("seed")), (0, false), "{other:?}");
}

/// With `latency` among the scorers only wrong answers kept a verdict when recordings answered: a rate of 0 % over them alone.
#[test]
fn recorded_answers_that_a_scorer_cannot_judge_are_in_no_rate() {
    let lab = lab();
    lab.write(
        "timed.yaml",
        "name: timed\nscorers: [number, {type: latency, max_ms: 5000}]\ncases:\n  - {id: a, question: 2 + 2?, expect: 4}\n  \
         - {id: b, question: 2 + 3?, expect: 5}\n  - {id: c, question: 2 + 4?, expect: 6}\n",
    );
    let target = ["--targets", "own"];
    let recorded = lab.run(
        &[
            &["run", "timed.yaml", "--simulate", "--right", "0", "--record", "kept"][..],
            &target,
        ]
        .concat(),
    );
    assert_eq!(recorded.code, 0, "{recorded:?}");
    let replayed = lab.run(&[&["run", "timed.yaml", "--replay", "kept"][..], &target].concat());
    assert_eq!(replayed.code, 0, "{replayed:?}");
    assert!(
        replayed.out.contains("without a verdict, in no rate: own 3 (latency:"),
        "{}",
        replayed.out
    );
    let view = lab.run(&["show", "last", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&view.out).unwrap();
    assert_eq!(view["counts"]["measured"], 3);
    assert_eq!(view["counts"]["judged"], 0);
}
