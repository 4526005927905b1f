//! Replies as the Messages service would write them.

use serde_json::{Map, Value, json};

use super::message::finish;
use crate::domain::{Finish, Reply, Usage};
use crate::provider::pretending::{arguments, finish_word, header, id, shown, streamed, whole};
use crate::provider::shared::pieces;
use crate::provider::{Asked, Pretence};

/// Stands for the signature of a thinking block, which only the service can make.
const SIGNATURE: &str = "c2ltdWxhdGVk";

pub(super) fn pretend(reply: &Reply, asked: &Asked) -> Pretence {
    if asked.stream {
        streamed(
            vec![
                header("content-type", "text/event-stream; charset=utf-8"),
                header("cache-control", "no-cache"),
                request_id(reply, asked),
            ],
            events(reply, asked),
        )
    } else {
        let mut message = opening(reply, asked);
        message.insert("content".to_owned(), Value::Array(blocks(reply)));
        message.extend(ending(reply));
        message.insert("usage".to_owned(), Value::Object(usage(&reply.usage)));
        whole(
            200,
            vec![header("content-type", "application/json"), request_id(reply, asked)],
            &Value::Object(message),
        )
    }
}

fn request_id(reply: &Reply, asked: &Asked) -> (String, String) {
    let id = id("msg_01", reply, asked);
    header("request-id", format!("req_{}", id.trim_start_matches("msg_")))
}

fn opening(reply: &Reply, asked: &Asked) -> Map<String, Value> {
    let mut message = Map::new();
    let model = reply.model.as_ref().unwrap_or(&asked.model);
    message.insert("model".to_owned(), json!(model));
    message.insert("id".to_owned(), json!(id("msg_01", reply, asked)));
    message.insert("type".to_owned(), json!("message"));
    message.insert("role".to_owned(), json!("assistant"));
    message
}

fn ending(reply: &Reply) -> Map<String, Value> {
    let reason = if reply.blocked.is_some() {
        Some("refusal".to_owned())
    } else if reply.stop_sequence.is_some() && reply.finish == Finish::Stop {
        Some("stop_sequence".to_owned())
    } else {
        finish_word(reply, |word| finish(Some(word)), own_word)
    };
    let details = reply.blocked.as_deref().map(|category| {
        let category = Some(category).filter(|category| *category != "refusal");
        json!({"type": "refusal", "category": category, "explanation": null})
    });
    let mut ending = Map::new();
    ending.insert("stop_reason".to_owned(), json!(reason));
    ending.insert("stop_sequence".to_owned(), json!(reply.stop_sequence));
    ending.insert("stop_details".to_owned(), json!(details));
    ending
}

fn own_word(finish: Finish) -> Option<&'static str> {
    match finish {
        Finish::Stop => Some("end_turn"),
        Finish::Length => Some("max_tokens"),
        Finish::Filter => Some("refusal"),
        Finish::Tool => Some("tool_use"),
        Finish::Other => None,
    }
}

fn blocks(reply: &Reply) -> Vec<Value> {
    let mut blocks = Vec::new();
    if let Some(thinking) = &reply.reasoning {
        blocks.push(json!({"type": "thinking", "thinking": thinking, "signature": SIGNATURE}));
    }
    let text = shown(reply);
    if !text.is_empty() {
        blocks.push(json!({"type": "text", "text": text}));
    }
    for (index, call) in reply.tool_calls.iter().enumerate() {
        blocks.push(json!({
            "type": "tool_use",
            "id": format!("toolu_{index}"),
            "name": call.name,
            "input": arguments(&call.arguments),
        }));
    }
    blocks
}

/// Numbers the other way round: input without what the cache gave or took.
fn usage(usage: &Usage) -> Map<String, Value> {
    let mut told = Map::new();
    let cached = usage.cached.unwrap_or(0);
    let written = usage.cache_write.unwrap_or(0);
    if let Some(input) = usage.input {
        let fresh = input.saturating_sub(cached).saturating_sub(written);
        told.insert("input_tokens".to_owned(), json!(fresh));
    }
    if let Some(written) = usage.cache_write {
        told.insert("cache_creation_input_tokens".to_owned(), json!(written));
    }
    if let Some(cached) = usage.cached {
        told.insert("cache_read_input_tokens".to_owned(), json!(cached));
    }
    if let Some(output) = usage.output {
        told.insert("output_tokens".to_owned(), json!(output));
    }
    if let Some(thinking) = usage.reasoning {
        told.insert("output_tokens_details".to_owned(), json!({"thinking_tokens": thinking}));
    }
    told
}

fn events(reply: &Reply, asked: &Asked) -> Vec<String> {
    let mut events = Vec::new();
    let mut message = opening(reply, asked);
    message.insert("content".to_owned(), json!([]));
    message.insert("stop_reason".to_owned(), Value::Null);
    message.insert("stop_sequence".to_owned(), Value::Null);
    // The first count of output is a token or so; the last event corrects it.
    let mut first = usage(&reply.usage);
    first.shift_remove("output_tokens_details");
    if let Some(output) = first.get_mut("output_tokens") {
        *output = json!(1);
    }
    message.insert("usage".to_owned(), Value::Object(first));
    events.push(event("message_start", &json!({"message": message})));
    for (index, block) in blocks(reply).into_iter().enumerate() {
        let (empty, deltas) = opened(block);
        events.push(event(
            "content_block_start",
            &json!({"index": index, "content_block": empty}),
        ));
        if index == 0 {
            events.push("event: ping\ndata: {\"type\": \"ping\"}\n\n".to_owned());
        }
        for delta in deltas {
            events.push(event("content_block_delta", &json!({"index": index, "delta": delta})));
        }
        events.push(event("content_block_stop", &json!({"index": index})));
    }
    events.push(event(
        "message_delta",
        &json!({"delta": ending(reply), "usage": usage(&reply.usage)}),
    ));
    events.push(event("message_stop", &json!({})));
    events
}

/// A block as a stream brings it: the empty block, and what fills it.
fn opened(mut block: Value) -> (Value, Vec<Value>) {
    let mut deltas = Vec::new();
    if let Some(text) = block.get("text").and_then(Value::as_str) {
        for piece in pieces(text) {
            deltas.push(json!({"type": "text_delta", "text": piece}));
        }
        block["text"] = json!("");
    } else if let Some(thinking) = block.get("thinking").and_then(Value::as_str) {
        for piece in pieces(thinking) {
            deltas.push(json!({"type": "thinking_delta", "thinking": piece}));
        }
        deltas.push(json!({"type": "signature_delta", "signature": block["signature"]}));
        block["thinking"] = json!("");
        block["signature"] = json!("");
    } else if let Some(input) = block.get("input") {
        let text = match input {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        deltas.push(json!({"type": "input_json_delta", "partial_json": ""}));
        for piece in pieces(&text) {
            deltas.push(json!({"type": "input_json_delta", "partial_json": piece}));
        }
        block["input"] = json!({});
    }
    (block, deltas)
}

/// An event as it stands on the wire. The service pads the JSON with blanks before its last brace, which
/// has broken readers that match strings.
fn event(name: &str, fields: &Value) -> String {
    let mut data = Map::new();
    data.insert("type".to_owned(), json!(name));
    for (field, value) in fields.as_object().into_iter().flatten() {
        data.insert(field.clone(), value.clone());
    }
    let mut json = Value::Object(data).to_string();
    let padding = json.len() % 16;
    json.pop();
    format!("event: {name}\ndata: {json}{}}}\n\n", " ".repeat(padding))
}
