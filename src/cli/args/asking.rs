//! Before and while asking: `run`, `plan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, PageFormat};

/// `narani run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  narani run suites/quickstart.yaml --simulate
  narani run suites/korean.yaml --targets gpt,clova --trials 3
  narani run suites/*.yaml --max-cost 5USD --max-cost 3000KRW
  narani run questions.csv --targets llama --sample 20 --seed 1
  narani run suites/korean.yaml --filter tag=존댓말 --dry-run
  narani run --resume last")]
pub(in crate::cli) struct RunArgs {
    /// Suites: YAML, TOML, JSON lines, CSV or XLSX
    #[arg(value_name = "SUITE", required_unless_present = "resume")]
    pub suites: Vec<String>,
    /// Targets to ask, by name [default: the suite's, else all that have a key]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Ask every question this many times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub trials: Option<u32>,
    /// Only these cases: tag=NAME, id=NAME or group=NAME, with * for anything; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
    /// Only so many cases, drawn by the seed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,
    /// Seed of the sample and of the simulator
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Stop when this much is spent, for example 5USD or 3000KRW; repeatable
    #[arg(long, value_name = "MONEY", allow_hyphen_values = true)]
    pub max_cost: Vec<String>,
    /// Stop after this many calls
    #[arg(long, value_name = "N")]
    pub max_calls: Option<u64>,
    /// Let targets without a known price take part in spite of --max-cost
    #[arg(long)]
    pub allow_unpriced: bool,
    /// Neither reuse answers nor keep them for reuse
    #[arg(long, conflicts_with = "refresh")]
    pub no_cache: bool,
    /// Ask anew and keep the new answers for reuse
    #[arg(long)]
    pub refresh: bool,
    /// Say what would be asked and what it may cost, and ask nobody
    #[arg(long)]
    pub dry_run: bool,
    /// Go on with a run: its id, a beginning of it, a path, or last
    #[arg(long, value_name = "RUN", conflicts_with_all = ["suites", "targets", "trials", "filter", "sample", "dry_run", "simulate", "no_cache", "refresh"])]
    pub resume: Option<String>,
    /// With --resume: which errors are asked again
    #[arg(long, value_enum, default_value_t = RetryArg::Retryable, requires = "resume", conflicts_with = "suites")]
    pub retry: RetryArg,
    /// Stop once every pair of targets is settled or within --margin, by whether answers pass or by their scores; the cases are asked in an order drawn by --seed
    #[arg(long, value_enum, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "pass", conflicts_with_all = ["resume", "replay"])]
    pub stop_early: Option<StopBy>,
    /// With --stop-early: targets that differ by less, in points, count as settled; 0 for never
    #[arg(long, value_name = "POINTS", requires = "stop_early", default_value_t = 5.0, value_parser = zero_to_100)]
    pub margin: f64,
    /// Let the built-in simulator answer for every target; every output says SIMULATED
    #[arg(long)]
    pub simulate: bool,
    /// Answer from recordings in this folder alone; no connection is ever opened, what is not recorded is not measured
    #[arg(long, value_name = "DIR", conflicts_with_all = ["simulate", "resume", "dry_run", "record", "no_cache", "refresh"])]
    pub replay: Option<PathBuf>,
    /// Keep the answers in this folder, for --replay
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// With --simulate: answers from this file, as for `narani simulate`
    #[arg(long, value_name = "FILE", requires = "simulate")]
    pub answers: Option<PathBuf>,
    /// With --simulate: faults, for example 500:0.1,429:0.05,cut:0.02
    #[arg(long, value_name = "FAULTS", requires = "simulate")]
    pub fail: Option<String>,
    /// With --simulate: how often models are right, for example gpt=0.9,llama=0.6, or 0.8 for all
    #[arg(long, value_name = "SHARES", requires = "simulate")]
    pub right: Option<String>,
    /// With --simulate: time to answer in milliseconds
    #[arg(long, value_name = "MS", requires = "simulate", default_value_t = 20)]
    pub latency_ms: u64,
    /// What is printed at the end
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Do not ask before spending
    #[arg(short, long)]
    pub yes: bool,
    /// Wait this many seconds for running answers after a stop
    #[arg(long, value_name = "S", default_value_t = 20)]
    pub drain: u64,
    /// Without a terminal: a line every so many seconds
    #[arg(long, value_name = "S", default_value_t = 30)]
    pub progress_every: u64,
    /// Form of the lines without a terminal
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Take no keys while running
    #[arg(long)]
    pub no_input: bool,
    /// Print the answers even where CI is set
    #[arg(long)]
    pub print_answers: bool,
    /// Let suites name files outside their folder
    #[arg(long)]
    pub allow_outside: bool,
    /// Print no summary at the end
    #[arg(long, hide = true)]
    pub no_summary: bool,
}

/// `narani plan`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  narani plan suites/korean.yaml
  narani plan suites/korean.yaml --difference 3 --from last
  narani plan suites/korean.yaml --targets gpt,clova --trials 3 --disagree 15

A point is a hundredth of the score. Nobody is asked, no key is needed; what is assumed is printed.")]
pub(in crate::cli) struct PlanArgs {
    /// The suite
    #[arg(value_name = "SUITE")]
    pub suite: String,
    /// Difference to find, in points
    #[arg(long, value_name = "POINTS", default_value_t = 5.0, value_parser = above_zero_to_100)]
    pub difference: f64,
    /// Measure the noise in an earlier run: its id, a beginning of it, a path, or last
    #[arg(long, value_name = "RUN", conflicts_with = "disagree")]
    pub from: Option<String>,
    /// Without --from: on what share of the cases two targets disagree, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 20.0, value_parser = above_zero_to_100)]
    pub disagree: f64,
    /// Chance of finding a difference that is there, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 80.0, value_parser = a_power)]
    pub power: f64,
    /// Targets that would be asked, by name [default: the suite's, else all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Plan with this many answers to every question
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub trials: Option<u32>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = PageFormat::Text)]
    pub format: PageFormat,
    /// Let the suite name files outside its folder
    #[arg(long)]
    pub allow_outside: bool,
}

/// A number above 0 and at most 100, with or without a percent sign.
fn above_zero_to_100(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches('%').parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 100.0 => Ok(number),
        _ => Err("a number above 0 and at most 100 is wanted".to_owned()),
    }
}

/// A number from 0 to 100, with or without a percent sign.
fn zero_to_100(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches('%').parse::<f64>() {
        Ok(number) if (0.0..=100.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 100 is wanted".to_owned()),
    }
}

/// A chance worth planning for.
fn a_power(text: &str) -> Result<f64, String> {
    match above_zero_to_100(text) {
        Ok(number) if (50.0..100.0).contains(&number) => Ok(number),
        _ => Err("a number from 50 to below 100 is wanted".to_owned()),
    }
}

/// What settles a pair of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StopBy {
    /// Whether answers pass
    Pass,
    /// Their scores between 0 and 1
    Score,
}

/// Errors that resuming asks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RetryArg {
    /// Those that may pass: timeouts, limits, servers, network, keys
    Retryable,
    /// All
    AllErrors,
    /// None
    None,
}

/// Forms of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    /// For people
    Text,
    /// JSON lines
    Json,
}
