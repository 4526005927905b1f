//! Very many cells: whether a cell costs at the end what it cost at the start, and how long reading takes afterwards.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::lab::{Lab, Simulator, Used, cpu_of, head, measure, peak_of, wide};

/// 1,000,000 cells, or 100,000 without `full`.
pub(crate) fn many(lab: &Lab, full: bool) {
    let cases = if full { 250_000 } else { 25_000 };
    let cells = 4 * cases;
    head(&format!(
        "{cells} cells, no latency, short answers (limits: 150 MB, cost at the end within 10 % of the start)"
    ));
    let suite = lab.suite(cases);
    let simulator = Simulator::start(lab, 0, &[]);
    lab.config(&vec![wide(simulator.port, 32); 4]);
    let (used, costs) = watched(lab, &suite);
    used.row(
        &format!("run, {cells} cells"),
        &format!(
            "{} µs of cpu a cell (simulator: {} µs)",
            used.each(cells),
            simulator.cpu().as_micros() / cells as u128
        ),
    );
    let cost = |from: f64, to: f64| slope(&costs, from, to);
    println!(
        "{:<52} {:.1} µs, then {:.1} µs: {:+.1} %",
        "cpu a cell, in the second and in the last tenth",
        cost(0.1, 0.2),
        cost(0.88, 0.98),
        100.0 * (cost(0.88, 0.98) / cost(0.1, 0.2) - 1.0)
    );
    let show = measure(lab.narani().args(["show", "last"]));
    show.row("show (limit 2 s)", "");
    let export = measure(lab.narani().args(["export", "last", "csv", "-o", "all.csv"]));
    export.row(
        "export csv (limit: 100,000 rows a second)",
        &format!("{:.0} rows a second", cells as f64 / export.wall.as_secs_f64()),
    );
    let resume = measure(lab.narani().args(["run", "--resume", "last", "--quiet", "--yes"]));
    resume.row("resume of the finished run (limit 3 s)", "");
    lab.clear();
}

/// Processor time after so many cells, in seconds.
type Costs = Vec<(f64, f64)>;

/// Runs the suite and looks at the processor time with each line of progress.
fn watched(lab: &Lab, suite: &str) -> (Used, Costs) {
    let mut command = lab.narani();
    command.args([
        "run",
        suite,
        "--yes",
        "--no-cache",
        "--progress-every",
        "1",
        "--log-format",
        "json",
    ]);
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let begun = Instant::now();
    let lines = BufReader::new(child.stderr.take().expect("piped above"));
    let id = child.id();
    let (mut costs, mut peak_kb, mut cpu) = (Vec::new(), 0, Duration::ZERO);
    for line in lines.lines().map_while(Result::ok) {
        cpu = cpu_of(id).max(cpu);
        peak_kb = peak_of(id).max(peak_kb);
        let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else {
            continue;
        };
        let done = line["done"].as_str().and_then(|done| done.split_once('/'));
        if let (true, Some((done, of))) = (line["event"] == "running", done) {
            let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap_or(0.0);
            costs.push((number(done) / number(of), cpu.as_secs_f64() / number(of) * 1e6));
        }
    }
    // Its files are written after the last line.
    let failed = loop {
        cpu = cpu_of(id).max(cpu);
        peak_kb = peak_of(id).max(peak_kb);
        if let Some(status) = child.try_wait().expect("our own child") {
            break !status.success();
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let used = Used {
        wall: begun.elapsed(),
        cpu,
        peak_kb,
        failed,
    };
    (used, costs)
}

/// Microseconds a cell between two shares of the way.
fn slope(costs: &Costs, from: f64, to: f64) -> f64 {
    let within: Vec<_> = costs.iter().filter(|(at, _)| (from..=to).contains(at)).collect();
    match (within.first(), within.last()) {
        (Some((a, x)), Some((b, y))) if b > a => (y - x) / (b - a),
        _ => f64::NAN,
    }
}
