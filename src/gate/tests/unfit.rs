//! Baselines that no longer fit, or say nothing.

use super::*;

#[test]
fn changed_cases_are_taken_out_and_too_many_make_it_incomparable() {
    let now = grid(&all(100, true));
    for (changed, fits) in [(10, true), (11, false)] {
        let mut base = Baseline::of(&now, 0);
        for line in base.lines.iter_mut().take(changed) {
            line.print = "c_00000000".to_owned();
        }
        let against = Against::new("b".to_owned(), false, None, &now, vec![Ok(base)]);
        let verdict = judged(&now, &against, &GateRules::default());
        if fits {
            assert_eq!(verdict.checks[0].n, 90);
            assert!(
                verdict
                    .notes
                    .iter()
                    .any(|note| matches!(note, Remark::Changed { cases, .. } if cases.len() == changed))
            );
        } else {
            assert_eq!(verdict.exit(), 4);
        }
    }
}

/// A run in which nothing was measured, taken as the baseline, was said to share no case.
#[test]
fn an_empty_baseline_is_told_as_such() {
    let (base, now) = (grid(&[None; 5]), grid(&all(5, true)));
    let verdict = judged(&now, &against(&base, &now), &GateRules::default());
    assert_eq!(verdict.checks[0].state, State::NoBaseline(Trouble::Empty));
    assert_eq!(verdict.exit(), 4);
}
