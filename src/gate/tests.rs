//! The decision, whole: every combination, the edges, and how often it is wrong.

use std::sync::Arc;

use super::*;
use crate::compare::fixture::Make;
use crate::compare::{Grid, Spot};
use crate::config::{Bound, CheckKind, CheckRule, GateRules, Metric, OnInconclusive, Quarantine, Rule, Stands};
use crate::domain::RunInfo;
use crate::stats::chance::Chance;

fn info(cases: usize, trials: u32) -> Arc<RunInfo> {
    let make = Make {
        targets: vec!["gpt-main"],
        cases: cases as u64,
        trials,
        ..Make::default()
    };
    Arc::new(make.info())
}

/// A square of one trial: passed, failed, or not measured.
fn spot(passed: Option<bool>) -> Spot {
    match passed {
        Some(pass) => Spot::told(1, u16::from(pass), Some(if pass { 1.0 } else { 0.0 })),
        None => Spot::missing(1),
    }
}

fn grid(passed: &[Option<bool>]) -> Grid {
    Grid::made(
        &info(passed.len(), 1),
        &[passed.iter().map(|pass| spot(*pass)).collect()],
        None,
    )
}

fn all(n: usize, pass: bool) -> Vec<Option<bool>> {
    vec![Some(pass); n]
}

fn against(base: &Grid, now: &Grid) -> Against {
    Against::new(
        "baselines/ko-support".to_owned(),
        false,
        None,
        now,
        vec![Ok(Baseline::of(base, 0))],
    )
}

fn rule(kind: CheckKind) -> CheckRule {
    CheckRule {
        kind,
        targets: Vec::new(),
        stands: Stands::default(),
    }
}

fn regression(rule: Rule) -> CheckKind {
    CheckKind::Regression {
        metric: Metric::Pass,
        tag: None,
        margin: 0.02,
        rule,
    }
}

fn day(text: &str) -> jiff::civil::Date {
    text.parse().unwrap()
}

fn judged(now: &Grid, against: &Against, rules: &GateRules) -> Verdict {
    judge(&Trial {
        now,
        against,
        rules,
        today: day("2026-03-14"),
        repeats: None,
        options: &Options::default(),
    })
    .unwrap()
}

#[test]
fn every_combination_has_one_verdict_and_one_exit_code() {
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Must {
        Pass,
        Fail,
        Unmeasured,
    }
    let n = 100;
    for covered in [true, false] {
        for must in [Must::Pass, Must::Fail, Must::Unmeasured] {
            for dropped in [false, true] {
                for baseline in ["there", "missing", "damaged", "other suite"] {
                    for on_inconclusive in [OnInconclusive::Fail, OnInconclusive::Warn] {
                        let base = grid(&all(n, true));
                        let mut passed = all(n, true);
                        if dropped {
                            passed[10..30].fill(Some(false));
                        }
                        if !covered {
                            passed[40..60].fill(None);
                        }
                        // The first case is the one that must pass.
                        passed[0] = match must {
                            Must::Pass => Some(true),
                            Must::Fail => Some(false),
                            Must::Unmeasured => None,
                        };
                        let mut now = grid(&passed);
                        now.give_tag(0, "critical");
                        let side = match baseline {
                            "there" => Ok(Baseline::of(&base, 0)),
                            "missing" => Err(Trouble::Missing {
                                path: "p".to_owned(),
                                pending: None,
                            }),
                            "damaged" => Err(Trouble::Damaged {
                                path: "p".to_owned(),
                                damage: Damage::Sum,
                            }),
                            _ => {
                                let mut other = Baseline::of(&base, 0);
                                other.head.suite = "another".to_owned();
                                Ok(other)
                            }
                        };
                        let against = Against::new("b".to_owned(), false, None, &now, vec![side]);
                        let rules = GateRules {
                            on_inconclusive,
                            coverage_min: 0.98,
                            checks: vec![
                                rule(regression(Rule::ShownDrop)),
                                rule(CheckKind::MustPass {
                                    tag: "critical".to_owned(),
                                }),
                            ],
                            ..GateRules::default()
                        };
                        let verdict = judged(&now, &against, &rules);
                        let fails = covered && (must == Must::Fail || (dropped && baseline == "there"));
                        let expected = if fails {
                            (Overall::Fail, 1)
                        } else if baseline != "there" {
                            (Overall::NoBaseline, 4)
                        } else if !covered || must == Must::Unmeasured {
                            let exit = if on_inconclusive == OnInconclusive::Warn { 0 } else { 3 };
                            (Overall::Inconclusive, exit)
                        } else {
                            (Overall::Pass, 0)
                        };
                        let what = format!("{covered} {must:?} {dropped} {baseline} {on_inconclusive:?}");
                        assert_eq!((verdict.overall(), verdict.exit()), expected, "{what}");
                    }
                }
            }
        }
    }
}

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
fn edges_have_a_verdict_and_no_number_that_is_none() {
    // (then, now, expected exit code)
    let cases: Vec<(&str, Vec<Option<bool>>, Vec<Option<bool>>, u8)> = vec![
        ("all right twice", all(50, true), all(50, true), 0),
        ("all wrong twice", all(50, false), all(50, false), 0),
        ("all right, then all wrong", all(50, true), all(50, false), 1),
        ("all wrong, then all right", all(50, false), all(50, true), 0),
        ("one case, the same", all(1, true), all(1, true), 3),
        ("one case that fell", all(1, true), all(1, false), 3),
        ("two cases that fell: chance enough", all(2, true), all(2, false), 0),
        ("nothing measured", all(20, true), vec![None; 20], 3),
    ];
    for (what, then, now, exit) in cases {
        let (base, now) = (grid(&then), grid(&now));
        let verdict = judged(&now, &against(&base, &now), &GateRules::default());
        assert_eq!(verdict.exit(), exit, "{what}: {:?}", verdict.checks[0].state);
        let json = crate::report::gate::json(&verdict);
        assert!(!json.contains("NaN") && !json.contains("inf"), "{what}: {json}");
        let style = crate::report::Style {
            width: 80,
            ascii: false,
            color: false,
            lang: crate::report::words::Lang::Ko,
        };
        let text = crate::report::gate::terminal(&verdict, true, &style);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{what}: {text}");
    }
    // No case in common.
    let mut base = Baseline::of(&grid(&all(5, true)), 0);
    for line in &mut base.lines {
        line.case.insert(0, 'x');
    }
    let now = grid(&all(5, true));
    let none = Against::new("b".to_owned(), false, None, &now, vec![Ok(base)]);
    let verdict = judged(&now, &none, &GateRules::default());
    assert_eq!((verdict.overall(), verdict.exit()), (Overall::NoBaseline, 4));
}

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
        }],
        paid: crate::compare::Paid::default(),
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

