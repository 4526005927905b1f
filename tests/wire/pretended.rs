//! What a provider pretends it must read back: answers whole and streamed, requests, faults, limits.

use std::time::Duration;

use narani::domain::{
    Call, Fault, FaultKind, Finish, Image, ImageSource, Message, Params, Part, ProviderName, Reply, Role, Scope,
    Target, TokenLogprob, ToolCall, Usage, WireRequest,
};
use narani::provider::{self, Allowance, Asked, Incoming, Piece, Pretence, Provider, RateInfo};
use proptest::prelude::*;
use serde_json::json;

/// A part of an answer that some protocol has no place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Id,
    Model,
    Choices,
    Refusal,
    Blocked,
    StopSequence,
    Logprobs,
    Cached,
    CacheWrite,
    ReasoningTokens,
}

/// What each protocol cannot say. A row too many is caught: what is listed here must really be lost.
fn lost(provider: ProviderName) -> &'static [Lost] {
    match provider {
        ProviderName::OpenAi => &[],
        ProviderName::OpenAiResponses => &[Lost::Choices, Lost::StopSequence],
        ProviderName::Anthropic => &[Lost::Choices, Lost::Refusal, Lost::Blocked, Lost::Logprobs],
        ProviderName::Gemini => &[Lost::Choices, Lost::Refusal, Lost::StopSequence, Lost::CacheWrite],
        ProviderName::Clova => &[
            Lost::Id,
            Lost::Model,
            Lost::Choices,
            Lost::Refusal,
            Lost::Blocked,
            Lost::StopSequence,
            Lost::Logprobs,
            Lost::Cached,
            Lost::CacheWrite,
        ],
        ProviderName::Ollama => &[
            Lost::Id,
            Lost::Choices,
            Lost::Refusal,
            Lost::Blocked,
            Lost::StopSequence,
            Lost::Cached,
            Lost::CacheWrite,
            Lost::ReasoningTokens,
        ],
    }
}

/// `reply` as far as the provider can say it.
fn sayable(provider: ProviderName, mut reply: Reply) -> Reply {
    for part in lost(provider) {
        drop_part(&mut reply, *part);
    }
    reply
}

fn drop_part(reply: &mut Reply, part: Lost) {
    match part {
        Lost::Id => reply.id = None,
        Lost::Model => reply.model = None,
        Lost::Choices => reply.choices = 1,
        Lost::Refusal => reply.refusal = None,
        Lost::Blocked => {
            reply.blocked = None;
            if reply.finish == Finish::Filter {
                reply.finish = Finish::Stop;
            }
        }
        Lost::StopSequence => reply.stop_sequence = None,
        Lost::Logprobs => reply.logprobs.clear(),
        Lost::Cached => reply.usage.cached = None,
        Lost::CacheWrite => reply.usage.cache_write = None,
        Lost::ReasoningTokens => reply.usage.reasoning = None,
    }
}

/// `reply` without what is told in each protocol's own words.
fn comparable(mut reply: Reply) -> Reply {
    reply.finish_raw = None;
    reply.notes.clear();
    reply.blocked = reply.blocked.map(|_| "blocked".to_owned());
    reply
}

fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,8}",
        "[가-힣]{1,6}",
        Just("나\u{1102}\u{1161}".to_owned()),
        Just("👩‍👩‍👧‍👦🇰🇷".to_owned()),
        Just("\n\n".to_owned()),
        Just(" ".to_owned()),
        Just("\"\\/\u{8}\t<b>&".to_owned()),
        Just("data: [DONE]\r\n\r\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn tool() -> impl Strategy<Value = ToolCall> {
    ("[a-z_]{1,12}", words(), any::<i32>()).prop_map(|(name, text, number)| ToolCall {
        name,
        arguments: json!({"글": text, "n": number}).to_string(),
    })
}

/// Counts as services tell them: the parts are within the whole, and zeros are left to the recordings, since some
/// services leave zeros out.
fn usage() -> impl Strategy<Value = Usage> {
    let told = (1u64..1000, 1u64..1000, 2000u64..1_000_000, 1u64..1000, 1000u64..100_000).prop_map(
        |(cached, cache_write, input, reasoning, output)| Usage {
            input: Some(input),
            output: Some(output),
            cached: Some(cached),
            cache_write: Some(cache_write),
            reasoning: Some(reasoning),
        },
    );
    prop_oneof![4 => told, 1 => Just(Usage::default())]
}

