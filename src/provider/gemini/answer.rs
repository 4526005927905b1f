//! An answer as it fills up: every response object, whole or of a stream, adds a piece.

use serde_json::{Map, Value};

use super::read::WANTED;
use crate::domain::{Fault, Finish, Reply, Said, TokenLogprob, ToolCall, Usage, WireHead};
use crate::provider::{Piece, shared};
use crate::said;

/// An answer as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Answer {
    text: String,
    thinking: String,
    tool_calls: Vec<ToolCall>,
    finish: Option<String>,
    finish_message: Option<String>,
    prompt_blocked: Option<String>,
    /// The last value of each field that was told; streams repeat them, growing.
    usage: Map<String, Value>,
    logprobs: Vec<TokenLogprob>,
    model: Option<String>,
    id: Option<String>,
    choices: u32,
    notes: Vec<Said>,
}

impl Answer {
    pub(super) fn take(&mut self, value: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        if let Some(model) = text(value.get("modelVersion")) {
            self.model = Some(model);
        }
        if let Some(id) = text(value.get("responseId")) {
            self.id = Some(id);
        }
        let usage = value.get("usageMetadata").and_then(Value::as_object);
        for (field, count) in usage.into_iter().flatten() {
            if !count.is_null() {
                self.usage.insert(field.clone(), count.clone());
            }
        }
        let feedback = value.get("promptFeedback");
        if let Some(reason) = reason(feedback.and_then(|feedback| feedback.get("blockReason"))) {
            self.prompt_blocked = Some(reason);
        }
        for (place, candidate) in (0u64..).zip(array(value.get("candidates"))) {
            let index = shared::count_at(candidate, "index").unwrap_or(place);
            let count = u32::try_from(index).unwrap_or(0).saturating_add(1);
            self.choices = self.choices.max(count);
            if index == 0 {
                self.candidate(candidate, piece);
            }
        }
    }

    fn candidate(&mut self, candidate: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let content = candidate.get("content");
        for part in array(content.and_then(|content| content.get("parts"))) {
            self.part(part, piece);
        }
        if let Some(reason) = reason(candidate.get("finishReason")) {
            self.finish = Some(reason);
        }
        if let Some(message) = text(candidate.get("finishMessage")) {
            self.finish_message = Some(message);
        }
        if let Some(grounding) = candidate.get("groundingMetadata") {
            self.grounding(grounding);
        }
        if let Some(logprobs) = candidate.get("logprobsResult") {
            let mut tops = array(logprobs.get("topCandidates"));
            for chosen in array(logprobs.get("chosenCandidates")) {
                let top = tops.next().and_then(|step| step.get("candidates"));
                self.logprobs
                    .extend(logprob(chosen).map(|(token, logprob)| TokenLogprob {
                        token,
                        logprob,
                        top: array(top).filter_map(self::logprob).collect(),
                    }));
            }
        }
    }

    fn part(&mut self, part: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        if let Some(words) = part.get("text").and_then(Value::as_str) {
            let thought = part.get("thought").and_then(Value::as_bool) == Some(true);
            if words.is_empty() {
                // Empty texts carry signatures.
            } else if thought {
                self.thinking.push_str(words);
                piece(Piece::Thinking(words));
            } else {
                self.text.push_str(words);
                piece(Piece::Text(words));
            }
        } else if let Some(call) = part.get("functionCall") {
            self.tool_calls.push(ToolCall {
                name: text(call.get("name")).unwrap_or_default(),
                arguments: match call.get("args") {
                    None | Some(Value::Null) => "{}".to_owned(),
                    Some(args) => args.to_string(),
                },
            });
        } else if part.get("executableCode").is_some() {
            self.note(said!(
                "the service ran code while answering",
                "서비스가 답하면서 코드를 실행했습니다"
            ));
        } else if let Some(data) = part.get("inlineData") {
            let kind = text(data.get("mimeType")).map_or_else(|| said!("some kind", "알 수 없는 종류"), Said::from);
            self.note(said!("a part of {kind} is not shown", "{kind} 부분은 보이지 않습니다"));
        }
    }

