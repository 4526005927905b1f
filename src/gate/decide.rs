//! The decision: every rule on every column it is about, and what a reader must know beside it.

use crate::compare::{Grid, Measure, Paid, Pairing, estimate, pairing};
use crate::config::{Bound, CheckKind, CheckRule, GateRules, Metric, Quarantine, Rule};
use crate::domain::Problem;
use crate::suite::suggest::help;

use super::against::Against;
use super::verdict::{Check, Coverage, Moved, Remark, State, Undecided, Verdict};
use crate::said;

/// Fresh answers from which a 95th percentile is judged.
const FRESH_FROM: u64 = 30;

/// Cases from which a tag's change is told.
const TAG_FROM: usize = 10;

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
    /// Repeats of must-pass cases that were made: (column, case) → (passed, of).
    pub confirmed: &'a [(usize, String, u32, u32)],
}

/// Judges a run.
///
/// # Errors
/// Rules that match nothing, quarantines that ran out: mistakes of the configuration, all at once.
pub fn judge(trial: &Trial<'_>) -> Result<Verdict, Vec<Problem>> {
    let problems = misfits(trial);
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
    let low = |lane: usize| share(&now.lanes[lane].counts) < trial.rules.coverage_min;
    let mut checks = Vec::new();
    for rule in &trial.rules.checks {
        if let CheckKind::Cost { max } = &rule.kind {
            checks.push(cost(now, max, rule));
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
    let mut paid = Paid::default();
    let mut cached = 0;
    let mut missed = 0;
    for lane in &now.lanes {
        paid.add(&lane.paid);
        cached += lane.counts.cached;
        missed += lane.counts.planned - lane.counts.measured;
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
        notes: remarks(trial, &checked, &checks),
        checks,
        paid,
        cached,
        misses: misses.collect(),
        missed,
    })
}

/// Columns of the targets that a rule names; all without any.
fn lanes(grid: &Grid, targets: &[String]) -> Vec<usize> {
    let named = |lane: &usize| targets.is_empty() || targets.contains(&grid.lanes[*lane].target);
    (0..grid.lanes.len()).filter(named).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of cells stay far below 2^52")]
fn share(counts: &crate::compare::Counts) -> f64 {
    if counts.planned == 0 {
        return 0.0;
    }
    counts.measured as f64 / counts.planned as f64
}

fn covered(grid: &Grid, lane: usize, floor: f64) -> Coverage {
    let column = &grid.lanes[lane];
    Coverage {
        label: column.label.clone(),
        planned: column.counts.planned,
        measured: column.counts.measured,
        kinds: column.kinds.clone(),
        low: share(&column.counts) < floor,
    }
}

/// Rules that do not fit the run, each at its place.
fn misfits(trial: &Trial<'_>) -> Vec<Problem> {
    let now = trial.now;
    let mut problems = Vec::new();
    let targets = || now.info.targets.iter().map(|target| target.name.as_str());
    for rule in &trial.rules.checks {
        for name in &rule.targets {
            if !targets().any(|known| known == name) {
                problems.push(
                    rule.stands.tell(
                        Problem::error(
                            "matches_nothing",
                            said!(
                                "this check is about `{name}`, which the run does not have",
                                "이 검사의 대상 `{name}`이(가) 실행에 없습니다"
                            ),
                        )
                        .help(help(name, targets())),
                    ),
                );
            }
        }
        let (metric, tag) = match &rule.kind {
            CheckKind::Regression { metric, tag, .. } | CheckKind::Floor { metric, tag, .. } => {
                (Some(metric), tag.as_ref())
            }
            CheckKind::MustPass { tag } => (None, Some(tag)),
            CheckKind::LatencyP95 { .. } => (None, None),
            CheckKind::Cost { max } => {
                problems.extend(unpriced(now, max).map(|problem| rule.stands.tell(problem)));
                (None, None)
            }
        };
        if let Some(Metric::Scorer(name)) = metric
            && !now.scorers.contains(name)
            && !now.info.scorers.iter().any(|scorer| scorer.name == *name)
        {
            let known = now.scorers.iter().map(String::as_str).chain(["pass", "score"]);
            problems.push(
                rule.stands.tell(
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "this check looks at `{name}`, which is no scorer of the run",
                            "이 검사가 보는 `{name}`은(는) 실행의 채점기가 아닙니다"
                        ),
                    )
                    .help(help(name, known)),
                ),
            );
        }
        if let Some(tag) = tag
            && now.tag(tag).is_none()
        {
            problems.push(
                rule.stands.tell(
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "no case of the run has the tag `{tag}`",
                            "`{tag}` 분류의 문항이 실행에 없습니다"
                        ),
                    )
                    .help(help(tag, now.tags.iter().map(String::as_str))),
                ),
            );
        }
    }
    for entry in &trial.rules.quarantine {
        if entry.until < trial.today {
            problems.push(
                entry.stands.tell(
                    Problem::error(
                        "expired",
                        said!(
                            "the quarantine of `{}` ended on {}",
                            "`{}` 문항의 격리는 {}에 끝났습니다",
                            entry.case,
                            entry.until
                        ),
                    )
                    .help(said!(
                        "mend the case and take the entry out, or look at it again and set a later `until`",
                        "문항을 고치고 항목을 빼거나, 다시 살펴보고 `until`을 늦추세요"
                    )),
                ),
            );
        }
        if now.find(&entry.case).is_none() {
            let near = now.cases.iter().map(|case| case.id.as_str()).take(5000);
            let hint = crate::suite::suggest::nearest(&entry.case, near).map_or_else(
                || said!("take the entry out", "항목을 빼세요").to_owned(),
                |near| said!("did you mean `{near}`?", "혹시 `{near}`입니까?"),
            );
            problems.push(
                entry.stands.tell(
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "there is no case `{}` to put aside",
                            "격리할 `{}` 문항이 없습니다",
                            entry.case
                        ),
                    )
                    .help(hint),
                ),
            );
        }
        if let Some(name) = &entry.target
            && !targets().any(|known| known == name)
        {
            problems.push(
                entry.stands.tell(
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "`{name}` is no target of the run",
                            "`{name}`은(는) 실행의 대상이 아닙니다"
                        ),
                    )
                    .help(help(name, targets())),
                ),
            );
        }
    }
    problems
}

