//! A throw-away folder with suites and configurations, the simulator as a process of its own, and what processes used.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const NARANI: &str = env!("CARGO_BIN_EXE_narani");

/// The folder.
pub(crate) struct Lab {
    home: tempfile::TempDir,
}

/// A target of the configuration.
#[derive(Clone)]
pub(crate) struct Answerer {
    pub(crate) port: u16,
    /// Lines of its table beside provider, address, model and account.
    pub(crate) more: String,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program, run in the folder.
    pub(crate) fn narani(&self) -> Command {
        self.command(NARANI)
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.home())
            .env_clear()
            .env("HOME", self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// A suite of short questions in two languages; its name.
    pub(crate) fn suite(&self, cases: usize) -> String {
        let name = format!("suite-{cases}.jsonl");
        let path = self.home().join(&name);
        if path.is_file() {
            return name;
        }
        let mut file = std::io::BufWriter::new(fs::File::create(path).expect("a file in our folder"));
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

    /// A configuration with these targets, named `target-1` and so on; its name.
    pub(crate) fn config(&self, answerers: &[Answerer]) -> String {
        let mut text = String::new();
        for (n, Answerer { port, more }) in (1..).zip(answerers) {
            text.push_str(&format!(
                "[targets.target-{n}]\nprovider = \"openai\"\naddress = \"http://127.0.0.1:{port}/v1\"\n\
                 model = \"model-{n}\"\naccount = \"account-{n}\"\n{more}\n\n"
            ));
        }
        fs::write(self.home().join("config.toml"), text).expect("a file in our folder");
        "config.toml".to_owned()
    }

    /// The command that runs a suite.
    pub(crate) fn run(&self, suite: &str) -> Command {
        let mut command = self.narani();
        command.args(["run", suite, "--quiet", "--yes", "--no-cache"]);
        command
    }

    /// Deletes what runs left behind.
    pub(crate) fn clear(&self) {
        let _ = fs::remove_dir_all(self.home().join("results"));
    }
}

/// A target with a number of calls in flight.
pub(crate) fn wide(port: u16, in_flight: usize) -> Answerer {
    Answerer {
        port,
        more: format!("limits = {{ in_flight = {in_flight} }}"),
    }
}

/// A process's use of the machine.
#[derive(Default, Clone, Copy)]
pub(crate) struct Used {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) peak_kb: u64,
    pub(crate) failed: bool,
}

impl Used {
    /// Prints a row of the table.
    pub(crate) fn row(&self, what: &str, beside: &str) {
        let note = if self.failed { "FAILED; " } else { "" };
        println!(
            "{what:<52} {:>8.3} s {:>8.3} s {:>5} MB  {note}{beside}",
            self.wall.as_secs_f64(),
            self.cpu.as_secs_f64(),
            self.peak_kb / 1024
        );
    }

    /// Processor time of one of so many calls, in microseconds.
    pub(crate) fn each(&self, calls: usize) -> u128 {
        self.cpu.as_micros() / calls.max(1) as u128
    }
}

/// Prints the head of a table.
pub(crate) fn head(title: &str) {
    println!(
        "\n{title}\n{:<52} {:>10} {:>10} {:>8}  beside",
        "", "wall", "cpu", "peak"
    );
}

/// The median of some runs by wall time.
pub(crate) fn median(runs: usize, mut run: impl FnMut() -> Used) -> Used {
    let mut all: Vec<Used> = (0..runs).map(|_| run()).collect();
    all.sort_by_key(|used| used.wall);
    all[runs / 2]
}

/// Runs a command to its end.
pub(crate) fn measure(command: &mut Command) -> Used {
    let before = cpu_of_children();
    let begun = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let mut peak_kb = 0;
    // Looking often would take time from what is measured; looking seldom would miss its end.
    let mut pause = Duration::from_micros(300);
    let status = loop {
        peak_kb = peak_kb.max(peak_of(child.id()));
        if let Some(status) = child.try_wait().expect("our own child") {
            break status;
        }
        std::thread::sleep(pause);
        pause = (pause * 5 / 4).min(Duration::from_millis(5));
    };
    Used {
        wall: begun.elapsed(),
        cpu: cpu_of_children().saturating_sub(before),
        peak_kb,
        failed: !status.success(),
    }
}

/// Processor time of all children that have ended and been waited for.
fn cpu_of_children() -> Duration {
    ticks("/proc/self/stat", 13)
}

/// Processor time of a running process.
pub(crate) fn cpu_of(process: u32) -> Duration {
    ticks(&format!("/proc/{process}/stat"), 11)
}

/// Two fields of a `stat` file of proc(5), in hundredths of a second: user and system time.
fn ticks(path: &str, skip: usize) -> Duration {
    let stat = fs::read_to_string(path).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields = after_name.split_whitespace().skip(skip).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Largest resident memory so far, in kilobytes; 0 once the process is gone.
pub(crate) fn peak_of(process: u32) -> u64 {
    fs::read_to_string(format!("/proc/{process}/status"))
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or(0)
}

/// The simulator in a process of its own.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) port: u16,
    log: PathBuf,
}

/// A request as the simulator saw it.
pub(crate) struct Seen {
    /// When it came and when its answer was sent, in seconds since the simulator started.
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// It was answered 429.
    pub(crate) limited: bool,
    pub(crate) answered: bool,
    /// Calls of the model open at the time.
    pub(crate) open: u64,
    pub(crate) tokens: f64,
}

impl Simulator {
    /// Starts one that answers in `millis`, always the same, with more options.
    pub(crate) fn start(lab: &Lab, millis: u64, more: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let log = lab.home().join(format!("log-{port}.jsonl"));
        let child = lab
            .narani()
            .args(["simulate", "--no-auth", "--port", &port.to_string()])
            .args(["--latency-ms", &millis.to_string(), "--jitter", "0"])
            .args(
                more.iter()
                    .map(|word| if *word == "LOG" { log.as_os_str() } else { word.as_ref() }),
            )
            .spawn()
            .expect("the simulator starts");
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the simulator does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, port, log }
    }

    /// Processor time so far.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(self.child.id())
    }

    /// What it logged; it must have been started with `--log LOG`.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let number = |line: &serde_json::Value, key: &str| line[key].as_f64().unwrap_or(0.0);
        text.lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .map(|line| Seen {
                from: number(&line, "received_us") / 1e6,
                to: number(&line, "ended_us") / 1e6,
                limited: line["verdict"] == "limited",
                answered: line["verdict"] == "answered",
                open: line["open"].as_u64().unwrap_or(0),
                tokens: number(&line, "tokens"),
            })
            .collect()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