prop_compose! {
    fn reply()(
        text in words(),
        reasoning in proptest::option::of("[가-힣a-z]{1,12}( [가-힣a-z]{1,12}){0,4}"),
        refusal in proptest::option::weighted(0.1, "[가-힣a-z]{1,20}"),
        tools in proptest::collection::vec(tool(), 1..3),
        finish in prop_oneof![Just(Finish::Stop), Just(Finish::Length), Just(Finish::Filter), Just(Finish::Tool)],
        stop_sequence in proptest::option::weighted(0.2, "[가-힣a-z]{1,6}"),
        usage in usage(),
        with_logprobs in any::<bool>(),
        choices in prop_oneof![4 => Just(1u32), 1 => 2u32..4],
    ) -> Reply {
        let refused = refusal.is_some() && finish == Finish::Stop;
        let text = if refused { String::new() } else { text };
        // A question that was blocked was not thought about.
        let reasoning = reasoning.filter(|_| finish != Finish::Filter || !text.is_empty());
        let logprobs = if with_logprobs { logprobs(&text) } else { Vec::new() };
        Reply {
            refusal: refusal.filter(|_| refused),
            blocked: (finish == Finish::Filter).then(|| "blocked".to_owned()),
            reasoning,
            tool_calls: if finish == Finish::Tool { tools } else { Vec::new() },
            stop_sequence: stop_sequence.filter(|_| finish == Finish::Stop && !refused),
            finish,
            usage,
            logprobs,
            choices,
            text,
            model: Some("모델-1".to_owned()),
            id: Some("id-1".to_owned()),
            ..Reply::default()
        }
    }
}

/// A token for every three characters, with alternatives.
fn logprobs(text: &str) -> Vec<TokenLogprob> {
    let letters: Vec<char> = text.chars().collect();
    let tokens = letters.chunks(3).map(|letters| letters.iter().collect::<String>());
    tokens
        .map(|token| TokenLogprob {
            top: vec![(token.clone(), -0.25), ("다른".to_owned(), -2.5)],
            token,
            logprob: -0.25,
        })
        .collect()
}

fn asked(stream: bool) -> Asked {
    Asked {
        model: "m".to_owned(),
        call: Call::ask("질문"),
        stream,
    }
}

/// Reads a pretence as `net` would, the body cut into pieces of `size` bytes.
fn read(provider: &'static dyn Provider, pretence: &Pretence, stream: bool, size: usize) -> Result<Reply, Fault> {
    let request = WireRequest {
        url: String::new(),
        headers: Vec::new(),
        auth: narani::domain::Auth::None,
        body: json!(null),
        stream,
    };
    let mut reader = provider::reader(provider, &request, &pretence.head);
    let mut text = String::new();
    for bytes in pretence.chunks.concat().chunks(size) {
        reader.feed(bytes, &mut |piece| {
            if let Piece::Text(piece) = piece {
                text.push_str(piece);
            }
        });
    }
    let read = reader.end();
    if let (Ok(reply), true) = (&read, stream) {
        // Blanks alone may be held back, since a tag could follow them.
        assert!(
            text == reply.text || reply.text.trim().is_empty(),
            "{text:?} are the pieces of {:?}",
            reply.text
        );
    }
    read
}

fn providers() -> impl Strategy<Value = ProviderName> {
    (0..ProviderName::ALL.len()).prop_map(|at| ProviderName::ALL[at])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_read_back(name in providers(), reply in reply(), stream in any::<bool>(), size in 1usize..200) {
        let provider = provider::of(name);
        let reply = sayable(name, reply);
        let pretence = provider.pretend(&reply, &asked(stream));
        prop_assert_eq!(pretence.chunks.len() > 1, stream && pretence.chunks.len() > 1);
        let back = read(provider, &pretence, stream, size);
        let back = back.map_err(|fault| TestCaseError::fail(format!("{name:?}: {fault:?}")))?;
        prop_assert_eq!(comparable(back), comparable(reply), "{:?}", name);
    }

    #[test]
    fn requests_are_understood(name in providers(), call in call(), stream in any::<bool>()) {
        let provider = provider::of(name);
        let target = Target { stream, ..target(name) };
        let call = Call { messages: call.messages.into_iter().map(|turn| inlined(name, turn)).collect(), ..call };
        let asked = heard(provider, &provider.write(&call, &target));
        prop_assert_eq!(&asked.model, &target.model);
        prop_assert_eq!(asked.stream, stream);
        prop_assert_eq!(&asked.call.system, &call.system, "{:?}", name);
        prop_assert_eq!(nameless(&asked.call.messages), nameless(&call.messages), "{:?}", name);
        let again = provider.write(&asked.call, &target);
        prop_assert_eq!(again.body, provider.write(&call, &target).body, "{:?}", name);
    }
}

