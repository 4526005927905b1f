//! People who judge: `review`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `narani review`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ReviewArgs {
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
pub(in crate::cli) enum ReviewCommand {
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
pub(in crate::cli) struct ReviewExportArgs {
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
pub(in crate::cli) enum DrawArg {
    /// At random, by the seed
    Random,
    /// Where the targets differ most
    Disagreement,
}

/// Answers in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShownArg {
    /// Those of all targets
    All,
    /// Those of two
    Pairs,
}

/// `narani review import`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  narani review import 심사_*.xlsx")]
pub(in crate::cli) struct ReviewImportArgs {
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
pub(in crate::cli) struct ReviewAdjudicateArgs {
    /// Pack, as in p7f3
    #[arg(value_name = "PACK")]
    pub pack: String,
    /// Workbook to write [default: `decisions_PACK.xlsx`]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
