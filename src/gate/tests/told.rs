//! What is advised, and which tests of a report are red.

use super::*;

/// Cells that a resumed run would not ask again were advised to be resumed.
#[test]
fn advice_fits_what_was_not_measured() {
    use crate::report::words::{Lang, open_advice};
    let n = 50;
    let mut passed = all(n, true);
    passed[..10].fill(None);
    let (base, now) = (grid(&all(n, true)), grid(&passed));
    let mut verdict = judged(&now, &against(&base, &now), &GateRules::default());
    for (kind, command, told) in [
        (
            "rate_limit",
            Some("narani run --resume r-"),
            "This is not a regression.",
        ),
        ("bad_request", Some("--retry all-errors"), "This is not a regression."),
        ("no_recording", None, "--record"),
    ] {
        verdict.coverage[0].kinds = vec![(kind.to_owned(), 10)];
        let advice = open_advice(&verdict, Lang::En).join("\n");
        assert!(advice.contains(told), "{kind}: {advice}");
        match command {
            Some(command) => assert!(advice.contains(command), "{kind}: {advice}"),
            None => assert!(!advice.contains("--resume"), "{kind}: {advice}"),
        }
    }
}

/// Red tests in a green job: newly failing cases of a check that passed were failures, and without any baseline failing cases were
/// called known.
#[test]
fn a_test_is_red_only_where_its_check_failed() {
    let n = 100;
    let mut before = all(n, true);
    before[1] = Some(false);
    let mut after = all(n, true);
    after[..2].fill(Some(false));
    let (base, now) = (grid(&before), grid(&after));
    let green = judged(&now, &against(&base, &now), &GateRules::default());
    assert_eq!(green.exit(), 0);
    let xml = crate::report::gate::junit(&green, &now).unwrap();
    assert!(!xml.contains("<failure"), "{xml}");
    assert_eq!(
        (xml.matches("newly_failing").count(), xml.matches("known_fail").count()),
        (1, 1)
    );
    let missing = Against::new(
        "b".to_owned(),
        false,
        None,
        &now,
        vec![Err(Trouble::Missing {
            path: "p".to_owned(),
            pending: None,
        })],
    );
    let none = judged(&now, &missing, &GateRules::default());
    let xml = crate::report::gate::junit(&none, &now).unwrap();
    assert!(!xml.contains("known_fail") && !xml.contains("<failure"), "{xml}");
    assert_eq!(xml.matches("failing_without_baseline").count(), 2);
    after[..30].fill(Some(false));
    let worse = grid(&after);
    let red = judged(&worse, &against(&base, &worse), &GateRules::default());
    let xml = crate::report::gate::junit(&red, &worse).unwrap();
    assert_eq!(
        xml.matches("type=\"regression\"").count(),
        30,
        "29 cases and the check: {xml}"
    );
}

/// `flakyFailure` stood there empty.
#[test]
fn a_flaky_test_says_which_trials_failed_and_why() {
    let now = Grid::made(&info(2, 3), &[vec![Spot::told(3, 2, Some(0.7)); 2]], None);
    let mut verdict = judged(&now, &against(&now, &now), &GateRules::default());
    let trial = |trial, passed, why: &str| Told {
        trial,
        passed: Some(passed),
        why: why.into(),
    };
    let trials = vec![trial(1, true, ""), trial(2, false, "says 7 <days>"), trial(3, true, "")];
    verdict.flaky.insert((0, 0), trials);
    let xml = crate::report::gate::junit(&verdict, &now).unwrap();
    assert!(xml.contains("trial 2 failed (passed: 1, 3; failed: 2)"), "{xml}");
    assert!(xml.contains("says 7 &lt;days&gt;"), "{xml}");
    // What was not looked up says at least how many passed.
    assert!(xml.contains("2 of 3 trials passed"), "{xml}");
}

/// The headline of a check with a tag counted all cases of the run.
#[test]
fn a_comparison_of_a_tag_counts_its_own_cases() {
    use crate::report::words::{Lang, compared};
    let n = 60;
    let (base, mut now) = (grid(&all(n, true)), grid(&all(n, true)));
    (0..45).for_each(|case| now.give_tag(case, "mid"));
    let tagged = rule(CheckKind::Regression {
        metric: Metric::Pass,
        tag: Some("mid".to_owned()),
        margin: 0.02,
        rule: Rule::ShownDrop,
    });
    let mut rules = GateRules {
        checks: vec![tagged],
        ..GateRules::default()
    };
    let against = against(&base, &now);
    let told = |rules: &GateRules, lang| compared(&judged(&now, &against, rules), lang);
    assert_eq!(told(&rules, Lang::En), "45 of 60 cases compared");
    assert_eq!(told(&rules, Lang::Ko), "60문항 중 45문항 비교");
    rules.checks.push(rule(regression(Rule::ShownDrop)));
    assert_eq!(told(&rules, Lang::En), "60 cases");
}