/// A list of what cannot be said may not hide what can.
#[test]
fn what_is_called_lost_is_lost() {
    let full = Reply {
        text: "답".to_owned(),
        finish: Finish::Stop,
        id: Some("id-1".to_owned()),
        model: Some("모델-1".to_owned()),
        choices: 2,
        stop_sequence: Some("끝".to_owned()),
        logprobs: logprobs("답"),
        usage: Usage {
            input: Some(50),
            output: Some(40),
            cached: Some(3),
            cache_write: Some(2),
            reasoning: Some(1),
        },
        ..Reply::default()
    };
    for name in ProviderName::ALL {
        let provider = provider::of(name);
        for part in lost(name) {
            if matches!(part, Lost::Refusal | Lost::Blocked) {
                continue;
            }
            let mut without = full.clone();
            drop_part(&mut without, *part);
            let say = |reply: &Reply| read(provider, &provider.pretend(reply, &asked(false)), false, 4096).unwrap();
            let (with, without) = (comparable(say(&full)), comparable(say(&without)));
            let mut with_dropped = with.clone();
            drop_part(&mut with_dropped, *part);
            let mut without_dropped = without.clone();
            drop_part(&mut without_dropped, *part);
            assert_eq!(with_dropped, without_dropped, "{name:?} {part:?}");
            // Made-up ids differ from the given one; everything else must be the same with and without.
            if !matches!(part, Lost::Id | Lost::Model) {
                assert_eq!(with, without, "{name:?} can say {part:?}");
            }
        }
    }
}

prop_compose! {
    fn call()(
        system in proptest::option::of("[가-힣a-z ]{0,12}[가-힣a-z]"),
        turns in proptest::collection::vec("[가-힣a-z\n]{0,20}[가-힣a-z]", 0..3),
        last in "[가-힣a-z\n\"\\\\]{0,30}[가-힣a-z]",
        picture in prop_oneof![Just(None), Just(Some(true)), Just(Some(false))],
    ) -> Call {
        let mut messages = Vec::new();
        for turn in turns {
            messages.push(Message::text(Role::User, turn.clone()));
            messages.push(Message::text(Role::Assistant, turn));
        }
        let mut parts = vec![Part::Text(last)];
        if let Some(inline) = picture {
            let source = if inline {
                ImageSource::Bytes { media_type: "image/png".to_owned(), base64: "iVBORw0KGgo=".to_owned() }
            } else {
                ImageSource::Url("https://example.org/그림.png".to_owned())
            };
            parts.push(Part::Image(Image { name: "그림.png".to_owned(), source }));
        }
        messages.push(Message { role: Role::User, parts });
        Call { system, messages, params: Params::default() }
    }
}

/// Pictures as bytes for services that fetch none.
fn inlined(name: ProviderName, mut message: Message) -> Message {
    if provider::of(name).about().images_inline {
        for part in &mut message.parts {
            if let Part::Image(image) = part {
                image.source = ImageSource::Bytes {
                    media_type: "image/png".to_owned(),
                    base64: "iVBORw0KGgo=".to_owned(),
                };
            }
        }
    }
    message
}

/// Names of pictures are for people and never sent; the type of a picture is not either where the service finds it out.
fn nameless(messages: &[Message]) -> Vec<Message> {
    let mut messages = messages.to_vec();
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        if let Part::Image(image) = part {
            image.name.clear();
            if let ImageSource::Bytes { media_type, .. } = &mut image.source {
                media_type.clear();
            }
        }
    }
    messages
}

fn target(provider: ProviderName) -> Target {
    let address = format!("http://127.0.0.1:9{}", provider::of(provider).about().simulated_suffix);
    Target::plain("t", provider, &address, "모델-1")
}

