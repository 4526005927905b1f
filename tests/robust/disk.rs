//! Disks that are full, cannot be written, or hold a database that somebody else has open.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use narani::domain::ProviderName;

use crate::lab::Lab;
use crate::world::{Left, Questions, Simulator, program, skipped};

const TARGETS: [ProviderName; 2] = [ProviderName::OpenAi, ProviderName::Gemini];

/// A small disk in memory, unmounted when dropped.
struct Disk {
    at: PathBuf,
}

impl Disk {
    /// Mounts one, where this user may.
    fn mount(at: &Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at)
            .stderr(Stdio::null())
            .status();
        if done.is_ok_and(|status| status.success()) {
            return Some(Self { at: at.to_owned() });
        }
        skipped("mounting a small disk needs root");
        None
    }

    fn change(&self, options: &str) {
        let status = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(&self.at)
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

fn prepared(cases: usize, more: &str) -> (Lab, Questions, Simulator) {
    answering_after("5", cases, more)
}

fn answering_after(latency: &str, cases: usize, more: &str) -> (Lab, Questions, Simulator) {
    let lab = Lab::new();
    let questions = Questions::new("disk", cases);
    lab.write("suite.jsonl", questions.suite());
    let answers = lab.write("answers.jsonl", questions.answers());
    let simulator = Simulator::start(&lab, &["--latency-ms", latency, "--answers", answers.to_str().unwrap()]);
    lab.write("config.toml", simulator.targets(&TARGETS, more));
    (lab, questions, simulator)
}

fn run(lab: &Lab, words: &[&str]) -> (i32, String) {
    let output = program(lab, words)
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn all_answered(left: &Left, questions: &Questions) {
    assert_eq!(left.integrity, "ok");
    assert_eq!(left.outcomes.len(), questions.all.len() * TARGETS.len());
    for (cell, stored) in &left.outcomes {
        let (id, _, answer) = &questions.all[usize::try_from(*cell).unwrap() / TARGETS.len()];
        assert_eq!(stored.answer.as_ref(), Some(answer), "{id}: {stored:?}");
        assert_eq!(left.answered_tries[cell], 1, "{id} was paid for once");
    }
}

/// The disk fills up in the middle: an orderly stop with the remedy, and once there is room the run goes on without
/// asking again for anything that was stored.
#[test]
fn a_disk_that_fills_up_stops_the_run_and_loses_nothing() {
    let (lab, questions, simulator) = prepared(600, "limits = { in_flight = 16 }");
    let Some(disk) = Disk::mount(&lab.home.path().join("results"), "size=900k") else {
        return;
    };
    let (code, err) = run(&lab, &["run", "suite.jsonl", "--no-cache"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("no space left") && err.contains("make room"), "{err}");
    assert!(err.contains("narani run --resume r-"), "{err}");
    let stored = Left::of(&lab.last_run()).unwrap();
    assert_eq!(stored.integrity, "ok");
    let before = stored.outcomes.len();
    assert!(before > 0 && before < 1200, "{before} stored when it was full");
    // Still full: the same words again, nothing else.
    let (code, err) = run(&lab, &["run", "--resume", "last"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("no space left"), "{err}");
    disk.change("size=64m");
    let (code, err) = run(&lab, &["run", "--resume", "last"]);
    assert_eq!(code, 0, "{err}");
    all_answered(&Left::of(&lab.last_run()).unwrap(), &questions);
    drop(simulator);
    drop(disk);
}

/// So full that not even the questions fit: nobody is asked.
#[test]
fn a_disk_that_is_full_from_the_start_asks_nobody() {
    let (lab, _, simulator) = prepared(600, "");
    let Some(disk) = Disk::mount(&lab.home.path().join("results"), "size=64k") else {
        return;
    };
    let (code, err) = run(&lab, &["run", "suite.jsonl", "--no-cache"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("no space left"), "{err}");
    drop(disk);
    assert!(simulator.stop().is_empty(), "nobody was asked");
}

#[test]
fn results_that_cannot_be_written_are_told_before_anybody_is_asked() {
    let (lab, _, simulator) = prepared(5, "");
    let Some(disk) = Disk::mount(&lab.home.path().join("results"), "size=1m") else {
        return;
    };
    disk.change("ro");
    let (code, err) = run(&lab, &["run", "suite.jsonl", "--no-cache"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("cannot be written") && err.contains("--out"), "{err}");
    disk.change("rw");
    let (code, err) = run(&lab, &["run", "suite.jsonl", "--no-cache"]);
    assert_eq!(code, 0, "{err}");
    disk.change("ro");
    // A finished run on a disk that cannot be written is read all the same.
    for words in [&["show", "last"][..], &["export", "last", "csv"], &["runs"]] {
        let (code, err) = run(&lab, words);
        assert_eq!(code, 0, "{words:?}: {err}");
    }
    let (code, err) = run(&lab, &["score", "last"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("cannot be written"), "{err}");
    drop(disk);
    let asked = simulator.stop().len();
    assert_eq!(asked, 10, "only the run that could be stored asked anybody");
}

/// Somebody has the database open and locked (a viewer): an orderly stop with the remedy, and nothing is lost.
#[test]
fn a_database_that_another_program_locks_stops_the_run() {
    // It must not be done before the lock, however long that takes to come.
    let (lab, questions, simulator) = answering_after("40", 400, "limits = { in_flight = 4 }");
    let mut child = program(&lab, &["run", "suite.jsonl", "--no-cache"])
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let run_folder = loop {
        assert!(began.elapsed() < Duration::from_secs(30), "the run never began");
        let found = std::fs::read_dir(lab.home.path().join("results"))
            .ok()
            .and_then(|mut entries| entries.find_map(|entry| Some(entry.ok()?.path())));
        if let Some(path) = found
            && Left::of(&path).is_some_and(|left| left.outcomes.len() > 20)
        {
            break path;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let viewer = rusqlite::Connection::open(run_folder.join("run.db")).unwrap();
    viewer.busy_timeout(Duration::from_secs(5)).unwrap();
    viewer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut err = String::new();
    std::io::Read::read_to_string(child.stderr.as_mut().unwrap(), &mut err).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("locked by another process"), "{err}");
    assert!(err.contains("narani run --resume r-"), "{err}");
    viewer.execute_batch("ROLLBACK").unwrap();
    drop(viewer);
    let (code, err) = run(&lab, &["run", "--resume", "last"]);
    assert_eq!(code, 0, "{err}");
    all_answered(&Left::of(&run_folder).unwrap(), &questions);
    drop(simulator);
}
