//! Replies as the Gemini API would write them: pretty JSON when whole, large chunks ended by CRLF and no
//! terminator when streamed.

use serde_json::{Map, Value, json};

use super::answer::finish;
use crate::domain::{Finish, Reply, Usage, WireHead};
use crate::provider::pretending::{arguments, finish_word, header, id, shown, streamed};
use crate::provider::shared::pieces;
use crate::provider::{Asked, Pretence};

/// Tokens or so in a chunk; the service gathers many in one event.
const GATHERED: usize = 16;

/// Stands for the signature of a thought, which only the service can make.
const SIGNATURE: &str = "c2ltdWxhdGVk";

pub(super) fn pretend(reply: &Reply, asked: &Asked) -> Pretence {
    if asked.stream {
        let chunks = events(reply, asked)
            .iter()
            .map(|event| format!("data: {event}\r\n\r\n"))
            .collect();
        return streamed(
            vec![
                header("content-type", "text/event-stream"),
                header("content-disposition", "attachment"),
                header("vary", "Origin"),
            ],
            chunks,
        );
    }
    let body = response(reply, asked, &all_parts(reply), true);
    let text = serde_json::to_string_pretty(&body).expect("JSON values can be written");
    Pretence {
        head: WireHead {
            status: 200,
            headers: vec![
                header("content-type", "application/json; charset=UTF-8"),
                header("vary", "Origin"),
            ],
            received_us: 0,
        },
        chunks: vec![text.into_bytes()],
    }
}

/// The prompt itself was refused: there are no candidates at all.
fn is_prompt_blocked(reply: &Reply) -> bool {
    reply.blocked.is_some() && reply.finish_raw.is_none() && all_parts(reply).is_empty()
}

fn all_parts(reply: &Reply) -> Vec<Value> {
    let mut parts = Vec::new();
    if let Some(thinking) = &reply.reasoning {
        parts.push(json!({"text": thinking, "thought": true}));
    }
    if !shown(reply).is_empty() {
        parts.push(json!({"text": shown(reply)}));
    }
    parts.extend(calls(reply));
    parts
}

fn calls(reply: &Reply) -> impl Iterator<Item = Value> {
    reply.tool_calls.iter().map(|call| {
        json!({
            "functionCall": {"name": call.name, "args": arguments(&call.arguments)},
            "thoughtSignature": SIGNATURE,
        })
    })
}

/// One response object; the last (or only) one carries the end and the full counts.
fn response(reply: &Reply, asked: &Asked, parts: &[Value], last: bool) -> Value {
    let mut body = Map::new();
    if is_prompt_blocked(reply) {
        body.insert("promptFeedback".to_owned(), json!({"blockReason": reply.blocked}));
    } else {
        let mut content = json!({"role": "model"});
        if !parts.is_empty() {
            content = json!({"parts": parts, "role": "model"});
        }
        let mut candidate = json!({"content": content});
        if last {
            if let Some(word) = end(reply) {
                candidate["finishReason"] = json!(word);
            }
            if !reply.logprobs.is_empty() {
                candidate["logprobsResult"] = logprobs(reply);
            }
        }
        candidate["index"] = json!(0);
        body.insert("candidates".to_owned(), json!([candidate]));
    }
    body.insert("usageMetadata".to_owned(), usage(&reply.usage, last));
    let model = reply.model.as_ref().unwrap_or(&asked.model);
    body.insert("modelVersion".to_owned(), json!(model));
    body.insert("responseId".to_owned(), json!(id("", reply, asked)));
    Value::Object(body)
}

fn end(reply: &Reply) -> Option<String> {
    let own = |finish: Finish| match finish {
        // Calls of tools end as answers do.
        Finish::Stop | Finish::Tool => Some("STOP"),
        Finish::Length => Some("MAX_TOKENS"),
        Finish::Filter => Some("SAFETY"),
        Finish::Other => Some("OTHER"),
    };
    let blocked = reply.blocked.as_deref();
    if let Some(reason) = blocked.filter(|reason| finish(Some(reason)) == Finish::Filter) {
        return Some(reason.to_owned());
    }
    finish_word(reply, |word| finish(Some(word)), own)
}

fn events(reply: &Reply, asked: &Asked) -> Vec<Value> {
    if is_prompt_blocked(reply) {
        return vec![response(reply, asked, &[], true)];
    }
    let mut parts: Vec<Value> = Vec::new();
    for chunk in pieces(reply.reasoning.as_deref().unwrap_or("")).chunks(GATHERED) {
        parts.push(json!({"text": chunk.concat(), "thought": true}));
    }
    for chunk in pieces(shown(reply)).chunks(GATHERED) {
        parts.push(json!({"text": chunk.concat()}));
    }
    parts.extend(calls(reply));
    let mut events: Vec<Value> = parts
        .into_iter()
        .map(|part| response(reply, asked, &[part], false))
        .collect();
    let last = [json!({"text": "", "thoughtSignature": SIGNATURE})];
    events.push(response(reply, asked, &last, true));
    events
}

/// Numbers the other way round: output without thinking. Counts of nothing are left out, and pieces before
/// the last know the input only.
fn usage(usage: &Usage, last: bool) -> Value {
    let mut told = Map::new();
    let mut say = |field: &str, count: Option<u64>| {
        if let Some(count) = count {
            told.insert(field.to_owned(), json!(count));
        }
    };
    say("promptTokenCount", usage.input);
    if last {
        let thoughts = usage.reasoning.unwrap_or(0);
        let visible = usage
            .output
            .map(|output| output.saturating_sub(thoughts))
            .filter(|visible| *visible > 0 || usage.reasoning.is_none());
        say("candidatesTokenCount", visible);
        say("cachedContentTokenCount", usage.cached);
        say("thoughtsTokenCount", usage.reasoning);
        let total = usage
            .input
            .zip(usage.output)
            .map(|(input, output)| input.saturating_add(output));
        say("totalTokenCount", total);
    }
    Value::Object(told)
}

fn logprobs(reply: &Reply) -> Value {
    let candidate = |token: &str, logprob: f64| json!({"token": token, "logProbability": logprob});
    let chosen: Vec<Value> = reply
        .logprobs
        .iter()
        .map(|step| candidate(&step.token, step.logprob))
        .collect();
    let tops: Vec<Value> = reply
        .logprobs
        .iter()
        .map(|step| {
            let all: Vec<Value> = step
                .top
                .iter()
                .map(|(token, logprob)| candidate(token, *logprob))
                .collect();
            json!({"candidates": all})
        })
        .collect();
    json!({"topCandidates": tops, "chosenCandidates": chosen})
}
