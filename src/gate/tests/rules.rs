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
