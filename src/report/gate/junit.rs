//! The verdict as `JUnit` XML, the form that Jenkins and most CI services read: a suite `gate` with a test a check, and a suite a
//! column with a test a case.
//!
//! A test of a case is red only where its check failed: services count red tests, and a job that is green with red tests in it, or
//! that a service calls unstable for them, would cry wolf. What moved without failing a check is a property of its test. An answer
//! that was not measured is an error whatever the verdict: it is neither a pass nor a failure.

use std::collections::HashMap;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::compare::grid::NO_VERDICT;
use crate::compare::{Grid, Spot};
use crate::gate::{Check, Earlier, Moved, State, Told, Undecided, Verdict};
use crate::report::Style;
use crate::report::words::{self, Lang};
use crate::text::sink::terminal_line;

/// Characters of a text.
const TEXT: usize = 2_000;

/// The verdict over the cases of a run.
///
/// # Errors
/// When the XML cannot be written, which plain text rules out.
pub fn junit(verdict: &Verdict, grid: &Grid) -> Result<String, String> {
    let verdict = &verdict.brief(TEXT);
    let name = if verdict.simulated {
        "narani gate (SIMULATED)"
    } else {
        "narani gate"
    };
    let mut report = Report::new(name);
    report.add_test_suite(checks(verdict));
    for lane in 0..grid.lanes.len() {
        report.add_test_suite(column(verdict, grid, lane));
    }
    report.to_string().map_err(|error| error.to_string())
}

fn checks(verdict: &Verdict) -> TestSuite {
    let mut suite = TestSuite::new("gate");
    let digits = super::cells::digits(verdict);
    for check in &verdict.checks {
        let name = words::check_name(&check.rule, Lang::En);
        let whom = check.label.as_deref().unwrap_or("all");
        let status = match &check.state {
            State::Pass => TestCaseStatus::success(),
            State::Fail => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type(check.kind()).set_message(text(&told(check, digits)));
                status
            }
            State::Inconclusive(why) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status
                    .set_type("inconclusive")
                    .set_message(text(&undecided(check, why)));
                status
            }
            State::NoBaseline(trouble) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                let (sentence, _) = words::trouble(trouble, whom, verdict, Lang::En);
                status.set_type("no_baseline").set_message(text(&sentence));
                status
            }
        };
        let mut case = TestCase::new(text(&format!("{name} · {whom}")), status);
        case.set_classname(text(&format!("{}.gate", verdict.suite)));
        for again in &check.confirmed {
            case.add_property(Property::new(
                "asked_again",
                text(&words::repeated(check, again, Lang::En)),
            ));
        }
        suite.add_test_case(case);
    }
    suite
}

/// Why a check is open, with what would decide it.
fn undecided(check: &Check, why: &Undecided) -> String {
    let style = Style {
        width: 80,
        ascii: false,
        color: false,
        lang: Lang::En,
    };
    let why = words::undecided(why, Lang::En);
    match words::needs(check, &style) {
        Some(needs) => format!("{why}; {needs}"),
        None => why,
    }
}

fn told(check: &Check, digits: usize) -> String {
    let mut sentences = words::drop_sentences(check, digits, Lang::En);
    if !check.failing.is_empty() {
        let ids: Vec<&str> = check.failing.iter().take(20).map(|moved| moved.case.as_str()).collect();
        sentences.push(format!("failing: {}", ids.join(", ")));
    }
    if sentences.is_empty() {
        sentences.push("the limit is not kept".to_owned());
    }
    sentences.join(" ")
}

