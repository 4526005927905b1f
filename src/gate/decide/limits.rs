//! Absolute limits: `floor`, `latency_p95`, `cost`.

use crate::compare::figures::CONFIDENCE;
use crate::compare::{Estimate, Measure, estimate};
use crate::config::{Bound, CheckRule, Metric};

use super::{Trial, aside, has_tag, measure, needs, nothing, spent};
use crate::gate::verdict::{Check, State, Undecided};

/// Fresh answers from which a 95th percentile is judged.
const FRESH_FROM: u64 = 30;

/// A mean that is the floor but for its rounding holds it.
const SLACK: f64 = 1e-12;

pub(super) fn floor(
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
    let (mut put_aside, mut left) = (0, 0);
    for case in 0..now.cases.len() {
        if !has_tag(now, case, tag) {
            continue;
        }
        if aside(trial, case, lane).is_some() {
            put_aside += 1;
            continue;
        }
        left += 1;
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
    // One answer a case that is right or wrong, whoever says so, is a share: Wilson's interval never leaves 0 to 1.
    let single = now.info.trials == 1 && values.iter().all(|value| *value == 0.0 || *value == 1.0);
    let Some(found) = estimate(&values, &groups, single) else {
        check.state = nothing(put_aside, left);
        return;
    };
    check.now = Some(found.value);
    // No value lies outside 0 to 1, so no mean does.
    check.interval = found.interval.map(|(low, high)| (low.max(0.0), high.min(1.0)));
    check.state = match (bound, check.interval) {
        (_, _) if found.value + SLACK < min => State::Fail,
        (Bound::Point, _) => State::Pass,
        (Bound::Lower, Some((low, _))) if low >= min => State::Pass,
        // The mean holds the floor. That so few cases do not show it is no failure of what was asked.
        (Bound::Lower, Some(_)) => State::Inconclusive(Undecided::TooFew),
        (Bound::Lower, None) => State::Inconclusive(Undecided::OneCase),
    };
    if matches!(check.state, State::Inconclusive(_)) {
        let wilson = single && !found.clustered;
        check.needs = cases_for(&found, min, values.len(), wilson).and_then(|cases| needs(now, lane, cases));
    }
}

/// Cases at which the lower end of the interval reaches the floor, at the mean and the spread seen here.
///
/// Wilson's lower end is at `min` where (p − min)² = z²·min·(1 − min)/n; else the standard error shrinks with √n.
#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn cases_for(found: &Estimate, min: f64, n: usize, wilson: bool) -> Option<f64> {
    let z = crate::stats::proportion::normal_quantile(CONFIDENCE);
    let room = found.value - min;
    if room <= 0.0 {
        return None;
    }
    if wilson || found.error == Some(0.0) {
        return Some(z * z * min * (1.0 - min) / (room * room));
    }
    let error = found.error?;
    Some(n as f64 * (z * error / room).powi(2))
}

fn verdict(holds: bool) -> State {
    if holds { State::Pass } else { State::Fail }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^52")]
pub(super) fn latency(trial: &Trial<'_>, lane: usize, max_ms: u64, check: &mut Check) {
    let column = &trial.now.lanes[lane];
    check.n = column.latency.n;
    check.before = trial
        .against
        .side(lane)
        .ok()
        .and_then(crate::gate::against::Side::p95_ms)
        .map(|millis| millis as f64);
    check.now = column.latency.p95.map(|micros| micros / 1000.0);
    check.state = match check.now {
        Some(millis) if column.latency.n >= FRESH_FROM => verdict(millis <= max_ms as f64),
        _ => State::Inconclusive(Undecided::FewAnswers(column.latency.n)),
    };
}

pub(super) fn cost(trial: &Trial<'_>, max: &[crate::domain::Money], rule: &CheckRule) -> Check {
    let mut check = Check::new(rule.kind.clone());
    let paid = spent(trial);
    check.n = paid.known + paid.local;
    let over = paid
        .sums
        .iter()
        .any(|(currency, nano)| max.iter().any(|cap| cap.currency == *currency && *nano > cap.nano));
    check.state = verdict(!over);
    check
}
