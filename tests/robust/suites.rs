//! Files that are no suite, and settings that cannot be: one message with place and remedy, exit code 2, nothing written.

use crate::lab::{Ended, Lab};

#[track_caller]
fn refused(lab: &Lab, ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, 2, "{ended:?}");
    for word in words {
        assert!(ended.err.contains(word), "`{word}` is not told:\n{}", ended.err);
    }
    assert!(ended.out.is_empty(), "nothing on standard output: {}", ended.out);
    assert!(ended.err.len() < 4000, "short: {} bytes", ended.err.len());
    assert!(
        !lab.home.path().join("results").exists(),
        "nothing is written for a run that never began"
    );
}

const CONFIG: &str = "[targets.one]\nprovider = \"openai\"\nmodel = \"m\"\n";

fn with(name: &str, bytes: impl AsRef<[u8]>) -> Lab {
    let lab = Lab::new();
    lab.write(name, bytes);
    lab.write("config.toml", CONFIG);
    lab
}

/// Bytes of other kinds of file, under every ending that a suite may have.
#[test]
fn other_files_under_a_suites_name() {
    let pictures: &[(&str, &[u8])] = &[
        ("a PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"),
        ("an executable", b"\x7fELF\x02\x01\x01\0\0\0\0\0"),
        ("UTF-16", b"\xff\xfeq\0u\0e\0s\0t\0i\0o\0n\0\n\0"),
        ("CP949", b"question,expect\n\xc1\xfa\xb9\xae,\xb4\xe4\n"),
        ("empty", b""),
        ("blanks", b" \n\t\n"),
        ("a mark alone", b"\xef\xbb\xbf"),
        ("zeroes", &[0; 5000]),
        ("random", b"\xd3\x8e\x99\x12\xf0\x41\x90\xaa\xfe\x00\x31\x8f"),
    ];
    for ending in ["yaml", "toml", "json", "jsonl", "csv", "tsv", "xlsx"] {
        for (what, bytes) in pictures {
            let name = format!("suite.{ending}");
            let lab = with(&name, bytes);
            let ended = lab.run(&["run", &name, "--simulate"]);
            if ended.code == 0 && *what == "CP949" {
                // A Korean spreadsheet's own encoding may be understood instead.
                continue;
            }
            if ended.code == 0 && *what == "UTF-16" {
                continue;
            }
            refused(&lab, &ended, &[&name]);
        }
    }
}

#[test]
fn a_suite_that_is_a_folder_or_not_there() {
    let lab = with("folder/suite.yaml", "cases: [{question: hi}]");
    refused(&lab, &lab.run(&["run", "folder", "--simulate"]), &["folder"]);
    refused(
        &lab,
        &lab.run(&["run", "folder/suit.yaml", "--simulate"]),
        &["there is no file", "did you mean"],
    );
}

/// A suite too large to hold is refused before memory is gone; streamed formats have their own, larger limit.
#[test]
fn a_huge_suite() {
    let lab = with("huge.yaml", "");
    let file = std::fs::File::create(lab.home.path().join("huge.yaml")).unwrap();
    // Sparse: takes no room on disk.
    file.set_len(80 << 20).unwrap();
    refused(
        &lab,
        &lab.run(&["run", "huge.yaml", "--simulate"]),
        &["huge.yaml", "64 MiB"],
    );
    let file = std::fs::File::create(lab.home.path().join("huge.xlsx")).unwrap();
    file.set_len(300 << 20).unwrap();
    refused(
        &lab,
        &lab.run(&["run", "huge.xlsx", "--simulate"]),
        &["huge.xlsx", "256 MiB"],
    );
    let mut line = String::from("{\"question\": \"");
    line.push_str(&"가".repeat(24 << 20));
    lab.write("wide.jsonl", line);
    refused(&lab, &lab.run(&["run", "wide.jsonl", "--simulate"]), &["wide.jsonl"]);
}

