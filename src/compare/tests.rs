//! Views over the made-up run and over small ones.

use super::fixture::{Make, say, stop_at, unreach, usual};
use super::*;
use crate::domain::{FaultKind, Outcome, Record, RunInfo, SkipReason, Status};

fn small(targets: Vec<&'static str>, cases: u64) -> (RunInfo, Vec<Record>) {
    let make = Make {
        targets,
        cases,
        trouble: false,
        ..Make::default()
    };
    (make.info(), make.records())
}

fn verdicts(records: &mut [Record], passes: &[Option<bool>]) {
    for (record, pass) in records.iter_mut().zip(passes) {
        record.pass = *pass;
        record.score = pass.map(|pass| if pass { 0.9 } else { 0.1 });
        record.status = if pass.is_some() {
            Status::Measured
        } else {
            Status::Error
        };
    }
}

fn reason_for(passes: &[Option<bool>]) -> Reason {
    let (info, mut records) = small(vec!["a", "b", "c", "d", "e"][..passes.len()].to_vec(), 1);
    verdicts(&mut records, passes);
    Weigher::default().weigh(&info, &records).reason
}

#[test]
fn the_counts_add_up() {
    let (info, records) = usual();
    let view = View::of(&info, records, &[]);
    assert_eq!(view.counts.planned, 200);
    assert_eq!(
        (view.counts.measured, view.counts.errors, view.counts.cached),
        (196, 4, 13)
    );
    for column in &view.columns {
        let counts = column.counts;
        assert_eq!(
            counts.planned,
            counts.measured + counts.failed() + counts.skipped + counts.missing
        );
        let rate = column.pass.unwrap();
        assert!(rate.low <= rate.value && rate.value <= rate.high);
        assert_eq!((rate.answers, rate.method), (counts.judged, Method::Wilson));
    }
    assert_eq!(view.columns[4].counts.measured, 37);
}

#[test]
fn reused_answers_cost_nothing_and_have_no_latency() {
    let (info, records) = usual();
    let view = View::of(&info, records, &[]);
    let clova = &view.columns[3];
    assert_eq!(clova.latency.n, clova.counts.measured - clova.counts.cached);
    assert_eq!(clova.paid.known, 26);
    assert_eq!(clova.paid.money().next().unwrap().nano, 26 * 8_020_000_000);
    assert_eq!(view.paid.sums.len(), 2);
    assert_eq!(view.columns[4].paid.local, 37);
    assert!(view.columns[4].paid.sums.is_empty());
}

#[test]
fn few_fresh_answers_have_no_95th_percentile() {
    let (info, records) = small(vec!["a"], 19);
    assert_eq!(View::of(&info, records, &[]).columns[0].latency.p95, None);
    let (info, records) = small(vec!["a"], 20);
    let view = View::of(&info, records, &[]);
    assert!(view.columns[0].latency.p95.is_some() && !view.columns[0].latency.p95_bounded);
    assert!(view.notes.contains(&Note::P95Unbounded { columns: vec![0] }));
    let (info, records) = small(vec!["a"], 72);
    assert!(View::of(&info, records, &[]).columns[0].latency.p95_bounded);
}

#[test]
fn several_trials_count_cases_not_answers() {
    let make = Make {
        targets: vec!["a"],
        trials: 4,
        cases: 50,
        trouble: false,
        ..Make::default()
    };
    let view = View::of(&make.info(), make.records(), &[]);
    let rate = view.columns[0].pass.unwrap();
    assert_eq!((rate.answers, rate.cases, rate.method), (200, 50, Method::CaseMeans));
    let naive = crate::stats::proportion::wilson(view.columns[0].counts.passed, 200, 0.95).unwrap();
    assert!(
        rate.high - rate.low > naive.high - naive.low,
        "answers to one case are not independent"
    );
}

