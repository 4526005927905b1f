//! Must-pass cases that were asked again.

use super::*;

#[test]
fn confirmed_cases_fail_only_when_most_trials_fail() {
    let mut passed = all(20, true);
    passed[0] = Some(false);
    let mut now = grid(&passed);
    now.give_tag(0, "critical");
    let base = grid(&all(20, true));
    let rules = GateRules {
        checks: vec![rule(CheckKind::MustPass {
            tag: "critical".to_owned(),
        })],
        ..GateRules::default()
    };
    let against = against(&base, &now);
    let again = |passed: u32| Repeats {
        cases: vec![Repeated {
            lane: 0,
            case: "case-00000".to_owned(),
            passed,
            measured: 2,
            asked: 2,
            earlier: 0,
            settled: 2,
        }],
        ..Repeats::default()
    };
    for (repeats, exit) in [(Repeats::default(), 1), (again(2), 0), (again(1), 1)] {
        let verdict = judge(&Trial {
            now: &now,
            against: &against,
            rules: &rules,
            today: day("2026-03-14"),
            repeats: Some(&repeats),
            options: &Options::default(),
        })
        .unwrap();
        assert_eq!(verdict.exit(), exit, "{repeats:?}");
    }
}

#[test]
fn repeats_are_told_and_paid() {
    use crate::report::gate::markdown::{Manner, markdown};
    let mut passed = all(20, true);
    passed[0] = Some(false);
    let mut now = grid(&passed);
    now.give_tag(0, "critical");
    let base = grid(&all(20, true));
    let cap = crate::domain::Money {
        nano: 1_000_000,
        currency: crate::domain::Currency::usd(),
    };
    let rules = GateRules {
        checks: vec![
            rule(CheckKind::MustPass {
                tag: "critical".to_owned(),
            }),
            rule(CheckKind::Cost { max: vec![cap] }),
        ],
        ..GateRules::default()
    };
    let mut paid = crate::compare::Paid::default();
    paid.sums.insert(crate::domain::Currency::usd(), 50_000_000);
    paid.known = 2;
    let repeats = Repeats {
        cases: vec![Repeated {
            lane: 0,
            case: "case-00000".to_owned(),
            passed: 2,
            measured: 2,
            asked: 2,
            earlier: 0,
            settled: 2,
        }],
        paid,
        refused: None,
    };
    let verdict = judge(&Trial {
        now: &now,
        against: &against(&base, &now),
        rules: &rules,
        today: day("2026-03-14"),
        repeats: Some(&repeats),
        options: &Options::default(),
    })
    .unwrap();
    // What was paid for the repeats is in the cost that is held against its cap.
    assert_eq!(verdict.checks[1].state, State::Fail);
    let style = crate::report::Style {
        width: 80,
        ascii: false,
        color: false,
        lang: crate::report::words::Lang::En,
    };
    let manner = Manner {
        marker: None,
        most: 60_000,
        answers: false,
    };
    for text in [
        crate::report::gate::terminal(&verdict, false, &style),
        markdown(&verdict, manner, crate::report::words::Lang::En).replace('\\', ""),
    ] {
        assert!(text.contains("was asked 2 times more and passed 2"), "{text}");
        assert!(text.contains("Asking 1 case again cost $0.05"), "{text}");
    }
    let xml = crate::report::gate::junit(&verdict, &now).unwrap();
    assert!(xml.contains("was asked 2 times more and passed 2"), "{xml}");
    let json: serde_json::Value = serde_json::from_str(&crate::report::gate::json(&verdict)).unwrap();
    assert_eq!(json["repeats_cost"]["USD"], 0.05);
}
