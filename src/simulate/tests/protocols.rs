//! Every protocol through the whole chain: written by its provider, sent, pretended, read by its provider.

use std::time::Duration;

use super::client::{Client, http};
use super::{ended, quick};
use crate::domain::{Call, Effort, FaultKind, Finish, ProviderName, Retry};
use crate::provider::{self, Provider};
use crate::simulate::{Answers, Faults, Limits, Options, Running, Verdict, start};
use crate::text::sink::hostile;

fn providers() -> impl Iterator<Item = &'static dyn Provider> {
    ProviderName::ALL.into_iter().map(provider::of)
}

/// A model that the provider's capability table knows.
fn model(name: ProviderName) -> &'static str {
    match name {
        ProviderName::OpenAi => "gpt-4.1-mini",
        ProviderName::OpenAiResponses => "gpt-5.4-mini",
        ProviderName::Anthropic => "claude-sonnet-5-5",
        ProviderName::Gemini => "gemini-3.5-flash",
        ProviderName::Clova => "HCX-005",
        ProviderName::Ollama => "llama3.2:1b",
    }
}

/// A simulator and a connection pool to it.
struct Lab {
    running: Running,
    http: reqwest::Client,
}

impl Lab {
    async fn start(options: Options) -> Self {
        Self {
            running: start(options).await.unwrap(),
            http: http(),
        }
    }

    fn client(&self, provider: &'static dyn Provider, stream: bool) -> Client {
        let name = provider.name();
        Client {
            provider,
            http: self.http.clone(),
            address: self.running.base(name),
            model: model(name).to_owned(),
            key: Some("key".to_owned()),
            stream,
        }
    }
}

#[tokio::test]
async fn every_protocol_answers_whole_and_streaming() {
    let lab = Lab::start(quick()).await;
    let mut asked = 0;
    for provider in providers() {
        for stream in [false, true] {
            let client = lab.client(provider, stream);
            let answer = client.ask("수도는 어디인가요?").await;
            asked += 1;
            let name = provider.name();
            let reply = answer
                .read
                .as_ref()
                .unwrap_or_else(|fault| panic!("{name:?} {stream} {fault:?}"));
            assert!(reply.text.starts_with("[모의 답변"), "{name:?} {reply:?}");
            assert_eq!(reply.finish, Finish::Stop, "{name:?}");
            assert!(
                reply.usage.input > Some(3) && reply.usage.output > Some(10),
                "{name:?} {reply:?}"
            );
            assert_eq!(answer.visible.len() > 1, stream, "{name:?}");
        }
    }
    let log = ended(&lab.running, asked).await;
    assert!(
        log.iter()
            .all(|entry| entry.verdict == Verdict::Answered && entry.complete)
    );
    let protocols: Vec<_> = log.iter().step_by(2).map(|entry| entry.protocol.unwrap()).collect();
    assert_eq!(protocols, ProviderName::ALL);
}

#[tokio::test]
async fn hostile_answers_arrive_as_they_were_recorded() {
    // Long ones are for sinks, not for wires; a stream of a megabyte in pieces of three letters takes its time.
    let samples: Vec<(String, String, String)> = hostile::corpus()
        .into_iter()
        .filter(|(_, text, _)| !text.is_empty() && text.len() < 3_000)
        .collect();
    let lines: Vec<String> = samples
        .iter()
        .map(|(id, _, literal)| format!("{{\"question\": \"give {id}\", \"answer\": {literal}}}"))
        .collect();
    let readable = |line: &&String| Answers::parse(line).is_ok();
    let lines: Vec<&str> = lines.iter().filter(readable).map(String::as_str).collect();
    let options = Options {
        answers: Some(Answers::parse(&lines.join("\n")).unwrap()),
        ..quick()
    };
    let lab = Lab::start(options).await;
    for provider in providers() {
        for stream in [false, true] {
            let client = lab.client(provider, stream);
            for (id, text, _) in &samples {
                let answer = client.ask(&format!("give {id}")).await;
                if answer.status() == 400 {
                    assert!(id.starts_with("surrogate"), "{id}: {:?}", answer.read);
                    continue;
                }
                assert_eq!(answer.text(), text, "{:?} {stream} {id}", provider.name());
            }
        }
    }
}