#[test]
fn all_right_in_every_trial_still_has_a_width() {
    let make = Make {
        targets: vec!["a"],
        trials: 3,
        cases: 20,
        trouble: false,
        ..Make::default()
    };
    let mut records = make.records();
    for record in &mut records {
        record.pass = Some(true);
    }
    let rate = View::of(&make.info(), records, &[]).columns[0].pass.unwrap();
    assert_eq!((rate.value, rate.high, rate.method), (1.0, 1.0, Method::Wilson));
    assert!((rate.low - 0.838_875).abs() < 1e-5, "Wilson for 20 of 20, not 60 of 60");
}

#[test]
fn reasons_name_the_odd_one() {
    let (yes, no, none) = (Some(true), Some(false), None);
    assert_eq!(reason_for(&[yes, yes, no, no, no]), Reason::Split { pass: 2, fail: 3 });
    assert_eq!(reason_for(&[no, no, no, yes, no]), Reason::OnlyPasses(3));
    assert_eq!(reason_for(&[yes, no, yes, yes, yes]), Reason::OnlyFails(1));
    assert_eq!(
        reason_for(&[yes, yes, no, none, no]),
        Reason::NotMeasured {
            columns: vec![3],
            split: true
        }
    );
    assert_eq!(
        reason_for(&[yes, yes, none]),
        Reason::NotMeasured {
            columns: vec![2],
            split: false
        }
    );
    assert_eq!(reason_for(&[yes, no]), Reason::Split { pass: 1, fail: 1 });
    assert_eq!(reason_for(&[none, none]), Reason::Alike);
}

#[test]
fn the_parts_of_the_disagreement() {
    let (info, mut records) = small(vec!["a", "b"], 1);
    verdicts(&mut records, &[Some(true), Some(false)]);
    say(&mut records[0], "환불은  14일\n이내");
    say(&mut records[1], "환불은 14일 이내 ");
    let row = Row { records };
    let found = Weigher::default().weigh(&info, &row.records);
    assert_eq!(
        (found.entropy, found.dissimilarity),
        (1.0, Some(0.0)),
        "blanks do not matter"
    );
    assert!((found.spread.unwrap() - 0.8).abs() < 1e-12);
    assert!((found.score - (0.5 + 0.24)).abs() < 1e-12);
}

#[test]
fn texts_compare_after_normal_form_and_case() {
    let alike = |one: &str, other: &str| {
        let (info, mut records) = small(vec!["a", "b"], 1);
        say(&mut records[0], one);
        say(&mut records[1], other);
        Weigher::default().weigh(&info, &records).dissimilarity.unwrap()
    };
    assert_eq!(alike("각 나라", "각 나라"), 0.0);
    assert_eq!(alike("Hello There", "hello there"), 0.0);
    assert_eq!(alike("", ""), 0.0);
    assert_eq!(alike("가", "가"), 0.0);
    assert_eq!(alike("가", "나"), 1.0);
    assert_eq!(alike("abcd", "wxyz"), 1.0);
    // abc bcd | abc bcx: one of three.
    assert!((alike("abcd", "abcx") - 2.0 / 3.0).abs() < 1e-12);
}

#[test]
fn readings_are_the_most_disagreeing_cases() {
    let (info, records) = usual();
    let view = View::of(&info, records.clone(), &[]);
    let mut rows = Rows::default();
    let mut all: Vec<(f64, u64)> = Vec::new();
    let mut weigher = Weigher::default();
    for record in records.into_iter().map(Some).chain([None]) {
        let row = match record {
            Some(record) => rows.push(record),
            None => rows.finish(),
        };
        if let Some(row) = row {
            all.push((weigher.weigh(&info, &row.records).score, row.index()));
        }
    }
    assert_eq!(all.len(), 40);
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let expected: Vec<u64> = all.iter().take(view.readings.len()).map(|(_, index)| *index).collect();
    let got: Vec<u64> = view.readings.iter().map(|reading| reading.index).collect();
    assert_eq!(got, expected, "skipping texts that cannot matter changes nothing");
}

