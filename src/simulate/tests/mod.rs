//! The server as clients see it, over real connections.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::respond::TICK;
use super::server::start_with;
use super::*;
use crate::domain::{Call, FaultKind};
use crate::provider::Provider;
use crate::text::sink::hostile;
use client::{Answer, Client, http};
use stub::Stub;

mod client;
mod protocols;
mod stub;

const STUB: &[&dyn Provider] = &[&Stub];

/// No waiting, everything logged.
fn quick() -> Options {
    Options {
        latency: Latency::none(),
        log: LogTo { file: None, keep: true },
        ..Options::default()
    }
}

async fn running(options: Options) -> (Running, Client) {
    let running = start_with(options, STUB).await.unwrap();
    let client = Client::new(&Stub, running.address);
    (running, client)
}

/// The log once `count` requests have ended; responses reach clients a moment before.
async fn ended(running: &Running, count: usize) -> Vec<Entry> {
    until(&format!("{count} requests have ended"), || running.log().len() >= count).await;
    running.log()
}

/// Waits for what is to come, however slow the machine.
async fn until(what: &str, come: impl Fn() -> bool) {
    for _ in 0..6000 {
        if come() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited in vain until {what}");
}

/// Tries of a test that bounds a time from above: a machine that stalls in one of them does not in all, and what is slow of
/// itself is slow in each.
const TRIES: usize = 4;

#[tokio::test]
async fn whole_and_streamed_answers_come_and_are_logged() {
    let (running, client) = running(quick()).await;
    let whole = client.ask("왜 하늘은 파란가요?").await;
    let streamed = client.clone().streaming().ask("왜 하늘은 파란가요?").await;
    assert!(whole.text().contains("모의 답변"), "{whole:?}");
    assert!(streamed.text().contains("모의 답변"));
    assert!(streamed.visible.len() > 2);
    let head = whole.head.as_ref().unwrap();
    assert_eq!(head.header(SIMULATED_HEADER), Some("1"));

    let log = ended(&running, 2).await;
    assert_eq!(log[0].verdict, Verdict::Answered);
    assert_eq!((log[0].nth, log[1].nth), (1, 2));
    assert_eq!(log[0].question, text_key("왜 하늘은 파란가요?"));
    assert!(
        log.iter()
            .all(|entry| entry.complete && entry.status == Some(200) && entry.tokens > 0)
    );
    assert!(!log[0].stream && log[1].stream);
    assert_eq!(running.counts().answered, 2);
    running.shutdown().await.unwrap();
}

#[tokio::test]
async fn answers_take_their_time_and_streams_are_spread_over_it() {
    let latency = Latency {
        base: Duration::from_millis(200),
        jitter: 0.0,
        ..Latency::none()
    };
    let (running, client) = running(Options { latency, ..quick() }).await;
    let mut tries = Vec::new();
    for _ in 0..TRIES {
        let whole = client.ask("How long?").await;
        let streamed = client.clone().streaming().ask("How long?").await;
        assert!(whole.took >= latency.base.saturating_sub(TICK), "{whole:?}");
        assert!(streamed.took >= latency.base.saturating_sub(TICK), "{streamed:?}");
        let first = streamed.visible[0].as_millis();
        let last = streamed.visible.last().unwrap().as_millis();
        assert!(first >= 50 && last >= 195, "{:?}", streamed.visible);
        let right = whole.took.as_millis() < 2000 && streamed.took.as_millis() < 2000 && first < last;
        tries.push((whole, streamed));
        if right {
            return drop(running);
        }
    }
    panic!("{tries:?}");
}

#[tokio::test]
async fn keys_are_asked_for_and_bad_ones_refused() {
    let (running, mut client) = running(quick()).await;
    for (key, status) in [
        (None, 401),
        (Some("wrong"), 401),
        (Some("bad-one"), 401),
        (Some("any"), 200),
    ] {
        client.key = key.map(str::to_owned);
        assert_eq!(client.ask("hello").await.status(), status, "{key:?}");
    }
    assert_eq!(ended(&running, 4).await[0].verdict, Verdict::Unauthorised);

    let open = start_with(
        Options {
            no_auth: true,
            ..quick()
        },
        STUB,
    )
    .await
    .unwrap();
    let mut client = Client::new(&Stub, open.address);
    client.key = None;
    assert_eq!(client.ask("hello").await.status(), 200);
}

#[tokio::test]
async fn limits_let_exactly_their_number_through_and_say_when() {
    let limits = Limits {
        requests_per_minute: Some(60),
        ..Limits::default()
    };
    let (running, client) = running(Options { limits, ..quick() }).await;
    let mut passed = 0;
    let begun = std::time::Instant::now();
    let mut refused = None;
    for n in 0..70 {
        let answer = client.ask(&format!("question {n}")).await;
        match answer.status() {
            200 => passed += 1,
            429 => refused = Some(answer),
            other => panic!("{other}"),
        }
    }
    let grown = begun.elapsed().as_secs();
    assert!((60..=60 + grown).contains(&passed), "{passed} in {grown} s");
    let refused = refused.unwrap();
    assert_eq!(refused.fault().kind, FaultKind::RateLimit);
    let wait = refused.fault().retry_after.unwrap();
    assert!(wait <= Duration::from_secs(1) && !wait.is_zero());
    assert_eq!(refused.head.as_ref().unwrap().header("left"), Some("0"));

    // The promised wait suffices.
    tokio::time::sleep(wait).await;
    assert_eq!(client.ask("again").await.status(), 200);
    // Another key and another model have room of their own.
    let mut other = client.clone();
    other.key = Some("other".to_owned());
    assert_eq!(other.ask("again").await.status(), 200);
    let mut other = client.clone();
    other.model = "other".to_owned();
    assert_eq!(other.ask("again").await.status(), 200);
    let limited = running.counts().limited;
    assert_eq!(limited, 70 - passed);
}

#[tokio::test]
async fn quiet_limits_refuse_without_a_word() {
    let limits = Limits {
        requests_per_minute: Some(1),
        tokens_per_minute: None,
        quiet: true,
        later: None,
    };
    let (_running, client) = running(Options { limits, ..quick() }).await;
    let passed = client.ask("one").await;
    assert_eq!(passed.head.as_ref().unwrap().header("left"), None);
    let refused = client.ask("two").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.fault().retry_after, None);
    assert_eq!(refused.head.as_ref().unwrap().header("left"), None);
}

