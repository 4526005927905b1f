//! One target in trouble beside healthy ones, and answers that take sixty times as long.

use std::time::{Duration, Instant};

use crate::lab::{Answerer, Lab, Seen, Simulator, wide};

const WIDTH: usize = 16;

/// How long the healthy targets take beside one that hangs, throttles or is down.
pub(crate) fn fair(lab: &Lab, full: bool) {
    let cases = if full { 4000 } else { 1000 };
    println!("\nThree healthy targets × {cases}, 100 ms, 16 in flight each, beside one in trouble (limit: 2 % slower)");
    let waiting = 0.1 * cases as f64 / WIDTH as f64;
    let alone = healthy(lab, cases, None);
    println!("{:<52} {alone:>8.3} s  waiting alone takes {waiting:.3} s", "alone");
    for (what, options, more) in [
        (
            "beside one that hangs",
            Some(&["--fail", "hang:1.0"][..]),
            "timeout_s = 5\nlimits = { in_flight = 16 }",
        ),
        (
            "beside one that throttles",
            Some(&["--rpm", "60", "--quiet-limits"]),
            "",
        ),
        ("beside one that fails", Some(&["--fail", "500:1.0"]), "retries = 20"),
        ("beside one that is down", None, "retries = 20"),
    ] {
        let took = healthy(lab, cases, Some((options, more)));
        println!("{what:<52} {took:>8.3} s  {:+.1} %", 100.0 * (took / alone - 1.0));
    }
}

/// From the first call of the healthy targets to their last answer.
fn healthy(lab: &Lab, cases: usize, trouble: Option<(Option<&[&str]>, &str)>) -> f64 {
    let good = Simulator::start(lab, 100, &["--log", "LOG"]);
    let mut answerers = vec![wide(good.port, WIDTH); 3];
    let bad = trouble.map(|(options, more)| (options.map(|options| Simulator::start(lab, 100, options)), more));
    if let Some((bad, more)) = &bad {
        answerers.push(Answerer {
            // Nobody listens at the port for discarding.
            port: bad.as_ref().map_or(9, |bad| bad.port),
            more: (*more).to_owned(),
        });
    }
    let suite = lab.suite(cases);
    lab.config(&answerers);
    let mut child = lab.run(&suite).spawn().expect("the program starts");
    let begun = Instant::now();
    let answers = |seen: &[Seen]| seen.iter().filter(|call| call.answered).count();
    while answers(&good.seen()) < 3 * cases && begun.elapsed() < Duration::from_mins(2) {
        if child.try_wait().ok().flatten().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    let _ = child.kill();
    let _ = child.wait();
    lab.clear();
    let seen = good.seen();
    assert_eq!(answers(&seen), 3 * cases, "the healthy targets answered everything");
    let first = seen.iter().map(|call| call.from).fold(f64::MAX, f64::min);
    seen.iter().map(|call| call.to).fold(0.0, f64::max) - first
}

/// One answer in two hundred takes sixty times as long; with and without asking again.
pub(crate) fn tail(lab: &Lab, _full: bool) {
    const CASES: usize = 4000;
    println!(
        "\nOne answer in 200 takes 60 times as long: 6 s instead of 0.1 s (limit: within one such call of the ideal)"
    );
    for (what, more) in [
        ("as it is", "limits = { in_flight = 32 }"),
        ("with hedge_after = 1", "limits = { in_flight = 32 }\nhedge_after = 1"),
    ] {
        let simulator = Simulator::start(lab, 100, &["--slow", "0.005:60", "--log", "LOG"]);
        lab.config(&[Answerer {
            port: simulator.port,
            more: more.to_owned(),
        }]);
        let suite = lab.suite(CASES);
        let status = lab.run(&suite).status();
        let failed = if status.is_ok_and(|status| status.success()) {
            ""
        } else {
            "FAILED; "
        };
        // What was logged just now is still on its way to the file.
        std::thread::sleep(Duration::from_millis(300));
        let seen = simulator.seen();
        let first = seen.iter().map(|call| call.from).fold(f64::MAX, f64::min);
        let took = seen.iter().map(|call| call.to).fold(0.0, f64::max) - first;
        let work: f64 = seen.iter().map(|call| call.to - call.from).sum();
        println!(
            "{what:<52} {took:>8.3} s  {failed}all calls one after the other, shared by 32: {:.3} s; {:+.3} s; {} calls",
            work / 32.0,
            took - work / 32.0,
            seen.len()
        );
        lab.clear();
    }
}