#[test]
fn faults_are_grouped_with_their_cases() {
    let (info, mut records) = usual();
    let stopped = SkipReason::TargetStopped("auth".to_owned());
    for record in records
        .iter_mut()
        .filter(|record| record.target == 2 && record.case_index > 30)
    {
        unreach(record, Some(stopped.clone()));
    }
    let view = View::of(&info, records, &[]);
    let told: Vec<(usize, FaultKind, u64, u64)> = view
        .faults
        .iter()
        .map(|group| (group.target, group.kind, group.cells, group.skipped))
        .collect();
    assert_eq!(
        told,
        [
            (2, FaultKind::Auth, 9, 9),
            (4, FaultKind::Timeout, 3, 0),
            (3, FaultKind::ContentFilter, 1, 0)
        ]
    );
    assert_eq!(view.faults[1].cases, ["calc-002", "calc-005", "calc-008"]);
    assert!(
        view.notes
            .iter()
            .any(|note| matches!(note, Note::Coverage { least: 2, .. }))
    );
}

#[test]
fn a_stopped_run_counts_what_was_not_reached() {
    let (info, mut records) = usual();
    stop_at(&mut records, 10);
    let view = View::of(&info, records, &[]);
    assert_eq!(view.counts.missing, 150);
    assert!(view.faults.iter().all(|group| group.kind != FaultKind::Budget));
}

#[test]
fn a_broken_scorer_is_an_error_of_its_kind() {
    let (info, mut records) = small(vec!["a"], 1);
    records[0].status = Status::Error;
    records[0].scores[0].unscored = Some("could not run".into());
    let view = View::of(&info, records, &[]);
    assert_eq!(
        (view.faults[0].kind, &*view.faults[0].message),
        (FaultKind::Scorer, "could not run")
    );
}

#[test]
fn tags_need_ten_cases() {
    let (info, records) = usual();
    let view = View::of(&info, records, &[]);
    let tags: Vec<(&str, u64)> = view
        .slices
        .iter()
        .map(|slice| (slice.tag.as_str(), slice.cases))
        .collect();
    assert_eq!(
        tags,
        [
            ("환불·교환", 10),
            ("존댓말 어투", 10),
            ("숫자 계산", 10),
            ("요금제 안내", 10)
        ]
    );
    assert_eq!(view.slices[2].columns[4].cases, 7, "three time-outs");
}

#[test]
fn other_models_than_asked_are_noted() {
    let (info, records) = usual();
    let view = View::of(&info, records, &[]);
    let Some(Note::Model { target: 0, reported }) = view.notes.iter().find(|note| matches!(note, Note::Model { .. }))
    else {
        panic!("no note on models: {:?}", view.notes);
    };
    assert_eq!(reported.len(), 2);
    assert_eq!(reported[0].1, 30);
}

#[test]
fn a_run_without_scorers_has_no_rates() {
    let make = Make {
        scored: false,
        ..Make::default()
    };
    let view = View::of(&make.info(), make.records(), &[]);
    assert!(
        !view.judged()
            && view
                .columns
                .iter()
                .all(|column| column.pass.is_none() && column.score.is_none())
    );
    assert!(
        view.readings
            .iter()
            .all(|reading| !matches!(reading.disagreement.reason, Reason::Alike))
    );
    assert!(
        !view.readings.is_empty(),
        "other words are worth reading when there is nothing else"
    );
}

#[test]
fn an_empty_run_is_no_trouble() {
    let view = View::of(&Make::default().info(), [], &[]);
    assert_eq!(view.counts, Counts::default());
    assert!(
        view.columns
            .iter()
            .all(|column| column.pass.is_none() && column.latency.p50.is_none())
    );
}

#[test]
fn several_prompts_make_columns_of_target_and_prompt() {
    let make = Make {
        targets: vec!["a", "b"],
        prompts: vec!["plain", "polite"],
        trouble: false,
        ..Make::default()
    };
    let view = View::of(&make.info(), make.records(), &[]);
    let labels: Vec<&str> = view.columns.iter().map(|column| column.label.as_str()).collect();
    assert_eq!(labels, ["a/plain", "a/polite", "b/plain", "b/polite"]);
    assert!(view.columns.iter().all(|column| column.counts.planned == 40));
}

