//! `/api/chat` requests read as the service would: for the simulator.

use serde_json::Value;

use super::fault;
use crate::domain::{Call, Effort, Fault, Image, ImageSource, Message, Params, Part, Role};
use crate::provider::{Asked, Incoming, path};

/// Reads a request; `None` when the path is not of this protocol.
pub(super) fn asked(request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
    (path::bare(request.path) == "/api/chat").then(|| read(request))
}

fn read(request: &Incoming<'_>) -> Result<Asked, Fault> {
    let body: Value =
        serde_json::from_slice(request.body).map_err(|error| fault::refusal(format!("invalid JSON: {error}")))?;
    let model = body["model"]
        .as_str()
        .filter(|model| !model.is_empty())
        .ok_or_else(|| fault::refusal("model is required"))?;
    let mut system: Option<String> = None;
    let mut messages = Vec::new();
    for turn in list(&body["messages"]) {
        let text = turn["content"].as_str().unwrap_or("");
        let role = match turn["role"].as_str() {
            Some("system") => {
                system = Some(match system {
                    Some(before) => format!("{before}\n{text}"),
                    None => text.to_owned(),
                });
                continue;
            }
            Some("user" | "tool") => Role::User,
            Some("assistant") => Role::Assistant,
            _ => {
                return Err(fault::refusal(
                    "invalid role: must be one of `system`, `user`, `assistant`, `tool`",
                ));
            }
        };
        let mut parts = Vec::new();
        if !text.is_empty() || turn["images"].is_null() {
            parts.push(Part::Text(text.to_owned()));
        }
        parts.extend(list(&turn["images"]).filter_map(image));
        messages.push(Message { role, parts });
    }
    Ok(Asked {
        model: model.to_owned(),
        call: Call {
            system,
            messages,
            params: params(&body),
        },
        // Streaming is the service's default.
        stream: body["stream"] != false,
    })
}

/// The kind of picture is not told; the service looks at the bytes.
fn image(base64: &Value) -> Option<Part> {
    Some(Part::Image(Image {
        name: String::new(),
        source: ImageSource::Bytes {
            media_type: "image/png".to_owned(),
            base64: base64.as_str()?.to_owned(),
        },
    }))
}

fn params(body: &Value) -> Params {
    let options = &body["options"];
    let whole = |field: &str| options[field].as_u64().and_then(|value| value.try_into().ok());
    let logprobs = body["logprobs"] == true;
    Params {
        temperature: options["temperature"].as_f64(),
        top_p: options["top_p"].as_f64(),
        top_k: whole("top_k"),
        seed: options["seed"].as_u64(),
        max_output_tokens: whole("num_predict"),
        stop: options["stop"].as_array().map(|stop| {
            stop.iter()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        }),
        reasoning_effort: match &body["think"] {
            Value::Bool(false) => Some(Effort::None),
            Value::String(word) => super::models::LEVELS.iter().copied().find(|level| level.word() == word),
            _ => None,
        },
        reasoning_budget: None,
        logprobs: logprobs.then(|| {
            body["top_logprobs"]
                .as_u64()
                .and_then(|count| count.try_into().ok())
                .unwrap_or(0)
        }),
        json_schema: Some(&body["format"]).filter(|format| format.is_object()).cloned(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
