//! Writing answers as OpenAI's responses would, for the simulator.

use serde_json::{Map, Value, json};

use crate::domain::{Finish, Reply, Usage};
use crate::provider::openai::{details, mark, pretend_head, pretty, spoken, token};
use crate::provider::pretending::MADE_UP_SECONDS;
use crate::provider::shared::pieces;
use crate::provider::{Asked, Pretence};

/// Writes an answer, whole or streamed.
pub(super) fn reply(reply: &Reply, asked: &Asked) -> Pretence {
    let writer = Writer {
        reply,
        asked,
        mark: mark(reply, asked),
    };
    let chunks = if asked.stream {
        writer.events()
    } else {
        vec![pretty(&writer.response(false))]
    };
    Pretence {
        head: pretend_head(asked.stream, &writer.mark),
        chunks,
    }
}

struct Writer<'a> {
    reply: &'a Reply,
    asked: &'a Asked,
    mark: String,
}

/// Collects events with their running number.
#[derive(Default)]
struct Events {
    chunks: Vec<Vec<u8>>,
}

impl Events {
    fn push(&mut self, name: &str, members: Value) {
        let mut event = Map::new();
        event.insert("type".into(), json!(name));
        if let Value::Object(members) = members {
            event.extend(members);
        }
        event.insert("sequence_number".into(), json!(self.chunks.len()));
        let text = format!("event: {name}\ndata: {}\n\n", Value::Object(event));
        self.chunks.push(text.into_bytes());
    }
}

