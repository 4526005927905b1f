//! A message as it fills up: from a whole body in one go, from a stream event by event.

use serde_json::{Map, Value};

use super::read::WANTED;
use crate::domain::{Fault, Finish, Reply, Said, ToolCall, Usage, WireHead};
use crate::provider::{Piece, shared};
use crate::said;

/// A message as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Message {
    id: Option<String>,
    model: Option<String>,
    blocks: Vec<Block>,
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
    stop_details: Option<Value>,
    /// The last value of each field that was told; streams repeat them, growing.
    usage: Map<String, Value>,
    notes: Vec<Said>,
}

/// A block of content.
#[derive(Debug)]
struct Block {
    index: u64,
    kind: Kind,
    /// Text, thinking, or the arguments as they arrive.
    text: String,
    /// Of a tool: its name, and its arguments as told at the start.
    name: String,
    input: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Tool,
    /// Tools of the server, their results, and whatever comes next year.
    Other,
}

impl Message {
    pub(super) fn start(&mut self, message: &Value) {
        self.id = text(message.get("id"));
        self.model = text(message.get("model"));
        self.count(message.get("usage"));
    }

    pub(super) fn open(&mut self, index: u64, block: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let name = block.get("type").and_then(Value::as_str).unwrap_or("");
        let (kind, field) = match name {
            "text" => (Kind::Text, "text"),
            "thinking" => (Kind::Thinking, "thinking"),
            "tool_use" => (Kind::Tool, ""),
            "fallback" => {
                self.notes.push(said!(
                    "the service switched to another model while answering",
                    "서비스가 답하는 도중에 다른 모델로 바꾸었습니다"
                ));
                (Kind::Other, "")
            }
            _ => (Kind::Other, ""),
        };
        let begun = block.get(field).and_then(Value::as_str).unwrap_or("");
        tell(kind, begun, piece);
        self.blocks.push(Block {
            index,
            kind,
            text: begun.to_owned(),
            name: text(block.get("name")).unwrap_or_default(),
            input: block.get("input").cloned().unwrap_or(Value::Null),
        });
    }

    pub(super) fn grow(&mut self, index: u64, delta: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let name = delta.get("type").and_then(Value::as_str).unwrap_or("");
        let (kind, field) = match name {
            "text_delta" => (Kind::Text, "text"),
            "thinking_delta" => (Kind::Thinking, "thinking"),
            "input_json_delta" => (Kind::Tool, "partial_json"),
            _ => return,
        };
        let grown = delta.get(field).and_then(Value::as_str).unwrap_or("");
        let known = self.blocks.iter().rposition(|block| block.index == index);
        let at = known.unwrap_or_else(|| {
            // A delta whose start was lost still carries its text.
            self.blocks.push(Block {
                index,
                kind,
                text: String::new(),
                name: String::new(),
                input: Value::Null,
            });
            self.blocks.len() - 1
        });
        let block = &mut self.blocks[at];
        block.text.push_str(grown);
        tell(block.kind, grown, piece);
    }

    /// The end as told by a whole message or by `message_delta`; a field that is null says nothing.
    pub(super) fn stop(&mut self, told: &Value) {
        if let Some(reason) = text(told.get("stop_reason")) {
            self.stop_reason = Some(reason);
        }
        if let Some(sequence) = text(told.get("stop_sequence")) {
            self.stop_sequence = Some(sequence);
        }
        if let Some(details) = told.get("stop_details").filter(|details| details.is_object()) {
            self.stop_details = Some(details.clone());
        }
    }

    pub(super) fn count(&mut self, usage: Option<&Value>) {
        for (field, value) in usage.and_then(Value::as_object).into_iter().flatten() {
            if !value.is_null() {
                self.usage.insert(field.clone(), value.clone());
            }
        }
    }

    /// The text that is visible so far.
    pub(super) fn visible(&self) -> String {
        let texts = self.blocks.iter().filter(|block| block.kind == Kind::Text);
        texts.map(|block| block.text.as_str()).collect()
    }

    /// The reply, or the fault that neither an answer nor a reason for its absence came; `last` is quoted then.
    pub(super) fn into_reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        if self.blocks.is_empty() && self.stop_reason.is_none() {
            return Err(shared::shape_fault(head, last, WANTED));
        }
        let usage = self.usage();
        let mut reply = Reply {
            finish: finish(self.stop_reason.as_deref()),
            finish_raw: self.stop_reason,
            stop_sequence: self.stop_sequence,
            usage,
            model: self.model,
            id: self.id,
            choices: 1,
            notes: self.notes,
            ..Reply::default()
        };
        let mut thinking = String::new();
        for block in self.blocks {
            match block.kind {
                Kind::Text => reply.text.push_str(&block.text),
                Kind::Thinking => thinking.push_str(&block.text),
                Kind::Tool => reply.tool_calls.push(ToolCall {
                    name: block.name,
                    arguments: arguments(block.text, block.input),
                }),
                Kind::Other => {}
            }
        }
        reply.reasoning = Some(thinking).filter(|thinking| !thinking.is_empty());
        if reply.finish == Finish::Filter {
            let details = self.stop_details.unwrap_or_default();
            reply.blocked = text(details.get("category")).or_else(|| reply.finish_raw.clone());
            if let Some(words) = text(details.get("explanation")) {
                reply
                    .notes
                    .push(said!("the service says: {words}", "서비스의 말: {words}"));
            }
        }
        Ok(reply)
    }

    /// Anthropic counts input without what came from or went to its cache; everyone else counts it in.
    fn usage(&self) -> Usage {
        let number = |field: &str| self.usage.get(field).and_then(shared::count);
        let cached = number("cache_read_input_tokens");
        let cache_write = number("cache_creation_input_tokens");
        Usage {
            input: number("input_tokens").map(|fresh| {
                fresh
                    .saturating_add(cached.unwrap_or(0))
                    .saturating_add(cache_write.unwrap_or(0))
            }),
            output: number("output_tokens"),
            cached,
            cache_write,
            reasoning: self
                .usage
                .get("output_tokens_details")
                .and_then(|details| shared::count_at(details, "thinking_tokens")),
        }
    }
}

fn tell(kind: Kind, text: &str, piece: &mut dyn FnMut(Piece<'_>)) {
    if text.is_empty() {
        return;
    }
    match kind {
        Kind::Text => piece(Piece::Text(text)),
        Kind::Thinking => piece(Piece::Thinking(text)),
        Kind::Tool | Kind::Other => {}
    }
}

/// Arguments as they arrived in pieces, else as the start of the block told them.
fn arguments(pieces: String, input: Value) -> String {
    if !pieces.is_empty() {
        return pieces;
    }
    match input {
        Value::Null => "{}".to_owned(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

pub(super) fn finish(reason: Option<&str>) -> Finish {
    match reason {
        Some("end_turn" | "stop_sequence") => Finish::Stop,
        Some("max_tokens" | "model_context_window_exceeded") => Finish::Length,
        Some("tool_use") => Finish::Tool,
        Some("refusal") => Finish::Filter,
        _ => Finish::Other,
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(shared::text)
}
