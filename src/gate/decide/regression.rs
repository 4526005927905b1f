//! `regression`: no drop against the baseline, over the cases measured in both.

use crate::compare::{Grid, Measure, Paired, Pairing, pairing};
use crate::config::{Metric, Rule};

use super::{Trial, aside, has_tag, measure, moved, needs, nothing};
use crate::gate::against::{CHANGED_MOST, Side};
use crate::gate::baseline::same_score;
use crate::gate::verdict::{Check, Moved, State, Undecided};

/// Cases from which a tag's change is told.
const TAG_FROM: usize = 10;

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
pub(super) fn regression(
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
    let mut unjudged = 0;
    let (mut all_aside, mut left) = (0, 0);
    for case in 0..now.cases.len() {
        if !has_tag(now, case, tag) {
            continue;
        }
        let Some(before) = side.before(case) else {
            check.changed += u64::from(side.has_changed(case));
            continue;
        };
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
            all_aside += 1;
            continue;
        }
        left += 1;
        let values = match what {
            Measure::Pass => was.zip(is),
            Measure::Score => before.score().zip(spot.score()).map(settled),
            Measure::Scorer(scorer) => side
                .scorer(case, metric.word())
                .zip(now.value(scorer, case, lane))
                .map(settled),
            Measure::Nothing => None,
        };
        if let Some((was, is)) = values {
            pairs.push(was, is, now.cases[case].group);
            places.push(case);
        } else if spot.measured > 0 && known_before(side, case, what, metric) {
            unjudged += 1;
        }
    }
    // As for a floor: one answer a case that is right or wrong, whoever says so. `pairing` looks at the values.
    let single = now.info.trials == 1;
    check.n = pairs.len() as u64;
    check.newly_failing.sort_by(|a, b| drop_of(b).total_cmp(&drop_of(a)));
    let Some(paired) = pairing(&pairs, single) else {
        check.state = nothing(all_aside, left);
        return;
    };
    check.before = Some(paired.before);
    check.now = Some(paired.after);
    check.unchanged = paired.worse + paired.better == 0;
    check.by_tag = by_tag(now, &pairs, &places, single);
    check.state = decide(&paired, margin, rule);
    // Cases that were answered and not judged leave the comparison as changed ones do: more than a tenth in all, and the rest
    // does not speak for them, however little the rules want measured.
    let left_out = unjudged + check.changed + if tag.is_none() { side.gone } else { 0 };
    if unjudged > 0 && left_out as f64 > CHANGED_MOST * (check.n + left_out) as f64 {
        check.state = State::Inconclusive(Undecided::NotMeasured(unjudged));
    }
    if check.state == State::Inconclusive(Undecided::Either) {
        check.needs = cases_to_rule_out(&paired, margin).and_then(|cases| needs(now, lane, cases));
    }
    check.paired = Some(paired);
}

/// Whether the baseline has a value of a case to compare.
fn known_before(side: &Side, case: usize, what: Measure, metric: &Metric) -> bool {
    match what {
        Measure::Scorer(_) => side.scorer(case, metric.word()).is_some(),
        Measure::Score => side.before(case).is_some_and(|before| before.score().is_some()),
        Measure::Pass => side.before(case).is_some(),
        Measure::Nothing => false,
    }
}

/// The rule as it is written for users. `shown-drop`: the interval lies below 0 and the drop is at least the margin.
/// `no-drop`: a drop beyond the margin is ruled out (non-inferiority, one-sided at 5 %).
fn decide(paired: &Paired, margin: f64, rule: Rule) -> State {
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

/// Cases with which a drop of the margin is ruled out eight times in ten, if there is no drop, at the spread seen here.
#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn cases_to_rule_out(paired: &Paired, margin: f64) -> Option<f64> {
    const ALPHA: f64 = 0.05;
    const POWER: f64 = 0.8;
    if paired.better + paired.worse == 0 {
        // Without a case that moved there is no spread: Tango's bound of none among n is z²/(n + z²).
        let z = crate::stats::normal::upper(ALPHA);
        return (margin > 0.0).then(|| z * z * (1.0 - margin) / margin);
    }
    let sd = paired.error? * (paired.cases as f64).sqrt();
    crate::stats::power::noninferiority(sd, 0.0, margin, ALPHA, POWER).n
}

/// What the baseline holds and what the run says, exact; the same where they differ by no more than what the file leaves out, or a
/// run would differ from its own baseline.
fn settled((was, is): (f64, f64)) -> (f64, f64) {
    if same_score(was, is) { (was, was) } else { (was, is) }
}

fn drop_of(moved: &Moved) -> f64 {
    moved.before.unwrap_or(1.0) - moved.now.unwrap_or(0.0)
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
