//! Writing requests.

use serde_json::{Map, Value, json};

use crate::domain::wire::AuthHeader;
use crate::domain::{Auth, Call, ImageSource, Message, Part, Role, Target, WireRequest};
use crate::provider::shared::merge;

use super::rules::{Form, Rules, host};

/// The request for a call.
pub(super) fn request(call: &Call, target: &Target) -> WireRequest {
    let rules = Rules::of(Form::Chat, target);
    let (params, _) = rules.settle(&call.params);
    let mut messages = Vec::new();
    if let Some(system) = call.system.as_deref().filter(|text| !text.is_empty()) {
        messages.push(json!({"role": "system", "content": system}));
    }
    messages.extend(call.messages.iter().map(message));
    let mut body = Map::new();
    body.insert("model".into(), json!(target.model));
    body.insert("messages".into(), Value::Array(messages));
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(key.to_owned(), value);
        }
    };
    set("temperature", params.temperature.map(Value::from));
    set("top_p", params.top_p.map(Value::from));
    set("top_k", params.top_k.map(Value::from));
    set(rules.seed(), params.seed.map(Value::from));
    set(rules.cap(), params.max_output_tokens.map(Value::from));
    set("stop", params.stop.map(Value::from));
    set(
        "reasoning_effort",
        params.reasoning_effort.map(|effort| effort.word().into()),
    );
    set("logprobs", params.logprobs.map(|_| true.into()));
    set("top_logprobs", params.logprobs.map(Value::from));
    set(
        "response_format",
        params.json_schema.map(|schema| {
            json!({
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": true, "schema": schema},
            })
        }),
    );
    if target.stream {
        set("stream", Some(true.into()));
        if rules.stream_options() {
            set("stream_options", Some(json!({"include_usage": true})));
        }
    }
    finished(Value::Object(body), target, "/chat/completions")
}

/// The request with its address, its way of carrying the key, and the target's `extra` laid over the body.
pub(crate) fn finished(mut body: Value, target: &Target, path: &str) -> WireRequest {
    merge(&mut body, &target.extra);
    let azure = host(&target.address).ends_with(".azure.com") || target.address.contains("/openai/deployments/");
    WireRequest {
        url: endpoint(&target.address, path),
        headers: Vec::new(),
        auth: if azure {
            Auth::Header(AuthHeader::ApiKey)
        } else {
            Auth::Bearer
        },
        stream: body.get("stream").and_then(Value::as_bool) == Some(true),
        body,
    }
}

/// `path` set behind an address, before its query; an address that already ends with the path is kept.
fn endpoint(address: &str, path: &str) -> String {
    let (base, query) = match address.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (address, String::new()),
    };
    let base = base.trim_end_matches('/');
    if base.ends_with(path) {
        format!("{base}{query}")
    } else {
        format!("{base}{path}{query}")
    }
}

fn message(message: &Message) -> Value {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content = match message.parts.as_slice() {
        [Part::Text(text)] => json!(text),
        parts => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => json!({"type": "text", "text": text}),
                Part::Image(image) => {
                    json!({"type": "image_url", "image_url": {"url": image_address(&image.source)}})
                }
            })
            .collect(),
    };
    json!({"role": role, "content": content})
}

