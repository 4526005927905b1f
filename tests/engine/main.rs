//! The engine against the simulator: nothing lost, nothing asked twice, nothing measured wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod lab;
mod paying;

use std::time::Duration;

use lab::Lab;
use narani::domain::{FaultKind, Outcome, ProviderName};
use narani::simulate::{Latency, Limits, Options};

fn quick() -> Options {
    Options {
        latency: Latency {
            base: Duration::from_millis(5),
            jitter: 0.2,
            slow: None,
            width: None,
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn every_cell_is_answered_once() {
    let lab = Lab::start(quick(), 40).await;
    let report = lab.run(&lab::ALL, |_| {}).await;
    assert_eq!(report.outcomes.len(), 40 * lab::ALL.len());
    for (cell, outcome) in &report.outcomes {
        assert!(
            matches!(
                outcome,
                Outcome::Answered {
                    cached: false,
                    attempts: 1,
                    ..
                }
            ),
            "cell {cell}: {outcome:?}"
        );
    }
    assert_eq!(lab.requests().await, 40 * lab::ALL.len() as u64);
}

#[tokio::test]
async fn faults_are_retried_and_never_measured_wrong() {
    let options = Options {
        fail: "500:0.1,429:0.1,cut:0.1,garbage:0.03,reset:0.03".parse().unwrap(),
        retry_after: Duration::from_millis(20),
        ..quick()
    };
    let clean = Lab::start(quick(), 30).await;
    let expected = clean.run(&lab::ALL, |_| {}).await;
    let lab = Lab::start(options, 30).await;
    let report = lab.run(&lab::ALL, |target| target.retries = 12).await;
    assert_eq!(report.outcomes.len(), expected.outcomes.len());
    for (cell, outcome) in &report.outcomes {
        let (Outcome::Answered { reply, .. }, Outcome::Answered { reply: right, .. }) =
            (outcome, &expected.outcomes[cell])
        else {
            panic!("cell {cell}: {outcome:?}");
        };
        assert_eq!(reply.text, right.text, "cell {cell}: a broken answer was measured");
    }
    assert!(
        lab.requests().await > report.outcomes.len() as u64,
        "some were asked again"
    );
}

#[tokio::test]
async fn a_wrong_key_stops_its_target_and_no_other() {
    let lab = Lab::start(quick(), 50).await;
    let report = lab
        .run_with_keys(
            &lab::ALL,
            |target| target.limits.in_flight = Some(2),
            |name| if name == "anthropic" { "bad-key" } else { "good" },
        )
        .await;
    let of = |name: &str| report.of_target(name);
    assert!(
        of("gemini")
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Answered { .. }))
    );
    let refused = of("anthropic")
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Failed { fault, .. } if fault.kind == FaultKind::Auth))
        .count();
    let skipped = of("anthropic")
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Skipped(_)))
        .count();
    assert!(
        (1..=4).contains(&refused),
        "{refused} calls were refused before it stopped"
    );
    assert_eq!(refused + skipped, 50);
}

#[tokio::test]
async fn a_dead_target_does_not_hold_the_others_back() {
    let lab = Lab::start(quick(), 30).await;
    let started = std::time::Instant::now();
    let report = lab
        .run(&lab::ALL, |target| {
            if target.name == "ollama" {
                // Nothing listens on the discard port of this machine.
                target.address = "http://127.0.0.1:9".to_owned();
                target.retries = 1;
                target.limits.in_flight = Some(4);
            }
        })
        .await;
    assert!(
        report
            .of_target("gemini")
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Answered { .. }))
    );
    assert!(report.of_target("ollama").iter().all(|outcome| match outcome {
        Outcome::Failed { fault, .. } => fault.kind == FaultKind::Network && fault.message.contains("nothing listens"),
        Outcome::Skipped(_) => true,
        Outcome::Answered { .. } => false,
    }));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_stated_limit_is_kept() {
    let options = Options {
        limits: Limits {
            requests_per_minute: Some(600),
            tokens_per_minute: None,
            quiet: true,
            later: None,
        },
        ..quick()
    };
    let lab = Lab::start(options, 30).await;
    let report = lab
        .run(&[ProviderName::Gemini], |target| {
            target.limits.requests_per_minute = Some(600);
        })
        .await;
    assert_eq!(report.outcomes.len(), 30);
    let counts = lab.counts();
    assert_eq!(counts.limited, 0, "none is answered 429");
}

#[tokio::test]
async fn going_on_asks_only_what_is_missing() {
    let lab = Lab::start(quick(), 60).await;
    let first = lab.run_until(&lab::ALL, 50).await;
    assert!(
        first.outcomes.len() >= 50 && first.outcomes.len() < 60 * lab::ALL.len(),
        "{} stored",
        first.outcomes.len()
    );
    let asked_first = lab.requests().await;
    let second = lab.go_on().await;
    assert_eq!(second.outcomes.len(), 60 * lab::ALL.len());
    for (cell, outcome) in &first.outcomes {
        assert_eq!(
            Some(outcome),
            second.outcomes.get(cell),
            "a stored outcome is left alone"
        );
    }
    assert_eq!(
        asked_first,
        first.outcomes.len() as u64,
        "what was open at the stop was awaited and stored"
    );
    assert_eq!(
        lab.requests().await,
        60 * lab::ALL.len() as u64,
        "no call is made twice"
    );
}
