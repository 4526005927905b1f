//! What the engine costs beside what physics asks for: `cargo bench --bench engine`.
//!
//! Runs the built program against its own simulator on generated suites and prints time, processor time and memory,
//! each with the limit that no program could beat. It asserts nothing: figures depend on the machine, and the
//! simulator takes its share of it. Linux only, for the figures come from `/proc`.
//!
//! `cargo bench --bench engine` takes some ten minutes; `-- full` adds the two-minute runs and the million cells;
//! `-- NAME …` makes only those groups: start, speed, bare, known, unknown, width, fair, tail, cells.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "figures for people on standard output are what this is for"
)]

mod bare;
mod cells;
mod lab;
mod limits;
mod others;
mod speed;

use lab::Lab;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, rest @ ..] = arguments.as_slice()
        && word == bare::WORD
    {
        bare::run(rest);
        return;
    }
    // `cargo test --benches` runs this too, without the argument of `cargo bench`.
    if !arguments.iter().any(|argument| argument == "--bench") || !cfg!(target_os = "linux") {
        println!("skipped: run it with `cargo bench --bench engine`, on Linux");
        return;
    }
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let full = words.contains(&"full");
    let groups: [(&str, fn(&Lab, bool)); 9] = [
        ("start", speed::start),
        ("speed", speed::wide),
        ("bare", bare::beside),
        ("known", limits::known),
        ("unknown", limits::unknown),
        ("width", limits::width),
        ("fair", others::fair),
        ("tail", others::tail),
        ("cells", cells::many),
    ];
    let lab = Lab::new();
    for (name, group) in groups {
        let chosen = words.contains(&name);
        if chosen || words.iter().all(|word| *word == "full") {
            group(&lab, full);
        }
    }
}
