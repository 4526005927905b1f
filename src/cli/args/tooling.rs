//! What needs no run: `check`, `compute`, `simulate`, `init`, `targets`, `scorers`, `schema`, `completions`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `narani check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  narani check suites/*.yaml questions.csv")]
pub(in crate::cli) struct CheckArgs {
    /// Suites; the configuration is checked too, when there is one
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// Let suites name files outside their folder
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
pub(in crate::cli) struct ComputeArgs {
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
pub(in crate::cli) struct SimulateArgs {
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
pub(in crate::cli) struct InitArgs {
    /// Folder [default: here]
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// `narani targets`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct TargetsArgs {
    /// What to do with them
    #[command(subcommand)]
    pub command: Option<TargetsCommand>,
}

/// `narani targets …`.
#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum TargetsCommand {
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
pub(in crate::cli) struct ScorersArgs {
    /// Show the page of this one
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `narani schema`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct SchemaArgs {
    /// Of which file
    #[arg(value_enum)]
    pub which: SchemaOf,
}

/// Files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Suites
    Suite,
    /// config.toml
    Config,
}

/// `narani completions`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
