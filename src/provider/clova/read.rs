//! Chat completions of CLOVA Studio as replies, whole and streamed, of both versions.

use serde_json::Value;

use super::answer::Answer;
use super::fault;
use crate::domain::{Fault, Reply, Said, WireHead};
use crate::provider::streaming::{self, Form, Step};
use crate::provider::{Piece, shared};
use crate::said;

/// What a body without an answer lacks, for messages.
pub(super) const WANTED: &str = "`result.message`, `finishReason`";

/// `status.code` of success; any other is an error even under HTTP 200.
pub(super) const SUCCESS: &str = "20000";

impl streaming::Answer for Answer {
    const FORM: Form = Form::Events;
    fn end_mark() -> Said {
        said!("a `result` event", "`result` 이벤트")
    }
    const DONE_MARK: bool = true;

    fn whole(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
        if head.status >= 400 || fault::is_error(body) {
            return Err(fault::of(head, body));
        }
        let Some(result) = body.get("result").filter(|result| result.is_object()) else {
            return Err(shared::shape_fault(head, body, WANTED));
        };
        let mut answer = Self::default();
        answer.result(result, &mut |_| {});
        answer.into_reply(head, body)
    }

    fn take(
        &mut self,
        head: &WireHead,
        name: &str,
        event: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Step, Fault> {
        match kind(name, event) {
            "token" => self.token(event, piece),
            "result" => self.result(event, piece),
            "signal" => return Ok(Step::Done),
            "error" => return Err(fault::of(head, event)),
            _ => {}
        }
        Ok(Step::More)
    }

    /// The event with the whole answer came: it is complete, whether the signal follows or not.
    fn complete(&self) -> bool {
        self.is_whole()
    }

    fn repeated(&self) -> bool {
        self.is_whole()
    }

    fn text(&self) -> String {
        self.visible().to_owned()
    }

    fn reply(self, head: &WireHead, last: &Value) -> Result<Reply, Fault> {
        self.into_reply(head, last)
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