#[test]
fn what_the_filter_left_is_counted() {
    let (info, mut records) = small(vec!["a"], 2);
    if let Some(Outcome::Answered { reply, .. }) = &mut records[0].outcome {
        reply.blocked = Some("SAFETY".to_owned());
    }
    let view = View::of(&info, records, &[]);
    assert!(view.notes.contains(&Note::Answers {
        kind: Peculiar::Filtered,
        columns: vec![(0, 1)]
    }));
}

/// Recorded answers have no latency: their verdicts were missing, and nothing said which scorer was the cause.
#[test]
fn the_scorer_that_could_not_judge_is_named() {
    let (info, mut records) = small(vec!["a"], 2);
    records[1].pass = None;
    records[1].scores[0].pass = None;
    records[1].scores[0].unscored = Some("no clock".into());
    let named = Some((records[1].scores[0].scorer.clone(), "no clock".into()));
    let view = View::of(&info, records, &[]);
    assert!(view.notes.contains(&Note::Unjudged {
        columns: vec![(0, 1)],
        why: named
    }));
}

/// A run that stopped early told intervals for a number of cases fixed beforehand, which say too much then.
#[test]
fn pairs_of_a_run_that_stopped_early_have_the_interval_of_every_look() {
    let (info, mut records) = small(vec!["a", "b"], 40);
    let passes: Vec<Option<bool>> = (0..80).map(|at| Some(at % 2 == 0 || at % 8 == 1)).collect();
    verdicts(&mut records, &passes);
    let pair = early::EarlyPair {
        a: "a".to_owned(),
        b: "b".to_owned(),
        standing: crate::stats::stopping::Standing::Worse,
        cases: 40,
        settled_at: Some(38),
        estimate: Some(-0.75),
        low: -0.95,
        high: -0.3,
    };
    let early = |cases: usize| early::Early {
        measure: early::Measure::Pass,
        cases,
        planned: 100,
        answers: 80,
        saved: 120,
        settled: true,
        alpha: 0.05,
        margin: 0.05,
        pairs: vec![pair.clone()],
    };
    let view = |early: Option<early::Early>| {
        let mut viewer = Viewer::new(&info);
        viewer.early = early;
        for row in super::row::rows(records.clone()) {
            viewer.row(&row);
        }
        viewer.finish(&[])
    };
    let fixed = view(Some(early(100)));
    assert!(fixed.pairs[0].paired.as_ref().unwrap().p.is_some(), "a whole run");
    let stopped = view(Some(early(40)));
    let paired = stopped.pairs[0].paired.as_ref().unwrap();
    assert_eq!(
        (paired.difference, paired.interval, paired.p),
        (0.75, Some((0.3, 0.95)), None)
    );
    assert!(paired.shown());
    assert!(matches!(&stopped.said[0], Said::Pair { paired: told, .. } if told == paired));
}

/// Five of sixty fell: the row `score` was "shown" by t where the row `pass` of the same verdicts was not.
#[test]
fn scores_of_right_and_wrong_are_compared_as_verdicts_are() {
    let make = Make {
        targets: vec!["a"],
        cases: 60,
        trouble: false,
        ..Make::default()
    };
    let info = std::sync::Arc::new(make.info());
    let run = |fell: usize| {
        let spots = (0..60).map(|at| Spot::told(1, u16::from(at >= fell), Some(if at >= fell { 1.0 } else { 0.0 })));
        Grid::made(&info, &[spots.collect()], None)
    };
    let found = across(&run(0), &run(5), &[]);
    assert!(!found.rows[0].pass.as_ref().unwrap().shown());
    assert_eq!(found.rows[0].score, found.rows[0].pass);
}
