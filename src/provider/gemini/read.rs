//! `generateContent` responses as replies: whole, as server-sent events, and as a growing array.
//!
//! Every form brings objects of one shape, each with a piece of the answer; [`Answer`] gathers them.

use serde_json::Value;

use super::answer::Answer;
use super::fault;
use crate::domain::{Fault, Reply, Said, WireHead};
use crate::provider::Piece;
use crate::provider::shared::has_error;
use crate::provider::streaming::{self, Form, Step};
use crate::said;

/// What a body without an answer lacks, for messages.
pub(super) const WANTED: &str = "`candidates`, `blockReason`";

impl streaming::Answer for Answer {
    const FORM: Form = Form::EventsOrArray;
    fn end_mark() -> Said {
        said!("a `finishReason`", "`finishReason`")
    }

    fn whole(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
        // An array holds pieces of one answer, or the one error.
        let objects = body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice);
        if let Some(error) = objects.iter().find(|object| has_error(object)) {
            return Err(fault::of(head, error));
        }
        if head.status >= 400 {
            return Err(fault::of(head, body));
        }
        let mut answer = Self::default();
        for object in objects {
            answer.take(object, &mut |_| {});
        }
        answer.into_reply(head, body)
    }

    fn take(
        &mut self,
        head: &WireHead,
        _name: &str,
        event: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Step, Fault> {
        if has_error(event) {
            return Err(fault::of(head, event));
        }
        self.take(event, piece);
        // The protocol has no end of its own: the body just ends, and the last counts of tokens may follow the reason
        // for it.
        Ok(Step::More)
    }

    fn complete(&self) -> bool {
        self.is_ended()
    }

    fn text(&self) -> String {
        self.visible().to_owned()
    }

    fn reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        self.into_reply(head, last)
    }
}