/// Depth, aliases and bombs must not take the stack or the memory.
#[test]
fn suites_made_to_hurt() {
    let deep = format!("cases: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{{\"question\": {}1{}}}\n", "[".repeat(50_000), "]".repeat(50_000));
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let of = format!("*a{}, ", n - 1).repeat(10);
        laughs.push_str(&format!("a{n}: &a{n} [{}]\n", of.trim_end_matches(", ")));
    }
    laughs.push_str("cases: [{question: *a11}]\n");
    let toml = format!("cases = {}{}", "[".repeat(50_000), "]".repeat(50_000));
    for (name, text) in [
        ("deep.yaml", deep),
        ("laughs.yaml", laughs),
        ("nested.jsonl", nested.clone()),
        ("nested.json", nested),
        ("deep.toml", toml),
    ] {
        let lab = with(name, text);
        refused(&lab, &lab.run(&["run", name, "--simulate"]), &[name]);
    }
    // Templates have fuel.
    let lab = with(
        "loop.yaml",
        "prompts:\n  - {name: p, template: \"{% for a in range(9999) %}{% for b in range(9999) %}{{ question }}{% endfor %}{% endfor %}\"}\ncases:\n  - question: hi\n",
    );
    refused(&lab, &lab.run(&["run", "loop.yaml", "--simulate"]), &["loop.yaml"]);
}

#[test]
fn ids_that_stand_twice() {
    for (name, text) in [
        ("a.yaml", "cases:\n  - {id: x, question: a}\n  - {id: x, question: b}\n"),
        ("a.csv", "id,question\nx,a\nx,b\n"),
        (
            "a.jsonl",
            "{\"id\":\"x\",\"question\":\"a\"}\n{\"id\":\"x\",\"question\":\"b\"}\n",
        ),
        (
            "a.toml",
            "[[cases]]\nid = \"x\"\nquestion = \"a\"\n[[cases]]\nid = \"x\"\nquestion = \"b\"\n",
        ),
    ] {
        let lab = with(name, text);
        refused(&lab, &lab.run(&["run", name, "--simulate"]), &[name, "`x`"]);
    }
}

#[test]
fn keys_that_are_missing_empty_or_broken() {
    let suite = "cases:\n  - question: hi\n";
    for (key, words) in [
        (
            "{ env = \"NARANI_TEST_NO_SUCH\" }",
            &["NARANI_TEST_NO_SUCH is not set"][..],
        ),
        ("{ command = [\"false\"] }", &["`false`", "exit code 1"]),
        ("{ command = [\"narani-no-such-program\"] }", &["could not start"]),
        ("{ command = [\"true\"] }", &["empty"]),
    ] {
        let lab = with("suite.yaml", suite);
        lab.write("config.toml", format!("{CONFIG}key = {key}\n"));
        let ended = lab.run(&["run", "suite.yaml", "--targets", "one"]);
        refused(&lab, &ended, words);
    }
}

#[test]
fn addresses_that_are_none() {
    for address in [
        "localhost:8080",
        "ftp://x/v1",
        "https://",
        "https://user:secret-word@host/v1",
        "https://h/v1?key=secret-word",
    ] {
        let lab = with("suite.yaml", "cases:\n  - question: hi\n");
        lab.write("config.toml", format!("{CONFIG}address = \"{address}\"\n"));
        let ended = lab.run(&["run", "suite.yaml"]);
        refused(&lab, &ended, &["config.toml:4"]);
        assert!(!ended.err.contains("secret-word"), "{}", ended.err);
    }
}

/// A run folder that is damaged in any way is refused with a sentence; the others in the folder stay readable.
#[test]
fn damaged_run_folders() {
    let lab = with(
        "suite.yaml",
        "cases:\n  - {question: hi, expect: hi}\nscorers: [includes]\n",
    );
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    let good = lab.last_run();
    let whole = std::fs::read(good.join("run.db")).unwrap();
    let mut middle = whole.clone();
    let half = whole.len() / 2;
    middle[4096..].fill(0x5a);
    let damages: Vec<(&str, Option<Vec<u8>>)> = vec![
        ("missing", None),
        ("empty", Some(Vec::new())),
        ("cut", Some(whole[..half].to_vec())),
        ("cut in the first page", Some(whole[..1000].to_vec())),
        ("garbage", Some(b"this is no database at all".repeat(500))),
        ("zeroes", Some(vec![0; 65536])),
        ("garbage after the first page", Some(middle)),
    ];
    let second = lab.home.path().join("results/r-29990101-000000-aaaa");
    for (what, bytes) in damages {
        let _ = std::fs::remove_dir_all(&second);
        std::fs::create_dir(&second).unwrap();
        if let Some(bytes) = bytes {
            std::fs::write(second.join("run.db"), bytes).unwrap();
        }
        for words in [
            &["show", "r-2999"][..],
            &["run", "--resume", "r-2999"],
            &["score", "r-2999"],
            &["export", "r-2999", "csv"],
        ] {
            let ended = lab.run(words);
            assert_eq!(ended.code, 2, "{what}, {words:?}: {ended:?}");
            assert!(ended.err.contains("r-2999"), "{what}, {words:?}: {}", ended.err);
            assert!(!ended.err.contains("panicked"), "{what}, {words:?}: {}", ended.err);
        }
        // The list goes on, with a word about the damaged one.
        let ended = lab.run(&["runs"]);
        assert_eq!(ended.code, 0, "{what}: {ended:?}");
        let id = good.file_name().unwrap().to_str().unwrap();
        assert!(ended.out.contains(id), "{what}: {}", ended.out);
        let ended = lab.run(&["show", id]);
        assert_eq!(ended.code, 0, "{what}: {ended:?}");
    }
}

