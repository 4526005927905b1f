//! Writing answers as OpenAI's chat completions would, for the simulator.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::domain::{Finish, Reply, TokenLogprob, Usage, WireHead};
use crate::provider::pretending::{self, MADE_UP_SECONDS};
use crate::provider::shared::{go_text, pieces};
use crate::provider::{Allowance, Asked, Pretence, RateInfo};

use super::answer::finish_of;

/// Writes an answer, whole or streamed.
pub(super) fn reply(reply: &Reply, asked: &Asked) -> Pretence {
    let chunks = if asked.stream {
        events(reply, asked)
    } else {
        vec![pretty(&body(reply, asked))]
    };
    Pretence {
        head: head(asked.stream, &mark(reply, asked)),
        chunks,
    }
}

/// Status and headers of a success.
pub(crate) fn head(stream: bool, mark: &str) -> WireHead {
    let content_type = if stream {
        "text/event-stream; charset=utf-8"
    } else {
        "application/json"
    };
    WireHead {
        status: 200,
        headers: [
            ("content-type", content_type),
            ("openai-processing-ms", "412"),
            ("openai-version", "2020-10-01"),
            ("x-request-id", &format!("req_{}", &mark[..32])),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        received_us: 0,
    }
}

/// Letters that stand for this answer to this question: the same ones every time, since ids must not differ
/// between two runs of the simulator.
pub(crate) fn mark(reply: &Reply, asked: &Asked) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(asked.model.as_bytes());
    hash.update(asked.call.question().as_bytes());
    hash.update(reply.text.as_bytes());
    hash.finalize().to_hex().to_string()
}

/// A body as the service indents it.
pub(crate) fn pretty(body: &Value) -> Vec<u8> {
    format!("{body:#}\n").into_bytes()
}

/// What every body and every chunk begins with.
fn frame(reply: &Reply, asked: &Asked, object: &str) -> Map<String, Value> {
    let mark = mark(reply, asked);
    let id = reply.id.clone().unwrap_or_else(|| format!("chatcmpl-{}", &mark[..29]));
    let frame = json!({
        "id": id,
        "object": object,
        "created": MADE_UP_SECONDS,
        "model": reply.model.as_ref().unwrap_or(&asked.model),
        "service_tier": "default",
        "system_fingerprint": format!("fp_{}", &mark[32..42]),
    });
    match frame {
        Value::Object(frame) => frame,
        _ => Map::new(),
    }
}

fn body(reply: &Reply, asked: &Asked) -> Value {
    let mut message = json!({
        "role": "assistant",
        "content": (!reply.text.is_empty()).then_some(&reply.text),
        "refusal": reply.refusal,
        "annotations": [],
    });
    if let Some(reasoning) = &reply.reasoning {
        message["reasoning_content"] = json!(reasoning);
    }
    if !reply.tool_calls.is_empty() {
        message["tool_calls"] = (0..reply.tool_calls.len()).map(|place| tool(reply, place)).collect();
    }
    let mut choice = json!({
        "index": 0,
        "message": message,
        "logprobs": logprobs(&reply.logprobs),
        "finish_reason": finish_word(reply),
    });
    add_reason(&mut choice, reply);
    let mut choices = vec![choice];
    for index in 1..reply.choices {
        let mut other = choices[0].clone();
        other["index"] = json!(index);
        choices.push(other);
    }
    let mut body = frame(reply, asked, "chat.completion");
    body.insert("choices".into(), Value::Array(choices));
    if let Some(usage) = usage(&reply.usage) {
        body.insert("usage".into(), usage);
    }
    Value::Object(body)
}

