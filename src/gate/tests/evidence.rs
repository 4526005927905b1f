//! What the evidence shows: the margin, trials, floors, and how much more would decide.

use super::*;

#[test]
fn a_drop_within_the_margin_passes_though_it_is_shown() {
    // 15 of 1,000 fall and none rises: shown beyond chance, and less than two points.
    let n = 1000;
    let mut passed = all(n, true);
    passed[..15].fill(Some(false));
    let (base, now) = (grid(&all(n, true)), grid(&passed));
    let against = against(&base, &now);
    let shown = judged(&now, &against, &GateRules::default());
    assert_eq!(shown.overall(), Overall::Pass);
    assert!(shown.checks[0].paired.as_ref().unwrap().interval.unwrap().1 < 0.0);
    // The stricter rule does not pass: a drop beyond the margin is not ruled out.
    let strict = GateRules {
        checks: vec![rule(regression(Rule::NoDrop))],
        ..GateRules::default()
    };
    assert!(matches!(
        judged(&now, &against, &strict).checks[0].state,
        State::Inconclusive(Undecided::Either)
    ));
    passed[..60].fill(Some(false));
    let worse = grid(&passed);
    assert_eq!(
        judged(&worse, &against_of(&base, &worse), &strict).overall(),
        Overall::Fail
    );
    let same = grid(&all(n, true));
    assert_eq!(
        judged(&same, &against_of(&base, &same), &strict).overall(),
        Overall::Pass
    );
}

fn against_of(base: &Grid, now: &Grid) -> Against {
    against(base, now)
}

#[test]
fn several_trials_are_one_value_a_case() {
    let info = info(60, 4);
    let of = |passed: u16| vec![Spot::told(4, passed, Some(f64::from(passed) / 4.0)); 60];
    let base = Grid::made(&info, &[of(4)], None);
    // Every case loses one of four: no spread at all, and surely no chance.
    let now = Grid::made(&info, &[of(3)], None);
    let verdict = judged(&now, &against(&base, &now), &GateRules::default());
    assert_eq!(verdict.exit(), 1, "{:?}", verdict.checks[0]);
    assert_eq!(verdict.checks[0].n, 60);
}

fn floor_at(min: f64, metric: Metric) -> GateRules {
    GateRules {
        checks: vec![rule(CheckKind::Floor {
            metric,
            tag: None,
            min,
            bound: Bound::Lower,
        })],
        ..GateRules::default()
    }
}

/// Five of five right failed a floor of 75 %, because five answers cannot show it.
#[test]
fn a_floor_that_few_cases_cannot_show_is_open_not_failed() {
    let state = |right: usize, wrong: usize, min: f64| {
        let now = grid(&[all(right, true), all(wrong, false)].concat());
        let verdict = judged(&now, &against(&now, &now), &floor_at(min, Metric::Pass));
        let check = verdict.checks[0].clone();
        (
            check.state,
            check.needs.map(|needs| needs.cases),
            check.interval.unwrap(),
        )
    };
    let (open, needs, (low, high)) = state(5, 0, 0.75);
    assert_eq!(open, State::Inconclusive(Undecided::TooFew));
    // z²·0.75/0.25 = 11.5: twelve of twelve reach a lower end of 75 %, eleven do not.
    assert_eq!(needs, Some(12));
    assert_eq!(high, 1.0);
    assert!((low - 0.5655).abs() < 1e-3, "Wilson: {low}");
    assert_eq!(state(12, 0, 0.75).0, State::Pass);
    assert_eq!(state(11, 0, 0.75).0, State::Inconclusive(Undecided::TooFew));
    // Below the floor is below the floor, however few.
    assert_eq!(state(2, 3, 0.75).0, State::Fail);
    // At the very floor no number of cases shows more.
    let (open, needs, _) = state(3, 1, 0.75);
    assert_eq!((open, needs), (State::Inconclusive(Undecided::TooFew), None));
}

