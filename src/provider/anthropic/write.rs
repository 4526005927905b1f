//! Calls as Messages requests.

use serde_json::{Map, Value, json};

use super::params::settle;
use crate::domain::{
    Auth, Call, Image, ImageSource, Message, Params, Part, Role, Target, WireRequest, wire::AuthHeader,
};
use crate::provider::Wish;
use crate::provider::shared;

/// Version of the protocol that is written and read here.
const PROTOCOL_VERSION: &str = "2023-06-01";

pub(super) fn write(call: &Call, target: &Target) -> WireRequest {
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(target.model));
    let (fields, _) = settle(&target.model, &call.params);
    if let Some(system) = call.system.as_deref().filter(|text| !text.is_empty()) {
        body.insert("system".to_owned(), json!(system));
    }
    let messages: Vec<Value> = call.messages.iter().map(message).collect();
    body.insert("messages".to_owned(), Value::Array(messages));
    body.extend(fields);
    if target.stream {
        body.insert("stream".to_owned(), json!(true));
    }
    let mut body = Value::Object(body);
    shared::merge(&mut body, &target.extra);
    WireRequest {
        url: url(&target.address),
        headers: vec![("anthropic-version".to_owned(), PROTOCOL_VERSION.to_owned())],
        auth: Auth::Header(AuthHeader::XApiKey),
        stream: body.get("stream").and_then(Value::as_bool) == Some(true),
        body,
    }
}

/// What [`write`] leaves out or changes.
pub(super) fn wishes(target: &Target, params: &Params) -> Vec<Wish> {
    settle(&target.model, params).1
}

/// The vendor's own libraries take the address without `/v1`; people paste it with it too.
fn url(address: &str) -> String {
    let address = address.trim_end_matches('/');
    if address.ends_with("/v1") {
        format!("{address}/messages")
    } else {
        format!("{address}/v1/messages")
    }
}

fn message(message: &Message) -> Value {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content = match message.parts.as_slice() {
        [Part::Text(text)] => json!(text),
        parts => parts.iter().map(block).collect(),
    };
    json!({"role": role, "content": content})
}

