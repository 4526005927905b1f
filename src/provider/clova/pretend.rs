//! Replies as CLOVA Studio would write them.

use serde_json::{Map, Value, json};

use super::answer::finish;
use super::fault;
use super::models::{self, Api};
use super::read::SUCCESS;
use crate::domain::{Fault, FaultKind, Finish, Reply};
use crate::provider::pretending::{MADE_UP_SECONDS, arguments, finish_word, header, shown, streamed, whole};
use crate::provider::shared::pieces;
use crate::provider::{Asked, Pretence};

pub(super) fn pretend(reply: &Reply, asked: &Asked) -> Pretence {
    if let Some(blocked) = &reply.blocked {
        // The service has no answer that is blocked, only an error.
        return fault::pretend(&Fault::new(FaultKind::ContentFilter, blocked));
    }
    let api = models::of(&asked.model).api;
    if asked.stream {
        return streamed(
            vec![header("content-type", "text/event-stream;charset=UTF-8")],
            events(reply, asked, api),
        );
    }
    let body = json!({
        "status": {"code": SUCCESS, "message": "OK"},
        "result": result(reply, asked, api),
    });
    whole(
        200,
        vec![header("content-type", "application/json;charset=UTF-8")],
        &body,
    )
}

/// The whole answer, as the body or as the last but one event.
fn result(reply: &Reply, asked: &Asked, api: Api) -> Value {
    let mut message = json!({"role": "assistant", "content": shown(reply)});
    if let Some(thinking) = &reply.reasoning {
        message["thinkingContent"] = json!(thinking);
    }
    if !reply.tool_calls.is_empty() {
        let calls: Vec<Value> = reply
            .tool_calls
            .iter()
            .enumerate()
            .map(|(index, call)| {
                json!({
                    "id": call_id(index),
                    "type": "function",
                    "function": {"name": call.name, "arguments": arguments(&call.arguments)},
                })
            })
            .collect();
        message["toolCalls"] = Value::Array(calls);
    }
    let mut result = frame(message, asked);
    result.extend(ending(reply, api));
    Value::Object(result)
}

fn call_id(index: usize) -> String {
    format!("call_{index}")
}

/// What every answer and every piece of one carries.
fn frame(message: Value, asked: &Asked) -> Map<String, Value> {
    let mut frame = Map::new();
    frame.insert("message".to_owned(), message);
    frame.insert("created".to_owned(), json!(MADE_UP_SECONDS));
    let seed = asked.call.params.seed.unwrap_or(1);
    frame.insert("seed".to_owned(), json!(seed));
    frame
}

/// Reason and counts, in the names of the version.
fn ending(reply: &Reply, api: Api) -> Map<String, Value> {
    let mut ending = Map::new();
    let own = |end: Finish| match (end, api) {
        (Finish::Stop, Api::V3) => Some("stop"),
        (Finish::Stop, Api::V1) => Some("end_token"),
        (Finish::Length, _) => Some("length"),
        (Finish::Tool, _) => Some("tool_calls"),
        (Finish::Filter | Finish::Other, _) => None,
    };
    let word = finish_word(reply, |word| finish(Some(word)), own);
    let usage = &reply.usage;
    match api {
        Api::V3 => {
            ending.insert("finishReason".to_owned(), json!(word));
            let mut told = Map::new();
            let mut say = |field: &str, count: Option<u64>| {
                if let Some(count) = count {
                    told.insert(field.to_owned(), json!(count));
                }
            };
            say("promptTokens", usage.input);
            say("completionTokens", usage.output);
            let total = usage
                .input
                .zip(usage.output)
                .map(|(input, output)| input.saturating_add(output));
            say("totalTokens", total);
            if let Some(thinking) = usage.reasoning {
                told.insert(
                    "completionTokensDetails".to_owned(),
                    json!({"thinkingTokens": thinking}),
                );
            }
            ending.insert("usage".to_owned(), Value::Object(told));
        }
        Api::V1 => {
            ending.insert("stopReason".to_owned(), json!(word));
            if let Some(input) = usage.input {
                ending.insert("inputLength".to_owned(), json!(input));
            }
            if let Some(output) = usage.output {
                ending.insert("outputLength".to_owned(), json!(output));
            }
        }
    }
    ending
}

fn events(reply: &Reply, asked: &Asked, api: Api) -> Vec<String> {
    let mut messages = Vec::new();
    for piece in pieces(reply.reasoning.as_deref().unwrap_or("")) {
        messages.push(json!({"role": "assistant", "content": "", "thinkingContent": piece}));
    }
    for piece in pieces(shown(reply)) {
        messages.push(json!({"role": "assistant", "content": piece}));
    }
    for (index, call) in reply.tool_calls.iter().enumerate() {
        for piece in pieces(&call.arguments) {
            let function = json!({"name": call.name, "partialJson": piece});
            let told = json!({"id": call_id(index), "type": "function", "function": function});
            messages.push(json!({"role": "assistant", "content": "", "toolCalls": [told]}));
        }
    }
    let mut events: Vec<String> = Vec::with_capacity(messages.len() + 2);
    for message in messages {
        let mut token = frame(message, asked);
        let reason = match api {
            Api::V3 => "finishReason",
            Api::V1 => "stopReason",
        };
        token.insert(reason.to_owned(), Value::Null);
        token.insert("usage".to_owned(), Value::Null);
        events.push(event(events.len(), "token", &Value::Object(token)));
    }
    events.push(event(events.len(), "result", &result(reply, asked, api)));
    events.push(event(events.len(), "signal", &json!({"data": "[DONE]"})));
    events
}

/// An event as it stands on the wire, without a blank after the colons, as the guide shows most of them.
fn event(number: usize, name: &str, data: &Value) -> String {
    format!("id:simulated-{number}\nevent:{name}\ndata:{data}\n\n")
}