/// The interval of a scorer that says right or wrong was made by t and left 0 to 1.
#[test]
fn a_scorer_of_right_and_wrong_has_an_interval_within_its_range() {
    let info = info(10, 1);
    let spots: Vec<Spot> = (0..10)
        .map(|at| Spot::told(1, u16::from(at > 0), Some(if at > 0 { 1.0 } else { 0.0 })))
        .collect();
    let now = Grid::made(&info, &[spots], None);
    let verdict = judged(&now, &against(&now, &now), &floor_at(0.5, Metric::Score));
    let (low, high) = verdict.checks[0].interval.unwrap();
    let wilson = crate::stats::proportion::wilson(9, 10, 0.95).unwrap();
    assert_eq!((low, high), (wilson.low, wilson.high));
    assert!(high < 1.0 && low > 0.0);
    // Graded points keep t, within what points can be.
    let graded: Vec<Spot> = (0..6)
        .map(|at| Spot::told(1, 1, Some(if at > 0 { 1.0 } else { 0.3 })))
        .collect();
    let now = Grid::made(&self::info(6, 1), &[graded], None);
    let verdict = judged(&now, &against(&now, &now), &floor_at(0.5, Metric::Score));
    let (low, high) = verdict.checks[0].interval.unwrap();
    assert!(low > 0.0 && high <= 1.0, "{low} {high}");
}

/// Five of sixty fell: the check on the scorer said FAIL by t and bootstrap, the one on passes PASS by Tango and `McNemar`.
#[test]
fn a_scorer_of_right_and_wrong_is_compared_as_passes_are() {
    let n = 60;
    let mut passed = all(n, true);
    passed[..5].fill(Some(false));
    let (mut base, mut now) = (grid(&all(n, true)), grid(&passed));
    base.give_scorer("includes");
    now.give_scorer("includes");
    let check = |base: &Grid, now: &Grid, metric: Metric| {
        let rules = GateRules {
            checks: vec![rule(CheckKind::Regression {
                metric,
                tag: None,
                margin: 0.02,
                rule: Rule::ShownDrop,
            })],
            ..GateRules::default()
        };
        judged(now, &against(base, now), &rules).checks[0].clone()
    };
    let pass = check(&base, &now, Metric::Pass);
    assert_eq!(pass.state, State::Pass);
    for metric in [Metric::Score, Metric::Scorer("includes".to_owned())] {
        let other = check(&base, &now, metric);
        assert_eq!((&other.state, &other.paired), (&pass.state, &pass.paired));
    }
    assert_eq!(pass.paired.unwrap().way, crate::compare::paired::Way::Exact);
    // One graded score among them, and it is no verdict any more.
    let graded = (0..n).map(|at| Spot::told(1, u16::from(at > 4), Some(if at > 4 { 1.0 } else { 0.25 })));
    let now = Grid::made(&info(n, 1), &[graded.collect()], None);
    let score = check(&base, &now, Metric::Score);
    assert_eq!(score.paired.unwrap().way, crate::compare::paired::Way::Bootstrap);
}

/// 0.5149 → 0.4851 was compared as 0.51 → 0.49: −2.0 pp, and beside a floor the same mean stood in two figures.
#[test]
fn scores_are_compared_as_exactly_as_they_are() {
    let n = 40;
    let scored = |score: f64| Grid::made(&info(n, 1), &[vec![Spot::told(1, 1, Some(score)); n]], None);
    let check = |base: Baseline, now: &Grid| {
        let rules = GateRules {
            checks: vec![rule(CheckKind::Regression {
                metric: Metric::Score,
                tag: None,
                margin: 0.025,
                rule: Rule::ShownDrop,
            })],
            ..GateRules::default()
        };
        let written = Baseline::read(&base.write()).unwrap();
        let against = Against::new("b".to_owned(), false, None, now, vec![Ok(written)]);
        judged(now, &against, &rules).checks[0].clone()
    };
    let found = check(Baseline::of(&scored(0.5149), 0), &scored(0.4851));
    assert_eq!(found.state, State::Fail);
    assert_eq!((found.before, found.now), (Some(0.5149), Some(0.4851)));
    assert!((found.paired.unwrap().difference + 0.0298).abs() < 1e-9);
    // What a file leaves out is no movement: not thirds, not a wobble in the seventh digit where the sixth is undecided.
    for (then, now) in [(1.0 / 3.0, 1.0 / 3.0), (0.333_333_49, 0.333_333_51), (1.0, 1.0 - 1e-7)] {
        let found = check(Baseline::of(&scored(then), 0), &scored(now));
        assert!(found.unchanged, "{then} {now}: {found:?}");
    }
    // A file of before holds hundredths, and is read.
    let mut old = Baseline::of(&scored(0.5149), 0);
    for line in &mut old.lines {
        line.score = Some(510_000);
    }
    assert!(old.write().contains("\"score\":0.51}"));
    let found = check(old, &scored(0.4851));
    assert_eq!((found.before, found.now), (Some(0.51), Some(0.4851)));
}

