//! Start-up, checking, a wide run, memory.

use std::fs;
use std::time::Duration;

use crate::lab::{Lab, Simulator, Used, head, measure, median, wide as target};

/// How long the smallest command takes, and reading a suite.
pub(crate) fn start(lab: &Lab, _full: bool) {
    head("Start-up and checking");
    let version = median(15, || measure(lab.narani().arg("--version")));
    version.row("--version (limit 0.010 s)", "an empty process takes about 1 ms");
    for cases in [10_000, 100_000] {
        let suite = lab.suite(cases);
        let bytes = fs::metadata(lab.home().join(&suite)).map_or(0, |file| file.len());
        let used = median(3, || measure(lab.narani().args(["check", &suite])));
        let limit = if cases == 10_000 { " (limit 0.300 s)" } else { "" };
        used.row(
            &format!("check, {cases} cases{limit}"),
            &format!("the file has {} kB", bytes / 1024),
        );
    }
}

/// Four targets at once, as wide as their limits allow, and whether memory grows.
pub(crate) fn wide(lab: &Lab, full: bool) {
    const CASES: usize = 2000;
    const WIDTH: usize = 64;
    head("Four targets × 2,000 cases, 100 ms, 64 in flight each (limits: 1.10 × the waiting, 500 µs a call, 60 MB)");
    let suite = lab.suite(CASES);
    // No program can do better: so many waits one after the other.
    let ideal = 0.1 * CASES as f64 / WIDTH as f64;
    let told = |used: &Used, more: &str| {
        format!(
            "waiting alone {ideal:.3} s: {:.2} ×; {} µs of cpu a call{more}",
            used.wall.as_secs_f64() / ideal,
            used.each(4 * CASES)
        )
    };
    let mut served = Duration::ZERO;
    let apart = median(3, || {
        let simulator = Simulator::start(lab, 100, &[]);
        lab.config(&vec![target(simulator.port, WIDTH); 4]);
        let used = measure(&mut lab.run(&suite));
        served = simulator.cpu();
        used
    });
    let more = format!(
        " (simulator: {} µs beside it)",
        served.as_micros() / (4 * CASES as u128)
    );
    apart.row("simulator as a process of its own", &told(&apart, &more));
    let inside = median(3, || {
        let mut command = lab.run(&suite);
        measure(command.args(["--simulate", "--latency-ms", "100"]))
    });
    inside.row(
        "--simulate, the simulator in the process",
        &told(&inside, " (simulator included)"),
    );
    lab.clear();
    let most = if full { 50_000 } else { 20_000 };
    for cases in [CASES, most] {
        let suite = lab.suite(cases);
        let simulator = Simulator::start(lab, 5, &[]);
        lab.config(&vec![target(simulator.port, WIDTH); 4]);
        let used = measure(&mut lab.run(&suite));
        used.row(
            &format!("memory: {cases} cases, 5 ms"),
            &format!("{} µs of cpu a call", used.each(4 * cases)),
        );
        lab.clear();
    }
}
