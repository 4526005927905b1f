//! The decision, whole: every combination and the edges are here, with what all tests of it are made of.

use std::sync::Arc;

use super::*;
use crate::compare::fixture::Make;
use crate::compare::{Grid, Spot};
use crate::config::{Bound, CheckKind, CheckRule, GateRules, Metric, OnInconclusive, Quarantine, Rule, Stands};
use crate::domain::RunInfo;

mod alarms;
mod evidence;
mod repeats;
mod rules;
mod told;
mod unfit;

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

fn style(lang: crate::report::words::Lang) -> crate::report::Style {
    crate::report::Style {
        width: 80,
        ascii: false,
        color: false,
        lang,
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
