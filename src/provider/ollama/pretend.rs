//! Replies as Ollama would write them: one object, or one a line, with durations in nanoseconds.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::read::finish;
use crate::domain::{Finish, Reply, TokenLogprob};
use crate::provider::openai::spoken;
use crate::provider::pretending::{MADE_UP_SECONDS, arguments, finish_word, header, shown, streamed, whole};
use crate::provider::shared::pieces;
use crate::provider::{Asked, Pretence};

/// Nanoseconds a token takes, made up: reading is faster than writing.
const READ_NS: u64 = 1_500_000;
const WRITE_NS: u64 = 12_500_000;

pub(super) fn pretend(reply: &Reply, asked: &Asked) -> Pretence {
    if asked.stream {
        return streamed(
            vec![header("content-type", "application/x-ndjson")],
            lines(reply, asked),
        );
    }
    let mut message = json!({"role": "assistant", "content": shown(reply)});
    if let Some(thinking) = &reply.reasoning {
        message["thinking"] = json!(thinking);
    }
    if let Some(calls) = calls(reply) {
        message["tool_calls"] = calls;
    }
    let mut body = frame(reply, asked, 0, message);
    body.extend(ending(reply));
    if !reply.logprobs.is_empty() {
        body.insert("logprobs".to_owned(), logprobs(&reply.logprobs));
    }
    whole(
        200,
        vec![header("content-type", "application/json; charset=utf-8")],
        &Value::Object(body),
    )
}

/// What every line carries.
fn frame(reply: &Reply, asked: &Asked, number: u64, message: Value) -> Map<String, Value> {
    let mut frame = Map::new();
    let model = reply.model.as_ref().unwrap_or(&asked.model);
    frame.insert("model".to_owned(), json!(model));
    let nanos = i128::from(MADE_UP_SECONDS) * 1_000_000_000 + i128::from(number * WRITE_NS);
    let at = Timestamp::from_nanosecond(nanos).expect("a time of this century");
    frame.insert("created_at".to_owned(), json!(at.to_string()));
    frame.insert("message".to_owned(), message);
    frame
}

fn calls(reply: &Reply) -> Option<Value> {
    let calls: Vec<Value> = reply
        .tool_calls
        .iter()
        .enumerate()
        .map(|(index, call)| {
            let function = json!({
                "index": index,
                "name": call.name,
                "arguments": arguments(&call.arguments),
            });
            json!({"id": format!("call_{index}"), "function": function})
        })
        .collect();
    (!calls.is_empty()).then_some(Value::Array(calls))
}

/// The end: reason, counts and durations. Counts of nothing are left out, as the service does.
fn ending(reply: &Reply) -> Map<String, Value> {
    let own = |end: Finish| match end {
        // Calls of tools and refusals end as answers do.
        Finish::Stop | Finish::Tool | Finish::Filter => Some("stop"),
        Finish::Length => Some("length"),
        Finish::Other => None,
    };
    let mut ending = Map::new();
    ending.insert("done".to_owned(), json!(true));
    if let Some(word) = finish_word(reply, |word| finish(Some(word)), own) {
        ending.insert("done_reason".to_owned(), json!(word));
    }
    let read = reply.usage.input.unwrap_or(0).saturating_mul(READ_NS);
    let write = reply.usage.output.unwrap_or(0).saturating_mul(WRITE_NS);
    ending.insert("total_duration".to_owned(), json!(read.saturating_add(write)));
    if let Some(input) = reply.usage.input {
        ending.insert("prompt_eval_count".to_owned(), json!(input));
        ending.insert("prompt_eval_duration".to_owned(), json!(read));
    }
    if let Some(output) = reply.usage.output {
        ending.insert("eval_count".to_owned(), json!(output));
        ending.insert("eval_duration".to_owned(), json!(write));
    }
    ending
}

fn logprobs(steps: &[TokenLogprob]) -> Value {
    steps.iter().map(logprob).collect()
}

fn logprob(step: &TokenLogprob) -> Value {
    let pair = |token: &str, logprob: f64| json!({"token": token, "logprob": logprob, "bytes": token.as_bytes()});
    let mut told = pair(&step.token, step.logprob);
    if !step.top.is_empty() {
        told["top_logprobs"] = step.top.iter().map(|(token, logprob)| pair(token, *logprob)).collect();
    }
    told
}

fn lines(reply: &Reply, asked: &Asked) -> Vec<String> {
    let said = |content: &str| json!({"role": "assistant", "content": content});
    let mut messages: Vec<(Value, &[TokenLogprob])> = Vec::new();
    for piece in pieces(reply.reasoning.as_deref().unwrap_or("")) {
        let mut message = said("");
        message["thinking"] = json!(piece);
        messages.push((message, &[]));
    }
    for (piece, steps) in spoken(reply) {
        messages.push((said(piece), steps));
    }
    if reply.text.is_empty() {
        messages.extend(
            pieces(shown(reply))
                .into_iter()
                .map(|piece| (said(piece), [].as_slice())),
        );
    }
    if let Some(calls) = calls(reply) {
        let mut message = said("");
        message["tool_calls"] = calls;
        messages.push((message, &[]));
    }
    let mut lines = Vec::with_capacity(messages.len() + 1);
    let mut number = 0;
    for (message, steps) in messages {
        let mut line = frame(reply, asked, number, message);
        line.insert("done".to_owned(), json!(false));
        if !steps.is_empty() {
            line.insert("logprobs".to_owned(), logprobs(steps));
        }
        lines.push(format!("{}\n", Value::Object(line)));
        number += 1;
    }
    let mut last = frame(reply, asked, number, said(""));
    last.extend(ending(reply));
    lines.push(format!("{}\n", Value::Object(last)));
    lines
}
