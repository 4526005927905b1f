//! An answer being collected, from one whole body or from the chunks of a stream: the same code reads both.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::domain::{Fault, FaultKind, Finish, Reply, Said, TokenLogprob, ToolCall, Usage, WireHead};
use crate::provider::Piece;
use crate::provider::shared::{count_at, number, text_at};
use crate::provider::think;
use crate::said;

use super::fault;
use super::quick::{Chunk, Frame};

/// What has come so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    content: String,
    splitter: think::Splitter,
    reasoning: String,
    refusal: String,
    tools: Vec<OpenTool>,
    finish: Option<String>,
    stop_sequence: Option<String>,
    filters: Vec<String>,
    usage: Option<Usage>,
    usage_announced: bool,
    logprobs: Vec<TokenLogprob>,
    model: Option<String>,
    id: Option<String>,
    /// Indices of the choices seen; the answer is choice 0.
    seen: BTreeSet<u64>,
    notes: Vec<Said>,
    /// Of the last usual chunk.
    pub(super) frame: Frame,
}

/// A tool call whose arguments are still arriving.
#[derive(Debug, Default)]
struct OpenTool {
    index: Option<u64>,
    id: Option<String>,
    name: String,
    arguments: String,
}

impl Draft {
    /// Takes a whole body or a chunk and calls `piece` for the text that became visible.
    ///
    /// # Errors
    /// The fault that it tells, of the whole or of a choice.
    pub(super) fn take_body(
        &mut self,
        head: &WireHead,
        body: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<(), Fault> {
        if let Some(fault) = fault::of_value(head, body) {
            return Err(fault);
        }
        for (slot, key) in [(&mut self.model, "model"), (&mut self.id, "id")] {
            if let Some(text) = text_at(body, key).filter(|text| !text.is_empty()) {
                *slot = Some(text);
            }
        }
        self.usage_announced |= body.get("usage").is_some_and(Value::is_null);
        let usage = [body.get("usage"), body.pointer("/x_groq/usage")];
        if let Some(counted) = usage.into_iter().flatten().find(|usage| usage.is_object()) {
            self.usage = Some(usage_of(counted));
        }
        for (place, choice) in (0..).zip(items(body.get("choices"))) {
            let index = count_at(choice, "index").unwrap_or(place);
            self.seen.insert(index);
            if let Some(fault) = fault::of_value(head, choice) {
                return Err(fault);
            }
            if index == 0 {
                self.take_choice(choice, piece);
            }
        }
        Ok(())
    }

    /// Takes a chunk that differs from the last usual one in its text alone; whether it is one.
    pub(super) fn take_framed(&mut self, data: &str, piece: &mut dyn FnMut(Piece<'_>)) -> bool {
        let Some(text) = self.frame.text(data) else {
            return false;
        };
        self.say(text, piece);
        true
    }

    /// Takes a usual chunk, to the same end as [`Draft::take_body`].
    pub(super) fn take_quick(&mut self, chunk: &Chunk<'_>, piece: &mut dyn FnMut(Piece<'_>)) {
        for (slot, text) in [(&mut self.model, &chunk.model), (&mut self.id, &chunk.id)] {
            if let Some(text) = text
                && !text.0.is_empty()
                && slot.as_deref() != Some(&*text.0)
            {
                *slot = Some(text.0.clone().into_owned());
            }
        }
        self.usage_announced |= chunk.usage;
        self.seen.insert(0);
        let [thinking, content] = chunk.pieces();
        if let Some(thinking) = thinking.filter(|text| !text.is_empty()) {
            self.think(thinking, piece);
        }
        if let Some(content) = content {
            self.say(content, piece);
        }
    }

    fn take_choice(&mut self, choice: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        if let Some(word) = text_at(choice, "finish_reason").filter(|word| !word.is_empty()) {
            self.finish = Some(word);
        }
        // vLLM: a token id for an end of sequence, a text when a stop text fired.
        if let Some(Value::String(stop)) = choice.get("stop_reason") {
            self.stop_sequence = Some(stop.clone());
        }
        self.take_filters(choice.get("content_filter_results"));
        for token in items(choice.pointer("/logprobs/content")) {
            self.logprobs.extend(logprob(token));
        }
        let message = choice
            .get("delta")
            .filter(|delta| delta.is_object())
            .or_else(|| choice.get("message"));
        if let Some(message) = message {
            self.take_message(message, piece);
        }
    }

    fn take_message(&mut self, message: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let thinking = ["reasoning_content", "reasoning", "thinking_content"]
            .into_iter()
            .find_map(|key| match message.get(key) {
                Some(Value::String(text)) if !text.is_empty() => Some(text.as_str()),
                _ => None,
            });
        if let Some(thinking) = thinking {
            self.think(thinking, piece);
        }
        match message.get("content") {
            Some(Value::String(text)) => self.say(text, piece),
            Some(Value::Array(parts)) => {
                for part in parts {
                    self.take_part(part, piece);
                }
            }
            None | Some(Value::Null) => {}
            Some(other) => {
                let note = said!(
                    "content of an unexpected shape: `{other}`",
                    "내용의 형태가 예상과 다릅니다: `{other}`"
                );
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
        if let Some(Value::String(refusal)) = message.get("refusal") {
            self.refusal.push_str(refusal);
        }
        for call in items(message.get("tool_calls")) {
            self.take_tool(call, count_at(call, "index"));
        }
        // The form before 2024: one call, no list.
        if let Some(function @ Value::Object(_)) = message.get("function_call") {
            self.take_tool(&serde_json::json!({ "function": function }), Some(0));
        }
    }

    /// A part of a content that is a list: text, or Mistral's thinking.
    fn take_part(&mut self, part: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        match (part, text_at(part, "type").as_deref()) {
            (Value::String(text), _) => self.say(text, piece),
            (_, Some("thinking")) => match part.get("thinking") {
                Some(Value::String(text)) => self.think(text, piece),
                inner => {
                    for text in items(inner).filter_map(|item| text_at(item, "text")) {
                        self.think(&text, piece);
                    }
                }
            },
            (_, Some("refusal")) => {
                self.refusal.push_str(&text_at(part, "refusal").unwrap_or_default());
            }
            _ => self.say(&text_at(part, "text").unwrap_or_default(), piece),
        }
    }

    fn say(&mut self, text: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        self.content.push_str(text);
        if self.reasoning.is_empty() {
            self.splitter.feed(text, &mut sorted(piece));
        } else {
            self.splitter.finish(&mut sorted(piece));
            if !text.is_empty() {
                piece(Piece::Text(text));
            }
        }
    }

    fn think(&mut self, text: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        self.reasoning.push_str(text);
        piece(Piece::Thinking(text));
    }

    /// Puts a piece of a tool call where it belongs: to the call with its index, unless an id or a name says
    /// that a new one begins (some servers number every call 0, some number none).
    fn take_tool(&mut self, call: &Value, index: Option<u64>) {
        let id = text_at(call, "id").filter(|id| !id.is_empty());
        let function = call.get("function").unwrap_or(call);
        let name = text_at(function, "name").unwrap_or_default();
        let same = |open: &&mut OpenTool| {
            let other_call = id.is_some() && open.id.is_some() && open.id != id && !name.is_empty();
            open.index == index && !other_call
        };
        let open = match self.tools.iter_mut().rev().find(same) {
            Some(open) if index.is_some() || name.is_empty() || (id.is_some() && open.id == id) => open,
            _ => {
                self.tools.push(OpenTool {
                    index,
                    ..OpenTool::default()
                });
                self.tools.last_mut().expect("just pushed")
            }
        };
        open.id = open.id.take().or(id);
        if open.name.is_empty() {
            open.name = name;
        }
        match function.get("arguments") {
            Some(Value::String(text)) => open.arguments.push_str(text),
            Some(object @ Value::Object(_)) => open.arguments.push_str(&object.to_string()),
            _ => {}
        }
    }

    /// Azure: categories with `filtered: true`.
    fn take_filters(&mut self, results: Option<&Value>) {
        for (name, result) in results.and_then(Value::as_object).into_iter().flatten() {
            let filtered = result.get("filtered").and_then(Value::as_bool) == Some(true);
            if filtered && !self.filters.contains(name) {
                self.filters.push(name.clone());
            }
        }
    }

    /// Whether the answer came to its own end: the reason why it ended, and the usage where the server
    /// announces one by `"usage": null` in every chunk before.
    pub(super) fn ended(&self) -> bool {
        self.finish.is_some() && (self.usage.is_some() || !self.usage_announced)
    }

    /// The text so far, thinking included where it is not told apart.
    pub(super) fn content(&self) -> &str {
        &self.content
    }

    /// Nothing more comes: gives the pieces held back for a possible tag.
    pub(super) fn give_held(&mut self, piece: &mut dyn FnMut(Piece<'_>)) {
        self.splitter.finish(&mut sorted(piece));
    }

    /// The answer, when there is one, or a reason for its absence.
    pub(super) fn into_reply(self, head: &WireHead) -> Result<Reply, Fault> {
        let finish = self.finish.as_deref().map_or(Finish::Other, finish_of);
        if let Some(word @ ("error" | "abort" | "insufficient_system_resource")) = self.finish.as_deref() {
            let kind = if self.content.is_empty() {
                FaultKind::Server
            } else {
                FaultKind::Truncated
            };
            let message = said!(
                "the service ended the answer with `{word}`",
                "서비스가 답변을 `{word}` 이유로 끝냈습니다"
            );
            return Err(fault_at(head, kind, message));
        }
        let (thinking, text, unopened) = if self.reasoning.is_empty() {
            let split = think::split(&self.content);
            (split.thinking.unwrap_or(""), split.text, split.unopened)
        } else {
            (self.reasoning.as_str(), self.content.as_str(), false)
        };
        let mut notes = self.notes;
        if unopened {
            notes.push(said!(
                "the answer held `</think>` without `<think>`; what stood before it is kept as thinking",
                "답변에 `<think>` 없이 `</think>`가 있어, 그 앞을 생각으로 두었습니다"
            ));
        }
        let empty = text.is_empty() && thinking.is_empty() && self.refusal.is_empty() && self.tools.is_empty();
        if empty && self.finish.is_none() {
            return Err(fault_at(
                head,
                FaultKind::Server,
                said!(
                    "the answer is empty and no reason is given",
                    "답변이 비어 있고 이유도 오지 않았습니다"
                ),
            ));
        }
        let hidden = self.content.len() - text.len();
        Ok(Reply {
            logprobs: visible(self.logprobs, &self.content, hidden),
            text: text.to_owned(),
            refusal: some(self.refusal),
            blocked: (finish == Finish::Filter).then(|| blocked_word(&self.filters)),
            reasoning: some(thinking.to_owned()),
            tool_calls: self
                .tools
                .into_iter()
                .map(|tool| ToolCall {
                    name: tool.name,
                    arguments: tool.arguments,
                })
                .collect(),
            finish,
            finish_raw: self.finish,
            stop_sequence: self.stop_sequence,
            usage: self.usage.unwrap_or_default(),
            model: self.model,
            id: self.id,
            choices: u32::try_from(self.seen.len().max(1)).unwrap_or(u32::MAX),
            notes,
        })
    }
}

fn fault_at(head: &WireHead, kind: FaultKind, message: Said) -> Fault {
    let mut fault = Fault::new(kind, message);
    fault.status = Some(head.status);
    fault
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn sorted(piece: &mut dyn FnMut(Piece<'_>)) -> impl FnMut(bool, &str) {
    move |thinking, text| {
        piece(if thinking {
            Piece::Thinking(text)
        } else {
            Piece::Text(text)
        });
    }
}

/// The items of a list; none for null, a missing member or another shape.
pub(crate) fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// The word for what a filter withheld: `content_filter`, with Azure's categories where told.
pub(super) fn blocked_word(filters: &[String]) -> String {
    if filters.is_empty() {
        "content_filter".to_owned()
    } else {
        format!("content_filter: {}", filters.join(", "))
    }
}

/// The common word for a finish reason of any look-alike.
pub(super) fn finish_of(word: &str) -> Finish {
    match word.to_ascii_lowercase().as_str() {
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" => Finish::Stop,
        "length" | "max_tokens" | "model_length" => Finish::Length,
        "content_filter" => Finish::Filter,
        "tool_calls" | "function_call" | "tool_use" => Finish::Tool,
        _ => Finish::Other,
    }
}

/// Tokens under the names of chat completions or of responses.
///
/// xAI counts thinking beside the output: there the total is the sum of all three.
pub(crate) fn usage_of(usage: &Value) -> Usage {
    let either = |chat: &str, responses: &str| count_at(usage, chat).or_else(|| count_at(usage, responses));
    let detail = |chat: &str, responses: &str, key: &str| {
        [chat, responses]
            .into_iter()
            .find_map(|name| count_at(usage.get(name)?, key))
    };
    let of_input = |key| detail("prompt_tokens_details", "input_tokens_details", key);
    let input = either("prompt_tokens", "input_tokens");
    let mut output = either("completion_tokens", "output_tokens");
    let reasoning = detail("completion_tokens_details", "output_tokens_details", "reasoning_tokens");
    if let (Some(asked), Some(said), Some(thought), Some(total)) =
        (input, output, reasoning, count_at(usage, "total_tokens"))
        && thought > 0
        && asked.saturating_add(said).saturating_add(thought) == total
    {
        output = Some(said + thought);
    }
    Usage {
        input,
        output,
        cached: of_input("cached_tokens").or_else(|| count_at(usage, "prompt_cache_hit_tokens")),
        cache_write: of_input("cache_write_tokens"),
        reasoning,
    }
}

/// A token with its log-probability; `None` when it is out of shape.
pub(crate) fn logprob(token: &Value) -> Option<TokenLogprob> {
    let pair = |value: &Value| Some((text_at(value, "token")?, number(value.get("logprob")?)?));
    let (name, logprob) = pair(token)?;
    Some(TokenLogprob {
        token: name,
        logprob,
        top: items(token.get("top_logprobs")).filter_map(pair).collect(),
    })
}

/// The log-probabilities of visible tokens: where thinking was taken off the front of `content` and the tokens
/// spell the content, those of its first `hidden` bytes are dropped.
fn visible(tokens: Vec<TokenLogprob>, content: &str, hidden: usize) -> Vec<TokenLogprob> {
    let length: usize = tokens.iter().map(|token| token.token.len()).sum();
    if hidden == 0 || length != content.len() {
        return tokens;
    }
    let mut at = 0;
    tokens
        .into_iter()
        .filter(|token| {
            at += token.token.len();
            at > hidden
        })
        .collect()
}