    /// What searches and maps brought, in words; streams repeat it.
    fn grounding(&mut self, grounding: &Value) {
        for query in array(grounding.get("webSearchQueries")) {
            if let Some(query) = query.as_str() {
                self.note(said!("searched: {query}", "검색: {query}"));
            }
        }
        for chunk in array(grounding.get("groundingChunks")) {
            let source = ["web", "maps", "retrievedContext"]
                .iter()
                .find_map(|kind| chunk.get(kind));
            let title = text(source.and_then(|source| source.get("title")));
            let address = text(source.and_then(|source| source.get("uri")));
            match (title, address) {
                (Some(title), Some(address)) => {
                    self.note(said!("source: {title} ({address})", "출처: {title} ({address})"));
                }
                (Some(one), None) | (None, Some(one)) => self.note(said!("source: {one}", "출처: {one}")),
                (None, None) => {}
            }
        }
    }

    fn note(&mut self, note: Said) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The visible text so far.
    pub(super) fn visible(&self) -> &str {
        &self.text
    }

    /// The reason for the end has come, which only the last piece carries.
    pub(super) fn is_ended(&self) -> bool {
        self.finish.is_some() || self.prompt_blocked.is_some()
    }

    /// The reply, or the fault that neither an answer nor a reason for its absence came; `last` is quoted then.
    pub(super) fn into_reply(mut self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        let silent = self.text.is_empty() && self.thinking.is_empty() && self.tool_calls.is_empty();
        if silent && !self.is_ended() {
            return Err(shared::shape_fault(head, last, WANTED));
        }
        let finish = match self.finish.as_deref() {
            None if self.prompt_blocked.is_some() => Finish::Filter,
            Some("STOP") if !self.tool_calls.is_empty() => Finish::Tool,
            reason => finish(reason),
        };
        let blocked = if finish == Finish::Filter {
            self.finish.clone().or(self.prompt_blocked.take())
        } else {
            self.prompt_blocked.take()
        };
        // `Model generated function call(s).` comes with every tool and says nothing.
        if let Some(message) = self.finish_message.take()
            && !matches!(finish, Finish::Stop | Finish::Tool)
        {
            self.note(said!("the service says: {message}", "서비스의 말: {message}"));
        }
        let usage = self.usage();
        if let Some(tokens) = self.usage.get("toolUsePromptTokenCount").and_then(shared::count) {
            self.note(said!(
                "tools of the service read {tokens} input tokens more",
                "서비스의 도구가 입력 토큰 {tokens}개를 더 읽었습니다"
            ));
        }
        Ok(Reply {
            text: self.text,
            blocked,
            reasoning: Some(self.thinking).filter(|thinking| !thinking.is_empty()),
            tool_calls: self.tool_calls,
            finish,
            finish_raw: self.finish,
            usage,
            logprobs: self.logprobs,
            model: self.model,
            id: self.id,
            choices: self.choices.max(1),
            notes: self.notes,
            ..Reply::default()
        })
    }

    /// Gemini leaves thinking out of its count of output; everyone else counts it in. A count of nothing
    /// is left out of the body.
    fn usage(&self) -> Usage {
        let number = |field: &str| self.usage.get(field).and_then(shared::count);
        let reasoning = number("thoughtsTokenCount");
        let visible = number("candidatesTokenCount");
        Usage {
            input: number("promptTokenCount"),
            output: match (visible, reasoning) {
                (None, None) => None,
                (visible, reasoning) => Some(visible.unwrap_or(0).saturating_add(reasoning.unwrap_or(0))),
            },
            cached: number("cachedContentTokenCount"),
            cache_write: None,
            reasoning,
        }
    }
}

/// The reasons of `finishReason` in our words; all that withhold the answer are filters.
pub(super) fn finish(reason: Option<&str>) -> Finish {
    match reason {
        Some("STOP") => Finish::Stop,
        Some("MAX_TOKENS") => Finish::Length,
        Some("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "MODEL_ARMOR") => Finish::Filter,
        Some(other) if other.starts_with("IMAGE_") && other != "IMAGE_OTHER" => Finish::Filter,
        _ => Finish::Other,
    }
}

fn logprob(candidate: &Value) -> Option<(String, f64)> {
    let logprob = candidate.get("logProbability")?.as_f64()?;
    Some((text(candidate.get("token"))?, logprob)).filter(|(_, logprob)| logprob.is_finite())
}

fn array(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// A reason that says something: the default of its enumeration stands for none.
fn reason(value: Option<&Value>) -> Option<String> {
    text(value).filter(|word| !word.is_empty() && !word.ends_with("_UNSPECIFIED"))
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(shared::text)
}