/// What the simulator reads out of a request.
fn heard(provider: &dyn Provider, request: &WireRequest) -> Asked {
    let address = url::Url::parse(&request.url).expect("a valid address");
    let path = match address.query() {
        Some(query) => format!("{}?{query}", address.path()),
        None => address.path().to_owned(),
    };
    let body = request.body.to_string();
    let incoming = Incoming {
        path: &path,
        headers: &request.headers,
        body: body.as_bytes(),
    };
    provider
        .asked(&incoming)
        .expect("a path of this protocol")
        .expect("a request of the right shape")
}

#[test]
fn requests_of_wrong_shape_are_refused_and_other_paths_left_alone() {
    for name in ProviderName::ALL {
        let provider = provider::of(name);
        let mut request = provider.write(&Call::ask("질문"), &target(name));
        let path = url::Url::parse(&request.url).unwrap().path().to_owned();
        for body in ["", "null", "[]", "{}", "{\"messages\": 3}", "\u{feff}한"] {
            let incoming = Incoming {
                path: &path,
                headers: &request.headers,
                body: body.as_bytes(),
            };
            let Some(Err(fault)) = provider.asked(&incoming) else {
                panic!("{name:?} takes {body:?}");
            };
            assert_eq!(fault.kind, FaultKind::BadRequest, "{name:?} {body:?}");
        }
        request.headers.clear();
        let incoming = Incoming {
            path: "/elsewhere",
            headers: &[],
            body: b"{}",
        };
        assert!(provider.asked(&incoming).is_none(), "{name:?}");
    }
}

#[test]
fn faults_read_back() {
    // Not `Timeout`: that is our own clock running out.
    let kinds = [
        FaultKind::RateLimit,
        FaultKind::Quota,
        FaultKind::Auth,
        FaultKind::ContentFilter,
        FaultKind::BadRequest,
        FaultKind::Server,
    ];
    let mut wrong = Vec::new();
    for name in ProviderName::ALL {
        let provider = provider::of(name);
        for kind in kinds {
            for scope in [Scope::Call, Scope::Target] {
                let mut fault = Fault::new(kind, "안 됩니다: no");
                if kind == FaultKind::BadRequest {
                    fault.scope = scope;
                }
                if kind == FaultKind::RateLimit {
                    fault.retry_after = Some(Duration::from_secs(7));
                }
                // A filter that ends the answer rather than refusing the request has no such error.
                let ends = matches!(
                    name,
                    ProviderName::Anthropic | ProviderName::Gemini | ProviderName::Ollama
                );
                if kind == FaultKind::ContentFilter && ends {
                    continue;
                }
                let pretence = provider.pretend_fault(&fault);
                for stream in [false, true] {
                    let back = read(provider, &pretence, stream, 5).expect_err("a fault");
                    let story = |fault: &Fault| (fault.kind, fault.retry, fault.scope, fault.retry_after);
                    if story(&back) != story(&fault) || !back.message.contains("안 됩니다") {
                        wrong.push(format!(
                            "{name:?} pretends {fault:?}\n  as {:?}\n  read as {back:?}",
                            pretence.head
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn limits_read_back() {
    let now_us = 1_800_000_000_000_000;
    let allowance = |limit: u64| Allowance {
        limit: Some(limit),
        remaining: Some(limit / 2),
        reset: Some(Duration::from_secs(limit % 100 + 1)),
    };
    let info = RateInfo {
        requests: allowance(500),
        tokens: allowance(30_000_000),
        output_tokens: allowance(8_000),
    };
    for name in ProviderName::ALL {
        let provider = provider::of(name);
        let headers = provider.pretend_limits(&info, now_us);
        let head = narani::domain::WireHead {
            status: 200,
            headers,
            received_us: now_us,
        };
        let told = provider.limits(&head);
        if head.headers.is_empty() {
            assert_eq!(told, RateInfo::default(), "{name:?}");
            continue;
        }
        assert_eq!(told.requests, info.requests, "{name:?}");
        assert_eq!(told.tokens, info.tokens, "{name:?}");
        if told.output_tokens != Allowance::default() {
            assert_eq!(told.output_tokens, info.output_tokens, "{name:?}");
        }
    }
}
