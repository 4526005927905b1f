//! Run folders of this format are read as they are for as long as this format is: a run made by an earlier build is kept
//! in `testdata/run-format-1` with what it said then. Formats that this program does not know are refused in a sentence.

use std::path::{Path, PathBuf};

use crate::lab::Lab;

fn kept() -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/run-format-{}", narani::store::FORMAT));
    assert!(
        folder.is_dir(),
        "a new run format needs a run of it in {}, and the older one a sentence",
        folder.display()
    );
    folder
}

/// A lab with a copy of the kept run.
fn lab() -> (Lab, PathBuf) {
    let lab = Lab::new();
    let run = std::fs::read_dir(kept())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .expect("a run folder");
    let copy = lab.home.path().join("results").join(run.file_name().unwrap());
    std::fs::create_dir_all(&copy).unwrap();
    std::fs::copy(run.join("run.db"), copy.join("run.db")).unwrap();
    (lab, copy)
}

#[test]
fn a_run_of_an_earlier_build_reads_as_it_did() {
    let (lab, _) = lab();
    let exported = lab.run(&["export", "last", "jsonl"]);
    assert_eq!(exported.code, 0, "{exported:?}");
    let then = std::fs::read_to_string(kept().join("export.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = exported
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kept: Vec<serde_json::Value> = then.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), kept.len());
    for (line, kept) in lines.iter().zip(&kept) {
        // What was told then is told now, in the same words; newer builds may tell more.
        for (name, value) in kept.as_object().unwrap() {
            assert_eq!(&line[name], value, "`{name}` of {}", kept["case_id"]);
        }
    }
    assert_eq!(lab.run(&["show", "last"]).code, 0);
    // It was stopped half-way: a later build goes on with it.
    let ended = lab.run(&["run", "--resume", "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let ended = lab.run(&["score", "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn other_formats_are_refused_in_a_sentence() {
    for (version, words) in [
        (narani::store::FORMAT + 1, "a newer narani made it"),
        (0, "older"),
        (-1, "older"),
    ] {
        let (lab, run) = lab();
        set_version(&run, version);
        for command in [
            &["show", "last"][..],
            &["run", "--resume", "last"],
            &["export", "last", "csv"],
            &["score", "last"],
        ] {
            let ended = lab.run(command);
            assert_eq!(ended.code, 2, "format {version}, {command:?}: {ended:?}");
            assert!(
                ended.err.contains(&format!("run format {version}")) && ended.err.contains(words),
                "format {version}, {command:?}: {}",
                ended.err
            );
        }
        let ended = lab.run(&["runs"]);
        assert_eq!(ended.code, 0, "the list goes on: {ended:?}");
    }
}

fn set_version(run: &Path, version: i64) {
    let database = rusqlite::Connection::open(run.join("run.db")).unwrap();
    database.pragma_update(None, "user_version", version).unwrap();
}
