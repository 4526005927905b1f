//! Writing requests, and reading them again for the simulator.

use serde_json::{Map, Value, json};

use crate::domain::{Call, Fault, Message, Params, Part, Role, Target, WireRequest};
use crate::provider::openai::{
    Form, Rules, effort, finished, image_address, image_at, items, refused, request_body, turn,
};
use crate::provider::shared::{count_at, number, text_at};
use crate::provider::{Asked, Incoming, path};

/// The request for a call. Nothing is stored at the service, and the whole history goes out every time.
pub(super) fn request(call: &Call, target: &Target) -> WireRequest {
    let (params, _) = Rules::of(Form::Responses, target).settle(&call.params);
    let mut body = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(key.to_owned(), value);
        }
    };
    set("model", Some(json!(target.model)));
    let system = call.system.as_deref().filter(|text| !text.is_empty());
    set("instructions", system.map(Value::from));
    set("input", Some(call.messages.iter().map(item).collect()));
    set("temperature", params.temperature.map(Value::from));
    set("top_p", params.top_p.map(Value::from));
    set("max_output_tokens", params.max_output_tokens.map(Value::from));
    set(
        "reasoning",
        params.reasoning_effort.map(|effort| json!({"effort": effort.word()})),
    );
    set(
        "include",
        params.logprobs.map(|_| json!(["message.output_text.logprobs"])),
    );
    set("top_logprobs", params.logprobs.map(Value::from));
    set(
        "text",
        params.json_schema.map(|schema| {
            json!({"format": {
                "type": "json_schema", "name": "answer", "strict": true, "schema": schema,
            }})
        }),
    );
    set("store", Some(false.into()));
    set("stream", target.stream.then(|| true.into()));
    finished(Value::Object(body), target, "/responses")
}

fn item(message: &Message) -> Value {
    let (role, text_type) = match message.role {
        Role::User => ("user", "input_text"),
        Role::Assistant => ("assistant", "output_text"),
    };
    let content: Value = match (message.role, message.parts.as_slice()) {
        (Role::User, [Part::Text(text)]) => json!(text),
        (_, parts) => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => json!({"type": text_type, "text": text}),
                Part::Image(image) => {
                    json!({"type": "input_image", "image_url": image_address(&image.source)})
                }
            })
            .collect(),
    };
    // OpenAI takes items without a type; llama.cpp's server wants it on earlier answers.
    json!({"type": "message", "role": role, "content": content})
}

/// Reads a request as OpenAI would.
pub(super) fn asked(request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
    path::bare(request.path)
        .ends_with("/responses")
        .then(|| read_request(request.body))
}

fn read_request(body: &[u8]) -> Result<Asked, Fault> {
    let body = request_body(body)?;
    let model = text_at(&body, "model").ok_or_else(|| {
        refused(
            "Missing required parameter: 'model'.",
            "model",
            Some("missing_required_parameter"),
        )
    })?;
    let mut call = Call {
        system: text_at(&body, "instructions"),
        params: params(&body),
        ..Call::default()
    };
    match body.get("input") {
        Some(Value::String(text)) => call.messages.push(Message::text(Role::User, text)),
        input => {
            for item in items(input).filter(|item| item.get("role").is_some()) {
                turn(&mut call, item, &|part| match text_at(part, "type")?.as_str() {
                    "input_text" | "output_text" => Some(Part::Text(text_at(part, "text")?)),
                    "input_image" => Some(image_at(part.get("image_url")?.as_str()?)),
                    _ => None,
                })?;
            }
        }
    }
    if call.messages.is_empty() {
        return Err(refused(
            "Missing required parameter: 'input'.",
            "input",
            Some("missing_required_parameter"),
        ));
    }
    Ok(Asked {
        model,
        call,
        stream: body.get("stream").and_then(Value::as_bool) == Some(true),
    })
}

fn params(body: &Value) -> Params {
    let wants_logprobs = items(body.get("include")).any(|wish| wish.as_str() == Some("message.output_text.logprobs"));
    Params {
        temperature: body.get("temperature").and_then(number),
        top_p: body.get("top_p").and_then(number),
        max_output_tokens: count_at(body, "max_output_tokens").and_then(|count| u32::try_from(count).ok()),
        reasoning_effort: body
            .pointer("/reasoning/effort")
            .and_then(Value::as_str)
            .and_then(effort),
        logprobs: wants_logprobs.then(|| {
            let top = count_at(body, "top_logprobs").unwrap_or(0);
            u8::try_from(top).unwrap_or(u8::MAX)
        }),
        json_schema: body.pointer("/text/format/schema").cloned(),
        ..Params::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Effort, Image, ImageSource, ProviderName};
    use crate::provider::testing;

    #[test]
    fn requests_keep_nothing_at_the_service() {
        let mut call = Call {
            system: Some("짧게 답하라.".into()),
            params: Params {
                temperature: Some(0.0),
                seed: Some(1),
                max_output_tokens: Some(64),
                reasoning_effort: Some(Effort::None),
                logprobs: Some(3),
                json_schema: Some(json!({"type": "object"})),
                ..Params::default()
            },
            ..Call::ask("이것은?")
        };
        let source = ImageSource::Url("https://example.org/a.png".into());
        call.messages[0].parts.push(Part::Image(Image {
            name: "a".into(),
            source,
        }));
        call.messages.insert(0, Message::text(Role::Assistant, "안녕하세요."));
        let request = request(&call, &testing::target(ProviderName::OpenAiResponses, "gpt-5.5"));
        assert_eq!(request.url, "https://api.openai.com/v1/responses");
        assert!(!request.stream);
        assert_eq!(
            request.body,
            json!({
                "model": "gpt-5.5",
                "instructions": "짧게 답하라.",
                "input": [
                    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "안녕하세요."}]},
                    {"type": "message", "role": "user", "content": [
                        {"type": "input_text", "text": "이것은?"},
                        {"type": "input_image", "image_url": "https://example.org/a.png"},
                    ]},
                ],
                "temperature": 0.0,
                "max_output_tokens": 64,
                "reasoning": {"effort": "none"},
                "include": ["message.output_text.logprobs"],
                "top_logprobs": 3,
                "text": {"format": {
                    "type": "json_schema", "name": "answer", "strict": true, "schema": {"type": "object"},
                }},
                "store": false,
            })
        );
    }

    #[test]
    fn plain_inputs_are_understood() {
        let body = br#"{"model":"m","input":"\uc548\ub155","top_logprobs":5}"#;
        let incoming = Incoming {
            path: "/v1/responses?x=1",
            headers: &[],
            body,
        };
        let heard = asked(&incoming).expect("the path").expect("the shape");
        assert_eq!(heard.call.question(), "안녕");
        // Without the wish in `include` none are told.
        assert_eq!(heard.call.params.logprobs, None);
    }
}
