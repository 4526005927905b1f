//! The decision: every rule on every column it is about, and what a reader must know beside it.
//!
//! What each kind of check decides stands in a file of its own; here is what holds for all: which columns, how much was
//! measured, and the order of the verdict.

use std::collections::HashMap;

use crate::compare::grid::NO_VERDICT;
use crate::compare::{Grid, Measure, Paid};
use crate::config::{CheckKind, CheckRule, GateRules, Metric, Quarantine};
use crate::domain::Problem;

use super::against::Against;
use super::verdict::{Check, Coverage, Earlier, Moved, Needs, Options, Repeats, State, Undecided, Verdict};

mod limits;
mod misfits;
mod must_pass;
mod regression;
mod remarks;

pub use misfits::misfits;

/// What is judged, and by what.
#[derive(Debug)]
pub struct Trial<'a> {
    /// The run.
    pub now: &'a Grid,
    /// What it is compared with.
    pub against: &'a Against,
    /// The rules.
    pub rules: &'a GateRules,
    /// The day, for quarantines.
    pub today: jiff::civil::Date,
    /// Repeats of must-pass cases, where some were asked.
    pub repeats: Option<&'a Repeats>,
    /// What the advised commands have to be given again.
    pub options: &'a Options,
}

/// Judges a run.
///
/// # Errors
/// Rules that match nothing, quarantines that ran out: mistakes of the configuration, all at once.
pub fn judge(trial: &Trial<'_>) -> Result<Verdict, Vec<Problem>> {
    let problems = misfits(trial.now, trial.rules, trial.today);
    if !problems.is_empty() {
        return Err(problems);
    }
    let now = trial.now;
    let lanes_of = |rule: &CheckRule| lanes(now, &rule.targets);
    let mut checked = vec![false; now.lanes.len()];
    for rule in trial
        .rules
        .checks
        .iter()
        .filter(|rule| !matches!(rule.kind, CheckKind::Cost { .. }))
    {
        for lane in lanes_of(rule) {
            checked[lane] = true;
        }
    }
    let coverage: Vec<Coverage> = (0..now.lanes.len())
        .filter(|lane| checked[*lane])
        .map(|lane| covered(now, lane, trial.rules.coverage_min))
        .collect();
    let low = |lane: usize| covered(now, lane, trial.rules.coverage_min).low;
    let mut checks = Vec::new();
    for rule in &trial.rules.checks {
        if let CheckKind::Cost { max } = &rule.kind {
            checks.push(limits::cost(trial, max, rule));
            continue;
        }
        for lane in lanes_of(rule) {
            let mut check = one(trial, rule, lane);
            // Too little was measured: no verdict on quality comes from this column, whatever it would be.
            if low(lane) && !matches!(check.state, State::NoBaseline(_)) {
                check.state = State::Inconclusive(Undecided::Coverage);
            }
            checks.push(check);
        }
        // A target that simply stays away must not pass unseen; a check that names its targets says whom it is about.
        if matches!(rule.kind, CheckKind::Regression { .. }) && rule.targets.is_empty() {
            checks.extend(trial.against.absent.iter().map(|target| {
                let mut check = Check::new(rule.kind.clone());
                check.label = Some(target.clone());
                check.target = Some(target.clone());
                check.state = State::Inconclusive(Undecided::Absent);
                check
            }));
        }
    }
    mark_critical(&mut checks);
    let paid = spent(trial);
    let mut cached = 0;
    let mut missed = 0;
    for (at, lane) in now.lanes.iter().enumerate() {
        cached += lane.counts.cached;
        missed += lane.counts.planned - lane.counts.measured + now.unjudged(at);
    }
    let misses = now.misses.iter().take(1000).map(|(lane, case, trial, kind)| {
        let id = now.cases[*case as usize].id.clone();
        (now.lanes[*lane].label.clone(), id, *trial, kind.clone())
    });
    let info = &now.info;
    Ok(Verdict {
        run: info.id.to_string(),
        suite: info.suite.clone(),
        suite_fp: info.suite_fp.clone(),
        version: info.version.clone(),
        simulated: info.simulated,
        against: checks
            .iter()
            .any(|check| matches!(check.rule, CheckKind::Regression { .. }))
            .then(|| trial.against.name.clone()),
        against_run: trial.against.is_run,
        cases: info.cases,
        trials: info.trials,
        on_inconclusive: trial.rules.on_inconclusive,
        coverage_min: trial.rules.coverage_min,
        coverage,
        notes: remarks::remarks(trial, &checked, &checks),
        checks,
        paid,
        cached,
        misses: misses.collect(),
        missed,
        repeats: trial.repeats.cloned(),
        failing: failing(trial),
        flaky: HashMap::new(),
        options: trial.options.clone(),
    })
}

/// What the run cost, repeats included.
fn spent(trial: &Trial<'_>) -> Paid {
    let mut paid = Paid::default();
    for lane in &trial.now.lanes {
        paid.add(&lane.paid);
    }
    if let Some(repeats) = trial.repeats {
        paid.add(&repeats.paid);
    }
    paid
}

/// Cells that fail now, with what the baseline says of them.
fn failing(trial: &Trial<'_>) -> Vec<(usize, usize, Earlier)> {
    let now = trial.now;
    let mut out = Vec::new();
    for lane in 0..now.lanes.len() {
        let side = trial.against.side(lane).ok();
        for case in 0..now.cases.len() {
            if now.spot(case, lane).rate().is_none_or(|rate| rate >= 0.5) {
                continue;
            }
            let before = side.and_then(|side| side.before(case)).and_then(|before| before.rate());
            let earlier = match before {
                None => Earlier::Unknown,
                Some(rate) if rate < 0.5 => Earlier::Failed,
                Some(_) => Earlier::Passed,
            };
            out.push((lane, case, earlier));
        }
    }
    out
}

