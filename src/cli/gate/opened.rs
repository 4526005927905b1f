//! What a gate opens: configuration, rules, the run; and how the commands that it advises are to be given.

use std::path::Path;

use super::GateArgs;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::open;
use crate::compare::Grid;
use crate::config::{self, CheckKind, GateRules, Metric, Settings};
use crate::domain::Problem;
use crate::gate::{Against, Options, misfits};
use crate::store::{Listed, Reader};
use crate::suite::findings::Findings;
use crate::text::sink::terminal_word;

/// Everything that stands before a verdict.
pub(super) struct Opened {
    pub(super) settings: Settings,
    pub(super) rules: GateRules,
    pub(super) listed: Listed,
    pub(super) reader: Reader,
    pub(super) now: Grid,
}

/// The settings with the rules, and the run. Rules that have mistakes are still held against the run: whoever mends them learns
/// at once what else does not fit.
pub(super) fn open(global: &Global, args: &GateArgs) -> Result<Opened, Failure> {
    let settings = open::settings(global);
    let read = match (&args.rules, &settings) {
        (Some(path), _) => config::gate_rules(path),
        (None, Ok(settings)) => Ok(settings.gate.clone().unwrap_or_default()),
        (None, Err(_)) => Err(config::Misread {
            problems: Vec::new(),
            rules: open::settings_file(global).and_then(|path| config::gate_rules_within(&path)),
        }),
    };
    let listed = open::find_run(global, &args.run);
    let opened = |listed: Listed, rules: &GateRules| -> Result<(Listed, Reader, Grid), Failure> {
        let reader = Reader::open(&listed)?;
        let now = Grid::read(&reader, wants_scorers(rules, &reader))?;
        Ok((listed, reader, now))
    };
    let misread = match (settings, read) {
        (Ok(settings), Ok(rules)) => {
            let (listed, reader, now) = opened(listed?, &rules)?;
            return Ok(Opened {
                settings,
                rules,
                listed,
                reader,
                now,
            });
        }
        (settings, read) => {
            let (problems, rules) = match read {
                Ok(rules) => (Vec::new(), Some(rules)),
                Err(misread) => (misread.problems, misread.rules),
            };
            let mut all = settings.err().map(Failure::into_problems).unwrap_or_default();
            all.extend(problems);
            (all, rules)
        }
    };
    let (mut problems, rules) = misread;
    if let (Some(rules), Ok(listed)) = (rules, listed)
        && let Ok((.., now)) = opened(listed, &rules)
    {
        problems.extend(misfits(&now, &rules, today()));
    }
    Err(in_order(problems))
}

/// Mistakes of rules, in reading order.
pub(super) fn in_order(problems: Vec<Problem>) -> Failure {
    let mut findings = Findings::new();
    for problem in problems {
        findings.add(problem);
    }
    let (problems, more) = findings.finish();
    Failure::of(Exit::Usage, problems).with_more(more)
}

pub(super) fn today() -> jiff::civil::Date {
    jiff::ZonedDateTime::now().date()
}

/// Whether the points of single scorers are needed: a rule is about one, or a baseline has to hold them.
fn wants_scorers(rules: &GateRules, reader: &Reader) -> bool {
    let scorer = |metric: &Metric| matches!(metric, Metric::Scorer(_));
    let asked = rules.checks.iter().any(|check| match &check.kind {
        CheckKind::Regression { metric, .. } | CheckKind::Floor { metric, .. } => scorer(metric),
        _ => false,
    });
    asked || reader.info().scorers.len() > 1
}

/// What the advised commands have to be given again: whoever copies one must land where this gate looked.
pub(super) fn options(
    global: &Global,
    args: &GateArgs,
    against: &Against,
    settings: &Settings,
    usual: &Path,
) -> Options {
    let mut options = Options::default();
    let mut add = |to: fn(&mut Options) -> &mut String, name: &str, value: &str| {
        to(&mut options).push_str(&format!(" {name} {}", terminal_word(value)));
    };
    let shown = |path: &Path| path.display().to_string();
    if let Some(path) = &global.config {
        add(|options| &mut options.global, "--config", &shown(path));
    }
    if let Some(path) = &global.out {
        add(|options| &mut options.global, "--out", &shown(path));
    }
    if let Some(path) = &args.rules {
        add(|options| &mut options.gate, "--rules", &shown(path));
    }
    if let Some(named) = &args.baseline {
        add(|options| &mut options.gate, "--baseline", named);
    }
    let taken = settings.gate.as_ref().and_then(|rules| rules.baseline.as_deref());
    if !against.is_run && Path::new(&against.name) != taken.unwrap_or(usual) {
        add(|options| &mut options.baseline, "--baseline", &against.name);
    }
    options
}