/// A picture as an address: its own, or a `data:` one with its bytes.
pub(crate) fn image_address(source: &ImageSource) -> String {
    match source {
        ImageSource::Url(url) => url.clone(),
        ImageSource::Bytes { media_type, base64 } => format!("data:{media_type};base64,{base64}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Image, Params, ProviderName};
    use crate::provider::testing;

    fn target(address: &str, model: &str) -> Target {
        Target {
            address: address.into(),
            stream: true,
            ..testing::target(ProviderName::OpenAi, model)
        }
    }

    fn everything() -> Call {
        let picture = |source| {
            Part::Image(Image {
                name: "그림.png".into(),
                source,
            })
        };
        let bytes = ImageSource::Bytes {
            media_type: "image/png".into(),
            base64: "iVBORw0KGgo=".into(),
        };
        Call {
            system: Some("짧게 답하라.".into()),
            messages: vec![
                Message::text(Role::User, "1+1?"),
                Message::text(Role::Assistant, "2"),
                Message {
                    role: Role::User,
                    parts: vec![
                        Part::Text("이것은?".into()),
                        picture(bytes),
                        picture(ImageSource::Url("https://example.org/a.png".into())),
                    ],
                },
            ],
            params: Params {
                temperature: Some(0.5),
                top_p: Some(0.9),
                top_k: Some(40),
                seed: Some(7),
                max_output_tokens: Some(100),
                stop: Some(vec!["끝".into()]),
                logprobs: Some(2),
                json_schema: Some(json!({"type": "object"})),
                ..Params::default()
            },
        }
    }

    #[test]
    fn a_look_alike_gets_every_parameter() {
        let request = request(&everything(), &target("http://127.0.0.1:8080/v1", "llama"));
        assert_eq!(request.url, "http://127.0.0.1:8080/v1/chat/completions");
        assert_eq!((request.auth, request.stream), (Auth::Bearer, true));
        assert_eq!(
            request.body,
            json!({
                "model": "llama",
                "messages": [
                    {"role": "system", "content": "짧게 답하라."},
                    {"role": "user", "content": "1+1?"},
                    {"role": "assistant", "content": "2"},
                    {"role": "user", "content": [
                        {"type": "text", "text": "이것은?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                    ]},
                ],
                "temperature": 0.5, "top_p": 0.9, "top_k": 40, "seed": 7, "max_tokens": 100, "stop": ["끝"],
                "logprobs": true, "top_logprobs": 2,
                "response_format": {"type": "json_schema", "json_schema": {
                    "name": "answer", "strict": true, "schema": {"type": "object"},
                }},
                "stream": true, "stream_options": {"include_usage": true},
            })
        );
    }

    #[test]
    fn services_get_what_they_take() {
        let keys = |address: &str, model: &str| -> Vec<String> {
            let body = request(&everything(), &target(address, model)).body;
            body.as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key.clone())
                .skip(2)
                .collect()
        };
        assert_eq!(
            keys("https://api.openai.com/v1", "gpt-5"),
            [
                "seed",
                "max_completion_tokens",
                "stop",
                "response_format",
                "stream",
                "stream_options"
            ]
        );
        assert_eq!(
            keys("https://clovastudio.stream.ntruss.com/v1/openai", "HCX-005"),
            [
                "temperature",
                "top_p",
                "top_k",
                "seed",
                "max_tokens",
                "stop",
                "response_format",
                "stream"
            ]
        );
        assert_eq!(
            keys("https://api.mistral.ai/v1", "mistral-small-latest"),
            [
                "temperature",
                "top_p",
                "random_seed",
                "max_tokens",
                "stop",
                "response_format",
                "stream"
            ]
        );
    }

    #[test]
    fn azure_keeps_its_query_and_has_its_own_header() {
        let address = "https://r.openai.azure.com/openai/deployments/gpt-4o?api-version=2025-01-01";
        let request = request(&Call::ask("네?"), &target(address, "gpt-4o"));
        assert_eq!(
            request.url,
            "https://r.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2025-01-01"
        );
        assert_eq!(request.auth, Auth::Header(AuthHeader::ApiKey));
    }

    #[test]
    fn addresses_with_slash_or_path_are_understood() {
        for address in ["http://h/v1/", "http://h/v1", "http://h/v1/chat/completions"] {
            assert_eq!(endpoint(address, "/chat/completions"), "http://h/v1/chat/completions");
        }
    }

    #[test]
    fn extra_has_the_last_word() {
        let mut target = target("http://127.0.0.1:8080/v1", "m");
        let extra = json!({"stream": false, "stream_options": {"include_usage": false}, "cache_prompt": false});
        target.extra = extra.as_object().expect("an object").clone();
        let request = request(&Call::ask("네?"), &target);
        assert!(!request.stream);
        assert_eq!(request.body["stream_options"], json!({"include_usage": false}));
        assert_eq!(request.body["cache_prompt"], json!(false));
    }
}