/// So many cases, and what asking them once costs at the price of this run. None where no number would do.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of cases stay far below 2^52"
)]
fn needs(now: &Grid, lane: usize, cases: f64) -> Option<Needs> {
    const MOST: f64 = 1e6;
    if !(cases.is_finite() && cases <= MOST) {
        return None;
    }
    let cases = cases.ceil().max(2.0);
    let column = &now.lanes[lane];
    let asked = column.counts.planned / u64::from(now.info.trials.max(1));
    // Reused answers cost nothing here and would not be there for new cases.
    let known = column.paid.unknown == 0 && column.counts.cached == 0 && asked > 0;
    let cost = column.paid.money().map(|mut sum| {
        sum.nano = (sum.nano as f64 / asked as f64 * cases) as i64;
        sum
    });
    Some(Needs {
        cases: cases as u64,
        cost: if known { cost.collect() } else { Vec::new() },
    })
}

/// Columns of the targets that a rule names; all without any.
fn lanes(grid: &Grid, targets: &[String]) -> Vec<usize> {
    let named = |lane: &usize| targets.is_empty() || targets.contains(&grid.lanes[*lane].target);
    (0..grid.lanes.len()).filter(named).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of cells stay far below 2^52")]
fn share(measured: u64, planned: u64) -> f64 {
    if planned == 0 {
        return 0.0;
    }
    measured as f64 / planned as f64
}

/// How much of a column was measured, and whether that is less than `floor`. An answer that no scorer could judge is not: nothing
/// is known of its quality, and leaving it out unseen would let the rest speak for all.
#[must_use]
pub fn covered(grid: &Grid, lane: usize, floor: f64) -> Coverage {
    let column = &grid.lanes[lane];
    let unjudged = grid.unjudged(lane);
    let measured = column.counts.measured.saturating_sub(unjudged);
    let mut kinds = column.kinds.clone();
    if unjudged > 0 {
        kinds.push((NO_VERDICT.to_owned(), unjudged));
        kinds.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    }
    Coverage {
        label: column.label.clone(),
        planned: column.counts.planned,
        measured,
        kinds,
        low: share(measured, column.counts.planned) < floor,
    }
}

fn one(trial: &Trial<'_>, rule: &CheckRule, lane: usize) -> Check {
    let column = &trial.now.lanes[lane];
    let mut check = Check::new(rule.kind.clone());
    check.label = Some(column.label.clone());
    check.target = Some(column.target.clone());
    check.lane = Some(lane);
    match &rule.kind {
        CheckKind::Regression {
            metric,
            tag,
            margin,
            rule,
        } => regression::regression(trial, lane, (metric, tag.as_deref()), (*margin, *rule), &mut check),
        CheckKind::MustPass { tag } => must_pass::must_pass(trial, lane, tag, &mut check),
        CheckKind::Floor {
            metric,
            tag,
            min,
            bound,
        } => limits::floor(trial, lane, (metric, tag.as_deref()), (*min, *bound), &mut check),
        CheckKind::LatencyP95 { max_ms } => limits::latency(trial, lane, *max_ms, &mut check),
        CheckKind::Cost { .. } => {}
    }
    check
}

/// Whether a case is put aside on a column.
fn aside<'a>(trial: &'a Trial<'_>, case: usize, lane: usize) -> Option<&'a Quarantine> {
    let (id, target) = (&trial.now.cases[case].id, &trial.now.lanes[lane].target);
    trial
        .rules
        .quarantine
        .iter()
        .find(|entry| entry.case == *id && entry.target.as_ref().is_none_or(|wanted| wanted == target))
}

/// Why a check has nothing to go by: so many of the cases it looks at are put aside, and so many are not.
fn nothing(put_aside: u64, left: u64) -> State {
    State::Inconclusive(if put_aside > 0 && left == 0 {
        Undecided::Aside
    } else {
        Undecided::Nothing
    })
}

fn has_tag(grid: &Grid, case: usize, tag: Option<&str>) -> bool {
    tag.is_none_or(|tag| grid.tags_of(case).any(|known| known == tag))
}

fn measure(metric: &Metric, grid: &Grid) -> Measure {
    match metric {
        Metric::Pass => Measure::Pass,
        Metric::Score => Measure::Score,
        Metric::Scorer(name) => grid
            .scorers
            .iter()
            .position(|known| known == name)
            .map_or(Measure::Nothing, Measure::Scorer),
    }
}

fn moved(grid: &Grid, case: usize, lane: usize, before: Option<f64>) -> Moved {
    let known = &grid.cases[case];
    Moved {
        place: case,
        case: known.id.clone(),
        tags: grid.tags_of(case).map(str::to_owned).collect(),
        before,
        now: grid.spot(case, lane).score(),
        file: grid.files.get(known.file as usize).cloned().unwrap_or_default(),
        line: known.line,
        ..Moved::default()
    }
}

/// Marks newly failing cases that a `must_pass` check of the same column names, too.
fn mark_critical(checks: &mut [Check]) {
    let failing: Vec<(Option<usize>, String)> = checks
        .iter()
        .flat_map(|check| check.failing.iter().map(|moved| (check.lane, moved.case.clone())))
        .collect();
    for check in checks.iter_mut() {
        let lane = check.lane;
        for moved in check.newly_failing.iter_mut().chain(&mut check.failing) {
            moved.critical = failing.iter().any(|(at, case)| *at == lane && *case == moved.case);
        }
        check.newly_failing.sort_by_key(|moved| !moved.critical);
    }
}