/// Why a cost cannot be held against caps.
fn unpriced<'a>(now: &'a Grid, max: &'a [crate::domain::Money]) -> impl Iterator<Item = Problem> + 'a {
    now.lanes.iter().filter_map(move |lane| {
        if lane.paid.unknown > 0 {
            return Some(
                Problem::error(
                    "no_price",
                    said!(
                        "the cost of `{}` is not known, so it cannot be checked",
                        "`{}` 대상의 비용을 몰라 검사할 수 없습니다",
                        lane.target
                    ),
                )
                .help(said!(
                    "state `targets.{0}.price`, or `local = true` for a model of your own",
                    "`targets.{0}.price`를 적거나, 직접 돌리는 모델이면 `local = true`를 적으세요",
                    lane.target
                )),
            );
        }
        let uncovered = lane
            .paid
            .sums
            .keys()
            .find(|currency| !max.iter().any(|cap| cap.currency == **currency))?;
        Some(
            Problem::error(
                "no_cap",
                said!(
                    "`{}` costs in {}, for which no `max` is given",
                    "`{}` 대상의 비용은 {}인데 그 통화의 `max`가 없습니다",
                    lane.target,
                    uncovered.0
                ),
            )
            .help(said!(
                "add an amount: \"5.00 {}\"",
                "금액을 더하세요: \"5.00 {}\"",
                uncovered.0
            )),
        )
    })
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
        } => regression(trial, lane, (metric, tag.as_deref()), (*margin, *rule), &mut check),
        CheckKind::MustPass { tag } => must_pass(trial, lane, tag, &mut check),
        CheckKind::Floor {
            metric,
            tag,
            min,
            bound,
        } => floor(trial, lane, (metric, tag.as_deref()), (*min, *bound), &mut check),
        CheckKind::LatencyP95 { max_ms } => latency(trial, lane, *max_ms, &mut check),
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

