//! What can be typed. Types only: what it means is settled by each command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
pub(super) struct RunArgs {
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
    #[arg(long, value_name = "MONEY")]
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
    #[arg(long, value_enum, default_value_t = RetryArg::Retryable, requires = "resume")]
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
pub(super) struct PlanArgs {
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

/// Forms of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    /// For people
    Text,
    /// For programs
    Json,
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
pub(super) enum StopBy {
    /// Whether answers pass
    Pass,
    /// Their scores between 0 and 1
    Score,
}

/// Errors that resuming asks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RetryArg {
    /// Those that may pass: timeouts, limits, servers, network, keys
    Retryable,
    /// All
    AllErrors,
    /// None
    None,
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

/// Forms of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// JSON lines
    Json,
}

/// `narani check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  narani check suites/*.yaml questions.csv")]
pub(super) struct CheckArgs {
    /// Suites; the configuration is checked too, when there is one
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// Let suites name files outside their folder
    #[arg(long)]
    pub allow_outside: bool,
}

/// `narani show`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  narani show last\n  narani show k7qd --case refund-004\n  narani show last --answers"
)]
pub(super) struct ShowArgs {
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
pub(super) struct RunsArgs {
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
pub(super) struct ExportArgs {
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
pub(super) enum ExportFormat {
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
pub(super) enum LayoutArg {
    /// A row a case × target × trial
    Long,
    /// A row a case, answers side by side
    Wide,
    /// A row an answer × scorer
    Scores,
}

/// Who reads a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AudienceArg {
    /// Spreadsheets
    People,
    /// Programs
    Machine,
}

/// `narani score`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  narani score last\n  narani score k7qd --suite suites/korean.yaml")]
pub(super) struct ScoreArgs {
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

/// `narani compute`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Reads lines {\"id\", \"function\", \"input\"} and writes lines {\"id\", \"result\"} or {\"id\", \"error\"}.
The functions are those that the reports use; --list names them with what each was checked against.

Example:
  echo '{\"id\":1,\"function\":\"chrf\",\"input\":{\"hypotheses\":[\"좋아요\"],\"references\":[[\"좋아요!\"]],\"word_order\":0}}' | narani compute")]
pub(super) struct ComputeArgs {
    /// Name the functions
    #[arg(long)]
    pub list: bool,
    /// File to read [default: standard input]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `narani simulate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Speaks all six protocols on one port, streaming too, with the vendors' errors and headers.

Examples:
  narani simulate --port 8080 --latency-ms 300 --jitter 0.3
  narani simulate --rpm 60 --fail 500:0.1,429:0.05,cut:0.02,hang:0.01,garbage:0.01
  narani simulate --answers recorded.jsonl
  narani simulate --suite suites/quickstart.yaml --right gpt=0.9,llama=0.6")]
pub(super) struct SimulateArgs {
    /// Port; 0 takes a free one
    #[arg(long, default_value_t = 8787)]
    pub port: u16,
    /// Time to answer in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 200)]
    pub latency_ms: u64,
    /// Spread of the time, as a share of it (0 to 1)
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    pub jitter: f64,
    /// Requests a minute and model
    #[arg(long, value_name = "N")]
    pub rpm: Option<u32>,
    /// Tokens a minute and model
    #[arg(long, value_name = "N")]
    pub tpm: Option<u64>,
    /// Change the requests a minute after so many seconds, for example 60:300
    #[arg(long, value_name = "SECONDS:N", requires = "rpm")]
    pub then: Option<String>,
    /// Enforce limits without telling them in headers
    #[arg(long)]
    pub quiet_limits: bool,
    /// Faults and their shares, for example 500:0.1,429:0.05,cut:0.02,hang:0.01,garbage:0.01
    #[arg(long, value_name = "FAULTS")]
    pub fail: Option<String>,
    /// Answers from this file: JSON lines {"question", "model", "answer"}
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Suites whose expectations the made-up answers meet; repeatable
    #[arg(long, value_name = "SUITE")]
    pub suite: Vec<String>,
    /// With --suite: how often models are right, for example gpt=0.9,llama=0.6, or 0.8 for all
    #[arg(long, value_name = "SHARES", requires = "suite")]
    pub right: Option<String>,
    /// Share of calls that take longer, and how much: 0.005:60
    #[arg(long, value_name = "SHARE:FACTOR")]
    pub slow: Option<String>,
    /// Beyond so many open calls each one takes longer
    #[arg(long, value_name = "N")]
    pub width: Option<u32>,
    /// Seed of everything drawn by chance
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Take requests without a key, too
    #[arg(long)]
    pub no_auth: bool,
    /// Log of every request, as JSON lines
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

/// `narani init`.
#[derive(Debug, Clone, Args)]
pub(super) struct InitArgs {
    /// Folder [default: here]
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// `narani targets`.
#[derive(Debug, Clone, Args)]
pub(super) struct TargetsArgs {
    /// What to do with them
    #[command(subcommand)]
    pub command: Option<TargetsCommand>,
}

/// `narani targets …`.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum TargetsCommand {
    /// List them with address, model and whether there is a key
    List,
    /// Ask each one short question: is the key right, who answers, how fast, what limits?
    Check {
        /// Only these
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
}

/// `narani scorers`.
#[derive(Debug, Clone, Args)]
pub(super) struct ScorersArgs {
    /// Show the page of this one
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `narani schema`.
#[derive(Debug, Clone, Args)]
pub(super) struct SchemaArgs {
    /// Of which file
    #[arg(value_enum)]
    pub which: SchemaOf,
}

/// Files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// Suites
    Suite,
    /// config.toml
    Config,
}

/// `narani completions`.
#[derive(Debug, Clone, Args)]
pub(super) struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `narani review`.
#[derive(Debug, Clone, Args)]
pub(super) struct ReviewArgs {
    /// What to do
    #[command(subcommand)]
    pub command: ReviewCommand,
}

/// `narani review …`.
#[derive(Debug, Clone, Subcommand)]
#[command(after_help = "\
Examples:
  narani review export last --reviewers 지민,서준,하윤 --sample 60
  narani review import 심사_지민.xlsx
  narani review status p7f3

The guide is docs/review.md (Korean: docs/review.ko.md).")]
pub(super) enum ReviewCommand {
    /// Make a masked workbook for every reviewer
    Export(Box<ReviewExportArgs>),
    /// Read files that came back: XLSX, ODS, CSV in UTF-8, UTF-16 or CP949
    Import(ReviewImportArgs),
    /// How far every reviewer is, and what they say so far
    Status {
        /// Pack, as in p7f3 [default: a list of all packs]
        #[arg(value_name = "PACK")]
        pack: Option<String>,
    },
    /// How far people agree with each other and with the scores
    Agree {
        /// Pack, as in p7f3
        #[arg(value_name = "PACK")]
        pack: String,
    },
    /// Make a workbook of the rows that people differ on, for a decision
    Adjudicate(ReviewAdjudicateArgs),
    /// Show the names, before everybody has finished
    Unmask {
        /// Pack, as in p7f3
        #[arg(value_name = "PACK")]
        pack: String,
    },
}

/// `narani review export`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  narani review export last --reviewers 지민,서준 --sample 60
  narani review export k7qd --reviewers kim --by disagreement --sample 30 --csv")]
pub(super) struct ReviewExportArgs {
    /// Run: id, beginning of it, path, or last
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Names of the reviewers; each gets a file
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    pub reviewers: Vec<String>,
    /// Rows to review [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: Option<u32>,
    /// How they are drawn. Only a random draw says something about the whole run
    #[arg(long, value_enum, default_value_t = DrawArg::Random)]
    pub by: DrawArg,
    /// Only this case, by id; repeatable
    #[arg(long = "case", value_name = "ID")]
    pub cases: Vec<String>,
    /// Answers in a row [default: all up to six, else pairs]
    #[arg(long, value_enum)]
    pub layout: Option<ShownArg>,
    /// Lowest and highest score
    #[arg(long, value_name = "LOW-HIGH", default_value = "1-5")]
    pub scale: String,
    /// So many rows go to everybody, the rest is split [default: everybody gets all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32))]
    pub overlap: Option<u32>,
    /// Seed of draw, order and letters [default: by chance]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Show the accepted answer
    #[arg(long)]
    pub show_reference: bool,
    /// Leave names of vendors and products in the answers
    #[arg(long)]
    pub no_mask_names: bool,
    /// Mask names of vendors and products in the answers (this is the default)
    #[arg(long, conflicts_with = "no_mask_names", hide = true)]
    pub mask_names: bool,
    /// Lock the texts; sorting is then off
    #[arg(long)]
    pub protect: bool,
    /// A CSV beside every workbook
    #[arg(long)]
    pub csv: bool,
    /// Folder for the files [default: review-PACK]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// How rows are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DrawArg {
    /// At random, by the seed
    Random,
    /// Where the targets differ most
    Disagreement,
}

/// Answers in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShownArg {
    /// Those of all targets
    All,
    /// Those of two
    Pairs,
}

/// `narani review import`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  narani review import 심사_*.xlsx")]
pub(super) struct ReviewImportArgs {
    /// Files that came back
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Whose file it is; told by the keys of its rows otherwise
    #[arg(long, value_name = "NAME")]
    pub reviewer: Option<String>,
    /// Save nothing of a file in which anything is unclear or edited
    #[arg(long)]
    pub strict: bool,
}

/// `narani review adjudicate`.
#[derive(Debug, Clone, Args)]
pub(super) struct ReviewAdjudicateArgs {
    /// Pack, as in p7f3
    #[arg(value_name = "PACK")]
    pub pack: String,
    /// Workbook to write [default: `decisions_PACK.xlsx`]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
