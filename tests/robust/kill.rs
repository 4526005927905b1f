//! Killed at random moments, hundreds of times: nothing that was paid for is lost or paid for twice.
//!
//! The simulator is a process of its own, and its log the witness. `NARANI_KILLS` sets the number of kills (200 by
//! default), `NARANI_KILL_SEED` the moments.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use narani::domain::ProviderName;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::lab::Lab;
use crate::world::{Left, Logged, Questions, Simulator, program};

const CASES: usize = 80;
/// A run is left to end after so many kills, so that many runs are tried.
const KILLS_A_RUN: u64 = 10;
const IN_FLIGHT: usize = 6;
const TARGETS: [ProviderName; 4] = [
    ProviderName::OpenAi,
    ProviderName::Anthropic,
    ProviderName::Gemini,
    ProviderName::Ollama,
];

/// A kill, and what stood on disk then: cells with an answer.
struct Kill {
    stored: BTreeSet<i64>,
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_paid_twice() {
    let wanted = number("NARANI_KILLS").unwrap_or(200);
    let seed = number("NARANI_KILL_SEED").unwrap_or(7);
    let began = Instant::now();
    // Most of the time is waiting, so two go on beside each other.
    let told = std::thread::scope(|scope| {
        let workers = [0, 1].map(|worker| scope.spawn(move || many_runs(2 * seed + worker, wanted.div_ceil(2))));
        workers.map(|worker| worker.join().unwrap())
    });
    let sum = |part: fn(&Told) -> u64| told.iter().map(part).sum::<u64>();
    say(&format!(
        "{} kills over {} runs of {} cells in {:.0} s: {} calls made again, at most {} after one kill (of {} in flight)",
        sum(|told| told.kills),
        sum(|told| told.runs),
        CASES * TARGETS.len(),
        began.elapsed().as_secs_f64(),
        sum(|told| told.again),
        told.iter().map(|told| told.most_again).max().unwrap(),
        IN_FLIGHT * TARGETS.len()
    ));
}

fn many_runs(seed: u64, wanted: u64) -> Told {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut all = Told::default();
    while all.kills < wanted {
        all.runs += 1;
        // A fault now and then, so that kills meet pauses before retries, too.
        let faults: &[&str] = if all.runs % 4 == 0 {
            &["--fail", "500:0.03,cut:0.02"]
        } else {
            &[]
        };
        let told = one_run(
            &format!("{seed}-{}", all.runs),
            faults,
            KILLS_A_RUN.min(wanted - all.kills),
            &mut chance,
        );
        all.kills += told.kills;
        all.again += told.again;
        all.most_again = all.most_again.max(told.most_again);
    }
    all
}

#[derive(Default)]
struct Told {
    runs: u64,
    kills: u64,
    again: u64,
    most_again: u64,
}

/// One run, killed until it is done or `most` kills were made.
fn one_run(name: &str, faults: &[&str], most: u64, chance: &mut ChaCha8Rng) -> Told {
    let lab = Lab::new();
    let questions = Questions::new(name, CASES);
    lab.write("suite.jsonl", questions.suite());
    let answers = lab.write("answers.jsonl", questions.answers());
    let mut words = vec![
        "--latency-ms",
        "8",
        "--jitter",
        "0.9",
        "--answers",
        answers.to_str().unwrap(),
    ];
    words.extend_from_slice(faults);
    let simulator = Simulator::start(&lab, &words);
    let limits = format!("limits = {{ in_flight = {IN_FLIGHT} }}");
    lab.write("config.toml", simulator.targets(&TARGETS, &limits));
    let mut kills: Vec<Kill> = Vec::new();
    loop {
        let run = the_run(&lab);
        let mut child = start(&lab, run.is_some());
        let patience = if kills.len() as u64 >= most {
            Duration::from_mins(2)
        } else {
            Duration::from_millis(chance.random_range(20..600))
        };
        match ended_within(&mut child, patience) {
            Some(0) => break,
            Some(2) if run.is_some() && unbegun(&lab) => {
                // Killed before the questions were frozen, and so before anybody was asked: refused, not guessed at.
                std::fs::remove_dir_all(lab.home.path().join("results")).unwrap();
                continue;
            }
            Some(code) => panic!("{name}: ended with {code} after {} kills", kills.len()),
            None => {}
        }
        assert!((kills.len() as u64) < most, "{name}: not done within two minutes");
        child.kill().unwrap();
        child.wait().unwrap();
        // What the killed process sent last is still on its way into the simulator.
        std::thread::sleep(Duration::from_millis(30));
        simulator.mark();
        let left = the_run(&lab).and_then(|run| Left::of(&run));
        if let Some(left) = &left {
            assert_eq!(left.integrity, "ok", "{name}: after kill {}", kills.len() + 1);
        }
        kills.push(Kill {
            stored: left.map(|left| answered(&left)).unwrap_or_default(),
        });
    }
    let left = Left::of(&the_run(&lab).unwrap()).unwrap();
    assert_eq!(left.integrity, "ok", "{name}");
    every_cell_once(name, &left, &questions);
    let log = simulator.stop();
    let (again, most_again) = none_paid_twice(name, &kills, &log, &questions);
    Told {
        runs: 1,
        kills: kills.len() as u64,
        again,
        most_again,
    }
}

/// Cells whose answer is stored, in whatever form: as the outcome, or as a try that brought one.
fn answered(left: &Left) -> BTreeSet<i64> {
    let outcomes = left.outcomes.iter().filter(|(_, stored)| stored.status == "answered");
    outcomes
        .map(|(cell, _)| *cell)
        .chain(left.answered_tries.keys().copied())
        .collect()
}

fn every_cell_once(name: &str, left: &Left, questions: &Questions) {
    let count = TARGETS.len();
    assert_eq!(left.outcomes.len(), questions.all.len() * count, "{name}: cells");
    for (cell, stored) in &left.outcomes {
        let case = usize::try_from(*cell).unwrap() / count;
        let (id, _, answer) = &questions.all[case];
        assert_eq!(stored.status, "answered", "{name}: {id}: {stored:?}");
        assert!(stored.is_final, "{name}: {id}");
        assert_eq!(stored.answer.as_ref(), Some(answer), "{name}: {id}");
        assert_eq!(
            left.answered_tries.get(cell),
            Some(&1),
            "{name}: {id} was answered once"
        );
    }
}

/// Reads the witness: how many calls were made again in all, and most after one kill.
fn none_paid_twice(name: &str, kills: &[Kill], log: &[Logged], questions: &Questions) -> (u64, u64) {
    let by_key = questions.by_key();
    let cell_of = |entry: &Logged| -> Option<i64> {
        let case = by_key.get(&entry.question)?;
        let target = TARGETS
            .iter()
            .position(|provider| entry.model == format!("model-{}", provider.word()))?;
        i64::try_from(case * TARGETS.len() + target).ok()
    };
    // Sessions of the run: requests between two marks.
    let mut sessions: Vec<Vec<&Logged>> = vec![Vec::new()];
    for entry in log {
        if entry.verdict == "not_found" {
            sessions.push(Vec::new());
        } else {
            sessions.last_mut().unwrap().push(entry);
        }
    }
    assert_eq!(sessions.len(), kills.len() + 1, "{name}: a mark a kill");
    let (mut again, mut most) = (0, 0);
    let mut answered_before: BTreeSet<i64> = BTreeSet::new();
    for (n, session) in sessions.iter().enumerate() {
        let asked: BTreeSet<i64> = session.iter().filter_map(|entry| cell_of(entry)).collect();
        if n > 0 {
            let twice: Vec<&i64> = asked.intersection(&kills[n - 1].stored).collect();
            assert!(
                twice.is_empty(),
                "{name}: asked again after kill {n} although stored: {twice:?}"
            );
            again += asked.intersection(&answered_before).count();
        }
        let answered: BTreeSet<i64> = session
            .iter()
            .filter(|entry| entry.verdict == "answered")
            .filter_map(|entry| cell_of(entry))
            .collect();
        if let Some(kill) = kills.get(n) {
            // Answered, or being answered, at the kill, and not on disk: these are made again.
            let lost = answered.difference(&kill.stored).count();
            assert!(
                lost <= IN_FLIGHT * TARGETS.len(),
                "{name}: kill {} lost {lost} answers, more than were in flight",
                n + 1
            );
            most = most.max(lost);
        }
        answered_before.extend(answered);
    }
    (again as u64, most as u64)
}

fn start(lab: &Lab, resume: bool) -> Child {
    let words: &[&str] = if resume {
        &["run", "--resume", "last", "--quiet"]
    } else {
        &["run", "suite.jsonl", "--no-cache", "--quiet"]
    };
    program(lab, words)
        .env("SIMULATOR_KEY", "a-key-for-the-simulator")
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(lab.home.path().join("stderr")).unwrap())
        .spawn()
        .unwrap()
}

/// The exit code, if it ends in time.
fn ended_within(child: &mut Child, patience: Duration) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() >= patience {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn the_run(lab: &Lab) -> Option<PathBuf> {
    let entries = std::fs::read_dir(lab.home.path().join("results")).ok()?;
    entries
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("r-"))
}

fn unbegun(lab: &Lab) -> bool {
    std::fs::read_to_string(lab.home.path().join("stderr"))
        .unwrap()
        .contains("never begun")
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[expect(clippy::print_stdout, reason = "figures for who runs it")]
fn say(text: &str) {
    println!("{text}");
}
