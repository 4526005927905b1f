//! What the tests and the benchmark of sheets start from: a configuration, a suite in Korean, and CSV files in and out.

use std::fmt::Write as _;
use std::path::Path;

/// Runs `suite.csv` against the simulator, which answers what `answers.jsonl` says.
pub(crate) const ANSWERED: [&str; 8] = [
    "run",
    "suite.csv",
    "--simulate",
    "--answers",
    "answers.jsonl",
    "--latency-ms",
    "1",
    "--no-cache",
];

/// A configuration of targets: name, provider, model. Those of Ollama are local.
pub(crate) fn config(targets: &[(&str, &str, &str)]) -> String {
    let mut config = String::new();
    for (name, provider, model) in targets {
        let local = if *provider == "ollama" { "local = true\n" } else { "" };
        writeln!(
            config,
            "[targets.{name}]\nprovider = \"{provider}\"\nmodel = \"{model}\"\n{local}"
        )
        .expect("a text");
    }
    config
}

/// A suite as CSV with Korean heads; `row` gives id, question, accepted answer and tag of a case.
pub(crate) fn suite(cases: usize, row: impl Fn(usize) -> [String; 4]) -> String {
    let mut suite = "번호,질문,정답,분류\n".to_owned();
    for case in 0..cases {
        suite.push_str(&row(case).join(","));
        suite.push('\n');
    }
    suite
}

/// The heads and rows of a CSV.
pub(crate) fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(path).expect("a file");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().expect("heads").iter().map(str::to_owned).collect();
    let rows = reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
        .collect();
    (heads, rows)
}

/// A CSV of heads and rows.
pub(crate) fn written(heads: &[String], rows: &[Vec<String>], separator: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    writer.write_record(heads).expect("heads");
    for row in rows {
        writer.write_record(row).expect("a row");
    }
    String::from_utf8(writer.into_inner().expect("all rows")).expect("UTF-8")
}

/// Place of a column.
pub(crate) fn at(heads: &[String], key: &str) -> usize {
    heads.iter().position(|head| head == key).expect("a column")
}