/// A run in which nothing was measured, taken as the baseline, was said to share no case.
#[test]
fn an_empty_baseline_is_told_as_such() {
    let (base, now) = (grid(&[None; 5]), grid(&all(5, true)));
    let verdict = judged(&now, &against(&base, &now), &GateRules::default());
    assert_eq!(verdict.checks[0].state, State::NoBaseline(Trouble::Empty));
    assert_eq!(verdict.exit(), 4);
}

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
        }],
        paid,
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
    let json: serde_json::Value = serde_json::from_str(&crate::report::gate::json(&verdict)).unwrap();
    assert_eq!(json["repeats_cost"]["USD"], 0.05);
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

/// Chances of passing of 200 cases: most are sure, some waver, a few are a toss. Two runs of them differ on about a tenth of the
/// cases, as runs of real models do.
fn chances(chance: &mut Chance, n: usize) -> Vec<f64> {
    (0..n)
        .map(|_| match chance.unit() {
            share if share < 0.7 => 0.99,
            share if share < 0.9 => 0.9,
            _ => 0.4,
        })
        .collect()
}

fn drawn(chance: &mut Chance, chances: &[f64]) -> Grid {
    let passed: Vec<Option<bool>> = chances.iter().map(|share| Some(chance.unit() < *share)).collect();
    grid(&passed)
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn percent_base(n: usize) -> f64 {
    n as f64
}

fn percent(part: usize, whole: usize) -> f64 {
    percent_base(part) / percent_base(whole) * 100.0
}

/// With default settings: at most 5 % of pairs of runs without any difference fail; at least 80 % of true drops of ten points on
/// 200 cases are caught.
#[test]
fn the_gate_does_not_cry_wolf_and_does_not_sleep() {
    const PAIRS: usize = 500;
    const CASES: usize = 200;
    let mut chance = Chance::new(20_260_314, 0);
    let rules = GateRules::default();
    let (mut alarms, mut caught, mut differ) = (0, 0, 0);
    for _ in 0..PAIRS {
        let before = chances(&mut chance, CASES);
        let base = drawn(&mut chance, &before);
        let same = drawn(&mut chance, &before);
        let verdict = judged(&same, &against(&base, &same), &rules);
        alarms += usize::from(verdict.exit() == 1);
        let paired = verdict.checks[0].paired.as_ref().unwrap();
        differ += usize::try_from(paired.better + paired.worse).unwrap();
        // A tenth of all cases, drawn from those that pass, now fail always: the mean falls by ten points.
        let lost = 0.1 * percent_base(CASES);
        let mut after = before.clone();
        let mut fallen = 0.0;
        while fallen < lost {
            let at = chance.below(u32::try_from(CASES).unwrap()) as usize;
            fallen += after[at];
            after[at] = 0.0;
        }
        let worse = drawn(&mut chance, &after);
        caught += usize::from(judged(&worse, &against(&base, &worse), &rules).exit() == 1);
    }
    println!(
        "false alarms {alarms} of {PAIRS} ({:.1} %), drops of 10 points caught {caught} of {PAIRS} ({:.1} %), {:.1} % of cases differ between runs that are alike",
        percent(alarms, PAIRS),
        percent(caught, PAIRS),
        percent(differ, PAIRS * CASES)
    );
    assert!(alarms * 20 <= PAIRS, "{alarms} false alarms");
    assert!(caught * 5 >= PAIRS * 4, "{caught} caught");
}