#[tokio::test]
async fn output_counts_against_the_tokens_a_minute() {
    let limits = Limits {
        tokens_per_minute: Some(60),
        ..Limits::default()
    };
    let (_running, client) = running(Options { limits, ..quick() }).await;
    let mut statuses = Vec::new();
    for n in 0..6 {
        statuses.push(client.ask(&format!("question {n}")).await.status());
    }
    // A question is some 7 tokens, an answer some 40: the second or third finds the bucket in debt.
    let passed = statuses.iter().filter(|status| **status == 200).count();
    assert!((1..=3).contains(&passed), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test]
async fn every_failure_looks_as_it_should() {
    for (fail, stream, kinds) in [
        ("500:1", false, &[FaultKind::Server][..]),
        ("529:1", true, &[FaultKind::Server]),
        ("429:1", false, &[FaultKind::RateLimit]),
        ("401:1", false, &[FaultKind::Auth]),
        ("html:1", true, &[FaultKind::Server]),
        ("garbage:1", false, &[FaultKind::Network]),
        ("garbage:1", true, &[FaultKind::Network, FaultKind::Truncated]),
        ("cut:1", false, &[FaultKind::Truncated]),
        ("cut:1", true, &[FaultKind::Truncated]),
        ("slowcut:1", true, &[FaultKind::Truncated]),
        ("reset:1", false, &[FaultKind::Network]),
        ("reset:1", true, &[FaultKind::Network]),
    ] {
        let (running, mut client) = running(Options {
            fail: fail.parse().unwrap(),
            ..quick()
        })
        .await;
        client.stream = stream;
        let questions: Vec<String> = (0..6).map(|n| format!("tell me something {n}")).collect();
        let asking = questions.iter().map(|question| client.ask(question));
        for answer in futures::future::join_all(asking).await {
            assert!(kinds.contains(&answer.fault().kind), "{fail} {stream} {answer:?}");
        }
        for entry in ended(&running, 6).await {
            let Verdict::Failed(failure) = entry.verdict else {
                panic!("{entry:?}");
            };
            assert!(fail.starts_with(&failure.to_string()));
            assert!(entry.complete, "{entry:?}");
        }
    }
}

#[tokio::test]
async fn cuts_leave_text_behind_and_slow_ones_take_longer() {
    let fail = "slowcut:1".parse().unwrap();
    let (_running, client) = running(Options { fail, ..quick() }).await;
    let answer = client.streaming().ask("tell me something").await;
    assert!(!answer.visible.is_empty());
    assert!(answer.took >= Duration::from_secs(1).saturating_sub(TICK), "{answer:?}");
}

#[tokio::test]
async fn hanging_calls_end_when_the_client_goes() {
    for fail in ["hang:1", "stall:1"] {
        let (running, client) = running(Options {
            fail: fail.parse().unwrap(),
            ..quick()
        })
        .await;
        let asking = tokio::spawn(async move { client.ask("anyone?").await });
        until("it is asked", || running.counts().received == 1).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!asking.is_finished(), "{fail}");
        asking.abort();
        let log = ended(&running, 1).await;
        assert!(!log[0].complete && log[0].ended_us >= 90_000, "{log:?}");
    }
}