#[test]
fn an_open_check_says_how_many_cases_would_decide_it() {
    let strict = GateRules {
        checks: vec![rule(regression(Rule::NoDrop))],
        ..GateRules::default()
    };
    // Nothing moved among 60: Tango's bound of none needs z²·0.98/0.02 = 132.6 cases.
    let now = grid(&all(60, true));
    let verdict = judged(&now, &against(&now, &now), &strict);
    assert_eq!(verdict.checks[0].state, State::Inconclusive(Undecided::Either));
    assert_eq!(verdict.checks[0].needs.as_ref().unwrap().cases, 133);
    let enough = grid(&all(133, true));
    assert_eq!(
        judged(&enough, &against(&enough, &enough), &strict).overall(),
        Overall::Pass
    );
    // Some moved: (1.645 + 0.842)²·sd²/0.02².
    let mut passed = all(100, true);
    passed[..2].fill(Some(false));
    let mut before = all(100, true);
    before[2..4].fill(Some(false));
    let (base, now) = (grid(&before), grid(&passed));
    let verdict = judged(&now, &against(&base, &now), &strict);
    let cases = verdict.checks[0].needs.as_ref().unwrap().cases;
    assert!((600..650).contains(&cases), "{cases}");
}

/// A run with 14 verdicts among 200 answers passed, with "200 cases".
#[test]
fn answers_without_a_verdict_are_not_measured() {
    use crate::report::gate::{json, junit, terminal};
    use crate::report::words::Lang;
    let base = grid(&all(200, true));
    let run = |judged: usize| {
        let spots = (0..200).map(|at| {
            if at < judged {
                spot(Some(true))
            } else {
                Spot::unjudged(1)
            }
        });
        Grid::made(&info(200, 1), &[spots.collect()], None)
    };
    let now = run(14);
    let verdict = judged(&now, &against(&base, &now), &GateRules::default());
    assert_eq!((verdict.overall(), verdict.exit()), (Overall::Inconclusive, 3));
    assert_eq!((verdict.coverage[0].measured, verdict.missed), (14, 186));
    let told = terminal(&verdict, false, &style(Lang::En));
    assert!(told.contains("measured 14 of 200 answers (7 %, floor 98 %)"), "{told}");
    assert!(told.contains("narani score r-") && !told.contains("--resume"), "{told}");
    assert!(json(&verdict).contains("\"no_verdict\":186"), "{}", json(&verdict));
    let xml = junit(&verdict, &now).unwrap();
    assert_eq!(xml.matches("type=\"no_verdict\"").count(), 186, "{xml}");
    // Whoever lowers the floor is still not told of a pass by the rest.
    let low = GateRules {
        coverage_min: 0.05,
        ..GateRules::default()
    };
    let verdict = judged(&now, &against(&base, &now), &low);
    assert_eq!(
        verdict.checks[0].state,
        State::Inconclusive(Undecided::NotMeasured(186))
    );
    // A few are within what the rules allow, and the number told is that of the cases compared.
    let now = run(197);
    let verdict = judged(&now, &against(&base, &now), &GateRules::default());
    assert_eq!(verdict.exit(), 0);
    for (lang, said) in [
        (Lang::En, "197 of 200 cases compared"),
        (Lang::Ko, "200문항 중 197문항 비교"),
    ] {
        let told = terminal(&verdict, false, &style(lang));
        assert!(told.contains(said), "{told}");
    }
}

/// Cases that had changed were counted among those that the verdict rests on.
#[test]
fn the_verdict_counts_the_cases_compared() {
    use crate::report::gate::terminal;
    use crate::report::words::Lang;
    let now = grid(&all(120, true));
    let mut base = Baseline::of(&now, 0);
    for line in base.lines.iter_mut().take(7) {
        line.print = "c_00000000".to_owned();
    }
    let against = Against::new("b".to_owned(), false, None, &now, vec![Ok(base)]);
    let verdict = judged(&now, &against, &GateRules::default());
    for (lang, said) in [
        (Lang::En, "113 of 120 cases compared (7 changed since the baseline)"),
        (Lang::Ko, "120문항 중 113문항 비교 (기준 이후 바뀐 7문항 제외)"),
    ] {
        let told = terminal(&verdict, false, &style(lang)).replace("\n      ", " ");
        assert!(told.contains(said), "{told}");
    }
}
