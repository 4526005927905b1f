//! Messages requests read as the service would: for the simulator.

use serde_json::Value;

use super::fault;
use crate::domain::{Call, Effort, Fault, Image, ImageSource, Message, Params, Part, Role};
use crate::provider::{Asked, Incoming, path};

/// Reads a request; `None` when the path is not of this protocol.
pub(super) fn asked(request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
    (path::bare(request.path) == "/v1/messages").then(|| read(request))
}

fn read(request: &Incoming<'_>) -> Result<Asked, Fault> {
    if !request.headers.iter().any(|(name, _)| name == "anthropic-version") {
        return Err(fault::refusal("anthropic-version: header is required"));
    }
    let body: Value = serde_json::from_slice(request.body)
        .map_err(|error| fault::refusal(format!("The request body is not valid JSON: {error}")))?;
    for field in ["model", "max_tokens", "messages"] {
        if body.get(field).is_none_or(Value::is_null) {
            return Err(fault::refusal(format!("{field}: Field required")));
        }
    }
    let model = body["model"]
        .as_str()
        .ok_or_else(|| fault::refusal("model: Input should be a valid string"))?;
    let turns = body["messages"]
        .as_array()
        .ok_or_else(|| fault::refusal("messages: Input should be a valid list"))?;
    if turns.is_empty() {
        return Err(fault::refusal("messages: at least one message is required"));
    }
    let mut messages = Vec::with_capacity(turns.len());
    for (index, turn) in turns.iter().enumerate() {
        messages.push(message(index, turn)?);
    }
    Ok(Asked {
        model: model.to_owned(),
        call: Call {
            system: system(&body),
            messages,
            params: params(&body),
        },
        stream: body["stream"] == true,
    })
}

/// The system prompt, a string or blocks of text.
fn system(body: &Value) -> Option<String> {
    match &body["system"] {
        Value::String(text) => Some(text.clone()),
        Value::Array(blocks) => Some(blocks.iter().filter_map(|block| block["text"].as_str()).collect()),
        _ => None,
    }
}

fn message(index: usize, turn: &Value) -> Result<Message, Fault> {
    let role = match turn["role"].as_str() {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        _ => {
            return Err(fault::refusal(format!(
                "messages.{index}.role: Input should be 'user' or 'assistant'"
            )));
        }
    };
    let parts = match &turn["content"] {
        Value::String(text) => vec![Part::Text(text.clone())],
        Value::Array(blocks) => blocks.iter().filter_map(part).collect(),
        _ => {
            return Err(fault::refusal(format!("messages.{index}.content: Field required")));
        }
    };
    Ok(Message { role, parts })
}

/// A block of content; what a call of ours has no place for is passed over.
fn part(block: &Value) -> Option<Part> {
    if let Some(text) = block["text"].as_str() {
        return Some(Part::Text(text.to_owned()));
    }
    let source = &block["source"];
    let source = match source["type"].as_str()? {
        "url" => ImageSource::Url(source["url"].as_str()?.to_owned()),
        "base64" => ImageSource::Bytes {
            media_type: source["media_type"].as_str()?.to_owned(),
            base64: source["data"].as_str()?.to_owned(),
        },
        _ => return None,
    };
    Some(Part::Image(Image {
        name: String::new(),
        source,
    }))
}

fn params(body: &Value) -> Params {
    let whole = |field: &str| body[field].as_u64().and_then(|value| value.try_into().ok());
    let thinking = &body["thinking"];
    let disabled = thinking["type"] == "disabled";
    let output = &body["output_config"];
    Params {
        temperature: body["temperature"].as_f64(),
        top_p: body["top_p"].as_f64(),
        top_k: whole("top_k"),
        max_output_tokens: whole("max_tokens"),
        stop: body["stop_sequences"].as_array().map(|stop| {
            stop.iter()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        }),
        reasoning_effort: if disabled {
            Some(Effort::None)
        } else {
            output["effort"].as_str().and_then(effort)
        },
        reasoning_budget: thinking["budget_tokens"]
            .as_u64()
            .and_then(|budget| budget.try_into().ok()),
        json_schema: output["format"].get("schema").cloned(),
        ..Params::default()
    }
}

fn effort(word: &str) -> Option<Effort> {
    [Effort::Low, Effort::Medium, Effort::High, Effort::Xhigh, Effort::Max]
        .into_iter()
        .find(|effort| effort.word() == word)
}