fn block(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Image(Image { source, .. }) => {
            let source = match source {
                ImageSource::Url(url) => json!({"type": "url", "url": url}),
                ImageSource::Bytes { media_type, base64 } => {
                    json!({"type": "base64", "media_type": media_type, "data": base64})
                }
            };
            json!({"type": "image", "source": source})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Effort, ProviderName};
    use crate::provider::testing::{call, target};

    fn body(model: &str, params: Params) -> Value {
        write(&call(params), &target(ProviderName::Anthropic, model)).body
    }

    fn told(model: &str, params: &Params) -> Vec<&'static str> {
        wishes(&target(ProviderName::Anthropic, model), params)
            .iter()
            .map(|wish| wish.field)
            .collect()
    }

    #[test]
    fn a_whole_request() {
        let asked = Call {
            system: Some("한 문장으로 답하세요.".to_owned()),
            messages: vec![
                Message::text(Role::User, "안녕?"),
                Message::text(Role::Assistant, "안녕하세요."),
                Message {
                    role: Role::User,
                    parts: vec![
                        Part::Text("이것은?".to_owned()),
                        Part::Image(Image {
                            name: "a.png".to_owned(),
                            source: ImageSource::Bytes {
                                media_type: "image/png".to_owned(),
                                base64: "aGk=".to_owned(),
                            },
                        }),
                    ],
                },
            ],
            params: Params {
                temperature: Some(0.2),
                stop: Some(vec!["끝".to_owned()]),
                ..Params::default()
            },
        };
        let mut target = target(ProviderName::Anthropic, "claude-haiku-4-5");
        target.stream = true;
        target.extra.insert("metadata".to_owned(), json!({"user_id": "u"}));
        let request = write(&asked, &target);
        assert_eq!(request.url, "https://api.anthropic.com/v1/messages");
        assert_eq!(request.auth, Auth::Header(AuthHeader::XApiKey));
        assert_eq!(
            request.headers,
            [("anthropic-version".to_owned(), "2023-06-01".to_owned())]
        );
        assert_eq!(
            request.body,
            json!({
                "model": "claude-haiku-4-5",
                "system": "한 문장으로 답하세요.",
                "messages": [
                    {"role": "user", "content": "안녕?"},
                    {"role": "assistant", "content": "안녕하세요."},
                    {"role": "user", "content": [
                        {"type": "text", "text": "이것은?"},
                        {"type": "image", "source": {
                            "type": "base64", "media_type": "image/png", "data": "aGk="
                        }},
                    ]},
                ],
                "max_tokens": 4096,
                "temperature": 0.2,
                "stop_sequences": ["끝"],
                "stream": true,
                "metadata": {"user_id": "u"},
            })
        );
        target.address = "http://localhost:1/v1/".to_owned();
        assert_eq!(write(&asked, &target).url, "http://localhost:1/v1/messages");
    }

    #[test]
    fn new_models_get_no_sampling_parameters() {
        let params = Params {
            temperature: Some(0.0),
            top_p: Some(0.9),
            top_k: Some(5),
            seed: Some(1),
            logprobs: Some(2),
            ..Params::default()
        };
        assert_eq!(
            told("claude-opus-5-5", &params),
            ["temperature", "top_p", "top_k", "seed", "logprobs"]
        );
        let sent = body("claude-opus-5-5", params.clone());
        assert_eq!(sent.as_object().map(Map::len), Some(3), "{sent}");
        assert_eq!(told("claude-haiku-4-5", &params), ["top_p", "seed", "logprobs"]);
        assert_eq!(told("claude-sonnet-4-20250514", &params), ["seed", "logprobs"]);
    }

    #[test]
    fn thinking_is_asked_for_as_each_generation_takes_it() {
        let effort = |effort| Params {
            reasoning_effort: Some(effort),
            ..Params::default()
        };
        let budget = |budget| Params {
            reasoning_budget: Some(budget),
            ..Params::default()
        };
        let sent = body("claude-sonnet-5-5", effort(Effort::Xhigh));
        assert_eq!(sent["thinking"], json!({"type": "adaptive"}));
        assert_eq!(sent["output_config"], json!({"effort": "xhigh"}));
        let sent = body("claude-opus-4-6", effort(Effort::Xhigh));
        assert_eq!(sent["output_config"], json!({"effort": "high"}));
        let sent = body("claude-sonnet-5", effort(Effort::None));
        assert_eq!(sent["thinking"], json!({"type": "disabled"}));
        assert_eq!(told("claude-opus-5-5", &effort(Effort::None)), ["reasoning_effort"]);
        assert_eq!(told("claude-opus-5-5", &budget(2000)), ["reasoning_budget"]);
        assert_eq!(told("claude-haiku-4-5", &effort(Effort::High)), ["reasoning_effort"]);
        let sent = body("claude-haiku-4-5", budget(2000));
        assert_eq!(sent["thinking"], json!({"type": "enabled", "budget_tokens": 2000}));
        assert_eq!(sent["max_tokens"], 6096);
    }

    #[test]
    fn a_budget_stays_between_its_bounds() {
        let params = |budget, cap| Params {
            reasoning_budget: Some(budget),
            max_output_tokens: Some(cap),
            temperature: Some(0.5),
            ..Params::default()
        };
        for (budget, cap, sent) in [
            (10, 5000, json!(1024)),
            (9000, 5000, json!(4999)),
            (9000, 1024, Value::Null),
        ] {
            let body = body("claude-haiku-4-5", params(budget, cap));
            assert_eq!(body["thinking"]["budget_tokens"], sent);
            assert_eq!(body["max_tokens"], cap);
            // While thinking, no other temperature than 1 is taken.
            assert_eq!(body.get("temperature").is_none(), !sent.is_null());
        }
    }
}
