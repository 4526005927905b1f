//! Messages responses as replies, whole and streamed.
//!
//! Both forms fill the same [`Message`]; this file knows bodies and events, not what they add up to.

use serde_json::Value;

use super::fault;
use super::message::Message;
use crate::domain::{Fault, Reply, WireHead};
use crate::provider::frames::Sse;
use crate::provider::{Piece, StreamReader, shared};

/// What a body without an answer lacks, for messages.
pub(super) const WANTED: &str = "`content` and no `stop_reason`";

/// Reads a whole body of any status.
pub(super) fn whole(head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
    let value = shared::json_body(head, body)?;
    if head.status >= 400 || value.get("error").is_some_and(|error| !error.is_null()) {
        return Err(fault::of(head, &value));
    }
    if value.get("content").is_none() && value.get("stop_reason").is_none() {
        return Err(shared::shape_fault(head, &value, WANTED));
    }
    let mut message = Message::default();
    message.start(&value);
    let blocks = value.get("content").and_then(Value::as_array);
    for (index, block) in (0u64..).zip(blocks.into_iter().flatten()) {
        message.open(index, block, &mut |_| {});
    }
    message.stop(&value);
    message.into_reply(head, &value)
}

/// Reads a stream.
pub(super) struct Stream {
    head: WireHead,
    frames: Sse,
    state: State,
}

/// What the events told so far.
#[derive(Default)]
struct State {
    message: Message,
    fault: Option<Fault>,
    /// The last event, to quote where nothing of an answer came.
    last: Value,
    /// The first event that is no JSON; a piece of the answer may be lost in it.
    odd: Option<String>,
    /// `message_stop` came.
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
        if !state.ended {
            return Err(shared::cut_fault(&head, "`message_stop`", &state.message.text()));
        }
        if let Some(odd) = state.odd {
            return Err(shared::odd_fault(&head, &odd));
        }
        state.message.into_reply(&head, &state.last)
    }
}

impl State {
    fn take(&mut self, head: &WireHead, event: &str, data: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        if self.ended || self.fault.is_some() {
            return;
        }
        let Ok(value) = serde_json::from_str::<Value>(data) else {
            self.odd.get_or_insert_with(|| data.to_owned());
            return;
        };
        // The name stands in the data too, where proxies that drop `event:` lines leave it alone.
        let name = value.get("type").and_then(Value::as_str).unwrap_or(event);
        let index = shared::count_at(&value, "index").unwrap_or(0);
        match name {
            "message_start" => {
                if let Some(message) = value.get("message") {
                    self.message.start(message);
                }
            }
            "content_block_start" => {
                if let Some(block) = value.get("content_block") {
                    self.message.open(index, block, piece);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = value.get("delta") {
                    self.message.grow(index, delta, piece);
                }
            }
            "message_delta" => {
                if let Some(delta) = value.get("delta") {
                    self.message.stop(delta);
                }
                self.message.count(value.get("usage"));
            }
            "message_stop" => self.ended = true,
            "error" => self.fault = Some(fault::of(head, &value)),
            _ => {}
        }
        self.last = value;
    }
}
