//! Three adapters against a genuine llama.cpp server that serves a real, very small Llama.
//!
//! Needs a Python with the `xllamacpp` package, named by `NARANI_LLAMA_PYTHON`; without it the tests say that they are
//! skipped, unless `NARANI_REQUIRE=all`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use narani::domain::{Call, FaultKind, Finish, Message, Params, ProviderName, Reply, Role, Target};
use narani::net::clock::Heart;
use narani::net::{Exchange, Line};
use narani::provider;
use narani::run::wire_request;
use tokio_util::sync::CancellationToken;

/// The server; it ends with the test process, since its standard input closes then.
struct Server {
    address: String,
    _child: Child,
}

const KEY: &str = "llama-test-key";

/// The server, started once for all tests; `None` when there is none to be had.
#[expect(
    clippy::print_stdout,
    clippy::zombie_processes,
    reason = "a skip is told; the server ends with its input"
)]
fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let Ok(python) = std::env::var("NARANI_LLAMA_PYTHON") else {
                assert!(
                    std::env::var("NARANI_REQUIRE").as_deref() != Ok("all"),
                    "NARANI_LLAMA_PYTHON must name a Python with xllamacpp"
                );
                println!("SKIPPED: NARANI_LLAMA_PYTHON names no Python with xllamacpp");
                return None;
            };
            let root = env!("CARGO_MANIFEST_DIR");
            let port = std::net::TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            let mut child = Command::new(python)
                .arg(format!("{root}/testdata/models/serve.py"))
                .args(["--model", &format!("{root}/testdata/models/toy-enko-q8_0.gguf")])
                .args(["--port", &port.to_string(), "--api-key", KEY, "--end-with-input"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the server starts");
            let mut line = String::new();
            let mut output = BufReader::new(child.stdout.take().unwrap());
            while output.read_line(&mut line).unwrap() > 0 {
                if line.contains("listening") {
                    // Whatever else it prints must not block it.
                    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
                    return Some(Server {
                        address: format!("http://127.0.0.1:{port}"),
                        _child: child,
                    });
                }
                line.clear();
            }
            panic!("the server ended before it listened");
        })
        .as_ref()
}

const THREE: [ProviderName; 3] = [
    ProviderName::OpenAi,
    ProviderName::OpenAiResponses,
    ProviderName::Anthropic,
];

fn target(server: &Server, name: ProviderName, stream: bool) -> Target {
    let suffix = provider::of(name).about().simulated_suffix;
    Target {
        params: Params {
            temperature: Some(0.0),
            max_output_tokens: Some(60),
            ..Params::default()
        },
        stream,
        retries: 2,
        local: true,
        http1_only: true,
        ..Target::plain(name.word(), name, &format!("{}{suffix}", server.address), "toy-llama")
    }
}

async fn ask(target: &Target, call: Call, key: &str) -> Exchange {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let line = Line::new(target, Some(key)).unwrap();
    let request = wire_request(provider::of(target.provider), target, call);
    let body = serde_json::to_vec(&request.body).unwrap();
    line.send(
        &request,
        body.into(),
        &Heart::default(),
        &CancellationToken::new(),
        &mut |_| {},
    )
    .await
}

async fn answer(target: &Target, call: Call) -> (Reply, Exchange) {
    let mut exchange = ask(target, call, KEY).await;
    let result = std::mem::replace(&mut exchange.result, Ok(Reply::default()));
    match result {
        Ok(reply) => (reply, exchange),
        Err(fault) => panic!("{} (stream {}): {fault:?}", target.name, target.stream),
    }
}

#[tokio::test]
async fn three_adapters_read_the_same_answer_streamed_and_whole() {
    let Some(server) = server() else { return };
    for (question, expected) in [
        ("What is the capital of France?", "Paris"),
        ("프랑스의 수도는 어디인가요?", "파리"),
        ("What is 3 plus 4?", "7"),
    ] {
        let mut texts = Vec::new();
        for name in THREE {
            for stream in [false, true] {
                let target = target(server, name, stream);
                let (reply, exchange) = answer(&target, Call::ask(question)).await;
                assert!(reply.text.contains(expected), "{name:?} {stream}: {:?}", reply.text);
                assert_eq!(reply.finish, Finish::Stop, "{name:?} {stream}");
                assert!(
                    reply.usage.input.is_some_and(|n| n > 3),
                    "{name:?} {stream}: {:?}",
                    reply.usage
                );
                assert!(
                    reply.usage.output.is_some_and(|n| n > 0),
                    "{name:?} {stream}: {:?}",
                    reply.usage
                );
                assert_eq!(
                    exchange.timing.first_text_us.is_some(),
                    stream,
                    "{name:?}: first text is timed when streamed"
                );
                texts.push(reply.text.trim().to_owned());
            }
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "one model, one answer: {texts:?}");
    }
}

