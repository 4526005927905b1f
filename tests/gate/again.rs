//! Asking failing cases again, when it is broken off: by Ctrl-C, or by a cap.

use super::lab::Lab;
#[cfg(unix)]
use super::setup::lab;

/// A suite whose one case must pass, and the rules that say so.
fn must(lab: &Lab) {
    lab.write(
        "must.yaml",
        "name: must\nscorers: [includes]\ncases:\n  - {id: a, question: q, expect: never said, tags: [critical]}\n",
    );
    lab.write(
        "must.toml",
        "[gate]\n[[gate.check]]\nkind = \"must_pass\"\ntag = \"critical\"\n",
    );
}

/// A simulated run of it that fails, with answers that take so many milliseconds.
fn fails(lab: &Lab, latency_ms: &str, more: &[&str]) {
    let run = [
        "run",
        "must.yaml",
        "--quiet",
        "--simulate",
        "--right",
        "0",
        "--latency-ms",
        latency_ms,
    ];
    assert_eq!(lab.run(&[&run[..], more].concat()).code, 0);
}

/// A cap that ended the repeats of a gate printed their summary into its JSON.
#[test]
fn a_cap_that_ends_the_repeats_leaves_standard_output_to_the_verdict() {
    let lab = Lab::new();
    must(&lab);
    let target = "[targets.first]\nprovider = \"openai\"\nmodel = \"gpt-6.2-sol\"\n";
    lab.write("config.toml", target);
    fails(&lab, "1", &[]);
    lab.write("config.toml", format!("max_cost = [\"0.0000001 USD\"]\n{target}"));
    let ended = lab.run(&["gate", "last", "--rules", "must.toml", "--confirm", "2", "--json", "-"]);
    assert!(
        ended.code == 1 && ended.err.contains("stopped by the budget"),
        "{ended:?}"
    );
    let verdict: serde_json::Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    assert_eq!(verdict["verdict"], "fail");
}

/// A gate that was to ask the cases of a replayed run again, without keys, ended as if the command line were wrong: no verdict, no
/// files.
#[test]
fn what_cannot_be_asked_again_is_judged_by_its_first_answers() {
    let lab = Lab::new();
    must(&lab);
    let target = "[targets.first]\nprovider = \"openai\"\nmodel = \"gpt-6.2-sol\"\nkey = { env = \"NO_SUCH_KEY\" }\n";
    lab.write("config.toml", target);
    fails(&lab, "1", &["--record", "recordings"]);
    let replayed = lab.run(&["run", "must.yaml", "--quiet", "--replay", "recordings"]);
    assert_eq!(replayed.code, 0, "{replayed:?}");
    let words = [
        "gate",
        "last",
        "--rules",
        "must.toml",
        "--confirm",
        "2",
        "--json",
        "gate.json",
    ];
    for _ in 0..2 {
        let ended = lab.run(&words);
        assert!(ended.code == 1 && ended.out.contains("FAIL"), "{ended:?}");
        assert!(
            ended.err.contains("! the first answers stand") && ended.err.contains("NO_SUCH_KEY"),
            "{ended:?}"
        );
        assert!(!ended.out.contains("was asked"), "{ended:?}");
        assert!(lab.home.path().join("gate.json").exists());
    }
}

/// Ctrl-C while a gate asked cases again was taken for the end of the repeats of one target: it went on to ask the next one, and
/// judged by what there was.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_gate_that_asks_again() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};
    let lab = lab();
    must(&lab);
    fails(&lab, "1500", &[]);
    let mut gate = Command::new(env!("CARGO_BIN_EXE_narani"))
        .current_dir(lab.home.path())
        .env("LANG", "en_US.UTF-8")
        .args(["gate", "last", "--rules", "must.toml", "--confirm", "2"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut told, mut err) = (BufReader::new(gate.stderr.take().unwrap()), String::new());
    told.read_line(&mut err).unwrap();
    assert!(err.contains("start"), "{err}");
    let id = rustix::process::Pid::from_raw(i32::try_from(gate.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    told.read_to_string(&mut err).unwrap();
    let ended = gate.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{err}");
    assert!(ended.stdout.is_empty(), "{ended:?}");
    assert!(err.contains("nothing was judged") && !err.contains("--resume"), "{err}");
    assert_eq!(err.matches(" start ").count(), 1, "{err}");
    let again = lab.run(&["gate", "last", "--rules", "must.toml", "--confirm", "2"]);
    assert!(again.code == 1 && again.out.contains("a was asked"), "{again:?}");
}