#[tokio::test]
async fn a_stop_ends_hanging_calls_too() {
    let fail = "hang:1".parse().unwrap();
    let (running, client) = running(Options { fail, ..quick() }).await;
    let asking = tokio::spawn(async move { client.ask("anyone?").await });
    until("it is asked", || running.counts().received == 1).await;
    tokio::time::timeout(Duration::from_secs(3), running.shutdown())
        .await
        .unwrap()
        .unwrap();
    let answer: Answer = asking.await.unwrap();
    assert_eq!(answer.fault().kind, FaultKind::Network);
}

/// Fates of twenty questions, asked up to three times each, by question and try.
async fn fates(order: impl Iterator<Item = usize>, seed: u64, parallel: bool) -> BTreeMap<(usize, u32), u16> {
    let options = Options {
        fail: "500:0.3,429:0.2".parse().unwrap(),
        seed,
        ..quick()
    };
    let (_running, client) = running(options).await;
    let client = Arc::new(client);
    let one = |client: Arc<Client>, n: usize| async move {
        let mut fates = Vec::new();
        for nth in 1..=3u32 {
            fates.push(((n, nth), client.ask(&format!("question {n}")).await.status()));
        }
        fates
    };
    let asking = order.map(|n| one(Arc::clone(&client), n));
    let all = if parallel {
        futures::future::join_all(asking).await
    } else {
        let mut all = Vec::new();
        for each in asking {
            all.push(each.await);
        }
        all
    };
    all.into_iter().flatten().collect()
}

#[tokio::test]
async fn fates_repeat_whatever_the_order_and_differ_by_seed() {
    let forward = fates(0..20, 4, false).await;
    let backward = fates((0..20).rev(), 4, true).await;
    assert_eq!(forward, backward);
    let statuses: std::collections::BTreeSet<u16> = forward.values().copied().collect();
    assert_eq!(statuses, [200, 429, 500].into());
    assert_ne!(forward, fates(0..20, 5, true).await);
}

#[tokio::test]
async fn limits_do_not_shift_fates() {
    let fail: Faults = "500:1x1".parse().unwrap();
    let limits = Limits {
        requests_per_minute: Some(2),
        ..Limits::default()
    };
    let (running, client) = running(Options {
        limits,
        fail,
        ..quick()
    })
    .await;
    let mut seen = Vec::new();
    for question in ["a", "b", "c", "c"] {
        seen.push(client.ask(question).await.status());
    }
    assert_eq!(seen, [500, 500, 429, 429]);
    // What was turned away was not counted as a try.
    let log = ended(&running, 4).await;
    assert_eq!(log.iter().map(|entry| entry.nth).collect::<Vec<_>>(), [1, 1, 0, 0]);
}

#[tokio::test]
async fn recorded_answers_are_played_back_and_nothing_else() {
    let answers = Answers::parse(
        r#"{"question": "1 + 1?", "model": "gpt-5", "answer": "2", "latency_ms": 60}
           {"id": "c2", "answers": {"gpt-5": "four"}}"#,
    )
    .unwrap();
    let knowledge = Arc::new(Knowledge::default());
    knowledge.add(
        "2 + 2?",
        &Known {
            id: "c2".to_owned(),
            ..Known::default()
        },
    );
    let options = Options {
        answers: Some(answers),
        knowledge: Some(knowledge.oracle()),
        ..quick()
    };
    let (running, client) = running(options.clone()).await;
    let played = client.ask("1 + 1?").await;
    assert_eq!(played.text(), "2");
    assert!(
        played.took >= Duration::from_millis(60).saturating_sub(TICK),
        "{played:?}"
    );
    assert_eq!(client.ask("2 + 2?").await.text(), "four");
    let missing = client.ask("3 + 3?").await;
    assert_eq!(missing.status(), 400);
    assert!(missing.fault().message.contains("no recorded answer of gpt-5"));
    assert_eq!(ended(&running, 3).await[2].verdict, Verdict::Unrecorded);

    let inventing = Options {
        unrecorded: Unrecorded::Invent,
        ..options
    };
    let running = start_with(inventing, STUB).await.unwrap();
    let client = Client::new(&Stub, running.address);
    assert!(client.ask("3 + 3?").await.text().contains("Simulated"));
}

