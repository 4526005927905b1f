//! `generateContent` responses as replies: whole, as server-sent events, and as a growing array.
//!
//! Every form brings objects of one shape, each with a piece of the answer; [`Answer`] gathers them.

use serde_json::Value;

use super::answer::Answer;
use super::array::Elements;
use super::fault;
use crate::domain::{Fault, Reply, WireHead};
use crate::provider::frames::Sse;
use crate::provider::{Piece, StreamReader, shared};

/// What a body without an answer lacks, for messages.
pub(super) const WANTED: &str = "`candidates` and no `blockReason`";

/// Reads a whole body of any status.
pub(super) fn whole(head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
    let begin = body.trim_ascii_start();
    if begin.starts_with(b"[") || begin.starts_with(b"data:") {
        let mut stream = Box::new(Stream::new(head));
        stream.feed(body, &mut |_| {});
        return stream.end();
    }
    let value = shared::json_body(head, body)?;
    if head.status >= 400 || is_error(&value) {
        return Err(fault::of(head, &value));
    }
    if !is_answer(&value) {
        return Err(shared::shape_fault(head, &value, WANTED));
    }
    let mut answer = Answer::default();
    answer.take(&value, &mut |_| {});
    answer.into_reply(head, &value)
}

fn is_error(value: &Value) -> bool {
    value.get("error").is_some_and(|error| !error.is_null())
}

fn is_answer(value: &Value) -> bool {
    ["candidates", "promptFeedback", "usageMetadata"]
        .iter()
        .any(|field| value.get(field).is_some())
}

/// Reads a stream of either form; the first byte tells which it is.
pub(super) struct Stream {
    head: WireHead,
    frames: Frames,
    state: State,
}

enum Frames {
    Unknown,
    Sse(Sse),
    Array(Elements),
}

#[derive(Default)]
struct State {
    answer: Answer,
    fault: Option<Fault>,
    /// The last object, to quote where nothing of an answer came.
    last: Value,
    /// The first object that is no JSON.
    odd: Option<String>,
}

impl Stream {
    pub(super) fn new(head: &WireHead) -> Self {
        Self {
            head: head.clone(),
            frames: Frames::Unknown,
            state: State::default(),
        }
    }
}

impl StreamReader for Stream {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        let Self { head, frames, state } = self;
        let mut bytes = bytes;
        if matches!(frames, Frames::Unknown) {
            // Blanks before the first byte mean nothing, whether they come with it or alone.
            bytes = bytes.trim_ascii_start();
            match bytes.first() {
                None => return,
                Some(b'[' | b'{') => *frames = Frames::Array(Elements::default()),
                Some(_) => *frames = Frames::Sse(Sse::new()),
            }
        }
        match frames {
            Frames::Unknown => {}
            Frames::Sse(sse) => sse.feed(bytes, &mut |_, data| state.take(head, data, piece)),
            Frames::Array(elements) => {
                elements.feed(bytes, &mut |data| state.take(head, data, piece));
            }
        }
    }

    /// The protocol has no end of its own: the body just ends, and the last counts of tokens may follow
    /// the reason for it.
    fn done(&self) -> bool {
        self.state.fault.is_some()
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        let Self {
            head,
            frames,
            mut state,
        } = *self;
        // A broken event at the very end was cut; one before it lost something.
        let odd = state.odd.take();
        if let Frames::Sse(mut sse) = frames {
            sse.finish(&mut |_, data| state.take(&head, data, &mut |_| {}));
            if state.last.is_null() && state.fault.is_none() && shared::is_body(sse.stray()) {
                // Called a stream, but it is a page.
                return whole(&head, sse.stray().as_bytes());
            }
        }
        if let Some(fault) = state.fault {
            return Err(fault);
        }
        if !state.answer.is_ended() {
            return Err(shared::cut_fault(&head, "a `finishReason`", state.answer.text()));
        }
        if let Some(odd) = odd {
            return Err(shared::odd_fault(&head, &odd));
        }
        state.answer.into_reply(&head, &state.last)
    }
}

impl State {
    fn take(&mut self, head: &WireHead, data: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        if self.fault.is_some() {
            return;
        }
        let Ok(value) = serde_json::from_str::<Value>(data) else {
            // Look-alikes close with OpenAI's mark.
            if data.trim() != "[DONE]" {
                self.odd.get_or_insert_with(|| data.to_owned());
            }
            return;
        };
        if is_error(&value) {
            self.fault = Some(fault::of(head, &value));
        } else {
            self.answer.take(&value, piece);
            self.last = value;
        }
    }
}
