//! `narani gate`: a finished run against rules and a baseline.
//!
//! `opened` reads configuration, rules and run; `sides` finds what the run is compared with; `told` writes the verdict for people
//! and services. The decision itself is `crate::gate`'s.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Global;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open;
use super::printer::Printer;
use crate::gate::baseline::safe_name;
use crate::gate::{Trial, judge, misfits};

mod opened;
mod sides;
mod told;

pub(super) use told::why;

/// `narani gate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Rules stand under [gate] in config.toml, or in a file named with --rules. Without any, a gate fails when the passing rate of
a target is shown to have dropped by two points or more against results/baselines/SUITE.

Examples:
  narani gate last
  narani gate last --baseline last                against the run before
  narani gate last --github --junit gate.xml      in GitHub Actions
  narani gate last --confirm 2                    ask failing must-pass cases twice more

Exit codes: 0 pass · 1 fail · 2 rules or usage · 3 not enough evidence · 4 baseline missing, damaged or not comparable")]
pub(super) struct GateArgs {
    /// Run: id, beginning of it, path, or last
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// What to compare with: a folder of baselines, a run, or last for the run before [default: results/baselines/SUITE]
    #[arg(long, value_name = "PATH|RUN|last")]
    pub baseline: Option<String>,
    /// Rules from this file instead of config.toml
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// List every check and every case that moved
    #[arg(long)]
    pub list: bool,
    /// Write the verdict as Markdown; - for standard output
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Name in the marker of the Markdown, by which a workflow finds its comment [default: the suite]
    #[arg(long, value_name = "NAME", requires = "markdown")]
    pub marker: Option<String>,
    /// Add the answers of cases that moved to the Markdown
    #[arg(long)]
    pub with_answers: bool,
    /// Write the verdict as JSON; - for standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the verdict as `JUnit` XML; - for standard output
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// In GitHub Actions: job summary, outputs, annotations
    #[arg(long)]
    pub github: bool,
    /// Ask failing must-pass cases so many times more; one that passes most of all its trials counts as passed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub confirm: Option<u32>,
    /// Judge the baseline against itself, which must pass: shows that the rules raise no alarm by themselves
    #[arg(long)]
    pub self_check: bool,
}

pub(super) fn gate(global: &Global, args: &GateArgs, printer: &Printer) -> Outcome {
    let outcome = judged(global, args, printer);
    if let (true, Err(failure)) = (args.github, &outcome) {
        // Whoever looks at the job only sees what stands in its summary: a mistake belongs there as a verdict does.
        told::mistakes(failure.problems(), printer)?;
    }
    outcome
}

fn judged(global: &Global, args: &GateArgs, printer: &Printer) -> Outcome {
    told::one_on_stdout(args)?;
    let opened::Opened {
        settings,
        rules,
        listed,
        reader,
        now,
    } = opened::open(global, args)?;
    let results = open::results(global, Some(&settings));
    let mut against = sides::against(args, &rules, &results, &listed, &now, printer)?;
    let today = opened::today();
    let unfit = misfits(&now, &rules, today);
    if !unfit.is_empty() {
        return Err(opened::in_order(unfit));
    }
    let options = opened::options(
        global,
        args,
        &against,
        &settings,
        &usual_folder(&results, &now.info.suite),
    );
    let mut repeats = None;
    if let Some(times) = args.confirm {
        let first = judge(&Trial {
            now: &now,
            against: &against,
            rules: &rules,
            today,
            repeats: None,
            options: &options,
        })
        .map_err(|problems| Failure::of(Exit::Usage, problems))?;
        let made = super::confirm::confirm(global, (&listed, &reader), (&now, &first), times, printer)?;
        repeats = (!made.cases.is_empty()).then_some(made);
    }
    sides::propose(&now, &rules, &mut against, printer);
    let mut verdict = judge(&Trial {
        now: &now,
        against: &against,
        rules: &rules,
        today,
        repeats: repeats.as_ref(),
        options: &options,
    })
    .map_err(|problems| Failure::of(Exit::Usage, problems))?;
    told::explain(&reader, &mut verdict, args.with_answers)?;
    if args.junit.is_some() {
        told::tell_trials(&reader, &now, &mut verdict)?;
    }
    told::tell(args, &now, &verdict, printer)?;
    Ok(match verdict.exit() {
        0 => Exit::Done,
        1 => Exit::Quality,
        3 => Exit::Unmeasured,
        _ => Exit::Baseline,
    })
}

/// The folder of a suite's baselines where nothing else is said.
pub(super) fn usual_folder(results: &Path, suite: &str) -> PathBuf {
    results.join("baselines").join(safe_name(suite))
}
