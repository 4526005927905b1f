//! `generateContent` requests read as the service would: for the simulator. Camel case and snake case are
//! both taken, as the service does.

use serde_json::Value;

use super::fault;
use crate::domain::{Call, Effort, Fault, Image, ImageSource, Message, Params, Part, Role};
use crate::provider::{Asked, Incoming, path};

/// Reads a request; `None` when the path is not of this protocol.
pub(super) fn asked(request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
    let (place, method) = path::bare(request.path).rsplit_once(':')?;
    let stream = match method {
        "generateContent" => false,
        "streamGenerateContent" => true,
        _ => return None,
    };
    let model = ["/models/", "/tunedModels/"].iter().find_map(|collection| {
        let at = place.find(collection)?;
        let skip = if *collection == "/models/" {
            at + collection.len()
        } else {
            at + 1
        };
        place.get(skip..)
    })?;
    Some(read(request, path::decode(model), stream))
}

fn read(request: &Incoming<'_>, model: String, stream: bool) -> Result<Asked, Fault> {
    let body: Value = serde_json::from_slice(request.body)
        .map_err(|error| fault::refusal(format!("Invalid JSON payload received: {error}")))?;
    let turns = body["contents"]
        .as_array()
        .filter(|turns| !turns.is_empty())
        .ok_or_else(|| fault::refusal("* GenerateContentRequest.contents: contents is not specified"))?;
    let messages: Result<Vec<Message>, Fault> = turns.iter().map(message).collect();
    let system = either(&body, "systemInstruction", "system_instruction");
    Ok(Asked {
        model,
        call: Call {
            system: system.map(|system| {
                list(system.get("parts"))
                    .filter_map(|part| part["text"].as_str())
                    .collect()
            }),
            messages: messages?,
            params: either(&body, "generationConfig", "generation_config")
                .map(params)
                .unwrap_or_default(),
        },
        stream,
    })
}

fn message(turn: &Value) -> Result<Message, Fault> {
    let role = match turn["role"].as_str() {
        Some("user") | None => Role::User,
        Some("model") => Role::Assistant,
        Some(_) => {
            return Err(fault::refusal("Please use a valid role: user, model."));
        }
    };
    Ok(Message {
        role,
        parts: list(turn.get("parts")).filter_map(part).collect(),
    })
}

/// A part; what a call of ours has no place for is passed over.
fn part(part: &Value) -> Option<Part> {
    if let Some(text) = part["text"].as_str() {
        return Some(Part::Text(text.to_owned()));
    }
    let source = if let Some(data) = either(part, "inlineData", "inline_data") {
        ImageSource::Bytes {
            media_type: either(data, "mimeType", "mime_type")?.as_str()?.to_owned(),
            base64: data["data"].as_str()?.to_owned(),
        }
    } else {
        let file = either(part, "fileData", "file_data")?;
        ImageSource::Url(either(file, "fileUri", "file_uri")?.as_str()?.to_owned())
    };
    Some(Part::Image(Image {
        name: String::new(),
        source,
    }))
}

fn params(config: &Value) -> Params {
    let number = |camel: &str, snake: &str| either(config, camel, snake).and_then(Value::as_f64);
    let whole = |camel: &str, snake: &str| either(config, camel, snake).and_then(Value::as_u64);
    let short = |camel: &str, snake: &str| whole(camel, snake).and_then(|value| u32::try_from(value).ok());
    let thinking = either(config, "thinkingConfig", "thinking_config");
    let level = thinking.and_then(|thinking| either(thinking, "thinkingLevel", "thinking_level"));
    let budget = thinking.and_then(|thinking| either(thinking, "thinkingBudget", "thinking_budget"));
    let wants_logprobs = either(config, "responseLogprobs", "response_logprobs").is_some_and(|wanted| *wanted == true);
    Params {
        temperature: number("temperature", "temperature"),
        top_p: number("topP", "top_p"),
        top_k: short("topK", "top_k"),
        seed: whole("seed", "seed"),
        max_output_tokens: short("maxOutputTokens", "max_output_tokens"),
        stop: either(config, "stopSequences", "stop_sequences").map(|stop| {
            list(Some(stop))
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        }),
        reasoning_effort: level.and_then(Value::as_str).and_then(effort),
        reasoning_budget: budget.and_then(Value::as_u64).and_then(|budget| budget.try_into().ok()),
        logprobs: wants_logprobs.then(|| {
            whole("logprobs", "logprobs")
                .and_then(|count| count.try_into().ok())
                .unwrap_or(0)
        }),
        json_schema: either(config, "responseJsonSchema", "response_json_schema")
            .or_else(|| either(config, "responseSchema", "response_schema"))
            .cloned(),
    }
}

fn effort(word: &str) -> Option<Effort> {
    [
        Effort::Minimal,
        Effort::Low,
        Effort::Medium,
        Effort::High,
        Effort::Xhigh,
    ]
    .into_iter()
    .find(|effort| effort.word().eq_ignore_ascii_case(word))
}

fn either<'a>(value: &'a Value, camel: &str, snake: &str) -> Option<&'a Value> {
    value
        .get(camel)
        .or_else(|| value.get(snake))
        .filter(|found| !found.is_null())
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
