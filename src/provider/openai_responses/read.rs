//! Reading responses: whole bodies and streams. The final event of a stream repeats the whole answer, so both
//! end in the same code; the pieces before it are for the times.

use serde_json::Value;

use crate::domain::{Fault, FaultKind, Finish, Reply, ToolCall, WireHead};
use crate::provider::frames::Sse;
use crate::provider::openai::{fault_of_body, fault_of_value, items, logprob, usage_of};
use crate::provider::shared::{cut_fault, json_body, shape_fault, status_fault, text_at};
use crate::provider::{Piece, StreamReader};

/// Reads a whole body of any status.
pub(super) fn whole(head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
    if head.status >= 400 {
        return Err(fault_of_body(head, body));
    }
    if head.status >= 300 {
        return Err(status_fault(head, ""));
    }
    let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if start.starts_with(b"event:") || start.starts_with(b"data:") {
        // A server that streams under another content type.
        let mut reader = Box::new(ResponseStream::new(head));
        reader.feed(body, &mut |_| ());
        return reader.end();
    }
    response(head, &json_body(head, body)?)
}

/// Reads a response object.
fn response(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
    if let Some(fault) = fault_of_value(head, body) {
        return Err(fault);
    }
    let status = text_at(body, "status");
    let failure = match status.as_deref() {
        Some("failed") => Some((FaultKind::Server, "the response failed and no reason is given")),
        Some("cancelled") => Some((FaultKind::Server, "the response was cancelled by the service")),
        Some("queued" | "in_progress") => Some((
            FaultKind::Server,
            "the response is not finished; responses in the background are not supported",
        )),
        _ => None,
    };
    if let Some((kind, message)) = failure {
        let mut fault = Fault::new(kind, message);
        fault.status = Some(head.status);
        return Err(fault);
    }
    if !body.get("output").is_some_and(Value::is_array) {
        return Err(shape_fault(head, body, "`output`"));
    }
    let mut reply = Reply {
        usage: body.get("usage").map(usage_of).unwrap_or_default(),
        model: text_at(body, "model"),
        id: text_at(body, "id"),
        choices: 1,
        ..Reply::default()
    };
    let mut phases = Vec::new();
    for item in items(body.get("output")) {
        take_item(&mut reply, &mut phases, item);
    }
    if phases.iter().any(|phase| phase != "final_answer") && phases.len() > 1 {
        reply
            .notes
            .push(format!("text of the phases {} is joined", phases.join(", ")));
    }
    let reason = body
        .get("incomplete_details")
        .and_then(|details| text_at(details, "reason"));
    reply.finish = match (reason.as_deref(), status.as_deref()) {
        (Some("max_output_tokens"), _) => Finish::Length,
        (Some("content_filter"), _) => Finish::Filter,
        (None, Some("completed" | "complete")) if !reply.tool_calls.is_empty() => Finish::Tool,
        (None, Some("completed" | "complete")) => Finish::Stop,
        _ => Finish::Other,
    };
    if reply.finish == Finish::Filter {
        reply.blocked = Some("content_filter".into());
    }
    reply.finish_raw = reason.or(status);
    Ok(reply)
}

fn take_item(reply: &mut Reply, phases: &mut Vec<String>, item: &Value) {
    match text_at(item, "type").as_deref() {
        Some("message") => {
            if let Some(phase) = text_at(item, "phase").filter(|phase| !phases.contains(phase)) {
                phases.push(phase);
            }
            for part in items(item.get("content")) {
                take_part(reply, part);
            }
        }
        Some("reasoning") => {
            let texts = items(item.get("summary"))
                .chain(items(item.get("content")))
                .filter_map(|part| text_at(part, "text"));
            for text in texts.filter(|text| !text.is_empty()) {
                reply.reasoning.get_or_insert_default().push_str(&text);
            }
        }
        Some(kind @ ("function_call" | "custom_tool_call")) => {
            let arguments = if kind == "function_call" { "arguments" } else { "input" };
            reply.tool_calls.push(ToolCall {
                name: text_at(item, "name").unwrap_or_default(),
                arguments: match item.get(arguments) {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Null) | None => String::new(),
                    Some(other) => other.to_string(),
                },
            });
        }
        // Searches, interpreters and whatever comes: no text of the answer.
        _ => {}
    }
}

fn take_part(reply: &mut Reply, part: &Value) {
    match text_at(part, "type").as_deref() {
        Some("refusal") => {
            let refusal = text_at(part, "refusal").unwrap_or_default();
            reply.refusal.get_or_insert_default().push_str(&refusal);
        }
        Some("output_text" | "text") => {
            reply.text.push_str(&text_at(part, "text").unwrap_or_default());
            reply.logprobs.extend(items(part.get("logprobs")).filter_map(logprob));
        }
        _ => {}
    }
}

/// Reads a stream of events.
pub(super) struct ResponseStream {
    sse: Sse,
    events: Events,
}

struct Events {
    head: WireHead,
    count: u64,
    /// The text of the pieces: told when the stream is cut, used where a look-alike's end repeats nothing.
    said: String,
    end: Option<Result<Reply, Fault>>,
}

impl ResponseStream {
    pub(super) fn new(head: &WireHead) -> Self {
        Self {
            sse: Sse::new(),
            events: Events {
                head: head.clone(),
                count: 0,
                said: String::new(),
                end: None,
            },
        }
    }
}

impl Events {
    fn take(&mut self, name: &str, data: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        if self.end.is_some() || data.trim().is_empty() {
            return;
        }
        self.count += 1;
        // A half event is the last one; the answer lacks its end then, which is told below.
        let Ok(event) = serde_json::from_str::<Value>(data) else {
            return;
        };
        let kind = text_at(&event, "type").unwrap_or_else(|| name.to_owned());
        let delta = event.get("delta").and_then(Value::as_str).unwrap_or("");
        match kind.as_str() {
            "response.output_text.delta" => {
                self.said.push_str(delta);
                if !delta.is_empty() {
                    piece(Piece::Text(delta));
                }
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                if !delta.is_empty() {
                    piece(Piece::Thinking(delta));
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                let body = event.get("response").unwrap_or(&event);
                self.end = Some(self.finished(body));
            }
            _ => {
                // `event: error`, flat or nested, and services that forget the name.
                if let Some(fault) = fault_of_value(&self.head, &event) {
                    self.end = Some(Err(fault));
                }
            }
        }
    }

    fn finished(&self, body: &Value) -> Result<Reply, Fault> {
        let mut reply = response(&self.head, body)?;
        let silent = reply.text.is_empty() && reply.refusal.is_none() && reply.tool_calls.is_empty();
        if silent && !self.said.is_empty() {
            reply.text.clone_from(&self.said);
            reply
                .notes
                .push("the last event repeats no text; the text is that of the pieces".to_owned());
        }
        Ok(reply)
    }
}

impl StreamReader for ResponseStream {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        let Self { sse, events } = self;
        sse.feed(bytes, &mut |name, data| events.take(name, data, piece));
    }

    fn done(&self) -> bool {
        self.events.end.is_some()
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        let Self { mut sse, mut events } = *self;
        sse.finish(&mut |name, data| events.take(name, data, &mut |_| ()));
        if events.count == 0 && !sse.stray().is_empty() {
            // A JSON object or a web page where a stream was announced.
            let head = &events.head;
            return json_body(head, sse.stray().as_bytes()).and_then(|body| response(head, &body));
        }
        events
            .end
            .unwrap_or_else(|| Err(cut_fault(&events.head, "`response.completed`", &events.said)))
    }
}
