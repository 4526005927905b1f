//! Runs that are stopped, open elsewhere, damaged, taken up again.

use super::small;

#[test]
fn a_complete_run_has_nothing_to_resume() {
    let lab = small();
    assert_eq!(lab.run(&["run", "suite.yaml", "--simulate"]).code, 0);
    let ended = lab.run(&["run", "--resume", "last"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.err.contains("complete"), "{}", ended.err);
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
