//! What a suite from elsewhere may not do: read files outside its folder, or run programs.

use std::path::Path;

use crate::lab::Lab;

const CONFIG: &str = "[targets.one]\nprovider = \"openai\"\nmodel = \"m\"\n";
const CASES: &str = "{\"question\": \"the secret file was read\"}\n";
const PICTURE: &[u8] = include_bytes!("../../suites/images/red-circle.png");

/// A suite in a folder of its own, and files beside that folder that it wants.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("config.toml", CONFIG);
    lab.write("secret.jsonl", CASES);
    lab.write("secret.txt", "the secret file was read: {{ question }}");
    lab.write("secret.png", PICTURE);
    lab.write("theirs/inside.jsonl", CASES);
    lab
}

/// Every way to name a file outside, in every place where a suite names files.
#[test]
fn files_outside_are_refused_wherever_they_are_named() {
    let ways = |lab: &Lab, name: &str| -> Vec<String> {
        let home = lab.home.path();
        let theirs = home.join("theirs");
        let link = |from: &Path, to: &Path| {
            let _ = std::fs::remove_file(to);
            std::os::unix::fs::symlink(from, to).unwrap();
        };
        link(&home.join(name), &theirs.join(format!("link-{name}")));
        link(home, &theirs.join("up"));
        vec![
            format!("../{name}"),
            home.join(name).display().to_string(),
            format!("link-{name}"),
            format!("up/{name}"),
            format!("./../theirs/../{name}"),
            format!("../theirs/up/{name}"),
        ]
    };
    let places: &[(&str, &str)] = &[
        ("secret.jsonl", "cases: {file: \"PATH\"}\n"),
        ("secret.jsonl", "cases:\n  - question: hi\n  - file: \"PATH\"\n"),
        (
            "secret.txt",
            "prompts:\n  - {name: p, template_file: \"PATH\"}\ncases:\n  - question: hi\n",
        ),
        ("secret.png", "cases:\n  - {question: hi, images: [\"PATH\"]}\n"),
    ];
    for (name, text) in places {
        let lab = lab();
        for way in ways(&lab, name) {
            lab.write("theirs/suite.yaml", text.replace("PATH", &way));
            for command in [
                &["run", "theirs/suite.yaml", "--simulate"][..],
                &["check", "theirs/suite.yaml"],
            ] {
                let ended = lab.run(command);
                assert_eq!(ended.code, 2, "{text} with {way}: {ended:?}");
                let all = format!("{}{}", ended.out, ended.err);
                assert!(!all.contains("was read"), "{way}: {all}");
                assert!(!lab.home.path().join("results").exists(), "{way}: nothing is asked");
            }
        }
    }
}

#[test]
fn the_user_may_allow_it_and_what_lies_inside_needs_no_leave() {
    let lab = lab();
    lab.write("theirs/suite.yaml", "cases: {file: ../secret.jsonl}\n");
    let ended = lab.run(&["check", "theirs/suite.yaml"]);
    assert!(
        ended.err.contains("outside the folder") && ended.err.contains("--allow-outside"),
        "{ended:?}"
    );
    let ended = lab.run(&["run", "theirs/suite.yaml", "--simulate", "--allow-outside"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    lab.write("theirs/suite.yaml", "cases: {file: inside.jsonl}\n");
    let ended = lab.run(&["run", "theirs/suite.yaml", "--simulate"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

/// A program named by a suite runs only when the configuration says so, for every place where one can be named.
#[test]
fn programs_run_only_with_consent() {
    let scorer = "{type: command, command: [\"sh\", \"-c\", \"touch ran; cat\"]}";
    let places = [
        format!("scorers: [{scorer}]\ncases:\n  - question: hi\n"),
        format!("cases:\n  - {{question: hi, scorers: [{scorer}]}}\n"),
    ];
    for text in &places {
        let lab = lab();
        lab.write("suite.yaml", text);
        let ended = lab.run(&["run", "suite.yaml", "--simulate"]);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(
            ended.err.contains("does not allow") && ended.err.contains("[allow]"),
            "{}",
            ended.err
        );
        assert!(!lab.home.path().join("ran").exists(), "it ran");
        // Neither may a newer suite bring one in when a run is scored again.
        lab.write(
            "plain.yaml",
            "scorers: [{type: length, max: 99999}]\ncases:\n  - question: hi\n",
        );
        assert_eq!(lab.run(&["run", "plain.yaml", "--simulate"]).code, 0);
        let ended = lab.run(&["score", "last", "--suite", "suite.yaml"]);
        assert_ne!(ended.code, 0, "{ended:?}");
        assert!(!lab.home.path().join("ran").exists(), "it ran");
    }
}

/// A run folder that somebody sends may name a program, too.
#[test]
fn a_run_from_elsewhere_runs_no_program() {
    let theirs = lab();
    let scorer = "{type: command, command: [\"sh\", \"-c\", \"touch ran; cat\"]}";
    theirs.write("suite.yaml", format!("scorers: [{scorer}]\ncases:\n  - question: hi\n"));
    theirs.write(
        "config.toml",
        format!("{CONFIG}\n[allow]\ncommands = [\"sh -c touch ran; cat\"]\n"),
    );
    let ended = theirs.run(&["run", "suite.yaml", "--simulate"]);
    assert!(
        theirs.home.path().join("ran").exists(),
        "with consent it runs: {ended:?}"
    );
    let mine = lab();
    let run = theirs.last_run();
    let copy = mine.home.path().join("results").join(run.file_name().unwrap());
    std::fs::create_dir_all(&copy).unwrap();
    std::fs::copy(run.join("run.db"), copy.join("run.db")).unwrap();
    let ended = mine.run(&["score", "last"]);
    assert!(!mine.home.path().join("ran").exists(), "it ran: {ended:?}");
    assert_ne!(ended.code, 0, "{ended:?}");
}
