//! An answer as it fills up: piece by piece, then whole.

use serde_json::Value;

use super::read::WANTED;
use crate::domain::{Fault, Finish, Reply, Said, ToolCall, Usage, WireHead};
use crate::provider::{Piece, shared};
use crate::said;

/// An answer as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Answer {
    text: String,
    thinking: String,
    calls: Vec<Call>,
    finish: Option<String>,
    usage: Usage,
    /// A message came, however empty.
    spoke: bool,
    /// The whole answer came, after or without pieces.
    whole: bool,
    notes: Vec<Said>,
}

/// A tool call whose arguments arrive in pieces.
#[derive(Debug)]
struct Call {
    id: String,
    name: String,
    arguments: String,
}

impl Answer {
    /// A piece of the answer.
    pub(super) fn token(&mut self, value: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let message = value.get("message").unwrap_or(&Value::Null);
        let thinking = content(message.get("thinkingContent"));
        if !thinking.is_empty() {
            self.thinking.push_str(&thinking);
            piece(Piece::Thinking(&thinking));
        }
        let text = content(message.get("content"));
        if !text.is_empty() {
            self.text.push_str(&text);
            piece(Piece::Text(&text));
        }
        for call in array(message.get("toolCalls")) {
            self.call(call);
        }
        self.end(value);
    }

    fn call(&mut self, told: &Value) {
        let id = shared::text_at(told, "id").unwrap_or_default();
        let function = told.get("function").unwrap_or(&Value::Null);
        let name = shared::text_at(function, "name").unwrap_or_default();
        let piece = shared::text_at(function, "partialJson").unwrap_or_default();
        // Only the first piece of a call is sure to name it.
        match self.calls.last_mut() {
            Some(call) if id.is_empty() || call.id == id => {
                call.arguments.push_str(&piece);
                if call.name.is_empty() {
                    call.name = name;
                }
            }
            _ => self.calls.push(Call {
                id,
                name,
                arguments: piece,
            }),
        }
    }

    /// The whole answer: replaces the pieces where it holds anything, and is never added to them.
    pub(super) fn result(&mut self, value: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let message = value.get("message").unwrap_or(&Value::Null);
        self.whole = true;
        self.spoke |= message.is_object();
        let thinking = content(message.get("thinkingContent"));
        if !thinking.is_empty() {
            if self.thinking.is_empty() {
                piece(Piece::Thinking(&thinking));
            }
            self.thinking = thinking;
        }
        let text = content(message.get("content"));
        if !text.is_empty() {
            if self.text.is_empty() {
                piece(Piece::Text(&text));
            } else if self.text != text {
                self.notes.push(shared::pieces_differ());
            }
            self.text = text;
        }
        let calls: Vec<Call> = array(message.get("toolCalls")).map(whole_call).collect();
        if !calls.is_empty() {
            self.calls = calls;
        }
        self.end(value);
        for filter in array(value.get("aiFilter")) {
            // 0 is the worst of -1 (failed), 0, 1 and 2; the text is there all the same.
            if shared::text_at(filter, "score").as_deref() == Some("0") {
                let group = shared::text_at(filter, "groupName").unwrap_or_default();
                let name = shared::text_at(filter, "name").unwrap_or_default();
                self.notes.push(said!(
                    "the service's filter warns of {group}: {name}",
                    "서비스 필터의 경고, {group}: {name}"
                ));
            }
        }
    }

    /// Reason and counts, in the names of version 3 or 1; what is null says nothing.
    fn end(&mut self, value: &Value) {
        let reason = shared::text_at(value, "finishReason").or_else(|| shared::text_at(value, "stopReason"));
        self.finish = reason.or(self.finish.take());
        let usage = value.get("usage").unwrap_or(&Value::Null);
        let input = shared::count_at(usage, "promptTokens").or_else(|| shared::count_at(value, "inputLength"));
        let output = shared::count_at(usage, "completionTokens").or_else(|| shared::count_at(value, "outputLength"));
        let thinking = usage
            .get("completionTokensDetails")
            .and_then(|details| shared::count_at(details, "thinkingTokens"));
        self.usage.input = input.or(self.usage.input);
        self.usage.output = output.or(self.usage.output);
        self.usage.reasoning = thinking.or(self.usage.reasoning);
    }

    /// The whole answer came, after or without pieces.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The visible text so far.
    pub(super) fn visible(&self) -> &str {
        &self.text
    }

    /// The reply, or the fault that neither an answer nor a reason for its absence came; `last` is quoted then.
    pub(super) fn into_reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        let silent = self.text.is_empty() && self.thinking.is_empty() && self.calls.is_empty();
        if silent && !self.spoke && self.finish.is_none() {
            return Err(shared::shape_fault(head, last, WANTED));
        }
        let finish = match self.finish.as_deref() {
            None if !self.calls.is_empty() => Finish::Tool,
            reason => finish(reason),
        };
        Ok(Reply {
            text: self.text,
            reasoning: Some(self.thinking).filter(|thinking| !thinking.is_empty()),
            tool_calls: self
                .calls
                .into_iter()
                .map(|call| ToolCall {
                    name: call.name,
                    arguments: if call.arguments.is_empty() {
                        "{}".to_owned()
                    } else {
                        call.arguments
                    },
                })
                .collect(),
            finish,
            finish_raw: self.finish,
            usage: self.usage,
            choices: 1,
            notes: self.notes,
            ..Reply::default()
        })
    }
}

fn whole_call(told: &Value) -> Call {
    let function = told.get("function").unwrap_or(&Value::Null);
    Call {
        id: shared::text_at(told, "id").unwrap_or_default(),
        name: shared::text_at(function, "name").unwrap_or_default(),
        arguments: match function.get("arguments") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        },
    }
}

/// Content as a string or as parts of text.
fn content(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// `finishReason` of version 3 and `stopReason` of version 1, which also comes in capitals.
pub(super) fn finish(reason: Option<&str>) -> Finish {
    match reason.map(str::to_ascii_lowercase).as_deref() {
        Some("stop" | "end_token" | "stop_before") => Finish::Stop,
        Some("length") => Finish::Length,
        Some("tool_calls") => Finish::Tool,
        _ => Finish::Other,
    }
}

fn array(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
