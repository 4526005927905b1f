//! At a provider's limit: known, unknown, changing, and a server that queues.

use std::time::Duration;

use crate::lab::{Answerer, Lab, Seen, Simulator};

/// Runs a suite that is longer than the time, stops it then, and gives what the simulator saw.
fn drive(lab: &Lab, simulator: &Simulator, more: &str, seconds: u64) -> Vec<Seen> {
    let suite = lab.suite(100_000);
    lab.config(&[Answerer {
        port: simulator.port,
        more: more.to_owned(),
    }]);
    let mut child = lab.run(&suite).spawn().expect("the program starts");
    // The clock starts with the first call.
    let begun = std::time::Instant::now();
    while simulator.seen().is_empty() && begun.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(seconds));
    let _ = child.kill();
    let _ = child.wait();
    std::thread::sleep(Duration::from_millis(300));
    lab.clear();
    let mut seen = simulator.seen();
    let first = seen.iter().map(|call| call.from).fold(f64::MAX, f64::min);
    for call in &mut seen {
        call.from -= first;
        call.to -= first;
    }
    seen
}

/// Answers that were asked for within a stretch of time.
fn answered(seen: &[Seen], from: f64, to: f64) -> f64 {
    seen.iter()
        .filter(|call| call.answered && call.from >= from && call.from < to)
        .count() as f64
}

/// Share of the calls within a stretch that was answered 429, in per cent.
fn limited(seen: &[Seen], from: f64, to: f64) -> f64 {
    let within: Vec<_> = seen.iter().filter(|call| call.from >= from && call.from < to).collect();
    100.0 * within.iter().filter(|call| call.limited).count() as f64 / within.len().max(1) as f64
}

/// A limit that the user states, and one that headers tell.
pub(crate) fn known(lab: &Lab, full: bool) {
    let seconds = if full { 120 } else { 40 };
    println!("\nA known limit over {seconds} s (limits: 97 % of the allowed rate, 1 % answered 429)");
    let cases = [
        (
            "stated: 1,200 requests",
            &["--rpm", "1200"][..],
            "limits = { requests_per_minute = 1200 }",
            20.0,
        ),
        (
            "stated: 6,000 requests",
            &["--rpm", "6000"],
            "limits = { requests_per_minute = 6000 }",
            100.0,
        ),
        ("told by headers: 1,200 requests", &["--rpm", "1200"], "", 20.0),
        (
            "stated: 1,200 requests and 600,000 tokens",
            &["--rpm", "1200", "--tpm", "600000"],
            "limits = { requests_per_minute = 1200, tokens_per_minute = 600000 }",
            20.0,
        ),
    ];
    for (what, options, limits, rate) in cases {
        let simulator = Simulator::start(lab, 300, &[options, &["--log", "LOG"]].concat());
        let seen = drive(lab, &simulator, limits, seconds);
        let length = seconds as f64;
        println!(
            "{what:<52} {:>6.1} % of the rate, {:.2} % answered 429; {:.0} allowed",
            100.0 * answered(&seen, 0.0, length) / (rate * length),
            limited(&seen, 0.0, length),
            rate * length
        );
    }
    tokens(lab, seconds);
}

/// A limit on tokens that binds before that on requests.
fn tokens(lab: &Lab, seconds: u64) {
    let simulator = Simulator::start(lab, 300, &["--tpm", "60000", "--log", "LOG"]);
    let seen = drive(lab, &simulator, "limits = { tokens_per_minute = 60000 }", seconds);
    let used: f64 = seen
        .iter()
        .filter(|call| call.answered && call.from < seconds as f64)
        .map(|call| call.tokens)
        .sum();
    println!(
        "{:<52} {:>6.1} % of the rate, {:.2} % answered 429; {} allowed",
        "stated: 60,000 tokens",
        100.0 * used / (1000.0 * seconds as f64),
        limited(&seen, 0.0, seconds as f64),
        1000 * seconds
    );
}

/// Only 429 tells; the limit changes half-way.
pub(crate) fn unknown(lab: &Lab, full: bool) {
    println!("\nAn unknown limit, 429 only, no headers (limits: 90 % found within a minute, 3 % answered 429)");
    let changes: &[(&str, f64)] = if full {
        &[("stays", 1.0), ("is halved", 0.5), ("is doubled", 2.0)]
    } else {
        &[("is halved", 0.5), ("is doubled", 2.0)]
    };
    for (what, factor) in changes {
        let rate = 20.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small whole numbers"
        )]
        let then = format!("90:{}", (rate * factor * 60.0) as u32);
        let options = ["--rpm", "1200", "--then", &then, "--quiet-limits", "--log", "LOG"];
        let simulator = Simulator::start(lab, 300, &options);
        let seen = drive(lab, &simulator, "", 180);
        println!(
            "{:<52} {:>6.1} % found by the second minute, {:>6.1} % a minute after the change; {:.2} % answered 429",
            format!("20 a second, {what} after 90 s"),
            100.0 * answered(&seen, 60.0, 90.0) / (rate * 30.0),
            100.0 * answered(&seen, 150.0, 180.0) / (rate * factor * 30.0),
            limited(&seen, 0.0, 180.0),
        );
    }
}

/// A server that works on few calls at once and lets the others wait.
pub(crate) fn width(lab: &Lab, full: bool) {
    println!("\nA server whose latency grows beyond W open calls, nothing stated (it should settle near W)");
    let widths: &[u32] = if full { &[1, 4, 16, 64] } else { &[4, 16] };
    for most in widths {
        let options = ["--width", &most.to_string(), "--log", "LOG"];
        let simulator = Simulator::start(lab, 200, &options);
        let seen = drive(lab, &simulator, "", 40);
        let late: Vec<&Seen> = seen.iter().filter(|call| call.from > 20.0 && call.answered).collect();
        let open = late.iter().map(|call| call.open as f64).sum::<f64>() / late.len().max(1) as f64;
        println!(
            "{:<52} {open:>6.1} open on average after 20 s; {:.0} % of the server's speed",
            format!("W = {most}"),
            100.0 * answered(&seen, 20.0, 40.0) / (20.0 * f64::from(*most) / 0.2)
        );
    }
}
