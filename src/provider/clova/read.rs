//! Chat completions of CLOVA Studio as replies, whole and streamed, of both versions.

use serde_json::Value;

use super::answer::Answer;
use super::fault;
use crate::domain::{Fault, Reply, WireHead};
use crate::provider::frames::Sse;
use crate::provider::{Piece, StreamReader, shared};

/// What a body without an answer lacks, for messages.
pub(super) const WANTED: &str = "`result.message` and no `finishReason`";

/// `status.code` of success; any other is an error even under HTTP 200.
pub(super) const SUCCESS: &str = "20000";

/// Reads a whole body of any status.
pub(super) fn whole(head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
    let begin = body.trim_ascii_start();
    let frames: [&[u8]; 3] = [b"id:", b"event:", b"data:"];
    if head.status < 400 && frames.iter().any(|field| begin.starts_with(field)) {
        let mut stream = Box::new(Stream::new(head));
        stream.feed(body, &mut |_| {});
        return stream.end();
    }
    let value = shared::json_body(head, body)?;
    if head.status >= 400 || fault::is_error(&value) {
        return Err(fault::of(head, &value));
    }
    let Some(result) = value.get("result").filter(|result| result.is_object()) else {
        return Err(shared::shape_fault(head, &value, WANTED));
    };
    let mut answer = Answer::default();
    answer.result(result, &mut |_| {});
    answer.into_reply(head, &value)
}

/// Reads a stream.
pub(super) struct Stream {
    head: WireHead,
    frames: Sse,
    state: State,
}

#[derive(Default)]
struct State {
    answer: Answer,
    fault: Option<Fault>,
    /// The last event, to quote where nothing of an answer came.
    last: Value,
    /// The first event that is no JSON; a piece of the answer may be lost in it.
    odd: Option<String>,
    /// The event with the whole answer came: the answer is complete, whether the signal follows or not.
    whole: bool,
    /// The signal came.
    ended: bool,
}

impl Stream {
    pub(super) fn new(head: &WireHead) -> Self {
        Self {
            head: head.clone(),
            frames: Sse::new(),
            state: State::default(),
        }
    }
}

impl StreamReader for Stream {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        let Self { head, frames, state } = self;
        frames.feed(bytes, &mut |event, data| {
            state.take(head, event, data, piece);
        });
    }

    fn done(&self) -> bool {
        self.state.ended || self.state.fault.is_some()
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        let Self {
            head,
            mut frames,
            mut state,
        } = *self;
        frames.finish(&mut |event, data| state.take(&head, event, data, &mut |_| {}));
        if let Some(fault) = state.fault {
            return Err(fault);
        }
        if state.last.is_null() && shared::is_body(frames.stray()) {
            // Called a stream, but it is a whole body, or a page.
            return whole(&head, frames.stray().as_bytes());
        }
        if !state.whole && !state.ended {
            return Err(shared::cut_fault(&head, "a `result` event", state.answer.text()));
        }
        if let Some(odd) = state.odd.filter(|_| !state.whole) {
            return Err(shared::odd_fault(&head, &odd));
        }
        state.answer.into_reply(&head, &state.last)
    }
}

impl State {
    fn take(&mut self, head: &WireHead, event: &str, data: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        if self.ended || self.fault.is_some() {
            return;
        }
        if data.trim() == "[DONE]" {
            self.ended = true;
            return;
        }
        let Ok(value) = serde_json::from_str::<Value>(data) else {
            self.odd.get_or_insert_with(|| data.to_owned());
            return;
        };
        match kind(event, &value) {
            "token" => self.answer.token(&value, piece),
            "result" => {
                self.answer.result(&value, piece);
                self.whole = true;
            }
            "signal" => self.ended = true,
            "error" => self.fault = Some(fault::of(head, &value)),
            _ => {}
        }
        self.last = value;
    }
}

/// The kind of an event: its name, or what its data shows where a proxy dropped the name.
fn kind<'a>(event: &'a str, value: &Value) -> &'a str {
    if fault::is_error(value) {
        "error"
    } else if !event.is_empty() {
        event
    } else if value.get("data").is_some() {
        "signal"
    } else if value.get("usage").is_some_and(Value::is_object) {
        "result"
    } else {
        "token"
    }
}
