//! `must_pass`: every measured trial of the cases with a tag passes.

use super::{Trial, aside, has_tag, moved, nothing};
use crate::gate::verdict::{Check, State, Undecided};

pub(super) fn must_pass(trial: &Trial<'_>, lane: usize, tag: &str, check: &mut Check) {
    let now = trial.now;
    let side = trial.against.side(lane).ok();
    let (mut passing, mut of, mut was_passing, mut was_of) = (0, 0, 0, 0);
    let (mut unmeasured, mut put_aside) = (0, 0);
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
            put_aside += 1;
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
        if let Some(again) = trial.repeats.and_then(|repeats| repeats.of(lane, id)) {
            check.confirmed.push(again.clone());
            // The first answers count beside the repeats: a case passes when most of all pass.
            let all = u32::from(spot.judged) + again.measured;
            let good = u32::from(spot.passed) + again.passed;
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
        // What is left was not measured, and was told as that.
        nothing(put_aside, 0)
    } else {
        State::Pass
    };
}
