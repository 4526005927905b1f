//! Compares what was read with what a case expects.

use std::time::Duration;

use narani::domain::{Fault, FaultKind, ProviderName, Reply, Retry, Scope, Usage};
use serde_json::Value;

use crate::exchange::Exchange;

/// Every difference, in words.
pub(crate) fn differences(exchange: &Exchange, read: &Result<Reply, Fault>) -> Vec<String> {
    let expect = &exchange.expect;
    let fails = !expect["error_type"].is_null() || !expect["fault_kind"].is_null() || !expect["fault_retry"].is_null();
    let mut found = Differences::default();
    match read {
        Ok(reply) if fails => found.add("result", expect, &Value::String(reply.text.clone())),
        Ok(reply) => of_reply(&mut found, exchange.provider, expect, reply),
        Err(fault) if !fails => {
            found.0.push(format!(
                "a fault instead of an answer: {:?}: {}",
                fault.kind, fault.message
            ));
        }
        Err(fault) => of_fault(&mut found, expect, fault),
    }
    found.0
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn add(&mut self, what: &str, expected: &Value, got: &Value) {
        self.0
            .push(format!("{what}: expected {}, got {}", short(expected), short(got)));
    }

    /// Compares when the expectation holds the field at all.
    fn same(&mut self, expect: &Value, field: &str, got: impl Into<Value>) {
        let got = got.into();
        if let Some(expected) = expect.get(field)
            && *expected != got
        {
            self.add(field, expected, &got);
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn of_reply(found: &mut Differences, provider: ProviderName, expect: &Value, reply: &Reply) {
    found.same(expect, "text", reply.text.clone());
    found.same(expect, "finish_reason", reply.finish_raw.clone());
    found.same(expect, "refusal", reply.refusal.clone());
    found.same(expect, "blocked", reply.blocked.clone());
    found.same(expect, "stop_sequence", reply.stop_sequence.clone());
    found.same(expect, "thinking", reply.reasoning.clone());
    found.same(expect, "n_choices", reply.choices);
    found.same(expect, "n_logprobs", reply.logprobs.len());
    let tools: Vec<Value> = reply.tool_calls.iter().map(|tool| tool.name.clone().into()).collect();
    found.same(expect, "tool_calls", tools);
    let raw = raw_usage(provider, expect, &reply.usage);
    for (field, count) in [
        ("input_tokens", raw.input),
        ("output_tokens", raw.output),
        ("cached_tokens", raw.cached),
        ("reasoning_tokens", raw.reasoning),
        ("cache_write_tokens", raw.cache_write),
    ] {
        found.same(expect, field, count);
    }
}

/// The provider's raw numbers out of the comparable ones, by its documented rule.
fn raw_usage(provider: ProviderName, expect: &Value, usage: &Usage) -> Usage {
    let mut raw = *usage;
    match provider {
        // Input is told without what came from or went to the cache.
        ProviderName::Anthropic => {
            raw.input = raw
                .input
                .map(|input| input - usage.cached.unwrap_or(0) - usage.cache_write.unwrap_or(0));
        }
        // Output is told without thinking, and not at all when there was none.
        ProviderName::Gemini => {
            raw.output = raw.output.map(|output| output - usage.reasoning.unwrap_or(0));
            if raw.output == Some(0) && expect["output_tokens"].is_null() {
                raw.output = None;
            }
        }
        // xAI tells output without thinking, which may then be more than the output.
        ProviderName::OpenAi => {
            let told = (expect["output_tokens"].as_u64(), expect["reasoning_tokens"].as_u64());
            if let (Some(output), Some(reasoning)) = told
                && reasoning > output
            {
                raw.output = raw.output.map(|output| output - reasoning);
            }
        }
        ProviderName::OpenAiResponses | ProviderName::Clova | ProviderName::Ollama => {}
    }
    raw
}

fn of_fault(found: &mut Differences, expect: &Value, fault: &Fault) {
    // `string` and `non_json` describe the body; there is no type then.
    if !matches!(expect["error_type"].as_str(), Some("string" | "non_json" | "other")) {
        found.same(expect, "error_type", fault.error_type.clone());
    }
    // Servers write codes as numbers or as strings; a fault keeps text.
    if let Some(code) = expect.get("error_code").filter(|code| !code.is_null()) {
        let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
        if fault.code.as_deref() != Some(&code) {
            found.add("error_code", &code.into(), &fault.code.clone().into());
        }
    }
    found.same(expect, "error_param", fault.param.clone());
    if let Some(message) = expect["error_message"].as_str() {
        let start: String = message.trim().chars().take(500).collect();
        if !fault.message.contains(&start) {
            found.add("error_message", &message.into(), &(*fault.message).into());
        }
    }
    if let Some(reason) = expect["error_reason"].as_str()
        && fault.code.as_deref() != Some(reason)
    {
        found.add("error_reason", &reason.into(), &fault.code.clone().into());
    }
    let wait = expect["retry_after_ms"]
        .as_u64()
        .map(Duration::from_millis)
        .or_else(|| {
            let seconds: f64 = expect["retry_delay"].as_str()?.trim_end_matches('s').parse().ok()?;
            Some(Duration::from_secs_f64(seconds))
        });
    let near = |wait: Duration| {
        fault
            .retry_after
            .is_some_and(|got| got.abs_diff(wait) < Duration::from_millis(1))
    };
    if wait.is_some_and(|wait| !near(wait)) {
        found
            .0
            .push(format!("wait: expected {wait:?}, got {:?}", fault.retry_after));
    }
    found.same(expect, "fault_kind", fault.kind.word());
    let retry = if fault.retry == Retry::Again { "again" } else { "never" };
    found.same(expect, "fault_retry", retry);
    let scope = if fault.scope == Scope::Target { "target" } else { "call" };
    found.same(expect, "fault_scope", scope);
    if let Some(part) = expect["message_holds"].as_str()
        && !fault.message.contains(part)
    {
        found.add("message_holds", &part.into(), &(*fault.message).into());
    }
    let chars = fault.message.chars().count();
    if chars == 0 || chars > 900 {
        found.0.push(format!("a message of {chars} characters"));
    }
}

/// Whether `cut`, read from a stream that broke off, is an honest outcome beside the whole stream's: a cut, or the same
/// answer. What comes after the end of the answer (usage) may be missing; nothing may differ.
pub(crate) fn honest(cut: &Result<Reply, Fault>, whole: &Result<Reply, Fault>) -> bool {
    match (cut, whole) {
        (Err(fault), _) if fault.kind == FaultKind::Truncated => true,
        (Err(fault), Err(whole)) => fault == whole,
        (Ok(reply), Ok(whole)) => {
            let core = |reply: &Reply| Reply {
                usage: Usage::default(),
                notes: Vec::new(),
                choices: 1,
                logprobs: Vec::new(),
                ..reply.clone()
            };
            core(reply) == core(whole) && (reply.usage == whole.usage || reply.usage == Usage::default())
        }
        _ => false,
    }
}
