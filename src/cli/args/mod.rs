//! What can be typed. Types only: what it means is settled by each command.

mod asking;
mod reading;
mod reviewing;
mod tooling;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use asking::{LogFormat, PlanArgs, RetryArg, RunArgs, StopBy};
pub(super) use reading::{AudienceArg, ExportArgs, ExportFormat, LayoutArg, RunsArgs, ScoreArgs, ShowArgs};
pub(super) use reviewing::{
    DrawArg, ReviewAdjudicateArgs, ReviewArgs, ReviewCommand, ReviewExportArgs, ReviewImportArgs, ShownArg,
};
pub(super) use tooling::{
    CheckArgs, CompletionsArgs, ComputeArgs, InitArgs, SchemaArgs, SchemaOf, ScorersArgs, SimulateArgs, TargetsArgs,
    TargetsCommand,
};

/// Ask GPT, Gemini, Claude, CLOVA X and a local Llama the same questions at once, and read the answers side by side.
#[derive(Debug, Parser)]
#[command(
    name = "narani",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "\
First steps:
  narani init                              config.toml and a first suite
  narani run suites/first.yaml --simulate  a whole run without keys or network
  narani targets check                     are the keys right, who is how fast?
  narani run suites/first.yaml             the real thing

Exit codes:
  0 done · 1 a quality check failed · 2 usage or configuration
  3 could not measure · 4 baseline · 5 budget reached · 70 internal error
  130, 143 stopped (saved, resumable)"
)]
pub(super) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Global {
    /// Configuration file that names the targets [default: `NARANI_CONFIG`, else config.toml when there is one]
    #[arg(long, global = true, display_order = 901, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the runs [default: `NARANI_RESULTS`, else results]
    #[arg(long, global = true, display_order = 902, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Language of what is printed for people [default: `NARANI_LANG`, else that of the system]
    #[arg(long, global = true, display_order = 903, value_enum)]
    pub lang: Option<LangArg>,
    /// When to colour
    #[arg(long, global = true, display_order = 904, value_enum, default_value_t = When::Auto, value_name = "WHEN", hide_possible_values = false)]
    pub color: When,
    /// Plain ASCII instead of lines, bars and marks
    #[arg(long, global = true, display_order = 905)]
    pub ascii: bool,
    /// Only the final table and errors
    #[arg(short, long, global = true, display_order = 906)]
    pub quiet: bool,
    /// One line an answer
    #[arg(short, long, global = true, display_order = 907)]
    pub verbose: bool,
}

/// Language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LangArg {
    /// 한국어
    Ko,
    /// English
    En,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Ask every target every question of one or more suites
    Run(Box<RunArgs>),
    /// Tell what a suite can show between two targets, and what more would take
    Plan(PlanArgs),
    /// Check suites for mistakes without asking anybody
    Check(CheckArgs),
    /// Show a run: the summary, or one case with every answer
    Show(ShowArgs),
    /// List the runs
    Runs(RunsArgs),
    /// Write a run as a workbook, CSV or JSON lines
    Export(ExportArgs),
    /// Have people rate answers in a spreadsheet, names masked
    Review(ReviewArgs),
    /// Score a run again, without asking again
    Score(ScoreArgs),
    /// Put runs side by side: what moved, by how much, and whether it is beyond chance
    Compare(super::compare::CompareArgs),
    /// Bring recorded answers or verdicts in as a run
    Import(Box<super::import::ImportArgs>),
    /// Judge a run by rules and a baseline: pass, fail, or not enough evidence
    Gate(super::gate::GateArgs),
    /// Accept results as what a target is known to do
    Baseline(super::baseline::BaselineArgs),
    /// Compute statistics and text measures over JSON lines
    Compute(ComputeArgs),
    /// Pretend to be every provider, on this machine
    Simulate(SimulateArgs),
    /// Write a commented config.toml and a first suite
    Init(InitArgs),
    /// The targets of the configuration
    Targets(TargetsArgs),
    /// Scorers: what each does and takes
    Scorers(ScorersArgs),
    /// Print a JSON Schema for editors
    Schema(SchemaArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Forms of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Forms of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Tables for the terminal
    Text,
    /// The summary as JSON
    Json,
    /// One JSON object a cell
    Jsonl,
    /// Detail as CSV
    Csv,
    /// The summary as Markdown
    Markdown,
}
