//! Reading requests as OpenAI would, for the simulator.

use serde_json::Value;

use crate::domain::{Call, Effort, Fault, FaultKind, Image, ImageSource, Message, Params, Part, Role};
use crate::provider::shared::{clip, count_at, number, text_at};
use crate::provider::{Asked, Incoming, path};

use super::answer::items;

/// Reads a request as OpenAI would.
pub(super) fn request(request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
    let before = path::bare(request.path).strip_suffix("/chat/completions")?;
    Some(read_request(before, request.body))
}

fn read_request(before: &str, body: &[u8]) -> Result<Asked, Fault> {
    let body = request_body(body)?;
    let deployment = before.rsplit_once("/deployments/").map(|(_, name)| path::decode(name));
    let model = text_at(&body, "model")
        .or(deployment)
        .ok_or_else(|| refused("you must provide a model parameter", "model", None))?;
    let mut call = Call {
        params: params(&body),
        ..Call::default()
    };
    for message in items(body.get("messages")) {
        turn(&mut call, message, &|part| match text_at(part, "type")?.as_str() {
            "text" => Some(Part::Text(text_at(part, "text")?)),
            "image_url" => Some(image_at(part.pointer("/image_url/url")?.as_str()?)),
            _ => None,
        })?;
    }
    if call.messages.is_empty() {
        return Err(refused(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            "messages",
            Some("empty_array"),
        ));
    }
    Ok(Asked {
        model,
        call,
        stream: body.get("stream").and_then(Value::as_bool) == Some(true),
    })
}

/// The JSON object of a request.
pub(crate) fn request_body(body: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice::<Value>(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            let start = clip(&String::from_utf8_lossy(body));
            let message = format!("We could not parse the JSON body of your request: it begins `{start:.60}`");
            refused(&message, "", None)
        })
}

/// Adds a message of a request to a call: system prompts joined by an empty line, tool messages left out.
pub(crate) fn turn(call: &mut Call, message: &Value, part: &dyn Fn(&Value) -> Option<Part>) -> Result<(), Fault> {
    let parts: Vec<Part> = match message.get("content") {
        Some(Value::String(text)) => vec![Part::Text(text.clone())],
        content => items(content).filter_map(part).collect(),
    };
    let role = match text_at(message, "role").unwrap_or_default().as_str() {
        "system" | "developer" => {
            let text = Message {
                role: Role::User,
                parts,
            }
            .plain_text();
            call.system = Some(match call.system.take() {
                Some(before) => format!("{before}\n\n{text}"),
                None => text,
            });
            return Ok(());
        }
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" | "function" => return Ok(()),
        other => {
            let message = format!(
                "Invalid value: '{other}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'."
            );
            return Err(refused(&message, "messages", Some("invalid_value")));
        }
    };
    call.messages.push(Message { role, parts });
    Ok(())
}

fn params(body: &Value) -> Params {
    let narrow = |key: &str| count_at(body, key).and_then(|count| u32::try_from(count).ok());
    let wants_logprobs = body.get("logprobs").and_then(Value::as_bool) == Some(true);
    Params {
        temperature: body.get("temperature").and_then(number),
        top_p: body.get("top_p").and_then(number),
        top_k: narrow("top_k"),
        seed: count_at(body, "seed").or_else(|| count_at(body, "random_seed")),
        max_output_tokens: narrow("max_completion_tokens").or_else(|| narrow("max_tokens")),
        stop: match body.get("stop") {
            Some(Value::String(stop)) => Some(vec![stop.clone()]),
            Some(Value::Array(stops)) => Some(
                stops
                    .iter()
                    .filter_map(|stop| stop.as_str().map(str::to_owned))
                    .collect(),
            ),
            _ => None,
        },
        reasoning_effort: text_at(body, "reasoning_effort").and_then(|word| effort(&word)),
        reasoning_budget: None,
        logprobs: wants_logprobs.then(|| {
            let top = count_at(body, "top_logprobs").unwrap_or(0);
            u8::try_from(top).unwrap_or(u8::MAX)
        }),
        json_schema: body.pointer("/response_format/json_schema/schema").cloned(),
    }
}

/// The effort of a word on the wire.
pub(crate) fn effort(word: &str) -> Option<Effort> {
    [
        Effort::None,
        Effort::Minimal,
        Effort::Low,
        Effort::Medium,
        Effort::High,
        Effort::Xhigh,
        Effort::Max,
    ]
    .into_iter()
    .find(|effort| effort.word() == word)
}

/// The fault with which OpenAI answers a request of wrong shape.
pub(crate) fn refused(message: &str, param: &str, code: Option<&str>) -> Fault {
    Fault {
        status: Some(400),
        error_type: Some("invalid_request_error".into()),
        code: code.map(str::to_owned),
        param: Some(param.to_owned()).filter(|param| !param.is_empty()),
        ..Fault::new(FaultKind::BadRequest, message)
    }
}

/// The picture at an address: a `data:` one holds its bytes.
pub(crate) fn image_at(address: &str) -> Part {
    let bytes = address
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    Part::Image(Image {
        name: String::new(),
        source: match bytes {
            Some((media_type, base64)) => ImageSource::Bytes {
                media_type: media_type.to_owned(),
                base64: base64.to_owned(),
            },
            None => ImageSource::Url(address.to_owned()),
        },
    })
}