fn regression(
    trial: &Trial<'_>,
    lane: usize,
    (metric, tag): (&Metric, Option<&str>),
    (margin, rule): (f64, Rule),
    check: &mut Check,
) {
    let now = trial.now;
    let side = match trial.against.side(lane) {
        Ok(side) => side,
        Err(trouble) => {
            check.state = State::NoBaseline(trouble.clone());
            return;
        }
    };
    let what = measure(metric, now);
    let mut pairs = Pairing::default();
    let mut places = Vec::new();
    for case in 0..now.cases.len() {
        if !has_tag(now, case, tag) {
            continue;
        }
        let Some(before) = side.before(case) else { continue };
        let spot = now.spot(case, lane);
        let put_aside = aside(trial, case, lane);
        let (was, is) = (before.rate(), spot.rate());
        if let (Some(was), Some(is)) = (was, is) {
            let fell = was >= 0.5 && is < 0.5;
            let rose = was < 0.5 && is >= 0.5;
            if fell || rose {
                let mut moved = moved(now, case, lane, before.score());
                if let Some(entry) = put_aside {
                    moved.aside = Some((entry.reason.clone(), entry.until.to_string()));
                    check.quarantined.push(moved);
                } else if fell {
                    check.newly_failing.push(moved);
                } else {
                    check.newly_passing.push(moved);
                }
            }
        }
        if put_aside.is_some() {
            continue;
        }
        let values = match what {
            Measure::Pass => was.zip(is),
            // Files hold hundredths: the run is rounded alike, or it would differ from its own baseline.
            Measure::Score => before.score().zip(spot.score().map(hundredths)),
            Measure::Scorer(scorer) => side
                .scorer(case, metric.word())
                .zip(now.value(scorer, case, lane).map(hundredths)),
            Measure::Nothing => None,
        };
        if let Some((was, is)) = values {
            pairs.push(was, is, now.cases[case].group);
            places.push(case);
        }
    }
    let single = what == Measure::Pass && now.info.trials == 1;
    check.n = pairs.len() as u64;
    check.newly_failing.sort_by(|a, b| drop_of(b).total_cmp(&drop_of(a)));
    let Some(paired) = pairing(&pairs, single) else {
        check.state = State::Inconclusive(Undecided::Nothing);
        return;
    };
    check.before = Some(paired.before);
    check.now = Some(paired.after);
    check.unchanged = paired.worse + paired.better == 0;
    check.by_tag = by_tag(now, &pairs, &places, single);
    check.state = decide(&paired, margin, rule);
    check.paired = Some(paired);
}

