//! `/api/chat` responses as replies: one object, or one a line. Answers of `/api/generate`, which differ in
//! a name only, are read too.

use serde_json::Value;

use super::fault;
use crate::domain::{Fault, Finish, Reply, Said, TokenLogprob, ToolCall, Usage, WireHead};
use crate::provider::streaming::{self, Form, Step};
use crate::provider::{Piece, shared, think};
use crate::said;

/// What a body without an answer lacks, for messages.
const WANTED: &str = "`message`";

/// From this time on, loading the model is told: it is part of the latency, but not of the model's.
const TOLD_LOAD_NS: u64 = 1_000_000_000;

impl streaming::Answer for Answer {
    const FORM: Form = Form::Lines;
    fn end_mark() -> Said {
        "`\"done\": true`".into()
    }

    fn whole(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
        if head.status >= 400 || shared::has_error(body) {
            return Err(fault::of(head, body));
        }
        let mut answer = Self::default();
        answer.take(body, &mut |_| {});
        if !answer.spoke {
            return Err(shared::shape_fault(head, body, WANTED));
        }
        if body.get("done").and_then(Value::as_bool) == Some(false) {
            return Err(shared::cut_fault(head, Self::end_mark(), &answer.content));
        }
        Ok(answer.into_reply())
    }

    fn take(
        &mut self,
        head: &WireHead,
        _name: &str,
        event: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Step, Fault> {
        if shared::has_error(event) {
            return Err(fault::of(head, event));
        }
        self.take(event, piece);
        Ok(if event.get("done").and_then(Value::as_bool) == Some(true) {
            Step::Done
        } else {
            Step::More
        })
    }

    fn text(&self) -> String {
        self.content.clone()
    }

    fn reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        if self.spoke {
            Ok(self.into_reply())
        } else {
            Err(shared::shape_fault(head, last, WANTED))
        }
    }
}

/// An answer as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Answer {
    content: String,
    splitter: think::Splitter,
    /// Thinking that came apart from the content.
    thinking: String,
    tool_calls: Vec<ToolCall>,
    finish: Option<String>,
    usage: Usage,
    logprobs: Vec<TokenLogprob>,
    model: Option<String>,
    load_ns: Option<u64>,
    /// A message came, however empty.
    spoke: bool,
}

impl Answer {
    fn take(&mut self, value: &Value, piece: &mut dyn FnMut(Piece<'_>)) {
        let message = value.get("message").unwrap_or(&Value::Null);
        self.spoke |= message.is_object() || value.get("response").is_some();
        for thinking in [message.get("thinking"), value.get("thinking")] {
            let thinking = thinking.and_then(Value::as_str).unwrap_or("");
            if !thinking.is_empty() {
                self.thinking.push_str(thinking);
                piece(Piece::Thinking(thinking));
            }
        }
        for content in [message.get("content"), value.get("response")] {
            let content = content.and_then(Value::as_str).unwrap_or("");
            if !content.is_empty() {
                self.content.push_str(content);
                self.show(content, piece);
            }
        }
        for call in array(message.get("tool_calls")) {
            let function = call.get("function").unwrap_or(&Value::Null);
            self.tool_calls.push(ToolCall {
                name: shared::text_at(function, "name").unwrap_or_default(),
                arguments: match function.get("arguments") {
                    None | Some(Value::Null) => "{}".to_owned(),
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                },
            });
        }
        self.logprobs.extend(array(value.get("logprobs")).filter_map(logprob));
        self.model = shared::text_at(value, "model").or(self.model.take());
        self.finish = shared::text_at(value, "done_reason").or(self.finish.take());
        self.usage.input = shared::count_at(value, "prompt_eval_count").or(self.usage.input);
        self.usage.output = shared::count_at(value, "eval_count").or(self.usage.output);
        self.load_ns = shared::count_at(value, "load_duration").or(self.load_ns);
    }

    /// Tells a piece of the content, unless the model's template left thinking in it.
    fn show(&mut self, content: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        if self.thinking.is_empty() {
            self.splitter.feed(content, &mut |thinking, text| {
                piece(if thinking {
                    Piece::Thinking(text)
                } else {
                    Piece::Text(text)
                });
            });
        } else {
            piece(Piece::Text(content));
        }
    }

    fn into_reply(self) -> Reply {
        let mut notes = Vec::new();
        let apart = !self.thinking.is_empty();
        let split = think::split(&self.content);
        let (text, reasoning) = if apart || split.unopened {
            (self.content.clone(), Some(self.thinking))
        } else {
            (split.text.to_owned(), split.thinking.map(str::to_owned))
        };
        if split.unopened && !apart {
            // Where thinking begins nobody says, so a lone closing tag stays as it came.
            notes.push(said!(
                "the answer holds thinking up to `</think>`",
                "답변에서 `</think>`까지는 생각입니다"
            ));
        }
        if let Some(load) = self.load_ns.filter(|load| *load >= TOLD_LOAD_NS) {
            let tenths = load / 100_000_000;
            notes.push(said!(
                "loading the model took {}.{} s of the time",
                "걸린 시간 가운데 {}.{}초는 모델을 올리는 데 쓰였습니다",
                tenths / 10,
                tenths % 10
            ));
        }
        let finish = match self.finish.as_deref() {
            Some("stop") | None if !self.tool_calls.is_empty() => Finish::Tool,
            reason => finish(reason),
        };
        Reply {
            text,
            reasoning: reasoning.filter(|thinking| !thinking.is_empty()),
            tool_calls: self.tool_calls,
            finish,
            finish_raw: self.finish,
            usage: self.usage,
            logprobs: self.logprobs,
            model: self.model,
            choices: 1,
            notes,
            ..Reply::default()
        }
    }
}

fn logprob(step: &Value) -> Option<TokenLogprob> {
    let (token, logprob) = pair(step)?;
    Some(TokenLogprob {
        token,
        logprob,
        top: array(step.get("top_logprobs")).filter_map(pair).collect(),
    })
}

fn pair(step: &Value) -> Option<(String, f64)> {
    let logprob = step.get("logprob").and_then(shared::number)?;
    Some((shared::text_at(step, "token")?, logprob))
}

pub(super) fn finish(reason: Option<&str>) -> Finish {
    match reason {
        Some("stop") => Finish::Stop,
        Some("length") => Finish::Length,
        _ => Finish::Other,
    }
}

fn array(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