/// The events of a stream, one a chunk, in the order in which the service sends them.
fn events(reply: &Reply, asked: &Asked) -> Vec<Vec<u8>> {
    let usage = usage(&reply.usage);
    let frame = frame(reply, asked, "chat.completion.chunk");
    let event = |choices: Value, counted: Option<&Value>| {
        let mut chunk = frame.clone();
        chunk.insert("choices".into(), choices);
        if usage.is_some() {
            chunk.insert("usage".into(), json!(counted));
        }
        format!("data: {}\n\n", Value::Object(chunk)).into_bytes()
    };
    let delta = |index: u32, delta: Value, tokens: &[TokenLogprob]| json!([{"index": index, "delta": delta, "logprobs": logprobs(tokens), "finish_reason": null}]);
    let mut events = Vec::new();
    for index in 0..reply.choices.max(1) {
        let start = json!({"role": "assistant", "content": "", "refusal": null});
        events.push(event(delta(index, start, &[]), None));
    }
    for piece in pieces(reply.reasoning.as_deref().unwrap_or_default()) {
        events.push(event(delta(0, json!({"reasoning_content": piece}), &[]), None));
    }
    // Most of a stream: all is the same but for the piece, so the rest is written once. No text inside the event can look
    // like the place of the piece, since its quotes would be escaped.
    let blank = event(delta(0, json!({"content": ""}), &[]), None);
    let blank = String::from_utf8(blank).expect("JSON is UTF-8");
    let around = blank.split_once(r#""content":"""#);
    for (piece, tokens) in spoken(reply) {
        events.push(match around {
            Some((before, after)) if tokens.is_empty() => {
                format!("{before}\"content\":{}{after}", Value::from(piece)).into_bytes()
            }
            _ => event(delta(0, json!({"content": piece}), tokens), None),
        });
    }
    for piece in pieces(reply.refusal.as_deref().unwrap_or_default()) {
        events.push(event(delta(0, json!({"refusal": piece}), &[]), None));
    }
    for (place, call) in reply.tool_calls.iter().enumerate() {
        let mut start = tool(reply, place);
        start["index"] = json!(place);
        start["function"]["arguments"] = json!("");
        events.push(event(delta(0, json!({"tool_calls": [start]}), &[]), None));
        for piece in pieces(&call.arguments) {
            let more = json!({"tool_calls": [{"index": place, "function": {"arguments": piece}}]});
            events.push(event(delta(0, more, &[]), None));
        }
    }
    for index in 0..reply.choices.max(1) {
        let mut last = json!({
            "index": index, "delta": {}, "logprobs": null, "finish_reason": finish_word(reply),
        });
        add_reason(&mut last, reply);
        events.push(event(json!([last]), None));
    }
    if usage.is_some() {
        events.push(event(json!([]), usage.as_ref()));
    }
    events.push(b"data: [DONE]\n\n".to_vec());
    events
}

/// The text in pieces with their log-probabilities: by tokens where they spell the text, else by words, all
/// log-probabilities with the first.
pub(crate) fn spoken(reply: &Reply) -> Vec<(&str, &[TokenLogprob])> {
    let tokens = reply.logprobs.as_slice();
    let spelled: String = tokens.iter().map(|token| token.token.as_str()).collect();
    if !tokens.is_empty() && spelled == reply.text {
        return tokens
            .iter()
            .map(|token| (token.token.as_str(), std::slice::from_ref(token)))
            .collect();
    }
    let mut parts: Vec<(&str, &[TokenLogprob])> = pieces(&reply.text)
        .into_iter()
        .map(|piece| (piece, [].as_slice()))
        .collect();
    if !tokens.is_empty() {
        match parts.first_mut() {
            Some(first) => first.1 = tokens,
            None => parts.push(("", tokens)),
        }
    }
    parts
}

fn tool(reply: &Reply, place: usize) -> Value {
    let call = &reply.tool_calls[place];
    json!({
        "id": format!("call_{place:024}"),
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    })
}

/// The provider's word where the answer has it, else OpenAI's for the common one.
fn finish_word(reply: &Reply) -> Option<String> {
    pretending::finish_word(reply, finish_of, |finish| match finish {
        Finish::Stop => Some("stop"),
        Finish::Length => Some("length"),
        Finish::Filter => Some("content_filter"),
        Finish::Tool => Some("tool_calls"),
        Finish::Other => None,
    })
}

/// What only some services tell beside the finish reason: the stop text, the filtered categories.
fn add_reason(choice: &mut Value, reply: &Reply) {
    if let Some(stop) = &reply.stop_sequence {
        choice["stop_reason"] = json!(stop);
    }
    let categories = reply
        .blocked
        .as_deref()
        .and_then(|blocked| blocked.strip_prefix("content_filter: "));
    if let Some(categories) = categories {
        let results: Map<String, Value> = categories
            .split(", ")
            .map(|name| (name.to_owned(), json!({"filtered": true, "severity": "high"})))
            .collect();
        choice["content_filter_results"] = Value::Object(results);
    }
}

/// Log-probabilities as OpenAI writes them; null when there are none.
fn logprobs(tokens: &[TokenLogprob]) -> Value {
    if tokens.is_empty() {
        return Value::Null;
    }
    json!({"content": tokens.iter().map(token).collect::<Vec<Value>>(), "refusal": null})
}

/// One token with its log-probability and alternatives.
pub(crate) fn token(token: &TokenLogprob) -> Value {
    let one = |text: &str, logprob: f64| json!({"token": text, "logprob": logprob, "bytes": text.as_bytes()});
    let mut whole = one(&token.token, token.logprob);
    whole["top_logprobs"] = token.top.iter().map(|(text, logprob)| one(text, *logprob)).collect();
    whole
}

/// The usage, without what is not known; `None` when nothing is.
fn usage(usage: &Usage) -> Option<Value> {
    if *usage == Usage::default() {
        return None;
    }
    let mut body = Map::new();
    let total = usage.input.zip(usage.output).map(|(i, o)| i.saturating_add(o));
    for (key, count) in [
        ("prompt_tokens", usage.input),
        ("completion_tokens", usage.output),
        ("total_tokens", total),
    ] {
        if let Some(count) = count {
            body.insert(key.into(), json!(count));
        }
    }
    body.extend(details(usage, "prompt_tokens_details", "completion_tokens_details"));
    Some(Value::Object(body))
}

/// The two detail objects of a usage, under the names of the request form.
pub(crate) fn details(usage: &Usage, input: &str, output: &str) -> Map<String, Value> {
    let mut of_input = Map::new();
    for (key, count) in [
        ("cached_tokens", usage.cached),
        ("cache_write_tokens", usage.cache_write),
    ] {
        if let Some(count) = count {
            of_input.insert(key.into(), json!(count));
        }
    }
    let mut details = Map::new();
    if !of_input.is_empty() {
        details.insert(input.into(), Value::Object(of_input));
    }
    if let Some(reasoning) = usage.reasoning {
        details.insert(output.into(), json!({"reasoning_tokens": reasoning}));
    }
    details
}

/// OpenAI's headers for the limits that are known.
pub(crate) fn limit_headers(info: &RateInfo) -> Vec<(String, String)> {
    let kinds = [("requests", &info.requests), ("tokens", &info.tokens)];
    let mut headers = Vec::new();
    let mut add = |what: &str, tell: &dyn Fn(&Allowance) -> Option<String>| {
        for (kind, allowance) in kinds {
            if let Some(value) = tell(allowance) {
                headers.push((format!("x-ratelimit-{what}-{kind}"), value));
            }
        }
    };
    add("limit", &|allowance| allowance.limit.map(|n| n.to_string()));
    add("remaining", &|allowance| allowance.remaining.map(|n| n.to_string()));
    add("reset", &|allowance: &Allowance| {
        let reset: Option<Duration> = allowance.reset;
        reset.map(go_text)
    });
    headers
}
