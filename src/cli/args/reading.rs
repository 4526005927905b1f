//! Runs that are over: `show`, `runs`, `export`, `score`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Format;

/// `narani show`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  narani show last\n  narani show k7qd --case refund-004\n  narani show last --answers"
)]
pub(in crate::cli) struct ShowArgs {
    /// Run: id, beginning of it, path, or last
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// One case: question, every answer, scores with reasons
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// Every case with its answers side by side
    #[arg(long, conflicts_with = "case")]
    pub answers: bool,
    /// Every pair of columns: difference, interval, p-values
    #[arg(long, conflicts_with_all = ["case", "answers"])]
    pub pairs: bool,
    /// How far columns whose answers are labels agree with each other and with the reference
    #[arg(long, conflicts_with_all = ["case", "answers", "pairs"])]
    pub agreement: bool,
    /// Whole answers instead of the first 40 lines
    #[arg(long)]
    pub full: bool,
    /// With --case: what was sent and received, byte by byte
    #[arg(long, requires = "case")]
    pub raw: bool,
    /// Form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Print the answers even where CI is set
    #[arg(long)]
    pub print_answers: bool,
}

/// `narani runs`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RunsArgs {
    /// Only the newest so many
    #[arg(short, long, value_name = "N", default_value_t = 20)]
    pub number: usize,
    /// Form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `narani export`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  narani export last xlsx\n  narani export last csv --layout wide -o answers.csv\n  narani export last jsonl | jq .answer"
)]
pub(in crate::cli) struct ExportArgs {
    /// Run: id, beginning of it, path, or last
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Form
    #[arg(value_enum)]
    pub format: ExportFormat,
    /// Rows of a CSV
    #[arg(long, value_enum, default_value_t = LayoutArg::Long)]
    pub layout: LayoutArg,
    /// People: opens well in spreadsheets, harmless there. Machine: plain RFC 4180
    #[arg(long = "for", value_enum, default_value_t = AudienceArg::People, value_name = "WHOM")]
    pub audience: AudienceArg,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Forms of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// Comma-separated values
    Csv,
    /// A workbook for reading and pivoting
    Xlsx,
    /// One JSON object a cell, lossless
    Jsonl,
    /// The summary
    Json,
    /// The summary
    Markdown,
}

/// Rows of a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LayoutArg {
    /// A row a case × target × trial
    Long,
    /// A row a case, answers side by side
    Wide,
    /// A row an answer × scorer
    Scores,
}

/// Who reads a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AudienceArg {
    /// Spreadsheets
    People,
    /// Programs
    Machine,
}

/// `narani score`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  narani score last\n  narani score k7qd --suite suites/korean.yaml")]
pub(in crate::cli) struct ScoreArgs {
    /// Run: id, beginning of it, path, or last
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Expectations and scorers from this suite instead of those of the run
    #[arg(long, value_name = "SUITE")]
    pub suite: Option<String>,
    /// Let the suite name files outside its folder
    #[arg(long)]
    pub allow_outside: bool,
}