#[tokio::test]
async fn failures_are_read_as_what_they_are() {
    let fails: &[(&str, &[FaultKind], Option<Retry>)] = &[
        ("500:1", &[FaultKind::Server], Some(Retry::Again)),
        ("503:1", &[FaultKind::Server], Some(Retry::Again)),
        ("529:1", &[FaultKind::Server], Some(Retry::Again)),
        ("429:1", &[FaultKind::RateLimit], Some(Retry::Again)),
        ("401:1", &[FaultKind::Auth], Some(Retry::Never)),
        ("quota:1", &[FaultKind::Quota], Some(Retry::Never)),
        ("400:1", &[FaultKind::BadRequest], Some(Retry::Never)),
        ("html:1", &[FaultKind::Server], Some(Retry::Again)),
        ("cut:1", &[FaultKind::Truncated], Some(Retry::Again)),
        ("reset:1", &[FaultKind::Network], Some(Retry::Again)),
        (
            "garbage:1",
            &[FaultKind::Network, FaultKind::Truncated, FaultKind::Server],
            None,
        ),
    ];
    for (fail, kinds, retry) in fails {
        let options = Options {
            fail: fail.parse().unwrap(),
            ..quick()
        };
        let lab = Lab::start(options).await;
        for provider in providers() {
            for stream in [false, true] {
                let client = lab.client(provider, stream);
                for n in 0..3 {
                    let answer = client.ask(&format!("question {n}, please")).await;
                    let context = format!("{fail} {:?} {stream} {answer:?}", provider.name());
                    let Err(fault) = &answer.read else { panic!("{context}") };
                    assert!(kinds.contains(&fault.kind), "{context}");
                    if let Some(retry) = retry {
                        assert_eq!(fault.retry, *retry, "{context}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn withheld_answers_are_read_as_withheld() {
    let options = Options {
        fail: "filter:1".parse().unwrap(),
        ..quick()
    };
    let lab = Lab::start(options).await;
    for provider in providers() {
        for stream in [false, true] {
            let client = lab.client(provider, stream);
            let answer = client.ask("question").await;
            let context = format!("{:?} {stream} {answer:?}", provider.name());
            if provider.name() == ProviderName::Ollama {
                continue;
            }
            match &answer.read {
                Ok(reply) => assert!(reply.blocked.is_some() || reply.finish == Finish::Filter, "{context}"),
                Err(fault) => assert_eq!(fault.kind, FaultKind::ContentFilter, "{context}"),
            }
        }
    }
}

#[tokio::test]
async fn limits_are_told_in_the_vendor_s_way() {
    let limits = Limits {
        requests_per_minute: Some(2),
        tokens_per_minute: Some(50_000),
        quiet: false,
        later: None,
    };
    let lab = Lab::start(Options { limits, ..quick() }).await;
    for provider in providers() {
        let client = lab.client(provider, false);
        let name = provider.name();
        let first = client.ask("one").await;
        let told = provider.limits(first.head.as_ref().unwrap());
        if matches!(
            name,
            ProviderName::OpenAi | ProviderName::OpenAiResponses | ProviderName::Anthropic
        ) {
            assert_eq!(told.requests.limit, Some(2), "{name:?} {first:?}");
            assert_eq!(told.requests.remaining, Some(1), "{name:?}");
            assert_eq!(told.tokens.limit, Some(50_000), "{name:?}");
        }
        client.ask("two").await;
        let refused = client.ask("three").await;
        assert_eq!(refused.status(), 429, "{name:?}");
        let fault = refused.fault();
        assert_eq!(
            (fault.kind, fault.retry),
            (FaultKind::RateLimit, Retry::Again),
            "{name:?} {fault:?}"
        );
        if matches!(
            name,
            ProviderName::OpenAi | ProviderName::OpenAiResponses | ProviderName::Anthropic | ProviderName::Gemini
        ) {
            let wait = fault.retry_after.expect("a wait");
            assert!(
                wait > Duration::from_secs(20) && wait <= Duration::from_secs(31),
                "{name:?} {wait:?}"
            );
        }
    }
}

#[tokio::test]
async fn missing_and_bad_keys_are_refused_as_such() {
    let lab = Lab::start(quick()).await;
    for provider in providers() {
        let mut client = lab.client(provider, false);
        let name = provider.name();
        for key in [None, Some("bad-key")] {
            client.key = key.map(str::to_owned);
            let answer = client.ask("hello").await;
            if name == ProviderName::Ollama && key.is_none() {
                // A local server asks for no key.
                assert!(answer.read.is_ok(), "{answer:?}");
            } else {
                assert_eq!(answer.fault().kind, FaultKind::Auth, "{name:?} {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn requests_of_wrong_shape_get_the_vendor_s_error() {
    let lab = Lab::start(quick()).await;
    for provider in providers() {
        let client = lab.client(provider, false);
        let wire = provider.write(&Call::ask("hello"), &client.target());
        for body in ["", "{", "[]", "{\"messages\": 5}"] {
            let response = client.http.post(&wire.url).body(body).send().await.unwrap();
            let status = response.status().as_u16();
            assert!((400..500).contains(&status), "{:?} {body} {status}", provider.name());
        }
    }
}

#[tokio::test]
async fn thinking_caps_and_structure_survive_the_wire() {
    let lab = Lab::start(quick()).await;
    for provider in providers() {
        for stream in [false, true] {
            let client = lab.client(provider, stream);
            let name = provider.name();
            let mut call = Call::ask("Say something long.");
            call.params.max_output_tokens = Some(8);
            let capped = client.call(&call).await;
            let reply = capped
                .read
                .as_ref()
                .unwrap_or_else(|fault| panic!("{name:?} {fault:?}"));
            assert_eq!(reply.finish, Finish::Length, "{name:?} {stream} {reply:?}");

            let mut call = Call::ask("Which?");
            call.params.json_schema = Some(serde_json::json!({
                "type": "object", "properties": {"choice": {"enum": ["A", "B"]}},
                "required": ["choice"], "additionalProperties": false,
            }));
            if provider.wishes(&client.target(), &call.params).is_empty() {
                let answer = client.call(&call).await;
                let value: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
                assert!(value["choice"].is_string(), "{name:?} {value}");
            }

            let mut call = Call::ask("Think.");
            call.params.reasoning_effort = Some(Effort::Low);
            let answer = client.call(&call).await;
            assert!(answer.read.is_ok(), "{name:?} {answer:?}");
        }
    }
}

#[tokio::test]
async fn first_tries_fail_and_later_ones_succeed() {
    let fail: Faults = "529:1x2".parse().unwrap();
    let lab = Lab::start(Options { fail, ..quick() }).await;
    for provider in providers() {
        let client = lab.client(provider, false);
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(client.ask("again").await.status());
        }
        assert_eq!(statuses, [529, 529, 200], "{:?}", provider.name());
    }
}
