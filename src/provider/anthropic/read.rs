//! Messages responses as replies, whole and streamed.
//!
//! Both forms fill the same [`Message`]; this file knows bodies and events, not what they add up to.

use serde_json::Value;

use super::fault;
use super::message::Message;
use crate::domain::{Fault, Reply, Said, WireHead};
use crate::provider::streaming::{Answer, Form, Step};
use crate::provider::{Piece, shared};

/// What a body without an answer lacks, for messages.
pub(super) const WANTED: &str = "`content`, `stop_reason`";

impl Answer for Message {
    const FORM: Form = Form::Events;
    fn end_mark() -> Said {
        "`message_stop`".into()
    }

    fn whole(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
        if head.status >= 400 || shared::has_error(body) {
            return Err(fault::of(head, body));
        }
        if body.get("content").is_none() && body.get("stop_reason").is_none() {
            return Err(shared::shape_fault(head, body, WANTED));
        }
        let mut message = Self::default();
        message.start(body);
        let blocks = body.get("content").and_then(Value::as_array);
        for (index, block) in (0u64..).zip(blocks.into_iter().flatten()) {
            message.open(index, block, &mut |_| {});
        }
        message.stop(body);
        message.into_reply(head, body)
    }

    fn take(
        &mut self,
        head: &WireHead,
        name: &str,
        event: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Step, Fault> {
        // The name stands in the data too, where proxies that drop `event:` lines leave it alone.
        let name = event.get("type").and_then(Value::as_str).unwrap_or(name);
        let index = shared::count_at(event, "index").unwrap_or(0);
        match name {
            "message_start" => {
                if let Some(message) = event.get("message") {
                    self.start(message);
                }
            }
            "content_block_start" => {
                if let Some(block) = event.get("content_block") {
                    self.open(index, block, piece);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = event.get("delta") {
                    self.grow(index, delta, piece);
                }
            }
            "message_delta" => {
                if let Some(delta) = event.get("delta") {
                    self.stop(delta);
                }
                self.count(event.get("usage"));
            }
            "message_stop" => return Ok(Step::Done),
            "error" => return Err(fault::of(head, event)),
            // Gateways tell their own errors without a name.
            _ if shared::has_error(event) => return Err(fault::of(head, event)),
            _ => {}
        }
        Ok(Step::More)
    }

    fn text(&self) -> String {
        self.visible()
    }

    fn reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        self.into_reply(head, last)
    }
}