impl Writer<'_> {
    /// The response object, as it stands at the start of a stream or at the end.
    fn response(&self, running: bool) -> Value {
        let params = &self.asked.call.params;
        let (status, reason) = self.status();
        let id = self.reply.id.clone();
        json!({
            "id": id.unwrap_or_else(|| format!("resp_{}", &self.mark[..48])),
            "object": "response",
            "created_at": MADE_UP_SECONDS,
            "status": if running { json!("in_progress") } else { status },
            "background": false,
            "error": null,
            "incomplete_details": reason
                .filter(|_| !running)
                .map(|reason| json!({"reason": reason})),
            "instructions": self.asked.call.system,
            "max_output_tokens": params.max_output_tokens,
            "model": self.reply.model.as_ref().unwrap_or(&self.asked.model),
            "output": if running { Vec::new() } else { self.output() },
            "parallel_tool_calls": true,
            "previous_response_id": null,
            "reasoning": {
                "effort": params.reasoning_effort.map(crate::domain::Effort::word),
                "summary": null,
            },
            "service_tier": "default",
            "store": false,
            "temperature": params.temperature.unwrap_or(1.0),
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "tool_choice": "auto",
            "tools": [],
            "top_logprobs": params.logprobs.unwrap_or(0),
            "top_p": params.top_p.unwrap_or(1.0),
            "truncation": "disabled",
            "usage": usage(&self.reply.usage).filter(|_| !running),
            "user": null,
            "metadata": {},
        })
    }

    /// The status and the reason of an unfinished answer. No status stands for a look-alike that tells none.
    fn status(&self) -> (Value, Option<&str>) {
        match (self.reply.finish, self.reply.finish_raw.as_deref()) {
            (Finish::Length, raw) => (json!("incomplete"), Some(raw.unwrap_or("max_output_tokens"))),
            (Finish::Filter, raw) => (json!("incomplete"), Some(raw.unwrap_or("content_filter"))),
            (Finish::Stop | Finish::Tool, _) => (json!("completed"), None),
            (Finish::Other, raw) => (json!(raw), None),
        }
    }

    fn output(&self) -> Vec<Value> {
        let reply = self.reply;
        let mut output = Vec::new();
        if let Some(reasoning) = &reply.reasoning {
            output.push(json!({
                "id": self.id("rs"), "type": "reasoning",
                "summary": [{"type": "summary_text", "text": reasoning}],
            }));
        }
        let parts = self.parts();
        if !parts.is_empty() {
            output.push(self.message("completed", &parts));
        }
        for place in 0..reply.tool_calls.len() {
            output.push(self.tool(place, "completed", &reply.tool_calls[place].arguments));
        }
        output
    }

    fn id(&self, kind: &str) -> String {
        format!("{kind}_{}", &self.mark[8..56])
    }

    fn message(&self, status: &str, parts: &[Value]) -> Value {
        json!({
            "id": self.id("msg"), "type": "message", "status": status,
            "content": parts, "role": "assistant",
        })
    }

    fn parts(&self) -> Vec<Value> {
        let reply = self.reply;
        let mut parts = Vec::new();
        if !reply.text.is_empty() || !reply.logprobs.is_empty() {
            parts.push(json!({
                "type": "output_text", "annotations": [], "text": reply.text,
                "logprobs": reply.logprobs.iter().map(token).collect::<Vec<Value>>(),
            }));
        }
        if let Some(refusal) = &reply.refusal {
            parts.push(json!({"type": "refusal", "refusal": refusal}));
        }
        parts
    }

    fn tool(&self, place: usize, status: &str, arguments: &str) -> Value {
        json!({
            "id": format!("fc_{place}{}", &self.mark[9..56]), "type": "function_call", "status": status,
            "arguments": arguments, "call_id": format!("call_{place:024}"),
            "name": self.reply.tool_calls[place].name,
        })
    }

    fn events(&self) -> Vec<Vec<u8>> {
        let mut events = Events::default();
        for name in ["response.created", "response.in_progress"] {
            events.push(name, json!({"response": self.response(true)}));
        }
        for (place, item) in self.output().into_iter().enumerate() {
            let id = item["id"].clone();
            let name = |stage: &str| format!("response.output_item.{stage}");
            events.push(&name("added"), json!({"output_index": place, "item": begun(&item)}));
            match item["type"].as_str() {
                Some("reasoning") => self.reasoning_events(&mut events, place, &id),
                Some("message") => self.message_events(&mut events, place, &id),
                _ => call_events(&mut events, place, &item),
            }
            events.push(&name("done"), json!({"output_index": place, "item": item}));
        }
        let name = match self.reply.finish {
            Finish::Length | Finish::Filter => "response.incomplete",
            _ => "response.completed",
        };
        events.push(name, json!({"response": self.response(false)}));
        events.chunks
    }

    fn reasoning_events(&self, events: &mut Events, place: usize, id: &Value) {
        let text = self.reply.reasoning.as_deref().unwrap_or_default();
        let at =
            |key: &str, value: Value| json!({"item_id": id, "output_index": place, "summary_index": 0, key: value});
        let part = |text: &str| json!({"type": "summary_text", "text": text});
        events.push("response.reasoning_summary_part.added", at("part", part("")));
        for piece in pieces(text) {
            events.push("response.reasoning_summary_text.delta", at("delta", json!(piece)));
        }
        events.push("response.reasoning_summary_text.done", at("text", json!(text)));
        events.push("response.reasoning_summary_part.done", at("part", part(text)));
    }

    fn message_events(&self, events: &mut Events, place: usize, id: &Value) {
        for (index, part) in self.parts().into_iter().enumerate() {
            let at = |members: Value| {
                let mut event = json!({"item_id": id, "output_index": place, "content_index": index});
                if let (Value::Object(event), Value::Object(members)) = (&mut event, members) {
                    event.extend(members);
                }
                event
            };
            let kind = part["type"].as_str().unwrap_or_default().to_owned();
            let key = if kind == "refusal" { "refusal" } else { "text" };
            let mut empty = part.clone();
            empty[key] = json!("");
            if let Some(logprobs) = empty.get_mut("logprobs") {
                *logprobs = json!([]);
            }
            events.push("response.content_part.added", at(json!({"part": empty})));
            if kind == "refusal" {
                for piece in pieces(self.reply.refusal.as_deref().unwrap_or_default()) {
                    events.push("response.refusal.delta", at(json!({"delta": piece})));
                }
            } else {
                for (piece, tokens) in spoken(self.reply) {
                    let tokens: Vec<Value> = tokens.iter().map(token).collect();
                    let delta = json!({"delta": piece, "logprobs": tokens});
                    events.push("response.output_text.delta", at(delta));
                }
            }
            events.push(&format!("response.{kind}.done"), at(json!({key: part[key]})));
            events.push("response.content_part.done", at(json!({"part": part})));
        }
    }
}

/// An item as it is announced: unfinished and empty.
fn begun(item: &Value) -> Value {
    let mut item = item.clone();
    for (key, empty) in [
        ("status", json!("in_progress")),
        ("content", json!([])),
        ("summary", json!([])),
        ("arguments", json!("")),
    ] {
        if item.get(key).is_some() {
            item[key] = empty;
        }
    }
    item
}

fn call_events(events: &mut Events, place: usize, item: &Value) {
    let arguments = item["arguments"].as_str().unwrap_or_default();
    for piece in pieces(arguments) {
        events.push(
            "response.function_call_arguments.delta",
            json!({"item_id": item["id"], "output_index": place, "delta": piece}),
        );
    }
    events.push(
        "response.function_call_arguments.done",
        json!({"item_id": item["id"], "output_index": place, "arguments": arguments}),
    );
}

/// The usage, without what is not known; `None` when nothing is.
fn usage(usage: &Usage) -> Option<Value> {
    if *usage == Usage::default() {
        return None;
    }
    let mut body = Map::new();
    let total = usage.input.zip(usage.output).map(|(i, o)| i.saturating_add(o));
    for (key, count) in [
        ("input_tokens", usage.input),
        ("output_tokens", usage.output),
        ("total_tokens", total),
    ] {
        if let Some(count) = count {
            body.insert(key.into(), json!(count));
        }
    }
    body.extend(details(usage, "input_tokens_details", "output_tokens_details"));
    Some(Value::Object(body))
}
