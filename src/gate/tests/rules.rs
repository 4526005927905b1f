//! Rules that match nothing, and cases that are put aside.

use super::*;

#[test]
fn rules_that_match_nothing_and_quarantines_that_ran_out_are_mistakes() {
    let now = grid(&all(5, true));
    let base = grid(&all(5, true));
    let against = against(&base, &now);
    let quarantine = |case: &str, until: &str| Quarantine {
        case: case.to_owned(),
        target: None,
        reason: "flaky".to_owned(),
        until: day(until),
        stands: Stands::default(),
    };
    let rules = GateRules {
        checks: vec![
            CheckRule {
                targets: vec!["gpt-mian".to_owned()],
                ..rule(regression(Rule::ShownDrop))
            },
            rule(CheckKind::MustPass {
                tag: "nowhere".to_owned(),
            }),
            rule(CheckKind::Floor {
                metric: Metric::Scorer("faithfull".to_owned()),
                tag: None,
                min: 0.5,
                bound: Bound::Lower,
            }),
        ],
        quarantine: vec![
            quarantine("case-00001", "2026-03-13"),
            quarantine("case-9", "2026-04-01"),
        ],
        ..GateRules::default()
    };
    let problems = judge(&Trial {
        now: &now,
        against: &against,
        rules: &rules,
        today: day("2026-03-14"),
        repeats: None,
        options: &Options::default(),
    })
    .unwrap_err();
    let told: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told[0].contains("gpt-mian") && told[1].contains("nowhere") && told[2].contains("faithfull"));
    assert!(told[3].contains("ended on 2026-03-13") && told[4].contains("case-9"));
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `gpt-main`?"));
}

#[test]
fn quarantined_cases_do_not_count_and_are_told() {
    let n = 40;
    let mut passed = all(n, true);
    passed[..8].fill(Some(false));
    let (base, now) = (grid(&all(n, true)), grid(&passed));
    let against = against(&base, &now);
    assert_eq!(judged(&now, &against, &GateRules::default()).exit(), 1);
    let rules = GateRules {
        quarantine: (0..8)
            .map(|at| Quarantine {
                case: format!("case-{at:05}"),
                target: Some("gpt-main".to_owned()),
                reason: "known".to_owned(),
                until: day("2026-03-14"),
                stands: Stands::default(),
            })
            .collect(),
        ..GateRules::default()
    };
    let verdict = judged(&now, &against, &rules);
    assert_eq!(verdict.exit(), 0, "the last day still counts");
    assert_eq!((verdict.checks[0].quarantined.len(), verdict.checks[0].n), (8, 32));
}

/// Where everything that a check looks at is in quarantine it said "nothing measured" and to resume the run: all was measured.
#[test]
fn a_check_whose_every_case_is_in_quarantine_says_so() {
    use crate::report::words::{Lang, open_advice, open_checks};
    let n = 40;
    let (mut base, mut now) = (grid(&all(n, true)), grid(&all(n, true)));
    for grid in [&mut base, &mut now] {
        (0..5).for_each(|case| grid.give_tag(case, "critical"));
    }
    let tag = || Some("critical".to_owned());
    let checks = [
        CheckKind::MustPass {
            tag: "critical".to_owned(),
        },
        CheckKind::Floor {
            metric: Metric::Pass,
            tag: tag(),
            min: 0.5,
            bound: Bound::Lower,
        },
        CheckKind::Regression {
            metric: Metric::Pass,
            tag: tag(),
            margin: 0.02,
            rule: Rule::ShownDrop,
        },
    ];
    let rules = |aside: usize| GateRules {
        checks: checks.iter().cloned().map(rule).collect(),
        quarantine: (0..aside)
            .map(|at| Quarantine {
                case: format!("case-{at:05}"),
                target: None,
                reason: "known".to_owned(),
                until: day("2026-03-14"),
                stands: Stands::default(),
            })
            .collect(),
        ..GateRules::default()
    };
    let against = against(&base, &now);
    let verdict = judged(&now, &against, &rules(5));
    for check in &verdict.checks {
        assert_eq!(check.state, State::Inconclusive(Undecided::Aside), "{}", check.kind());
    }
    assert_eq!(verdict.exit(), 3);
    let told = open_checks(&verdict, &style(Lang::En)).join("\n");
    assert_eq!(
        told.matches("every case of the check is in quarantine").count(),
        3,
        "{told}"
    );
    let advice = open_advice(&verdict, Lang::En).join("\n");
    assert!(
        advice.contains("out of quarantine") && !advice.contains("--resume"),
        "{advice}"
    );
    let some = judged(&now, &against, &rules(4));
    assert!(
        some.checks
            .iter()
            .all(|check| check.state != State::Inconclusive(Undecided::Aside))
    );
    // What is left and was not measured is another matter.
    let mut passed = all(n, true);
    passed[4] = None;
    let mut now = grid(&passed);
    (0..5).for_each(|case| now.give_tag(case, "critical"));
    let verdict = judged(&now, &against, &rules(4));
    assert!(
        verdict
            .checks
            .iter()
            .all(|check| check.state != State::Inconclusive(Undecided::Aside))
    );
}