/// The rule as it is written for users. `shown-drop`: the interval lies below 0 and the drop is at least the margin.
/// `no-drop`: a drop beyond the margin is ruled out (non-inferiority, one-sided at 5 %).
fn decide(paired: &crate::compare::Paired, margin: f64, rule: Rule) -> State {
    const SLACK: f64 = 1e-12;
    match rule {
        Rule::ShownDrop => match paired.interval {
            None if paired.cases < 2 => State::Inconclusive(Undecided::OneCase),
            // Without any spread the difference stands as it is.
            None => {
                if paired.difference < 0.0 && -paired.difference + SLACK >= margin {
                    State::Fail
                } else {
                    State::Pass
                }
            }
            Some((_, high)) if high < 0.0 && -paired.difference + SLACK >= margin => State::Fail,
            Some(_) => State::Pass,
        },
        Rule::NoDrop => match paired.one_sided {
            None => State::Inconclusive(Undecided::OneCase),
            Some((low, _)) if low > -margin => State::Pass,
            Some((_, high)) if high < -margin => State::Fail,
            Some(_) => State::Inconclusive(Undecided::Either),
        },
    }
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn drop_of(moved: &Moved) -> f64 {
    moved.before.unwrap_or(1.0) - moved.now.unwrap_or(0.0)
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

/// The change by tag, where enough cases have it; p-values are adjusted for the number of tags.
fn by_tag(grid: &Grid, pairs: &Pairing, places: &[usize], single: bool) -> Vec<(String, u64, f64, Option<f64>)> {
    let mut parts: Vec<Pairing> = vec![Pairing::default(); grid.tags.len()];
    for (at, case) in places.iter().enumerate() {
        for tag in &grid.cases[*case].tags {
            parts[*tag as usize].take(pairs, at);
        }
    }
    let mut rows = Vec::new();
    for (tag, part) in parts.iter().enumerate() {
        if part.len() >= TAG_FROM
            && part.len() < pairs.len()
            && let Some(paired) = pairing(part, single)
        {
            rows.push((grid.tags[tag].clone(), paired));
        }
    }
    let adjusted = crate::compare::holm(&rows.iter().map(|(_, paired)| paired.p).collect::<Vec<_>>());
    let mut rows: Vec<(String, u64, f64, Option<f64>)> = rows
        .into_iter()
        .zip(adjusted)
        .map(|((tag, paired), p)| (tag, paired.cases, paired.difference, p))
        .collect();
    rows.sort_by(|a, b| a.2.total_cmp(&b.2));
    rows
}

fn must_pass(trial: &Trial<'_>, lane: usize, tag: &str, check: &mut Check) {
    let now = trial.now;
    let side = trial.against.side(lane).ok();
    let (mut passing, mut of, mut was_passing, mut was_of) = (0, 0, 0, 0);
    let mut unmeasured = 0;
    for case in 0..now.cases.len() {
        if !has_tag(now, case, Some(tag)) {
            continue;
        }
        let before = side.as_ref().and_then(|side| side.before(case));
        let spot = now.spot(case, lane);
        if spot.cells == 0 {
            continue;
        }
        let failing = || moved(now, case, lane, before.and_then(|before| before.score()));
        if let Some(entry) = aside(trial, case, lane) {
            if spot.judged > 0 && spot.passed < spot.judged {
                let mut moved = failing();
                moved.aside = Some((entry.reason.clone(), entry.until.to_string()));
                check.quarantined.push(moved);
            }
            continue;
        }
        if let Some(before) = before {
            was_of += 1;
            was_passing += u64::from(before.passed == before.judged);
        }
        if spot.judged == 0 {
            unmeasured += 1;
            continue;
        }
        of += 1;
        if spot.passed == spot.judged {
            passing += 1;
            unmeasured += u64::from(spot.judged < spot.cells);
            continue;
        }
        let id = &now.cases[case].id;
        let repeated = trial
            .confirmed
            .iter()
            .find(|(column, known, ..)| *column == lane && known == id);
        if let Some((_, _, passed, times)) = repeated {
            check.confirmed.push((id.clone(), *passed, *times));
            // The first answers count beside the repeats: the check fails when most of all fail.
            let (all, good) = (u32::from(spot.judged) + times, u32::from(spot.passed) + passed);
            if 2 * good > all {
                passing += 1;
                continue;
            }
        }
        check.failing.push(failing());
    }
    check.n = of;
    check.held = ((was_of > 0).then_some((was_passing, was_of)), (passing, of));
    check.state = if !check.failing.is_empty() {
        State::Fail
    } else if unmeasured > 0 {
        State::Inconclusive(Undecided::NotMeasured(unmeasured))
    } else if of == 0 {
        State::Inconclusive(Undecided::Nothing)
    } else {
        State::Pass
    };
}

fn floor(
    trial: &Trial<'_>,
    lane: usize,
    (metric, tag): (&Metric, Option<&str>),
    (min, bound): (f64, Bound),
    check: &mut Check,
) {
    let now = trial.now;
    let what = measure(metric, now);
    let mut values = Vec::new();
    let mut groups = Vec::new();
    for case in 0..now.cases.len() {
        if !has_tag(now, case, tag) || aside(trial, case, lane).is_some() {
            continue;
        }
        let spot = now.spot(case, lane);
        let value = match what {
            Measure::Pass => spot.rate(),
            Measure::Score => spot.score(),
            Measure::Scorer(scorer) => now.value(scorer, case, lane),
            Measure::Nothing => None,
        };
        if let Some(value) = value {
            values.push(value);
            groups.push(now.cases[case].group);
        }
    }
    check.n = values.len() as u64;
    let Some(found) = estimate(&values, &groups, what == Measure::Pass && now.info.trials == 1) else {
        check.state = State::Inconclusive(Undecided::Nothing);
        return;
    };
    check.now = Some(found.value);
    check.interval = found.interval;
    check.state = match (bound, found.interval) {
        (Bound::Point, _) => verdict(found.value >= min),
        (Bound::Lower, Some((low, _))) => verdict(low >= min),
        (Bound::Lower, None) => State::Inconclusive(Undecided::OneCase),
    };
}

fn verdict(holds: bool) -> State {
    if holds { State::Pass } else { State::Fail }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^52")]
fn latency(trial: &Trial<'_>, lane: usize, max_ms: u64, check: &mut Check) {
    let column = &trial.now.lanes[lane];
    check.n = column.latency.n;
    check.before = trial
        .against
        .side(lane)
        .ok()
        .and_then(super::against::Side::p95_ms)
        .map(|millis| millis as f64);
    check.now = column.latency.p95.map(|micros| micros / 1000.0);
    check.state = match check.now {
        Some(millis) if column.latency.n >= FRESH_FROM => verdict(millis <= max_ms as f64),
        _ => State::Inconclusive(Undecided::FewAnswers(column.latency.n)),
    };
}

fn cost(now: &Grid, max: &[crate::domain::Money], rule: &CheckRule) -> Check {
    let mut check = Check::new(rule.kind.clone());
    let mut paid = Paid::default();
    for lane in &now.lanes {
        paid.add(&lane.paid);
    }
    check.n = paid.known + paid.local;
    let over = paid
        .sums
        .iter()
        .any(|(currency, nano)| max.iter().any(|cap| cap.currency == *currency && *nano > cap.nano));
    check.state = verdict(!over);
    check
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

fn remarks(trial: &Trial<'_>, checked: &[bool], checks: &[Check]) -> Vec<Remark> {
    let now = trial.now;
    let mut notes = Vec::new();
    for lane in (0..now.lanes.len()).filter(|lane| checked[*lane]) {
        let label = || now.lanes[lane].label.clone();
        let Ok(side) = trial.against.side(lane) else {
            continue;
        };
        let compared = checks
            .iter()
            .any(|check| check.lane == Some(lane) && matches!(check.rule, CheckKind::Regression { .. }));
        if !compared {
            continue;
        }
        if let (Some(was), Some(is)) = (side.model(), &now.lanes[lane].model)
            && was != is
        {
            notes.push(Remark::Model {
                label: label(),
                was: was.to_owned(),
                now: is.clone(),
            });
        }
        if !side.changed.is_empty() {
            notes.push(Remark::Changed {
                label: label(),
                cases: side.changed.clone(),
            });
        }
        if side.gone > 0 {
            notes.push(Remark::Gone {
                label: label(),
                n: side.gone,
            });
        }
        if side.new > 0 {
            notes.push(Remark::New {
                label: label(),
                n: side.new,
            });
        }
    }
    for (lane, column) in now.lanes.iter().enumerate() {
        if !checked[lane] {
            notes.push(Remark::Unchecked {
                label: column.label.clone(),
                kinds: column.kinds.clone(),
            });
        } else if column.counts.cached > 0 {
            notes.push(Remark::Cached {
                label: column.label.clone(),
                n: column.counts.cached,
                of: column.counts.planned,
            });
        }
    }
    if let (Some(limit), Some(days)) = (trial.rules.stale_after, trial.against.age_days)
        && days > i64::from(limit)
    {
        notes.push(Remark::Stale { days, limit });
    }
    for entry in &trial.rules.quarantine {
        let Some(case) = now.find(&entry.case) else { continue };
        let columns = (0..now.lanes.len()).filter(|lane| {
            entry
                .target
                .as_ref()
                .is_none_or(|name| *name == now.lanes[*lane].target)
        });
        let mut judged = 0;
        let mut passed = 0;
        for lane in columns {
            judged += u32::from(now.spot(case, lane).judged);
            passed += u32::from(now.spot(case, lane).passed);
        }
        if judged > 0 && judged == passed {
            notes.push(Remark::PassesAgain {
                case: entry.case.clone(),
                until: entry.until.to_string(),
            });
        }
    }
    let fewest = checks
        .iter()
        .filter(|check| check.paired.is_some())
        .map(|check| check.n)
        .min();
    if let Some(n) = fewest.filter(|n| *n < crate::compare::notes::FEW_CASES) {
        notes.push(Remark::FewCases { n });
    }
    notes
}