#[tokio::test]
async fn a_system_prompt_reaches_the_model() {
    let Some(server) = server() else { return };
    for name in THREE {
        let mut call = Call::ask("What is the capital of Japan?");
        call.system = Some("Answer in one word.".to_owned());
        let (reply, _) = answer(&target(server, name, true), call).await;
        assert_eq!(reply.text.trim().trim_end_matches('.'), "Tokyo", "{name:?}");
    }
}

#[tokio::test]
async fn a_cap_is_told_as_a_cap() {
    let Some(server) = server() else { return };
    for name in THREE {
        for stream in [false, true] {
            let mut call = Call::ask("What is the capital of France?");
            call.params.max_output_tokens = Some(2);
            let (reply, _) = answer(&target(server, name, stream), call).await;
            // Its responses route calls a capped answer completed; nothing in the body tells otherwise.
            let told = if name == ProviderName::OpenAiResponses {
                Finish::Stop
            } else {
                Finish::Length
            };
            assert_eq!(reply.finish, told, "{name:?} {stream}: {reply:?}");
            assert_eq!(reply.usage.output, Some(2), "{name:?} {stream}");
        }
    }
}

#[tokio::test]
async fn log_probabilities_come_with_the_answer() {
    let Some(server) = server() else { return };
    for stream in [false, true] {
        let mut call = Call::ask("What is the capital of France?");
        call.params.logprobs = Some(3);
        let (reply, _) = answer(&target(server, ProviderName::OpenAi, stream), call).await;
        assert!(!reply.logprobs.is_empty(), "stream {stream}");
        assert!(
            reply
                .logprobs
                .iter()
                .all(|token| token.logprob <= 0.0 && token.top.len() == 3),
            "{:?}",
            reply.logprobs
        );
        let joined: String = reply.logprobs.iter().map(|token| token.token.as_str()).collect();
        assert!(
            joined.trim().starts_with(reply.text.trim().split(' ').next().unwrap()),
            "{joined:?} against {:?}",
            reply.text
        );
    }
}

#[tokio::test]
async fn a_schema_is_followed() {
    let Some(server) = server() else { return };
    let mut call = Call::ask("What is the capital of France?");
    call.params.json_schema = Some(
        serde_json::json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}),
    );
    let (reply, _) = answer(&target(server, ProviderName::OpenAi, false), call).await;
    let value: serde_json::Value = serde_json::from_str(reply.text.trim()).expect("JSON");
    assert!(value["a"].is_i64(), "{value}");
}

#[tokio::test]
async fn real_refusals_read_as_what_they_are() {
    let Some(server) = server() else { return };
    for name in THREE {
        let target = target(server, name, true);
        let exchange = ask(&target, Call::ask("Hello"), "wrong-key").await;
        let fault = exchange.result.expect_err("a wrong key is refused");
        assert_eq!(fault.kind, FaultKind::Auth, "{name:?}: {fault:?}");
        let long = "word ".repeat(3000);
        let fault = ask(&target, Call::ask(long), KEY)
            .await
            .result
            .expect_err("too long for the context");
        assert_eq!(fault.kind, FaultKind::BadRequest, "{name:?}: {fault:?}");
        assert_eq!(fault.retry, narani::domain::Retry::Never, "{name:?}: {fault:?}");
    }
}

#[tokio::test]
async fn earlier_turns_are_sent() {
    let Some(server) = server() else { return };
    for name in THREE {
        let mut call = Call::ask("Hello");
        call.messages.push(Message::text(Role::Assistant, "Hello!"));
        call.messages
            .push(Message::text(Role::User, "What is the capital of France?"));
        let (with, _) = answer(&target(server, name, false), call).await;
        let (without, _) = answer(
            &target(server, name, false),
            Call::ask("What is the capital of France?"),
        )
        .await;
        assert!(
            with.usage.input > without.usage.input,
            "{name:?}: more turns, more tokens"
        );
    }
}