/// Files for people may be deleted: the database is the run. What is made of it afterwards is, to the byte, what was made
/// while it went on, over several pages of cases, with failures among them.
#[test]
fn files_for_people_can_be_made_again() {
    for trials in ["1", "2"] {
        let cases: String = (0..400)
            .map(|n| format!("  - {{question: 질문 {n}, expect: \"{n}\", tags: [t{}]}}\n", n % 3))
            .collect();
        let lab = with("suite.yaml", format!("scorers: [includes]\ncases:\n{cases}"));
        let run = [
            "run",
            "suite.yaml",
            "--simulate",
            "--trials",
            trials,
            "--latency-ms",
            "60",
            "--fail",
            "400:0.03",
        ];
        let ended = lab.run(&run);
        assert_eq!(ended.code, 0, "{}", ended.err);
        let run = lab.last_run();
        let read = |name: &str| std::fs::read_to_string(run.join(name)).unwrap();
        let files = ["detail.csv", "side-by-side.csv"];
        let before = files.map(read);
        assert!(before[0].contains("bad_request"), "some have failed");
        for name in files.into_iter().chain(["lock"]) {
            std::fs::remove_file(run.join(name)).unwrap();
        }
        let shown = lab.run(&["show", "last"]);
        assert_eq!(shown.code, 0);
        assert!(
            ended.out.starts_with(shown.out.split("\nNext").next().unwrap()),
            "{}\n{}",
            ended.out,
            shown.out
        );
        assert_eq!(lab.run(&["score", "last"]).code, 0);
        assert_eq!(files.map(read), before);
        let left = std::fs::read_dir(&run).unwrap();
        let names: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert!(
            !names.iter().any(|name| name.to_string_lossy().ends_with(".part")),
            "{names:?}"
        );
    }
}

#[test]
fn a_binary_configuration_gets_the_remedy_of_a_configuration() {
    let lab = with("suite.yaml", "cases:\n- question: a\n");
    lab.write("config.toml", [0u8, 159, 146, 150]);
    let ended = lab.run(&["run", "suite.yaml", "--simulate"]);
    refused(&lab, &ended, &["config.toml", "`narani init`"]);
    assert!(!ended.err.contains("XLSX"), "{}", ended.err);
}

#[test]
fn an_id_of_any_length_is_shown_within_the_terminal() {
    let long = "x".repeat(50_000);
    let lab = with("suite.yaml", format!("cases:\n- id: {long}\n  question: a\n"));
    let ended = lab.run(&["run", "suite.yaml", "--simulate"]);
    refused(&lab, &ended, &["suite.yaml:2:7", "at most 200 bytes"]);
    let widest = ended.err.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{}", ended.err);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_does_not_hang() {
    let lab = with("suite.yaml", "cases:\n- question: a\n");
    let pipe = lab.home.path().join("pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "mkfifo is part of every Unix"
    );
    for words in [
        &["run", "pipe.yaml", "--simulate"][..],
        &["run", "suite.yaml", "--config", "pipe.yaml", "--simulate"],
    ] {
        refused(&lab, &lab.run(words), &["pipe.yaml", "pipe or a device"]);
    }
    lab.write("names.yaml", "cases: {file: pipe.yaml}\n");
    refused(&lab, &lab.run(&["run", "names.yaml", "--simulate"]), &["pipe.yaml"]);
}

#[test]
fn scoring_without_programs_needs_no_right_configuration() {
    let lab = with("suite.yaml", "cases:\n- question: a\n  expect: b\n");
    let ended = lab.run(&["run", "suite.yaml", "--simulate"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    lab.write("config.toml", "languge = \"ko\"\n");
    let ended = lab.run(&["score", "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    // A program is another matter: what the file allows cannot be known.
    lab.write(
        "newer.yaml",
        "scorers:\n- {type: command, command: [\"true\"]}\ncases:\n- question: a\n  expect: b\n",
    );
    let ended = lab.run(&["score", "last", "--suite", "newer.yaml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("languge"), "{}", ended.err);
}
