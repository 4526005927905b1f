//! Chat completions of CLOVA Studio read as the service would: for the simulator.

use serde_json::Value;

use super::fault;
use crate::domain::{Call, Effort, Fault, Image, ImageSource, Message, Params, Part, Role};
use crate::provider::{Asked, Incoming, path};

/// Reads a request; `None` when the path is not of this protocol.
pub(super) fn asked(request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
    let model = model(path::bare(request.path))?;
    let stream = request
        .headers
        .iter()
        .any(|(name, value)| name == "accept" && value.contains("text/event-stream"));
    Some(read(request, model, stream))
}

/// The model in the path; the government's cloud has a stage before the version.
fn model(path: &str) -> Option<String> {
    let path = ["/testapp", "/serviceapp"]
        .iter()
        .find_map(|stage| path.strip_prefix(stage))
        .unwrap_or(path);
    let rest = ["/v3/", "/v1/"].iter().find_map(|version| path.strip_prefix(version))?;
    let name = if let Some(model) = rest.strip_prefix("chat-completions/") {
        model.to_owned()
    } else {
        let task = rest.strip_prefix("tasks/")?.strip_suffix("/chat-completions")?;
        format!("tasks/{task}")
    };
    Some(path::decode(&name)).filter(|name| !name.is_empty())
}

fn read(request: &Incoming<'_>, model: String, stream: bool) -> Result<Asked, Fault> {
    let body: Value =
        serde_json::from_slice(request.body).map_err(|error| fault::refusal(format!("Invalid JSON: {error}")))?;
    let turns = body["messages"]
        .as_array()
        .filter(|turns| !turns.is_empty())
        .ok_or_else(|| fault::refusal("Invalid parameter: messages"))?;
    let mut system = None;
    let mut messages = Vec::with_capacity(turns.len());
    for turn in turns {
        let parts = parts(&turn["content"])?;
        let role = match turn["role"].as_str() {
            Some("system") if system.is_none() => {
                let whole = Message {
                    role: Role::User,
                    parts,
                };
                system = Some(whole.plain_text());
                continue;
            }
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            _ => return Err(fault::refusal("Invalid parameter: messages.role")),
        };
        messages.push(Message { role, parts });
    }
    Ok(Asked {
        model,
        call: Call {
            system,
            messages,
            params: params(&body),
        },
        stream,
    })
}

fn parts(content: &Value) -> Result<Vec<Part>, Fault> {
    match content {
        Value::String(text) => Ok(vec![Part::Text(text.clone())]),
        Value::Array(parts) => Ok(parts.iter().filter_map(part).collect()),
        _ => Err(fault::refusal("Invalid parameter: messages.content")),
    }
}

fn part(part: &Value) -> Option<Part> {
    if let Some(text) = part["text"].as_str() {
        return Some(Part::Text(text.to_owned()));
    }
    let source = if let Some(url) = part["imageUrl"]["url"].as_str() {
        ImageSource::Url(url.to_owned())
    } else {
        // The kind of picture is not told; the service looks at the bytes.
        ImageSource::Bytes {
            media_type: "image/png".to_owned(),
            base64: part["dataUri"]["data"].as_str()?.to_owned(),
        }
    };
    Some(Part::Image(Image {
        name: String::new(),
        source,
    }))
}

fn params(body: &Value) -> Params {
    let whole = |field: &str| body[field].as_u64().and_then(|value| value.try_into().ok());
    let stop = body["stop"].as_array().or(body["stopBefore"].as_array());
    Params {
        temperature: body["temperature"].as_f64(),
        top_p: body["topP"].as_f64(),
        top_k: whole("topK"),
        seed: body["seed"].as_u64().filter(|seed| *seed > 0),
        max_output_tokens: whole("maxCompletionTokens").or_else(|| whole("maxTokens")),
        stop: stop.map(|stop| {
            stop.iter()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        }),
        reasoning_effort: body["thinking"]["effort"].as_str().and_then(effort),
        json_schema: body["responseFormat"].get("schema").cloned(),
        ..Params::default()
    }
}

fn effort(word: &str) -> Option<Effort> {
    [Effort::None, Effort::Low, Effort::Medium, Effort::High]
        .into_iter()
        .find(|effort| effort.word() == word)
}
