//! What all pretended answers have in common. For the simulator; nothing here is used when asking for real.

use serde_json::Value;

use super::{Asked, Pretence, openai};
use crate::domain::{Finish, Reply, WireHead};

/// Stands where services write the time: 2026-01-01T00:00:00Z in seconds since 1970. Pretending knows no clock.
pub(super) const MADE_UP_SECONDS: i64 = 1_767_225_600;

/// The word for the end of an answer: the reply's own where it is one of this protocol, else `own`'s.
///
/// Replies come from scripts that name the end in our five words, or were read from another protocol.
pub(super) fn finish_word(
    reply: &Reply,
    reads_as: impl Fn(&str) -> Finish,
    own: impl Fn(Finish) -> Option<&'static str>,
) -> Option<String> {
    match &reply.finish_raw {
        Some(raw) if reads_as(raw) == reply.finish => Some(raw.clone()),
        _ => own(reply.finish).map(str::to_owned),
    }
}

/// An id for an answer that has none: the same one for the same answer to the same question.
pub(super) fn id(prefix: &str, reply: &Reply, asked: &Asked) -> String {
    match &reply.id {
        Some(id) => id.clone(),
        None => format!("{prefix}{}", &openai::mark(reply, asked)[..24]),
    }
}

/// What the answer shows: its text, or the refusal where the protocol has no place of its own for one.
pub(super) fn shown(reply: &Reply) -> &str {
    if reply.text.is_empty() {
        reply.refusal.as_deref().unwrap_or("")
    } else {
        &reply.text
    }
}

/// Arguments of a tool as JSON where they are JSON, else as a string.
pub(super) fn arguments(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// A response of one piece.
pub(super) fn whole(status: u16, headers: Vec<(String, String)>, body: &Value) -> Pretence {
    Pretence {
        head: head(status, headers),
        chunks: vec![body.to_string().into_bytes()],
    }
}

/// A response that comes in pieces.
pub(super) fn streamed(headers: Vec<(String, String)>, chunks: Vec<String>) -> Pretence {
    Pretence {
        head: head(200, headers),
        chunks: chunks.into_iter().map(String::into_bytes).collect(),
    }
}

fn head(status: u16, headers: Vec<(String, String)>) -> WireHead {
    WireHead {
        status,
        headers,
        received_us: 0,
    }
}

/// A header as heads keep it.
pub(super) fn header(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_for_the_end_are_translated() {
        let reads = |word: &str| match word {
            "STOP" => Finish::Stop,
            _ => Finish::Other,
        };
        let own = |finish: Finish| (finish == Finish::Stop).then_some("STOP");
        let mut reply = Reply {
            finish: Finish::Stop,
            finish_raw: Some("end_turn".to_owned()),
            ..Reply::default()
        };
        assert_eq!(finish_word(&reply, reads, own).as_deref(), Some("STOP"));
        reply.finish = Finish::Other;
        assert_eq!(finish_word(&reply, reads, own).as_deref(), Some("end_turn"));
    }
}