#[tokio::test]
async fn known_questions_are_answered_right_as_often_as_set() {
    let knowledge = Arc::new(Knowledge::default());
    for n in 0..300 {
        let known = Known {
            right: if n % 2 == 0 { "A" } else { "B" }.to_owned(),
            options: vec!["A".to_owned(), "B".to_owned(), "C".to_owned()],
            alone: true,
            ..Known::default()
        };
        knowledge.add(&format!("Question {n}?"), &known);
    }
    let options = Options {
        knowledge: Some(knowledge.oracle()),
        right: "gpt=0.8".parse().unwrap(),
        seed: 2,
        ..quick()
    };
    let (_running, client) = running(options).await;
    let mut right = 0;
    for n in 0..300 {
        let call = Call::ask(format!("Pick one.\n\nQuestion {n}?"));
        let answer = client.call(&call).await;
        right += usize::from(answer.text() == if n % 2 == 0 { "A" } else { "B" });
    }
    // Five standard deviations round 240.
    assert!((205..=275).contains(&right), "{right}");
}

#[tokio::test]
async fn width_slows_what_is_beyond_it() {
    let latency = Latency {
        base: Duration::from_millis(60),
        width: Some(2),
        ..Latency::none()
    };
    let questions: Vec<String> = (0..8).map(|n| format!("question {n}")).collect();
    let mut tries = Vec::new();
    for _ in 0..TRIES {
        let (running, client) = running(Options { latency, ..quick() }).await;
        let answers = futures::future::join_all(questions.iter().map(|text| client.ask(text))).await;
        let longest = answers.iter().map(|answer| answer.took).max().unwrap();
        let log = ended(&running, 8).await;
        let most = log.iter().map(|entry| entry.open).max();
        let alone = client.ask("alone").await.took;
        if longest >= Duration::from_millis(200) && most == Some(8) && alone < longest {
            return;
        }
        tries.push((longest, most, alone));
    }
    panic!("{tries:?}");
}

#[tokio::test]
async fn lists_and_unknown_paths_answer() {
    let options = Options {
        models: vec!["m1".to_owned()],
        ..quick()
    };
    let (running, _) = running(options).await;
    let get = async |path: &str| {
        let response = http()
            .get(format!("http://{}{path}", running.address))
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let body: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        (status, body)
    };
    for path in [
        "/health",
        "/",
        "/v1/models",
        "/v1beta/models?pageSize=2",
        "/api/tags",
        "/api/version",
    ] {
        assert_eq!(get(path).await.0, 200, "{path}");
    }
    assert_eq!(get("/v1/models").await.1["data"][0]["id"], "m1");
    let (status, body) = get("/nowhere").await;
    assert_eq!(status, 404);
    assert!(body["error"]["paths"].as_array().unwrap().len() > 8, "{body}");
    let post = http()
        .post(format!("http://{}/nowhere", running.address))
        .body("x")
        .send()
        .await
        .unwrap();
    assert_eq!(post.status().as_u16(), 404);
    let wrong = http()
        .post(format!("http://{}/stub/ask", running.address))
        .body("x")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status().as_u16(), 400);
}

#[tokio::test]
async fn the_log_file_has_every_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.jsonl");
    let options = Options {
        log: LogTo {
            file: Some(file.clone()),
            keep: false,
        },
        ..quick()
    };
    let (running, client) = running(options).await;
    for n in 0..50 {
        client.ask(&format!("question {n}")).await;
    }
    assert!(running.log().is_empty());
    running.shutdown().await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let entries: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 50);
    assert_eq!(entries[0]["verdict"], "answered");
    assert_eq!(entries[0]["protocol"], "openai");
    let key = format!("{:016x}", text_key("question 0"));
    assert_eq!(entries[0]["question"], key);
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let (running, _) = running(quick()).await;
    let taken = Options {
        port: running.address.port(),
        ..quick()
    };
    let error = start_with(taken, STUB).await.expect_err("taken").to_string();
    assert!(error.contains("choose another port"), "{error}");
    let nowhere = Options {
        log: LogTo {
            file: Some("no/such/folder/log".into()),
            keep: false,
        },
        ..quick()
    };
    let error = start_with(nowhere, STUB).await.expect_err("no folder").to_string();
    assert!(error.contains("`no/such/folder/log`"), "{error}");
}

#[tokio::test]
async fn http2_without_tls_works_too() {
    let (_running, mut client) = running(quick()).await;
    client.http = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    assert_eq!(client.ask("hello").await.status(), 200);
    assert!(
        client
            .clone()
            .streaming()
            .ask("hello")
            .await
            .text()
            .contains("Simulated")
    );
}

#[test]
fn the_hostile_corpus_is_whole() {
    let all = hostile::corpus();
    assert!(all.len() > 180);
    for (id, text, literal) in &all {
        match serde_json::from_str::<String>(literal) {
            Ok(read) => assert_eq!(&read, text, "{id}"),
            Err(_) => assert!(id.starts_with("surrogate") && text.contains('\u{fffd}')),
        }
    }
    let ids: std::collections::BTreeSet<&String> = all.iter().map(|(id, ..)| id).collect();
    assert_eq!(ids.len(), all.len());
    assert!(all.iter().any(|(_, text, _)| text.len() > 1_000_000));
}
