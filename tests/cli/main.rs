//! The program as people meet it: what it prints, what it leaves behind, how it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod comparing;
mod documents;
mod flags;
mod imported;
mod lab;
mod planning;

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
fn a_complete_run_has_nothing_to_resume() {
    let lab = small();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    let ended = lab.run(&["run", "--resume", "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.err.contains("complete"), "{}", ended.err);
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
fn a_run_that_is_open_elsewhere_is_refused() {
    let lab = small();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    let lock = std::fs::File::options()
        .write(true)
        .open(lab.last_run().join("lock"))
        .unwrap();
    lock.lock().unwrap();
    let ended = lab.run(&["score", "last"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended.err.contains("being worked on by another process"),
        "{}",
        ended.err
    );
    assert_eq!(lab.run(&["show", "last"]).code, 0, "reading is allowed meanwhile");
}

#[test]
fn a_damaged_run_is_refused_with_a_sentence() {
    let lab = small();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    let database = lab.last_run().join("run.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[..100].fill(0x55);
    std::fs::write(&database, bytes).unwrap();
    let ended = lab.run(&["show", "last"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("damaged"), "{}", ended.err);
}

/// A run whose description was whole and whose answers were not kept `narani runs` from telling any run.
#[test]
fn a_run_with_damaged_answers_harms_nothing_beside_it() {
    let lab = small();
    for _ in 0..2 {
        assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    }
    let damaged = lab.last_run();
    let path = damaged.join("run.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    let whose = "select rootpage, page_size from sqlite_master, pragma_page_size where name = 'outcomes'";
    let (page, size): (u32, u32) = database
        .query_row(whose, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    drop(database);
    let (page, size) = (page as usize, size as usize);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[(page - 1) * size..page * size].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    let ended = lab.run(&["runs"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.out.matches("finished, SIMULATED").count(), 1, "{}", ended.out);
    let name = damaged.file_name().unwrap().to_str().unwrap();
    let told = ended.err.lines().find(|line| line.starts_with(name));
    assert!(told.is_some_and(|line| line.contains("is damaged")), "{ended:?}");

    // An export that failed had emptied the file of before.
    let before = lab.write("out.csv", "what was exported before");
    let ended = lab.run(&["export", name, "csv", "-o", "out.csv"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(std::fs::read_to_string(before).unwrap(), "what was exported before");
    assert!(!lab.home.path().join("out.csv.part").exists());
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
fn korean_is_spoken_when_asked_for() {
    let lab = small();
    let ended = lab.run_with(&["check", "suite.yaml"], &[("NARANI_LANG", "ko")]);
    assert!(ended.out.contains("이상 없음"), "{}", ended.out);
    let ended = lab.run_with(&["check", "suite.yaml"], &[("LANG", "ko_KR.UTF-8")]);
    assert!(ended.out.contains("이상 없음"), "{}", ended.out);
}

/// `NARANI_LANG=xx` stopped a run, and was passed over in silence by commands that only read; these then looked for runs in the
/// usual folder, whatever the configuration said.
#[test]
fn a_language_that_is_none_is_noted_and_stops_nothing() {
    let lab = small();
    lab.write("config.toml", format!("results = \"elsewhere\"\n{TWO_TARGETS}"));
    let note = "note: the variable `NARANI_LANG` holds `xx`, which is no language here (known here: `ko`, `en`)\n";
    let lang = [("NARANI_LANG", "xx")];
    for words in [
        &["run", "suite.yaml", "--simulate"] as &[&str],
        &["show"],
        &["check", "suite.yaml"],
    ] {
        let ended = lab.run_with(words, &lang);
        assert_eq!(ended.code, 0, "{words:?}: {}", ended.err);
        assert_eq!(ended.err.matches(note).count(), 1, "{words:?}: {}", ended.err);
        assert_eq!(ended.err.matches("NARANI_LANG").count(), 1, "{words:?}: {}", ended.err);
    }
    for words in [&["show", "--lang", "en"] as &[&str], &["show", "--quiet"]] {
        let ended = lab.run_with(words, &lang);
        assert!(!ended.err.contains("NARANI_LANG"), "{words:?}: {}", ended.err);
    }
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
fn init_in_korean_writes_korean_files_that_run() {
    let lab = Lab::new();
    let ended = lab.run(&["init", "--lang", "ko"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let config = std::fs::read_to_string(lab.home.path().join("config.toml")).unwrap();
    assert!(config.contains("누가 답하는지"), "{config}");
    let ended = lab.run(&["check", "suites/first.yaml", "--lang", "ko"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(lab.run(&["run", "suites/first.yaml", "--simulate"]).code, 0);
}

#[test]
fn mistakes_are_told_in_korean_alone() {
    let lab = small();
    lab.write(
        "config.toml",
        "lang = \"ko\"\n[targets.first]\nprovider = \"openai\"\nmodel = \"one\"\n",
    );
    lab.write(
        "wrong.yaml",
        "scorers: [includs]\nprompts:\n  - {name: p, template: '{{ topic }}'}\ncases:\n  - {question: a, expct: b}\n",
    );
    let ended = lab.run(&["check", "wrong.yaml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    for words in [
        "`includs`라는 채점기는 없습니다",
        "도움: 혹시 `includes`입니까?",
        "오류 ",
    ] {
        assert!(ended.err.contains(words), "{words}:\n{}", ended.err);
    }
    for english in ["help:", "did you mean", "there is no", "has no field", "error"] {
        assert!(!ended.err.contains(english), "`{english}` in:\n{}", ended.err);
    }
    let ended = lab.run(&["run", "suite.yaml"]);
    assert!(ended.err.contains("환경 변수 OPENAI_API_KEY"), "{}", ended.err);
    let ended = lab.run_with(&["show", "zzzz"], &[("NARANI_LANG", "en")]);
    assert!(
        ended.err.contains("no run"),
        "the environment wins over the file: {}",
        ended.err
    );
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
fn a_run_that_goes_on_is_called_running() {
    let lab = small();
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--max-calls", "1"]);
    assert_eq!(ended.code, 5, "{ended:?}");
    assert!(lab.run(&["runs"]).out.contains("stopped"));
    let lock = std::fs::File::options()
        .write(true)
        .open(lab.last_run().join("lock"))
        .unwrap();
    lock.lock().unwrap();
    let ended = lab.run(&["runs"]);
    assert!(ended.out.contains("running"), "{}", ended.out);
    let ended = lab.run(&["show", "last"]);
    assert!(
        ended.out.contains("Still running") && !ended.out.contains("--resume"),
        "{}",
        ended.out
    );
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

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};
    let lab = small();
    let cases: String = (0..200)
        .map(|n| {
            format!(
                "{{\"question\": \"What is {n} plus {n}?\", \"expect\": \"{}\"}}\n",
                2 * n
            )
        })
        .collect();
    lab.write("many.jsonl", cases);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("narani"))
        .current_dir(lab.home.path())
        .env("LANG", "en_US.UTF-8")
        .args(["run", "many.jsonl", "--simulate", "--latency-ms", "400"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // From the first line on Ctrl-C saves.
    let (mut told, mut err) = (BufReader::new(child.stderr.take().unwrap()), String::new());
    told.read_line(&mut err).unwrap();
    assert!(err.contains("start"), "{err}");
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    told.read_to_string(&mut err).unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), Some(130), "{err}");
    assert!(err.contains("narani run --resume r-"), "{err}");
    let ended = lab.run(&["run", "--resume", "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let exported = lab.run(&["export", "last", "csv", "--for", "machine"]);
    assert_eq!(exported.out.lines().count(), 1 + 400);
    assert!(!exported.out.contains(",skipped,"), "every cell was asked in the end");
}

/// A signal right after the simulator had said that it listens ended it without its counts.
#[cfg(unix)]
#[test]
fn a_simulator_that_has_just_begun_ends_in_peace() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("narani"))
        .args(["simulate", "--port", "0"])
        .env("LANG", "en_US.UTF-8")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (BufReader::new(child.stdout.take().unwrap()), String::new());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{line}{err}");
    assert!(err.contains("requests: 0"), "{line}{err}");
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

#[test]
fn a_resumed_simulation_still_knows_its_prices() {
    let lab = small();
    lab.write(
        "config.toml",
        "[targets.first]\nprovider = \"openai\"\nmodel = \"gpt-6.2-sol\"\n",
    );
    let ended = lab.run(&["run", "suite.yaml", "--simulate", "--max-calls", "1"]);
    assert_eq!(ended.code, 5, "{ended:?}");
    let ended = lab.run(&["run", "--resume", "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(!ended.out.contains('?'), "a price is unknown:\n{}", ended.out);
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
