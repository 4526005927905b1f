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

/// A file in the place of one target's baseline was taken though it says that it is another's.
#[test]
fn a_baseline_of_another_target_is_not_taken() {
    use crate::report::gate::terminal;
    use crate::report::words::Lang;
    let now = grid(&all(40, true));
    let mut other = Baseline::of(&now, 0);
    other.head.target = "claude-main".to_owned();
    let against = Against::new("baselines/ko".to_owned(), false, None, &now, vec![Ok(other)]);
    let verdict = judged(&now, &against, &GateRules::default());
    assert_eq!((verdict.overall(), verdict.exit()), (Overall::NoBaseline, 4));
    for lang in [Lang::En, Lang::Ko] {
        let told = terminal(&verdict, false, &style(lang));
        for part in ["claude-main", "gpt-main", "git checkout -- baselines/ko/gpt-main.jsonl"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}

/// The advice for a damaged file was to accept the run under judgement, which makes it its own measure.
#[test]
fn a_damaged_baseline_is_taken_back_before_a_run_is_accepted() {
    use crate::report::gate::markdown::{Manner, markdown};
    use crate::report::gate::terminal;
    use crate::report::words::Lang;
    let now = grid(&all(40, true));
    for (damage, first) in [
        (Damage::Sum, "git checkout -- 'b/a b.jsonl'"),
        (Damage::Cut, "git checkout -- 'b/a b.jsonl'"),
        (Damage::Conflict(3), "git checkout --ours -- 'b/a b.jsonl'"),
    ] {
        let trouble = Trouble::Damaged {
            path: "b/a b.jsonl".to_owned(),
            damage,
        };
        let against = Against::new("b".to_owned(), false, None, &now, vec![Err(trouble)]);
        let verdict = judged(&now, &against, &GateRules::default());
        for lang in [Lang::En, Lang::Ko] {
            let manner = Manner {
                marker: None,
                most: 60_000,
                answers: false,
            };
            // The Markdown had no next step at all.
            for told in [
                terminal(&verdict, false, &style(lang)),
                markdown(&verdict, manner, lang),
            ] {
                let (back, accept) = (told.find(first), told.find("narani baseline accept"));
                assert!(back.is_some() && back < accept, "{first}: {told}");
            }
        }
    }
}

/// "1 trials a case, the run another number", and the annotation said only "not comparable", in English.
#[test]
fn other_trials_are_told_with_both_numbers_everywhere() {
    use crate::report::gate::github::annotations;
    use crate::report::gate::terminal;
    use crate::report::words::Lang;
    let base = grid(&all(40, true));
    let now = Grid::made(&info(40, 3), &[vec![Spot::told(3, 3, Some(1.0)); 40]], None);
    let verdict = judged(&now, &against(&base, &now), &GateRules::default());
    for (lang, said) in [
        (Lang::En, "gpt-main: the baseline has 1 trial a case, the run 3"),
        (Lang::Ko, "gpt-main: 기준은 문항마다 1회차, 이 실행은 3회차입니다"),
    ] {
        let told = terminal(&verdict, false, &style(lang));
        assert!(told.contains(said), "{told}");
        let told = annotations(&verdict, lang);
        assert!(
            told.contains(said) && told.starts_with("::warning title=narani gate (gpt-main)::"),
            "{told}"
        );
    }
}
