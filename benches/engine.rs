//! What the engine costs beside what physics asks for: `cargo bench --bench engine`.
//!
//! Runs the built program against its own simulator on generated suites and prints time, processor time and
//! memory, each with the limit that no program could beat. It asserts nothing: figures depend on the machine, and
//! the simulator takes its share of it. Linux only, for the figures come from `/proc`.

#![expect(
    clippy::print_stdout,
    reason = "figures for people on standard output are what this is for"
)]

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const NARANI: &str = env!("CARGO_BIN_EXE_narani");

fn main() {
    // `cargo test --benches` runs this too, with an argument of its own; the figures are for `cargo bench`.
    if !std::env::args().any(|argument| argument == "--bench") || !cfg!(target_os = "linux") {
        println!("skipped: run it with `cargo bench --bench engine`, on Linux");
        return;
    }
    println!("{:<44} {:>9} {:>9} {:>9}  beside", "what", "wall", "cpu", "peak");
    let home = tempfile::tempdir().expect("a temporary folder");
    start_up(home.path());
    check(home.path(), 10_000);
    wide_run(home.path());
    memory(home.path());
}

/// How long the smallest command takes; twenty times, the mean.
fn start_up(home: &Path) {
    let runs = 20;
    let mut total = Used::default();
    for _ in 0..runs {
        let used = measure(narani(home).arg("--version"));
        total.wall += used.wall;
        total.cpu += used.cpu;
        total.peak_kb = total.peak_kb.max(used.peak_kb);
    }
    total.wall /= runs;
    total.cpu /= runs;
    total.line("--version", "starting an empty process takes about 1 ms");
}

/// Reading and checking a suite without running it.
fn check(home: &Path, cases: usize) {
    let suite = write_suite(home, cases);
    let bytes = fs::metadata(home.join(&suite)).map_or(0, |file| file.len());
    let used = measure(narani(home).args(["check", &suite]));
    used.line(
        &format!("check, {cases} cases"),
        &format!("the file has {} kB", bytes / 1024),
    );
}

/// Four targets at once, as wide as their limits allow.
fn wide_run(home: &Path) {
    const CASES: usize = 2000;
    const WIDTH: usize = 64;
    const LATENCY: Duration = Duration::from_millis(100);
    let suite = write_suite(home, CASES);
    let rounds = u32::try_from(CASES.div_ceil(WIDTH)).expect("few rounds");
    let ideal = LATENCY * rounds;
    let simulator = Simulator::start(home, LATENCY);
    write_config(home, &simulator, 4, WIDTH);
    let used = measure(narani(home).args(["run", &suite, "--quiet", "--yes"]));
    used.line(
        &format!("run, 4 targets × {CASES}, 100 ms, {WIDTH} in flight"),
        &format!(
            "waiting alone takes {:.2} s; {} µs of cpu a call",
            ideal.as_secs_f64(),
            used.cpu.as_micros() / (4 * CASES as u128)
        ),
    );
}

/// Whether memory grows with the number of cases.
fn memory(home: &Path) {
    let mut peaks = Vec::new();
    for cases in [2000usize, 50_000] {
        let suite = write_suite(home, cases);
        let simulator = Simulator::start(home, Duration::from_millis(5));
        write_config(home, &simulator, 1, 64);
        let used = measure(narani(home).args(["run", &suite, "--quiet", "--yes"]));
        peaks.push((cases, used.peak_kb));
        let bytes = fs::metadata(home.join(&suite)).map_or(0, |file| file.len());
        used.line(
            &format!("run, 1 target × {cases}, 5 ms, 64 in flight"),
            &format!("the suite has {} kB", bytes / 1024),
        );
    }
    if let [(few, low), (many, high)] = peaks[..] {
        let grown = high.saturating_sub(low) * 1024 / (many - few) as u64;
        println!("memory grows by {grown} bytes a case; none would be ideal");
    }
}

/// A process's use of the machine.
#[derive(Default, Clone, Copy)]
struct Used {
    wall: Duration,
    cpu: Duration,
    peak_kb: u64,
    failed: bool,
}

impl Used {
    fn line(&self, what: &str, beside: &str) {
        let note = if self.failed { "FAILED; " } else { "" };
        println!(
            "{what:<44} {:>7.3} s {:>7.3} s {:>6} MB  {note}{beside}",
            self.wall.as_secs_f64(),
            self.cpu.as_secs_f64(),
            self.peak_kb / 1024
        );
    }
}

/// Runs a command to its end.
fn measure(command: &mut Command) -> Used {
    let cpu_before = cpu_of_children();
    let begun = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak_kb = 0;
    let status = loop {
        peak_kb = peak_kb.max(peak_of(child.id()));
        if let Some(status) = child.try_wait().expect("our own child") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(500));
    };
    Used {
        wall: begun.elapsed(),
        cpu: cpu_of_children().saturating_sub(cpu_before),
        peak_kb,
        failed: !status.success(),
    }
}

/// Processor time of all children that have ended and been waited for, from `/proc/self/stat` (proc(5): fields 16
/// and 17, in hundredths of a second).
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Largest resident memory so far, in kilobytes; 0 once the process is gone.
fn peak_of(process: u32) -> u64 {
    fs::read_to_string(format!("/proc/{process}/status"))
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or(0)
}

/// The simulator in a process of its own.
struct Simulator {
    child: Child,
    port: u16,
}

impl Simulator {
    fn start(home: &Path, latency: Duration) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let child = narani(home)
            .args(["simulate", "--port", &port.to_string()])
            .args(["--latency-ms", &latency.as_millis().to_string()])
            .args(["--jitter", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the simulator starts");
        let deadline = Instant::now() + Duration::from_secs(5);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the simulator does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, port }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn narani(home: &Path) -> Command {
    let mut command = Command::new(NARANI);
    command
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        .env("OPENAI_API_KEY", "simulated");
    command
}

fn write_suite(home: &Path, cases: usize) -> String {
    let name = format!("suite-{cases}.jsonl");
    let mut file = std::io::BufWriter::new(fs::File::create(home.join(&name)).expect("a file in our folder"));
    for n in 0..cases {
        let line = serde_json::json!({
            "id": format!("case-{n}"),
            "question": format!("{n}번째 질문입니다. {n} 더하기 {} 은 얼마인가요? 숫자만 답하세요.", n % 97),
            "expect": (n + n % 97).to_string(),
        });
        writeln!(file, "{line}").expect("room on the disk");
    }
    name
}

fn write_config(home: &Path, simulator: &Simulator, targets: usize, width: usize) {
    let port = simulator.port;
    let mut config = Vec::new();
    for n in 1..=targets {
        writeln!(
            config,
            "[targets.target-{n}]\n\
             provider = \"openai\"\n\
             address = \"http://127.0.0.1:{port}/v1\"\n\
             model = \"model-{n}\"\n\
             account = \"account-{n}\"\n\
             limits = {{ in_flight = {width} }}\n"
        )
        .expect("memory takes everything");
    }
    fs::write(home.join("config.toml"), config).expect("a file in our folder");
}