fn column(verdict: &Verdict, grid: &Grid, lane: usize) -> TestSuite {
    let column = &grid.lanes[lane];
    let mut suite = TestSuite::new(text(&column.label));
    let of_lane = || verdict.checks.iter().filter(|check| check.lane == Some(lane));
    let failed = || of_lane().filter(|check| check.state == State::Fail);
    let earlier: HashMap<usize, Earlier> = verdict
        .failing
        .iter()
        .filter(|(at, ..)| *at == lane)
        .map(|(_, case, earlier)| (*case, *earlier))
        .collect();
    let kinds: HashMap<u32, &str> = grid
        .misses
        .iter()
        .filter(|(at, ..)| *at == lane)
        .map(|(_, case, _, kind)| (*case, kind.as_str()))
        .collect();
    let newly_failing = by_place(failed(), |check| &check.newly_failing);
    let failing = by_place(failed(), |check| &check.failing);
    let aside = by_place(of_lane(), |check| &check.quarantined);
    for (place, known) in grid.cases.iter().enumerate() {
        let spot = grid.spot(place, lane);
        if spot.cells == 0 {
            continue;
        }
        let mut property = None;
        let status = if let Some(moved) = aside.get(&place) {
            let mut status = TestCaseStatus::skipped();
            if let Some((reason, until)) = &moved.aside {
                status.set_message(text(&format!("{reason} (quarantine until {until})")));
            }
            status
        } else if let Some(moved) = failing.get(&place) {
            failure("must_pass", moved)
        } else if let Some(moved) = newly_failing.get(&place) {
            failure("regression", moved)
        } else if spot.measured == 0 || (spot.judged == 0 && known.scored) {
            let kind = u32::try_from(place).ok().and_then(|case| kinds.get(&case)).copied();
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            let (usual, message) = if spot.measured == 0 {
                ("not_reached", "not measured")
            } else {
                (NO_VERDICT, "answered, but no verdict")
            };
            status.set_type(kind.unwrap_or(usual)).set_message(message);
            status
        } else if spot.judged > 0 && spot.passed > 0 && spot.passed < spot.judged {
            // Some trials passed, some failed: the flaky form, which services show apart.
            flaky(*spot, verdict.flaky.get(&(lane, place)).map_or(&[], Vec::as_slice))
        } else {
            property = earlier.get(&place).map(|earlier| match earlier {
                Earlier::Failed => "known_fail",
                Earlier::Passed => "newly_failing",
                Earlier::Unknown => "failing_without_baseline",
            });
            TestCaseStatus::success()
        };
        let mut case = TestCase::new(text(&known.id), status);
        case.set_classname(text(&format!("{}.{}", verdict.suite, column.label)));
        if let Some(property) = property {
            // It fails, and the gate does not fail for it.
            case.add_property(Property::new(property, "true"));
        }
        let missing = spot.cells - spot.judged;
        if missing > 0 && spot.judged > 0 && known.scored {
            case.add_property(Property::new("trials_not_measured", missing.to_string()));
        }
        suite.add_test_case(case);
    }
    suite
}

/// Cases of checks, by their place in the run.
fn by_place<'v>(checks: impl Iterator<Item = &'v Check>, list: fn(&Check) -> &Vec<Moved>) -> HashMap<usize, &'v Moved> {
    checks
        .flat_map(|check| list(check).iter().map(|moved| (moved.place, moved)))
        .collect()
}

/// A case whose trials differ: a rerun a failing trial, which says why it failed and how the others came out.
fn flaky(spot: Spot, trials: &[Told]) -> TestCaseStatus {
    let mut status = TestCaseStatus::success();
    let numbers = |passed: bool| {
        let numbers = trials.iter().filter(|trial| trial.passed == Some(passed));
        let numbers: Vec<String> = numbers.map(|trial| trial.trial.to_string()).collect();
        numbers.join(", ")
    };
    let mut failing = trials.iter().filter(|trial| trial.passed == Some(false));
    for _ in 0..(spot.judged - spot.passed) {
        let mut rerun = TestRerun::new(NonSuccessKind::Failure);
        rerun.set_type("trial");
        if let Some(trial) = failing.next() {
            rerun.set_message(format!(
                "trial {} failed (passed: {}; failed: {})",
                trial.trial,
                numbers(true),
                numbers(false)
            ));
            if !trial.why.is_empty() {
                rerun.set_description(text(&trial.why));
            }
        } else {
            rerun.set_message(format!("{} of {} trials passed", spot.passed, spot.judged));
        }
        status.add_rerun(rerun);
    }
    status
}

fn failure(kind: &str, moved: &Moved) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let score = super::cells::scores(moved);
    status.set_type(kind).set_message(text(&format!("score {score}")));
    if !moved.why.is_empty() {
        status.set_description(text(&moved.why));
    }
    status
}

/// Outside text for an attribute or a node: what draws nothing is shown, what XML 1.0 forbids is gone with it, and it is cut.
fn text(text: &str) -> String {
    let begun: String = text.chars().take(TEXT + 1).collect();
    let shown = terminal_line(&begun);
    let clean = shown.chars().map(|letter| match letter {
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        letter => letter,
    });
    if shown.chars().count() <= TEXT {
        clean.collect()
    } else {
        clean.take(TEXT - 1).chain(['…']).collect()
    }
}
