//! What workbooks, CSV and packs cost: `cargo bench --bench sheets`.
//!
//! Makes a simulated run of 10,000 cases and five targets with answers of 700 Korean characters, then runs the built program on it and
//! prints time, processor time and memory. It asserts nothing. Linux only, for the figures come from `/proc`.

#![expect(
    clippy::print_stdout,
    reason = "figures for people on standard output are what this is for"
)]

#[path = "../tests/sheets/setup.rs"]
#[expect(dead_code, reason = "the tests use all of it, the benchmark a part")]
mod setup;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use setup::{ANSWERED, config, suite, table, written};

const NARANI: &str = env!("CARGO_BIN_EXE_narani");
const CASES: usize = 10_000;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") || !cfg!(target_os = "linux") {
        println!("skipped: run it with `cargo bench --bench sheets`, on Linux");
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let home = home.path();
    make(home);
    println!("{:<52} {:>9} {:>9} {:>8}", "what", "wall", "cpu", "peak");
    let run = [&ANSWERED[..], &["--quiet", "--yes"]].concat();
    measure(home, "making the run, 10,000 × 5", &run);
    measure(
        home,
        "export xlsx (limit 20 s, 300 MB)",
        &["export", "last", "xlsx", "-o", "report.xlsx"],
    );
    let wall = measure(
        home,
        "export csv, 50,000 rows of detail",
        &["export", "last", "csv", "-o", "detail.csv"],
    );
    println!("    {:.0} rows a second (limit 100,000)", 50_000.0 / wall.as_secs_f64());
    let pack = [
        "review",
        "export",
        "last",
        "--reviewers",
        "kim",
        "--sample",
        "5000",
        "--csv",
        "--lang",
        "en",
        "-o",
        "out",
    ];
    measure(home, "review export, 5,000 rows", &pack);
    measure(
        home,
        "review import of its workbook (limit 2 s)",
        &["review", "import", "out/review_kim.xlsx"],
    );
    fill(home);
    measure(
        home,
        "review import of 5,000 ratings as CSV (limit 2 s)",
        &["review", "import", "filled.csv"],
    );
}

/// A suite, answers and five targets.
fn make(home: &Path) {
    let targets = [
        ("gpt", "openai", "gpt-1"),
        ("claude", "anthropic", "claude-1"),
        ("gemini", "gemini", "gemini-1"),
        ("clova", "clova", "clova-1"),
        ("llama", "ollama", "llama-1"),
    ];
    std::fs::write(home.join("config.toml"), config(&targets)).expect("a file");
    let question = |case: usize| format!("{case}번째 질문: 환불은 며칠 안에 가능한가요?");
    let suite = suite(CASES, |case| {
        [
            format!("q-{case:05}"),
            question(case),
            "14일".to_owned(),
            "환불".to_owned(),
        ]
    });
    let words = [
        "환불은",
        "수령일로부터",
        "14일",
        "이내에",
        "가능하며",
        "배송비는",
        "고객님이",
        "부담하십니다.",
        "단순",
        "변심의",
        "경우",
        "상품을",
        "받으신",
        "날부터",
        "확인해",
        "주세요.",
    ];
    let mut answers = String::new();
    for case in 0..CASES {
        let mut answer = String::new();
        let mut state = case as u64 + 1;
        while answer.chars().count() < 700 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            answer.push_str(words[(state >> 60) as usize]);
            answer.push(' ');
        }
        writeln!(
            answers,
            "{{\"question\":\"{}\",\"answer\":\"{answer}\"}}",
            question(case)
        )
        .expect("a text");
    }
    std::fs::write(home.join("suite.csv"), suite).expect("a file");
    std::fs::write(home.join("answers.jsonl"), answers).expect("a file");
}

/// Rates every row of the pack's CSV.
fn fill(home: &Path) {
    let (heads, mut rows) = table(&home.join("out/review_kim.csv"));
    for (number, row) in rows.iter_mut().enumerate() {
        for (head, cell) in heads.iter().zip(row) {
            match head.as_str() {
                head if head.starts_with("s.") => *cell = (number % 5 + 1).to_string(),
                "pref" => "A".clone_into(cell),
                _ => {}
            }
        }
    }
    std::fs::write(home.join("filled.csv"), written(&heads, &rows, b',')).expect("a file");
}

/// Runs the program to its end, prints a line, and gives the time it took.
fn measure(home: &Path, what: &str, words: &[&str]) -> Duration {
    let before = cpu_of_children();
    let begun = Instant::now();
    let mut child = Command::new(NARANI)
        .args(words)
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_of(child.id()));
        if let Some(status) = child.try_wait().expect("our own child") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let wall = begun.elapsed();
    let cpu = cpu_of_children().saturating_sub(before);
    let note = if status.success() { "" } else { "  FAILED" };
    println!(
        "{what:<52} {:>7.2} s {:>7.2} s {:>5} MB{note}",
        wall.as_secs_f64(),
        cpu.as_secs_f64(),
        peak / 1024
    );
    wall
}

/// Processor time of all children that have been waited for (proc(5): fields 16 and 17 of `stat`, hundredths of a second).
fn cpu_of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields = after_name.split_whitespace().skip(13).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Largest resident memory so far, in kilobytes; 0 once the process is gone.
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
