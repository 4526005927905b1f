//! Reading responses: whole bodies and streams. The final event of a stream repeats the whole answer, so both
//! end in the same code; the pieces before it are for the times.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::{Fault, FaultKind, Finish, Reply, Said, ToolCall, WireHead};
use crate::provider::Piece;
use crate::provider::openai::{fault_of_body, fault_of_value, items, logprob, usage_of};
use crate::provider::shared::{count_at, pieces_differ, shape_fault, text_at};
use crate::provider::streaming::{Answer, Form, Step};
use crate::said;

/// Reads a response object.
fn response(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
    if let Some(fault) = fault_of_value(head, body) {
        return Err(fault);
    }
    let status = text_at(body, "status");
    let failure = match status.as_deref() {
        Some("failed") => Some((
            FaultKind::Server,
            said!(
                "the response failed and no reason is given",
                "응답이 실패했지만 이유는 오지 않았습니다"
            ),
        )),
        Some("cancelled") => Some((
            FaultKind::Server,
            said!(
                "the response was cancelled by the service",
                "서비스가 응답을 취소했습니다"
            ),
        )),
        Some("queued" | "in_progress") => Some((
            FaultKind::Server,
            said!(
                "the response is not finished; responses in the background are not supported",
                "응답이 끝나지 않았습니다. 백그라운드 응답은 지원하지 않습니다"
            ),
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
        reply.notes.push(said!(
            "text of the phases {} is joined",
            "여러 단계의 글을 이었습니다: {}",
            phases.join(", ")
        ));
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

/// What the events of a stream told. The last repeats the whole answer; the pieces before it are for the times, and for
/// look-alikes whose last event repeats nothing.
#[derive(Default)]
pub(super) struct Told {
    /// The text of the pieces.
    said: String,
    /// The items that ended, by their place among the output.
    items: BTreeMap<u64, Value>,
    /// The response object of the last event.
    end: Option<Value>,
}

impl Told {
    /// The response object of the last event with the items that it leaves out.
    fn whole(&mut self, mut body: Value) -> (Value, bool) {
        let silent = items(body.get("output")).next().is_none();
        if silent && !self.items.is_empty() {
            let told: Vec<Value> = std::mem::take(&mut self.items).into_values().collect();
            body["output"] = Value::Array(told);
        } else if silent && !self.said.is_empty() {
            body["output"] = json!([]);
        }
        (body, silent)
    }
}

impl Answer for Told {
    const FORM: Form = Form::Events;
    fn end_mark() -> Said {
        "`response.completed`".into()
    }

    fn whole(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
        if head.status >= 400 {
            return Err(fault_of_body(head, body));
        }
        response(head, body)
    }

    fn take(
        &mut self,
        head: &WireHead,
        name: &str,
        event: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Step, Fault> {
        let kind = text_at(event, "type").unwrap_or_else(|| name.to_owned());
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
            "response.output_item.done" => {
                if let Some(item) = event.get("item") {
                    let last = self.items.last_key_value().map_or(0, |(place, _)| place + 1);
                    let place = count_at(event, "output_index").unwrap_or(last);
                    self.items.insert(place, item.clone());
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                self.end = Some(event.get("response").unwrap_or(event).clone());
                return Ok(Step::Done);
            }
            _ => {
                // `event: error`, flat or nested, and services that forget the name.
                if let Some(fault) = fault_of_value(head, event) {
                    return Err(fault);
                }
            }
        }
        Ok(Step::More)
    }

    fn repeated(&self) -> bool {
        let output = self.end.as_ref().and_then(|body| body.get("output"));
        items(output).next().is_some()
    }

    fn text(&self) -> String {
        self.said.clone()
    }

    fn reply(mut self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        let Some(body) = self.end.take() else {
            return Err(shape_fault(head, last, "`output`"));
        };
        let (body, silent) = self.whole(body);
        let mut reply = response(head, &body)?;
        if !silent && !self.said.is_empty() && self.said != reply.text {
            reply.notes.push(pieces_differ());
        }
        if silent && reply.text.is_empty() && reply.refusal.is_none() && !self.said.is_empty() {
            reply.text = self.said;
            reply.notes.push(said!(
                "the last event repeats no text; the text is that of the pieces",
                "마지막 이벤트에 글이 없어, 조각들을 이은 글입니다"
            ));
        }
        Ok(reply)
    }
}
