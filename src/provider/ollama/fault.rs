//! Errors of Ollama, read and pretended: a plain sentence, under a status or in the middle of a stream.

use serde_json::{Value, json};

use crate::domain::{Fault, FaultKind, Scope, WireHead};
use crate::provider::pretending::{header, whole};
use crate::provider::{Pretence, shared};

/// Words that tell what status an error would have had, where it came under a status of success.
const WORDS: &[(&str, u16)] = &[
    ("does not support", 400),
    ("context length", 400),
    ("unauthorized", 401),
    ("not found", 404),
    ("server busy", 503),
];

/// The fault of an error body, or of an error line in a stream.
pub(super) fn of(head: &WireHead, body: &Value) -> Fault {
    let message = shared::words_of(body);
    let status = WORDS
        .iter()
        .find(|(words, _)| message.contains(words))
        .map_or(500, |(_, status)| *status);
    shared::judged(head, status, &message)
}

/// The refusal of a request of wrong shape.
pub(super) fn refusal(message: impl Into<crate::domain::Said>) -> Fault {
    Fault {
        status: Some(400),
        ..Fault::new(FaultKind::BadRequest, message)
    }
}

/// `fault` as the service would tell it.
pub(super) fn pretend(fault: &Fault) -> Pretence {
    let status = fault
        .status
        .filter(|status| *status >= 400)
        .unwrap_or(match (fault.kind, fault.scope) {
            (FaultKind::Timeout, _) => 408,
            (FaultKind::RateLimit, _) => 429,
            (FaultKind::Quota, _) => 402,
            (FaultKind::Auth, _) => 401,
            (FaultKind::BadRequest, Scope::Target) => 404,
            (FaultKind::BadRequest | FaultKind::ContentFilter, _) => 400,
            (FaultKind::Server, _) => 503,
            _ => 500,
        });
    let mut headers = vec![header("content-type", "application/json; charset=utf-8")];
    if let Some(wait) = fault.retry_after {
        headers.push(header("retry-after", shared::seconds_text(wait)));
    }
    whole(status, headers, &json!({"error": fault.message}))
}
