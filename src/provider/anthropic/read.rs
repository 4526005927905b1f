//! Messages responses as replies, whole and streamed.
//!
//! Both forms fill the same [`Message`]: a whole body in one go, a stream event by event.

use serde_json::{Map, Value};

use super::fault;
use crate::domain::{Fault, Finish, Reply, ToolCall, Usage, WireHead};
use crate::provider::frames::Sse;
use crate::provider::{Piece, StreamReader, shared};

/// What a body without an answer lacks, for messages.
const WANTED: &str = "`content` and no `stop_reason`";

/// Reads a whole body of any status.
pub(super) fn whole(head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
    let value = shared::json_body(head, body)?;
    if head.status >= 400 || value.get("error").is_some_and(|error| !error.is_null()) {
        return Err(fault::of(head, &value));
    }
    if value.get("content").is_none() && value.get("stop_reason").is_none() {
        return Err(shared::shape_fault(head, &value, WANTED));
    }
    let mut message = Message::default();
    message.start(&value);
    for (index, block) in (0u64..).zip(array(value.get("content"))) {
        message.open(index, block, &mut |_| {});
    }
    message.stop(&value);
    message.into_reply(head, &value)
}

/// Reads a stream.
pub(super) struct Stream {
    head: WireHead,
    frames: Sse,
    state: State,
}

/// What the events told so far.
#[derive(Default)]
struct State {
    message: Message,
    fault: Option<Fault>,
    /// The last event, to quote where nothing of an answer came.
    last: Value,
    /// `message_stop` came.
    ended: bool,
}

impl Stream {
    pub(super) fn new(head: &WireHead) -> Self {
        Self {
            head: head.clone(),
            frames: Sse::new(),
            state: State::default(),
        }
    }
}

impl StreamReader for Stream {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        let Self { head, frames, state } = self;
        frames.feed(bytes, &mut |event, data| state.take(head, event, data, piece));
    }

    fn done(&self) -> bool {
        self.state.ended || self.state.fault.is_some()
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        let Self {
            head,
            mut frames,
            mut state,
        } = *self;
        frames.finish(&mut |event, data| state.take(&head, event, data, &mut |_| {}));
        if let Some(fault) = state.fault {
            return Err(fault);
        }
        if !state.ended {
            return Err(shared::cut_fault(&head, "`message_stop`", &state.message.text()));
        }
        state.message.into_reply(&head, &state.last)
    }
}

impl State {
    fn take(&mut self, head: &WireHead, event: &str, data: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        if self.ended || self.fault.is_some() {
            return;
        }
        // The name stands in the data too, where proxies that drop `event:` lines leave it alone.
        let Ok(value) = serde_json::from_str::<Value>(data) else {
            return;
        };
        let name = value.get("type").and_then(Value::as_str).unwrap_or(event);
        let index = shared::count_at(&value, "index").unwrap_or(0);
        match name {
            "message_start" => {
                if let Some(message) = value.get("message") {
                    self.message.start(message);
                }
            }
            "content_block_start" => {
                if let Some(block) = value.get("content_block") {
                    self.message.open(index, block, piece);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = value.get("delta") {
                    self.message.grow(index, delta, piece);
                }
            }
            "message_delta" => {
                if let Some(delta) = value.get("delta") {
                    self.message.stop(delta);
                }
                self.message.count(value.get("usage"));
            }
            "message_stop" => self.ended = true,
            "error" => self.fault = Some(fault::of(head, &value)),
            _ => {}
        }
        self.last = value;
    }
}

/// A message as far as it is known.
#[derive(Debug, Default)]
struct Message {
    id: Option<String>,
    model: Option<String>,
    blocks: Vec<Block>,
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
    stop_details: Option<Value>,
    /// The last value of each field that was told; streams repeat them, growing.
    usage: Map<String, Value>,
    notes: Vec<String>,
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
    fn start(&mut self, message: &Value) {
        self.id = text(message.get("id"));
        self.model = text(message.get("model"));
        self.count(message.get("usage"));
    }

    fn open(&mut self, index: u64, block: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let name = block.get("type").and_then(Value::as_str).unwrap_or("");
        let (kind, field) = match name {
            "text" => (Kind::Text, "text"),
            "thinking" => (Kind::Thinking, "thinking"),
            "tool_use" => (Kind::Tool, ""),
            "fallback" => {
                self.notes
                    .push("the service switched to another model while answering".to_owned());
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

    fn grow(&mut self, index: u64, delta: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
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
    fn stop(&mut self, told: &Value) {
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

    fn count(&mut self, usage: Option<&Value>) {
        for (field, value) in usage.and_then(Value::as_object).into_iter().flatten() {
            if !value.is_null() {
                self.usage.insert(field.clone(), value.clone());
            }
        }
    }

    /// The text that is visible so far.
    fn text(&self) -> String {
        let texts = self.blocks.iter().filter(|block| block.kind == Kind::Text);
        texts.map(|block| block.text.as_str()).collect()
    }

    /// The reply, or the fault that neither an answer nor a reason for its absence came; `last` is quoted then.
    fn into_reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
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
                reply.notes.push(format!("the service says: {words}"));
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

fn array(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(shared::text)
}
