//! Budgets and second calls: what is paid, and that nothing is paid twice in silence.

use std::time::Duration;

use narani::domain::{CostSource, Currency, FaultKind, Money, Outcome, Price, ProviderName};
use narani::run::{Budget, Pricing, Till};
use narani::simulate::{Latency, Options};

use crate::lab::Lab;

/// A dollar a token.
fn dear() -> Pricing {
    Pricing::Known(Price {
        input: 1_000_000_000_000,
        output: 1_000_000_000_000,
        cached: None,
        cache_write: None,
        currency: Currency::usd(),
        long: None,
    })
}

fn quick() -> Options {
    Options {
        latency: Latency {
            base: Duration::from_millis(20),
            jitter: 0.2,
            slow: None,
            width: None,
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn a_budget_that_is_used_up_leaves_free_targets_alone() {
    let lab = Lab::start(quick(), 60).await;
    let names = [ProviderName::Anthropic, ProviderName::Ollama];
    let cap = Money {
        nano: 1_000 * 1_000_000_000,
        currency: Currency::usd(),
    };
    let report = lab
        .run_job(
            &names,
            |_| {},
            |job| {
                job.askers[0].pricing = dear();
                job.till = Till::new(
                    Budget {
                        money: vec![cap.clone()],
                        ..Budget::default()
                    },
                    &[],
                );
            },
        )
        .await;
    assert_eq!(report.why, "Budget");
    assert_eq!(
        report.of_target("ollama").len(),
        60,
        "the free target answers everything"
    );
    let paid = report.of_target("anthropic").len();
    assert!(paid < 60, "{paid} answers for money");
    let spent = report.reader.spent().unwrap();
    assert!(spent[0].nano <= cap.nano * 11 / 10, "{spent:?} of {cap:?}");
    assert!(
        spent[0].nano >= cap.nano * 6 / 10,
        "{spent:?} of {cap:?}: too much was held back"
    );
}

/// While the last calls of a used-up budget were open, more width was due and never opened: a core was busy until the last
/// of them had come back.
#[tokio::test]
async fn a_budget_that_is_used_up_waits_without_work() {
    // Of this thread, on which everything runs but the store: what others do, and a machine that stalls, do not count.
    let worked = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        let nanos = told.split(' ').next()?.parse().ok()?;
        Some(Duration::from_nanos(nanos))
    };
    let Some(before) = worked() else {
        println!("SKIPPED: this system does not tell the processor time of a thread");
        return;
    };
    let base = Duration::from_secs(1);
    let options = Options {
        latency: Latency {
            base,
            jitter: 0.0,
            ..quick().latency
        },
        ..Options::default()
    };
    let lab = Lab::start(options, 60).await;
    let report = lab
        .run_job(
            &[ProviderName::Anthropic],
            |target| (target.limits.in_flight, target.local) = (None, false),
            |job| {
                let calls = Some(25);
                job.till = Till::new(
                    Budget {
                        calls,
                        ..Budget::default()
                    },
                    &[],
                );
            },
        )
        .await;
    assert_eq!((report.why.as_str(), report.outcomes.len()), ("Budget", 25));
    let worked = worked().unwrap().saturating_sub(before);
    assert!(worked < base / 2, "{worked:?} of work");
}

#[tokio::test]
async fn a_slow_call_is_made_again_recorded_and_paid() {
    let options = Options {
        latency: Latency {
            // Longer than a machine may stall: both calls of a cell must never come back at once.
            slow: Some("0.1:400".parse().unwrap()),
            ..quick().latency
        },
        // With it no second call is slow as well.
        seed: 2,
        ..quick()
    };
    let lab = Lab::start(options, 60).await;
    let started = std::time::Instant::now();
    let report = lab
        .run_job(
            &[ProviderName::Anthropic],
            |target| target.hedge_after = Some(Duration::from_millis(300)),
            |job| job.askers[0].pricing = dear(),
        )
        .await;
    assert_eq!(report.outcomes.len(), 60);
    let [(0, hedged)] = report.hedged[..] else {
        panic!("{:?}", report.hedged)
    };
    assert!(hedged >= 2, "{hedged} calls made again");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    let mut twice = 0;
    for (cell, outcome) in &report.outcomes {
        let Outcome::Answered { attempts, cost, .. } = outcome else {
            panic!("{outcome:?}")
        };
        let stored = report.reader.attempts(*cell).unwrap();
        assert_eq!(stored.len(), *attempts as usize, "every call is recorded");
        if *attempts > 1 {
            twice += 1;
            assert_eq!(cost.source, CostSource::Estimated, "nobody tells what a cut call cost");
            let cut = stored.iter().filter_map(|attempt| attempt.fault.as_deref());
            assert!(cut.into_iter().any(|fault| fault.contains("answered first")));
        }
    }
    assert_eq!(twice, hedged);
}

#[tokio::test]
async fn of_two_calls_that_fail_the_cell_fails_once() {
    let options = Options {
        latency: Latency {
            base: Duration::from_millis(200),
            jitter: 0.0,
            ..quick().latency
        },
        fail: "500:1.0".parse().unwrap(),
        ..Options::default()
    };
    let lab = Lab::start(options, 4).await;
    let report = lab
        .run_job(
            &[ProviderName::Ollama],
            |target| {
                target.hedge_after = Some(Duration::from_millis(10));
                target.retries = 1;
            },
            |_| {},
        )
        .await;
    assert_eq!(report.outcomes.len(), 4);
    for (cell, outcome) in &report.outcomes {
        let Outcome::Failed { fault, attempts, .. } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(fault.kind, FaultKind::Server);
        assert_eq!(report.reader.attempts(*cell).unwrap().len(), *attempts as usize);
    }
}
